"""What a model returned, before and after something was changed; and the change of channels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..keras_compat.graph import origin
from ..keras_compat.layers import copy_mask
from ..layers.layer_info import LayerInfo, to_float32
from ..reading.calls.tensors import is_tensor
from ..reading.probe import ModelProbe, reader_of
from .losses import Loss


@dataclass(frozen=True)
class Replacement:
    """An exchange of some of a layer's channels.

    Attributes
    ----------
    channels : tuple of int
    how : {'silence', 'mean', 'merge', 'first'}
        As for `ablation.ablate`; ``"first"``: each is what the first of them is.
    """

    channels: tuple[int, ...]
    how: str

    def __call__(self, tensor: Any, axis: int) -> Any:
        """The layer's output with the channels replaced; the others bit for bit as they were."""
        ops = keras.ops
        axis %= len(tensor.shape)
        # A mean of many half-precision numbers would overflow.
        wide = ops.cast(tensor, "float32")
        if self.how == "silence":
            new = ops.zeros_like(wide)
        elif self.how == "mean":
            others = [k for k in range(len(tensor.shape)) if k != axis]
            new = ops.mean(wide, axis=others, keepdims=True)
        elif self.how == "first":
            new = ops.take(wide, self.channels[:1], axis=axis)
        else:
            new = ops.mean(ops.take(wide, self.channels, axis=axis), axis=axis, keepdims=True)
        shape = [1] * len(tensor.shape)
        shape[axis] = tensor.shape[axis]
        mask = np.isin(np.arange(tensor.shape[axis]), self.channels).reshape(shape)
        result = ops.where(mask, ops.cast(new, tensor.dtype), tensor)
        copy_mask(result, of=tensor)
        return result


def values_of(outputs: Any) -> list[NDArray[np.float32]]:
    """What a model returned, as arrays in the order of its outputs."""
    return [to_float32(value) for value in keras.tree.flatten(outputs) if is_tensor(value)]


def returned_layers(probe: ModelProbe, outputs: int) -> list[LayerInfo | None]:
    """The layer that makes each of the model's outputs; None where that cannot be told."""
    description = reader_of(probe).description()
    listing = description.forward.listing
    of_call = {output.call: description.infos[output.path] for output in listing.outputs}
    infos = [of_call.get(call) for call, _ in listing.graph.returned]
    # Where outputs come from several layers at once, it cannot be told which belongs to which.
    return infos if len(infos) == outputs else [None] * outputs


def returned_unchanged(probe: ModelProbe, path: str, number: int = 0) -> bool:
    """Whether the model returns a layer's output as it is, as far as can be told.

    Parameters
    ----------
    probe : ModelProbe
    path : str
    number : int
        Which of the model's outputs.
    """
    if any(not each.path and "" in each.names for each in probe.unseen):
        return False
    declared = getattr(probe.model, "outputs", None)
    if not declared:
        return True
    operation = origin(keras.tree.flatten(declared)[number]).operation
    return operation is probe.layer_of(path) or isinstance(operation, keras.Model)


def judge_of(probe: ModelProbe, loss: Any, targets: Sequence[NDArray[Any]], outputs: Any) -> Loss:
    """The loss of what a model returns against targets, see `Loss`.

    Raises
    ------
    ValueError
        The targets do not fit the outputs.
    """
    infos = returned_layers(probe, len(keras.tree.flatten(outputs)))
    activations = [None if info is None else info.activation for info in infos]
    return Loss(probe.model, loss, targets, outputs, activations)


def difference(
    before: list[NDArray[np.float32]], after: list[NDArray[np.float32]]
) -> tuple[float, float]:
    """Relative norm of the change, and the largest change of one value."""
    squares = total = largest = 0.0
    for old, new in zip(before, after, strict=True):
        finite = np.isfinite(old) & np.isfinite(new)
        same = (old == new) | (np.isnan(old) & np.isnan(new))
        if np.any(~finite & ~same):
            return math.inf, math.inf
        a = old[finite].astype(np.float64)
        change = new[finite].astype(np.float64) - a
        squares += float(change @ change)
        total += float(a @ a)
        largest = max(largest, float(np.max(np.abs(change), initial=0.0)))
    if squares == 0:
        return 0.0, 0.0
    return (math.sqrt(squares / total) if total else math.inf), largest


def answers_changed(
    before: list[NDArray[np.float32]], after: list[NDArray[np.float32]]
) -> int | None:
    """Samples for which another class has the highest score; None without scores of classes."""
    moved = [
        old.argmax(-1) != new.argmax(-1)
        for old, new in zip(before, after, strict=True)
        if old.ndim == 2 and old.shape[1] > 1
    ]
    return int(np.any(moved, axis=0).sum()) if moved else None


def right_answers(
    outputs: list[NDArray[np.float32]], targets: list[NDArray[Any]] | None
) -> int | None:
    """Samples whose class has the highest score; None without class numbers as targets."""
    if targets is None or len(outputs) != 1 or targets[0].dtype.kind not in "iu":
        return None
    (scores,), (labels,) = outputs, targets
    if scores.ndim != 2 or scores.shape[1] < 2 or labels.size != len(scores):
        return None
    return int(np.count_nonzero(scores.argmax(-1) == labels.ravel()))
