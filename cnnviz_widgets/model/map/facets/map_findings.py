"""What a network's map tells of its architecture: too wide, too deep, layers not missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Integers, Singles
from ....diagnosis.findings import Skipped
from ....diagnosis.judge import judge_network
from ....diagnosis.measurements.stations import (
    LeftOut,
    Likeness,
    NetworkFacts,
    StationFacts,
    likeness,
    twin_groups,
)
from ....diagnosis.measurements.training.trials import Trial
from ....diagnosis.report import Report
from ....diagnosis.signs.structure import over_deep, over_wide
from ....records.map.station import Station
from ....runtime.progress import Progress, no_progress
from ....validation.keywords import checked_keywords
from ....validation.objects import each_instance, instance, optional_function
from ....validation.scalars import whole_number
from ...experiments.fresh_model import NoReference, fresh_probe
from ...experiments.losses import checked_loss
from ...experiments.weight_trials import Trials
from ...layers.activations import activation_of, layer_role
from ...layers.layer_info import LayerInfo
from ...layers.layer_kinds import kind_named
from ...reading.call_recorder import ModelCallError
from ...reading.model_lock import model_lock
from ...reading.probe import ModelProbe
from ..ablating.merged_twins import merged_twins
from ..map_columns import checked_labels
from ..silenced_blocks import left_out, stand_in

REFERENCES = 2
"""Freshly initialised networks: of two, one or the other may have many twins."""

MULTIPLY = "Multiply"
"""The kind of layer that a gate's shares go to."""

_READ, _FRESH = 0.2, 0.5
_LONGEST_REASON = 300


