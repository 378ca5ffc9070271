"""How hard a loss pulls at the weights of each layer: one pass backward, and no step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ...validation.keywords import checked_keywords
from ...validation.objects import instance
from ...validation.scalars import whole_number
from ..reading.call_recorder import ModelCallError
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe, reader_of
from .changed_outputs import judge_of
from .exchanged_pass import run_exchanged
from .losses import Array, checked_loss, targets_of


class NoGradients(ValueError):
    """The gradients of a model cannot be had; the message says why."""


def require_tensorflow() -> None:
    """Refuse to take gradients where TensorFlow is not what Keras runs on.

    Raises
    ------
    NoGradients
        Keras runs on another backend.
    """
    if keras.backend.backend() != "tensorflow":
        raise NoGradients("gradients are taken with TensorFlow as Keras' backend only")


@dataclass(frozen=True)
class Gradients:
    """How hard a loss pulls at each layer.

    Attributes
    ----------
    loss : float
    loss_name : str
    samples : int
    relative : mapping of str to float
        By path, in execution order: the norm of the gradient with respect to the layer's kernels
        over the norm of these kernels. NaN where the kernels are all 0 or the gradient is not
        finite; of a shared layer its first call only, with all that its calls add.
    """

    loss: float
    loss_name: str
    samples: int
    relative: Mapping[str, float]


@checked_keywords
def relative_gradients(
    probe: ModelProbe, targets: Any, *, loss: Any = None, samples: int | None = None
) -> Gradients:
    """The gradients of a loss at a live model's weights, each relative to the weights themselves.

    The model is run as it answers, not as it trains: no dropout, averages of normalisations as
    they stand. Frozen layers are looked at, too. Nothing of the model is written.

    Parameters
    ----------
    probe : ModelProbe
    targets : array, list or dict of array
        As `losses.targets_of` takes them.
    loss : str, callable, keras.losses.Loss, or list or dict of these, optional
        Default: what the model was compiled with, else a sensible one.
    samples : int, optional
        How many of the samples are used, the first ones. Default: all.

    Raises
    ------
    NoGradients
        Keras runs on another backend than TensorFlow, or what the model or the loss does cannot
        be differentiated.
    ModelCallError, TypeError, ValueError
        The model's call raises, or the targets do not fit.
    """
    require_tensorflow()
    checked_loss(loss, targets)
    model = instance("probe", probe, ModelProbe).model
    count = (
        probe.samples
        if samples is None
        else min(whole_number("samples", samples, 1), probe.samples)
    )
    given = [each[:count] for each in targets_of(model, targets, probe.samples)]
    with model_lock(model):
        kernels = _kernels(probe)
        value, name, slopes = _backward(probe, kernels, given, loss)
        relative = {
            path: _relative([slope for owner, slope in slopes if owner == path], weights)
            for path, weights in kernels.items()
        }
    return Gradients(value, name, count, relative)


def _kernels(probe: ModelProbe) -> dict[str, list[Any]]:
    """The weights of two axes or more that are real numbers, each under the first path it has."""
    seen: set[int] = set()
    kernels: dict[str, list[Any]] = {}
    for info in probe.layers:
        _, weights = reader_of(probe).owned(info.path)
        own = [
            weight
            for weight in weights
            if len(weight.shape) > 1 and "float" in weight.dtype and id(weight) not in seen
        ]
        seen.update(map(id, own))
        if own:
            kernels[info.path] = own
    return kernels


def _backward(
    probe: ModelProbe, kernels: Mapping[str, Sequence[Any]], targets: list[Array], loss: Any
) -> tuple[float, str, list[tuple[str, Any]]]:
    """The loss, its name, and the gradient of each kernel beside the path of its layer."""
    import tensorflow as tf

    inputs = keras.tree.map_structure(lambda array: array[: len(targets[0])], probe.inputs)
    places = [(path, weight.value) for path, weights in kernels.items() for weight in weights]
    tape, interrupts = tf.GradientTape(watch_accessed_variables=False), interrupts_kept()
    try:
        with surely(tape, interrupts), tape, interrupts:
            for _, variable in places:
                tape.watch(variable)
            outputs = run_exchanged(probe, inputs=inputs)
            judge = judge_of(probe, loss, targets, outputs)
            value = judge.tensor(outputs)
        slopes = [
            # Of a table's rows TensorFlow gives only those that were looked up.
            None if slope is None else np.asarray(tf.convert_to_tensor(slope), np.float64)
            for slope in tape.gradient(value, [variable for _, variable in places])
        ]
    except (ModelCallError, ValueError):
        raise
    except Exception as error:
        raise NoGradients(f"the pass backward raised {type(error).__name__}: {error}") from error
    return (
        float(value),
        judge.name,
        [(place[0], slope) for place, slope in zip(places, slopes, strict=True)],
    )


def _relative(slopes: Sequence[NDArray[np.float64] | None], weights: Sequence[Any]) -> float:
    """The norm of some gradients over that of the weights that they are of."""
    known = [slope for slope in slopes if slope is not None]
    size = _norm([keras.ops.convert_to_numpy(weight).astype(np.float64) for weight in weights])
    return _norm(known) / size if known and size > 0 else math.nan


def _norm(arrays: Sequence[NDArray[np.float64]]) -> float:
    """The norm of all their numbers together; NaN where these are not finite."""
    squares = sum(float(np.vdot(array, array)) for array in arrays)
    return math.sqrt(squares) if math.isfinite(squares) else math.nan
