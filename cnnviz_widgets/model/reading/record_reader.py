"""One place of a live model, read whole: a layer's output, or one of its weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...analysis.channel_measures import ChannelMeasures
from ...records.layer_record import LayerRecord
from ...records.parameter_record import ParameterRecord
from ...records.place import Place
from ...records.place_record import PlaceRecord
from ...records.record_kind import ATTENTION, OUTPUTS, WEIGHTS
from ...records.sample_subset import SampleChoice
from ..layers.layer_info import LayerInfo
from ..layers.parameters import LayerParameters
from .attention_weights import attention_record, has_attention
from .probe import Array, ModelProbe


class NoSuchSide(ValueError):
    """A side of a layer that it does not have."""


class NoWeights(NoSuchSide):
    """The weights of a layer that has none, or one of them that it does not have."""


def read_place(
    probe: ModelProbe,
    place: Place,
    like: ArrayLike | None = None,
    known: Callable[[str, ChannelMeasures], ChannelMeasures] | None = None,
) -> PlaceRecord:
    """Read a place of the model as it is now.

    Parameters
    ----------
    probe : ModelProbe
    place : Place
        Of weights without a name, the first one.
    like : array_like of int, optional
        An earlier order of its channels to keep near to.
    known : callable, optional
        Adds to the measures of a layer's output on some samples what is known of it on all.

    Raises
    ------
    NoSuchSide
        The layer has no weights, or not this one, or no attention.
    ValueError
        There is no such layer, or it gives no values on the probe's inputs.
    ModelCallError
        The model's own call raises.
    """
    if place.view == OUTPUTS.name:
        info = probe.info(place.layer)
        record = output_record(info, probe.outputs(info.path), like, probe.choice)
        if known is not None and record.samples is not None:
            record = replace(record, measured=known(info.path, record.measures))
        return PlaceRecord(Place(info.path), record)
    if place.view == ATTENTION.name:
        return PlaceRecord(place, attention_of(probe, place, like), None)
    parts = probe.parameters(place.layer)
    part = chosen_part(place, parts)
    return PlaceRecord(
        Place(place.layer, WEIGHTS.name, part.name),
        _weight_record(place.layer, part, like),
        part.first_channel,
        tuple(other.name for other in parts),
    )


def attention_of(probe: ModelProbe, place: Place, like: ArrayLike | None = None) -> LayerRecord:
    """A record of a layer's attention weights, as `read_place` reads it.

    Raises
    ------
    NoSuchSide
        The layer has none.
    ValueError, ModelCallError
        There is no such layer, or it cannot be asked.
    """
    info = probe.info(place.layer)
    if not has_attention(probe, info):
        raise NoSuchSide(
            f"layer {place.layer!r}, a {info.kind}, has no attention weights to show; its outputs "
            "can be shown"
        )
    record = attention_record(probe, info)
    return replace(record, like=_fitting(like, record.n_channels))


def weight_record(
    probe: ModelProbe, place: Place, like: ArrayLike | None = None
) -> ParameterRecord:
    """A record of a weight, as `read_place` reads it.

    Raises
    ------
    NoWeights
        The layer has no weights, or not this one.
    ValueError
        There is no such layer.
    """
    part = chosen_part(place, probe.parameters(place.layer))
    return _weight_record(place.layer, part, like)


def _weight_record(path: str, part: LayerParameters, like: ArrayLike | None) -> ParameterRecord:
    return ParameterRecord.of(
        part.values,
        path,
        bias=part.bias,
        name=part.name,
        inputs=part.inputs,
        outputs=part.outputs,
        column_names=part.columns,
        tap_names=part.tap_names,
        how=part.how,
        like=_fitting(like, part.values.shape[-1]),
    )


def output_record(
    info: LayerInfo,
    array: Array,
    like: ArrayLike | None = None,
    samples: SampleChoice | None = None,
) -> LayerRecord:
    """A record of a layer's output, on these samples where they are not all that there are.

    Raises
    ------
    ValueError
        It holds no values: a detector without a hit gives none.
    """
    values = channels_last(info, array)
    if not values.size:
        raise ValueError(f"layer {info.path!r} gave no values on these inputs: {values.shape}")
    channels = values.shape[-1] if values.ndim > 1 else 1
    record = LayerRecord.of(values, info.path, like=_fitting(like, channels))
    # Not every output has the samples on its first axis.
    if samples is not None and len(samples.numbers) != record.n_samples:
        samples = None
    return replace(record, bounds=info.bounds, samples=samples)


def channels_last(info: LayerInfo, array: Array) -> Array:
    """A layer's output with its channels on the last axis; a view, where that is possible."""
    if info.channel_axis is None or array.ndim < 3:
        return array
    return np.moveaxis(array, info.channel_axis, -1)


def chosen_part(place: Place, parts: tuple[LayerParameters, ...]) -> LayerParameters:
    """The weight of a place; the first of the layer's where it names none.

    Raises
    ------
    NoWeights
    """
    if not parts:
        raise NoWeights(f"layer {place.layer!r} has no weights to show; its outputs can be shown")
    for part in parts:
        if place.weight in ("", part.name):
            return part
    names = ", ".join(repr(part.name) for part in parts)
    raise NoWeights(f"layer {place.layer!r} has no weight {place.weight!r}; it has {names}")


def _fitting(order: ArrayLike | None, channels: int) -> NDArray[np.intp] | None:
    """An earlier order, unless the layer has lost channels since."""
    if order is None:
        return None
    array = np.asarray(order)
    return array if array.max(initial=-1) < channels else None
