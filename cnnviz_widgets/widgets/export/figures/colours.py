"""The page's hues of groups in Python."""

from __future__ import annotations

from collections.abc import Sequence

# Those of the page on white (lib/plots/group-colors.ts), numbered from the left.
GROUPS = (
    *("#00796b", "#8e24aa", "#a06000", "#c2185b"),
    *("#5f7a00", "#5e46b8", "#006c86", "#8a4b38"),
)
ALONE = "#8a8a8a"
"""Of a channel that is no group's."""


def group_colours(labels: Sequence[int]) -> list[str]:
    """A colour for each column: that of its group, counted from the left; grey where alone.

    Parameters
    ----------
    labels : sequence of int
        The group of each column, from left to right; −1 for none.
    """
    sizes = {label: labels.count(label) for label in dict.fromkeys(labels)}
    groups = [label for label, size in sizes.items() if size > 1 and label >= 0]
    hues = {label: GROUPS[number % len(GROUPS)] for number, label in enumerate(groups)}
    return [hues.get(label, ALONE) for label in labels]
