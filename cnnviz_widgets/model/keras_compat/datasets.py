"""What a tf.data pipeline does with the order of its samples: it says so in private names only.

TensorFlow 2.18 to 2.21 name each step's class after what it does and keep its settings as written.
A step of another name is taken to keep the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def reordering(dataset: Any) -> str:
    """Why a dataset may yield its samples in another order each time; empty where it does not.

    Parameters
    ----------
    dataset : tf.data.Dataset or anything else
        Of anything else nothing is known.
    """
    for step in _steps(dataset):
        kind = type(step).__name__
        if kind == "_ShuffleDataset" and _reshuffles(step):
            return "it is shuffled anew each time"
        if getattr(step, "_deterministic", None) == "false":
            return "its parallel steps run with deterministic=False"
    options = getattr(dataset, "options", None)
    if callable(options) and getattr(options(), "deterministic", None) is False:
        return "its options say deterministic=False"
    return ""


def _reshuffles(step: Any) -> bool:
    return getattr(step, "_reshuffle_each_iteration", None) is not False


def _steps(dataset: Any) -> Iterator[Any]:
    inputs = getattr(dataset, "_inputs", None)
    if callable(inputs):
        yield dataset
        for each in inputs():
            yield from _steps(each)
