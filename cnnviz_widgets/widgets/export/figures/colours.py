"""The page's colours in Python: maps of values, and hues of groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Each map at 33 points evenly apart, as D3 has them, whose maps the page draws with; of the
# diverging one the blue end comes first.
_POINTS = {
    "grey": "000000 ffffff",
    "viridis": (
        "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e "
        "2c728e 297a8e 26828e 23898e 21918c 1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b "
        "5ec962 70cf57 84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725"
    ),
    "magma": (
        "000004 030312 0a0822 130d34 1d1147 29115a 36106b 440f76 51127c 5d177f 6a1c81 762181 "
        "832681 902a81 9c2e7f aa337d b73779 c43c75 d0416f dc4869 e75263 ef5d5e f56b5c f9795d "
        "fc8961 fd9869 fea772 feb67c fec488 fed395 fde2a3 fcf0b2 fcfdbf"
    ),
    "diverging": (
        "053061 0e4178 17518e 2061a0 2a71ae 367fb8 448ec1 569dc8 6bacd0 82bad8 98c7df add2e5 "
        "bfdceb d0e4ef deebf2 e9eff2 f2efee f7ece5 fae4d8 fbd9c7 faccb4 f7bca0 f3aa8c ec977a "
        "e48268 db6d59 d1574b c6413f b82d35 a81d2d 941127 7e0823 67001f"
    ),
}
# Of a map that is not known here.
_OTHERWISE = "magma"
_STEPS = 256

# Values that reach below zero by this share of what they reach above are of both signs.
_BOTH_SIGNS = 0.25

# Those of the page on white (lib/plots/group-colors.ts), numbered from the left.
GROUPS = (
    *("#00796b", "#8e24aa", "#a06000", "#c2185b"),
    *("#5f7a00", "#5e46b8", "#006c86", "#8a4b38"),
)
ALONE = "#8a8a8a"
"""Of a channel that is no group's."""


def colour_table(name: str) -> NDArray[np.uint8]:
    """256 colours from the low to the high end of a range, shape (256, 3)."""
    words = _POINTS.get(name, _POINTS[_OTHERWISE]).split()
    points = np.array([list(bytes.fromhex(word)) for word in words])
    at, known = np.linspace(0, 1, _STEPS), np.linspace(0, 1, len(points))
    channels = [np.interp(at, known, points[:, channel]) for channel in range(3)]
    table: NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return table


def chosen_colormap(choice: str, low: float, high: float) -> str:
    """The map that is meant for values from `low` to `high`, where the choice is 'auto'."""
    if choice != "auto":
        return choice
    return "diverging" if -low > _BOTH_SIGNS * max(0.0, high) else "magma"


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
