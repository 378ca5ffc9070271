"""Which causes a diagnosis names first, and what it says of healthy networks."""

from __future__ import annotations

import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from cnnviz_widgets.model.diagnosis.diagnose import diagnose

from . import rules_of_today
from .members import Member, members
from .training import train_all

COUNTED = ("severe", "warning")


@dataclass(frozen=True)
class Said:
    """A finding, as far as it is counted or shown."""

    kind: str
    severity: str
    layer: str
    summary: str


@dataclass(frozen=True)
class Outcome:
    """A member, and what was said of it.

    Attributes
    ----------
    family, fault, name : str
    seed : int
    is_faulty : bool
    kinds : tuple of str
        Each names the cause; () where there is none.
    layer : str
        Where it is; "" for the whole, or where any layer is right.
    skill, twin : float
        Its score on what it is shown, and its healthy twin's; a constant answer's is 0.
    is_proven : bool
        Whether the fault did harm, or the healthy network its work.
    said : tuple of Said
    seconds : float
        Of the diagnosis.
    error : str
        What it raised instead.
    rules : mapping of str to set of str
        What other rules name: `rules_of_today`.
    """

    family: str
    fault: str
    name: str
    seed: int
    is_faulty: bool
    kinds: tuple[str, ...]
    layer: str
    skill: float
    twin: float
    is_proven: bool
    said: tuple[Said, ...]
    seconds: float
    error: str
    rules: dict[str, frozenset[str]]

    @property
    def is_counted(self) -> bool:
        return self.is_proven and (bool(self.kinds) or not self.is_faulty)

    @property
    def counted(self) -> tuple[Said, ...]:
        """Findings that are a warning or worse."""
        return tuple(each for each in self.said if each.severity in COUNTED)

    @property
    def first_right(self) -> bool:
        return bool(self.said) and self.said[0].kind in self.kinds

    @property
    def any_right(self) -> bool:
        return any(each.kind in self.kinds for each in self.counted)

    def named_by(self, rule: str) -> bool:
        """Whether another rule names the cause."""
        return bool(self.rules[rule] & {*self.kinds})

    @property
    def at_layer(self) -> bool:
        """Whether the first finding that names the cause names the layer, too."""
        right = [each.layer for each in self.said if each.kind in self.kinds]
        return bool(right) and (not self.layer or _block(right[0]) == _block(self.layer))


def _block(layer: str) -> str:
    """A layer, or the one before with which it is normalised and activated."""
    return layer.removesuffix("_out").removesuffix("_bn")


def outcome(member: Member) -> Outcome:
    """Diagnose a member that was trained before."""
    inputs, targets = member.shown
    rules = rules_of_today.named(member.model, inputs)
    said: tuple[Said, ...] = ()
    start, error = time.perf_counter(), ""
    try:
        report = diagnose(member.model, inputs, targets=targets, earlier=member.earlier)
        said = tuple(Said(each.kind, each.severity, each.layer, each.summary) for each in report)
    except Exception:
        # The others are still to be diagnosed; of this one nothing was said, and why is shown.
        error = traceback.format_exc(limit=-4)
    seconds = time.perf_counter() - start
    return Outcome(
        member.family,
        member.fault.name,
        member.name,
        member.seed,
        member.is_faulty,
        member.kinds(),
        member.layer,
        member.skill(),
        member.twin.skill(),
        member.is_proven(),
        said,
        seconds,
        error,
        rules,
    )


def outcomes(
    seeds: Iterable[int],
    only: str = "",
    jobs: int = 1,
    told: Callable[[Outcome], Any] = lambda _: None,
) -> list[Outcome]:
    """Train what was never trained, and diagnose each; `told` hears of each."""
    chosen = [member for member in members(seeds) if only in member.name]
    twins = [member.twin for member in chosen]
    train_all([(member.recipe, member.seed) for member in (*chosen, *twins)], jobs)
    result = []
    for each in _mapped(chosen, jobs):
        told(each)
        result.append(each)
    return result


def _mapped(chosen: Sequence[Member], jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        yield from map(outcome, chosen)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(outcome, chosen)
