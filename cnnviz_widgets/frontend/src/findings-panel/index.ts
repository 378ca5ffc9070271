/** FindingsPanel: what a diagnosis found, by its cause, the worst first; the chosen one shows why. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { causesOf, isDismissed, markOf, notFound, type Cause, type Numbered } from "./causes";
import { detail } from "./detail";
import { findingMatches, severityCounts } from "./report";
import { causeHead, row, type Item } from "./rows";
import { button, choice, element, keyboard, mount, say } from "../lib/dom/elements";
import { rowAfter, scrollTo } from "../lib/dom/list";
import { count, counted } from "../lib/format";
import { onEscape } from "../lib/frame/escape";
import { onChange } from "../lib/linking/changes";
import { Connection, type ViewProps } from "../lib/linking/connection";
import { entry } from "../lib/linking/entry";
import type { FindingEntry, ReportEntry } from "../lib/wire/payloads";
import type { FindingsPanelState } from "../lib/wire/states";

/** From so many findings on it pays to look for one by its words. */
const FILTERED_FROM = 9;

/** So many notes are not folded where there is nothing graver. */
const SHORT = 5;

let instances = 0;

class FindingsPanel {
  readonly root: HTMLElement;
  private readonly head = element("div", "cnnviz-findings-head", { role: "status", "aria-live": "polite" });
  private readonly stale = element("div", "cnnviz-warning", { role: "status" });
  private readonly notes = element("div", "cnnviz-findings-notes");
  private readonly tools = element("div", "cnnviz-toolbar");
  private readonly severity: HTMLSelectElement;
  private readonly filter: HTMLInputElement;
  private readonly listed = element("span", "cnnviz-faint", { role: "status", "aria-live": "polite" });
  private readonly list = element("div", "cnnviz-findings-list");
  /** The notes that belong to no cause, in one line until it is unfolded. */
  private readonly mild = element("details", "cnnviz-findings-mild");
  private readonly mildHead = element("summary", "");
  private readonly restore: HTMLButtonElement;
  private readonly foot = element("div", "cnnviz-findings-foot");
  private readonly connection: Connection;
  private readonly signal: AbortSignal;
  private readonly id = `cnnviz-findings-${instances++}`;
  private items: Item[] = [];
  /** The row the keyboard is on, among those that can be seen. */
  private active: Item | undefined;
  /** The choice when last looked at, and whether its row is folded all the same. */
  private chosen = -1;
  private folded = false;

  constructor(
    private readonly model: AnyModel<FindingsPanelState>,
    props: ViewProps,
  ) {
    const { signal } = props;
    this.signal = signal;
    this.connection = new Connection(props);
    const severity = choice(
      "show",
      "Which findings are listed",
      [
        ["all", "all findings"],
        ["grave", "severe and warnings"],
        ["severe", "severe only"],
      ],
      () => this.build(),
      signal,
    );
    this.severity = severity.select;
    const label = "Filter findings by kind, layer or words";
    this.filter = element("input", "cnnviz-filter cnnviz-findings-filter", {
      type: "search",
      placeholder: "Filter",
      title: label,
      "aria-label": label,
      spellcheck: "false",
    });
    keyboard(this.filter);
    keyboard(this.mildHead);
    this.tools.append(severity.root, this.filter, this.listed);
    this.restore = button("", "List them again", () => this.bringBack(), signal);
    this.restore.classList.add("cnnviz-findings-restore");
    this.root = element(
      "div",
      "cnnviz cnnviz-findings-panel",
      {},
      this.head,
      this.tools,
      this.stale,
      this.list,
      this.connection.line,
    );
    this.filter.addEventListener("input", () => this.build(), { signal });
    this.filter.addEventListener("keydown", (event) => this.onFilterKey(event), { signal });
    onEscape(this.filter, "text", () => this.filter.value !== "" && document.activeElement === this.filter, () => {
      this.filter.value = "";
      this.build();
    }, signal);
    this.list.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.mild.addEventListener("toggle", () => this.mark(), { signal });
    // Python sends both in one message: each is heard, and the second finds all in place.
    onChange(model, ["_report", "_findings"], () => this.begin());
    onChange(model, ["dismissed"], () => this.build());
    onChange(model, ["finding"], () => this.follow());
    onChange(model, ["diagnosing"], () => this.showHead());
    onChange(model, ["stale"], () => this.showStale());
    onChange(model, ["height"], () => this.showHeight());
    this.connection.onChange(() => this.build());
  }

  /** The report; null before the first. */
  private get report(): ReportEntry | null {
    const report = this.model.get("_report");
    return report && "model" in report ? report : null;
  }

