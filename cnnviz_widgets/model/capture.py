"""Seeing every layer's call during one forward pass, and giving each call a path.

Keras 3 has no forward hooks, and a layer's ``output`` attribute is of no use here: it raises
for an unbuilt ``Sequential``, is unconnected for a layer inside a nested model, shows only the
first call of a shared layer and does not exist in a subclassed model. What all kinds of model
share is that every layer is called through ``keras.Layer.__call__``. While a pass is recorded,
and no longer, that one method is wrapped; the wrapper looks up the recorder of *its own thread*,
so a model that trains in another thread meanwhile runs as if nothing were there.
"""

from __future__ import annotations

import functools
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import keras


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


@dataclass
class LayerCall:
    """One call of one layer in the recorded pass.

    Attributes
    ----------
    layer : keras.Layer
    path : str
        Names from the outside in; a later call of the same layer ends in ``:1``, ``:2``, ….
    depth : int
        How many layers it is nested in, the model itself not counted.
    call_index : int
        0 for the layer's first call at this place.
    inputs : list of tensor
        The tensors among its arguments.
    outputs : list of (tuple, tensor)
        Every tensor it returned, with its place in the returned structure: ``()`` for a lone
        tensor, ``(1,)`` for the second of a tuple, ``("boxes",)`` for an entry of a dict.
    has_inner : bool
        Whether other recorded calls happened inside this one.
    """

    layer: Any
    path: str
    depth: int
    call_index: int
    inputs: list[Any]
    outputs: list[tuple[tuple[int | str, ...], Any]]
    has_inner: bool


@dataclass
class _Frame:
    """A call that has begun and not ended."""

    base: str
    has_inner: bool = False
    inner_outputs: list[weakref.ref[Any]] = field(default_factory=list)


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
    ) -> None:
        self._model = model
        self._on_call = on_call
        self._around = around
        self._in_scope = in_scope
        self._exchange = exchange
        self._frames: list[_Frame] = [_Frame("")] if inside else []
        self._muted = False
        # Which layer has taken which path, to tell a second layer of the same name from a
        # second call of the same layer.
        self._owners: dict[str, Any] = {}
        # Layers that the model makes in its own call get new names from Keras each time.
        self._lasting = {id(layer) for layer in model._flatten_layers()}
        self._made: dict[str, list[Any]] = {}
        self._counts: dict[str, int] = {}
        self._taken: set[str] = set()
        self.outputs: Any = None
        # Of the innermost layer that raised: its path, the same without call index, its class.
        self.failed_at: str | None = None
        self.failed_base: str | None = None
        self.failed_kind: str | None = None

    def observe(self, original: Callable[..., Any], layer: Any, args: Any, kwargs: Any) -> Any:
        """Run ``original(layer, *args, **kwargs)`` and record it."""
        if layer is self._model:
            return self._observe_model(original, args, kwargs)
        if not self._frames:
            return original(layer, *args, **kwargs)
        if self._muted or not self._in_scope():
            return original(layer, *args, **kwargs)
        base, path, call_index = self._name(layer)
        parent, frame = self._frames[-1], _Frame(base)
        self._frames.append(frame)
        # A recurrent cell, or a layer applied to each time step, is called in a loop: its
        # outputs are steps of the outer layer's work, not layers of the model.
        self._muted = isinstance(layer, (keras.layers.RNN, keras.layers.TimeDistributed))
        try:
            with self._around():
                result = original(layer, *args, **kwargs)
        except Exception:
            if self.failed_at is None:
                self.failed_at, self.failed_base = path, base
                self.failed_kind = type(layer).__name__
            raise
        finally:
            self._frames.pop()
            self._muted = False
        # Reached also when the model caught an inner layer's error: it was none of ours.
        self.failed_at = None
        outputs = _tensors(result)
        parent.has_inner = True
        parent.inner_outputs += frame.inner_outputs
        if is_structure(layer) and _all_among(outputs, frame.inner_outputs):
            return result
        parent.inner_outputs += [weakref.ref(tensor) for _, tensor in outputs]
        inputs = [tensor for _, tensor in _tensors((args, kwargs))]
        call = LayerCall(
            layer, path, len(self._frames) - 1, call_index, inputs, outputs, frame.has_inner
        )
        self._on_call(call)
        if self._exchange is not None:
            result = self._exchange(call, result)
            parent.inner_outputs += [weakref.ref(tensor) for _, tensor in _tensors(result)]
        return result

    def _observe_model(self, original: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        self._frames.append(_Frame(""))
        try:
            result = original(self._model, *args, **kwargs)
        finally:
            self._frames.pop()
        self.outputs = result
        return result

    def _name(self, layer: Any) -> tuple[str, str, int]:
        """The layer's path without and with its call index, and that index."""
        parent = self._frames[-1].base
        prefix = f"{parent}/" if parent else ""
        name = self._lasting_name(layer)
        base, twin = f"{prefix}{name}", 0
        while self._owners.setdefault(base, layer) is not layer:
            twin += 1
            base = f"{prefix}{name}#{twin}"
        call_index = self._counts.get(base, 0)
        self._counts[base] = call_index + 1
        path, suffix = base, call_index
        if suffix:
            path = f"{base}:{suffix}"
        # Only a name that itself looks like a call index can collide here.
        while path in self._taken:
            suffix += 1
            path = f"{base}:{suffix}"
        self._taken.add(path)
        return base, path, call_index

    def _lasting_name(self, layer: Any) -> str:
        """A layer's name; of one made in this pass, without the count of all that Keras ever named.

        ``dense_7`` and ``dense_8`` are ``dense`` and ``dense_1`` then, as in every other pass.
        """
        name: str = layer.name
        kind = re.sub(
            "([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", _class(layer))
        )
        if id(layer) in self._lasting or not re.fullmatch(rf"{kind}(_\d+)?", name, re.IGNORECASE):
            return name
        made = self._made.setdefault(kind.lower(), [])
        number = next((k for k, other in enumerate(made) if other is layer), len(made))
        if number == len(made):
            made.append(layer)
        return f"{kind.lower()}_{number}" if number else kind.lower()


