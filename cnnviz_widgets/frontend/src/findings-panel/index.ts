/** FindingsPanel: what a diagnosis found, the worst first; the chosen finding shows why, and the cure. */
import type { AnyModel, RenderProps } from "@anywidget/types";

import { detail } from "./detail";
import {
  findingMatches,
  kindName,
  placeName,
  severityCounts,
} from "./report";
import { choice, element, keyboard, mount } from "../lib/dom/elements";
import { rowAfter, scrollTo } from "../lib/dom/list";
import { count, counted, withLastName } from "../lib/format";
import { onChange } from "../lib/linking/changes";
import { entry } from "../lib/linking/entry";
import { severityMark } from "../lib/severity";
import type { FindingEntry, ReportEntry } from "../lib/wire/payloads";
import type { FindingsPanelState } from "../lib/wire/states";

/** Beyond so many findings it pays to look for one by its words. */
const FILTERED_FROM = 9;

interface Item {
  index: number;
  finding: FindingEntry;
  root: HTMLElement;
  head: HTMLButtonElement;
}

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
  private readonly list = element("div", "cnnviz-findings-list", { role: "list" });
  private readonly skipped = element("div", "cnnviz-findings-skipped");
  private readonly id = `cnnviz-findings-${instances++}`;
  private items: Item[] = [];
  /** The row the keyboard is on, among those that the filters leave. */
  private active = 0;
  /** The choice when last looked at, and whether its row is folded all the same. */
  private chosen = -1;
  private folded = false;

  constructor(
    private readonly model: AnyModel<FindingsPanelState>,
    private readonly signal: AbortSignal,
  ) {
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
      placeholder: label,
      "aria-label": label,
      spellcheck: "false",
    });
    keyboard(this.filter);
    this.tools.append(severity.root, this.filter, this.listed);
    this.root = element(
      "div",
      "cnnviz cnnviz-findings-panel",
      {},
      element("div", "cnnviz-findings-top", {}, this.head, this.tools),
      this.stale,
      this.notes,
      this.list,
      this.skipped,
    );
    this.filter.addEventListener("input", () => this.build(), { signal });
    this.filter.addEventListener("keydown", (event) => this.onFilterKey(event), { signal });
    this.list.addEventListener("keydown", (event) => this.onKey(event), { signal });
    // Python sends both in one message: each is heard, and the second finds all in place.
    onChange(model, ["_report", "_findings"], () => this.begin());
    onChange(model, ["finding"], () => this.follow());
    onChange(model, ["stale"], () => this.showStale());
    onChange(model, ["height"], () => this.showHeight());
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
    this.showHead();
    this.showStale();
    this.showHeight();
    this.showNotes();
    this.build();
  }

  private showHead(): void {
    const { report } = this;
    const findings = this.model.get("_findings");
    if (!report) {
      this.head.replaceChildren("Nothing has been diagnosed yet.");
      return;
    }
    const { layers, samples } = report;
    if (findings.length === 0) {
      const text = `No trouble found in ${counted(layers, "layer")} on ${counted(samples, "sample")}.`;
      this.head.replaceChildren(element("b", "", {}, text));
      return;
    }
    this.head.replaceChildren(
      element("b", "", {}, counted(findings.length, "finding")),
      `: ${severityCounts(findings)} · ${counted(layers, "layer")} · ${counted(samples, "sample")}`,
    );
  }

  private showStale(): void {
    const stale = this.model.get("stale") && this.report !== null;
    this.stale.textContent = stale ? "The model has changed since: diagnose again." : "";
    this.stale.hidden = !stale;
  }

  private showHeight(): void {
    this.list.style.maxHeight = `${this.model.get("height")}px`;
  }

  /** What concerns the whole report: its notes, and the questions that were left open. */
  private showNotes(): void {
    const { report } = this;
    this.notes.replaceChildren(...(report?.notes ?? []).map((note) => element("div", "", {}, note)));
    this.skipped.replaceChildren();
    const open = report?.skipped ?? [];
    if (open.length === 0) return;
    const were = open.length === 1 ? "was" : "were";
    const summary = element("summary", "", {}, `${counted(open.length, "question")} ${were} left open`);
    keyboard(summary);
    const list = element("ul", "");
    for (const { what, why } of open) {
      list.append(element("li", "", {}, element("b", "", {}, what), `: ${why}`));
    }
    // Where nothing was found, what was not judged is all there is to read.
    const unfolded = this.model.get("_findings").length === 0;
    this.skipped.append(element("details", "", { open: unfolded }, summary, list));
  }

  /** List the findings that the filters leave. */
  private build(): void {
    const findings = this.model.get("_findings");
    const words = this.filter.value.trim();
    const severities = { all: "severe warning note", grave: "severe warning", severe: "severe" }[this.severity.value]!;
    const few = findings.length < FILTERED_FROM;
    this.tools.hidden = findings.length < 2;
    this.filter.hidden = few;
    this.items = [];
    findings.forEach((finding, index) => {
      if (severities.includes(finding.severity) && findingMatches(finding, words)) {
        this.items.push(this.item(finding, index));
      }
    });
    this.list.style.setProperty("--kind", longest(findings.map(({ kind }) => kindName(kind))));
    this.list.style.setProperty("--place", longest(findings.map(placeName)));
    this.list.replaceChildren(...this.items.map(({ root }) => root));
    this.list.hidden = findings.length === 0;
    if (this.items.length === 0) this.list.append(element("div", "cnnviz-findings-none", {}, "No finding matches."));
    const all = this.items.length === findings.length;
    this.listed.textContent = all ? "" : `${count(this.items.length)} of ${count(findings.length)} shown`;
    this.active = Math.max(0, this.items.findIndex(({ index }) => index === this.chosen));
    this.mark();
  }

  private item(finding: FindingEntry, index: number): Item {
    const kind = kindName(finding.kind);
    const head = element(
      "button",
      "cnnviz-finding-head",
      { type: "button", id: `${this.id}-${index}`, "aria-expanded": "false" },
      severityMark(finding.severity),
      element("span", "cnnviz-finding-kind", { title: finding.kind }, kind),
      element("span", "cnnviz-finding-place", { title: placeName(finding) }, element("bdi", "", {}, placeName(finding))),
      element("span", "cnnviz-finding-line", { title: finding.summary }, withLastName(finding.summary, finding.layer)),
    );
    keyboard(head);
    head.addEventListener("click", () => this.choose(index), { signal: this.signal });
    return { index, finding, head, root: element("div", "cnnviz-finding", { role: "listitem" }, head) };
  }

  /** Choose a finding; the one that is chosen already is folded or unfolded. */
  private choose(index: number): void {
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
    const at = this.items.findIndex(({ index }) => index === finding);
    if (at >= 0) this.active = at;
    this.mark();
    if (at >= 0) scrollTo(this.list, this.items[at]!.root);
  }

  /** Show which row is chosen and unfolded, and which one the keyboard is on. */
  private mark(): void {
    this.items.forEach(({ index, finding, root, head }, at) => {
      const chosen = index === this.chosen;
      const unfolded = chosen && !this.folded;
      root.classList.toggle("cnnviz-chosen", chosen);
      head.setAttribute("aria-current", String(chosen));
      head.tabIndex = at === this.active ? 0 : -1;
      if (head.getAttribute("aria-expanded") === String(unfolded)) return;
      head.setAttribute("aria-expanded", String(unfolded));
      if (unfolded) root.append(detail(finding));
      else root.lastElementChild!.remove();
    });
  }

  private onKey(event: KeyboardEvent): void {
    // Keys on what a row unfolds, such as a list of layers, are not for the rows.
    const at = this.items.findIndex(({ head }) => head === event.target);
    if (at < 0) return;
    const next = rowAfter(event.key, at, this.items.length - 1);
    if (next !== undefined) {
      this.active = next;
      this.mark();
      this.items[this.active]!.head.focus({ preventScroll: true });
      scrollTo(this.list, this.items[this.active]!.root);
    } else if (event.key === "Enter" || event.key === " ") this.choose(this.items[at]!.index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private onFilterKey(event: KeyboardEvent): void {
    if (event.key === "ArrowDown") this.items[this.active]?.head.focus();
    else if (event.key === "Escape" && this.filter.value) {
      this.filter.value = "";
      this.build();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The room that the longest of these words takes, at the most. */
const longest = (words: readonly string[]): string => `${Math.max(0, ...words.map(({ length }) => length))}ch`;

function render({ model, el, signal }: RenderProps<FindingsPanelState>): void {
  const panel = new FindingsPanel(model, signal);
  mount(el, panel.root, signal);
  panel.begin();
}

export default entry(render);
