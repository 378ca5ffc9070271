"""What channels of a map see at their strongest places of the probe's own samples."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices
from ....analysis.thumbnails import Thumbnails, curves, thumbnails
from ....records.channel.patch import patch_box
from ....records.channel.receptive_field import InputField
from ....records.map.map_patches import MapPatches, PixelBox, strongest_members
from ....records.map.station_groups import StationGroups
from ....records.survey.strongest_samples import StrongestSamples
from ...experiments.channel.fields.receptive_field import receptive_field
from ...reading.inputs import input_names
from ...reading.probe import ModelProbe
from ..map_reading import MapReading

# Bytes that all pictures may take, of the 400 KB that a map of ResNet50 may.
_MOST_BYTES = 128 * 1024


def map_patches(probe: ModelProbe, reading: MapReading) -> MapPatches:
    """What the strongest channels of each group of a map see of the probe's own samples.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    reading : MapReading
        Of its inputs.
    """
    record = reading.record
    fields = {}
    for station in record.stations:
        found = receptive_field(probe, station.path)
        if found.fields:
            fields[station.path] = found.of(found.input)
    chosen = {path: _strongest(record.groups[path]) for path in fields}
    samples = [reading.strongest[path].samples[channels, 0] for path, channels in chosen.items()]
    used = np.unique(np.concatenate(samples)) if samples else np.empty(0, np.int64)
    used = used[used >= 0]
    # All stations that are drawn see the same picture.
    name = next((field.name for field in fields.values()), "")
    pictures = _pictures(probe, name, fields, used)
    if pictures is None:
        return MapPatches.none()
    patches = {
        path: _seen(field, reading.strongest[path], chosen[path], used, pictures)
        for path, field in fields.items()
        if field.name == name
    }
    return MapPatches(pictures.pixels, patches)


def _strongest(groups: StationGroups) -> Indices:
    """The channels of all groups that there is room for."""
    chosen = [strongest_members(groups, group) for group in range(groups.count)]
    return np.concatenate(chosen) if chosen else np.empty(0, np.intp)


def _pictures(
    probe: ModelProbe, name: str, fields: Mapping[str, InputField], samples: NDArray[np.int64]
) -> Thumbnails | None:
    """Pictures of some samples of an input; None where it cannot be drawn."""
    if not samples.size:
        return None
    field = next(each for each in fields.values() if each.name == name)
    names = input_names(probe.model, probe.inputs)
    arrays = dict(zip(names, keras.tree.flatten(probe.inputs), strict=True))
    array = np.asarray(arrays[name])[samples]
    if array.dtype.kind not in "biuf":
        return None
    if len(field.axes) == 1 and array.ndim in (2, 3):
        return curves(
            np.moveaxis(array, field.axes[0], 1).reshape(*array.shape[:1], field.lengths[0], -1)[
                ..., 0
            ]
        )
    if len(field.axes) != 2 or array.ndim not in (3, 4):
        return None
    images = np.moveaxis(array, field.axes, (1, 2)).reshape(len(array), *field.lengths, -1)
    return thumbnails(images, most_bytes=_MOST_BYTES)


def _seen(
    field: InputField,
    found: StrongestSamples,
    channels: Indices,
    samples: NDArray[np.int64],
    pictures: Thumbnails,
) -> dict[int, tuple[int, PixelBox]]:
    """The part of its picture that each of some channels sees, in the picture's pixels."""
    _, height, width, _ = pictures.pixels.shape
    seen: dict[int, tuple[int, PixelBox]] = {}
    for channel in channels.tolist():
        sample = int(found.samples[channel, 0])
        if sample < 0:
            continue
        box = patch_box(field, tuple(found.places[channel, 0].tolist()), channel)
        if box is None:
            continue
        if len(box) == 1:  # a curve: from left to right
            (left, right), length = box[0], field.lengths[0]
            where = (0, height, _scaled(left, length, width), _scaled(right, length, width))
        else:
            (top, bottom), (left, right) = box
            down, across = field.lengths
            where = (
                _scaled(top, down, height),
                _scaled(bottom, down, height),
                _scaled(left, across, width),
                _scaled(right, across, width),
            )
        seen[channel] = (int(np.searchsorted(samples, sample)), where)
    return seen


def _scaled(position: int, length: int, pixels: int) -> int:
    return round(position * pixels / length)
