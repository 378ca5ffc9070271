/** What leads each row: the sample itself, what it is, and the model's answer; and the answers in the tiles. */
import type { Theme } from "../lib/dom/theme";
import { GUTTER } from "../lib/columns/column-axis";
import { drawSample, sure, type Heads } from "../lib/samples/heads";
import type { HeadEntry } from "../lib/wire/payloads";
import { shorten } from "../tile-view/overlay";
import { heightOf, visibleRows, yOf, type Rows } from "../tile-view/rows";

export interface HeadScene {
  /** Room before the first column. */
  columns: { before: number };
  rows: Rows;
  height: number;
  theme: Theme;
  /** None: rows are called by their names. */
  heads?: Heads;
  /** Number of the sample in each row. */
  samples: ArrayLike<number>;
  /** A name for each row, where nothing else is known of it. */
  labels: readonly string[];
  isBlank?: (row: number) => boolean;
  hoveredRow: number;
}

/** What of a scene selected rows are painted by. */
export type ChosenScene = Pick<HeadScene, "columns" | "rows" | "height" | "theme"> & {
  /** Where the rows end. */
  right: number;
  isChosen?: (row: number) => boolean;
};

const CHOSEN_BAR = 5;
const FONT = "12px system-ui, sans-serif";
const LEFT = 8;
const GAP = 6;
/** A picture is no higher, however high its row is. */
const LARGEST = 48;
/** In a smaller one nothing can be made out. */
const SMALLEST = 10;
/** In lower rows no words have room. */
const LEAST_TEXT = 13;
const MOST_LETTERS = 60;
/** The share of a line that a sample's words have at least, beside what it is. */
const LEAST_WORDS = 0.3;
/** The share of the words that what a sample is keeps, beside what it is taken for. */
const LEAST_FIRST = 0.4;
/** Rows as high as this have two lines. */
const TWO_LINES = 36;
/** A picture may be so many times as wide as it is high. */
const WIDEST = 1.5;

/** Whether there is room for more than a row's number. */
export const hasHeads = <Of extends Pick<HeadScene, "heads" | "columns">>(scene: Of): scene is Of & { heads: Heads } =>
  scene.heads !== undefined && scene.heads.entries.length > 0 && scene.columns.before > GUTTER;

type WithHeads = HeadScene & { heads: Heads };

export function paintRowHeads(context: CanvasRenderingContext2D, scene: WithHeads): void {
  const { columns, rows, height, theme, heads, samples, isBlank, hoveredRow } = scene;
  context.save();
  context.beginPath();
  context.rect(0, rows.top, columns.before, height - rows.top);
  context.clip();
  context.font = FONT;
  context.textBaseline = "middle";
  let named = -Infinity;
  for (let row = 0; row < rows.count; row++) {
    const [y, room] = [yOf(rows, row), heightOf(rows, row)];
    if (y > height || y + room < rows.top) continue;
    if (row === hoveredRow) {
      context.globalAlpha = 0.06;
      context.fillStyle = theme.text;
      context.fillRect(0, y, columns.before, room);
    }
    context.globalAlpha = isBlank?.(row) ? 0.5 : 1;
    const left = paintPicture(context, heads, samples[row]!, y, room - rows.gap);
    // Rows too low for words are named as often as there is room.
    if (y + room / 2 < named + LEAST_TEXT || (isBlank?.(row) && room < LEAST_TEXT)) continue;
    named = y + room / 2;
    paintWords(context, scene, row, left, named);
  }
  context.restore();
}

/** Draws the picture, if there is one; where the words begin. */
function paintPicture(context: CanvasRenderingContext2D, heads: Heads, sample: number, y: number, room: number): number {
  const high = Math.min(room, LARGEST);
  if (!heads.atlas || high < SMALLEST) return LEFT;
  const wide = Math.min(WIDEST, Math.max(1, heads.width / heads.height)) * high;
  drawSample(context, heads, sample, { x: LEFT, y: y + (room - high) / 2, width: wide, height: high });
  return LEFT + wide + GAP;
}

/** Rows whose samples are selected: a bar before each, a tint behind it, and a frame around each run of them. */
export function paintChosenRows(context: CanvasRenderingContext2D, scene: ChosenScene): void {
  const { columns, rows, right, height, theme, isChosen } = scene;
  const [first, past] = visibleRows(rows);
  context.save();
  context.beginPath();
  context.rect(0, rows.top - 1, right, height - rows.top + 1);
  context.clip();
  let start = -1;
  for (let row = first; row <= past; row++) {
    const chosen = row < past && (isChosen?.(row) ?? false);
    if (chosen && start < 0) start = row;
    if (chosen || start < 0) continue;
    const [top, high] = [yOf(rows, start), yOf(rows, row - 1) + heightOf(rows, row - 1) - rows.gap - yOf(rows, start)];
    context.fillStyle = theme.accent;
    context.globalAlpha = 0.14;
    context.fillRect(0, top, columns.before - 1, high);
    context.globalAlpha = 1;
    context.fillRect(0, top, CHOSEN_BAR, high);
    context.strokeStyle = theme.accent;
    context.lineWidth = 2;
    context.strokeRect(1, top - 0.5, right - 2, high + 1);
    start = -1;
  }
  context.restore();
}

interface Part {
  text: string;
  color: string;
  /** What stands behind the text, however short that has to be. */
  end?: string;
}

/** A stretch of a line that words have to themselves. */
interface Line {
  left: number;
  right: number;
  y: number;
}

