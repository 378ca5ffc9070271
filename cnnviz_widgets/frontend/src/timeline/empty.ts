/** What stands in place of a history that there is not: the line of code that makes one. */
import { button, element, say } from "../lib/dom/elements";

const CODE = "model.fit(…, callbacks=[inspector.monitor()])";
/** The word on the button stays so long. */
const WORD_MS = 2000;

export function emptyLine(signal: AbortSignal): HTMLElement {
  const code = element("code", "", {}, CODE);
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const tell = (text: string): void => {
    say(copy, text);
    clearTimeout(timer);
    timer = setTimeout(() => say(copy, "Copy"), WORD_MS);
  };
  const copy = button("Copy", "Copy this line", () => {
    // A page that is not served securely has no clipboard.
    const written = navigator.clipboard?.writeText(CODE) ?? Promise.reject(new Error("there is no clipboard"));
    written.then(() => tell("Copied"), () => {
      getSelection()?.selectAllChildren(code);
      tell("Press Ctrl+C");
    });
  }, signal);
  copy.setAttribute("aria-live", "polite");
  return element("div", "cnnviz-timeline-empty", {}, element("span", "", {}, "No history yet:"), code, copy);
}
