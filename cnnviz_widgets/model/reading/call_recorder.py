"""Seeing every layer's call during one forward pass, and which call it is.

Keras 3 has no forward hooks, and a layer's ``output`` attribute is of no use here: it raises
for an unbuilt ``Sequential``, is unconnected for a layer inside a nested model, shows only the
first call of a shared layer and does not exist in a subclassed model. What all kinds of model
share is that every layer is called through ``keras.Layer.__call__``, and what a functional model's
graph has besides layers, such as ``keras.ops.relu``, through ``keras.Operation.__call__``. While a
pass is recorded, and no longer, these methods are wrapped; the wrapper looks up the recorder of
*its own thread*, so a model that trains in another thread meanwhile runs as if nothing were there.
"""

from __future__ import annotations

import functools
import math
import re
import sys
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import keras
import numpy as np

from ...runtime.call_stack import Call, CallLock, call_of_context
from ..keras_compat.layers import inner_layers
from ..layers.call_order import GraphCall, WrittenOrder, graph_of, is_structure
from ..layers.layer_kinds import kind_of
from ..layers.unseen import BlindSpots, Unseen
from .tensor_origins import Origins


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


Key = tuple[tuple[str, int], ...]
"""Which call it is, the same in every pass: of each layer from the outside in, its path without
call indices and the number of its call within the layer around it, as written."""


@dataclass
class LayerCall:
    """One call of one layer, or of a bare operation of a graph, in the recorded pass.

    Attributes
    ----------
    layer : keras.Layer or keras.Operation
    path : str
        Names from the outside in; a later call of the same layer ends in ``:1``, ``:2``, …. Not to
        be relied on in the pass that first finds out which calls there are: `passes.arranged`.
    base : str
        The path without call index.
    key : tuple
        Which call it is.
    order : tuple of float
        Calls sorted by it are in execution order, but a layer's own calls as they were written,
        and a block after the layers inside it.
    depth : int
        How many layers it is nested in, the model itself not counted.
    inputs : list of tensor
        The tensors among its arguments.
    origins : tuple of int
        Numbers of the recorded calls, in order of execution, whose outputs it reads, or that made
        what a block returns; input k of the model is ``-1 - k``. What comes from a function that
        is no layer counts as coming from the call before.
    outputs : list of (tuple, tensor)
        Every tensor it returned, with its place in the returned structure: ``()`` for a lone
        tensor, ``(1,)`` for the second of a tuple, ``("boxes",)`` for an entry of a dict.
    has_inner : bool
        Whether other recorded calls happened inside this one.
    """

    layer: Any
    path: str
    base: str
    key: Key
    order: tuple[float, ...]
    depth: int
    inputs: list[Any]
    origins: tuple[int, ...]
    outputs: list[tuple[tuple[int | str, ...], Any]]
    has_inner: bool


