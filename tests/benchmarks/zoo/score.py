"""How well a diagnosis names what is wrong with the zoo's networks."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.signs.registry import SIGNS
from cnnviz_widgets.model.diagnosis.diagnose import diagnose

from .members import Member
from .training import train_all
from .truth import Truth, block

# A finding that only asks for a look accuses nobody.
COUNTED = ("severe", "warning")
# A tanh or sigmoid that never leaves its end is constant, too, and one finding is enough.
ALSO = {
    "saturated": {"constant", "collapsed-outputs"},
    "constant": {"saturated"},
    "collapsed-outputs": {"saturated"},
}
# A finding about a few channels is right where more than this share of them is really so.
MOST = 0.5


@dataclass(frozen=True)
class Outcome:
    """One network, diagnosed.

    Attributes
    ----------
    member : Member
    truth : Truth
    findings : tuple of Finding
        All of them, notes included.
    seconds : float
        Of the diagnosis.
    error : str
        Where the diagnosis raised one: it then has no findings.
    """

    member: Member
    truth: Truth
    findings: tuple[Finding, ...]
    seconds: float
    error: str = ""

    @property
    def predicted(self) -> dict[str, tuple[Finding, ...]]:
        """What counts as an accusation, by kind; what is neither right nor wrong is left out."""
        found: dict[str, tuple[Finding, ...]] = {}
        for finding in self.findings:
            if finding.severity in COUNTED and not self._is_beside(finding):
                found[finding.kind] = (*found.get(finding.kind, ()), finding)
        return found

    def _is_beside(self, finding: Finding) -> bool:
        truth = self.truth
        if finding.kind in truth.kinds:
            return False
        if finding.kind in truth.ignore or any(
            other in truth.kinds for other in ALSO.get(finding.kind, ())
        ):
            return True
        if (finding.kind, block(finding.layer)) in truth.grey:
            return True
        really = truth.some.get((finding.kind, block(finding.layer)), set())
        named = set(finding.channels)
        return bool(named) and len(named & really) > MOST * len(named)

    @property
    def missed(self) -> tuple[str, ...]:
        """Kinds that are there and were not named."""
        named = {finding.kind for finding in self.findings if finding.severity in COUNTED}
        return tuple(
            kind for kind in self.truth.kinds if not ({kind} | ALSO.get(kind, set())) & named
        )

    @property
    def wrong(self) -> tuple[str, ...]:
        """Kinds that were named and are not there."""
        return tuple(kind for kind in self.predicted if kind not in self.truth.kinds)

    def at_right_layer(self, kind: str) -> bool:
        """Whether the first finding of a kind that is there names a block where it is."""
        first = next(
            finding
            for finding in self.findings
            if finding.severity in COUNTED and finding.kind in {kind} | ALSO.get(kind, set())
        )
        return block(first.layer) in self.truth.kinds[kind]

    def channels_named(self, kind: str) -> float | None:
        """Overlap of planted and named channels, intersection over union; None if not planted."""
        planted = set(self.truth.channels.get(kind, ()))
        if not planted or kind not in self.predicted:
            return None
        named = {
            channel
            for finding in self.predicted[kind]
            if block(finding.layer) in self.truth.kinds[kind]
            for channel in finding.channels
        }
        return len(planted & named) / len(planted | named)


def outcomes(
    members: Iterable[Member], report: Callable[[Outcome], None] = lambda _: None
) -> list[Outcome]:
    """Diagnose each of them, trained before where they never were; `report` is told of each."""
    members = list(members)
    train_all((member.recipe, member.seed) for member in members)
    found = []
    for member in members:
        model, truth = member.model(), member.truth
        start = time.perf_counter()
        findings: tuple[Finding, ...] = ()
        error = ""
        try:
            findings = diagnose(
                model,
                member.inputs,
                targets=member.targets,
                loss=None if member.targets is None else member.loss,
                earlier=member.earlier,
            ).findings
        except Exception:
            # The others are still to be diagnosed; this one counts as missed, and is shown.
            error = traceback.format_exc(limit=-4)
        outcome = Outcome(member, truth, findings, time.perf_counter() - start, error)
        found.append(outcome)
        report(outcome)
    return found


@dataclass(frozen=True)
class Score:
    """Counts of one kind over many networks.

    Attributes
    ----------
    kind : str
    there, found, wrong : int
        Networks that have it; of these, those in which it was named; those in which it was
        named and is not there.
    at_layer : int
        Of the found, those where the first finding names the right layer.
    """

    kind: str
    there: int
    found: int
    wrong: int
    at_layer: int

    @property
    def recall(self) -> float:
        return self.found / self.there if self.there else float("nan")

    @property
    def precision(self) -> float:
        named = self.found + self.wrong
        return self.found / named if named else float("nan")


def scores(outcomes: Sequence[Outcome]) -> list[Score]:
    """One for each kind, in the order of `SIGNS`."""
    result = []
    for kind in SIGNS:
        there = [outcome for outcome in outcomes if kind in outcome.truth.kinds]
        found = [outcome for outcome in there if kind not in outcome.missed]
        result.append(
            Score(
                kind,
                len(there),
                len(found),
                sum(kind in outcome.wrong for outcome in outcomes),
                sum(outcome.at_right_layer(kind) for outcome in found),
            )
        )
    return result


def confusion(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table: what was done to a network (rows) against the kinds named (columns).

    A cell counts networks. What is neither right nor wrong is left out.
    """
    kinds = [
        kind
        for kind in SIGNS
        if any(kind in outcome.predicted or kind in outcome.truth.kinds for outcome in outcomes)
    ]
    counts: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        row = counts.setdefault(outcome.member.fault, Counter())
        row["networks"] += 1
        row.update(outcome.predicted.keys())
        row["nothing"] += not outcome.predicted
    columns = ["networks", *kinds, "nothing"]
    lines = [f"| done to it | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for fault, row in counts.items():
        cells = (str(row[column]) if row[column] else "" for column in columns)
        lines.append(f"| {fault} | {' | '.join(cells)} |")
    return "\n".join(lines)


def slips(outcomes: Sequence[Outcome]) -> str:
    """A Markdown list of what was missed, invented, or put at another layer; "" for nothing."""
    lines = []
    for outcome in outcomes:
        said = [f"missed `{kind}`" for kind in outcome.missed]
        said += [
            f"named `{kind}` at {', '.join(finding.layer for finding in outcome.predicted[kind])}"
            for kind in outcome.wrong
        ]
        said += [f"`{kind}` at another layer" for kind in _misplaced(outcome)]
        said += ["it raised an exception"] * bool(outcome.error)
        if said:
            lines.append(f"- {outcome.member.name} (seed {outcome.member.seed}): {', '.join(said)}")
    return "\n".join(lines)


def _misplaced(outcome: Outcome) -> list[str]:
    return [
        kind
        for kind in outcome.truth.kinds
        if kind not in outcome.missed and not outcome.at_right_layer(kind)
    ]


def misses(outcomes: Sequence[Outcome]) -> str:
    """Each network about which the diagnosis was wrong, as Markdown: wanted, got, numbers."""
    parts = []
    for outcome in outcomes:
        misplaced = _misplaced(outcome)
        if not (outcome.missed or outcome.wrong or misplaced or outcome.error):
            continue
        member = outcome.member
        lines = [
            f"### seed {member.seed}: {member.name} ({member.fault})",
            f"- there: {outcome.truth.kinds}; ignored: {sorted(outcome.truth.ignore)}",
            f"- missed: {outcome.missed}; wrong: {outcome.wrong}; other layer: {misplaced}",
        ]
        if outcome.error:
            lines.append(f"- it raised:\n```\n{outcome.error}```")
        lines += [
            f"- [{finding.severity}] {finding.kind} at {finding.layer}: {finding.summary} "
            f"(measured {finding.measured.value:.4g}"
            + (f", reference {finding.reference.value:.4g})" if finding.reference else ")")
            for finding in outcome.findings
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
