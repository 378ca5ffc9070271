/** What is drawn, and what can be done with moments: two small windows over the strip. */
import { type Line } from "./strip/series";
import { button, element } from "../lib/dom/elements";
import { popover, type Popover } from "../lib/popover/popover";
import type { NumberEntry } from "../lib/wire/payloads";

export interface Choice {
  text: string;
  title: string;
  disabled: boolean;
  act(): void;
}

/** A list of what can be done now, made anew each time that it opens. */
export function actions(opener: HTMLButtonElement, choices: () => Choice[], label: string, signal: AbortSignal): Popover {
  const root = element("div", "cnnviz-timeline-menu");
  const window = popover(opener, root, signal, {
    label,
    align: "start",
    onOpen: () => {
      const made = choices().map(({ text, title, disabled, act }) => {
        const choice = button(text, title, () => {
          window.close();
          act();
        }, signal);
        choice.disabled = disabled;
        return choice;
      });
      root.replaceChildren(...made);
    },
  });
  return window;
}

interface Drawn {
  numbers: readonly NumberEntry[];
  number: string;
  lines: readonly Line[];
  isShown(line: Line): boolean;
}

/** Which number of the layers is drawn, and which losses and metrics. */
export function curvesMenu(
  opener: HTMLButtonElement,
  drawn: () => Drawn,
  choose: (number: string) => void,
  show: (line: string, isShown: boolean) => void,
  signal: AbortSignal,
): Popover {
  const root = element("div", "cnnviz-timeline-menu");
  const group = `cnnviz-timeline-${Math.random()}`;
  return popover(opener, root, signal, {
    label: "What the timeline draws",
    align: "start",
    onOpen: () => {
      const { numbers, number, lines, isShown } = drawn();
      const chosen = numbers.some(({ name }) => name === number) ? number : numbers[0]?.name;
      root.replaceChildren(
        ...numbers.map(({ name, title, explanation, known }) => {
          const input = element("input", "", { type: "radio", name: group, value: name, disabled: !known });
          input.checked = name === chosen;
          input.addEventListener("change", () => choose(name), { signal });
          return element("label", "", { title: explanation }, input, known ? title : `${title} (not known)`);
        }),
        ...(lines.length > 1 ? [element("hr", "")] : []),
        ...(lines.length > 1 ? lines : []).map((line) => {
          const input = element("input", "", { type: "checkbox" });
          input.checked = isShown(line);
          input.addEventListener("change", () => show(line.name, input.checked), { signal });
          return element("label", "", { title: line.name }, input, line.name);
        }),
      );
    },
  });
}
