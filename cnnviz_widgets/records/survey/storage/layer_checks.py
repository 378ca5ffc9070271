"""Whether arrays can be those of a layer's tally: types and shapes first, then the numbers.

`Expected` says what the header of the survey knows. A file's types and shapes are looked at before
anything of it is read, and are all known by then but for how many samples were kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....analysis.survey.kept_samples import IN_ROWS, POOLED, is_by_hash
from ....analysis.survey.layer_tally import GRAM_CHANNELS, NO_LABEL, LayerTally
from ....analysis.survey.row_products import BLOCK
from ....analysis.survey.strongest import COUNT, NO_SAMPLE, Strongest
from ....analysis.survey.value_cells import CELLS, LEAST_EXPONENT, MOST_EXPONENT
from ...snapshots.npz_file import Specs
from ...snapshots.number_checks import demand
from ..sample_ranges import Ranges, are_in

# float32 numbers have such binary exponents, and sums are in units of them.
_LEAST_UNIT, _MOST_UNIT = -160, 160


class Expected(NamedTuple):
    """What is known of a layer beforehand.

    Attributes
    ----------
    axes : tuple of int
    channels, classes, rows : int
        `rows`: at most so many of a sample are drawn.
    ranges : tuple of (int, int)
        The samples that were seen.
    """

    axes: tuple[int, ...]
    channels: int
    classes: int
    rows: int
    ranges: Ranges

    @property
    def positions(self) -> int:
        """How many values a sample has of each channel."""
        return math.prod(self.axes)


def array_names(channels: int) -> tuple[str, ...]:
    """The arrays of a layer of so many channels."""
    wide = channels > GRAM_CHANNELS
    return tuple(name for name in _LAYOUT if not (wide and name in _OF_PRODUCTS))


def check_layout(specs: Specs, expected: Expected, file_bytes: int) -> None:
    """Whether a layer's arrays may be of such types and shapes.

    Raises
    ------
    ValueError
        They may not: one is missing, is of another type or shape, or holds more than its file.
    """
    missing = [name for name in array_names(expected.channels) if name not in specs]
    demand(not missing, f"it lacks {', '.join(missing)}")
    channels = expected.channels
    lengths = {
        "axis": len(expected.axes),
        "channel": channels,
        "class": expected.classes,
        "pair": channels * (channels + 1) // 2,
        "row": min(expected.rows, expected.positions),
    }
    for name, spec in specs.items():
        types, axes = _LAYOUT[name]
        demand(
            f"{spec.dtype.kind}{spec.dtype.itemsize}" in types.split(),
            f"{name} is of type {spec.dtype}",
        )
        fits = len(axes) == len(spec.shape) and all(
            length == (axis if isinstance(axis, int) else lengths.setdefault(axis, length))
            for axis, length in zip(axes, spec.shape, strict=True)
        )
        demand(fits, f"{name} has the shape {spec.shape}")
    size = sum(spec.nbytes for spec in specs.values())
    demand(size <= file_bytes, f"its arrays of {size:,} bytes are larger than the file")


_PER_CHANNEL: tuple[str | int, ...] = ("channel",)
_STRONGEST: tuple[str | int, ...] = (COUNT, "channel")
_LAYOUT: Mapping[str, tuple[str, tuple[str | int, ...]]] = {
    "axes": ("i8", ("axis",)),
    "octaves": ("b1", _PER_CHANNEL),
    "cell_centre": ("f4", _PER_CHANNEL),
    "cell_exponent": ("i2", _PER_CHANNEL),
    "unit": ("i2", _PER_CHANNEL),
    "centre": ("f8", _PER_CHANNEL),
    "seen": ("i8", (2,)),
    **{name: ("i8", _PER_CHANNEL) for name in ("zeros", "nonfinite", "active", "fired", "faulty")},
    "low": ("f4", _PER_CHANNEL),
    "high": ("f4", _PER_CHANNEL),
    "sums": ("f8", (2, "channel")),
    "squares": ("f8", (2, "channel")),
    "cells_exponent": ("i2", _PER_CHANNEL),
    "cells_counts": ("u1 u2 u4", ("channel", CELLS)),
    **{
        f"{end}_{name}": (kind, _STRONGEST)
        for end in ("top", "bottom")
        for name, kind in (("values", "f4"), ("samples", "i8"), ("places", "i4"))
    },
    "class_samples": ("i8", ("class",)),
    "class_fired": ("i8", ("class", "channel")),
    "class_known": ("i8", ("class", "channel")),
    "class_sums": ("f8", (2, "class", "channel")),
    "gram": ("f8", (2, "pair")),
    "waiting_numbers": ("i8", ("waiting",)),
    "waiting_rows": ("f4", ("waiting", "row", "channel")),
    "kept_numbers": ("i8", ("kept",)),
    "kept_pooled": ("f4", ("kept", "channel")),
    "kept_labels": ("i8", ("kept",)),
    "kept_rows_numbers": ("i8", ("kept in rows",)),
    "kept_rows": ("f4", ("kept in rows", "row", "channel")),
}
_OF_PRODUCTS = frozenset({"gram", "waiting_numbers", "waiting_rows"})


def check_tally(tally: LayerTally, expected: Expected) -> None:
    """Whether a tally made of such arrays holds what samples can have added up to.

    Raises
    ------
    ValueError
        It does not.
    """
    demand(tally.rule.axes == expected.axes, f"its axes are {tally.rule.axes}")
    _check_rule(tally)
    _check_counts(tally, expected)
    _check_cells(tally)
    _check_range(tally)
    for name, strongest, end in (
        ("strongest", tally.top, tally.high),
        ("weakest", tally.bottom, -tally.low),
    ):
        _check_strongest(name, strongest, end, expected)
    _check_classes(tally)
    _check_products(tally, expected)
    _check_kept(tally, expected)


def _check_rule(tally: LayerTally) -> None:
    rule = tally.rule
    demand(np.isfinite(rule.centre).all(), "a centre is not finite")
    demand(np.isfinite(rule.cells.centre).all(), "the centre of cells is not finite")
    demand(_within(rule.unit, _LEAST_UNIT, _MOST_UNIT), "a unit is out of float32's range")
    exponent = tally.cells.exponent
    demand(
        _within(rule.cells.exponent, LEAST_EXPONENT, MOST_EXPONENT)
        and _within(exponent, rule.cells.exponent, rule.cells.widest),
        "cells are wider or narrower than they can be",
    )


def _check_counts(tally: LayerTally, expected: Expected) -> None:
    total = sum(last - first for first, last in expected.ranges)
    demand(tally.samples == total, f"it counts {tally.samples:,} of {total:,} samples")
    demand(
        tally.values == tally.samples * expected.positions,
        f"it counts {tally.values:,} values of {tally.samples:,} samples",
    )
    for name in ("zeros", "nonfinite"):
        demand(_within(getattr(tally, name), 0, tally.values), f"{name} is no count of its values")
    demand((tally.zeros <= tally.values - tally.nonfinite).all(), "it counts too many zeros")
    others = tally.values - tally.zeros
    demand(
        _within(tally.active, 0, np.minimum(tally.samples, others))
        and ((tally.active > 0) == (others > 0)).all(),
        "active is no count of its samples",
    )
    demand(_within(tally.fired, 0, tally.active), "fired is no count of its samples")
    demand(
        _within(tally.faulty, 0, np.minimum(tally.samples, tally.nonfinite))
        and ((tally.faulty > 0) == (tally.nonfinite > 0)).all(),
        "faulty is no count of its samples",
    )
    for name in ("sums", "squares", "class_sums"):
        demand(np.isfinite(getattr(tally, name)).all(), f"{name} are not finite")


def _check_cells(tally: LayerTally) -> None:
    drawn = tally.cells.counts.sum(axis=1, dtype=np.int64)
    most = tally.values - tally.nonfinite - tally.zeros
    demand((drawn <= most).all(), "its cells hold more values than there are")


def _check_range(tally: LayerTally) -> None:
    none = tally.values == tally.nonfinite
    ends = np.stack([tally.low, tally.high])
    demand(
        (np.isfinite(ends) == ~none).all() and (tally.low[~none] <= tally.high[~none]).all(),
        "the range of a channel is none",
    )
    demand(
        (tally.low[none] == np.inf).all() and (tally.high[none] == -np.inf).all(),
        "a channel without a finite value has a range",
    )


def _check_strongest(
    name: str, found: Strongest, end: NDArray[np.float32], expected: Expected
) -> None:
    values, samples = found.values, found.samples
    there = samples != NO_SAMPLE
    demand(
        (np.isfinite(values) == there).all() and (values[~there] == -np.inf).all(),
        f"the {name} samples have no values",
    )
    demand(are_in(samples[there], expected.ranges).all(), f"the {name} samples were never seen")
    falls = values[1:] < values[:-1]
    level = values[1:] == values[:-1]
    demand(
        (falls | (level & ((samples[1:] > samples[:-1]) | ~there[1:]))).all(),
        f"the {name} samples are in no order",
    )
    demand((values[0] == end).all(), f"the {name} sample is not the one with the extreme value")
    demand(_within(found.places, 0, expected.positions - 1), f"the {name} samples have no places")


def _check_classes(tally: LayerTally) -> None:
    of_class = tally.class_samples
    demand(_within(of_class, 0, tally.samples), "class_samples is no count of its samples")
    demand(of_class.sum() <= tally.samples, "its classes have more samples than there are")
    for name in ("class_fired", "class_known"):
        fits = _within(getattr(tally, name), 0, of_class[:, None])
        demand(fits, f"{name} is no count of a class's samples")


def _check_products(tally: LayerTally, expected: Expected) -> None:
    products = tally.products
    if products is None:
        return
    demand(np.isfinite(products.gram).all(), "an inner product is not finite")
    demand(
        (products.gram.sum(axis=0).diagonal() >= 0).all(),
        "the inner product of a channel with itself is negative",
    )
    for numbers, rows in products.waiting.values():
        demand(len(numbers) < BLOCK, "more rows wait than a block has")
        _check_numbers("rows that wait", numbers, expected)
        demand(np.isfinite(rows).all(), "a row that waits is not finite")


def _check_kept(tally: LayerTally, expected: Expected) -> None:
    for name, kept, most in (
        ("that are kept", tally.kept, POOLED),
        ("with rows", tally.kept_rows, IN_ROWS),
    ):
        count = len(kept.numbers)
        demand(count == min(most, tally.samples), f"{count:,} samples are those {name}")
        _check_numbers(f"samples {name}", kept.numbers, expected)
        demand(is_by_hash(kept.numbers), f"the samples {name} are in no order")
    demand(np.isfinite(tally.kept.arrays["pooled"]).all(), "the mean of a sample is not finite")
    most = expected.classes - 1 if expected.classes else np.iinfo(np.int64).max
    demand(_within(tally.kept.arrays["label"], NO_LABEL, most), "a label is of no class")


def _check_numbers(what: str, numbers: NDArray[Any], expected: Expected) -> None:
    demand(are_in(numbers, expected.ranges).all(), f"{what} are of samples that were never seen")
    demand(np.unique(numbers).size == numbers.size, f"{what} are of one sample twice")


def _within(numbers: Any, least: Any, most: Any) -> bool:
    """Whether all are between two; NaN is not."""
    return bool(((numbers >= least) & (numbers <= most)).all())
