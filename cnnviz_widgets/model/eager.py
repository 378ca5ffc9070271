"""The forward pass as the model's own code runs it, one operation after the other.

For models that cannot be compiled (``run_eagerly``, NumPy inside ``call``) and for Keras' other
backends. A layer's output is held as long as the model's code holds it: a functional model holds
all of them to the end of its call.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import keras
import numpy as np

from ..analysis.call_stack import surely
from .capture import (
    Interruption,
    LayerCall,
    Recorder,
    call_error,
    is_tensor,
    recording,
)
from .layers import output_suffix, to_float32
from .passes import Graph, Output, Receive
from .undisturbed import undisturbed


class EagerPass:
    """A model's forward pass, run as it stands each time.

    One run is made at once, to see which layers there are. Without a graph, each layer counts
    as reading the output of the one before it.

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

    outputs: tuple[Output, ...]
    graph: Graph

    def __init__(self, model: Any, inputs: Any) -> None:
        self._model = model
        self._inputs = inputs
        outputs: list[Output] = []
        calls = 0

        def record(call: LayerCall) -> None:
            nonlocal calls
            for place, tensor in call.outputs:
                outputs.append(
                    Output(
                        path=call.path + output_suffix(place),
                        layer=call.layer,
                        call=calls,
                        depth=call.depth,
                        call_index=call.call_index,
                        output_index=place,
                        shape=tuple(tensor.shape),
                        dtype=keras.backend.standardize_dtype(tensor.dtype),
                    )
                )
            calls += 1

        returned = forward(model, inputs, Recorder(model, record, in_scope=is_concrete_scope))
        self.outputs = tuple(outputs)
        inputs_count = len(keras.tree.flatten(inputs))
        first = tuple(-1 - k for k in range(inputs_count))
        self.graph = Graph(
            tuple(first if k == 0 else (k - 1,) for k in range(calls)),
            tuple(
                (calls - 1, tuple(tensor.shape))
                for tensor in keras.tree.flatten(returned)
                if is_tensor(tensor) and calls
            ),
        )

    def run(self, receive: Receive, wanted: Collection[str]) -> None:
        """Run forward once and give `receive` each wanted output, in execution order."""

        def observe(call: LayerCall) -> None:
            for place, tensor in call.outputs:
                path = call.path + output_suffix(place)
                if path not in wanted:
                    continue
                try:
                    receive(path, to_float32(tensor))
                except BaseException as error:
                    raise Interruption(error) from error

        try:
            recorder = Recorder(self._model, observe, in_scope=is_concrete_scope)
            forward(self._model, self._inputs, recorder)
        except Interruption as stop:
            raise stop.original from None


def forward(model: Any, inputs: Any, recorder: Recorder) -> Any:
    """Run the model forward once as it stands, without a trace in it, and record the calls.

    Returns
    -------
    tensor, or list or dict of tensor
        What the model returned.

    Raises
    ------
    ModelCallError
        If the model's call raises.
    """
    alone, recorded = undisturbed(model), recording(recorder)
    try:
        with surely(alone, recorded), alone, recorded:
            tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)
            model(tensors, training=False)
    except Exception as error:
        raise call_error(error, recorder.failed_at, recorder.failed_kind) from error
    return recorder.outputs


def is_concrete_scope() -> bool:
    """Whether tensors made now have values: False while a loop's body is being traced."""
    probe = keras.ops.add(np.zeros((), "float32"), 0.0)
    if keras.backend.backend() == "jax":
        return "Tracer" not in type(probe).__name__
    return hasattr(probe, "numpy")
