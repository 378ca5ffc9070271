"""Train the population where it is not yet, diagnose it, and print the tables.

``python -m tests.benchmarks.causes --seeds 0 1 [--only TEXT] [--report FILE] [--jobs N]``; with
``--annex FILE`` twelve reports are printed in full instead.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from . import tables
from .annex import annex
from .score import Outcome, outcomes
from .tables import Counts


def _line(outcome: Outcome) -> None:
    wrong = not outcome.first_right if outcome.is_faulty else bool(outcome.counted)
    mark = "!!" if outcome.is_counted and wrong else "  " if outcome.is_counted else "??"
    said = ", ".join(f"{each.kind}({each.severity[0]})" for each in outcome.said[:4])
    print(
        f"{mark} {outcome.seed:2} {outcome.seconds:4.1f} s  {outcome.name} "
        f"[{outcome.skill:.2f}/{outcome.twin:.2f}] {'|'.join(outcome.kinds)}: "
        f"{said or 'nothing'}{outcome.error}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.causes", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--only", default="", help="members whose name contains this")
    parser.add_argument("--report", type=Path, help="write every finding here, as Markdown")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--annex", type=Path, help="write twelve reports here, and no tables")
    asked = parser.parse_args()
    if asked.annex:
        asked.annex.write_text(annex())
        return

    found = outcomes(asked.seeds, asked.only, asked.jobs, _line)
    print(f"\n{tables.by_kind(found)}\n\n{tables.by_fault(found)}\n")
    if uncounted := tables.unproven(found):
        print(f"Not counted, as no harm was measured, or no work done:\n{uncounted}\n")
    print(f"{Counts.of(found)}\n{sum(each.seconds for each in found):.0f} s of diagnosis")
    if asked.report:
        asked.report.write_text(
            f"{Counts.of(found)}\n\n{tables.told_wrongly(found)}\n\n{tables.in_full(found)}\n"
        )


if __name__ == "__main__":
    main()
