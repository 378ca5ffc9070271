"""The scopes in which Keras and TensorFlow work, which an interrupt may keep them from leaving.

Both note for each thread where they are: in a graph or outside, in a layer's call, on a device.
They take it back in generators' and contexts' exits, which an interrupt may come before. The
model would then answer with an error, or without its training, until the kernel is restarted.

Keras keeps them in one private module from 3.8 on, TensorFlow in four from 2.18 on. A module that
is missing raises as this one is imported, or as a model is first read; a scope that has another
name is not put back.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras.src.backend.common import global_state

from ...runtime.call_stack import meanwhile
from ...runtime.interrupts import behind

SCOPES_OF_KERAS = (
    *("stateless_scope", "symbolic_scope", "autocast_scope", "current_call_ctx"),
    *("custom_objects_scope_dict", "in_tf_graph_scope", "tracking_on"),
)
# The second is younger than 3.8.
STACKS_OF_KERAS = ("name_scope_stack", "remat_scope_stack")
SCOPES_OF_TENSORFLOW = ("is_eager", "scope_name", "device_name", "device_spec")
WAITING_VARIABLES = "uninitialized_variables"
"""Keras' list of the variables that are still to be drawn (3.8)."""


class same_scopes:
    """At its exit this thread is in the scopes in which it was when the context was made."""

    def __init__(self) -> None:
        self._earlier = sys.exc_info()[1]
        self._restore: list[Callable[[], object]] = [
            partial(set_global, name, get_global(name)) for name in SCOPES_OF_KERAS
        ]
        self._stacks = [(stack, list(stack)) for stack in _stacks()]
        if keras.backend.backend() == "tensorflow":
            from tensorflow.python.eager import context

            state = context.context()._thread_local_data
            self._restore += [
                partial(setattr, state, name, getattr(state, name)) for name in SCOPES_OF_TENSORFLOW
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


def get_global(name: str, default: Any = None) -> Any:
    """What Keras keeps for this thread under a name; a default is kept from then on."""
    return global_state.get_global_attribute(name, default, set_to_default=default is not None)


def set_global(name: str, value: Any) -> None:
    """Have Keras keep something for this thread under a name; None: nothing."""
    global_state.set_global_attribute(name, value)


def nothing_waits() -> meanwhile:
    """The context in which Keras' list of what is still to be drawn is another, empty one."""
    # Afterwards the list is what it was: so there has to be one.
    get_global(WAITING_VARIABLES, [])
    return meanwhile(global_state.GLOBAL_STATE_TRACKER, WAITING_VARIABLES, [])


def was_entered(scope: keras.StatelessScope) -> bool:
    """Whether a scope has been entered: it notes then what was around it (3.8: ``original_scope``).

    Missing: it is not left, and the model answers as if it were never trained.
    """
    return hasattr(scope, "original_scope")


def _stacks() -> list[list[Any]]:
    stacks: list[list[Any]] = [get_global(name, []) for name in STACKS_OF_KERAS]
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
