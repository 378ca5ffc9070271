"""The inputs of samples that were surveyed, where these are at hand."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Indices
from ...records.survey.survey import Survey
from ..layers.abstraction_levels import is_image
from ..reading.inputs import batches_of, prepare
from ..reading.probe import ModelProbe
from .input_set import like
from .pool import Pool

Array = NDArray[Any]

MOST_BYTES = 2**26
"""Bytes of an input's samples that are held to be shown: of larger images every other pixel, or
less."""

# So many samples are asked for at a time.
_AT_A_TIME = 64
# So many tell whether they are those that were surveyed, and their means may differ by that share
# of how much a channel varies.
_ASKED, _ALIKE = 8, 1e-2


def source_of(model: Any, data: Any, labels: Any) -> Pool | None:
    """What was surveyed, if it can be had again by its numbers: arrays, that is.

    Parameters
    ----------
    model : keras.Model
    data, labels
        As `survey` took them.
    """
    if callable(data) or batches_of(data, "data") is not None:
        return None
    return Pool(model, data if labels is None else (data, np.asarray(labels)), most=None)


def is_source(survey: Survey, probe: ModelProbe, pool: Pool) -> bool:
    """Whether a pool's samples are those of a survey: a few are asked again.

    Parameters
    ----------
    survey : Survey
        Of the model as it is now.
    probe : ModelProbe
        Of the same model.
    pool : Pool

    Raises
    ------
    ModelCallError
        The model's call raises.
    """
    path, summary = list(survey.layers.items())[-1]
    drawn = summary.sample_means
    if not len(drawn) or not pool.is_read or drawn.numbers[-1] >= pool.size:
        return False
    numbers = drawn.numbers[:_ASKED]
    outputs = like(probe, pool.take(numbers)[0]).outputs(path)
    if outputs.shape[:1] != numbers.shape or outputs.shape[-1] != summary.channels:
        return False
    found = outputs.reshape(len(numbers), -1, summary.channels).astype(np.float64)
    means, expected = found.mean(axis=1), drawn.values[: len(numbers)]
    room = _ALIKE * np.maximum(summary.std, np.abs(summary.mean) * _ALIKE) + 1e-12
    far = np.abs(means - expected) > room
    # What is not finite on either side says nothing.
    return not bool((far & np.isfinite(means) & np.isfinite(expected)).any())


def inputs_of(probe: ModelProbe, source: Pool, numbers: Indices) -> list[Array]:
    """Inputs of some samples, one array each, as the model is called with them.

    Of images that take more than `MOST_BYTES` together pixels are left out, evenly.

    Parameters
    ----------
    probe : ModelProbe
    source : Pool
    numbers : ndarray of int, shape (sample,)

    Raises
    ------
    TypeError, ValueError
        They do not fit the model.
    """
    parts: list[list[Array]] = []
    for start in range(0, len(numbers), _AT_A_TIME):
        taken, _ = source.take(numbers[start : start + _AT_A_TIME])
        prepared = keras.tree.flatten(prepare(probe.model, taken, None))
        parts.append([_thinned(np.asarray(each), len(numbers)) for each in prepared])
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def flat_inputs(probe: ModelProbe, surveyed: int) -> list[Array]:
    """A probe's own inputs, one array each, with the pixels that `inputs_of` leaves of so many."""
    arrays = [np.asarray(each) for each in keras.tree.flatten(probe.inputs)]
    return [_thinned(each, surveyed) for each in arrays]


def _thinned(array: Array, total: int) -> Array:
    """What is kept of each sample's pixels, where there are so many samples in all."""
    size = array.nbytes // max(1, len(array)) * total
    if size <= MOST_BYTES or not is_image(array.shape):
        return array
    step = math.ceil(math.sqrt(size / MOST_BYTES))
    # The two longest axes are those of pixels, wherever the colours stand.
    down, across = sorted(np.argsort(array.shape[1:])[-2:] + 1)
    cut = [slice(None)] * array.ndim
    cut[down] = cut[across] = slice(None, None, step)
    return array[tuple(cut)]
