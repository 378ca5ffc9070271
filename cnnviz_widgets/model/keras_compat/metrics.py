"""What Keras' metrics tell of a batch, and which of them are means of what they were told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

# How far a number that went through float32 may be from itself.
_NEAR = 1e-4


def mean_trackers(model: Any) -> dict[str, Any]:
    """Every metric of a model by its name; None for one that is no mean since it was reset.

    The loss is weighted by the samples of each batch (from Keras 3.4 on), metrics by what they
    are means of: both are plain means of the batches where these are of one size. No such means
    are `weighted_metrics`, whose weights differ from batch to batch, and whatever computes its
    result from a mean, as the root of one.
    """
    return {
        str(metric.name): metric if is_plain and _is_mean(metric) else None
        for metric, is_plain in _every_metric(model)
    }


def _every_metric(model: Any) -> Iterator[tuple[Any, bool]]:
    """All metrics, and whether they are told no weights."""
    for metric in getattr(model, "metrics", ()):
        # Those given to `compile` are in one that holds them all, the weighted ones apart.
        plain = getattr(metric, "_flat_metrics", None)
        if plain is None:
            yield metric, True
            continue
        for parts, is_plain in ((plain, True), (metric._flat_weighted_metrics, False)):
            for part in parts:
                for each in getattr(part, "metrics", [part]) if part is not None else ():
                    yield each, is_plain


def _is_mean(metric: Any) -> bool:
    return (
        isinstance(metric, keras.metrics.Mean) and type(metric).result is keras.metrics.Mean.result
    )


def has_own_step(model: Any) -> bool:
    """Whether a model trains by a step of its own, whose logs may be anything."""
    return getattr(type(model), "train_step", None) is not keras.Model.train_step


def tells(metric: Any, value: float) -> bool | None:
    """Whether it is this number that a metric tells now, which is fetched from the device.

    None where that cannot be known: JAX' metrics have their numbers once `fit` is done.
    """
    if keras.backend.backend() == "jax":
        return None
    result = float(keras.ops.convert_to_numpy(metric.result()))
    return abs(result - value) <= _NEAR * max(abs(result), abs(value))
