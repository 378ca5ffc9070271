"""One look at a model in training: every layer's few numbers, and the layers that are watched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...analysis.arrays import frozen
from ...analysis.channel_measures import ChannelMeasures
from ...diagnosis.facts import Role
from ...history.moment import Moment
from ...history.onsets import OnsetWatch
from ...records.layer_health import known_scales, layer_health
from ...records.layer_record import LayerRecord
from ...records.place import Place
from ...records.record_kind import OUTPUTS, WEIGHTS
from ...validation.objects import instance, several
from ...validation.scalars import whole_number
from ..layers.activations import layer_role
from ..layers.layer_info import LayerInfo, is_norm
from ..reading.call_recorder import ModelCallError
from ..reading.probe import ModelProbe
from ..reading.record_reader import attention_of, channels_last, weight_record
from .layers_seen import THREADS, Seen, look_at_model, of_all_layers, quick_measures
from .reading import Reading
from .weight_changes import WeightChanges, gradients_by_variable

# At every so many quick looks silent channels are looked for on all samples, whatever is seen.
_LOOK_AGAIN = 8
# What a record is complete with.
_PARTS = ("tiles", "curves")


class _Faults(NamedTuple):
    """Which of a layer's channels were dead, and which not finite, on all samples."""

    dead: NDArray[np.bool_]
    nonfinite: NDArray[np.bool_]


