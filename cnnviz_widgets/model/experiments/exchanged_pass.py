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
    exchanged = Exchanged(probe, {} if exchanges is None else exchanges)
    recorder = Recorder(
        probe.model,
        observe or (lambda call: None),
        in_scope=is_concrete_scope,
        exchange=exchanged.at_call,
        names=reader_of(probe).description().forward.listing.names,
    )
    given = probe.inputs if inputs is None else inputs
    outputs = forward(probe.model, given, recorder, weights=weights, losses=losses)
    exchanged.check()
    return outputs


class Exchanged:
    """Exchanges outputs of the calls that a recorder sees, and notes which have come by.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    exchanges : mapping of str to callable
        By the paths of the outputs.
    """

    def __init__(self, probe: ModelProbe, exchanges: Mapping[str, Exchange]) -> None:
        self._exchanges = exchanges
        self._axes = {path: probe.info(path).channel_axis for path in exchanges}
        self._passed: set[str] = set()

    def at_call(self, call: LayerCall, result: Any) -> Any:
        """What goes on in place of what a layer returned: a recorder's `exchange`."""
        places = {
            tuple(place): path
            for place, _ in call.outputs
            if (path := call.path + output_suffix(place)) in self._exchanges
        }
        if not places:
            return result
        self._passed.update(places.values())
        flat = [
            self._exchanged(places.get(tuple(place)), value)
            for place, value in keras.tree.flatten_with_path(result)
        ]
        return keras.tree.pack_sequence_as(result, flat)

    def check(self) -> None:
        """See that all have come by.

        Raises
        ------
        ModelCallError
            One has not: its layer is called only in compiled code.
        """
        for path in self._exchanges:
            if path not in self._passed:
                raise ModelCallError(
                    f"layer '{path}' is called inside compiled code, where its output cannot be "
                    "replaced",
                    path,
                )

    def _exchanged(self, path: str | None, value: Any) -> Any:
        axis = None if path is None else self._axes[path]
        return value if path is None or axis is None else self._exchanges[path](value, axis)
