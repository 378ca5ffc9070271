"""One forward pass over a model that hands over each layer's output as it comes into being.

What the two kinds of pass have in common; `compiled` and `eager` are the kinds.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Receive = Callable[[str, NDArray[np.float32]], None]


@dataclass(frozen=True)
class Output:
    """One output of one recorded call, before its place in the graph is worked out.

    Attributes
    ----------
    path : str
    layer : keras.Layer
    call : int
        Number of the call in the pass; a layer's several outputs share it.
    depth, call_index, output_index
        As in `LayerInfo`.
    shape : tuple of int or None
        With the batch's own length in front.
    dtype : str
    """

    path: str
    layer: Any
    call: int
    depth: int
    call_index: int
    output_index: tuple[int | str, ...]
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True)
class Graph:
    """How the calls of a pass hang together.

    Attributes
    ----------
    parents : tuple of tuple of int
        For each call, those whose outputs it reads; input k of the model is ``-1 - k``.
    returned : tuple of (int, shape)
        The calls from which the model's own outputs come, with the shape of that output.
    """

    parents: tuple[tuple[int, ...], ...]
    returned: tuple[tuple[int, tuple[int | None, ...]], ...]


class Pass(Protocol):
    """A way to run the model forward."""

    outputs: tuple[Output, ...]
    graph: Graph

    def run(self, receive: Receive, wanted: Collection[str]) -> None:
        """Run forward once and give `receive` each wanted output, in execution order.

        Raises
        ------
        ModelCallError
            If the model's call raises.
        """


def in_lockstep(run: Callable[[Receive], None], receive: Receive) -> None:
    """Run a pass in a thread of its own and stop it at each output until `receive` is through.

    So no more than one output waits, and `receive` runs in the caller's thread, where an
    interrupt from the keyboard reaches it. After an exception in `receive` the pass goes on to
    its end without handing over anything; then the exception is raised.
    """
    handed: queue.SimpleQueue[Any] = queue.SimpleQueue()
    resume = threading.Semaphore(0)
    cancelled = threading.Event()

    def hand_over(path: str, array: NDArray[np.float32]) -> None:
        if cancelled.is_set():
            return
        handed.put((path, array))
        del array  # else it would stay here while the pass waits
        resume.acquire()

    def work() -> None:
        try:
            run(hand_over)
        except BaseException as error:
            handed.put(error)
        else:
            handed.put(None)

    worker = threading.Thread(target=work, name="cnnviz-forward-pass", daemon=True)
    worker.start()
    try:
        while (item := handed.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            receive(*item)
            del item
            resume.release()
    finally:
        cancelled.set()
        resume.release()
        worker.join()
