"""The forward pass as one compiled TensorFlow function, traced once with all layers recorded.

It loads TensorFlow, and is imported only where TensorFlow is Keras' backend.

Each layer's output is handed to Python by an operation inside the graph, and the next layer waits
for it. So the arrays are TensorFlow's own memory, not copies, and TensorFlow frees each output
after its last consumer, as in any forward pass: one layer's output at a time is held, where
returning them all would hold all. Weights are read when the function runs: training needs no
new trace.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ....runtime.call_stack import meanwhile, surely
from ....runtime.interrupts import interrupts_kept
from ...keras_compat.scopes import same_scopes
from ...layers.layer_info import output_suffix
from ...layers.unseen import Unseen
from ..call_recorder import ModelCallError, Recorder
from ..calls.layer_call import LayerCall
from ..calls.tensors import is_tensor
from .eager_pass import forward
from .forward_pass import Called, Listing, Receive, arranged, shape_of


class CompiledPass:
    """A model's forward pass, traced for one batch.

    Parameters
    ----------
    model : keras.Model
        Built.
    inputs : array, list or dict of array
        The batch every run is made on.

    Raises
    ------
    ModelCallError
        If the model cannot be traced.
    """

    listing: Listing
    unseen: tuple[Unseen, ...]

    def __init__(self, model: Any, inputs: Any) -> None:
        self._inputs = [np.asarray(array) for array in keras.tree.flatten(inputs)]
        self._run: _Run | None = None
        trace = _Trace(model, inputs, weakref.WeakMethod(self._emit))
        function = tf.function(trace.step, autograph=False)
        specs = [tf.TensorSpec(array.shape, _tf_dtype(array)) for array in self._inputs]
        scopes, interrupts = same_scopes(), interrupts_kept()
        with surely(scopes, interrupts), scopes, interrupts:
            self._function = function.get_concrete_function(*specs)
        self.listing = trace.finish()
        self.unseen = trace.unseen
        self._names = {
            self.listing.paths[number] + suffix: name for (number, suffix), name in trace.names
        }

    def run(self, receive: Receive, paths: Collection[str]) -> None:
        """Run forward once and give `receive` each wanted output, as it comes into being.

        `receive` must not raise: TensorFlow would report it as an error of its own.

        Raises
        ------
        ModelCallError
            If an operation fails. It names the last layer that was computed; only an eager pass
            can tell in which layer it happened.
        MemoryError
            If there is not enough memory for the pass.
        """
        self._forward(self._inputs, _Run(receive, paths))

    def returned(self, inputs: Sequence[NDArray[Any]]) -> list[Any] | None:
        """The tensors that the model returns for other inputs of the same kind.

        Parameters
        ----------
        inputs : sequence of ndarray
            In the order of its own. Fewer samples are repeated to fill the batch.

        Returns
        -------
        list of tensor or None
            None for inputs of another type or shape, or of more samples.

        Raises
        ------
        ModelCallError, MemoryError
            As `run`.
        """
        pairs = list(zip(inputs, self._inputs, strict=True))
        if not all(_is_like(array, own) for array, own in pairs):
            return None
        whole = [np.resize(array, own.shape) for array, own in pairs]
        return self._forward(whole, _Run(lambda path, array: None, frozenset()))

    def traced(self, path: str) -> tuple[list[Any], Any]:
        """The symbolic tensors of the inputs, and that of the output at a path: to be looked at."""
        graph = self._function.graph
        return graph.inputs[: len(self._inputs)], graph.get_tensor_by_name(self._names[path])

    def _forward(self, inputs: Sequence[NDArray[Any]], run: _Run) -> list[Any]:
        this, interrupts = meanwhile(self, "_run", run), interrupts_kept()
        try:
            with surely(this, interrupts), this, interrupts:
                returned: list[Any] = self._function(*map(tf.convert_to_tensor, inputs))
        except tf.errors.ResourceExhaustedError as error:
            raise MemoryError(f"no memory for a forward pass on this batch: {error}") from error
        except tf.errors.OpError as error:
            after = f" after layer '{run.reached}'" if run.reached else ""
            raise ModelCallError(
                f"the model's call raised {type(error).__name__}{after}: {error.message}"
            ) from error
        return returned

    def _emit(self, number: int, suffix: str, value: Any) -> None:
        run = self._run
        if run is None:
            return
        run.reached = path = self.listing.paths[number] + suffix
        if path in run.paths:
            run.receive(path, np.asarray(value))


def _is_like(array: NDArray[Any], own: NDArray[Any]) -> bool:
    """Whether a batch can take another one's place, repeated where it is smaller."""
    if not array.ndim or not own.ndim or not 0 < len(array) <= len(own):
        return False
    return array.dtype == own.dtype and array.shape[1:] == own.shape[1:]