  /** Show a report from its beginning. */
  begin(): void {
    this.chosen = this.model.get("finding");
    this.folded = false;
    this.severity.value = "all";
    this.filter.value = "";
    const findings = this.model.get("_findings");
    const isShort = findings.length <= SHORT && findings.every(({ severity }) => severity === "note");
    this.mild.open = isShort || findings[this.chosen]?.severity === "note";
    this.showHead();
    this.showStale();
    this.showHeight();
    this.showFoot();
    this.build();
  }

  private showHead(): void {
    const { report } = this;
    const findings = this.model.get("_findings");
    // Where there are findings these speak for themselves; a screen reader is told how many.
    this.head.classList.toggle("cnnviz-unseen", report !== null && findings.length > 0);
    if (!report) {
      say(this.head, this.model.get("diagnosing") ? "Diagnosing…" : "Nothing has been diagnosed yet.");
      return;
    }
    const on = `${counted(report.layers, "layer")} on ${counted(report.samples, "sample")}`;
    say(
      this.head,
      findings.length === 0
        ? `No trouble found in ${on}.`
        : `${counted(findings.length, "finding")}: ${severityCounts(findings)}, in ${on}`,
    );
  }

  private showStale(): void {
    const stale = this.model.get("stale") && this.report !== null;
    this.stale.textContent = stale ? "The model has changed since: diagnose again." : "";
    this.stale.hidden = !stale;
  }

  private showHeight(): void {
    this.root.style.setProperty("--cnnviz-findings-height", `${this.model.get("height")}px`);
  }

  /** What concerns the whole report: its notes, what was not found, and what was left open. */
  private showFoot(): void {
    const { report } = this;
    this.notes.replaceChildren(...(report?.notes ?? []).map((note) => element("div", "", {}, note)));
    this.foot.replaceChildren(this.notes);
    if (!report) return;
    const findings = this.model.get("_findings");
    const absent = notFound(findings, report);
    const on = `In ${counted(report.layers, "layer")} on ${counted(report.samples, "sample")}, as far as inputs, targets and history allow:`;
    this.foot.append(folded("Nothing found", counted(absent.length, "sign"), on, absent.map((name) => [name])));
    const open = report.skipped;
    if (open.length === 0) return;
    const questions = folded("Left open", counted(open.length, "question"), "", open.map(({ what, why }) => [element("b", "", {}, what), `: ${why}`]));
    // Where nothing was found, what was not judged is all there is to read.
    questions.open = findings.length === 0;
    this.foot.append(questions);
  }

  /** List the findings that the filters leave, and that were not put away. */
  private build(): void {
    const findings = this.model.get("_findings");
    const dismissed = this.model.get("dismissed");
    const words = this.filter.value.trim();
    const severities = { all: "severe warning note", grave: "severe warning", severe: "severe" }[this.severity.value]!;
    this.tools.hidden = findings.length < FILTERED_FROM;
    const every = findings.map((finding, index) => ({ index, finding }));
    const kept = every.filter(({ finding }) => !isDismissed(finding, dismissed));
    const passing = kept.filter(({ finding }) => severities.includes(finding.severity) && findingMatches(finding, words));
    const held = this.list.contains(document.activeElement);
    const before = this.active?.index;
    this.items = [];
    const { grave, notes } = causesOf(passing);
    const mildCount = notes.reduce((sum, { members }) => sum + members.length, 0);
    this.mildHead.textContent = counted(mildCount, "note");
    // In this order, in which the keyboard goes from row to row.
    this.list.replaceChildren(...grave.map((cause) => this.cause(cause, false)));
    this.mild.replaceChildren(this.mildHead, ...notes.map((cause) => this.cause(cause, true)));
    // Who looks for words looks in notes, too.
    if (words && grave.length === 0) this.mild.open = true;
    if (mildCount > 0) this.list.append(this.mild);
    if (passing.length === 0 && findings.length > 0) {
      const none = kept.length === 0 ? "All findings are dismissed." : "No finding matches.";
      this.list.append(element("div", "cnnviz-findings-none", {}, none));
    }
    const away = findings.length - kept.length;
    this.restore.textContent = `Show ${count(away)} dismissed`;
    if (away > 0) this.list.append(this.restore);
    this.list.append(this.foot);
    say(this.listed, passing.length === findings.length ? "" : `${count(passing.length)} of ${count(findings.length)} shown`);
    this.active = this.items.find(({ index }) => index === (before ?? this.chosen)) ?? this.items[0];
    this.mark();
    // What had the focus is another element now, or gone.
    if (held) (this.active?.head ?? this.restore).focus({ preventScroll: true });
  }

