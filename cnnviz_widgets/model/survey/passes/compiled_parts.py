"""What a batch says of each layer's channels, made within one compiled TensorFlow function.

Only small arrays leave it: a few numbers a sample and channel. It loads TensorFlow, and is imported
only where TensorFlow is Keras' backend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ....analysis.arrays import Floats
from ....analysis.survey.batch_parts import UNKNOWN_PLACE, Asked, BatchParts
from ....runtime.call_stack import surely
from ....runtime.interrupts import interrupts_kept
from ...keras_compat.scopes import same_scopes
from ...layers.layer_info import LayerInfo, output_suffix
from ...reading.call_recorder import ModelCallError, Recorder
from ...reading.calls.layer_call import Key, LayerCall
from ...reading.passes.eager_pass import forward

_CHECKED = ("sums", "squares", "low", "high")
_NUMBERS = (*_CHECKED, "low_at", "high_at", "zeros", "nonfinite")
# TensorFlow's own kernels count their indices in 32 bits where that is enough.
_MOST_32 = 2**31 - 1
# Counts are told from a mean in float32 up to there.
_MOST_POOLED = 2**20
# Of so few numbers each a mean is made, and of these in their turn: errors add up in each.
_MOST_IN_POOL = 64
# Of a sum of squares of so many values or fewer one about their mean is as quick.
_FEW_POSITIONS = 16
# A sum of squares about the mean that is less than one such part of the one about 0 is made anew;
# singly, where fewer than one in so many are.
_DIGITS, _SELDOM = 32, 32


class CompiledParts:
    """A model's forward pass that returns the parts of chosen layers.

    Parameters
    ----------
    model : keras.Model
    inputs : array, list or dict of array
        A batch such as those to come, none longer.
    infos : mapping of str to LayerInfo
    names : mapping of key to str
        The calls' paths.

    Raises
    ------
    ModelCallError
        The model cannot be traced.
    """

    def __init__(
        self,
        model: Any,
        inputs: Any,
        infos: Mapping[str, LayerInfo],
        names: Mapping[Key, str],
    ) -> None:
        self._model = model
        self._inputs = inputs
        self._infos = infos
        self._names = names
        self._length = len(keras.tree.flatten(inputs)[0])
        ends = np.cumsum([0, *(info.channels or 1 for info in infos.values())]).tolist()
        self._columns = dict(zip(infos, pairwise(ends), strict=True))
        self._quick: Any = None
        self._careful: Any = None

    def parts(
        self, inputs: Any, draws: Floats, asked: Mapping[str, Asked]
    ) -> dict[str, BatchParts]:
        """The parts of a batch.

        Parameters
        ----------
        inputs : array, list or dict of array
            As many samples as those it was made for, or fewer.
        draws : ndarray, shape (B, m)
        asked : mapping of str to Asked

        Raises
        ------
        ModelCallError
            The model's call raises.
        MemoryError
            There is not enough memory.
        """
        flat = keras.tree.flatten(inputs)
        samples = len(flat[0])
        arrays = [_filled(np.asarray(array), self._length) for array in (*flat, draws)]
        arrays += [
            np.concatenate([asked[path].above for path in self._infos]),
            np.concatenate([asked[path].below for path in self._infos]),
            np.array(any(each.level for each in asked.values())),
        ]
        if self._quick is None:
            self._quick = self._traced(_quick_parts, draws.shape[1])
        parts = _run(self._quick, arrays)
        whole = np.logical_and.reduce([np.isfinite(parts[name]) for name in _CHECKED])
        if not whole.all():
            if self._careful is None:
                self._careful = self._traced(_careful_parts, draws.shape[1])
            careful = _run(self._careful, arrays)
            for name in _NUMBERS:
                parts[name] = np.where(whole, parts[name], careful[name])
        return {
            path: self._part_of(path, parts, slice(first, last), samples)
            for path, (first, last) in self._columns.items()
        }

    def _part_of(
        self, path: str, parts: Mapping[str, NDArray[Any]], columns: slice, samples: int
    ) -> BatchParts:
        info = self._infos[path]
        axes = list(info.output_shape[1:])
        del axes[-1 if info.channel_axis in (None, -1) else info.channel_axis - 1]
        return BatchParts(
            axes=tuple(int(length) for length in axes if length is not None),
            rows=parts[path][:samples],
            **{name: parts[name][:samples, columns] for name in _NUMBERS},
        )

    def _traced(self, reduce: Any, rows: int) -> Any:
        flat = keras.tree.flatten(self._inputs)
        channels = max(last for _, last in self._columns.values())
        specs = [tf.TensorSpec(array.shape, _dtype_of(array)) for array in flat]
        specs.append(tf.TensorSpec((self._length, rows), tf.float64))
        specs += [tf.TensorSpec((channels,), tf.float32)] * 2
        specs.append(tf.TensorSpec((), tf.bool))
        function = tf.function(lambda *arrays: self._step(arrays, reduce), autograph=False)
        scopes, interrupts = same_scopes(), interrupts_kept()
        with surely(scopes, interrupts), scopes, interrupts:
            return function.get_concrete_function(*specs)

    def _step(self, arrays: Sequence[Any], reduce: Any) -> dict[str, Any]:
        graph = tf.compat.v1.get_default_graph()
        *flat, draws, above, below, level = arrays
        parts: dict[str, Any] = {}

        def record(call: LayerCall) -> None:
            for place, tensor in call.outputs:
                path = call.path + output_suffix(place)
                if path in self._infos:
                    values = _flat(_channels_last(self._infos[path], tensor))
                    first, last = self._columns[path]
                    limits = above[first:last], below[first:last], level
                    parts[path] = reduce(values, draws, *limits)

        recorder = Recorder(
            self._model,
            record,
            in_scope=lambda: tf.compat.v1.get_default_graph() is graph,
            names=self._names,
        )
        forward(self._model, keras.tree.pack_sequence_as(self._inputs, list(flat)), recorder)
        for path in self._infos:
            if path not in parts:
                raise ModelCallError(f"layer {path!r} was not called as the model was traced")
        # All layers side by side: a few large arrays leave the graph quicker than many small ones.
        wide = {
            name: tf.concat([parts[path][name] for path in self._infos], 1) for name in _NUMBERS
        }
        return {**wide, **{path: parts[path]["rows"] for path in self._infos}}


def _run(function: Any, arrays: Sequence[Any]) -> dict[str, NDArray[Any]]:
    interrupts = interrupts_kept()
    try:
        with surely(interrupts), interrupts:
            parts = function(*map(tf.convert_to_tensor, arrays))
    except tf.errors.ResourceExhaustedError as error:
        raise MemoryError(f"no memory for a forward pass on this batch: {error}") from error
    except tf.errors.OpError as error:
        raise ModelCallError(
            f"the model's call raised {type(error).__name__}: {error.message}"
        ) from error
    return {name: np.asarray(value) for name, value in parts.items()}


def _quick_parts(flat: Any, draws: Any, above: Any, below: Any, level: Any) -> dict[str, Any]:
    """The parts of values that are all finite."""
    positions = flat.shape[1]
    mean = _mean(flat)
    sums = mean * positions
    high, low = _greatest(flat), tf.reduce_min(flat, 1)
    # Each value divided by itself is 1, but for zeros.
    others = _mean(tf.math.divide_no_nan(flat, flat))
    return {
        "sums": sums,
        "squares": _squares(flat, mean),
        "low": low,
        "high": high,
        "zeros": positions - tf.cast(tf.round(others * positions), tf.int32),
        "nonfinite": tf.zeros(sums.shape, tf.int32),
        "rows": _rows(flat, draws),
        **_places(flat, high, low, above, below, level),
    }


def _squares(flat: Any, mean: Any) -> Any:
    """Sums of squared distances from the mean."""
    positions = flat.shape[1]

    def from_mean() -> Any:
        return _mean(tf.math.squared_difference(flat, mean[:, None])) * positions

    if positions <= _FEW_POSITIONS:
        return from_mean()
    # From the squares alone, which is quicker, where few of their digits cancel.
    whole = _mean(tf.square(flat))
    rest = whole - tf.square(mean)
    cancels = rest * _DIGITS < whole
    quick = rest * positions

    def some() -> Any:
        index = tf.where(cancels)
        values = _values_at(flat, index[:, 0], index[:, 1])
        away = tf.math.squared_difference(values, tf.gather_nd(mean, index)[:, None])
        return tf.tensor_scatter_nd_update(quick, index, tf.reduce_mean(away, 1) * positions)

    def most() -> Any:
        return tf.where(cancels, from_mean(), quick)

    count = tf.reduce_sum(tf.cast(cancels, tf.float32))
    few = count * _SELDOM < np.prod(cancels.shape)
    return tf.cond(count > 0, lambda: tf.cond(few, some, most), lambda: quick)


def _mean(flat: Any) -> Any:
    """Over the positions: by pools, quicker on processors, and so that errors add up less."""
    positions = flat.shape[1]
    if positions > _MOST_POOLED or tf.config.list_logical_devices("GPU"):
        return tf.reduce_mean(flat, 1)
    steps = _pooled_by(positions)
    if not steps:
        return tf.cast(tf.reduce_mean(tf.cast(flat, tf.float64), 1), tf.float32)
    means = flat[:, :, None]
    for step in steps:
        means = tf.nn.avg_pool2d(means, (step, 1), (step, 1), "VALID")
    return means[:, 0, 0]


def _pooled_by(positions: int) -> list[int]:
    """Short lengths whose product is that of the positions; none, if there are none."""
    steps = []
    while positions > 1:
        near = [each for each in range(2, _MOST_IN_POOL + 1) if positions % each == 0]
        if not near:
            return []
        steps.append(near[-1])
        positions //= near[-1]
    return steps or [1]


def _greatest(flat: Any) -> Any:
    positions = flat.shape[1]
    if positions > _MOST_POOLED or tf.config.list_logical_devices("GPU"):
        return tf.reduce_max(flat, 1)
    return tf.nn.max_pool2d(flat[:, :, None], (positions, 1), 1, "VALID")[:, 0, 0]


def _careful_parts(flat: Any, draws: Any, above: Any, below: Any, level: Any) -> dict[str, Any]:
    """The parts of any values: those that are not finite are only counted."""
    finite = tf.math.is_finite(flat)
    nonfinite = _count(~finite)
    counted = tf.maximum(flat.shape[1] - nonfinite, 1)
    wide = tf.where(finite, tf.cast(flat, tf.float64), 0)
    sums = tf.reduce_sum(wide, 1)
    away = wide - (sums / tf.cast(counted, tf.float64))[:, None]
    squares = tf.reduce_sum(tf.where(finite, away * away, 0), 1)
    high = tf.reduce_max(tf.where(finite, flat, -np.inf), 1)
    low = tf.reduce_min(tf.where(finite, flat, np.inf), 1)
    return {
        "sums": sums,
        "squares": squares,
        "low": low,
        "high": high,
        "zeros": _count(tf.equal(flat, 0)),
        "nonfinite": nonfinite,
        "rows": _rows(flat, draws),
        **_places(flat, high, low, above, below, level),
    }


def _count(mask: Any) -> Any:
    """How many of a sample's places are true; adding numbers up is quicker than counting."""
    return tf.cast(tf.reduce_sum(tf.cast(mask, tf.float32), 1), tf.int32)