class MomentReader:
    """Looks at one model again and again while it trains, and sees what has changed since.

    A quick look is at some of the samples. What these cannot tell of the others is looked up
    there at once, in one more forward pass: whether a channel that has fallen silent is so on
    all of them, and whether one that was not finite is so on none. A channel that stays silent
    on the quick samples and comes back on others is found at the next pass over all, at the
    latest after `_LOOK_AGAIN` quick looks.

    Parameters
    ----------
    probe : ModelProbe

    Attributes
    ----------
    orders : dict of Place to ndarray of int
        The order of channels that each place was last shown in; the next record of it is as near
        to that as its tree allows. To be set by whoever shows it otherwise than by a reading.
    linkage : str
        How the records' channels are joined: one of `LINKAGES`.
    probe : ModelProbe
        What the last look was made with: the probe given, or one of some of its samples.
    """

    def __init__(self, probe: ModelProbe) -> None:
        instance("probe", probe, ModelProbe)
        self.orders: dict[Place, NDArray[np.integer[Any]]] = {}
        self.linkage = "single"
        self.probe = self._whole = probe
        self._few: ModelProbe | None = None
        self._takes_few = True
        self._faults: dict[str, _Faults] = {}
        self._quick_looks = self._turn = 0
        self._weights = WeightChanges()
        self._onsets = OnsetWatch()
        self._step: int | None = None

    def steady(self) -> AbstractContextManager[None]:
        """Take the model's layers to stay as they are until the context ends.

        So they stay over what is done with a reading, too: see `ModelProbe.steady`.
        """
        return self._whole.steady()

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
        samples: int | None = None,
        spread: bool = False,
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
        samples : int, optional
            Have a quick look, at so many of the samples, evenly spread. All are looked at where
            there are no more, and where the model cannot be called on fewer.
        spread : bool
            Whether every layer's mean and spread are wanted, which take most of the time; else
            they are measured of the places and, in turn, of one layer more.

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
        whole_number("step", step, 0)
        if samples is not None:
            whole_number("samples", samples, 1)
        orders = self.orders if like is None else like
        requested = list(
            dict.fromkeys(Place(*place) for place in several("places", places, "Places"))
        )
        whole = self._whole
        with whole.steady():
            by_variable = (
                None if gradients is None else gradients_by_variable(whole.model, gradients)
            )
            looked = self._seen(requested, orders, samples, None if spread else self._next_layer())
            probe, infos, layers, seen, records, failed, answers = looked
            if probe is whole:
                self._quick_looks = 0
            else:
                self._quick_looks += 1
                seen = self._confirmed(seen)
            for place in requested:
                if place.view != OUTPUTS.name:
                    self._read_beside(probe, place, orders.get(place), records, failed)
            for place in requested:
                if place not in records:
                    failed.setdefault(place, f"there is no layer {place.layer!r}")
                elif (
                    place.view == OUTPUTS.name and seen[place.layer] is not records[place].measures
                ):
                    records[place] = replace(records[place], measured=seen[place.layer])
            ordered = {
                place: records[place].linked(self.linkage)
                for place in requested
                if place in records
            }
            with ThreadPoolExecutor(THREADS) as pool:
                # A picture, with its tree, and curves need nothing of one another.
                parts = [(record, part) for part in _PARTS for record in ordered.values()]
                completed = pool.map(lambda each: getattr(*each), parts)
                # Meanwhile, and here: TensorFlow keeps something for each thread that it has met.
                weights = self._weights.look(layers, by_variable, again=step == self._step)
                list(completed)
        self._step = step
        self.probe = probe
        self._faults = {
            path: _Faults(measures.dead, measures.nonfinite)
            for path, measures in seen.items()
            if measures is not None
        }
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
        return Reading(
            moment=Moment(
                step,
                epoch,
                seconds,
                health,
                dict(logs or {}),
                ordered,
                samples=probe.choice,
                scales=known_scales(seen),
            ),
            measures={path: measures for path, measures in seen.items() if measures is not None},
            onsets=self._onsets.onsets,
            failed=failed,
            answers=answers[0] if answers else None,
        )

    def _read_beside(
        self,
        probe: ModelProbe,
        place: Place,
        like: ArrayLike | None,
        records: dict[Place, LayerRecord],
        failed: dict[Place, str],
    ) -> None:
        """Record a weight, or the attention on a probe's samples, or why that cannot be."""
        try:
            if place.view == WEIGHTS.name:
                records[place] = weight_record(self._whole, place, like)
            else:
                records[place] = attention_of(probe, place, like)
        except ValueError as error:
            failed[place] = str(error)

    def look_at(self, probe: ModelProbe) -> None:
        """Look at these samples of the model from now on."""
        self._whole = self.probe = instance("probe", probe, ModelProbe)
        self._few = None
        self._takes_few = True
        # Dead is what is so on all samples; of these nothing is known yet.
        self._faults = {}
        self._quick_looks = 0

    def _next_layer(self) -> str:
        """The layer whose turn it is."""
        paths = [info.path for info in self._whole.layers]
        self._turn += 1
        return paths[self._turn % len(paths)] if paths else ""

    def _seen(
        self,
        places: Iterable[Place],
        orders: Mapping[Place, ArrayLike],
        samples: int | None,
        spread_of: str | None,
    ) -> Seen:
        """What there is to see of all layers' outputs, by one forward pass."""
        whole = self._whole
        if samples is None or samples >= whole.samples or not self._takes_few:
            return look_at_model(whole, places, orders, spread_of)
        if self._few is None or self._few.samples != samples:
            self._few = whole.some(samples)
        try:
            return look_at_model(self._few, places, orders, spread_of)
        except ModelCallError:
            seen = look_at_model(whole, places, orders, spread_of)
            # That went well: the model is made for batches of one length.
            self._takes_few = False
            return seen

    def _confirmed(
        self, seen: Mapping[str, ChannelMeasures | None]
    ) -> dict[str, ChannelMeasures | None]:
        """The measures of a quick look, with what is dead and what is not finite on all samples."""
        confirmed = dict(seen)
        doubtful: list[str] = []
        pressing = False
        for path, measures in seen.items():
            if measures is None:
                continue
            before = self._faults_before(path, measures)
            if not (measures.dead.any() or before.nonfinite.any()):
                continue
            doubtful.append(path)
            silent = measures.dead & ~before.dead
            recovered = before.nonfinite & ~measures.nonfinite
            pressing |= bool((silent | recovered).any())
            confirmed[path] = self.as_known(path, measures)
        if not doubtful or not (pressing or self._quick_looks % _LOOK_AGAIN == 0):
            return confirmed
        known = {info.path: info for info in self._whole.layers}
        on_all = of_all_layers(
            self._whole,
            lambda info, array: quick_measures(info, channels_last(info, array)),
            {path: known[path] for path in doubtful if path in known},
        )
        for path, all_ in on_all.items():
            measures = seen[path]
            if measures is not None and all_ is not None and all_.n_channels == measures.n_channels:
                confirmed[path] = replace(
                    measures,
                    dead=frozen(measures.dead & all_.dead),
                    nonfinite=frozen(measures.nonfinite | all_.nonfinite),
                )
        return confirmed

    def as_known(self, path: str, found: ChannelMeasures) -> ChannelMeasures:
        """The measures of some samples, with what the last look knew of all.

        Parameters
        ----------
        path : str
        found : ChannelMeasures
            Of the layer's output. Dead are those channels that were so on all samples, and not
            finite those that were not.
        """
        before = self._faults_before(path, found)
        return replace(
            found,
            dead=frozen(found.dead & before.dead),
            nonfinite=frozen(found.nonfinite | before.nonfinite),
        )

    def _faults_before(self, path: str, measures: ChannelMeasures) -> _Faults:
        before = self._faults.get(path)
        if before is None or before.dead.size != measures.n_channels:
            return _Faults(*np.zeros((2, measures.n_channels), dtype=np.bool_))
        return before

    def keep_order(self, reading: Reading) -> None:
        """Have the next records near to those of this reading, as far as they were drawn."""
        for place, record in reading.records.items():
            self.orders[place] = record.tree.columns


def _kind(info: LayerInfo, layer: Any) -> Role:
    """A layer's role; a normalisation works channel by channel, as an activation does."""
    return "activation" if is_norm(layer) else layer_role(info, layer)