def _class(layer: Any) -> str:
    return re.sub(r"\W+", "", type(layer).__name__)


_local = threading.local()
_patch_lock = threading.Lock()
_patch_users = 0
_original_call: Any = None


@contextmanager
def recording(recorder: Recorder) -> Iterator[None]:
    """Send this thread's layer calls to `recorder` for as long as the context lasts.

    ``keras.Layer.__call__`` is wrapped when the first recording of any thread begins and is
    the very object it was when the last one ends, whatever was raised in between. Recordings
    nest: the innermost receives the calls.
    """
    outer = getattr(_local, "recorder", None)
    _install()
    _local.recorder = recorder
    try:
        yield
    finally:
        _local.recorder = outer
        _uninstall()


def _install() -> None:
    global _patch_users, _original_call
    with _patch_lock:
        if _patch_users == 0:
            original = _original_call = keras.Layer.__dict__["__call__"]

            # `wraps` also makes the wrapper pass for a function of Keras' own, which
            # TensorFlow's autograph leaves alone.
            @functools.wraps(original)
            def call(self: Any, *args: Any, **kwargs: Any) -> Any:
                recorder: Recorder | None = getattr(_local, "recorder", None)
                if recorder is None:
                    return original(self, *args, **kwargs)
                return recorder.observe(original, self, args, kwargs)

            keras.Layer.__call__ = call
        _patch_users += 1


def _uninstall() -> None:
    global _patch_users, _original_call
    with _patch_lock:
        _patch_users -= 1
        if _patch_users == 0:
            keras.Layer.__call__ = _original_call
            _original_call = None


def is_structure(layer: Any) -> bool:
    """Whether the layer is a functional or sequential model: a graph of others, nothing more.

    A subclass with a ``call`` of its own is more than structure.
    """
    if not isinstance(layer, keras.Model):
        return False
    if not isinstance(layer, (keras.Sequential, keras.Function)):
        return False
    owner = next(cls for cls in type(layer).__mro__ if "call" in vars(cls))
    return owner.__module__.partition(".")[0] == "keras" and "call" not in vars(layer)


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
