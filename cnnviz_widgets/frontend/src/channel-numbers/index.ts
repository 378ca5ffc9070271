/** ChannelNumbers: the channel that is selected, or was hovered last, and a tile of it. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { classColumns } from "./classes";
import { readNumbers, told } from "./numbers";
import { smallCurve } from "./small-curve";
import { TilePart } from "./tile";
import { readCurves } from "../density-panel/curves";
import { distanceText, readGroups } from "../density-panel/groups";
import { onResize } from "../lib/dom/canvas";
import { button, element, mount } from "../lib/dom/elements";
import { eachFrame } from "../lib/dom/frame";
import { iconButton } from "../lib/dom/icons";
import { onThemeChange, themeOf } from "../lib/dom/theme";
import { count, withArticle } from "../lib/format";
import { onTile } from "../lib/frame/shown-tile";
import { onChange } from "../lib/linking/changes";
import { entry } from "../lib/linking/entry";
import { publisher } from "../lib/linking/publish";
import { Selection } from "../lib/linking/selection";
import { groupColor } from "../lib/plots/group-colors";
import { CHANNEL_FACTS_TRAITS, DENSITY_CURVES_TRAITS } from "../lib/wire/constants";
import type { DensityCurvesState } from "../lib/wire/payloads";
import type { ChannelNumbersState, ColumnAxisState } from "../lib/wire/states";

async function render({ model, el, host, signal }: RenderProps<ChannelNumbersState>): Promise<void> {
  const selection = await Selection.of(host, model.get("selection"), signal);
  const [columns, rows] = await Promise.all(
    (["axis", "_rows"] as const).map((key) => host.getModel<ColumnAxisState>(model.get(key))),
  );
  const drawn = model.get("_curves");
  const densities = drawn ? await host.getModel<DensityCurvesState>(drawn) : null;
  // The cell may have been run again meanwhile; nobody would end what began now.
  if (signal.aborted) return;
  const card = new Card(model, densities, columns!, rows!, selection, signal);
  mount(el, card.root, signal);
  card.begin();
}

class Card {
  readonly root = element("div", "cnnviz cnnviz-channel-numbers");
  private readonly swatch = element("span", "cnnviz-card-swatch");
  private readonly name = element("span", "cnnviz-card-title");
  private readonly place = element("span", "cnnviz-card-place");
  private readonly numbers = element("div", "cnnviz-card-numbers");
  private readonly samples = element("div", "cnnviz-card-samples cnnviz-faint");
  private readonly aside = element("div", "cnnviz-card-aside");
  private readonly alike = element("div", "cnnviz-card-alike");
  private readonly values = element("div", "cnnviz-card-values");
  private readonly classes = element("div", "");
  private readonly about = element("div", "");
  private readonly nothing = element("div", "cnnviz-note");
  private readonly steps: HTMLButtonElement[];
  private readonly tile: TilePart;
  private readonly publish: () => void;
  /** Which of the selected channels is shown. */
  private at = -1;
  /** Ends the listeners of the channels most alike. */
  private listed = new AbortController();
  readonly draw: () => void;

  constructor(
    private readonly model: AnyModel<ChannelNumbersState>,
    private readonly densities: AnyModel<DensityCurvesState> | null,
    private readonly columns: AnyModel<ColumnAxisState>,
    private readonly rows: AnyModel<ColumnAxisState>,
    private readonly selection: Selection,
    private readonly signal: AbortSignal,
  ) {
    this.publish = publisher(model, signal);
    this.draw = eachFrame(() => this.refresh(), signal);
    this.steps = [
      iconButton("chevron-left", "Channel before", "The channel before", () => this.step(-1), signal),
      iconButton("chevron-right", "Next channel", "The next channel", () => this.step(1), signal),
    ];
    this.tile = new TilePart((channel) => this.show(channel), signal);
    const [before, after] = this.steps as [HTMLButtonElement, HTMLButtonElement];
    const head = element("div", "cnnviz-card-head", {}, this.swatch, this.name, before, this.place, after);
    this.about.append(head, this.numbers, this.samples, this.aside, this.classes, this.alike, this.values);
    this.root.append(this.nothing, this.about, this.tile.root);
    signal.addEventListener("abort", () => this.listed.abort());
  }

  begin(): void {
    const { model, signal } = this;
    let selected = this.selection.list;
    this.at = selected.length - 1;
    this.selection.onChange(() => {
      const { list, hovered } = this.selection;
      if (list !== selected) {
        selected = list;
        this.at = list.length - 1;
        if (list.length > 0) this.show(list[this.at]!);
      }
      // Among selected channels the pointer changes nothing: they are what is looked at.
      if (list.length === 0 && hovered >= 0) this.show(hovered);
    });
    // Numbers of another layer are of other channels.
    this.selection.onOthers(() => this.show(-1));
    onChange(model, [...CHANNEL_FACTS_TRAITS, "channel", "_noun", "_of_weights", "_samples", "_disagreements", "_surveyed", "_listed", "class_names"], this.draw);
    if (this.densities) onChange(this.densities, DENSITY_CURVES_TRAITS, this.draw);
    for (const axis of new Set([this.columns, this.rows])) onChange(axis, ["_groups"], this.draw);
    onThemeChange(this.root, this.draw, signal);
    onTile(this.root, (tile) => {
      this.tile.open(tile);
      return this.tile;
    }, signal);
    onResize(this.root, () => {
      // What was not asked for while nobody looked.
      if (this.root.clientWidth > 0) this.publish();
      this.draw();
    }, signal);
    // The grid that the tile is of is hidden then.
    onChange(model, ["_of_weights"], () => this.tile.close());
    if (this.at >= 0) this.show(this.selection.list[this.at]!);
    this.refresh();
  }

  private show(channel: number): void {
    if (channel === this.model.get("channel")) return;
    this.model.set("channel", channel);
    // What is not looked at need not be asked for.
    if (this.root.clientWidth > 0) this.publish();
  }

  /** The selected channels, or where there are not several all in leaf order. */
  private sequence(channels: Int32Array): readonly number[] {
    return this.selection.list.length > 1 ? this.selection.list : Array.from(channels);
  }

  private step(by: number): void {
    const sequence = this.sequence(readNumbers(this.model).channels);
    const now = sequence.indexOf(this.model.get("channel"));
    const next = sequence[now + by];
    if (next === undefined) return;
    if (this.selection.list.length > 1) this.at = now + by;
    else if (this.selection.list.length === 1) this.selection.replace([next]);
    this.show(next);
  }

  private refresh(): void {
    const { model } = this;
    const facts = readNumbers(model);
    const channel = model.get("channel");
    const column = facts.of.get(channel);
    const noun = model.get("_noun");
    this.nothing.hidden = column !== undefined;
    this.about.hidden = column === undefined;
    this.nothing.textContent = channel < 0 ? `Point at ${withArticle(noun)}, or select one.` : `${capital(noun)} ${channel} is not drawn.`;
    if (column === undefined) return;
    this.head(facts.channels, channel);
    this.numbers.replaceChildren(
      ...told(facts, column).map(([value, name]) =>
        element("div", "cnnviz-card-number", {}, element("b", "", {}, value), element("span", "cnnviz-faint", {}, name)),
      ),
    );
    this.samples.textContent = model.get("_samples");
    this.samples.hidden = !model.get("_samples");
    this.aside.textContent = model.get("_disagreements")[channel] ?? "";
    this.aside.hidden = !this.aside.textContent;
    const classes = classColumns(model, column);
    this.classes.replaceChildren(...(classes ? [classes] : []));
    this.listAlike(channel);
    this.drawValues(channel);
  }

  private head(channels: Int32Array, channel: number): void {
    const sequence = this.sequence(channels);
    const now = sequence.indexOf(channel);
    this.name.textContent = `${capital(this.model.get("_noun"))} ${this.nameOf(channel)}`;
    this.name.title = this.name.textContent;
    this.place.textContent = now >= 0 ? `${count(now + 1)} of ${count(sequence.length)}` : "";
    const [before, after] = this.steps as [HTMLButtonElement, HTMLButtonElement];
    before.disabled = now <= 0;
    after.disabled = now < 0 || now === sequence.length - 1;
  }

  private nameOf(channel: number): string {
    return this.model.get("class_names")?.[channel] ?? String(channel);
  }

  private listAlike(channel: number): void {
    const nearest = this.model.get("_nearest");
    this.listed.abort();
    this.listed = new AbortController();
    // The answer may be to the question before.
    const known = "channel" in nearest && nearest.channel === channel ? nearest : { channels: [], distances: [] };
    this.alike.hidden = known.channels.length === 0;
    const entries = known.channels.map((other, i) => {
      const made = button("", "Select it; the distance is its cosine distance", () => this.selection.replace([other]), this.listed.signal);
      made.className = "cnnviz-card-other";
      made.append(element("span", "", {}, this.nameOf(other)), element("span", "cnnviz-faint", {}, distanceText(known.distances[i]!)));
      return made;
    });
    this.alike.replaceChildren(element("span", "cnnviz-faint", {}, "Most alike"), ...entries);
  }

  private drawValues(channel: number): void {
    const theme = themeOf(this.root);
    const axis = this.model.get("_of_weights") ? this.rows : this.columns;
    const curves = this.densities && readCurves(this.densities);
    const curve = curves?.of.get(channel);
    const groups = curves && readGroups(axis.get("_groups"), curves);
    const group = curve === undefined ? -1 : groups!.of[curve]!;
    const color = groupColor(group, theme.dark);
    this.swatch.style.background = color;
    const members = group < 0 ? [] : groups!.list[group]!.curves;
    const picture = curve === undefined ? null : smallCurve(curves!, curve, members, color);
    this.values.hidden = picture === null;
    const title = members.length > 1 ? "Values, beside its group" : "Values";
    this.values.replaceChildren(...(picture ? [element("div", "cnnviz-faint", {}, title), picture] : []));
  }
}

const capital = (noun: string): string => noun.charAt(0).toUpperCase() + noun.slice(1);

export default entry(render);
