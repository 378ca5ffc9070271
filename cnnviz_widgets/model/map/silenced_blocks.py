"""Whether the network would miss a station: what it returns with all of the station left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from ...records.map.silenced_block import SilencedBlock
from ...records.map.station import Station
from ...runtime.progress import Progress, no_progress
from ...validation.keywords import checked_keywords
from ...validation.objects import each_instance, instance, optional_function
from ..experiments.changed_outputs import answers_changed, difference, judge_of, values_of
from ..experiments.exchanged_pass import Exchange, run_exchanged
from ..experiments.losses import checked_loss, targets_of
from ..keras_compat.layers import copy_mask
from ..reading.call_recorder import ModelCallError
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe


@checked_keywords
def silenced_blocks(
    probe: ModelProbe,
    stations: Sequence[Station],
    *,
    targets: Any = None,
    loss: Any = None,
    progress: Progress | None = None,
) -> Mapping[str, SilencedBlock]:
    """What the model returns when a station's output is replaced by that of its parent.

    So all layers between the two are left out, those of the stations folded into it as well: of a
    residual block, the branch. It is possible where both have the same shape; of several such
    parents the first in order of execution stands in. The model runs once as it is and once for
    each station that can be left out, operation by operation, on all of the probe's samples; give
    `probe.some` of them to have fewer.

    Parameters
    ----------
    probe : ModelProbe
        Its model is not changed.
    stations : sequence of Station
        In order of execution.
    targets : array, list or dict of array, optional
        One target a sample, for each of the model's outputs.
    loss : str, callable or keras.losses.Loss, optional
        Default: what the model was compiled with, else a sensible one, see `Loss`.
    progress : callable, optional
        Given the share that is done, 0 to 1, and a station's path; what it raises ends it.

    Returns
    -------
    mapping of str to SilencedBlock
        By path, in the order given; `SilencedBlock.why_not` says of which it was not possible.

    Raises
    ------
    TypeError, ValueError
        There is no such station in the model; the targets do not fit.
    ModelCallError
        The model's call raises as it is.
    """
    optional_function("progress", progress)
    checked_loss(loss, targets)
    given = each_instance("stations", stations, Station)
    with model_lock(instance("probe", probe, ModelProbe).model), probe.steady():
        trial = _Trial(probe, targets, loss)
        found = {}
        for number, station in enumerate(given):
            found[station.path] = trial.without(station)
            (progress or no_progress)((number + 1) / len(given), station.path)
        return found


class _Trial:
    """The model as it is, and what is compared with it."""

    def __init__(self, probe: ModelProbe, targets: Any, loss: Any) -> None:
        self._probe = probe
        judged = None
        if targets is not None:
            arrays = targets_of(probe.model, targets, probe.samples)
            judged = [each[: probe.samples] for each in arrays]
        outputs = run_exchanged(probe)
        self._before = values_of(outputs)
        self._judge = None if judged is None else judge_of(probe, loss, judged, outputs)
        self._loss = None if self._judge is None else self._judge(outputs)

    def without(self, station: Station) -> SilencedBlock:
        """What it is without a station."""
        samples = self._probe.samples
        parent, why_not = stand_in(self._probe, station)
        if parent is None:
            return SilencedBlock(station.path, None, samples, why_not=why_not)
        try:
            outputs = run_exchanged(self._probe, left_out(parent, station.path))
        except ModelCallError as error:
            return SilencedBlock(station.path, None, samples, why_not=str(error))
        after = values_of(outputs)
        change, _ = difference(self._before, after)
        changed = answers_changed(self._before, after)
        return SilencedBlock(
            station.path,
            parent,
            samples,
            change,
            changed,
            None if changed is None else samples,
            self._loss,
            None if self._judge is None else self._judge(outputs),
            None if self._judge is None else self._judge.name,
        )


def stand_in(probe: ModelProbe, station: Station) -> tuple[str | None, str]:
    """The parent that can stand in a station's place; or why there is none."""
    own = probe.info(station.path)
    if not station.parents:
        return None, "it reads no other station"
    infos = [probe.info(parent) for parent in station.parents]
    alike = [
        info.path
        for info in infos
        if info.output_shape == own.output_shape and info.channel_axis == own.channel_axis
    ]
    if not alike:
        shapes = ", ".join(str(info.output_shape) for info in infos)
        return None, f"its shape is {own.output_shape}, that of what it reads {shapes}"
    order = [info.path for info in probe.layers]
    return min(alike, key=order.index), ""


def left_out(parent: str, path: str) -> dict[str, Exchange]:
    """What leaves a station out: its parent's output in place of its own."""
    came: list[Any] = []

    def keep(value: Any, axis: int) -> Any:
        came.append(value)
        return value

    def in_its_place(value: Any, axis: int) -> Any:
        if not came:
            raise ModelCallError(f"'{path}' runs before '{parent}'", path)
        result = keras.ops.cast(came[-1], value.dtype)
        copy_mask(result, of=value)
        return result

    return {parent: keep, path: in_its_place}
