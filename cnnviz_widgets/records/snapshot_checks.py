"""Whether arrays are those of a kept record: looked at once, where a record is made of them.

Whatever passes can be drawn, in memory that is known beforehand. `check_layout` needs types and
shapes alone, so that a file can be refused before anything of it is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.clustering.dendrogram_geometry import representatives
from ..analysis.density.types import FAN_LEVELS, NOT_DRAWN, DensityStyle
from ..analysis.tiles.layout import picture_layout
from ..analysis.tiles.types import ALL_NONFINITE
from .layer_record import MOST_ROWS
from .npz_file import ArraySpec, Specs
from .sample_subset import SampleChoice
from .snapshot_arrays import MOST_CURVE_POINTS, Arrays

# Raised when arrays of the same names come to mean something else.
FORMAT = 1

MOST_CHANNELS = 2**19
_MOST = {
    "axis": 32,
    "channel": MOST_CHANNELS,
    "leaf": MOST_CHANNELS,
    "not finite": MOST_CHANNELS,
    "drawn": MOST_CHANNELS,
    "atom": 2**20,
    "pooled atom": 2**10,
    "pooled channel": 1,
    "pooled drawn": 1,
    "point": 256,
    "pooled point": 256,
    "fan point": 1024,
    "sample": 2**20,
    "column name": 2**16,
    "tap name": 2**16,
}
_MOST_BYTES, _MOST_TILES, _MOST_PIXELS = 2**28, 2**22, 2**24
_LONGEST_TEXT = 4096
# Outputs of more samples, weights of more inputs, have never been in anybody's memory.
_MOST_SAMPLES, _MOST_INPUTS = 2**24, 2**31
_MOST_VALUES = 2**53
_LEAST_POINTS = 2

_ONE: tuple[str | int, ...] = ()
_PER_CHANNEL: tuple[str | int, ...] = ("channel",)
_LAYOUT: Mapping[str, tuple[str, tuple[str | int, ...]]] = {
    "format": ("i8", _ONE),
    "record": ("U", _ONE),
    "path": ("U", _ONE),
    "shape": ("i8", ("axis",)),
    "leaves": ("i8", _ONE),
    "samples": ("i8", ("sample",)),
    "tree_order": ("i4", ("leaf",)),
    "tree_gaps": ("f8", ("gap",)),
    "tree_zeros": ("i8", _ONE),
    "tree_nonfinite": ("i4", ("not finite",)),
    "sheet_kind": ("U", _ONE),
    "sheet_low": ("f4", ("row", "column")),
    "sheet_high": ("f4", ("row", "column")),
    "sheet_marks": ("u1", ("row", "column")),
    "sheet_codes": ("u1", ("row", "column", "pixel down", "pixel across")),
    "sheet_columns": ("i4", ("column",)),
    "sheet_layout": ("i8", (6,)),
    "sheet_totals": ("i8", (2,)),
    **{
        f"measures_{name}": ("f4", _PER_CHANNEL)
        for name in ("minimum", "maximum", "mean", "std", "zero_share", "nonfinite_share")
    },
    **{f"measures_{name}": ("b1", _PER_CHANNEL) for name in ("dead", "constant", "nonfinite")},
    **{
        f"{name}_{part}": (kind, tuple(f"{before}{axis}" if axis != 2 else 2 for axis in axes))
        for name, before in (("density", ""), ("pooled", "pooled "))
        for part, kind, axes in (
            ("channels", "i4", ("drawn",)),
            ("curves", "f4", ("drawn", "point")),
            ("ends", "f8", ("drawn", 2)),
            ("zero_share", "f4", _PER_CHANNEL),
            ("nonfinite_share", "f4", _PER_CHANNEL),
            ("outside_share", "f4", _PER_CHANNEL),
            ("bandwidth", "f4", _PER_CHANNEL),
            ("style", "u1", _PER_CHANNEL),
            ("atom_channels", "i4", ("atom",)),
            ("atom_values", "f8", ("atom",)),
            ("atom_shares", "f8", ("atom",)),
        )
    },
    "fan_ends": ("f8", (2,)),
    "fan_quantiles": ("f4", (len(FAN_LEVELS), "fan point")),
    "fan_channels": ("i8", _ONE),
    "names": ("U", (3,)),
    "column_names": ("U", ("column name",)),
    "tap_names": ("U", ("tap name",)),
    "how": ("U", _ONE),
    "bias": ("f4 f8", _PER_CHANNEL),
}

NAMES = frozenset(_LAYOUT)
"""All arrays that a record may have."""

_OF_WEIGHTS = frozenset({"names", "column_names", "tap_names"})
_OF_TILES = frozenset({"sheet_codes", "sheet_high"})
_POOLED = frozenset(name for name in _LAYOUT if name.startswith("pooled_"))


class _Wrong(ValueError):
    """What is wrong with the arrays, as the rest of a sentence."""


def checked_arrays(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays of a record, read-only views in this machine's order of bytes; others are left.

    Raises
    ------
    ValueError
        They are not those of a record, or of one that a newer version kept.
    """
    found = {name: np.asarray(arrays[name]) for name in arrays if name in NAMES}
    _check_format(found)
    check_layout({name: ArraySpec(array.dtype, array.shape) for name, array in found.items()})
    native = {
        name: array.view() if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        for name, array in found.items()
    }
    for array in native.values():
        array.setflags(write=False)
    try:
        _check_presence(native)
        _check_numbers(native)
    except _Wrong as error:
        raise ValueError(f"these arrays are no kept record: {error}") from None
    return native