def _hand_over(emit: weakref.WeakMethod[Any], number: int, suffix: str, value: Any) -> None:
    """Tell a pass of an output, as long as there is one.

    TensorFlow keeps the function of each `py_function` for good, in the outermost graph: what
    that held, such as the layers with their weights, would never be free.
    """
    method = emit()
    if method is not None:
        method(number, suffix, value)


@dataclass
class _Run:
    """What a run of the pass is for, and the last layer that it has computed."""

    receive: Receive
    paths: Collection[str]
    reached: str | None = None


def _tf_dtype(array: Any) -> Any:
    return tf.string if array.dtype.kind in "SU" else tf.as_dtype(array.dtype)


class _Trace:
    """Makes the graph of one forward pass."""

    def __init__(self, model: Any, inputs: Any, emit: weakref.WeakMethod[Any]) -> None:
        self._model = model
        self._structure = inputs
        self._emit = emit
        self._graph: Any = None
        self._last_emitted: Any = None
        self._owner: dict[str, int] = {}
        self._calls: list[Called] = []
        self._returned: Any = None
        self.names: list[tuple[tuple[int, str], str]] = []
        self.unseen: tuple[Unseen, ...] = ()

    def step(self, *flat: Any) -> list[Any]:
        self._graph = tf.compat.v1.get_default_graph()
        self._calls, self.names = [], []
        self._owner = {tensor.name: -1 - k for k, tensor in enumerate(flat)}
        recorder = Recorder(
            self._model, self._record, around=self._after_last, in_scope=self._in_scope
        )
        forward(self._model, keras.tree.pack_sequence_as(self._structure, list(flat)), recorder)
        self._returned = recorder.outputs
        self.unseen = recorder.unseen
        return [each for each in keras.tree.flatten(self._returned) if is_tensor(each)]

    def finish(self) -> Listing:
        """The recorded calls in order, and how they hang together."""
        returned = []
        for tensor in keras.tree.flatten(self._returned):
            if is_tensor(tensor):
                shape = shape_of(tensor)
                returned += [(k, shape) for k in self._owners([tensor]) if k >= 0]
        return arranged(self._calls, returned)

    def _in_scope(self) -> bool:
        return tf.compat.v1.get_default_graph() is self._graph

    def _after_last(self) -> AbstractContextManager[Any]:
        # Without it TensorFlow may run ahead while Python is busy, and outputs pile up.
        if self._last_emitted is None:
            return nullcontext()
        context: AbstractContextManager[Any] = tf.control_dependencies([self._last_emitted])
        return context

    def _record(self, call: LayerCall) -> None:
        number = len(self._calls)
        # A layer reads what it is given; a block also returns what the layers inside it made.
        made = [tensor for _, tensor in call.outputs]
        owners = self._owners(made if call.has_inner else call.inputs) or self._owners(made)
        self._calls.append(Called.of(call, tuple(owners)))
        for place, tensor in call.outputs:
            self.names.append(((number, output_suffix(place)), tensor.name))
            value = tensor if tensor.dtype == tf.float32 else tf.cast(tensor, tf.float32)
            with self._after_last():
                # The path is known once all calls are.
                emit = functools.partial(_hand_over, self._emit, number, output_suffix(place))
                self._last_emitted = tf.py_function(emit, [value], Tout=[])
        for tensor in made:
            self._owner[tensor.name] = number

    def _owners(self, tensors: list[Any]) -> list[int]:
        """The calls, or inputs, from which these tensors come without another call between."""
        owners: list[int] = []
        # Constants of the model's own graph have a value, and come from nowhere.
        waiting, seen = [each for each in tensors if tf.is_symbolic_tensor(each)], set()
        while waiting:
            tensor = waiting.pop()
            if tensor.name in seen:
                continue
            seen.add(tensor.name)
            owner = self._owner.get(tensor.name)
            if owner is None:
                waiting += tensor.op.inputs
            elif owner not in owners:
                owners.append(owner)
        return sorted(owners)
