/** The notebook's colours, and word of when they change. */

export interface Theme {
  dark: boolean;
  text: string;
  faint: string;
  line: string;
  background: string;
  accent: string;
  hover: string;
  warning: string;
  error: string;
}

const value = (style: CSSStyleDeclaration, name: string, otherwise: string): string =>
  style.getPropertyValue(name).trim() || otherwise;

/** Reads the colours where the widget stands (base.css defines them). */
export function themeOf(element: Element): Theme {
  const style = getComputedStyle(element);
  const background = value(style, "--cnnviz-background", "#ffffff");
  return {
    dark: isDark(background),
    text: value(style, "--cnnviz-text", "#222222"),
    faint: value(style, "--cnnviz-faint", "#6b6b6b"),
    line: value(style, "--cnnviz-line", "#c4c4c4"),
    background,
    accent: value(style, "--cnnviz-accent", "#0072b2"),
    hover: value(style, "--cnnviz-hover", "#b34700"),
    warning: value(style, "--cnnviz-warning", "#d55e00"),
    error: value(style, "--cnnviz-error", "#c62828"),
  };
}

/** Relative luminance below the middle of the perceptual scale. */
function isDark(color: string): boolean {
  const [red, green, blue] = rgb(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}

/** `#rgb`, `#rrggbb`, `rgb(…)` or a colour name, as three bytes. */
export function rgb(color: string): [number, number, number] {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color)?.[1];
  if (hex) {
    const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit) : hex.match(/../g)!;
    return digits.map((pair) => parseInt(pair, 16)) as [number, number, number];
  }
  const numbers = color.match(/^rgba?\(([^)]*)\)/)?.[1]?.split(/[\s,/]+/).map(Number);
  if (numbers && numbers.length >= 3) return [numbers[0]!, numbers[1]!, numbers[2]!];
  return color === "black" ? [0, 0, 0] : [255, 255, 255];
}

/** One colour as a pixel of an ImageData seen through a Uint32Array (little-endian). */
export function pixel([red, green, blue]: readonly [number, number, number]): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * Calls back when the widget's colours have changed, for whatever reason.
 *
 * A notebook names its new theme before the theme's style sheet has been loaded; the end of the
 * root's transition (base.css), or its cutting short, comes when the colours are there. It may
 * also name it after: the attributes of the body are watched, too.
 */
export function onThemeChange(root: HTMLElement, callback: () => void, signal: AbortSignal): void {
  const onColor = (event: TransitionEvent): void => {
    if (event.target === root && event.propertyName === "color") callback();
  };
  const observer = new MutationObserver(callback);
  observer.observe(document.body, { attributes: true });
  observer.observe(document.documentElement, { attributes: true });
  signal.addEventListener("abort", () => observer.disconnect());
  root.addEventListener("transitionend", onColor, { signal });
  root.addEventListener("transitioncancel", onColor, { signal });
}