def check_layout(specs: Specs) -> None:
    """Whether a record may have arrays of such types and shapes.

    Raises
    ------
    ValueError
        It may not.
    """
    try:
        lengths: dict[str, int] = {}
        for name, spec in specs.items():
            kind, axes = _LAYOUT[name]
            if not _is_of_type(spec.dtype, kind):
                raise _Wrong(f"{name} is of type {spec.dtype}")
            known = [
                axis if isinstance(axis, int) else lengths.setdefault(axis, length)
                for axis, length in zip(axes, spec.shape, strict=False)
            ]
            if list(spec.shape) != known or len(axes) != len(known):
                raise _Wrong(f"{name} has the shape {spec.shape}")
        for axis, most in _MOST.items():
            count = lengths.get(axis, 0)
            _demand(count <= most, f"it has {count:,} {axis}s, and {most:,} are the most")
        _check_sizes(specs, lengths)
    except _Wrong as error:
        raise ValueError(f"these arrays are no kept record: {error}") from None


def _is_of_type(dtype: np.dtype[Any], kind: str) -> bool:
    if kind == "U":
        return dtype.kind == "U" and dtype.itemsize <= 4 * _LONGEST_TEXT
    return f"{dtype.kind}{dtype.itemsize}" in kind


def _check_sizes(specs: Specs, lengths: Mapping[str, int]) -> None:
    of = {axis: lengths.get(axis, 1) for axis in ("channel", "point", "row", "column")}
    pixels = (lengths.get(axis, 1) for axis in ("pixel down", "pixel across"))
    tiles = of["row"] * of["column"]
    _demand(of["channel"] * of["point"] <= MOST_CURVE_POINTS, "its curves have too many points")
    _demand(tiles <= _MOST_TILES, f"its picture has {tiles:,} tiles")
    _demand(tiles * math.prod(pixels) <= _MOST_PIXELS, "its picture has too many pixels")
    _demand(sum(spec.nbytes for spec in specs.values()) <= _MOST_BYTES, "it is too large")
    if "gap" in lengths and "leaf" in lengths:
        _demand(
            lengths["gap"] == max(0, lengths["leaf"] - 1),
            f"a tree of {lengths['leaf']} leaves has {lengths['gap']} gaps",
        )


def _check_format(arrays: Arrays) -> None:
    """Before all else: what a newer version wrote may look like anything."""
    number = arrays.get("format")
    if number is None or number.shape or number.dtype.kind not in "iu":
        return  # which the layout refuses
    if number > FORMAT:
        raise ValueError(
            f"a newer version kept this record: its format is {int(number)}, "
            f"and this version reads up to {FORMAT}"
        )
    if number < FORMAT:
        raise ValueError(f"these arrays are no kept record: its format is {int(number)}")


