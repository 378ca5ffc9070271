/** A small picture, hatched where it is none, with its number beneath. */
import { onScale } from "./scale";
import { layer } from "../lib/dom/canvas";
import { element, keyboard } from "../lib/dom/elements";
import { asUint8 } from "../lib/linking/buffers";
import type { PictureEntry } from "../lib/wire/payloads";

/** `side`: CSS pixels of its longer side; `choose`: what a click on it does, where it is of a sample. */
export function pictureElement(entry: PictureEntry, side: number, choose: (picture: PictureEntry) => void, signal: AbortSignal): HTMLElement {
  const image = drawn(entry, side);
  const box = element("span", "cnnviz-answer-picture", {}, image);
  if (entry.mark) box.append(element("i", "cnnviz-answer-mark", { style: `top:${100 * entry.mark[0]}%;left:${100 * entry.mark[1]}%` }));
  const caption = element("span", "cnnviz-answer-caption", {}, entry.caption);
  const opens = entry.sample >= 0;
  const root = element(opens ? "button" : "span", `cnnviz-answer-figure${entry.doubt ? " cnnviz-answer-doubted" : ""}`, { title: entry.title }, box, caption);
  if (root instanceof HTMLButtonElement) {
    root.type = "button";
    root.setAttribute("aria-label", `${entry.title}. Select the sample.`);
    keyboard(root);
    root.addEventListener("click", () => choose(entry), { signal });
  } else {
    root.setAttribute("role", "img");
    root.setAttribute("aria-label", entry.title);
  }
  return root;
}

function drawn({ height, width, channels, pixels, outside }: PictureEntry, side: number): HTMLCanvasElement {
  const { canvas, context } = layer("");
  canvas.width = width;
  canvas.height = height;
  const [from, beyond] = [asUint8(pixels), asUint8(outside)];
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let color = 0; color < 3; color++) image.data[4 * pixel + color] = from[pixel * channels + (channels === 3 ? color : 0)]!;
    // What is no picture lets the hatching behind it through.
    image.data[4 * pixel + 3] = beyond[pixel] ? 0 : 255;
  }
  context.putImageData(image, 0, 0);
  const [high, wide] = onScale(height, width, side);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  return canvas;
}
