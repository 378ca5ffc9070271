"""The inputs themselves as rows, for what a layer is compared with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..spreading import evenly

MOST_FEATURES = 4096
"""Of an input of more values so many, spread evenly, tell how near it is to another."""


def raw_rows(inputs: NDArray[Any]) -> NDArray[Any]:
    """Inputs as rows.

    Parameters
    ----------
    inputs : ndarray, shape (sample, ...)
        Numbers.

    Returns
    -------
    ndarray, shape (sample, feature)
    """
    rows = inputs.reshape(len(inputs), -1)
    if rows.shape[1] > MOST_FEATURES:
        rows = rows[:, evenly(rows.shape[1], MOST_FEATURES)]
    return np.asarray(rows)
