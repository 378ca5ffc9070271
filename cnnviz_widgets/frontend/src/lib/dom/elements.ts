/** Elements in a line. Text goes in by textContent only: names come from the user's model. */

type Attributes = Record<string, string | number | boolean>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Shows a view until it is taken away: ipywidgets keeps the element it stood in as long as the page. */
export function mount(el: HTMLElement, root: HTMLElement, signal: AbortSignal): void {
  el.append(root);
  signal.addEventListener("abort", () => root.remove(), { once: true });
}

/** Sets a text where it changes: a screen reader speaks each setting of a live one. */
export function say(element: Node, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sentences about a picture, a line each. */
export function showNotes(root: HTMLElement, notes: readonly string[]): void {
  root.replaceChildren(...notes.map((note) => element("div", "", {}, note)));
}

/**
 * Gives an element the keyboard's focus, and its keys: the notebooks take arrows and letters for
 * themselves unless the focused element itself asks them not to.
 */
export function keyboard(element: HTMLElement): void {
  element.tabIndex = 0;
  element.setAttribute("data-lm-suppress-shortcuts", "true");
}

/** A labelled drop-down of choices, kept equal to a trait by the caller. */
export function choice(
  label: string,
  title: string,
  options: readonly (readonly [value: string, text: string])[],
  onChoose: (value: string) => void,
  signal: AbortSignal,
): { root: HTMLLabelElement; select: HTMLSelectElement } {
  const select = element("select", "cnnviz-select");
  for (const [value, text] of options) select.append(element("option", "", { value }, text));
  select.addEventListener("change", () => onChoose(select.value), { signal });
  keyboard(select);
  const root = element("label", "cnnviz-choice", { title }, element("span", "", {}, label), select);
  return { root, select };
}

export function button(
  text: string,
  title: string,
  onPress: () => void,
  signal: AbortSignal,
): HTMLButtonElement {
  const made = element("button", "cnnviz-button", { type: "button", title }, text);
  keyboard(made);
  made.addEventListener("click", onPress, { signal });
  return made;
}
