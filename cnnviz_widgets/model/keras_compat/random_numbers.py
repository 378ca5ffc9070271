"""The random numbers and names that Keras and TensorFlow hand out, kept as the user has them.

Keras keeps its own in its global state from 3.8 on, TensorFlow the seed of its operations in its
context from 2.18 on; neither offers a way to read them. What has another name is not put back: the
user's next layers get other names, or his next draws other numbers.
"""

from __future__ import annotations

import random
from types import TracebackType
from typing import Any

import keras
import numpy as np

from .scopes import get_global, set_global

OF_KERAS = ("object_name_uids", "global_seed_generator")
# The second exists only after somebody has set a seed.
OF_TENSORFLOW = ("_seed", "_rng")


class apart:
    """Random numbers from `seed` and names of one's own; afterwards all as it was before.

    Python's and NumPy's global generators, Keras' global seed generator and its counters of
    names, and the generator from which TensorFlow seeds its operations.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        # The global generator is NumPy's legacy one: what other people's code draws from.
        self._python, self._numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
        self._keras = {name: get_global(name) for name in OF_KERAS}
        self._tensorflow = tensorflow_state()
        self._seeds: dict[str, Any] = {
            name: self._tensorflow[name] for name in OF_TENSORFLOW if name in self._tensorflow
        }

    def __enter__(self) -> None:
        counters = self._keras["object_name_uids"]
        own_counters = None if counters is None else counters.copy()
        set_global("object_name_uids", own_counters)
        set_global("global_seed_generator", None)
        random.seed(self._seed)
        np.random.seed(self._seed % 2**32)  # noqa: NPY002
        # `tf.random.set_seed` would also restart the operations that the user has seeded one by
        # one. Of its own kind, so that no operation gets the pair of seeds that one of theirs has.
        own = random.Random(f"reference {self._seed}")
        self._tensorflow["_seed"], self._tensorflow["_rng"] = own.randrange(2**31), own

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        random.setstate(self._python)
        np.random.set_state(self._numpy)  # noqa: NPY002
        for name, value in self._keras.items():
            set_global(name, value)
        self._tensorflow.pop("_rng", None)
        self._tensorflow |= self._seeds


def tensorflow_state() -> dict[str, Any]:
    """The attributes of TensorFlow's context, which are live; {} with another backend."""
    if keras.backend.backend() != "tensorflow":
        return {}
    from tensorflow.python.eager import context

    state: dict[str, Any] = vars(context.context())
    return state