function paintWords(context: CanvasRenderingContext2D, scene: WithHeads, row: number, left: number, y: number): void {
  const { columns, rows, theme, heads, samples, labels } = scene;
  const head = heads.entries[samples[row]!];
  const parts = head ? words(head, theme) : [];
  if (parts.length === 0 && !head?.text) parts.push({ text: labels[row] ?? "", color: theme.faint });
  const faded = context.globalAlpha;
  if (head?.is_old) context.globalAlpha = 0.5 * faded;
  const line = { left, right: columns.before - LEFT, y };
  if (heightOf(rows, row) < TWO_LINES) paintLine(context, line, parts, head, theme);
  else {
    const [above, below] = [{ ...line, y: y - 8 }, { ...line, y: y + 8 }];
    const [first, ...others] = head?.text ? [{ text: brief(head.text), color: theme.text }, ...parts] : parts;
    if (first) paintParts(context, above, [first]);
    // How sure stands below what it is of, at the right of what it is taken for.
    paintLine(context, below, others, head && { ...head, text: "" }, theme);
  }
  context.globalAlpha = faded;
}

/** All in one line: words of the sample, what it is and is taken for, and how sure. */
function paintLine(
  context: CanvasRenderingContext2D,
  line: Line,
  parts: readonly Part[],
  head: HeadEntry | undefined,
  theme: Theme,
): void {
  let { left, right } = line;
  const needed = parts.reduce((sum, part) => sum + widthOf(context, part), 0);
  if (head?.confidence != null) {
    const text = sure(head.confidence);
    const room = context.measureText(text).width + GAP;
    // Names give way to it, however long they are: wrong and sure is what one looks for.
    context.textAlign = "right";
    context.fillStyle = head.right === false ? theme.error : theme.faint;
    context.fillText(text, right, line.y);
    right -= room;
  }
  if (head?.text) {
    const room = Math.max(right - left - (parts.length > 0 ? needed + GAP : 0), (right - left) * LEAST_WORDS);
    paintParts(context, { ...line, left, right: left + room }, [{ text: brief(head.text), color: theme.text }]);
    left += room + GAP;
  }
  paintParts(context, { ...line, left, right }, parts);
}

/** Words side by side; the first gives way, as the last is what is wrong, but not all. */
function paintParts(context: CanvasRenderingContext2D, { left, right, y }: Line, parts: readonly Part[]): void {
  context.textAlign = "left";
  let x = left;
  parts.forEach((part, at) => {
    const after = parts.slice(at + 1).reduce((sum, each) => sum + widthOf(context, each), 0);
    const room = at < parts.length - 1 ? Math.max(right - x - after, LEAST_FIRST * (right - x)) : right - x;
    const end = part.end ?? "";
    const shown = shorten(context, part.text, Math.max(0, room - context.measureText(end).width)) + end;
    context.fillStyle = part.color;
    context.fillText(shown, x, y);
    x += context.measureText(shown).width;
  });
}

const widthOf = (context: CanvasRenderingContext2D, { text, end }: Part): number =>
  context.measureText(text + (end ?? "")).width;

/** As much of a text as may have room: of a longer one its width would be sought letter by letter. */
const brief = (text: string): string => (text.length > MOST_LETTERS ? text.slice(0, MOST_LETTERS) : text);

/** What a sample is and what it is taken for: once where that is the same. */
function words(head: HeadEntry, theme: Theme): Part[] {
  const { right } = head;
  const [truth, answer] = [brief(head.truth), brief(head.answer)];
  if (right === false && truth && answer) return [{ text: truth, end: "→", color: theme.faint }, { text: answer, color: theme.error }];
  if (right === null && truth && answer && truth !== answer) {
    return [{ text: truth, end: "→", color: theme.faint }, { text: answer, color: theme.text }];
  }
  const text = answer || truth;
  return text ? [{ text, color: right === false ? theme.error : theme.text }] : [];
}

/** Where a channel's tiles stand, in CSS pixels. */
export interface TileColumn {
  channel: number;
  left: number;
  width: number;
}

/** Frames the tile of the true class of each row, and dots that of the answer. */
export function paintAnswers(context: CanvasRenderingContext2D, scene: HeadScene, columns: readonly TileColumn[]): void {
  const { rows, height, theme, heads, samples, isBlank } = scene;
  const across = new Map(columns.map((column) => [column.channel, column]));
  context.save();
  for (let row = 0; row < rows.count; row++) {
    const head = heads?.entries[samples[row]!];
    const [y, high] = [yOf(rows, row), heightOf(rows, row) - rows.gap];
    if (!head || isBlank?.(row) || y > height || y + high < rows.top) continue;
    const [truth, answer] = [across.get(head.true_class), across.get(head.answer_class)];
    context.globalAlpha = head.is_old ? 0.5 : 1;
    if (truth) frame(context, theme, truth.left, y, truth.width, high);
    if (answer) {
      const color = head.right === false ? theme.error : theme.text;
      spot(context, theme, color, answer.left + answer.width / 2, y + high / 2, high);
    }
  }
  context.restore();
}

function frame(context: CanvasRenderingContext2D, theme: Theme, x: number, y: number, wide: number, high: number): void {
  if (wide < 6 || high < 6) return;
  context.lineWidth = 3;
  context.strokeStyle = theme.background;
  context.strokeRect(x + 1.5, y + 1.5, wide - 3, high - 3);
  context.lineWidth = 1.5;
  context.strokeStyle = theme.text;
  context.strokeRect(x + 1, y + 1, wide - 2, high - 2);
}

function spot(context: CanvasRenderingContext2D, theme: Theme, color: string, x: number, y: number, high: number): void {
  const radius = Math.min(4, Math.max(1.5, high / 4));
  for (const [size, fill] of [[radius + 1, theme.background], [radius, color]] as const) {
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
  }
}
