"""One group silenced at a time, a forward pass each: for models whose batch has no room for copies.

The model runs on the probe's own samples, as many as they are, operation by operation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import keras
import numpy as np

from ....analysis.arrays import Floats
from ....runtime.progress import Progress
from ...experiments.changed_outputs import Replacement
from ...experiments.exchanged_pass import Exchange, run_exchanged
from ...layers.layer_info import to_float32
from ...reading.call_recorder import Interruption
from ...reading.probe import ModelProbe
from .effect_sums import EffectSums, Moments
from .side_by_side import OFF, OFF_HALF
from .slots import Joints, Slots, count_of

Held = Mapping[str, Any]


class Unrepeatable(Exception):
    """The model makes something else of the same samples each time; says where."""


def one_by_one(probe: ModelProbe, joints: Joints, slots: Slots, progress: Progress) -> EffectSums:
    """Measure the effects of all groups that have a slot, one after the other.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    joints : Joints
    slots : Slots
        Of which only the groups count.
    progress : callable

    Raises
    ------
    Unrepeatable
        Two passes with nothing silenced differ.
    ModelCallError
        The model's call raises, or calls a station only in compiled code.
    """
    sums, held, plain = EffectSums(), {}, {}

    def hold(path: str, value: Any, axis: int) -> Any:
        held[path], plain[path] = value, _laid_out(value, axis)
        return value

    run_exchanged(probe, {path: partial(hold, path) for path in joints.paths})
    for path, values in plain.items():
        with np.errstate(invalid="ignore", over="ignore"):
            moments = Moments(
                float(len(values)),
                values.sum(axis=0),
                (values**2).sum(axis=0),
                np.abs(values).max(axis=0),
            )
        sums.add_moments(path, moments)
    for path, again in _read(probe, joints.paths, _put_back(held)).items():
        _see_same(probe, path, plain[path], again)
    done, whole = 0, sum(count_of(groups) for groups in slots.groups.values())
    for path, groups in slots.groups.items():
        children = joints.children(path)
        for group in range(count_of(groups)):
            silent = Replacement(tuple(np.flatnonzero(groups == group).tolist()), "silence")
            exchanges = _put_back(held)
            exchanges[path] = partial(_silenced, held[path], silent)
            for child, values in _read(probe, children, exchanges).items():
                with np.errstate(invalid="ignore", over="ignore"):
                    change = plain[child] - values
                    squares, total = (change**2).sum(axis=0), change.sum(axis=0)
                sums.add_changes((path, child), count_of(groups), group, squares[None], total[None])
            done += 1
            progress(done / whole, path)
    return sums


def _put_back(held: Held) -> dict[str, Exchange]:
    """Every station as it is by itself."""
    return {path: partial(_instead, value) for path, value in held.items()}


def _instead(held: Any, value: Any, axis: int) -> Any:
    return held


def _silenced(held: Any, silent: Replacement, value: Any, axis: int) -> Any:
    return silent(held, axis)


def _read(
    probe: ModelProbe, paths: tuple[str, ...], exchanges: Mapping[str, Exchange]
) -> dict[str, Floats]:
    """What comes to these stations, before it is put back; the pass ends at the last of them."""
    values: dict[str, Floats] = {}

    def reading(path: str, exchange: Exchange) -> Callable[[Any, int], Any]:
        def read(value: Any, axis: int) -> Any:
            values[path] = _laid_out(value, axis)
            if len(values) == len(paths):
                raise Interruption(_Reached())
            return exchange(value, axis)

        return read

    wanted = {
        path: reading(path, exchange) if path in paths else exchange
        for path, exchange in exchanges.items()
    }
    try:
        run_exchanged(probe, wanted)
    except Interruption as stop:
        if not isinstance(stop.original, _Reached):
            raise stop.original from None
    return values


def _see_same(probe: ModelProbe, path: str, values: Floats, again: Floats) -> None:
    off = OFF_HALF if "16" in probe.info(path).dtype else OFF
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.sqrt((values**2).sum(axis=0))
        moved = np.sqrt(((values - again) ** 2).sum(axis=0)) > off * size
    if np.any(np.isfinite(size) & moved):
        raise Unrepeatable(
            f"the model makes something else of the same samples each time, as of '{path}'"
        )


def _laid_out(value: Any, axis: int) -> Floats:
    """A station's output as float64, (value, channel)."""
    array = np.moveaxis(to_float32(keras.ops.convert_to_numpy(value)), axis, -1)
    rows: Floats = array.reshape(-1, array.shape[-1]).astype(np.float64)
    return rows


class _Reached(BaseException):
    """The last of the stations that are read has come by."""
