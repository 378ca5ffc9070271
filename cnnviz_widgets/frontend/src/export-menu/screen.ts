/** What is on the screen as one picture: all that a page can make without a kernel. */
import { asXml } from "./save";
import { pixelRatio } from "../lib/dom/canvas";
import { themeOf } from "../lib/dom/theme";

/** What lies over the page, such as the menu itself, is no part of the picture. */
const LEFT_OUT = "style, script, [popover], .cnnviz-export-said";
const XHTML = "http://www.w3.org/1999/xhtml";

/** All that an element shows, as it stands on the screen; null where it has no room there. */
export async function screenPicture(root: HTMLElement): Promise<HTMLCanvasElement | null> {
  const { width, height } = root.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context || width < 1 || height < 1) return null;
  const ratio = pixelRatio();
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawingOf(root, width, height))}`;
  await image.decode();
  context.fillStyle = themeOf(root).background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The page's own elements as a drawing, which a browser paints as it has painted them. */
export function drawingOf(root: HTMLElement, width: number, height: number): string {
  const copy = copyOf(root)!;
  copy.setAttribute("style", `${copy.getAttribute("style")}position:static;margin:0;transform:none;`);
  const inside = asXml(copy);
  const size = `width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><foreignObject ${size}>${inside}</foreignObject></svg>`;
}

/** A copy that needs no style sheet; null of what is not shown. */
function copyOf(element: Element): Element | null {
  const style = getComputedStyle(element);
  if (element.matches(LEFT_OUT) || style.display === "none") return null;
  const copy = element instanceof HTMLCanvasElement ? pictureOf(element) : (element.cloneNode(false) as Element);
  copy.setAttribute("style", textOf(style));
  if (element instanceof HTMLInputElement) {
    copy.setAttribute("value", element.value);
    copy.toggleAttribute("checked", element.checked);
  }
  if (element instanceof HTMLOptionElement) copy.toggleAttribute("selected", element.selected);
  if (copy instanceof HTMLImageElement) return copy;
  for (const child of element.childNodes) {
    const made = child instanceof Element ? copyOf(child) : child.cloneNode();
    if (made) copy.append(made);
  }
  if (copy instanceof HTMLElement) {
    copy.prepend(...paintedBy(element, "::before"));
    copy.append(...paintedBy(element, "::after"));
  }
  scroll(copy, element.scrollLeft, element.scrollTop);
  return copy;
}

function pictureOf(canvas: HTMLCanvasElement): HTMLImageElement {
  const image = document.createElementNS(XHTML, "img") as HTMLImageElement;
  if (canvas.width > 0 && canvas.height > 0) image.src = canvas.toDataURL();
  return image;
}

/** What a style sheet puts before or after an element, which no copy has. */
function paintedBy(element: Element, name: "::before" | "::after"): HTMLElement[] {
  const style = getComputedStyle(element, name);
  const words = /^"(.*)"$/.exec(style.content)?.[1];
  if (words === undefined) return [];
  const made = document.createElement("span");
  made.textContent = words;
  made.setAttribute("style", textOf(style));
  return [made];
}

/** What was scrolled away stays out of sight. */
function scroll(copy: Element, left: number, top: number): void {
  if (left === 0 && top === 0) return;
  for (const child of copy.children) {
    child.setAttribute("style", `${child.getAttribute("style")}translate:${-left}px ${-top}px;`);
  }
}

function textOf(style: CSSStyleDeclaration): string {
  let text = "";
  for (let at = 0; at < style.length; at++) {
    const name = style.item(at);
    text += `${name}:${style.getPropertyValue(name)};`;
  }
  return `${text}animation:none;transition:none;`;
}