def _check_presence(arrays: Arrays) -> None:
    of_weights = _is_of_weights(arrays)
    needed = NAMES - {"samples", "bias", "how"}
    if not of_weights:
        needed -= _OF_WEIGHTS
    if "sheet_kind" in arrays and _text(arrays, "sheet_kind") == "vector":
        needed -= _OF_TILES
    if not _POOLED & arrays.keys():
        needed -= _POOLED
    lacking = sorted(needed - arrays.keys())
    _demand(not lacking, f"they lack {', '.join(lacking)}")


def _is_of_weights(arrays: Arrays) -> bool:
    kind = _text(arrays, "record") if "record" in arrays else "outputs"
    _demand(kind in ("outputs", "parameters"), f"it is of {kind!r:.40}, not outputs or parameters")
    return kind == "parameters"


def _check_numbers(arrays: Arrays) -> None:
    _check_shape(arrays)
    _check_texts(arrays)
    _check_tree(arrays)
    _check_sheet(arrays)
    _check_measures(arrays)
    _check_density(arrays, "density")
    _demand(
        ("pooled_style" in arrays) == (arrays["density_style"] != DensityStyle.CURVE).all(),
        "a density of all values is there just where no channel has a curve",
    )
    if "pooled_style" in arrays:
        one = arrays["pooled_style"].size == 1 and arrays["pooled_channels"].tolist() == [0]
        _demand(one, "the density of all values is one")
        _check_density(arrays, "pooled")
    _check_fan(arrays)


def _check_shape(arrays: Arrays) -> None:
    shape = arrays["shape"].tolist()
    _demand(len(shape) >= 2 and min(shape) >= 1, f"values had the shape {shape}")
    most = _MOST_INPUTS if _is_of_weights(arrays) else _MOST_SAMPLES
    _demand(shape[0] <= most and math.prod(shape) <= _MOST_VALUES, f"values had the shape {shape}")
    _demand(shape[-1] == arrays["measures_dead"].size, f"values had the shape {shape}")
    if "samples" in arrays:
        _demand(not _is_of_weights(arrays), "weights are of no samples")
        total, *numbers = arrays["samples"].tolist() or [0]
        _demand(len(numbers) == shape[0], f"{len(numbers)} numbers of {shape[0]} samples")
        _demand(total <= _MOST_VALUES, f"samples of {total}")
        SampleChoice(tuple(numbers), total)
    columns, taps = (arrays[name].size if name in arrays else 0 for name in _NAMED_AXES)
    _demand(not columns or shape[:-1] == [columns], f"{columns} names for the shape {shape}")
    _demand(not taps or (len(shape) > 2 and shape[1] == taps), f"{taps} names, shape {shape}")


_NAMED_AXES = ("column_names", "tap_names")


def _check_texts(arrays: Arrays) -> None:
    for name, array in arrays.items():
        if array.dtype.kind == "U":
            _words(name, array)


def _words(name: str, array: NDArray[Any]) -> list[str]:
    try:
        words: list[str] = array.reshape(-1).tolist()
        "".join(words).encode()
    except ValueError as error:  # no letters at all, or half ones
        raise _Wrong(f"{name} is no text ({error})") from error
    return words


def _text(arrays: Arrays, name: str) -> str:
    return _words(name, arrays[name])[0]