  private cause(cause: Cause, isNote: boolean): HTMLElement {
    const put = (): void => this.dismiss(cause.members);
    const rows = element("div", "cnnviz-cause-rows", { role: "list" });
    for (const member of cause.members) {
      const item = row(member, `${this.id}-${member.index}`, isNote);
      item.head.addEventListener("click", () => this.choose(item.index), { signal: this.signal });
      this.items.push(item);
      rows.append(item.root);
    }
    return element("section", "cnnviz-cause", {}, causeHead(cause, put, this.signal), rows);
  }

  private dismiss(members: readonly Numbered[]): void {
    const dismissed = this.model.get("dismissed");
    const more = members.filter(({ finding }) => !isDismissed(finding, dismissed)).map(({ finding }) => markOf(finding));
    this.setDismissed([...dismissed, ...more]);
  }

  /** List again what was put away of this report. */
  private bringBack(): void {
    const here = this.model.get("_findings").map(markOf);
    this.setDismissed(this.model.get("dismissed").filter(([kind, layer]) => !here.some(([k, l]) => k === kind && l === layer)));
  }

  private setDismissed(dismissed: [string, string][]): void {
    this.model.set("dismissed", dismissed);
    this.model.save_changes();
  }

  /** Choose a finding; the one that is chosen already is folded or unfolded. */
  private choose(index: number): void {
    this.active = this.items.find((item) => item.index === index);
    if (index === this.chosen) {
      this.folded = !this.folded;
      this.mark();
      return;
    }
    this.model.set("finding", index);
    this.model.save_changes();
    this.follow();
  }

  /** Go where the trait says, whoever set it. */
  private follow(): void {
    const finding = this.model.get("finding");
    if (finding === this.chosen) return;
    this.chosen = finding;
    this.folded = false;
    const item = this.items.find(({ index }) => index === finding);
    if (item) this.active = item;
    if (item?.isNote) this.mild.open = true;
    this.mark();
    if (item) scrollTo(this.list, item.root);
  }

  /** Show which row is chosen and unfolded, and which one the keyboard is on. */
  private mark(): void {
    const active = this.reachable.includes(this.active!) ? this.active : this.reachable[0];
    for (const item of this.items) {
      const { index, finding, root, head } = item;
      const chosen = index === this.chosen;
      const unfolded = chosen && !this.folded;
      root.classList.toggle("cnnviz-chosen", chosen);
      head.setAttribute("aria-current", String(chosen));
      head.tabIndex = item === active ? 0 : -1;
      if (head.getAttribute("aria-expanded") === String(unfolded)) continue;
      head.setAttribute("aria-expanded", String(unfolded));
      if (unfolded) root.append(this.evidence(finding));
      else root.lastElementChild!.remove();
    }
  }

  private evidence(finding: FindingEntry): HTMLElement {
    const { root, select } = detail(finding, {
      select: () => this.select(),
      dismiss: () => this.dismiss([{ index: this.chosen, finding }]),
      signal: this.signal,
    });
    if (select) this.connection.need(select);
    return root;
  }

  /** Python has all of its channels, and goes to their place where the reader has left it. */
  private select(): void {
    this.model.set("_select_asked", this.model.get("_select_asked") + 1);
    this.model.save_changes();
  }

  /** The rows that are not folded away. */
  private get reachable(): Item[] {
    return this.mild.open ? this.items : this.items.filter(({ isNote }) => !isNote);
  }

  private onKey(event: KeyboardEvent): void {
    // Keys on what a row unfolds, such as a list of layers, are not for the rows.
    const rows = this.reachable;
    const at = rows.findIndex(({ head }) => head === event.target);
    if (at < 0) return;
    const next = rowAfter(event.key, at, rows.length - 1);
    if (next !== undefined) {
      this.active = rows[next]!;
      this.mark();
      this.active.head.focus({ preventScroll: true });
      scrollTo(this.list, this.active.root);
    } else if (event.key === "Enter" || event.key === " ") this.choose(rows[at]!.index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private onFilterKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown") return;
    this.reachable[0]?.head.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

/** A line that unfolds to a list. */
function folded(title: string, extent: string, lead: string, lines: readonly (Node | string)[][]): HTMLDetailsElement {
  const summary = element("summary", "", {}, element("span", "", {}, title), element("span", "", {}, extent));
  keyboard(summary);
  const root = element("details", "cnnviz-findings-folded", {}, summary);
  if (lead) root.append(element("div", "", {}, lead));
  root.append(element("ul", "", {}, ...lines.map((line) => element("li", "", {}, ...line))));
  return root;
}

function render({ model, el, signal }: RenderProps<FindingsPanelState>): void {
  const panel = new FindingsPanel(model, { model, el, signal });
  mount(el, panel.root, signal);
  panel.begin();
}

export default entry(render);
