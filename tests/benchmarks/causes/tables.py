"""What a run shows: counts, tables by kind and by fault, and what is told wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .rules_of_today import RULES
from .score import Outcome, Said


@dataclass(frozen=True)
class Counts:
    """How many of the counted networks.

    Attributes
    ----------
    faulty, healthy : int
    first_right, any_right, at_layer, silent : int
        Of the faulty: the first finding names the cause; any that is a warning or worse does; the
        first one names the layer as well; there is no warning or worse.
    accused, severely : int
        Of the healthy: there is a warning or worse; there is a severe one.
    raised : int
        Diagnoses that raised an exception.
    by_rule, accused_by_rule : dict of str to int
        Causes that other rules name, and healthy networks of which they speak.
    """

    faulty: int
    healthy: int
    first_right: int
    any_right: int
    at_layer: int
    silent: int
    accused: int
    severely: int
    raised: int
    by_rule: dict[str, int]
    accused_by_rule: dict[str, int]

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Counts:
        counted = [each for each in outcomes if each.is_counted]
        faulty = [each for each in counted if each.is_faulty]
        healthy = [each for each in counted if not each.is_faulty]
        return cls(
            faulty=len(faulty),
            healthy=len(healthy),
            first_right=sum(each.first_right for each in faulty),
            any_right=sum(each.any_right for each in faulty),
            at_layer=sum(each.first_right and each.at_layer for each in faulty),
            silent=sum(not each.counted for each in faulty),
            accused=sum(bool(each.counted) for each in healthy),
            severely=sum(any(said.severity == "severe" for said in each.said) for each in healthy),
            raised=sum(bool(each.error) for each in outcomes),
            by_rule={rule: sum(each.named_by(rule) for each in faulty) for rule in RULES},
            accused_by_rule={
                rule: sum(bool(each.rules[rule]) for each in healthy) for rule in RULES
            },
        )

    def __str__(self) -> str:
        rules = ", ".join(
            f"{rule} names {share(self.by_rule[rule], self.faulty)} and speaks of "
            f"{self.accused_by_rule[rule]} of {self.healthy} healthy"
            for rule in RULES
        )
        return (
            f"first finding right {share(self.first_right, self.faulty)} "
            f"(and its layer {self.at_layer}), "
            f"any finding right {share(self.any_right, self.faulty)}, "
            f"said nothing {self.silent} of {self.faulty}; "
            f"healthy with a warning or worse {self.accused} of {self.healthy}, "
            f"severe {self.severely}; raised an exception {self.raised}\n{rules}"
        )


def share(part: int, whole: int) -> str:
    """Such as ``36 of 111 = 0.32``."""
    return f"{part} of {whole} = {part / whole:.2f}" if whole else "0 of 0"


def by_fault(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table: a row for each fault."""
    return _table("done to it", outcomes, lambda each: [each.fault])


def by_kind(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table: a row for each kind that names a cause."""
    return _table("kind", outcomes, lambda each: each.kinds)


def _table(what: str, outcomes: Sequence[Outcome], keys: Callable[[Outcome], Iterable[str]]) -> str:
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        for key in keys(each) if each.is_counted and each.is_faulty else ():
            groups.setdefault(key, []).append(each)
    columns = ("networks", "first right", "any right", "nothing said", *RULES)
    lines = [f"| {what} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for key, group in groups.items():
        cells = (
            len(group),
            sum(each.first_right for each in group),
            sum(each.any_right for each in group),
            sum(not each.counted for each in group),
            *(sum(each.named_by(rule) for each in group) for rule in RULES),
        )
        lines.append(f"| {key} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def told_wrongly(outcomes: Sequence[Outcome]) -> str:
    """A Markdown list: of each network about which the first finding is wrong, what it says."""
    wrong = [
        each
        for each in outcomes
        if each.is_counted and (each.counted if not each.is_faulty else not each.first_right)
    ]
    return "\n".join(
        f"- {each.name} (seed {each.seed}), {' or '.join(each.kinds) or 'healthy'}: {_first(each)}"
        for each in wrong
    )


def _first(outcome: Outcome) -> str:
    if outcome.error:
        return f"raised {outcome.error.strip().splitlines()[-1]}"
    return as_line(outcome.said[0]) if outcome.said else "nothing"


def as_line(said: Said) -> str:
    """A finding in one line."""
    return f"[{said.severity}] {said.kind} at {said.layer or 'the model'}: {said.summary}"


def unproven(outcomes: Sequence[Outcome]) -> str:
    """A Markdown list of members that are not counted, with their scores and healthy twins'."""
    return "\n".join(
        f"- {each.name} (seed {each.seed}): {each.skill:.2f}, healthy {each.twin:.2f}"
        for each in outcomes
        if not each.is_counted
    )


def in_full(outcomes: Sequence[Outcome]) -> str:
    """Every member with every finding, as Markdown."""
    return "\n\n".join(
        "\n".join(
            [
                f"### seed {each.seed}: {each.name}",
                f"- to name: {' or '.join(each.kinds) or 'nothing'}"
                + (f" at {each.layer}" if each.layer else "")
                + f"; score {each.skill:.2f}, healthy {each.twin:.2f}"
                + ("" if each.is_counted else "; NOT COUNTED")
                + f"; {each.seconds:.1f} s",
                *(f"- {as_line(said)}" for said in each.said),
                *([f"```\n{each.error}```"] if each.error else []),
            ]
        )
        for each in outcomes
    )
