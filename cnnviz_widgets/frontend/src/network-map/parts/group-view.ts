/** One group enlarged over the map: all of its channels, each with its patch and its row. */
import { layer, prepare } from "../../lib/dom/canvas";
import { button, element, keyboard } from "../../lib/dom/elements";
import { number } from "../../lib/format";
import { onEscape } from "../../lib/frame/escape";
import { rowOf, type Group } from "../data";
import { pinPath } from "../stage/scene";
import { paintMatrix, type Look } from "../boxes/boxes";

/** The more channels, the smaller each is. */
const sideFor = (channels: number): number => (channels <= 24 ? 112 : channels <= 64 ? 80 : channels <= 256 ? 48 : 32);
const ROW = 14;
const BELOW = 15;

export interface GroupHand {
  select(channel: number, event: MouseEvent): void;
  closed(): void;
}

export class GroupView {
  readonly root = element("div", "cnnviz-map-group", { role: "region", hidden: true });
  private readonly title = element("strong", "");
  private readonly cells = element("div", "cnnviz-map-cells");
  private shown: Group | undefined;
  private buttons: HTMLButtonElement[] = [];

  constructor(
    private readonly hand: GroupHand,
    signal: AbortSignal,
  ) {
    const back = button("← Map", "Back to the map (Escape)", () => this.close(), signal);
    this.root.append(element("div", "cnnviz-map-group-head", {}, back, this.title), this.cells);
    this.cells.addEventListener("click", (event) => {
      const at = this.buttons.indexOf((event.target as Element).closest("button") as HTMLButtonElement);
      if (at >= 0) hand.select(this.shown!.channels[at]!, event);
    }, { signal });
    onEscape(this.root, "enlarged", () => this.shown !== undefined, () => this.close(), signal);
  }

  get group(): Group | undefined {
    return this.shown;
  }

  show(group: Group, title: string, look: Look, isSelected: (channel: number) => boolean): void {
    this.shown = group;
    this.root.hidden = false;
    this.root.setAttribute("aria-label", title);
    this.title.textContent = title;
    const side = sideFor(group.channels.length);
    const pinned = new Set(group.pinned);
    this.buttons = [...group.channels].map((channel, place) => {
      const picture = layer("");
      prepare(picture, side, side + (group.rows > 0 ? ROW + 1 : 0) + BELOW);
      paintCell(picture.context, group, place, side, look, pinned.has(channel));
      const value = Number.isFinite(group.values[place]) ? `, largest value ${number(group.values[place]!)}` : "";
      const label = `channel ${channel}${value}${pinned.has(channel) ? ", pinned" : ""}`;
      const made = element("button", "cnnviz-map-cell", { type: "button", title: label, "aria-label": label, "aria-pressed": isSelected(channel) }, picture.canvas);
      keyboard(made);
      return made;
    });
    this.cells.replaceChildren(...this.buttons);
  }

  /** Which are selected now. */
  mark(isSelected: (channel: number) => boolean): void {
    this.buttons.forEach((each, place) => each.setAttribute("aria-pressed", String(isSelected(this.shown!.channels[place]!))));
  }

  focus(): void {
    this.root.querySelector("button")?.focus({ preventScroll: true });
  }

  close(): void {
    if (!this.shown) return;
    this.shown = undefined;
    this.root.hidden = true;
    this.buttons = [];
    this.cells.replaceChildren();
    this.hand.closed();
  }
}

/** A channel's patch, its row of the matrix below, and its number. */
function paintCell(context: CanvasRenderingContext2D, group: Group, place: number, side: number, look: Look, isPinned: boolean): void {
  const { palette, pictures } = look;
  const channel = group.channels[place]!;
  const patch = group.patches.get(channel);
  context.fillStyle = palette.bands[1];
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  if (pictures.has(patch)) pictures.draw(context, patch, { x: 0, y: 0, width: side, height: side });
  if (group.rows > 0) paintMatrix(context, { ...group, rows: 1, firstRow: rowOf(group, place) }, { x: 0, y: side + 1, width: side, height: ROW }, look);
  context.fillStyle = context.strokeStyle = palette.text;
  if (isPinned) {
    const path = new Path2D(pinPath(side - 7, 4));
    context.fillStyle = palette.box;
    context.fillRect(side - 14, 1, 13, 15);
    context.fillStyle = palette.text;
    context.fill(path);
    context.stroke(path);
  }
  context.font = `11px ${palette.font}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillText(String(channel), side / 2, side + (group.rows > 0 ? ROW + 1 : 0) + 12, side);
}