@dataclass
class _Frame:
    """A call that has begun and not ended.

    Attributes
    ----------
    layer : keras.Layer or keras.Operation
    base : str
    key, order : tuple
    given : list of tensor
        What it was called with.
    origins : tuple of int
        Where that comes from, as in `LayerCall`.
    index : int or None
        Its call index, where graphs alone lead to it.
    is_graph : bool
        Whether it is a graph of the calls inside it, nothing more.
    written : WrittenOrder or None
        Of the calls inside it, where there is a graph of them.
    calls : Counter
        How often each layer, by its ``id``, was called inside it.
    """

    layer: Any
    base: str
    key: Key = ()
    order: tuple[float, ...] = ()
    given: list[Any] = field(default_factory=list)
    origins: tuple[int, ...] = ()
    index: int | None = None
    has_inner: bool = False
    is_graph: bool = False
    written: WrittenOrder | None = None
    calls: Counter[int] = field(default_factory=Counter)
    inner_outputs: list[weakref.ref[Any]] = field(default_factory=list)

    def call_in_graph(self, operation: Any) -> GraphCall | None:
        """The call that comes next of this operation, where it is one of the graph's."""
        if self.written is None:
            return None
        return self.written.call(operation, self.calls[id(operation)])


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
        self._names = names or {}
        self._frames: list[_Frame] = [_Frame(model, "")] if inside else []
        self._muted = False
        self._origins = Origins()
        self._blind = BlindSpots()
        self._orders: dict[int, WrittenOrder] = {}
        self._recorded = 0
        self._inputs: tuple[int, ...] = ()
        # Which layer has taken which path, to tell a second layer of the same name from a
        # second call of the same layer.
        self._owners: dict[str, Any] = {}
        # Layers that the model makes in its own call get new names from Keras each time.
        self._lasting = {id(layer) for layer in inner_layers(model)}
        self._made: dict[str, list[Any]] = {}
        self._counts: Counter[str] = Counter()
        self.outputs: Any = None
        self.returned: list[tuple[Any, tuple[int, ...]]] = []
        self.failed_at: str | None = None
        self.failed_base: str | None = None
        self.failed_kind: str | None = None

    @property
    def unseen(self) -> tuple[Unseen, ...]:
        return self._blind.found()

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
        frame.given = [tensor for _, tensor in _tensors((args, kwargs))]
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

    def _leave(self, frame: _Frame, path: str, result: Any) -> Any:
        """Hand a call that has ended over; what it returned, or what is to go on instead."""
        layer, parent = frame.layer, self._frames[-1]
        outputs = _tensors(result)
        if not isinstance(layer, (keras.Layer, keras.Function)):
            # Indices, masks and shapes that operations hand each other are no channels' values.
            others = [tensor for _, tensor in outputs if not _is_floating(tensor)]
            self._origins.derive(others, frame.origins)
            outputs = [(place, tensor) for place, tensor in outputs if _is_floating(tensor)]
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
            outputs = _tensors(result)
            parent.inner_outputs += [weakref.ref(tensor) for _, tensor in outputs]
        self._origins.assign([tensor for _, tensor in outputs], (self._recorded,))
        self._recorded += 1
        return result

    def enter_call(self, operation: Any, args: Any, kwargs: Any) -> None:
        """Take note of what an operation's own code is given: Keras may have converted it."""
        if not self._frames or self._muted or self._frames[-1].layer is not operation:
            return
        frame = self._frames[-1]
        given = [tensor for _, tensor in _tensors((args, kwargs))]
        if len(frame.given) != len(given):
            self._origins.derive(given, frame.origins)
            return
        for before, after in zip(frame.given, given, strict=True):
            self._origins.derive([after], self._origins.of(before) or frame.origins)

    def _observe_model(self, original: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        frame = self._frame(self._model, "", (), ())
        frame.index = 0
        frame.given = [tensor for _, tensor in _tensors((args, kwargs))]
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
            (tensor, self._made_by(frame, [(place, tensor)])) for place, tensor in _tensors(result)
        ]
        if not frame.is_graph and not self._are_known(result):
            self._blind.functions_before(self._model, "", "")
        return result

    def _origins_of(self, tensors: list[Any]) -> tuple[int, ...]:
        """The recorded calls that what a layer is given comes from."""
        parent = self._frames[-1]
        known = [self._origins.of(tensor) for tensor in tensors]
        found = {origin for origins in known for origin in origins or ()}
        if None in known and not parent.is_graph:
            found.update(self._latest)
        elif None in known and not found:
            found.update(parent.origins)  # the model's inputs, which Keras has converted
        return tuple(sorted(found))

    def _made_by(
        self, frame: _Frame, outputs: list[tuple[tuple[int | str, ...], Any]]
    ) -> tuple[int, ...]:
        """The recorded calls that what a block returns comes from."""
        known = [self._origins.of(tensor) for _, tensor in outputs]
        found = {origin for origins in known for origin in origins or ()}
        if None in known:
            found.update(self._latest)
        return tuple(sorted(found))

    @property
    def _latest(self) -> tuple[int, ...]:
        """The call before, or the model's inputs where there is none."""
        return (self._recorded - 1,) if self._recorded else self._inputs

    def _enter(self, layer: Any) -> tuple[_Frame, str]:
        """The frame of a call that begins, and its path as far as it can be told by now."""
        parent = self._frames[-1]
        base = self._base(layer, parent.base)
        place, number = parent.calls.total(), parent.calls[id(layer)]
        index: int | None = None
        if (call := parent.call_in_graph(layer)) is not None:
            place, number = call.place, call.number
            index = None if parent.index is None else parent.index * call.of + number
        parent.calls[id(layer)] += 1
        key = (*parent.key, (base, number))
        shown = self._counts[base] if index is None else index
        self._counts[base] += 1
        path = self._names.get(key) or (f"{base}:{shown}" if shown else base)
        frame = self._frame(layer, base, key, (*parent.order, place))
        frame.index = index
        return frame, path

    def _frame(self, layer: Any, base: str, key: Key, order: tuple[float, ...]) -> _Frame:
        graph = graph_of(layer)
        if graph is not None and id(graph) not in self._orders:
            self._orders[id(graph)] = WrittenOrder(graph)
        return _Frame(
            layer,
            base,
            key,
            order,
            is_graph=is_structure(layer),
            written=None if graph is None else self._orders[id(graph)],
        )

    def _base(self, layer: Any, parent: str) -> str:
        """The layer's path without call index."""
        prefix = f"{parent}/" if parent else ""
        name = self._lasting_name(layer)
        base, twin = f"{prefix}{name}", 0
        while self._owners.setdefault(base, layer) is not layer:
            twin += 1
            base = f"{prefix}{name}#{twin}"
        return base

    @staticmethod
    def _is_listed(
        layer: Any, outputs: list[tuple[tuple[int | str, ...], Any]], frame: _Frame
    ) -> bool:
        """Whether a call has something to show: a graph of layers that are listed has nothing."""
        if not isinstance(layer, (keras.Layer, keras.Function)):
            return bool(outputs) and not kind_of(layer).fills
        return not (is_structure(layer) and _all_among(outputs, frame.inner_outputs))

    def _are_known(self, structure: Any) -> bool:
        """Whether all floating-point numbers in it were seen as they were made."""
        return all(
            self._origins.of(value) is not None
            for value in keras.tree.flatten(structure)
            if isinstance(value, np.ndarray) or (is_tensor(value) and _is_floating(value))
        )

    def _lasting_name(self, layer: Any) -> str:
        """A layer's name; of one made in this pass, without the count of all that Keras ever named.

        ``dense_7`` and ``dense_8`` are ``dense`` and ``dense_1`` then, as in every other pass.
        """
        name: str = layer.name
        if id(layer) in self._lasting or not isinstance(layer, keras.Layer):
            return name
        kind = re.sub(
            "([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", _class(layer))
        )
        if not re.fullmatch(rf"{kind}(_\d+)?", name, re.IGNORECASE):
            return name
        made = self._made.setdefault(kind.lower(), [])
        number = next((k for k, other in enumerate(made) if other is layer), len(made))
        if number == len(made):
            made.append(layer)
        return f"{kind.lower()}_{number}" if number else kind.lower()


