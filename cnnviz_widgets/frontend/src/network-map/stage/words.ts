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

function fitting(width: number, font: string): (text: string) => boolean {
  const context = (ruler ??= layer("").context);
  context.font = font;
  return (text) => context.measureText(text).width <= width;
}

/** The first of these ways to say it that there is room for; the last where there is for none. */
export const roomiest = (ways: readonly string[], width: number, font: string): string => ways.find(fitting(width, font)) ?? ways[ways.length - 1]!;

/** As much of a name as there is room for: its end tells more than its beginning. */
export function shortened(name: string, width: number, font: string): string {
  const fits = fitting(width, font);
  if (fits(name)) return name;
  for (let kept = name.length - 1; kept > 3; kept--) {
    const head = Math.ceil(kept / 3);
    const text = `${name.slice(0, head)}…${name.slice(name.length - (kept - head))}`;
    if (fits(text)) return text;
  }
  return `${name.slice(0, 2)}…`;
}
