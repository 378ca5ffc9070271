"""Shards for other processes, which import them by name."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np

from ..everything import images, labels

STARTS = (0, 70, 71, 128, 200)
COUNT = len(STARTS) - 1
MARK = "SURVEY_TEST_WORKER_DIED"


def shard(index: int) -> Any:
    """Uneven parts of the samples."""
    first, last = STARTS[index : index + 2]
    return first, (images()[first:last], labels()[first:last])


def killing_shard(index: int) -> Any:
    """As `shard`; the worker that is the first to have the third one is killed by it."""
    mark = Path(os.environ[MARK])
    if index == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return shard(index)


def failing_shard(index: int) -> Any:
    """As `shard`; the second one cannot be read."""
    if index == 1:
        raise OSError("no such disk")
    return shard(index)


def overlapping_shard(index: int) -> Any:
    """The third one has a sample of the second."""
    first, (inputs, classes) = shard(index)
    return first - (index == 2), (inputs, classes)


class OddError(Exception):
    """One that no other process can make again."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__("odd")


def odd_shard(index: int) -> Any:
    """As `shard`; the third one fails in a way of its own."""
    if index == 2:
        raise OddError(1, 2)
    return shard(index)


def counted_shard(index: int) -> Any:
    """As `shard`; numbers are NumPy's."""
    first, data = shard(index)
    return np.int64(first), data
