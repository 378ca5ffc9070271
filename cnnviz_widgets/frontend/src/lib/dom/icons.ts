/** Small line drawings for buttons; each button says in words what it does. */
import { button } from "./elements";
import { svg } from "./svg";

/** Lines in a box of 16 × 16. */
const LINES = {
  refresh: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5V5.3H10.2",
  picture: "M2 3h12v10H2ZM2 11l3.5-3.5 3 3 2-2L14 11.5M10.5 6h.1",
  download: "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 11.5v2h11v-2",
  fullscreen: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  drawer: "M2 3h12v10H2ZM9.5 3v10",
  help: "M5.6 5.8a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.9M8 12.4v.1",
  settings: "M2 5h7M12 5h2M2 11h2M7 11h7M9 3.4h3v3.2H9ZM4 9.4h3v3.2H4Z",
  menu: "M2 4h12M2 8h12M2 12h12",
  "chevron-left": "M10 3 5 8l5 5",
  "chevron-right": "M6 3l5 5-5 5",
  "chevron-down": "M3 6l5 5 5-5",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9ZM10.3 10.3 13.5 13.5",
  sort: "M4.5 3v10M2.5 11l2 2 2-2M11 13V3M9 5l2-2 2 2",
  filter: "M2 3h12L9.5 8.5V13l-3-1.5v-3Z",
  play: "M4.5 2.8v10.4L12.5 8Z",
  pause: "M5 3v10M11 3v10",
  stop: "M3.5 3.5h9v9h-9Z",
  undo: "M3 6h7a3.2 3.2 0 1 1 0 6.4H6M5.8 3 2.8 6l3 3",
  copy: "M5.5 5.5h8v8h-8ZM10.5 5.5v-3h-8v8h3",
} as const;

export type IconName = keyof typeof LINES;

export function icon(name: IconName): SVGSVGElement {
  const line = svg("path", { d: LINES[name] });
  return svg("svg", { class: "cnnviz-icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, line);
}

/** A button that is a drawing: what it is called, and what its tooltip says, the key included. */
export function iconButton(
  name: IconName,
  label: string,
  title: string,
  onPress: () => void,
  signal: AbortSignal,
): HTMLButtonElement {
  const made = button("", title, onPress, signal);
  made.classList.add("cnnviz-icon-button");
  made.setAttribute("aria-label", label);
  made.append(icon(name));
  return made;
}
