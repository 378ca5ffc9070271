"""The model under diagnosis, and one streamed pass through its layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...diagnosis.facts import Role
from ...diagnosis.measurements.output_measures import OutputMeasures, output_measures
from ..layers.abstraction_levels import image_channel_axis, is_image
from ..layers.activations import layer_role, stuck_ends
from ..layers.layer_info import LayerInfo, own_weights
from ..reading.probe import ModelProbe
from .image_readout import layers_compared

Array = NDArray[np.float32]
Progress = Callable[[float, str], None]

OUTPUT_SAMPLES = 64
"""Samples of the model's own output that are kept."""


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """Progress of what lies between two shares of the whole, told by its own share, 0 to 1."""
    return lambda share, message: progress(start + (end - start) * share, message)


@dataclass(frozen=True, eq=False)
class Subject:
    """A probe, and what is known of the model's layers before any of them is read.

    Attributes
    ----------
    probe : ModelProbe
    infos : mapping of str to LayerInfo
        By path, in execution order.
    layers : mapping of str to keras.Layer
    returned : tuple of str
        Paths of the layers that no other reads.
    compared : tuple of str
        Paths of those whose maps are held to the image.
    seed : int
    progress : callable
        Given the share that is done and what is being looked at.
    """

    probe: ModelProbe
    infos: Mapping[str, LayerInfo]
    layers: Mapping[str, Any]
    returned: tuple[str, ...]
    compared: tuple[str, ...]
    seed: int
    progress: Progress

    @classmethod
    def of(cls, probe: ModelProbe, seed: int, progress: Progress) -> Subject:
        """The subject that a probe shows."""
        infos = {info.path: info for info in probe.layers}
        layers = {path: probe.layer_of(path) for path in infos}
        read = {parent for info in infos.values() for parent in info.parents}
        returned = tuple(path for path in infos if path not in read)
        compared: tuple[str, ...] = ()
        if probe.image_ends:
            hidden = [info for path, info in infos.items() if path not in returned]
            compared = layers_compared(
                info for info in hidden if layer_role(info, layers[info.path]) != "other"
            )
        return cls(probe, infos, layers, returned, compared, seed, progress)

    def role(self, path: str) -> Role:
        """What a layer does with its inputs."""
        return layer_role(self.infos[path], self.layers[path])

    def weights(self, path: str) -> list[Any]:
        """A layer's weights without those of the layers inside it that are looked at themselves."""
        return own_weights(self.layers[path], {id(layer) for layer in self.layers.values()})


@dataclass(frozen=True, eq=False)
class Seen:
    """What one pass through the layers leaves behind.

    Attributes
    ----------
    measures : mapping of str to OutputMeasures
        By path; without layers whose output is a single number or holds no values.
    output : ndarray or None
        What the model returns for the first samples, channels last; None of several outputs.
    image : ndarray or None
        The same where it is an image.
    """

    measures: Mapping[str, OutputMeasures]
    output: Array | None
    image: Array | None


def look(
    subject: Subject, probe: ModelProbe, paths: Sequence[str], start: float, end: float
) -> Seen:
    """Stream some layers of the subject through the measurements.

    Parameters
    ----------
    subject : Subject
    probe : ModelProbe
        The subject's own, or that of its reference.
    paths : sequence of str
    start, end : float
        Shares of the whole diagnosis between which the pass lies.
    """
    measures: dict[str, OutputMeasures] = {}
    output = image = None

    def measure(info: LayerInfo, values: Array) -> None:
        nonlocal output, image
        own = subject.infos[info.path]
        if own.channel_axis is None or not values.size:
            return
        moved = np.moveaxis(values, own.channel_axis, -1)
        measures[own.path] = output_measures(
            moved,
            ends=stuck_ends(subject.layers[own.path]),
            with_merges=own.level_name == "low" and subject.role(own.path) != "other",
            with_maps=own.path in subject.compared,
            seed=subject.seed,
        )
        if (own.path,) == subject.returned:
            output = np.array(moved[:OUTPUT_SAMPLES])
            image = _as_image(values)

    probe.stream(
        measure,
        list(paths),
        lambda share, path: subject.progress(start + (end - start) * share, path),
    )
    return Seen(measures, output, image)


def _as_image(values: Array) -> Array | None:
    """The first samples, channels last, if they are images."""
    if not is_image(values.shape):
        return None
    axis = image_channel_axis(values.shape)
    assert axis is not None
    return np.moveaxis(values, axis, -1)[:OUTPUT_SAMPLES].copy()
