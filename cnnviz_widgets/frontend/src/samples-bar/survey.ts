/** What was surveyed of the pool: how many samples numbers rest on, and a button to do it or to stop. */
import type { AnyModel } from "@anywidget/types";

import { button, element, say } from "../lib/dom/elements";
import type { Connection } from "../lib/linking/connection";
import type { SamplesBarState } from "../lib/wire/states";

export const SURVEY_TRAITS = ["survey", "survey_stale", "surveying", "survey_share", "can_survey"] as const;

/** Of a survey that goes on: `40 %`, or what is being done where its length is not known. */
export function surveyShare(model: AnyModel<SamplesBarState>): string {
  const share = model.get("survey_share");
  return share < 0 ? model.get("surveying") : `${Math.floor(100 * share)} %`;
}

export class SurveyPart {
  readonly root = element("div", "cnnviz-samples-survey", { role: "group", "aria-label": "Survey" });
  private readonly words = element("span", "cnnviz-samples-survey-words", { role: "status", "aria-live": "polite" });
  private readonly bar = element("progress", "cnnviz-samples-survey-bar", { max: 1, "aria-label": "Survey" });
  private readonly begin: HTMLButtonElement;
  private readonly stop: HTMLButtonElement;

  constructor(
    private readonly model: AnyModel<SamplesBarState>,
    private readonly connection: Connection,
    signal: AbortSignal,
  ) {
    this.begin = button("Survey the pool", "Let health, densities, tree and findings rest on all of the pool", () => this.ask("_survey_asked"), signal);
    this.stop = button("Stop", "End the survey; what is done counts", () => this.ask("_stop_asked"), signal);
    this.root.append(this.words, this.begin, this.stop, this.bar);
  }

  show(): void {
    const { model } = this;
    const [survey, surveying, isStale] = [model.get("survey"), model.get("surveying"), model.get("survey_stale")];
    const canSurvey = model.get("can_survey");
    const share = model.get("survey_share");
    this.root.hidden = !canSurvey && survey === "" && surveying === "";
    say(this.words, surveying ? `Surveying: ${surveying}` : surveyed(survey, isStale));
    this.words.classList.toggle("cnnviz-samples-stale", isStale && !surveying);
    say(this.begin, survey ? "Survey again" : "Survey the pool");
    const held = document.activeElement;
    this.begin.hidden = !canSurvey || surveying !== "";
    this.stop.hidden = surveying === "";
    // Whoever began it by the keyboard is at what stops it, and the other way round.
    if (held === this.begin && this.begin.hidden) this.stop.focus({ preventScroll: true });
    if (held === this.stop && this.stop.hidden) this.begin.focus({ preventScroll: true });
    this.connection.need(this.begin, false);
    this.connection.need(this.stop, false);
    this.bar.hidden = surveying === "";
    if (share < 0) this.bar.removeAttribute("value");
    else this.bar.value = share;
  }

  private ask(what: "_survey_asked" | "_stop_asked"): void {
    this.model.set(what, this.model.get(what) + 1);
    this.model.save_changes();
  }
}

function surveyed(samples: string, isStale: boolean): string {
  if (!samples) return "Numbers rest on the inputs";
  return isStale ? `The survey of ${samples} is of earlier weights` : `Numbers rest on ${samples} surveyed`;
}
