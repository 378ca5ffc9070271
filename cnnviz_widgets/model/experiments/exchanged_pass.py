"""A forward pass with one layer's output exchanged on its way; weights are never written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import keras

from ..layers.layer_info import LayerInfo, output_suffix
from ..reading.call_recorder import ModelCallError, Recorder
from ..reading.calls.layer_call import LayerCall
from ..reading.passes.eager_pass import forward, is_concrete_scope
from ..reading.probe import ModelProbe, reader_of

Exchange: TypeAlias = Callable[[Any, int], Any]
"""Given a layer's output and the axis of its channels, what goes on in its place."""


def run_exchanged(probe: ModelProbe, info: LayerInfo, exchange: Exchange | None = None) -> Any:
    """What the model returns on the probe's inputs, run operation by operation.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    info : LayerInfo
        Of the output that is exchanged: of a shared layer, only of this call.
    exchange : callable, optional
        Default: the output goes on as it is, for comparison.

    Returns
    -------
    tensor, or list or dict of tensor

    Raises
    ------
    ModelCallError
        The model's call raises, or calls this layer only in compiled code, where its output
        cannot be replaced.
    """
    passed = False

    def at_call(call: LayerCall, result: Any) -> Any:
        nonlocal passed
        places = {call.path + output_suffix(place): place for place, _ in call.outputs}
        if info.path not in places:
            return result
        passed = True
        if exchange is None:
            return result
        axis = info.channel_axis
        assert axis is not None
        flat = [
            exchange(value, axis) if tuple(place) == places[info.path] else value
            for place, value in keras.tree.flatten_with_path(result)
        ]
        return keras.tree.pack_sequence_as(result, flat)

    recorder = Recorder(
        probe.model,
        lambda call: None,
        in_scope=is_concrete_scope,
        exchange=at_call,
        names=reader_of(probe).description().forward.listing.names,
    )
    outputs = forward(probe.model, probe.inputs, recorder)
    if not passed:
        raise ModelCallError(
            f"layer '{info.path}' is called inside compiled code, where its output cannot be "
            "replaced",
            info.path,
        )
    return outputs
