/** All of the map that is lines and words: what lies behind its boxes, and what lies over them. */
import { svg } from "../../lib/dom/svg";
import { compact, count, counted } from "../../lib/format";
import type { MapData, Station } from "../data";
import type { Box, Layout } from "./layout";
import type { Palette } from "./palette";
import { MARK } from "../boxes/boxes";
import { paintStrip } from "./strip";
import { stageTitles } from "./titles";
import { roomiest, shortened, words } from "./words";

/** Where bands begin. */
const BAND = 18;
/** Groups that draws of the samples find again less well than this are uncertain. */
export const UNCERTAIN = 0.6;

/** Bands of the stages, and where stations are folded. */
export function paintBands(root: SVGElement, layout: Layout, palette: Palette): void {
  const bands = layout.bands.map(({ x, width }, at) =>
    svg("rect", { x, y: BAND, width, height: layout.bottom + 6 - BAND, rx: 4, fill: palette.bands[at % 2]! }));
  const folds = layout.columns.filter(({ fold }) => fold !== null).map(({ fold }) =>
    svg("line", { x1: fold!, x2: fold!, y1: BAND + 4, y2: layout.bottom, stroke: palette.faint, "stroke-width": 1.5, "stroke-dasharray": "1 4", "stroke-linecap": "round" }));
  root.replaceChildren(...bands, ...folds);
}

/** Titles, the boxes' outlines with their numbers of channels, what is folded, and the strip below. */
export function paintFront(root: SVGElement, data: MapData, layout: Layout, palette: Palette): void {
  const heads = layout.bands.flatMap(({ x, width, stage, columns }) => {
    const { shared, titles } = stageTitles(columns.map((at) => data.stations[at]!.title));
    const caption = shortened([shared, stage].filter(Boolean).join(" · "), width - 8, `11px ${palette.font}`);
    return [words(caption, x + 4, 12, { "text-anchor": "start", fill: palette.faint }), ...columns.flatMap((at, place) => headOf(data.stations[at]!, titles[place]!, layout, at, palette))];
  });
  root.replaceChildren(...heads, ...layout.boxes.flatMap((box) => boxOf(box, palette)), ...paintStrip(data, layout, palette));
}

function headOf(station: Station, title: string, { columns }: Layout, at: number, palette: Palette): SVGElement[] {
  const { left, right, fold } = columns[at]!;
  const [middle, room] = [(left + right) / 2, right - left - 4];
  const noun = station.shape.length > 1 ? "channel" : "unit";
  const { channels } = station;
  const ways = [counted(channels, noun), `${count(channels)} ${station.shape.length > 1 ? "ch." : "units"}`, count(channels), compact(channels)];
  const parts = [
    words(shortened(title, room, `600 12px ${palette.font}`), middle, 42, { "font-size": 12, "font-weight": 600, fill: palette.text }),
    words(roomiest(ways, room, `11px ${palette.font}`), middle, 55, { fill: palette.faint }),
  ];
  if (fold === null) return parts;
  const text = `+ ${count(station.folded)} alike`;
  const width = 6.2 * text.length + 10;
  const center = Math.max(2 + width / 2, fold);
  return [
    ...parts,
    svg("rect", { x: center - width / 2, y: 14, width, height: 17, rx: 8.5, fill: palette.text }),
    words(text, center, 26.5, { fill: palette.background }),
  ];
}

function boxOf({ x, y, width, height, group, state, channels }: Box, palette: Palette): SVGElement[] {
  const unsure = group !== undefined && group.stability !== null && group.stability < UNCERTAIN;
  const parts: SVGElement[] = [svg("rect", {
    x: x + 0.5, y: y + 0.5, width: width - 1, height: height - 1, rx: 2, fill: "none",
    stroke: state ? palette.faint : palette.outline,
    ...(unsure ? { "stroke-dasharray": "5 3", "stroke-width": 1.5 } : {}),
  })];
  if (!group) return parts;
  const halo = { stroke: palette.box, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke", fill: palette.text, "font-size": 10 };
  const name = `#${group.group}`;
  parts.push(words(roomiest([`${name} · ${count(channels.length)}`, name], width / 2 - 6, `10px ${palette.font}`), x + 4, y + 11, { ...halo, "text-anchor": "start" }));
  let right = x + width - 4;
  if (group.findings.length > 0) {
    parts.push(svg("path", { d: `M${right - 8} ${y + 12}h8l-4-8Z`, fill: palette.warning, stroke: palette.box, "stroke-width": 2, "paint-order": "stroke" }));
    right -= MARK;
  }
  if (group.pinned.length > 0) parts.push(svg("path", {
    d: pinPath(right - 4, y + 4), fill: palette.text, stroke: palette.text, "stroke-linejoin": "round",
  }));
  return parts;
}

/** A pin: its head, and what it is put in by. */
export const pinPath = (x: number, y: number): string => `M${x - 2.5} ${y}h5l-.7 3.2 2.2 2.3h-8l2.2-2.3ZM${x} ${y + 5.5}v4`;
