"""`diagnose` on networks with one cause each: is it the first that is told?

Another population than the zoo's (`causes`): other families, data, optimisers and faults. Each
fault is counted only where it costs the network some of its healthy twin's score, or is there by
construction; each healthy network only where it solves its task. A finding counts as right where
its kind names the planted cause. Beside it, rules that people run today, on the same networks:
a detector of units that never fire, and UMLAUT's heuristics, rebuilt from their description.
Thresholds were set on seeds 0 and 1 only; these are seeds 10 and 11.
"""

from __future__ import annotations

import functools
import statistics
import time

from .table import Row

SEEDS = (10, 11)
FIRST_RIGHT, ACCUSED, SILENT, MEDIAN = 0.85, 5 / 70, 5 / 161, 0.5


@functools.cache
def _measured() -> tuple[tuple, float]:
    """All outcomes, and the seconds that everything took."""
    from .causes.score import outcomes

    start = time.perf_counter()
    return tuple(outcomes(SEEDS)), time.perf_counter() - start


def rows() -> list[Row]:
    """What is told first of faulty networks, and what of healthy ones."""
    from .causes.rules_of_today import RULES
    from .causes.tables import Counts, share

    outcomes, seconds = _measured()
    counts = Counts.of(outcomes)
    faulty, healthy = counts.faulty, counts.healthy
    result = [
        Row(
            "first finding names the planted cause",
            "what was planted",
            share(counts.first_right, faulty),
            f"≥ {FIRST_RIGHT}",
            counts.first_right >= FIRST_RIGHT * faulty,
            f"any finding: {share(counts.any_right, faulty)}; "
            f"of the first ones, the layer too: {counts.at_layer}",
        ),
        Row(
            "faulty networks about which nothing is said",
            "what was planted",
            share(counts.silent, faulty),
            "≤ 5 of 161",
            counts.silent <= SILENT * faulty,
        ),
        Row(
            "healthy networks with a warning or worse",
            "what was planted",
            share(counts.accused, healthy),
            "≤ 5 of 70",
            counts.accused <= ACCUSED * healthy,
        ),
        Row(
            "healthy networks with a severe finding",
            "what was planted",
            f"{counts.severely} of {healthy}",
            "none",
            counts.severely == 0,
        ),
    ]
    for rule in RULES:
        named, accused = counts.by_rule[rule], counts.accused_by_rule[rule]
        result.append(
            Row(
                "causes named first",
                f"{rule}, any of its findings",
                f"{counts.first_right} against {named} of {faulty}",
                "more",
                counts.first_right > named,
                f"it speaks of {accused} of {healthy} healthy networks",
            )
        )
    each = [outcome.seconds for outcome in outcomes]
    result.append(
        Row(
            f"a diagnosis, median of {len(outcomes)} networks",
            "",
            f"{statistics.median(each):.2f} s",
            f"≤ {MEDIAN} s",
            statistics.median(each) <= MEDIAN,
            f"{max(each):.1f} s at most; all together, training included where no weights were "
            f"kept, {seconds / 60:.0f} min",
        )
    )
    return result


def appendix() -> str:
    """The tables by kind and by fault, what is told wrongly, and what was not counted."""
    from .causes import tables

    outcomes, _ = _measured()
    return (
        f"By the kind that names the cause:\n\n{tables.by_kind(outcomes)}\n\n"
        f"By what was done:\n\n{tables.by_fault(outcomes)}\n\n"
        f"Told wrongly:\n\n{tables.told_wrongly(outcomes) or 'nothing.'}\n\n"
        "Not counted, as no harm was measured, or no work done:\n\n"
        f"{tables.unproven(outcomes) or 'none.'}"
    )