def _flat(values: Any) -> Any:
    single = values if values.dtype == tf.float32 else tf.cast(values, tf.float32)
    return tf.reshape(single, (values.shape[0], -1, values.shape[-1]))


def _rows(flat: Any, draws: Any) -> Any:
    positions = flat.shape[1]
    if positions <= draws.shape[1]:
        return flat
    places = tf.minimum(tf.cast(draws * positions, tf.int32), positions - 1)
    return tf.gather(flat, places, batch_dims=1)


def _places(flat: Any, high: Any, low: Any, above: Any, below: Any, level: Any) -> dict[str, Any]:
    """Where the extreme values lie, of the samples and channels that are asked for."""
    higher = (high > above) | (level & (high >= above))
    lower = (low < below) | (level & (low <= below))
    at = _first_at(flat, tf.stack([high, low]), tf.stack([higher, lower]))
    return {"high_at": at[0], "low_at": at[1]}


def _first_at(flat: Any, extremes: Any, chosen: Any) -> Any:
    """The first position of each chosen one, of several extremes of each sample and channel."""
    positions = flat.shape[1]
    unknown = tf.fill(extremes.shape, UNKNOWN_PLACE)
    chosen &= tf.math.is_finite(extremes)
    if positions == 1:
        return tf.where(chosen, 0, unknown)
    index = tf.where(chosen)
    values = _values_at(flat, index[:, 1], index[:, 2])
    is_it = tf.equal(values, tf.gather_nd(extremes, index)[:, None])
    at = tf.argmax(tf.cast(is_it, tf.int8), 1, output_type=tf.int32)
    return tf.tensor_scatter_nd_update(unknown, index, at)


def _values_at(flat: Any, samples: Any, channels: Any) -> Any:
    """All values of some samples' channels, shape (n, position)."""
    _, positions, width = flat.shape
    wide = tf.int32 if np.prod(flat.shape, dtype=np.int64) <= _MOST_32 else tf.int64
    start = tf.cast(samples * positions * width + channels, wide)
    column = start[:, None] + tf.range(positions, dtype=wide) * width
    return tf.gather(tf.reshape(flat, (-1,)), column)


def _channels_last(info: LayerInfo, tensor: Any) -> Any:
    axis = info.channel_axis
    rank = len(tensor.shape)
    if axis in (-1, rank - 1):
        return tensor
    order = [each for each in range(rank) if each != axis]
    return tf.transpose(tensor, [*order, axis])


def _filled(array: NDArray[Any], length: int) -> NDArray[Any]:
    """The same with its last entry repeated up to a length."""
    missing = length - len(array)
    return array if not missing else np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])


def _dtype_of(array: NDArray[Any]) -> Any:
    return tf.string if array.dtype.kind in "SU" else tf.as_dtype(array.dtype)