def _class(layer: Any) -> str:
    return re.sub(r"\W+", "", type(layer).__name__)


_local = threading.local()
_patch_lock = CallLock()
# The wrappers that were set last, by the class whose calls they take.
_wrappers: dict[Any, Any] = {}
# Of all threads.
_recordings: list[recording] = []


class recording:
    """Send this thread's layer calls to `recorder` for as long as the context lasts.

    ``keras.Layer.__call__``, and that of ``keras.Operation`` for what a functional model's graph
    has besides layers, are wrapped when the first recording of any thread begins and are the very
    objects they were when the last one ends, whatever was raised in between. Recordings nest: the
    innermost receives the calls. What an interrupt keeps from ending receives nothing once the
    call that began it is over; for the end to come at once, see `surely`.

    Parameters
    ----------
    recorder : Recorder
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.outer: recording | None = None
        self._call: Call | None = None

    @property
    def lasts(self) -> bool:
        """Whether it has begun and not ended, by its exit or with its call."""
        return self._call is not None and self._call.under_way

    def __enter__(self) -> None:
        self.outer = _innermost()
        self._call = call_of_context(sys._getframe(1))
        _local.recorder = self
        with _patch_lock:
            _recordings.append(self)
            _wrap()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._call = None
        _innermost()
        _unwrap_unused()


def _innermost() -> recording | None:
    """The recording of this thread that is to receive its calls; those that are over are let go."""
    begun: recording | None = getattr(_local, "recorder", None)
    found = begun
    while found is not None and not found.lasts:
        found = found.outer
    if found is not begun:
        _local.recorder = found
        _unwrap_unused()
    return found


def _wrap() -> None:
    """Wrap the calls of layers and of operations, unless they are; under the lock."""
    for owner, wrapped in ((keras.Layer, _of_layers), (keras.Operation, _of_operations)):
        original = owner.__dict__["__call__"]
        if original is not _wrappers.get(owner):
            _wrappers[owner] = wrapped(original)
            owner.__call__ = _wrappers[owner]


def _unwrap_unused() -> None:
    """Put the calls back once no recording lasts."""
    with _patch_lock:
        _recordings[:] = [one for one in _recordings if one.lasts]
        if _recordings:
            return
        for owner, wrapper in _wrappers.items():
            if owner.__dict__["__call__"] is wrapper:
                owner.__call__ = wrapper.__wrapped__


def _of_layers(original: Callable[..., Any]) -> Callable[..., Any]:
    # `wraps` also makes the wrapper pass for a function of Keras' own, which TensorFlow's
    # autograph leaves alone.
    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        innermost = _innermost()
        if innermost is None:
            return original(self, *args, **kwargs)
        return innermost.recorder.observe(original, self, args, kwargs)

    return call


def _of_operations(original: Callable[..., Any]) -> Callable[..., Any]:
    """A layer is an operation, too, and comes here once Keras has converted what it is given."""

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        innermost = _innermost()
        if innermost is None:
            return original(self, *args, **kwargs)
        if isinstance(self, keras.Layer):
            innermost.recorder.enter_call(self, args, kwargs)
            return original(self, *args, **kwargs)
        return innermost.recorder.observe(original, self, args, kwargs)

    return call


def is_tensor(value: Any) -> bool:
    """Whether `value` is a dense tensor of numbers, of whichever backend."""
    return (
        hasattr(value, "shape")
        and hasattr(value, "dtype")
        and bool(keras.ops.is_tensor(value))
        and not hasattr(value, "values")  # sparse
        and not hasattr(value, "row_splits")  # ragged
        and _is_numeric(value)
    )


def _is_numeric(tensor: Any) -> bool:
    try:
        name: str = keras.backend.standardize_dtype(tensor.dtype)
    except ValueError:
        return False
    return name.startswith(("float", "bfloat", "int", "uint", "bool"))


def _is_floating(tensor: Any) -> bool:
    return "float" in keras.backend.standardize_dtype(tensor.dtype)


def _tensors(structure: Any) -> list[tuple[tuple[int | str, ...], Any]]:
    """The tensors of a nested structure, each with its place in it."""
    return [
        (tuple(place), value)
        for place, value in keras.tree.flatten_with_path(structure)
        if is_tensor(value)
    ]


def _all_among(
    outputs: list[tuple[tuple[int | str, ...], Any]], inner: list[weakref.ref[Any]]
) -> bool:
    seen = [reference() for reference in inner]
    return all(any(tensor is other for other in seen) for _, tensor in outputs)


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
