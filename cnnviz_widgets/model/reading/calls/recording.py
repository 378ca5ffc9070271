"""Sending a thread's layer calls to a recorder, as long as a pass lasts and no longer.

What all kinds of model share is that every layer is called through ``keras.Layer.__call__``, and
what a functional model's graph has besides layers, such as ``keras.ops.relu``, through
``keras.Operation.__call__``. While a pass is recorded these methods are wrapped; the wrapper looks
up the recorder of *its own thread*, so a model that trains in another thread meanwhile runs as if
nothing were there.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import keras

from ....runtime.call_stack import Call, CallLock, call_of_context
from ..call_recorder import Recorder

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
    innermost = begun
    while innermost is not None and not innermost.lasts:
        innermost = innermost.outer
    if innermost is not begun:
        _local.recorder = innermost
        _unwrap_unused()
    return innermost


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
