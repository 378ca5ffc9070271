"""Whether a layer's channels look for anything that its random directions do not."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Integers
from ....analysis.channel.random_directions import DIRECTIONS, Coherence, coherence
from ....records.channel.layer_coherence import LayerCoherence
from ....records.channel.patch_likeness import PatchLikeness
from ....validation.arrays import number_array
from ....validation.keywords import checked_keywords
from ....validation.messages import described
from ....validation.objects import instance
from ....validation.scalars import whole_number
from ...layers.abstraction_levels import is_image
from ...layers.layer_info import LayerInfo
from ...reading.inputs import input_names
from ...reading.probe import ModelProbe
from ...survey.data.labels import as_labels
from .fields.receptive_field import receptive_field


@checked_keywords
def layer_coherence(
    probe: ModelProbe,
    path: str,
    *,
    labels: Any = None,
    features: Any = None,
    count: int = 9,
    directions: int = DIRECTIONS,
) -> LayerCoherence:
    """Compare each channel's strongest samples with those of random directions of its layer.

    Strongest samples look alike along nearly any direction of a trained layer. What a channel's
    own say is only worth something if they are more alike than those.

    Parameters
    ----------
    probe : ModelProbe
        Its inputs are the samples: the more, the better a channel is told from chance.
    path : str
    labels : array_like, shape (samples,), optional
        The class of each sample, or one-hot rows; below 0 where it is not known.
    features : str or array_like, shape (samples, d), optional
        By which samples are compared: a layer, whose means over places they are, or numbers.
        Default: the layer that the last one reads.
    count : int
        How many of the strongest samples are compared.
    directions : int
        How many random ones; the same for the same path.

    Raises
    ------
    TypeError, ValueError
        No such layer, or it has no channels; labels or features are none of all these samples.
    ModelCallError
        The model's call raises.
    """
    instance("probe", probe, ModelProbe)
    count = whole_number("count", count, 2, "of samples")
    directions = whole_number("directions", directions, 1)
    classes = None if labels is None else _classes(labels, probe.samples)
    with probe.steady():
        info = probe.info(path)
        if info.channels is None:
            raise ValueError(
                f"the layer {path!r} has no channels: its output is {info.output_shape}"
            )
        if features is None:
            features = _last_features(probe)
        source = features if isinstance(features, str) else "given"
        if isinstance(features, str):
            features = _means(probe, features)
        rows = _rows(features, probe.samples)
        alike = _patches(probe, path)
        axis = info.channel_axis
        assert axis is not None

        def compared(_: LayerInfo, values: NDArray[Any]) -> Coherence:
            return coherence(
                np.moveaxis(values, axis, -1),
                labels=classes,
                features=rows,
                alike=alike,
                count=count,
                directions=directions,
                name=info.path,
            )

        measured = probe.stream(compared, [info.path])[info.path]
    return LayerCoherence(info.path, measured, count, probe.samples, source)


def _patches(probe: ModelProbe, path: str) -> PatchLikeness | None:
    """What tells how alike patches of the layer's input are; None where it holds no quantities."""
    field = receptive_field(probe, path)
    if not field.fields:
        return None
    names = input_names(probe.model, probe.inputs)
    array = np.asarray(keras.tree.flatten(probe.inputs)[names.index(field.input)])
    is_float = np.issubdtype(array.dtype, np.floating)
    # Whole numbers that are no pixels stand for words.
    if array.ndim < 2 or not (is_float or is_image(array.shape, is_float)):
        return None
    return PatchLikeness(field.of(field.input), array)


def _last_features(probe: ModelProbe) -> str:
    """The path of what the last layer reads; of the last layer itself where that is an input."""
    last = probe.layers[-1]
    return last.parents[0] if last.parents else last.path


def _means(probe: ModelProbe, path: str) -> NDArray[Any]:
    """Of each sample of a layer the mean over places, shape (samples, channels)."""
    info = probe.info(path)
    axis = info.channel_axis

    def means(_: LayerInfo, values: NDArray[Any]) -> NDArray[Any]:
        last = values if axis is None else np.moveaxis(values, axis, -1)
        flat = last.reshape(len(last), -1, last.shape[-1] if last.ndim > 1 else 1)
        return np.asarray(np.nan_to_num(flat.mean(axis=1, dtype=np.float64)))

    return probe.stream(means, [info.path])[info.path]


def _classes(labels: Any, samples: int) -> Integers:
    classes = as_labels(labels)
    if len(classes) != samples:
        raise ValueError(f"labels must be of all {samples:,} samples; got {len(classes):,}")
    if not (classes >= 0).any():
        raise ValueError(
            f"labels must be 0 or more, of one sample at least; got {described(labels)}"
        )
    return classes


def _rows(features: Any, samples: int) -> NDArray[Any]:
    rows = number_array("features", features)
    if rows.ndim < 2 or len(rows) != samples:
        raise ValueError(
            f"features must be a layer's path, or numbers of shape ({samples}, …), a row for each "
            f"sample; got {described(rows)}"
        )
    return rows
