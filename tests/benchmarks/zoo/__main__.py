"""Train the zoo where it is not yet, diagnose it, and print the tables.

``python -m tests.benchmarks.zoo --seeds 0 1 2 [--only TEXT] [--misses FILE]``
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .members import members
from .score import Outcome, confusion, misses, outcomes, scores


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.zoo", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", default="", help="members whose fault or name contains this")
    parser.add_argument("--misses", type=Path, help="write the wrong ones here, as Markdown")
    asked = parser.parse_args()

    def line(outcome: Outcome) -> None:
        mark = "   " if not (outcome.missed or outcome.wrong or outcome.error) else "!! "
        print(
            f"{mark}{outcome.member.seed:3} {outcome.seconds:5.2f} s  {outcome.member.name}: "
            f"missed {outcome.missed} wrong {outcome.wrong}"
            + (f"\n{outcome.error}" if outcome.error else ""),
            flush=True,
        )

    chosen = (
        member
        for member in members(asked.seeds)
        if asked.only in member.fault or asked.only in member.name
    )
    found = outcomes(chosen, line)
    for score in scores(found):
        if score.there or score.wrong:
            print(
                f"{score.kind:22} recall {score.found}/{score.there}, wrong {score.wrong}, "
                f"layer right {score.at_layer}/{score.found}"
            )
    print(confusion(found))
    seconds = [outcome.seconds for outcome in found]
    print(f"{len(found)} networks, {sum(seconds):.0f} s of diagnosis")
    if asked.misses:
        asked.misses.write_text(misses(found))


if __name__ == "__main__":
    main()
