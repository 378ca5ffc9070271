"""A live model traced from its inputs to one layer's output, to its own, or to both.

It loads TensorFlow, and is imported only where TensorFlow is Keras' backend.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from ...layers.layer_info import output_suffix
from ...reading.call_recorder import Interruption, ModelCallError, Recorder
from ...reading.calls.layer_call import LayerCall
from ...reading.calls.tensors import is_tensor
from ...reading.passes.eager_pass import forward
from ...reading.probe import ModelProbe, reader_of
from .pass_function import PassFunction, tensor_type, traced, with_rows


class Ends(NamedTuple):
    """Where a pass ends, and what it gives.

    Attributes
    ----------
    path : str or None
        Of a layer output that is given.
    peaks : bool
        Whether each channel's maximum is given in place of the output.
    whole : bool
        Whether the model runs to its end, and all that it returns is given, too.
    """

    path: str | None
    peaks: bool
    whole: bool


def is_traced(probe: ModelProbe, ends: Ends) -> bool:
    """Whether such a function is at hand."""
    return ends in reader_of(probe).description().traces


def partial_function(probe: ModelProbe, ends: Ends) -> PassFunction:
    """The function: traced once, and kept as long as only weights change.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    ends : Ends

    Returns
    -------
    PassFunction
        Given the inputs, flattened, it gives the layer's output, float32, its channels on the last
        axis; and what the model returns, flattened.

    Raises
    ------
    ModelCallError
        The model cannot be traced, or does not come by the layer.
    """
    flat = keras.tree.flatten(probe.inputs)
    specs = [tf.TensorSpec((None, *array.shape[1:]), tensor_type(array)) for array in flat]

    def trace(rows: int | None) -> Any:
        those = [with_rows(spec, rows) for spec in specs]
        return traced(lambda *tensors: _body(probe, ends, tensors), those)

    def make() -> PassFunction:
        return PassFunction(trace, specs, probe.samples)

    return reader_of(probe).traced(ends, make)


def _body(probe: ModelProbe, ends: Ends, flat: tuple[Any, ...]) -> list[Any]:
    graph = tf.compat.v1.get_default_graph()
    found: list[Any] = []

    def at_call(call: LayerCall) -> None:
        for place, tensor in call.outputs:
            if call.path + output_suffix(place) == ends.path:
                found.append(tensor)
                if not ends.whole:
                    raise Interruption(_Reached())

    recorder = Recorder(
        probe.model,
        at_call,
        in_scope=lambda: tf.compat.v1.get_default_graph() is graph,
        names=reader_of(probe).description().forward.listing.names,
    )
    try:
        forward(probe.model, keras.tree.pack_sequence_as(probe.inputs, list(flat)), recorder)
    except Interruption as stop:
        if not isinstance(stop.original, _Reached):
            raise stop.original from None
    given = []
    if ends.path is not None:
        if not found:
            raise ModelCallError(f"the model's call does not come by '{ends.path}'", ends.path)
        given.append(_laid_out(found[-1], probe.info(ends.path).channel_axis or -1, ends.peaks))
    if ends.whole:
        returned = [each for each in keras.tree.flatten(recorder.outputs) if is_tensor(each)]
        given += [tf.cast(each, tf.float32) for each in returned]
    return given


def _laid_out(tensor: Any, axis: int, peaks: bool) -> Any:
    rank = len(tensor.shape)
    others = [each for each in range(rank) if each != axis % rank]
    tensor = tf.cast(tensor, tf.float32)
    if peaks:
        return tf.reduce_max(tensor, others[1:]) if rank > 2 else tensor
    return tf.transpose(tensor, [*others, axis % rank])


class _Reached(BaseException):
    """The layer that was asked for has its output."""
