"""A comparison as text: a line for each layer, and what could not be compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ...comparison.layer_comparison import LayerChange


def as_text(
    titles: tuple[str, str],
    changes: Sequence[LayerChange],
    alone: Iterable[tuple[str, str, str]],
    limits: Sequence[str],
) -> str:
    """For a terminal.

    Parameters
    ----------
    titles : tuple of str
        What the two are called.
    changes : sequence of LayerChange
        The most changed first.
    alone : iterable of (path, kind, where)
        Layers without a partner.
    limits : sequence of str
        What could not be compared, or only in part, in sentences.
    """
    lines = [f"{titles[0]} → {titles[1]}, what changed most first"]
    lines += [f"- {_layer(change)}" for change in changes]
    lines += [f"- {path}: {where}" for path, _, where in alone]
    return "\n".join([*lines, *limits])


def _layer(change: LayerChange) -> str:
    name = _from_to(change.path_a, change.path_b)
    parts = [
        _measured("change", change.change) or _measured("distribution shift", change.shift),
        f"{_from_to(*_dead(change))} dead",
        f"{change.died:,} died" if change.died else "",
        f"{change.woke:,} woke" if change.woke else "",
        _counts("saturated", change.saturated_a, change.saturated_b),
        _counts("not finite", change.nonfinite_a, change.nonfinite_b),
        "" if change.as_asked else "matched by number",
    ]
    samples = _from_to(change.samples_a, change.samples_b)
    on = f"{samples} sample{'' if change.samples_a == change.samples_b == 1 else 's'}"
    return f"{name}: {', '.join(filter(None, parts))} (on {on})"


def _dead(change: LayerChange) -> tuple[str, str]:
    return (
        f"{change.dead_a:,} of {change.channels_a:,}",
        f"{change.dead_b:,} of {change.channels_b:,}",
    )


def _measured(name: str, value: float) -> str:
    return "" if math.isnan(value) else f"{name} {value:.3f}"


def _counts(what: str, before: float, after: float) -> str:
    if math.isnan(before) or math.isnan(after) or before + after == 0:
        return ""
    return f"{_from_to(int(before), int(after))} {what}"


def _from_to(before: int | str, after: int | str) -> str:
    one, other = (each if isinstance(each, str) else f"{each:,}" for each in (before, after))
    return one if one == other else f"{one} → {other}"