def _check_tree(arrays: Arrays) -> None:
    order, gaps, nonfinite = (arrays[f"tree_{part}"] for part in ("order", "gaps", "nonfinite"))
    channels, zeros, leaves = arrays["shape"][-1], int(arrays["tree_zeros"]), int(arrays["leaves"])
    every = np.concatenate((order, nonfinite))
    _demand(_within(every, 0, channels - 1), "its tree is of channels that there are not")
    _demand(np.bincount(every, minlength=1).max() <= 1, "a channel is twice in its tree")
    # Of a layer too wide to compare, and of large weights, the tree is of some channels.
    whole = every.size == channels or (
        every.size > 0 and (_is_of_weights(arrays) or (arrays["density_style"] == NOT_DRAWN).any())
    )
    _demand(whole, f"its tree has {every.size} of {channels} channels")
    _demand((np.diff(nonfinite) > 0).all(), "channels that are not finite ascend")
    _demand(0 <= zeros <= order.size, f"its tree has {zeros} channels of zeros")
    _demand(_within(gaps, 0, 2), "cosine distances are 0 to 2")
    _demand((gaps[max(0, order.size - zeros - 1) :] == 2).all(), "channels of zeros are at 2")
    _demand(min(1, order.size) <= leaves <= order.size, f"its tree is drawn with {leaves} leaves")
    drawn = arrays["density_channels"]
    expected = order[representatives(order.size, zeros, leaves)]
    _demand(
        np.array_equal(drawn, np.concatenate((expected, nonfinite[: drawn.size - leaves])))
        and drawn.size > 0,
        "its columns are not the leaves of its tree",
    )


def _check_sheet(arrays: Arrays) -> None:
    _check_rows_and_columns(arrays)
    _check_pixels(arrays)
    marks, low = arrays["sheet_marks"], arrays["sheet_low"]
    high = low if _text(arrays, "sheet_kind") == "vector" else arrays["sheet_high"]
    blank = marks == ALL_NONFINITE
    _demand((marks <= ALL_NONFINITE).all(), "tiles have unknown marks")
    for end in (low, high):
        _demand((np.isnan(end) == blank).all(), "just tiles of no number have no range")
        _demand(not np.isinf(end).any(), "the range of a tile is infinite")
    _demand((low[~blank] <= high[~blank]).all(), "the range of a tile is none")


def _check_rows_and_columns(arrays: Arrays) -> None:
    """Whether the picture is of the channels that are drawn, and of all inputs or samples."""
    first, *_, channels = arrays["shape"].tolist()
    drawn, columns = arrays["density_channels"], arrays["sheet_columns"]
    rows = len(arrays["sheet_low"])
    if _is_of_weights(arrays):
        wide = 1 if _text(arrays, "sheet_kind") == "strip" else first
        totals = [channels, first]
        _demand(rows == drawn.size, f"its picture has {rows} rows for {drawn.size} outputs")
        _demand(
            columns.size == wide and _within(np.diff(columns), 1, 1) and columns[0] == 0,
            "its picture has other columns than inputs",
        )
    else:
        totals = [min(first, MOST_ROWS), channels]
        _demand(1 <= rows <= totals[0], f"its picture has {rows} rows")
        _demand(np.array_equal(columns, drawn), "its picture has other columns than its tree")
    _demand(arrays["sheet_totals"].tolist() == totals, "its picture is of other values")


