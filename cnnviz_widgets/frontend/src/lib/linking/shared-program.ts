/**
 * How a widget's program comes by what all of them have in common.
 *
 * Each widget carries its own program; what several would carry alike, its model leads to. A page
 * never lets go of a program that was loaded: so that each does its work once, what it makes is
 * kept for all widgets of its kind. By its content: a page may see another version after the
 * kernel was restarted.
 */
import type { AnyModel, RenderProps } from "@anywidget/types";

type Props = RenderProps<any>;
type Entry = { render(props: Props): void | Promise<void> };
type Shared = Record<string, unknown>;

const REGISTRY = Symbol.for("cnnviz-widgets");

/** What anywidget is given of a widget; `make` makes its entry of what is shared. */
export const widget = (key: string, sharedKey: string, make: (shared: Shared) => Entry): Entry => ({
  async render(props) {
    const entry = await once(key, async () => make(await once(sharedKey, () => load(props, sharedKey))));
    // The cell may have been run again meanwhile.
    if (!props.signal.aborted) await entry.render(props);
  },
});

/** What was made under a key, or is made now; what fails is tried again by the next. */
function once<T>(key: string, make: () => Promise<T>): Promise<T> {
  const made = ((globalThis as Record<symbol, unknown>)[REGISTRY] ??= new Map()) as Map<string, Promise<T>>;
  let making = made.get(key);
  if (!making) {
    making = make();
    made.set(key, making);
    making.catch(() => made.delete(key));
  }
  return making;
}

async function load({ model, host }: Props, key: string): Promise<Shared> {
  const program: AnyModel = await host.getModel(model.get("_program"));
  const url = URL.createObjectURL(new Blob([program.get("script")], { type: "text/javascript" }));
  try {
    const shared = (await import(url)) as Shared;
    if (shared["key"] !== key) {
      throw new Error("cnnviz_widgets was installed anew while its kernel ran; restart the kernel");
    }
    // Before the widgets' own: where two say the same, theirs is the last word.
    const style = Object.assign(document.createElement("style"), { textContent: program.get("style") });
    document.head.insertBefore(style, document.head.querySelector("style[id^='cnnviz_widgets.']"));
    return shared;
  } finally {
    URL.revokeObjectURL(url);
  }
}
