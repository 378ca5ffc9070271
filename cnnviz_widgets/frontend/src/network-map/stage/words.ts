/** Words in the picture, and names as short as there is room for. */
import { layer } from "../../lib/dom/canvas";
import { svg } from "../../lib/dom/svg";

type Attributes = Record<string, string | number>;

export function words(text: string, x: number, y: number, attributes: Attributes = {}): SVGElement {
  const made = svg("text", { x: Math.round(10 * x) / 10, y, "font-size": 11, "text-anchor": "middle", ...attributes });
  made.textContent = text;
  return made;
}

let ruler: CanvasRenderingContext2D | undefined;

/** As much of a name as there is room for: its end tells more than its beginning. */
export function shortened(name: string, width: number, font: string): string {
  ruler ??= layer("").context;
  ruler.font = font;
  const fits = (text: string): boolean => ruler!.measureText(text).width <= width;
  if (fits(name)) return name;
  for (let kept = name.length - 1; kept > 3; kept--) {
    const head = Math.ceil(kept / 3);
    const text = `${name.slice(0, head)}…${name.slice(name.length - (kept - head))}`;
    if (fits(text)) return text;
  }
  return `${name.slice(0, 2)}…`;
}
