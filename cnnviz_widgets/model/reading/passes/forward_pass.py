"""One forward pass over a model that hands over each layer's output as it comes into being.

What the two kinds of pass have in common: `compiled_pass` and `eager_pass`.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from ....runtime.call_stack import Call, surely
from ...layers.layer_info import output_suffix
from ...layers.unseen import Unseen
from ..calls.layer_call import Key, LayerCall

# Seconds after which a pass that waits looks whether anyone is still there.
_LOOK_AROUND = 0.05

Shape = tuple[int | None, ...]
Receive = Callable[[str, NDArray[np.float32]], None]


@dataclass(frozen=True)
class Output:
    """One output of one recorded call, before its place in the graph is worked out.

    Attributes
    ----------
    path : str
    layer : keras.Layer or keras.Operation
    call : int
        Number of the call in the list; a layer's several outputs share it.
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


@dataclass(frozen=True)
class Called:
    """What is kept of a recorded call; no tensor is among it.

    Attributes
    ----------
    key, base, order, layer, depth
        As in `LayerCall`.
    parents : tuple of int
        Numbers of the calls that it reads, in the order in which they were recorded.
    outputs : tuple of (place, shape, dtype)
    """

    key: Key
    base: str
    order: tuple[float, ...]
    layer: Any
    depth: int
    parents: tuple[int, ...]
    outputs: tuple[tuple[tuple[int | str, ...], Shape, str], ...]

    @classmethod
    def of(cls, call: LayerCall, parents: tuple[int, ...]) -> Called:
        """The call without its tensors."""
        outputs = tuple(
            (place, shape_of(tensor), keras.backend.standardize_dtype(tensor.dtype))
            for place, tensor in call.outputs
        )
        return cls(call.key, call.base, call.order, call.layer, call.depth, parents, outputs)


@dataclass(frozen=True)
class Listing:
    """The recorded calls put in order and named.

    Attributes
    ----------
    outputs : tuple of Output
        In execution order, but a layer's own calls as they were written.
    graph : Graph
    names : mapping of key to str
        The path of each call.
    paths : tuple of str
        The same, for the calls in the order in which they were recorded.
    """

    outputs: tuple[Output, ...]
    graph: Graph
    names: Mapping[Key, str]
    paths: tuple[str, ...]


def arranged(calls: Sequence[Called], returned: Iterable[tuple[int, Shape]]) -> Listing:
    """Put the calls of a pass in order and give each its path: calls are counted as written.

    Parameters
    ----------
    calls : sequence of Called
        As they were recorded.
    returned : iterable of (int, shape)
        `Graph.returned`, by the numbers of the calls as they were recorded.
    """
    order = sorted(range(len(calls)), key=lambda number: calls[number].order)
    place = {number: k for k, number in enumerate(order)}
    counts: Counter[str] = Counter()
    names: dict[Key, str] = {}
    taken: set[str] = set()
    outputs = []
    for k, number in enumerate(order):
        call = calls[number]
        index = suffix = counts[call.base]
        counts[call.base] += 1
        path = f"{call.base}:{suffix}" if suffix else call.base
        # Only a name that itself looks like a call index can collide here.
        while path in taken:
            suffix += 1
            path = f"{call.base}:{suffix}"
        taken.add(path)
        names[call.key] = path
        outputs += [
            Output(
                path=path + output_suffix(at),
                layer=call.layer,
                call=k,
                depth=call.depth,
                call_index=index,
                output_index=at,
                shape=shape,
                dtype=dtype,
            )
            for at, shape, dtype in call.outputs
        ]
    return Listing(
        outputs=tuple(outputs),
        graph=Graph(
            tuple(
                tuple(sorted(place.get(parent, parent) for parent in calls[number].parents))
                for number in order
            ),
            tuple((place[number], shape) for number, shape in returned),
        ),
        names=names,
        paths=tuple(names[call.key] for call in calls),
    )


def shape_of(tensor: Any) -> Shape:
    """A tensor's shape with None for what is not known; () where not even the rank is."""
    if getattr(tensor.shape, "rank", 0) is None:
        return ()
    return tuple(tensor.shape)


class Pass(Protocol):
    """A way to run the model forward.

    Attributes
    ----------
    listing : Listing
        The calls it hands over.
    unseen : tuple of Unseen
        Where there are values that belong to none of them.
    """

    listing: Listing
    unseen: tuple[Unseen, ...]

    def run(self, receive: Receive, paths: Collection[str]) -> None:
        """Run forward once and give `receive` each wanted output, as it comes into being.

        Raises
        ------
        ModelCallError
            If the model's call raises.
        """

    def returned(self, inputs: Sequence[NDArray[Any]]) -> list[Any] | None:
        """The tensors that the model returns for other inputs; None if it is to be called."""


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

    def __exit__(self, *exception: object) -> None:
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
