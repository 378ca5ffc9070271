"""Reports in full, for a reader to judge: the first member of each of twelve causes."""

from __future__ import annotations

from collections.abc import Iterator

from cnnviz_widgets.model.diagnosis.diagnose import diagnose

from .members import PLAIN, Member, members
from .training import train_all

SEED = 0

CAUSES = (
    "input-range",
    "channel-order",
    "stale-averages",
    "loss-head-mismatch",
    "untrained",
    "vanishing-signal",
    "penalty-dominates",
    "memorised",
    "collapsed-outputs",
    "dead",
    "no-better-than-constant",
)

_ABOUT = f"""# Twelve reports

Printed by `python -m tests.benchmarks.causes --annex FILE`: of each cause the first network of seed
{SEED}, one of the two seeds that thresholds were set on, and a healthy one. Each is what
`print(diagnose(…))` shows, with nothing left out; `RESULTS.md` has the figures, from other seeds.
"""


def chosen() -> Iterator[tuple[str, Member]]:
    """For each cause the first member with it whose fault did harm; then a healthy one."""
    everyone = list(members([SEED]))
    for cause in CAUSES:
        yield cause, next(m for m in everyone if m.fault.kinds[:1] == (cause,) and m.is_proven())
    yield PLAIN, next(m for m in everyone if m.fault.name == PLAIN)


def annex() -> str:
    """The reports as Markdown; networks that were never trained are trained first."""
    everyone = list(members([SEED]))
    twins = [member.twin for member in everyone]
    train_all([(member.recipe, member.seed) for member in (*everyone, *twins)], 1)
    return "\n".join([_ABOUT, *(_section(cause, member) for cause, member in chosen())])


def _section(cause: str, member: Member) -> str:
    inputs, targets = member.shown
    report = diagnose(member.model, inputs, targets=targets, earlier=member.earlier)
    given = "with targets" if targets is not None else "without targets"
    return f"## {cause}\n\n{member.name}; {given}.\n\n```\n{report!r}\n```\n"