def _check_pixels(arrays: Arrays) -> None:
    """Whether each tile has the pixels that values of this shape have, averaged or not."""
    first, *taps, channels = arrays["shape"].tolist()
    kind = _text(arrays, "sheet_kind")
    tile, montage, each = np.reshape(arrays["sheet_layout"], (3, 2)).tolist()
    if not _is_of_weights(arrays):
        layout = picture_layout((first, *taps, channels))
        kinds = {layout.kind}
    else:
        # Its rows are outputs.
        layout = picture_layout((channels, *taps, first))
        kinds = {"vector"} if arrays["column_names"].size else {"strip", layout.kind}
    _demand(kind in kinds, f"its picture is a {kind!r:.40}")
    if kind == "strip":
        _demand(tile in ([1, first], [math.prod(taps), first]), f"a tile is {tile}")
        _demand(montage == [1, 1] and each[0] == tile[0], f"a tile is {tile}")
    else:
        _demand(tile == list(layout.tile_shape), f"a tile is {tile}")
        _demand(montage == list(layout.montage), f"a tile is {montage} slices")
    inner = [length // slices for length, slices in zip(tile, montage, strict=True)]
    _demand(
        all(1 <= some <= length for some, length in zip(each, inner, strict=True)),
        f"{each} of {inner} values are averaged",
    )
    if kind != "vector":
        pixels = [
            slices * -(-length // some)
            for slices, length, some in zip(montage, inner, each, strict=True)
        ]
        _demand(list(arrays["sheet_codes"].shape[2:]) == pixels, f"a tile has not {pixels} pixels")


def _check_measures(arrays: Arrays) -> None:
    part = {name: arrays[f"measures_{name}"] for name in ("minimum", "maximum", "mean", "std")}
    known = ~np.isnan(part["minimum"])
    for name, numbers in part.items():
        _demand(not np.isinf(numbers).any(), f"the {name} of a channel is infinite")
        _demand((np.isnan(numbers) != known).all(), "a channel's measures are known or not")
    _demand(
        (part["minimum"][known] <= part["maximum"][known]).all(), "the range of a channel is none"
    )
    _demand((part["std"][known] >= 0).all(), "the spread of a channel is below 0")
    for name in ("zero_share", "nonfinite_share"):
        _demand(_within(arrays[f"measures_{name}"], 0, 1), "a share is 0 to 1")
    for name in ("dead", "constant", "nonfinite"):
        _demand(_within(arrays[f"measures_{name}"].view(np.uint8), 0, 1), f"{name} is yes or no")


def _check_density(arrays: Arrays, of: str) -> None:
    part = {
        name.removeprefix(f"{of}_"): array
        for name, array in arrays.items()
        if name.startswith(f"{of}_")
    }
    channels, style, curves = part["channels"], part["style"], part["curves"]
    _demand(_within(channels, 0, style.size - 1), "curves are of channels that there are not")
    _demand(np.isin(style, [*DensityStyle, NOT_DRAWN]).all(), "a density has an unknown style")
    _demand((style[channels] != NOT_DRAWN).all(), "a channel that is drawn has a curve")
    _demand(curves.shape[1] >= _LEAST_POINTS, "a curve has too few points")
    start, stop = part["ends"].T
    with np.errstate(all="ignore"):
        width = (stop - start)[:, np.newaxis]
        ranged = np.isfinite(start).all() and np.isfinite(width).all() and (width > 0).all()
        _demand(ranged, "the ends of a curve are none")
        heights = curves / width
    _demand((curves >= 0).all() and np.isfinite(heights).all(), "a curve is no density")
    for name in ("zero_share", "nonfinite_share", "outside_share"):
        _demand(_within(part[name], 0, 1), "a share is 0 to 1")
    known = part["bandwidth"][~np.isnan(part["bandwidth"])]
    _demand(
        _within(known, 0, float(np.finfo(np.float32).max)), "a bandwidth is below 0 or infinite"
    )
    _demand(np.isin(part["atom_channels"], channels).all(), "an atom is of a channel without curve")
    _demand(np.isfinite(part["atom_values"]).all(), "an atom is not finite")
    _demand(_within(part["atom_shares"], 0, 1), "a share is 0 to 1")


def _check_fan(arrays: Arrays) -> None:
    start, stop = arrays["fan_ends"].tolist()
    quantiles = arrays["fan_quantiles"]
    _demand(
        math.isfinite(start) and math.isfinite(stop - start) and start < stop,
        "the ends of the bands are none",
    )
    with np.errstate(all="ignore"):
        heights = quantiles / np.float64(stop - start)
    _demand(quantiles.shape[1] >= _LEAST_POINTS, "bands have too few points")
    _demand((quantiles >= 0).all() and np.isfinite(heights).all(), "a band is no density")
    _demand(
        0 <= int(arrays["fan_channels"]) <= arrays["shape"][-1], "bands are of unknown channels"
    )


def _within(numbers: NDArray[Any], least: float, most: float) -> bool:
    """Whether all are between two; NaN is not."""
    return bool(((numbers >= least) & (numbers <= most)).all())


def _demand(fits: bool | np.bool_, otherwise: str) -> None:
    if not fits:
        raise _Wrong(otherwise)
