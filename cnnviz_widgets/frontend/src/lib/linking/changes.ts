/** Listening to traits by names that are checked against a model's state. */
import type { AnyModel } from "@anywidget/types";

export function onChange<State extends object>(
  model: AnyModel<State>,
  traits: readonly (keyof State & string)[],
  callback: () => void,
): void {
  model.on(traits.map((trait) => `change:${trait}`).join(" "), callback);
}
