"""Which inputs a value depends on, told by a pass backward: the other way to a receptive field.

Weights are positive, pooling spreads to all that it reads, and activations hand on what they are
given: so nothing cancels, and whatever a value depends on has a gradient other than zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.layers.layer_info import output_suffix
from cnnviz_widgets.model.reading.call_recorder import Recorder
from cnnviz_widgets.model.reading.passes.eager_pass import forward
from cnnviz_widgets.model.reading.probe import reader_of


@tf.RegisterGradient("FieldsHandOn")
def _hand_on(op: Any, slope: Any) -> Any:
    return slope


@tf.RegisterGradient("FieldsPool")
def _pool(op: Any, slope: Any) -> Any:
    return tf.raw_ops.AvgPoolGrad(
        orig_input_shape=tf.shape(op.inputs[0]),
        grad=slope,
        ksize=op.get_attr("ksize"),
        strides=op.get_attr("strides"),
        padding=op.get_attr("padding"),
    )


@tf.RegisterGradient("FieldsPool3D")
def _pool_3d(op: Any, slope: Any) -> Any:
    return tf.raw_ops.AvgPool3DGrad(
        orig_input_shape=tf.shape(op.inputs[0]),
        grad=slope,
        ksize=op.get_attr("ksize"),
        strides=op.get_attr("strides"),
        padding=op.get_attr("padding"),
    )


@tf.RegisterGradient("FieldsMaximum")
def _maximum(op: Any, slope: Any) -> Any:
    read = op.inputs[0]
    axes = np.atleast_1d(tf.get_static_value(op.inputs[1]))
    shape = read.shape.as_list()
    for axis in axes:
        shape[axis] = 1
    return tf.zeros_like(read) + tf.reshape(slope, shape), None


@tf.RegisterGradient("FieldsShare")
def _share(op: Any, slope: Any) -> Any:
    return tf.zeros_like(slope) + tf.reduce_sum(slope, -1, keepdims=True)


RULES = {
    **dict.fromkeys(("LeakyRelu", "Relu", "Sigmoid", "Tanh"), "FieldsHandOn"),
    "MaxPool": "FieldsPool",
    "MaxPool3D": "FieldsPool3D",
    "Max": "FieldsMaximum",
    "Softmax": "FieldsShare",
}

# The first and the last position along an axis; None where there is no gradient at all.
Hull = list[tuple[int, int] | None]


def make_positive(model: Any) -> None:
    """Weights away from zero, and not so large that a share of attention would be lost."""
    rng = np.random.default_rng(3)
    for weight in model.weights:
        if "seed" not in weight.path and "float" in weight.dtype:
            weight.assign(rng.uniform(0.1, 0.3, weight.shape))


class Supports:
    """The gradients of several places of every layer at once: each place is a sample.

    Parameters
    ----------
    probe : ModelProbe
    places : mapping of str to sequence of tuple
        For each path as many places, without batch and channels.
    rules : mapping of str to str
    """

    def __init__(
        self,
        probe: ModelProbe,
        places: dict[str, Sequence[tuple[int, ...]]],
        rules: dict[str, str],
    ) -> None:
        self._probe = probe
        count = len(next(iter(places.values())))
        rng = np.random.default_rng(5)
        flat = [
            rng.uniform(0.5, 1.5, (count, *array.shape[1:])).astype("float32")
            for array in keras.tree.flatten(probe.inputs)
        ]
        names = reader_of(probe).description().forward.listing.names
        tensors: dict[str, Any] = {}

        def record(call: Any) -> None:
            for place, tensor in call.outputs:
                tensors[call.path + output_suffix(place)] = tensor

        def backward(*inputs: Any) -> Any:
            graph = tf.compat.v1.get_default_graph()
            recorder = Recorder(
                probe.model,
                record,
                in_scope=lambda: tf.compat.v1.get_default_graph() is graph,
                names=names,
            )
            given = keras.tree.pack_sequence_as(probe.inputs, list(inputs))
            with graph.gradient_override_map(rules):
                forward(probe.model, given, recorder)
            slopes = {}
            for path, chosen in places.items():
                seed = _seed(tensors[path].shape.as_list(), probe.info(path).channel_axis, chosen)
                found = tf.gradients(tensors[path], list(inputs), grad_ys=tf.constant(seed))
                slopes[path] = [
                    tf.zeros_like(array) if slope is None else slope
                    for slope, array in zip(found, inputs, strict=True)
                ]
            return slopes

        self._slopes = tf.function(backward, autograph=False)(*map(tf.constant, flat))

    def hull(self, path: str, number: int, sample: int, axes: Sequence[int]) -> Hull:
        """Along each axis of an input: where the gradient of a sample's place is not zero."""
        slope: NDArray[Any] = self._slopes[path][number].numpy()[sample]
        return list(_hulls(slope != 0, axes))


def _hulls(there: NDArray[np.bool_], axes: Sequence[int]) -> Iterator[tuple[int, int] | None]:
    for axis in axes:
        others = tuple(k for k in range(there.ndim) if k != axis - 1)
        at = np.flatnonzero(there.any(axis=others))
        yield (int(at[0]), int(at[-1]) + 1) if at.size else None


def _seed(
    shape: list[int], channel_axis: int | None, places: Sequence[tuple[int, ...]]
) -> NDArray[np.float32]:
    """One at each sample's own place, another number for each channel."""
    seed = np.zeros(shape, dtype="float32")
    last = np.moveaxis(seed, channel_axis, -1) if channel_axis is not None else seed
    for sample, place in enumerate(places):
        # Alike for all channels, normalisation would cancel it.
        last[(sample, *place)] = 1 + 0.7 * np.sin(1.0 + np.arange(last.shape[-1]))
    return seed
