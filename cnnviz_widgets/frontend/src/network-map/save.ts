/** The map as a file: lines and words stay such, what is drawn in the boxes becomes pictures. */
import type { AnyModel } from "@anywidget/types";

import { asXml } from "../export-menu/save";
import { layer } from "../lib/dom/canvas";
import { svg } from "../lib/dom/svg";
import { wholePercent } from "../lib/format";
import type { MapViewState } from "../lib/wire/states";
import { boxPicture, type Look } from "./boxes/boxes";
import { COLUMN_NOUNS } from "./data";
import type { Layout } from "./stage/layout";
import { dashed } from "./stage/lines";
import { words } from "./stage/words";

export interface Parts {
  back: SVGElement;
  front: SVGElement;
  layout: Layout;
  look: Look;
}

const LINES: Record<MapViewState["reading"], string> = {
  effects: "what changes when the other group is silenced, in standard deviations",
  weights: "the mean weight between them",
};
/** Above and below the map. */
const HEAD = 30;
const LINE = 16;
/** Pixels of pictures a unit of the drawing. */
const SCALE = 3;

/** How much is drawn, what the columns are, on what it rests. */
function captions({ look: { data } }: Parts, model: AnyModel<MapViewState>): string[] {
  return [
    `${wholePercent(model.get("share"))} of what acts on each group is drawn: ${LINES[model.get("reading")]}`,
    data.columns.length > 0 ? `columns: ${COLUMN_NOUNS[data.columnKind]} ${data.columns.join(" · ")}` : "",
    model.get("facts"),
  ].filter(Boolean);
}

/** A drawing that needs nothing but itself. */
function drawing(parts: Parts, model: AnyModel<MapViewState>): string {
  const { back, front, layout, look } = parts;
  const lines = captions(parts, model);
  const { width } = layout;
  const { palette } = look;
  const height = HEAD + layout.height + LINE * lines.length + 8;
  const pictures = layout.boxes.map((box) =>
    svg("image", { x: box.x, y: box.y, width: box.width, height: box.height, href: boxPicture(box, look, SCALE).toDataURL() }));
  const copies = (from: SVGElement): Node[] => [...from.childNodes].map((each) => each.cloneNode(true));
  const sign = (x: number, way: 1 | -1, text: string): SVGElement[] => [
    svg("path", { d: `M${x} 14h26`, stroke: way > 0 ? palette.raises : palette.lowers, "stroke-width": 3, ...dashed(way, 3) }),
    words(text, x + 32, 18, { "text-anchor": "start", fill: palette.text }),
  ];
  const root = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": palette.font },
    svg("rect", { width, height, fill: palette.background }),
    words(model.get("title"), 8, 19, { "text-anchor": "start", "font-size": 14, "font-weight": 600, fill: palette.text }),
    ...sign(width - 160, 1, "raises"),
    ...sign(width - 80, -1, "lowers"),
    svg("g", { transform: `translate(0 ${HEAD})` }, ...copies(back), ...pictures, ...copies(front)),
    ...lines.map((line, at) => words(line, 8, HEAD + layout.height + 12 + LINE * at, { "text-anchor": "start", fill: palette.faint })));
  return asXml(root);
}

/** The same as a file of this kind. */
export async function fileOf(suffix: "png" | "svg", parts: Parts, model: AnyModel<MapViewState>): Promise<BlobPart> {
  const drawn = drawing(parts, model);
  if (suffix === "svg") return drawn;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn)}`;
  await image.decode();
  const { canvas, context } = layer("");
  [canvas.width, canvas.height] = [2 * image.naturalWidth, 2 * image.naturalHeight];
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new Error(`none of ${canvas.width} × ${canvas.height} pixels`);
  return blob;
}
