"""The pass with copies side by side as one compiled function, traced once for some stations.

Which channels are silenced in which copy is an argument, and so is how many copies there are: other
groups need no new trace. Weights are read when it runs. The layer behind a station waits until that
is measured, so that no more is held than in any forward pass.

It loads TensorFlow, and is imported only where TensorFlow is Keras' backend.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...experiments.channel.pass_function import run_traced, tensor_type, traced
from ...experiments.exchanged_pass import Exchanged
from ...reading.call_recorder import Recorder
from ...reading.passes.eager_pass import forward
from ...reading.probe import ModelProbe, reader_of
from .copies import NULL, AtStation, Window, at_station
from .slots import Joints, Slots


class TracedCopies:
    """Runs a model on copies of some samples, compiled.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    joints : Joints

    Raises
    ------
    ModelCallError
        The model cannot be traced so.
    """

    def __init__(self, probe: ModelProbe, joints: Joints) -> None:
        flat = keras.tree.flatten(probe.inputs)
        self._joints = joints
        self._channels = [probe.info(path).channels for path in joints.paths]
        self._specs = [
            *(tf.TensorSpec((None, *array.shape[1:]), tensor_type(array)) for array in flat),
            *(tf.TensorSpec((None, channels), tf.bool) for channels in self._channels),
            tf.TensorSpec((len(joints.paths), 2), tf.int32),
            tf.TensorSpec((), tf.int32),
        ]
        key = ("copies", joints.paths, joints.edges)
        body = partial(_body, probe, joints, len(flat))
        self._function = reader_of(probe).traced(key, lambda: traced(body, self._specs))

    def __call__(
        self, inputs: Sequence[NDArray[Any]], slots: Slots, window: Window
    ) -> dict[str, AtStation]:
        """What each station holds.

        Parameters
        ----------
        inputs : sequence of ndarray
            The model's, flattened, one copy of the samples after the other.
        slots : Slots
        window : Window

        Raises
        ------
        ModelCallError, MemoryError
            The model's call raises; there is not enough memory.
        """
        paths = self._joints.paths
        kept = [
            window.kept(slots, path, channels or 0)
            for path, channels in zip(paths, self._channels, strict=True)
        ]
        spans = window.spans(self._joints, slots)
        null = np.array(NULL if window.extra > NULL else 0, np.int32)
        arrays = run_traced(self._function, self._specs, [*inputs, *kept, spans, null])
        found = {}
        for path in paths:
            parents = len(self._joints.parents(path))
            count, total, squares, largest, astray, *arrays = arrays
            changes = [(arrays[2 * k], arrays[2 * k + 1]) for k in range(parents)]
            found[path] = AtStation(count, total, squares, largest, astray, changes)
            arrays = arrays[2 * parents :]
        return found


def _body(probe: ModelProbe, joints: Joints, inputs: int, *tensors: Any) -> list[Any]:
    flat, rest = tensors[:inputs], tensors[inputs:]
    kept = dict(zip(joints.paths, rest, strict=False))
    spans, null = rest[-2:]
    graph = tf.compat.v1.get_default_graph()
    found: dict[str, AtStation] = {}
    latest: list[Any] = []

    def exchange(path: str, value: Any, axis: int) -> Any:
        own = [tuple(tf.unstack(spans[joints.paths.index(p)])) for p in joints.parents(path)]
        result, found[path] = at_station(value, axis, kept[path], own, null)
        latest[:] = keras.tree.flatten(tuple(found[path]))
        return result

    def after_latest() -> AbstractContextManager[Any]:
        if not latest:
            return nullcontext()
        waiting: AbstractContextManager[Any] = tf.control_dependencies(latest)
        return waiting

    exchanges: Mapping[str, Callable[[Any, int], Any]] = {
        path: partial(exchange, path) for path in joints.paths
    }
    exchanged = Exchanged(probe, exchanges)
    recorder = Recorder(
        probe.model,
        lambda call: None,
        around=after_latest,
        in_scope=lambda: tf.compat.v1.get_default_graph() is graph,
        exchange=exchanged.at_call,
        names=reader_of(probe).description().forward.listing.names,
    )
    forward(probe.model, keras.tree.pack_sequence_as(probe.inputs, list(flat)), recorder)
    exchanged.check()
    return keras.tree.flatten([tuple(found[path]) for path in joints.paths])  # type: ignore[no-any-return]
