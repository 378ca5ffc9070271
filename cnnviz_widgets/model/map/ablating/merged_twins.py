"""A station's output with one channel for all that answer alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from ...experiments.exchanged_pass import Exchange
from ...keras_compat.layers import copy_mask
from ...layers.layer_info import to_float32


def merged_twins(groups: Sequence[Sequence[int]]) -> Exchange:
    """An exchange that makes the channels of each group from the first of it.

    Each is the line through the first one that fits it best, over samples and places: a smaller
    layer would have the slope in the weights of what reads it, and the offset in a bias.

    Parameters
    ----------
    groups : sequence of sequence of int
    """

    def merge(tensor: Any, axis: int) -> Any:
        values = np.moveaxis(to_float32(tensor).astype(np.float64), axis, -1)
        for first, *others in groups:
            known = values[..., first] - values[..., first].mean()
            spread = float((known**2).mean())
            for other in others:
                own = values[..., other]
                slope = float((known * own).mean()) / spread if spread else 0.0
                values[..., other] = own.mean() + slope * known
        result = keras.ops.cast(np.moveaxis(values, -1, axis).astype(np.float32), tensor.dtype)
        copy_mask(result, of=tensor)
        return result

    return merge
