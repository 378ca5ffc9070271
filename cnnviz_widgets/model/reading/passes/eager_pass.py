"""The forward pass as the model's own code runs it, one operation after the other.

For models that cannot be compiled (``run_eagerly``, NumPy inside ``call``) and for Keras' other
backends. A layer's output is held as long as the model's code holds it: a functional model holds
all of them to the end of its call.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ....runtime.call_stack import surely
from ....runtime.interrupts import interrupts_kept
from ...keras_compat.layers import is_concrete
from ...layers.layer_info import output_suffix, to_float32
from ...layers.unseen import Unseen
from ..call_recorder import Interruption, Recorder, call_error
from ..calls.layer_call import LayerCall
from ..calls.recording import recording
from ..side_effects import no_side_effects
from .forward_pass import Called, Listing, Receive, arranged, shape_of


class EagerPass:
    """A model's forward pass, run as it stands each time.

    One run is made at once, to see which layers there are. What a layer reads is told by the very
    tensors; one that comes from a function counts as coming from the layer before.

    Parameters
    ----------
    model : keras.Model
        Built.
    inputs : array, list or dict of array

    Raises
    ------
    ModelCallError
        If the model's call raises.
    """

    listing: Listing
    unseen: tuple[Unseen, ...]

    def __init__(self, model: Any, inputs: Any) -> None:
        self._model = model
        self._inputs = inputs
        calls: list[Called] = []

        def record(call: LayerCall) -> None:
            calls.append(Called.of(call, call.origins))

        recorder = Recorder(model, record, in_scope=is_concrete_scope)
        forward(model, inputs, recorder)
        self.listing = arranged(
            calls,
            (
                (number, shape_of(tensor))
                for tensor, origins in recorder.returned
                for number in origins
                if number >= 0
            ),
        )
        self.unseen = recorder.unseen

    def run(self, receive: Receive, paths: Collection[str]) -> None:
        """Run forward once and give `receive` each wanted output, as it comes into being."""

        def observe(call: LayerCall) -> None:
            for place, tensor in call.outputs:
                path = call.path + output_suffix(place)
                if path not in paths:
                    continue
                try:
                    receive(path, to_float32(tensor))
                except BaseException as error:
                    raise Interruption(error) from error

        try:
            recorder = Recorder(
                self._model, observe, in_scope=is_concrete_scope, names=self.listing.names
            )
            forward(self._model, self._inputs, recorder)
        except Interruption as stop:
            raise stop.original from None

    def returned(self, inputs: Sequence[NDArray[Any]]) -> None:
        """None: it has nothing that would save a call of the model."""


def forward(
    model: Any,
    inputs: Any,
    recorder: Recorder,
    *,
    weights: Sequence[tuple[Any, Any]] = (),
    losses: list[Any] | None = None,
) -> Any:
    """Run the model forward once as it stands, without a trace in it, and record the calls.

    Parameters
    ----------
    model : keras.Model
    inputs : array, list or dict of array
    recorder : Recorder
    weights : sequence of (keras.Variable, array)
        Variables that are read as other numbers meanwhile.
    losses : list, optional
        Where the losses go that layers add, as they add them.

    Returns
    -------
    tensor, or list or dict of tensor
        What the model returned.

    Raises
    ------
    ModelCallError
        If the model's call raises.
    """
    alone, recorded = no_side_effects(model, weights, losses), recording(recorder)
    interrupts = interrupts_kept()
    try:
        with surely(alone, recorded, interrupts), alone, recorded, interrupts:
            tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
            model(tensors, training=False)
    except Exception as error:
        raise call_error(error, recorder.failed_at, recorder.failed_kind) from error
    return recorder.outputs


def is_concrete_scope() -> bool:
    """Whether tensors made now have values: False while a loop's body is being traced."""
    probe = keras.ops.add(np.zeros((), "float32"), 0.0)
    return is_concrete(probe)
