"""What a run shows: counts, tables by kind and by fault, and what is told wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .rules_of_today import NEVER_FIRES, UMLAUT
from .score import Outcome, Said


@dataclass(frozen=True)
class Counts:
    """How many of the counted networks …"""

    faulty: int
    first_right: int
    any_right: int
    at_layer: int
    silent: int
    healthy: int
    accused: int
    severely: int
    raised: int

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Counts:
        counted = [each for each in outcomes if each.is_counted]
        faulty = [each for each in counted if each.is_faulty]
        healthy = [each for each in counted if not each.is_faulty]
        return cls(
            len(faulty),
            sum(each.first_right for each in faulty),
            sum(each.any_right for each in faulty),
            sum(each.first_right and each.at_layer for each in faulty),
            sum(not each.counted for each in faulty),
            len(healthy),
            sum(bool(each.counted) for each in healthy),
            sum(any(said.severity == "severe" for said in each.said) for each in healthy),
            sum(bool(each.error) for each in outcomes),
        )

    def __str__(self) -> str:
        return (
            f"first finding right {_of(self.first_right, self.faulty)} "
            f"(and its layer {self.at_layer}), "
            f"any finding right {_of(self.any_right, self.faulty)}, "
            f"said nothing {self.silent} of {self.faulty}; "
            f"healthy with a warning or worse {self.accused} of {self.healthy}, "
            f"severe {self.severely}; raised an exception {self.raised}"
        )


def _of(part: int, whole: int) -> str:
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
    columns = ("networks", "first right", "any right", "nothing said", NEVER_FIRES, UMLAUT)
    lines = [f"| {what} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for key, group in groups.items():
        cells = (
            len(group),
            sum(each.first_right for each in group),
            sum(each.any_right for each in group),
            sum(not each.counted for each in group),
            *(sum(each.named_by(rule) for each in group) for rule in (NEVER_FIRES, UMLAUT)),
        )
        lines.append(f"| {key} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def rules(outcomes: Sequence[Outcome]) -> str:
    """What the rules of today name, and of how many healthy networks they speak, in a line each."""
    counted = [each for each in outcomes if each.is_counted]
    faulty = [each for each in counted if each.is_faulty]
    healthy = [each for each in counted if not each.is_faulty]
    lines = []
    for rule in (NEVER_FIRES, UMLAUT):
        right = sum(each.named_by(rule) for each in faulty)
        accused = sum(bool(each.rules[rule]) for each in healthy)
        lines.append(
            f"- {rule}: names the cause of {_of(right, len(faulty))}, "
            f"speaks of {accused} of {len(healthy)} healthy ones"
        )
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
