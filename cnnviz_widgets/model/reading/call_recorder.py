"""Seeing every layer's call during one forward pass, and which call it is.

Keras 3 has no forward hooks, and a layer's ``output`` attribute is of no use here: it raises
for an unbuilt ``Sequential``, is unconnected for a layer inside a nested model, shows only the
first call of a shared layer and does not exist in a subclassed model. How calls come to a recorder
instead, `recording` says.
"""

from __future__ import annotations

import math
import re
import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import numpy as np

from ..layers.call_order import WrittenOrder, graph_of, is_structure
from ..layers.layer_kinds import kind_of
from ..layers.unseen import BlindSpots, Unseen
from .calls.call_names import CallNames
from .calls.layer_call import Frame, Key, LayerCall
from .calls.tensor_origins import Origins
from .calls.tensors import PlacedTensor, all_among, is_floating, is_tensor, tensors_in


class ModelCallError(RuntimeError, ValueError):
    """The model's own call raised; ``__cause__`` is what it raised.

    It is a ``ValueError`` as well, since inputs that do not suit the model are the usual reason,
    and only the model itself can tell.

    Attributes
    ----------
    path : str
        Path of the innermost layer in whose call it happened; empty for the model's own code.
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class Interruption(BaseException):
    """Carries an exception of an observer through the model's own code.

    A ``BaseException``, so that neither an ``except Exception`` in the model's code nor the
    search for the layer that failed takes it for an error of the model.
    """

    def __init__(self, original: BaseException) -> None:
        super().__init__(str(original))
        self.original = original


class Recorder:
    """Receives the layer calls of one forward pass of one model.

    Parameters
    ----------
    model : keras.Model
        Only calls inside a call of this model are recorded; its own is not.
    on_call : callable
        Given each `LayerCall` as it ends, so in the order in which outputs come into being:
        the layers inside a block before the block itself.
    around : callable, optional
        Makes the context in which each layer runs.
    in_scope : callable, optional
        Whether tensors made at this moment can be read later. False inside the body of a
        symbolic loop or branch, whose layers are not recorded.
    inside : bool
        Take calls for those of the model's layers from the start, without waiting for a call of
        the model: for building a sequential model, which calls its layers one by one.
    exchange : callable, optional
        Given each call and what the layer returned; what it returns goes on through the model
        instead.
    names : mapping of key to str, optional
        The calls' paths, from the pass that found them out.

    Attributes
    ----------
    outputs : structure of tensor
        What the model returned.
    returned : list of (tensor, tuple of int)
        Each tensor the model returned, with its origins as in `LayerCall`.
    unseen : list of Unseen
        Where there are values that belong to no recorded call.
    failed_at, failed_base, failed_kind : str or None
        Of the innermost layer that raised: its path, the same without call index, its class.
    """

    def __init__(
        self,
        model: Any,
        on_call: Callable[[LayerCall], None],
        *,
        around: Callable[[], AbstractContextManager[Any]] = nullcontext,
        in_scope: Callable[[], bool] = lambda: True,
        inside: bool = False,
        exchange: Callable[[LayerCall, Any], Any] | None = None,
        names: Mapping[Key, str] | None = None,
    ) -> None:
        self._model = model
        self._on_call = on_call
        self._around = around
        self._in_scope = in_scope
        self._exchange = exchange
        self._names = CallNames(model, names or {})
        self._frames: list[Frame] = [Frame(model, "")] if inside else []
        self._muted = False
        self._origins = Origins()
        self._blind = BlindSpots()
        self._orders: dict[int, WrittenOrder] = {}
        self._recorded = 0
        self._inputs: tuple[int, ...] = ()
        self.outputs: Any = None
        self.returned: list[tuple[Any, tuple[int, ...]]] = []
        self.failed_at: str | None = None
        self.failed_base: str | None = None
        self.failed_kind: str | None = None

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        """What of the model's work no call showed."""
        return self._blind.gathered()

    def observe(self, original: Callable[..., Any], layer: Any, args: Any, kwargs: Any) -> Any:
        """Run ``original(layer, *args, **kwargs)`` and record it."""
        if layer is self._model:
            return self._observe_model(original, args, kwargs)
        if not self._frames:
            return original(layer, *args, **kwargs)
        parent = self._frames[-1]
        # Some of Keras' functions make an operation of themselves, which is a step of a layer's
        # own work: `keras.ops.pad` in a ZeroPadding2D.
        if not isinstance(layer, keras.Layer) and parent.call_in_graph(layer) is None:
            return original(layer, *args, **kwargs)
        if self._muted or not self._in_scope():
            self._blind.passed_over(parent.layer, parent.base, layer, in_steps=self._muted)
            return original(layer, *args, **kwargs)
        frame, path = self._enter(layer)
        if not parent.is_graph and not self._are_known((args, kwargs)):
            self._blind.functions_before(parent.layer, parent.base, frame.base)
        frame.given = [tensor for _, tensor in tensors_in((args, kwargs))]
        frame.origins = self._origins_of(frame.given)
        self._origins.derive(frame.given, frame.origins)
        self._frames.append(frame)
        # A recurrent cell, or a layer applied to each time step, is called in a loop: its
        # outputs are steps of the outer layer's work, not layers of the model.
        self._muted = kind_of(layer).in_steps
        try:
            with self._around():
                result = original(layer, *args, **kwargs)
        except Exception:
            if self.failed_at is None:
                self.failed_at, self.failed_base = path, frame.base
                self.failed_kind = type(layer).__name__
            raise
        finally:
            self._frames.pop()
            self._muted = False
        # Reached also when the model caught an inner layer's error: it was none of ours.
        self.failed_at = None
        return self._leave(frame, path, result)

    def _leave(self, frame: Frame, path: str, result: Any) -> Any:
        """Hand a call that has ended over; what it returned, or what is to go on instead."""
        layer, parent = frame.layer, self._frames[-1]
        outputs = tensors_in(result)
        if not isinstance(layer, (keras.Layer, keras.Function)):
            # Indices, masks and shapes that operations hand each other are no channels' values.
            others = [tensor for _, tensor in outputs if not is_floating(tensor)]
            self._origins.derive(others, frame.origins)
            outputs = [(place, tensor) for place, tensor in outputs if is_floating(tensor)]
        parent.inner_outputs += frame.inner_outputs
        if not self._is_listed(layer, outputs, frame):
            parent.has_inner |= frame.has_inner
            self._origins.derive([tensor for _, tensor in outputs], frame.origins)
            return result
        parent.has_inner = True
        parent.inner_outputs += [weakref.ref(tensor) for _, tensor in outputs]
        call = LayerCall(
            layer=layer,
            path=path,
            base=frame.base,
            key=frame.key,
            # After the layers inside it.
            order=(*frame.order, math.inf),
            depth=len(self._frames) - 1,
            inputs=frame.given,
            origins=self._made_by(frame, outputs) if frame.has_inner else frame.origins,
            outputs=outputs,
            has_inner=frame.has_inner,
        )
        self._on_call(call)
        if self._exchange is not None:
            result = self._exchange(call, result)
            outputs = tensors_in(result)
            parent.inner_outputs += [weakref.ref(tensor) for _, tensor in outputs]
        self._origins.assign([tensor for _, tensor in outputs], (self._recorded,))
        self._recorded += 1
        return result

    def enter_call(self, operation: Any, args: Any, kwargs: Any) -> None:
        """Take note of what an operation's own code is given: Keras may have converted it."""
        if not self._frames or self._muted or self._frames[-1].layer is not operation:
            return
        frame = self._frames[-1]
        given = [tensor for _, tensor in tensors_in((args, kwargs))]
        if len(frame.given) != len(given):
            self._origins.derive(given, frame.origins)
            return
        for before, after in zip(frame.given, given, strict=True):
            self._origins.derive([after], self._origins.of(before) or frame.origins)

    def _observe_model(self, original: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        frame = self._frame(self._model, "", (), ())
        frame.index = 0
        frame.given = [tensor for _, tensor in tensors_in((args, kwargs))]
        frame.origins = self._inputs = tuple(range(-len(frame.given), 0))
        for k, tensor in enumerate(frame.given):
            self._origins.assign([tensor], (-1 - k,))
        self._frames.append(frame)
        try:
            result = original(self._model, *args, **kwargs)
        finally:
            self._frames.pop()
        self.outputs = result
        self.returned = [
            (tensor, self._made_by(frame, [(place, tensor)]))
            for place, tensor in tensors_in(result)
        ]
        if not frame.is_graph and not self._are_known(result):
            self._blind.functions_before(self._model, "", "")
        return result

    def _origins_of(self, tensors: list[Any]) -> tuple[int, ...]:
        """The recorded calls that what a layer is given comes from."""
        parent = self._frames[-1]
        known = [self._origins.of(tensor) for tensor in tensors]
        numbers = {origin for origins in known for origin in origins or ()}
        if None in known and not parent.is_graph:
            numbers.update(self._latest)
        elif None in known and not numbers:
            numbers.update(parent.origins)  # the model's inputs, which Keras has converted
        return tuple(sorted(numbers))

    def _made_by(self, frame: Frame, outputs: list[PlacedTensor]) -> tuple[int, ...]:
        """The recorded calls that what a block returns comes from."""
        known = [self._origins.of(tensor) for _, tensor in outputs]
        numbers = {origin for origins in known for origin in origins or ()}
        if None in known:
            numbers.update(self._latest)
        return tuple(sorted(numbers))

    @property
    def _latest(self) -> tuple[int, ...]:
        """The call before, or the model's inputs where there is none."""
        return (self._recorded - 1,) if self._recorded else self._inputs

    def _enter(self, layer: Any) -> tuple[Frame, str]:
        """The frame of a call that begins, and its path as far as it can be told by now."""
        parent = self._frames[-1]
        base = self._names.base(layer, parent.base)
        place, number = parent.calls.total(), parent.calls[id(layer)]
        index: int | None = None
        if (call := parent.call_in_graph(layer)) is not None:
            place, number = call.place, call.number
            index = None if parent.index is None else parent.index * call.of + number
        parent.calls[id(layer)] += 1
        key = (*parent.key, (base, number))
        path = self._names.path(base, key, index)
        frame = self._frame(layer, base, key, (*parent.order, place))
        frame.index = index
        return frame, path

    def _frame(self, layer: Any, base: str, key: Key, order: tuple[float, ...]) -> Frame:
        graph = graph_of(layer)
        if graph is not None and id(graph) not in self._orders:
            self._orders[id(graph)] = WrittenOrder(graph)
        return Frame(
            layer,
            base,
            key,
            order,
            is_graph=is_structure(layer),
            written=None if graph is None else self._orders[id(graph)],
        )

    @staticmethod
    def _is_listed(layer: Any, outputs: list[PlacedTensor], frame: Frame) -> bool:
        """Whether a call has something to show: a graph of layers that are listed has nothing."""
        if not isinstance(layer, (keras.Layer, keras.Function)):
            return bool(outputs) and not kind_of(layer).fills
        return not (is_structure(layer) and all_among(outputs, frame.inner_outputs))

    def _are_known(self, structure: Any) -> bool:
        """Whether all floating-point numbers in it were seen as they were made."""
        return all(
            self._origins.of(value) is not None
            for value in keras.tree.flatten(structure)
            if isinstance(value, np.ndarray) or (is_tensor(value) and is_floating(value))
        )


_BOLD = re.compile(r"\x1b\[1m(.*?)\x1b\[0m", re.DOTALL)


def call_error(error: Exception, path: str | None, layer_kind: str | None) -> ModelCallError:
    """The clear error for an exception `error` that the model's call raised at `path`."""
    # The text of a KeyError is the repr of its argument.
    text = str(error.args[0]) if len(error.args) == 1 else str(error)
    # Keras wraps a layer's message in a listing of its arguments and sets it in bold.
    bold = _BOLD.search(text)
    message = (bold.group(1) if bold else text).strip()
    where = f"in layer '{path}' ({layer_kind})" if path else "in the model's own code"
    return ModelCallError(
        f"the model's call raised {type(error).__name__} {where}: {message}", path or ""
    )
