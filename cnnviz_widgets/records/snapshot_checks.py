"""Whether arrays are those of a snapshot: looked at once, where a record is made of them.

Whatever passes can be drawn, in memory that is known beforehand. `check_layout` needs types and
shapes alone, so that a file can be refused before anything of it is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.density.types import FAN_LEVELS
from .snapshots.arrays import MOST_CURVE_POINTS, Arrays
from .snapshots.npz_file import ArraySpec, Specs
from .snapshots.number_checks import Wrong, check_numbers, demand, is_of_weights, text_of

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
    "tree_linkage": ("U", _ONE),
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


def checked_arrays(arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays of a record, read-only views in this machine's order of bytes; others are left.

    Raises
    ------
    ValueError
        They are not those of a record, or of one that a newer version kept.
    """
    given = {name: np.asarray(arrays[name]) for name in arrays if name in NAMES}
    _check_format(given)
    check_layout({name: ArraySpec(array.dtype, array.shape) for name, array in given.items()})
    native = {
        name: array.view() if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
        for name, array in given.items()
    }
    for array in native.values():
        array.setflags(write=False)
    try:
        _check_presence(native)
        check_numbers(native)
    except Wrong as error:
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
                raise Wrong(f"{name} is of type {spec.dtype}")
            known = [
                axis if isinstance(axis, int) else lengths.setdefault(axis, length)
                for axis, length in zip(axes, spec.shape, strict=False)
            ]
            if list(spec.shape) != known or len(axes) != len(known):
                raise Wrong(f"{name} has the shape {spec.shape}")
        for axis, most in _MOST.items():
            count = lengths.get(axis, 0)
            demand(count <= most, f"it has {count:,} {axis}s, and {most:,} are the most")
        _check_sizes(specs, lengths)
    except Wrong as error:
        raise ValueError(f"these arrays are no kept record: {error}") from None


def _is_of_type(dtype: np.dtype[Any], kind: str) -> bool:
    if kind == "U":
        return dtype.kind == "U" and dtype.itemsize <= 4 * _LONGEST_TEXT
    return f"{dtype.kind}{dtype.itemsize}" in kind


def _check_sizes(specs: Specs, lengths: Mapping[str, int]) -> None:
    of = {axis: lengths.get(axis, 1) for axis in ("channel", "point", "row", "column")}
    pixels = (lengths.get(axis, 1) for axis in ("pixel down", "pixel across"))
    tiles = of["row"] * of["column"]
    demand(of["channel"] * of["point"] <= MOST_CURVE_POINTS, "its curves have too many points")
    demand(tiles <= _MOST_TILES, f"its picture has {tiles:,} tiles")
    demand(tiles * math.prod(pixels) <= _MOST_PIXELS, "its picture has too many pixels")
    demand(sum(spec.nbytes for spec in specs.values()) <= _MOST_BYTES, "it is too large")
    if "gap" in lengths and "leaf" in lengths:
        demand(
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
    of_weights = is_of_weights(arrays)
    needed = NAMES - {"samples", "bias", "how", "tree_linkage"}
    if not of_weights:
        needed -= _OF_WEIGHTS
    if "sheet_kind" in arrays and text_of(arrays, "sheet_kind") == "vector":
        needed -= _OF_TILES
    if not _POOLED & arrays.keys():
        needed -= _POOLED
    lacking = sorted(needed - arrays.keys())
    demand(not lacking, f"they lack {', '.join(lacking)}")
