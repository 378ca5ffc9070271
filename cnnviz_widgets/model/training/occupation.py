"""Which call trains which model in which thread, and letting others read it between two steps."""

from __future__ import annotations

import threading
import weakref
from types import FrameType
from typing import Any, Literal, TypeAlias

import keras

from ..keras_compat.layers import bring_weights_up_to_date
from ..reading.model_lock import ModelLock, model_lock
from .pacing import Pace
from .progress import State

Inside: TypeAlias = Literal["fit", "with", "loop", ""]
"""How the calling code is known to train: in `fit`, inside ``with``, in a loop that has called
`update` twice; "" where it may be any function that calls it."""


class Occupation:
    """The locks of the model that is read and of the one it is trained as a part of.

    Parameters
    ----------
    model : keras.Model
        That is read.

    Attributes
    ----------
    inside : Inside
    thread : int or None
        That trains.
    """

    def __init__(self, model: Any) -> None:
        self.inside: Inside = ""
        self.thread: int | None = None
        self._model = model
        self._trained: weakref.ref[Any] | None = None

    @property
    def lock(self) -> ModelLock:
        """Of the model that is read."""
        return model_lock(self._model)

    @property
    def trained(self) -> Any:
        """The model that `fit` trains; held only as long as somebody else holds it."""
        return None if self._trained is None else self._trained()

    @trained.setter
    def trained(self, model: Any) -> None:
        self._trained = None if model is None else weakref.ref(model)

    def up_to_date(self) -> Any:
        """The model that `fit` trains, its weights brought up to date."""
        model = self.trained
        if model is not None:
            bring_weights_up_to_date(model)
        return model

    def enter(self, inside: Inside) -> None:
        """The calling thread is the one that trains."""
        self.inside = inside
        self.thread = threading.get_ident()

    def occupy(self, frame: FrameType) -> None:
        """Have the locks as long as this frame is on the stack of the calling thread.

        Raises
        ------
        RuntimeError
            Another thread trains the model.
        ValueError
            What is trained is not what is read, and has it not inside.
        """
        for lock in self._locks():
            lock.occupy(frame)
        self._check_same_model()

    def leave(self, frame: FrameType | None = None) -> None:
        """The calling thread trains no more, or no more in the call of this frame."""
        for lock in self._locks():
            lock.leave(frame)

    def state(self, announced: State) -> State:
        """The state of a training, which may have ended without a word by an interrupt."""
        lock = self.lock
        is_open = announced in ("training", "paused", "stopping")
        if not is_open or lock.training or lock.occupied():
            return announced
        if self.inside in ("fit", "with"):
            return "interrupted"
        return "ended" if self.inside == "loop" else announced

    def give_way(self, pace: Pace) -> None:
        """Let all that wait for the model have it now; the time is neither training nor spent."""
        lock = self.lock
        if lock.wanted and lock.occupied():
            with pace.apart():
                self.up_to_date()
                lock.give_way()

    def _locks(self) -> list[ModelLock]:
        trained = self.trained if self.inside == "fit" else None
        others = [] if trained is None else [model_lock(trained)]
        return list(dict.fromkeys([self.lock, *others]))

    def _check_same_model(self) -> None:
        trained, read = self.trained, self._model
        if self.inside != "fit" or trained is None or not trained.weights or not read.weights:
            return
        if {id(weight) for weight in trained.weights}.isdisjoint(map(id, read.weights)):
            raise ValueError(
                f"this fit trains {trained.name!r}, which has none of the weights of "
                f"{read.name!r}, the model that is shown"
            )


def training_call(frame: FrameType, model: Any) -> FrameType:
    """The frame of ``model.fit``, from that of a callback's caller; else that of Keras' caller."""
    caller: FrameType | None = None if model is None else frame
    while caller is not None:
        if caller.f_code.co_name == "fit" and caller.f_locals.get("self") is model:
            return caller
        caller = caller.f_back
    keras_list = keras.callbacks.CallbackList.__module__
    while frame.f_globals.get("__name__") == keras_list and frame.f_back is not None:
        frame = frame.f_back
    return frame
