"""How much of an image at either end of a model can be read off its layers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...diagnosis.measurements.output_measures import Maps, OutputMeasures
from ...diagnosis.measurements.resemblance import neighbour_correlation, readable_share
from ...diagnosis.value_sample import averaged_at
from ..layers.abstraction_levels import image_channel_axis, is_image
from ..layers.layer_info import LayerInfo

Array = NDArray[np.float32]

MOST_LAYERS = 24
"""Layers compared with the image."""

DEEPEST_LEVEL = 2
"""Layers from an image up to which maps are held to it: beyond, abstraction is their task."""

PATCH = 7
"""Parts of a map's place each way in which the image is predicted."""

NEIGHBOURS = 0.5
"""Correlation of neighbouring pixels below which an array has no picture in it to be lost: noise
has 0, photographs and digits 0.8 to 0.99."""

INPUT_SAMPLES = 64
"""Samples of the inputs that layers are compared with."""


def layers_compared(infos: Iterable[LayerInfo]) -> tuple[str, ...]:
    """Paths of the layers whose maps are compared with the image: the first ones at an end."""
    near = [
        info.path for info in infos if len(info.output_shape) == 4 and info.level <= DEEPEST_LEVEL
    ]
    return tuple(near[:MOST_LAYERS])


def images_at_ends(inputs: Any, made: Array | None) -> dict[str, Array]:
    """What a model is shown and what it makes, where that is a finite image, by the end.

    Parameters
    ----------
    inputs : array, or list or dict of them
    made : ndarray, shape (sample, height, width, colour), or None
    """
    ends = {}
    for number, array in enumerate(keras.tree.flatten(inputs)):
        if is_image(array.shape, np.issubdtype(array.dtype, np.floating)):
            axis = image_channel_axis(array.shape)
            assert axis is not None
            end = f"input {number}" if number else "input"
            ends[end] = np.moveaxis(array, axis, -1)[:INPUT_SAMPLES]
    if made is not None:
        ends["output"] = made
    return {
        end: image.astype(np.float32) for end, image in ends.items() if np.isfinite(image).all()
    }


def without_picture(images: Mapping[str, Array]) -> tuple[str, ...]:
    """The ends whose images are noise, off which no layer could read anything."""
    return tuple(end for end, image in images.items() if neighbour_correlation(image) < NEIGHBOURS)


def readable(measures: OutputMeasures, images: Iterable[Array]) -> float:
    """The most that can be read off a layer's maps of any of these images; NaN without maps."""
    maps = measures.maps
    if maps is None or measures.measures.nonfinite.any():
        return math.nan
    shares = [
        readable_share(maps.values, _patches(image[maps.samples], maps))
        for image in images
        if len(image) > maps.samples[-1]
    ]
    return max(shares, default=math.nan)


def _patches(image: Array, maps: Maps) -> Array:
    """The image at the maps' places, each place with the pixels that lie in it."""
    fine = [
        max(1, min(PATCH, pixels // size))
        for pixels, size in zip(image.shape[1:3], maps.shape, strict=True)
    ]
    parts = [
        averaged_at(
            image,
            [size * k for size, k in zip(maps.shape, fine, strict=True)],
            (maps.places[0] * fine[0] + down, maps.places[1] * fine[1] + across),
        )
        for down in range(fine[0])
        for across in range(fine[1])
    ]
    return np.concatenate(parts, axis=-1)
