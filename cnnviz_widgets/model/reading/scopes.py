"""The scopes in which Keras and TensorFlow work, which an interrupt may keep them from leaving.

Both note for each thread where they are: in a graph or outside, in a layer's call, on a device.
They take it back in generators' and contexts' exits, which an interrupt may come before. The
model would then answer with an error, or without its training, until the kernel is restarted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras.src.backend.common import global_state

from ...runtime.interrupts import behind

_OF_KERAS = (
    *("stateless_scope", "symbolic_scope", "autocast_scope", "current_call_ctx"),
    *("custom_objects_scope_dict", "in_tf_graph_scope", "tracking_on"),
)
_STACKS_OF_KERAS = ("name_scope_stack", "remat_scope_stack")
_OF_TENSORFLOW = ("is_eager", "scope_name", "device_name", "device_spec")


class same_scopes:
    """At its exit this thread is in the scopes in which it was when the context was made."""

    def __init__(self) -> None:
        self._earlier = sys.exc_info()[1]
        self._restore: list[Callable[[], object]] = [
            partial(global_state.set_global_attribute, name, _of_keras(name)) for name in _OF_KERAS
        ]
        self._stacks = [(stack, list(stack)) for stack in _stacks()]
        if keras.backend.backend() == "tensorflow":
            from tensorflow.python.eager import context

            state = context.context()._thread_local_data
            self._restore += [
                partial(setattr, state, name, getattr(state, name)) for name in _OF_TENSORFLOW
            ]

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, KeyboardInterrupt):
            # A generator that was kept from its end, and that the traceback holds, would come to
            # it with that: later, and put back what it found.
            for each in behind(error, self._earlier):
                traceback.clear_frames(each.__traceback__)
        for restore in self._restore:
            restore()
        for stack, entries in self._stacks:
            stack[:] = entries


def _of_keras(name: str, default: Any = None) -> Any:
    return global_state.get_global_attribute(name, default, set_to_default=default is not None)


def _stacks() -> list[list[Any]]:
    stacks: list[list[Any]] = [_of_keras(name, []) for name in _STACKS_OF_KERAS]
    if keras.backend.backend() == "tensorflow":
        from tensorflow.python.autograph.core import ag_ctx
        from tensorflow.python.eager import context
        from tensorflow.python.framework import ops

        stacks += [
            ops._default_graph_stack.stack,
            context.context().context_switches.stack,
            ag_ctx._control_ctx(),
        ]
    return stacks
