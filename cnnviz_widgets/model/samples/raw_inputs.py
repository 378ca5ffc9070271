"""The inputs themselves as rows of numbers, for what a layer makes of them is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..reading.probe import ModelProbe


def raw_inputs(probe: ModelProbe) -> NDArray[Any] | None:
    """All numbers of each sample, shape (sample, value); None where the inputs are text.

    Of a single input these are its own values, not copied.
    """
    return raw_rows_of([np.asarray(each) for each in keras.tree.flatten(probe.inputs)])


def raw_rows_of(arrays: Sequence[NDArray[Any]]) -> NDArray[Any] | None:
    """The same of arrays, one an input."""
    rows = [each.reshape(len(each), -1) for each in arrays if each.dtype.kind in "biuf"]
    if not rows:
        return None
    return rows[0] if len(rows) == 1 else np.concatenate(rows, axis=1)
