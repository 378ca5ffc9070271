/** What is on the screen as one picture: all that a page can make without a kernel. */
import { pixelRatio } from "../lib/dom/canvas";
import { themeOf } from "../lib/dom/theme";

interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Pixels above the picture, for its title. */
const HEAD = 32;
/** Controls and what lies above the views are no part of the picture. */
const LEFT_OUT = "button, select, svg, style, script, [popover]";
const TITLE = 15;

/** The layer's views as they are now; null where none of them has a canvas. */
export function screenPicture(frame: HTMLElement): HTMLCanvasElement | null {
  const main = frame.querySelector<HTMLElement>(".cnnviz-frame-main") ?? frame;
  const canvases = [...main.querySelectorAll("canvas")].filter((each) => each.width > 0 && isShown(each));
  if (canvases.length === 0) return null;
  const { left, top, width, height } = main.getBoundingClientRect();
  const [ratio, theme] = [pixelRatio(), themeOf(main)];
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round((height + HEAD) * ratio));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.scale(ratio, ratio);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height + HEAD);
  context.fillStyle = theme.text;
  context.textBaseline = "middle";
  context.font = `600 ${TITLE}px ${getComputedStyle(main).fontFamily}`;
  context.fillText(titleOf(frame), 8, HEAD / 2, width - 16);
  context.translate(-left, HEAD - top);
  for (const each of canvases) within(context, visible(each, main), () => drawCanvas(context, each));
  drawTexts(context, main);
  return canvas;
}

const isShown = (each: Element): boolean => (each.checkVisibility ? each.checkVisibility() : true);

const titleOf = (frame: HTMLElement): string => frame.querySelector("h3, [role=heading]")?.textContent?.trim() ?? "";

function drawCanvas(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement): void {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  context.drawImage(canvas, left, top, width, height);
}

/** The words beside the canvases: numbers of columns, names of rows. */
function drawTexts(context: CanvasRenderingContext2D, main: HTMLElement): void {
  const words = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const node = words.currentNode;
    const owner = node.parentElement!;
    if (!node.textContent!.trim() || owner.closest(LEFT_OUT) || !isShown(owner)) continue;
    const style = getComputedStyle(owner);
    within(context, visible(owner, main), () => {
      context.fillStyle = style.color;
      context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      // Word by word: a text may have several lines.
      for (const { 0: word, index } of node.textContent!.matchAll(/\S+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const { left, top, bottom } = range.getBoundingClientRect();
        context.fillText(word, left, (top + bottom) / 2);
      }
    });
  }
}

/** The part of an element that those around it let through. */
function visible(element: Element, root: Element): Rect {
  let { left, top, right, bottom } = element.getBoundingClientRect();
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (at === root || getComputedStyle(at).overflow !== "visible") {
      const around = at.getBoundingClientRect();
      [left, top] = [Math.max(left, around.left), Math.max(top, around.top)];
      [right, bottom] = [Math.min(right, around.right), Math.min(bottom, around.bottom)];
    }
    if (at === root) break;
  }
  return { left, top, right, bottom };
}

function within(context: CanvasRenderingContext2D, { left, top, right, bottom }: Rect, draw: () => void): void {
  if (right <= left || bottom <= top) return;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  draw();
  context.restore();
}
