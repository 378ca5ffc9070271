"""One look at a model in training: every layer's few numbers, and the layers that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..analysis.diagnosis.facts import Role
from ..analysis.health import layer_health
from ..analysis.measures import ChannelMeasures, channel_measures
from ..analysis.moment import Moment
from ..analysis.onsets import Onset, OnsetWatch
from ..analysis.place import Place
from ..analysis.record import LayerRecord
from .layers import LayerInfo, is_norm
from .places import channels_last, output_record, read_place
from .probe import ModelProbe
from .reach import layer_role
from .weight_watch import WeightWatch, gradients_by_variable

# NumPy works on so many layers at a time: more of them would wait for memory, not for a core.
_THREADS = 2


@dataclass(frozen=True, eq=False)
class Reading:
    """What one look at a model gave.

    Attributes
    ----------
    moment : Moment
        What is kept of it. Its records are live ones, complete and with all values.
    measures : mapping of str to ChannelMeasures
        Of every layer's outputs, in execution order; layers that give no values are left out.
        Those of layers that are not recorded come without mean and std.
    onsets : tuple of Onset
        All trouble that has been seen to begin so far, by step.
    failed : mapping of Place to str
        Why there is no record of a place that was asked for.
    """

    moment: Moment
    measures: Mapping[str, ChannelMeasures]
    onsets: tuple[Onset, ...]
    failed: Mapping[Place, str]

    @property
    def records(self) -> Mapping[Place, LayerRecord]:
        """The records of the places that were asked for, with all their values."""
        return self.moment.records


class MomentReader:
    """Looks at one model again and again while it trains, and sees what has changed since.

    Parameters
    ----------
    probe : ModelProbe

    Attributes
    ----------
    orders : dict of Place to ndarray of int
        The order of channels that each place was last shown in; the next record of it is as near
        to that as its tree allows. To be set by whoever shows it otherwise than by a reading.
    """

    def __init__(self, probe: ModelProbe) -> None:
        self.orders: dict[Place, NDArray[np.integer[Any]]] = {}
        self._probe = probe
        self._weights = WeightWatch()
        self._onsets = OnsetWatch()
        self._step: int | None = None

    def read(
        self,
        places: Iterable[Place] = (),
        *,
        step: int,
        epoch: int | None = None,
        seconds: float = 0.0,
        logs: Mapping[str, float] | None = None,
        gradients: Any = None,
        like: Mapping[Place, ArrayLike] | None = None,
    ) -> Reading:
        """Look now: one forward pass for the outputs of all layers.

        Parameters
        ----------
        places : iterable of Place
            What is to be recorded whole. A place that there is not, or no longer, is told of in
            `Reading.failed`; the others are read all the same.
        step, epoch, seconds, logs
            As in `Moment`. A second look at the same step replaces the first.
        gradients : optional
            Of the loss by the weights, as `gradients_by_variable` takes them.
        like : mapping of Place to array_like of int, optional
            Orders of channels to keep near to; by default `orders`.

        Returns
        -------
        Reading

        Raises
        ------
        ModelCallError
            The model's call raises.
        TypeError, ValueError
            The gradients are not those of the model.
        """
        orders = self.orders if like is None else like
        wanted = list(dict.fromkeys(Place(*place) for place in places))
        with_outputs = {place.layer: place for place in wanted if place.view == "outputs"}
        records: dict[Place, LayerRecord] = {}
        failed: dict[Place, str] = {}

        def look(info: LayerInfo, array: NDArray[Any]) -> ChannelMeasures | None:
            values = channels_last(info, array)
            place = with_outputs.get(info.path)
            # A detector without a hit gives nothing, and a lone number has no channels.
            if not values.size or not values.ndim:
                if place is not None:
                    failed[place] = f"layer {info.path!r} gave no values"
                return None
            if place is None:
                several = values[:, np.newaxis] if values.ndim == 1 else values
                return channel_measures(several, spread=False)
            records[place] = output_record(info, array, orders.get(place))
            return records[place].measures

        probe = self._probe
        with probe.steady():
            infos = {info.path: info for info in probe.layers}
            layers = {path: probe.layer_of(path) for path in infos}
            by_variable = (
                None if gradients is None else gradients_by_variable(probe.model, gradients)
            )
            seen = self._look_at_all(look, infos)
            weights = self._weights.look(layers, by_variable, again=step == self._step)
            for place in wanted:
                if place.view == "weights":
                    try:
                        records[place] = read_place(probe, place, orders.get(place)).record
                    except ValueError as error:
                        failed[place] = str(error)
        for place in wanted:
            if place not in records:
                failed.setdefault(place, f"there is no layer {place.layer!r}")
        self._step = step
        health = {path: layer_health(seen[path], weights.get(path)) for path in infos}
        for path, info in infos.items():
            self._onsets.look(
                step,
                path,
                seen[path],
                health[path],
                trainable=info.trainable,
                kind=_kind(info, layers[path]),
                parents=info.parents,
            )
        ordered = {place: records[place] for place in wanted if place in records}
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(LayerRecord.complete, ordered.values()))
        return Reading(
            moment=Moment(step, epoch, seconds, health, dict(logs or {}), ordered),
            measures={path: found for path, found in seen.items() if found is not None},
            onsets=self._onsets.onsets,
            failed=failed,
        )

    def _look_at_all(
        self,
        look: Callable[[LayerInfo, NDArray[Any]], ChannelMeasures | None],
        infos: Mapping[str, LayerInfo],
    ) -> dict[str, ChannelMeasures | None]:
        """Look at every layer's output: two layers at a time, where all can be held at once.

        Training stands still meanwhile, and its cores with it.
        """
        if not self._probe.fits():
            return self._probe.stream(look)
        arrays = self._probe.read()
        # Large ones first, so that the last to be done are small.
        paths = sorted(infos, key=lambda path: -arrays[path].size)
        with ThreadPoolExecutor(_THREADS) as pool:
            found = dict(
                zip(
                    paths,
                    pool.map(lambda path: look(infos[path], arrays[path]), paths),
                    strict=True,
                )
            )
        return {path: found[path] for path in infos}

    def keep_order(self, reading: Reading) -> None:
        """Have the next records near to those of this reading, as far as they were drawn."""
        for place, record in reading.records.items():
            self.orders[place] = record.tree.columns


def _kind(info: LayerInfo, layer: Any) -> Role:
    """A layer's role; a normalisation works channel by channel, as an activation does."""
    return "activation" if is_norm(layer) else layer_role(info, layer)
