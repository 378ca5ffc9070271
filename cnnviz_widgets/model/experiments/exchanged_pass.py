"""A forward pass with outputs or weights exchanged on its way; nothing is ever written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import keras

from ..layers.layer_info import output_suffix
from ..reading.call_recorder import ModelCallError, Recorder
from ..reading.calls.layer_call import LayerCall
from ..reading.passes.eager_pass import forward, is_concrete_scope
from ..reading.probe import ModelProbe, reader_of

Exchange: TypeAlias = Callable[[Any, int], Any]
"""Given a layer's output and the axis of its channels, what goes on in its place."""


def run_exchanged(
    probe: ModelProbe,
    exchanges: Mapping[str, Exchange] | None = None,
    *,
    inputs: Any = None,
    weights: Sequence[tuple[Any, Any]] = (),
    observe: Callable[[LayerCall], None] | None = None,
    losses: list[Any] | None = None,
) -> Any:
    """What the model returns, run operation by operation.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    exchanges : mapping of str to callable, optional
        By the paths of the outputs that are exchanged: of a shared layer, only of this call.
        Default: all go on as they are, for comparison.
    inputs : array, list or dict of array, optional
        Default: the probe's own.
    weights : sequence of (keras.Variable, array)
        Variables that are read as other numbers.
    observe : callable, optional
        Given each call as it ends.
    losses : list, optional
        Where the losses go that layers add, as they add them.

    Returns
    -------
    tensor, or list or dict of tensor

    Raises
    ------
    ModelCallError
        The model's call raises, or calls one of these layers only in compiled code, where its
        output cannot be replaced.
    """
    wanted = {} if exchanges is None else exchanges
    axes = {path: probe.info(path).channel_axis for path in wanted}
    passed: set[str] = set()

    def exchanged(path: str | None, value: Any) -> Any:
        axis = axes.get(path) if path is not None else None
        return value if path is None or axis is None else wanted[path](value, axis)

    def at_call(call: LayerCall, result: Any) -> Any:
        places = {
            tuple(place): path
            for place, _ in call.outputs
            if (path := call.path + output_suffix(place)) in wanted
        }
        if not places:
            return result
        passed.update(places.values())
        flat = [
            exchanged(places.get(tuple(place)), value)
            for place, value in keras.tree.flatten_with_path(result)
        ]
        return keras.tree.pack_sequence_as(result, flat)

    recorder = Recorder(
        probe.model,
        observe or (lambda call: None),
        in_scope=is_concrete_scope,
        exchange=at_call,
        names=reader_of(probe).description().forward.listing.names,
    )
    given = probe.inputs if inputs is None else inputs
    outputs = forward(probe.model, given, recorder, weights=weights, losses=losses)
    for path in wanted:
        if path not in passed:
            raise ModelCallError(
                f"layer '{path}' is called inside compiled code, where its output cannot be "
                "replaced",
                path,
            )
    return outputs