@checked_keywords
def map_findings(
    probe: ModelProbe,
    stations: Sequence[Station],
    *,
    labels: Any = None,
    targets: Any = None,
    loss: Any = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """What a network's map tells of its architecture: `over-wide`, `over-deep` and `not-missed`.

    One pass reads all stations; one more each, operation by operation, leaves out what its parent
    can stand for. Where channels look too much alike, the architecture is freshly initialised
    twice and read as well, and the model is tried with one channel for all that are alike.

    Parameters
    ----------
    probe : ModelProbe
        Its model is not changed.
    stations : sequence of Station
        In order of execution, as `network_stations` gives them.
    labels : array_like of int, shape (samples,), optional
        The class of each sample; below 0 where it is not known. Without them nothing is said of
        width and depth.
    targets : array, list or dict of array, optional
        One target a sample, for each of the model's outputs. Without them, or where they do not
        fit, only outputs tell whether something is missed.
    loss : str, callable or keras.losses.Loss, optional
        Default: what the model was compiled with, else a sensible one.
    seed : int
        Of the reference.
    progress : callable, optional
        Given the share that is done, 0 to 1, and a station's path; what it raises ends it.

    Returns
    -------
    Report

    Raises
    ------
    TypeError, ValueError
        There is no such station in the model; the labels do not fit, or there is no such loss.
    ModelCallError
        The model's call raises as it is.
    """
    instance("probe", probe, ModelProbe)
    given = each_instance("stations", stations, Station)
    checked_loss(loss, targets)
    whole_number("seed", seed, 0)
    report = optional_function("progress", progress) or no_progress
    classes = None if labels is None else checked_labels(labels, probe.samples)
    with model_lock(probe.model), probe.steady():
        search = _Search(probe, given, classes, report)
        network = search.measured()
        trials = search.trials(targets, loss, seed)
        network = replace(network, learnt=None if trials.now is None else trials.now.learnt)
        network = search.with_trials(search.with_reference(network, seed), trials)
    return Report(
        judge_network(network), str(probe.model.name), len(given), probe.samples, (), search.skipped
    )


class _Search:
    """Measures the stations of a model, one question after another.

    Attributes
    ----------
    skipped : tuple of Skipped
        What could not be measured.
    """

    def __init__(
        self,
        probe: ModelProbe,
        stations: Sequence[Station],
        classes: Integers | None,
        progress: Progress,
    ) -> None:
        self.skipped: tuple[Skipped, ...] = ()
        self._probe, self._stations, self._classes = probe, stations, classes
        self._progress = progress
        self._infos = {info.path: info for info in probe.layers}
        self._means: Mapping[str, Singles] = {}

    def skip(self, what: str, error: Exception) -> None:
        """Note why something is not known."""
        why = shorten(str(error), _LONGEST_REASON)
        self.skipped = (*self.skipped, Skipped(what, why))

    def trials(self, targets: Any, loss: Any, seed: int) -> Trials:
        """By loss where the targets fit, else by outputs alone."""
        try:
            return Trials(self._probe, targets, loss, seed=seed)
        except ModelCallError:
            raise
        except ValueError as error:
            self.skip("trials by the loss", error)
            return Trials(self._probe, seed=seed)

    def measured(self) -> NetworkFacts:
        """What one pass tells."""
        paths = [self._probe.info(station.path).path for station in self._stations]
        self._means = self._read(self._probe, paths, 0, _READ)
        depths = self._depths()
        read = {parent for info in self._infos.values() for parent in info.parents}
        facts = [
            StationFacts(
                path=station.path,
                channels=station.channels,
                depth=depths[station.path],
                folded=station.folded,
                answers=station.path not in read or station is self._stations[-1],
                gates=self._is_gate(station.path),
                own=self._likeness(self._means, station.path),
            )
            for station in self._stations
        ]
        return NetworkFacts(tuple(facts), self._probe.samples)

    def with_reference(self, network: NetworkFacts, seed: int) -> NetworkFacts:
        """The same with what the freshly initialised network shows where it is asked for."""
        asked = [each.path for each in network if over_wide.is_suspicious(each, network)]
        if network.learnt:
            asked += [each.path for each in over_deep.suspicious(network)]
        fresh: dict[str, tuple[Likeness, ...]] = {}
        for number in range(REFERENCES if asked else 0):
            share = _READ + (_FRESH - _READ) * number / REFERENCES
            self._progress(share, "building the same network anew for comparison")
            try:
                other = fresh_probe(self._probe, asked, seed=seed + number)
                means = self._read(other, asked, share, share)
            except (NoReference, ModelCallError, MemoryError) as error:
                self.skip("comparison with the freshly initialised architecture", error)
                return network
            for path in asked:
                fresh[path] = (*fresh.get(path, ()), self._likeness(means, path))
        return replace(
            network,
            stations=tuple(replace(each, fresh=fresh.get(each.path, ())) for each in network),
        )

    def with_trials(self, network: NetworkFacts, trials: Trials) -> NetworkFacts:
        """The same with the model tried without twins, and without each station."""
        facts = []
        for number, (station, each) in enumerate(zip(self._stations, network, strict=True)):
            self._progress(_FRESH + (1 - _FRESH) * number / len(self._stations), station.path)
            try:
                if over_wide.is_suspicious(each, network) and each.fresh:
                    each = replace(each, merged=self._merged(station.path, trials))
                each = replace(each, left_out=self._left_out(station, trials))
            except ModelCallError as error:
                self.skip(f"whether {station.path} is missed", error)
            facts.append(each)
        return replace(network, stations=tuple(facts))

    def _merged(self, path: str, trials: Trials) -> Trial:
        assert self._classes is not None
        groups = twin_groups(self._means[path], self._classes)
        return trials.exchanged({path: merged_twins(groups)})[0]

    def _left_out(self, station: Station, trials: Trials) -> LeftOut | None:
        parent, _ = stand_in(self._probe, station)
        own = self._infos[station.path]
        # A layer of one's own may do in training alone what it is there for, as a VAE's draw does.
        if parent is None or not kind_named(own.family, own.kind).known:
            return None
        between = self._behind(station.path) - self._behind(parent)
        weighed = frozenset(filter(self._weighs, between))
        if not weighed:
            return None
        return LeftOut(parent, weighed, *trials.exchanged(left_out(parent, station.path)))

    def _behind(self, path: str) -> set[str]:
        """All layers that lead to one, itself included."""
        behind = {path}
        for each, info in reversed(self._infos.items()):
            if each in behind:
                behind.update(info.parents)
        return behind & self._infos.keys()

    def _read(
        self, probe: ModelProbe, paths: Sequence[str], start: float, stop: float
    ) -> Mapping[str, Singles]:
        """Of each sample and channel the mean over places."""

        def read(info: LayerInfo, values: NDArray[Any]) -> Singles | None:
            axis = self._infos[info.path].channel_axis
            if axis is None:
                return None
            moved = np.moveaxis(values, axis, -1)
            with np.errstate(invalid="ignore", over="ignore"):
                means = moved.mean(axis=tuple(range(1, moved.ndim - 1)), dtype=np.float64)
                single: Singles = means.astype(np.float32)
            return single

        found = probe.stream(
            read,
            list(paths),
            lambda share, path: self._progress(start + (stop - start) * share, path),
        )
        return {path: each for path, each in found.items() if each is not None}

    def _likeness(self, means: Mapping[str, Singles], path: str) -> Likeness:
        return likeness(means[path], self._classes) if path in means else Likeness(0)

    def _weighs(self, path: str) -> bool:
        info, layer = self._infos[path], self._probe.layer_of(path)
        kind = kind_named(info.family, info.kind)
        return layer_role(info, layer) == "weights" and not kind.normalises

    def _is_gate(self, path: str) -> bool:
        """Whether it puts out shares that other values are multiplied by."""
        known = activation_of(self._infos[path].activation)
        readers = (info.kind for info in self._infos.values() if path in info.parents)
        return (known.low, known.high) == (0.0, 1.0) and MULTIPLY in readers

    def _depths(self) -> dict[str, int]:
        """How many layers that weigh lie on the longest way to each layer, its own included."""
        depths: dict[str, int] = {}
        for path, info in self._infos.items():
            before = max((depths.get(parent, 0) for parent in info.parents), default=0)
            depths[path] = before + self._weighs(path)
        return depths
