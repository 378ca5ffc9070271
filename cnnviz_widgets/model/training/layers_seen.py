"""One forward pass of a model in training: every layer measured, some of them recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...analysis.channel_measures import ChannelMeasures, channel_measures
from ...records.layer_record import LayerRecord
from ...records.place import Place
from ...records.record_kind import OUTPUTS
from ..layers.layer_info import LayerInfo
from ..reading.probe import ModelProbe
from ..reading.record_reader import channels_last, output_record
from ..samples.answers import AnswerSource

THREADS = 2
"""NumPy works on so many layers at a time: more would wait for memory, not for a core."""

Look: TypeAlias = Callable[[LayerInfo, NDArray[Any]], ChannelMeasures | None]


class Seen(NamedTuple):
    """What a forward pass showed of a model, and with which probe it was made."""

    probe: ModelProbe
    infos: dict[str, LayerInfo]
    layers: dict[str, Any]
    measures: dict[str, ChannelMeasures | None]
    records: dict[Place, LayerRecord]
    failed: dict[Place, str]
    answers: list[NDArray[np.float32]]


def look_at_model(
    probe: ModelProbe,
    places: Iterable[Place],
    orders: Mapping[Place, ArrayLike],
    spread_of: str | None,
) -> Seen:
    """Measure every layer's output, and record those that are wanted.

    The spread is that of the layer `spread_of`; None: of all.
    """
    with_outputs = {place.layer: place for place in places if place.view == OUTPUTS.name}
    records: dict[Place, LayerRecord] = {}
    failed: dict[Place, str] = {}
    answers: list[NDArray[np.float32]] = []

    def look(info: LayerInfo, array: NDArray[Any]) -> ChannelMeasures | None:
        if source is not None and source.takes(info.path, array, probe.samples):
            answers.append(np.array(array))
        values = channels_last(info, array)
        place = with_outputs.get(info.path)
        if place is None:
            return quick_measures(info, values, spread=spread_of in (None, info.path))
        if not values.size or not values.ndim:
            failed[place] = f"layer {info.path!r} gave no values"
            return None
        records[place] = output_record(info, array, orders.get(place), probe.choice)
        return records[place].measures

    with probe.steady():
        infos = {info.path: info for info in probe.layers}
        layers = {path: probe.layer_of(path) for path in infos}
        source = AnswerSource.of(probe)
        measures = of_all_layers(probe, look, infos)
    return Seen(probe, infos, layers, measures, records, failed, answers)


def quick_measures(
    info: LayerInfo, values: NDArray[Any], *, spread: bool = False
) -> ChannelMeasures | None:
    """The few numbers of a layer's output that cost little, and its spread where it is wanted."""
    # A detector without a hit gives nothing, and a lone number has no channels.
    if not values.size or not values.ndim:
        return None
    return channel_measures(values[:, np.newaxis] if values.ndim == 1 else values, spread=spread)


def of_all_layers(
    probe: ModelProbe, look: Look, infos: Mapping[str, LayerInfo]
) -> dict[str, ChannelMeasures | None]:
    """Look at the output of each of these layers: two at a time, where all can be held at once.

    Training stands still meanwhile, and its cores with it.
    """
    if not probe.fits():
        return probe.stream(look, infos)
    arrays = probe.read(infos)
    # Large ones first, so that the last to be done are small.
    paths = sorted(infos, key=lambda path: -arrays[path].size)
    with ThreadPoolExecutor(THREADS) as pool:
        measures = dict(
            zip(paths, pool.map(lambda path: look(infos[path], arrays[path]), paths), strict=True)
        )
    return {path: measures[path] for path in infos}
