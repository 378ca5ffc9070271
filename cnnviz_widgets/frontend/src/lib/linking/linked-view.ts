/** How a view comes by the selection and the axis that it shares with others. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { Selection } from "./selection";
import { mount } from "../dom/elements";
import type { ChannelGridState, ColumnAxisState } from "../wire/states";

/** Traits that every linked view has: references to the shared models. */
export type LinkedState = Pick<ChannelGridState, "selection" | "axis">;

type SampleState = Pick<ChannelGridState, "sample_selection">;

export interface LinkedView {
  root: HTMLElement;
  /** Bring everything that is drawn up to date with the traits. */
  refresh(): void;
}

/** An entry's `render` for a class of linked views. */
export function renderLinked<State extends LinkedState>(
  View: new (
    model: AnyModel<State>,
    axis: AnyModel<ColumnAxisState>,
    selection: Selection,
    signal: AbortSignal,
    el: HTMLElement,
    samples: Selection | null,
  ) => LinkedView,
) {
  return async ({ model, el, host, signal }: RenderProps<State>): Promise<void> => {
    const selection = await Selection.of(host, model.get("selection"), signal);
    // Not every view shows samples.
    const reference = (model as unknown as AnyModel<Partial<SampleState>>).get("sample_selection");
    const samples = await Selection.from(host, reference, signal);
    const axis = await host.getModel<ColumnAxisState>(model.get("axis"));
    // The cell may have been run again meanwhile; nobody would end what began now.
    if (signal.aborted) return;
    const view = new View(model, axis, selection, signal, el, samples);
    mount(el, view.root, signal);
    view.refresh();
  };
}
