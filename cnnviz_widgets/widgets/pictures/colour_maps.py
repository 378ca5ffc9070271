"""The page's colour maps in Python, for still pictures and for files."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen

# Colours at even steps, as lib/plots/colormaps.ts has them for a light page.
_KNOTS = {
    "grey": "000000 ffffff",
    # Magma and viridis by Smith and van der Walt, who gave them away.
    "magma": (
        "000004 030312 0a0822 130d34 1d1147 29115a 36106b 440f76 51127c 5d177f 6a1c81 762181 "
        "832681 902a81 9c2e7f aa337d b73779 c43c75 d0416f dc4869 e75263 ef5d5e f56b5c f9795d "
        "fc8961 fd9869 fea772 feb67c fec488 fed395 fde2a3 fcf0b2 fcfdbf"
    ),
    "viridis": (
        "440154 470d60 48186a 482374 472d7b 453781 424086 3e4989 3b528b 375b8d 33638d 2f6b8e "
        "2c728e 297a8e 26828e 23898e 21918c 1f988b 1fa088 22a785 28ae80 32b67a 3fbc73 4ec36b "
        "5ec962 70cf57 84d44b 98d83e addc30 c2df23 d8e219 ece51b fde725"
    ),
    # Blue for negative values, red for positive ones, white at zero.
    "diverging": "0b3c6f 2f6fae 7fb0d8 cfe2f0 f4f4f2 f8d6c6 ee9f83 cf5546 7a0c22",
}
# Of a map that is not known here.
_OTHERWISE = "magma"
_STEPS = 256

# Values that reach below zero by this share of what they reach above are of both signs.
_BOTH_SIGNS = 0.25


@cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """256 colours from the low to the high end of a range, shape (256, 3), read-only."""
    words = _KNOTS.get(name, _KNOTS[_OTHERWISE]).split()
    knots = np.array([list(bytes.fromhex(word)) for word in words])
    at, known = np.linspace(0, 1, _STEPS), np.linspace(0, 1, len(knots))
    channels = [np.interp(at, known, knots[:, channel]) for channel in range(3)]
    return frozen(np.rint(np.stack(channels, axis=1)).astype(np.uint8))


def chosen_colormap(choice: str, low: float, high: float) -> str:
    """The map that is meant for values from `low` to `high`, where the choice is 'auto'."""
    if choice != "auto":
        return choice
    return "diverging" if -low > _BOTH_SIGNS * max(0.0, high) else "magma"
