/** The lines of the list: a cause with its cure, and a row for each place where it shows. */
import { headingOf, shareOf, type Cause, type Numbered } from "./causes";
import { placeName, withCode } from "./report";
import { element, keyboard } from "../lib/dom/elements";
import { iconButton } from "../lib/dom/icons";
import { withLastName } from "../lib/format";
import { severityIcon } from "../lib/severity";

export interface Item extends Numbered {
  root: HTMLElement;
  head: HTMLButtonElement;
  /** Whether it is among the notes, which may be folded. */
  isNote: boolean;
}

export function causeHead(cause: Cause, onDismiss: () => void, signal: AbortSignal): HTMLElement {
  const heading = headingOf(cause);
  const mark = element("span", `cnnviz-severity cnnviz-is-${cause.severity}`, { title: cause.severity }, severityIcon(cause.severity));
  mark.append(element("span", "cnnviz-unseen", {}, cause.severity));
  const root = element(
    "div",
    "cnnviz-cause-head",
    {},
    mark,
    element("h4", "cnnviz-cause-title", { title: cause.kind }, heading),
    iconButton("close", `Dismiss: ${heading}`, "Dismiss, in later reports, too", onDismiss, signal),
  );
  if (cause.cure) root.append(element("div", "cnnviz-cause-cure", {}, ...withCode(cause.cure)));
  return root;
}

/** A row; `id` is unique in the page. */
export function row({ index, finding }: Numbered, id: string, isNote: boolean): Item {
  const place = placeName(finding);
  const { text, share } = shareOf(finding);
  const short = withLastName(place, finding.layer);
  const head = element(
    "button",
    "cnnviz-finding-head",
    { type: "button", id, "aria-expanded": "false", title: `${place}\n${finding.summary}` },
    element("span", "cnnviz-finding-place", {}, element("bdi", "", {}, short)),
    bar(share, finding.severity !== "note"),
    element("span", "cnnviz-finding-value", { title: finding.measured.name }, text),
    element("span", "cnnviz-unseen", {}, `, ${finding.severity}`),
  );
  keyboard(head);
  return { index, finding, head, isNote, root: element("div", "cnnviz-finding", { role: "listitem" }, head) };
}

function bar(share: number | undefined, isGrave: boolean): HTMLElement {
  const root = element("span", `cnnviz-finding-bar${isGrave ? " cnnviz-grave" : ""}`, { "aria-hidden": true });
  if (share === undefined) return root;
  root.classList.add("cnnviz-measured");
  const filled = element("i", "");
  filled.style.width = `${Math.min(1, Math.max(0, share)) * 100}%`;
  root.append(filled);
  return root;
}
