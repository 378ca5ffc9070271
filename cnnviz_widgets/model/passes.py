"""One forward pass over a model that hands over each layer's output as it comes into being.

What the two kinds of pass have in common; `compiled` and `eager` are the kinds.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..analysis.call_stack import Call, surely

# Seconds after which a pass that waits looks whether anyone is still there.
_LOOK_AROUND = 0.05

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
    worker = _Worker(run, Call(sys._getframe()))
    with surely(worker), worker:
        while (item := worker.handed.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            receive(*item)
            del item
            worker.resume.put(None)


class _Worker:
    """Runs a pass in a thread of its own, as long as the call that receives is under way.

    The two speak by queues of the kind that an interrupt cannot leave locked.
    """

    def __init__(self, run: Callable[[Receive], None], receiving: Call) -> None:
        self.handed: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.resume: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._run = run
        self._receiving = receiving
        self._cancelled = self._runs = False
        self._thread = threading.Thread(target=self._work, name="cnnviz-forward-pass", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cancelled = True
        self.resume.put(None)
        while self._runs:
            self._thread.join(_LOOK_AROUND)

    def _hand_over(self, path: str, array: NDArray[np.float32]) -> None:
        if self._cancelled:
            return
        self.handed.put((path, array))
        del array  # else it would stay here while the pass waits
        while True:
            try:
                return self.resume.get(timeout=_LOOK_AROUND)
            except queue.Empty:
                if not self._receiving.under_way:
                    self._cancelled = True
                    return None

    def _work(self) -> None:
        self._runs = True
        try:
            if not self._cancelled:
                self._run(self._hand_over)
        except BaseException as error:
            self.handed.put(error)
        else:
            self.handed.put(None)
        finally:
            self._runs = False
