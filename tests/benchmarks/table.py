"""The one form in which every benchmark reports: a row of a Markdown table.

A benchmark module ``bench_<subject>.py`` has a function ``rows() -> list[Row]``;
``python -m tests.benchmarks`` runs them all and writes ``RESULTS.md``. What is no row, such as a
second table, it may give as Markdown by a function ``appendix() -> str``.
A row always holds a ratio or an error against a baseline measured in the same run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    what, against : str
        What was measured, and the baseline it was measured against.
    measured, target : str
        The figure with its unit, and the figure aimed at, as a reader should see them.
    met : bool or None
        Whether the target is met; None where it could not be measured here.
    note : str
        How the figure came about: sizes, both times, number of rounds.
    """

    what: str
    against: str
    measured: str
    target: str
    met: bool | None
    note: str = ""


def paired_medians(
    ours: Callable[[], object], baseline: Callable[[], object], rounds: int = 5
) -> tuple[float, float]:
    """Median seconds of two callables run in turn, A B A B …, after one warm-up each.

    Turn-taking keeps the ratio fair when the machine's speed drifts.
    """
    ours()
    baseline()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for function, seconds in zip((ours, baseline), times, strict=True):
            start = time.perf_counter()
            function()
            seconds.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| what | against | measured | target | met | how |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        met = {True: "yes", False: "**no**", None: "not measured"}[row.met]
        lines.append(
            f"| {row.what} | {row.against} | {row.measured} | {row.target} | {met} | {row.note} |"
        )
    return "\n".join(lines) + "\n"
