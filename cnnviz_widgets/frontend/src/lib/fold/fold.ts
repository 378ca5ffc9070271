/** A heading that folds what stands below it, and says how far that is. */
import { element, keyboard, say } from "../dom/elements";
import { icon } from "../dom/icons";

let numbers = 0;

export class Fold {
  readonly root: HTMLElement;
  readonly body: HTMLElement;
  private readonly head: HTMLButtonElement;
  private readonly state = element("span", "cnnviz-answer-state cnnviz-faint", { role: "status", "aria-live": "polite" });

  constructor(title: string, hint: string, toggle: () => void, signal: AbortSignal) {
    const id = `cnnviz-answer-${numbers++}`;
    const words = [element("span", "cnnviz-answer-title", {}, title), element("span", "cnnviz-answer-hint cnnviz-faint", {}, hint)];
    this.head = element("button", "cnnviz-answer-head", { type: "button", "aria-controls": id }, icon("chevron-right"), ...words);
    keyboard(this.head);
    this.head.addEventListener("click", toggle, { signal });
    this.body = element("div", "cnnviz-answer-body", { id });
    this.root = element("section", "cnnviz-answer", {}, element("h4", "", {}, this.head, this.state), this.body);
  }

  show(isOpen: boolean, state: string): void {
    this.head.setAttribute("aria-expanded", String(isOpen));
    this.root.classList.toggle("cnnviz-answer-open", isOpen);
    this.body.hidden = !isOpen;
    say(this.state, isOpen ? state : "");
  }
}

/** Sentences, each in its tone. */
export const sentences = (words: readonly (readonly [tone: string, text: string])[]): HTMLElement[] =>
  words.map(([tone, text]) => element("p", `cnnviz-answer-words cnnviz-answer-${tone}`, {}, text));
