"""All groups of all stations silenced in one forward pass: copies of the samples side by side.

Of the batch the first copy is read as it is. In each of the others one group of a station is
silenced, or one of each of several stations that act on no common one. At every station the effects
of its parents' groups are read off, then all copies are put back to the first, and the station's
own groups are silenced in theirs: so each effect is measured with all other stations held. That it
is exact rests on one thing, that rows of a batch do not act on one another. It is looked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Floats
from ....runtime.progress import Progress
from ...experiments.channel.partial_pass import fixed_batch
from ...experiments.exchanged_pass import run_exchanged
from ...layers.layer_info import LayerInfo
from ...reading.passes.eager_pass import EagerPass
from ...reading.probe import ModelProbe, reader_of
from .copies import NULL, AtStation, Window, as_arrays, at_station, take_in
from .effect_sums import EffectSums
from .slots import Joints, Slots

MOST_BYTES = 512 * 2**20
"""What the copies may take in a pass; a copy of a sample always runs."""

LIVE = 6
"""Of the largest output, so many are there at once: it and what it is made of, what goes on in its
place, differences in float64 of the copies that a station looks at."""

OFF, OFF_HALF = 1e-3, 2e-2
"""Sums that differ by more than this share of the values' magnitude are of other values: rounding
is some 1e-6 in float32, and 4e-3 a value in bfloat16."""

Run = Callable[[Sequence[NDArray[Any]], Slots, Window], Mapping[str, AtStation]]


class RowsMeet(Exception):
    """The rows of a batch act on one another, or chance has a hand in them; says where."""


def why_not(probe: ModelProbe) -> str:
    """Why copies cannot stand side by side, as far as it is known before; "" for no reason."""
    size = fixed_batch(probe.model)
    if size is not None:
        return f"the model takes batches of {size} samples only"
    forward = reader_of(probe).description().forward
    if isinstance(forward, EagerPass) and any(each.why == "functions" for each in forward.unseen):
        return "not all of the model's graph is known, so not which stations act on which"
    return ""


def side_by_side(probe: ModelProbe, joints: Joints, slots: Slots, progress: Progress) -> EffectSums:
    """Measure the effects of all groups that have a slot.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    joints : Joints
    slots : Slots
    progress : callable

    Raises
    ------
    RowsMeet
        A sample's values depend on the other samples of its batch, or on chance.
    ModelCallError
        The model's call raises, on so many samples; or calls a station only in compiled code.
    MemoryError
        There is not enough memory for one sample.
    """
    plain = _plain(probe, joints)
    flat = keras.tree.flatten(probe.inputs)
    sums, run = EffectSums(), _runner(probe, joints)
    each = _bytes_of_a_copy(probe)
    width = max(1, min(slots.count, MOST_BYTES // each - 2))
    chunk = max(1, min(probe.samples, MOST_BYTES // (each * (width + 1))))
    low = 0
    while low < probe.samples:
        rows = [array[low : low + chunk] for array in flat]
        for first in range(0, max(slots.count, 1), width):
            is_first = not low and not first
            window = Window(first, min(first + width, slots.count), 1 + is_first)
            found = run([np.concatenate([array] * window.copies) for array in rows], slots, window)
            _check(probe, found, {path: each[low : low + chunk] for path, each in plain.items()})
            take_in(sums, found, joints, slots, window)
            progress(
                min(1.0, (low + chunk * window.high / max(slots.count, 1)) / probe.samples), ""
            )
        low += chunk
    return sums


def _runner(probe: ModelProbe, joints: Joints) -> Run:
    runs_eagerly = isinstance(reader_of(probe).description().forward, EagerPass)
    if keras.backend.backend() == "tensorflow" and not runs_eagerly:
        from .traced_copies import TracedCopies

        return TracedCopies(probe, joints)
    return partial(run_eagerly, probe, joints)


def run_eagerly(
    probe: ModelProbe,
    joints: Joints,
    flat: Sequence[NDArray[Any]],
    slots: Slots,
    window: Window,
) -> dict[str, AtStation]:
    """What each station holds, the model running as it stands; as of `TracedCopies`."""
    spans = window.spans(joints, slots)
    null = NULL if window.extra > NULL else 0
    found: dict[str, AtStation] = {}

    def exchange(path: str, value: Any, axis: int) -> Any:
        kept = window.kept(slots, path, int(value.shape[axis]))
        numbers = [joints.paths.index(parent) for parent in joints.parents(path)]
        own = [(int(spans[number, 0]), int(spans[number, 1])) for number in numbers]
        result, at = at_station(value, axis, keras.ops.convert_to_tensor(kept), own, null)
        found[path] = as_arrays(at)
        return result

    run_exchanged(
        probe,
        {path: partial(exchange, path) for path in joints.paths},
        inputs=keras.tree.pack_sequence_as(probe.inputs, list(flat)),
    )
    return found


def _plain(probe: ModelProbe, joints: Joints) -> dict[str, Floats]:
    """The sum over places of each channel of each sample, (sample, channel), as the model runs."""

    def summed(info: LayerInfo, array: NDArray[np.float32]) -> Floats:
        values = np.moveaxis(array, info.channel_axis or -1, -1)
        if len(values) % probe.samples:
            raise RowsMeet(f"the output of '{info.path}' has no rows for each sample")
        apart = values.reshape(probe.samples, -1, values.shape[-1])
        sums: Floats = apart.sum(axis=1, dtype=np.float64)
        return sums

    return probe.stream(summed, joints.paths)


def _check(probe: ModelProbe, found: Mapping[str, AtStation], plain: Mapping[str, Floats]) -> None:
    """See that the first copy is what the model makes of the samples, and its twin is, too."""
    for path, at in found.items():
        half = "16" in probe.info(path).dtype
        off = OFF_HALF if half else OFF
        finite = np.isfinite(at.squares)
        with np.errstate(invalid="ignore", over="ignore"):
            size = np.sqrt(at.squares)
            moved = np.abs(plain[path].sum(axis=0) - at.total) > off * size * math.sqrt(at.count)
            astray = np.sqrt(at.astray) > off * size
        if np.any(finite & (moved | astray)):
            raise RowsMeet(
                f"what '{path}' puts out for a sample depends on the other samples of its batch, "
                "or on chance"
            )


def _bytes_of_a_copy(probe: ModelProbe) -> int:
    """About how many bytes one copy of one sample takes at the most."""
    sizes = [4 * math.prod(n or 1 for n in info.output_shape) for info in probe.layers]
    if isinstance(reader_of(probe).description().forward, EagerPass):
        # A functional model that runs as it stands holds all outputs to the end.
        return max(1, 2 * sum(sizes))
    return max(1, LIVE * max(sizes, default=1))
