"""Whether the numbers in a snapshot's arrays can be those of a record."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.clustering.chain_linkage import LINKAGES
from ...analysis.clustering.channel_tree import ZERO_DISTANCE
from ...analysis.clustering.dendrogram_geometry import representatives
from ...analysis.density.types import NOT_DRAWN, DensityStyle
from ...analysis.tiles.layout import picture_layout
from ...analysis.tiles.types import ALL_NONFINITE
from ..layer_picture import MOST_ROWS
from ..record_kind import OF_SAMPLES, OUTPUTS, WEIGHTS
from ..sample_subset import SampleChoice
from .arrays import Arrays

# Outputs of more samples, weights of more inputs, have never been in anybody's memory.
_MOST_SAMPLES, _MOST_INPUTS = 2**24, 2**31
_MOST_VALUES = 2**53
_LEAST_POINTS = 2


class Wrong(ValueError):
    """What is wrong with the arrays, as the rest of a sentence."""


def is_of_weights(arrays: Arrays) -> bool:
    """Whether these are a weight's; `Wrong` where they are of no side of a layer."""
    kinds = (*OF_SAMPLES, WEIGHTS.stored_as)
    kind = text_of(arrays, "record") if "record" in arrays else OUTPUTS.stored_as
    demand(kind in kinds, f"it is of {kind!r:.40}, none of {', '.join(kinds)}")
    return kind == WEIGHTS.stored_as


def check_numbers(arrays: Arrays) -> None:
    """Raise `Wrong` where the numbers cannot be those of one record."""
    _check_shape(arrays)
    _check_texts(arrays)
    _check_tree(arrays)
    _check_sheet(arrays)
    _check_measures(arrays)
    _check_density(arrays, "density")
    demand(
        ("pooled_style" in arrays) == (arrays["density_style"] != DensityStyle.CURVE).all(),
        "a density of all values is there just where no channel has a curve",
    )
    if "pooled_style" in arrays:
        one = arrays["pooled_style"].size == 1 and arrays["pooled_channels"].tolist() == [0]
        demand(one, "the density of all values is one")
        _check_density(arrays, "pooled")
    _check_fan(arrays)


def _check_shape(arrays: Arrays) -> None:
    shape = arrays["shape"].tolist()
    demand(len(shape) >= 2 and min(shape) >= 1, f"values had the shape {shape}")
    most = _MOST_INPUTS if is_of_weights(arrays) else _MOST_SAMPLES
    demand(shape[0] <= most and math.prod(shape) <= _MOST_VALUES, f"values had the shape {shape}")
    demand(shape[-1] == arrays["measures_dead"].size, f"values had the shape {shape}")
    if "samples" in arrays:
        demand(not is_of_weights(arrays), "weights are of no samples")
        total, *numbers = arrays["samples"].tolist() or [0]
        demand(len(numbers) == shape[0], f"{len(numbers)} numbers of {shape[0]} samples")
        demand(total <= _MOST_VALUES, f"samples of {total}")
        SampleChoice(tuple(numbers), total)
    columns, taps = (arrays[name].size if name in arrays else 0 for name in _NAMED_AXES)
    demand(not columns or shape[:-1] == [columns], f"{columns} names for the shape {shape}")
    demand(not taps or (len(shape) > 2 and shape[1] == taps), f"{taps} names, shape {shape}")


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
        raise Wrong(f"{name} is no text ({error})") from error
    return words


def text_of(arrays: Arrays, name: str) -> str:
    """The text in the array of this name; `Wrong` where it is none."""
    return _words(name, arrays[name])[0]


def _check_tree(arrays: Arrays) -> None:
    order, gaps, nonfinite = (arrays[f"tree_{part}"] for part in ("order", "gaps", "nonfinite"))
    channels, zeros, leaves = arrays["shape"][-1], int(arrays["tree_zeros"]), int(arrays["leaves"])
    every = np.concatenate((order, nonfinite))
    demand(_within(every, 0, channels - 1), "its tree is of channels that there are not")
    demand(np.bincount(every, minlength=1).max() <= 1, "a channel is twice in its tree")
    # Of a layer too wide to compare, and of large weights, the tree is of some channels.
    whole = every.size == channels or (
        every.size > 0 and (is_of_weights(arrays) or (arrays["density_style"] == NOT_DRAWN).any())
    )
    demand(whole, f"its tree has {every.size} of {channels} channels")
    demand((np.diff(nonfinite) > 0).all(), "channels that are not finite ascend")
    demand(0 <= zeros <= order.size, f"its tree has {zeros} channels of zeros")
    linkage = text_of(arrays, "tree_linkage") if "tree_linkage" in arrays else "single"
    demand(linkage in LINKAGES, f"there is no linkage {linkage!r}")
    # Ward's heights are no distances of two channels; rounding can add to the greatest.
    most = 1.001 * math.sqrt(2 * order.size) if linkage == "ward" else ZERO_DISTANCE
    top = max(ZERO_DISTANCE, gaps.max(initial=0)) if linkage == "ward" else ZERO_DISTANCE
    demand(_within(gaps, 0, max(most, ZERO_DISTANCE)), "cosine distances are 0 to 2")
    demand((gaps[max(0, order.size - zeros - 1) :] == top).all(), "channels of zeros are at 2")
    demand(min(1, order.size) <= leaves <= order.size, f"its tree is drawn with {leaves} leaves")
    drawn = arrays["density_channels"]
    expected = order[representatives(order.size, zeros, leaves)]
    demand(
        np.array_equal(drawn, np.concatenate((expected, nonfinite[: drawn.size - leaves])))
        and drawn.size > 0,
        "its columns are not the leaves of its tree",
    )


def _check_sheet(arrays: Arrays) -> None:
    _check_rows_and_columns(arrays)
    _check_pixels(arrays)
    marks, low = arrays["sheet_marks"], arrays["sheet_low"]
    high = low if text_of(arrays, "sheet_kind") == "vector" else arrays["sheet_high"]
    blank = marks == ALL_NONFINITE
    demand((marks <= ALL_NONFINITE).all(), "tiles have unknown marks")
    for end in (low, high):
        demand((np.isnan(end) == blank).all(), "just tiles of no number have no range")
        demand(not np.isinf(end).any(), "the range of a tile is infinite")
    demand((low[~blank] <= high[~blank]).all(), "the range of a tile is none")


def _check_rows_and_columns(arrays: Arrays) -> None:
    """Whether the picture is of the channels that are drawn, and of all inputs or samples."""
    first, *_, channels = arrays["shape"].tolist()
    drawn, columns = arrays["density_channels"], arrays["sheet_columns"]
    rows = len(arrays["sheet_low"])
    if is_of_weights(arrays):
        wide = 1 if text_of(arrays, "sheet_kind") == "strip" else first
        totals = [channels, first]
        demand(rows == drawn.size, f"its picture has {rows} rows for {drawn.size} outputs")
        demand(
            columns.size == wide and _within(np.diff(columns), 1, 1) and columns[0] == 0,
            "its picture has other columns than inputs",
        )
    else:
        totals = [min(first, MOST_ROWS), channels]
        demand(1 <= rows <= totals[0], f"its picture has {rows} rows")
        demand(np.array_equal(columns, drawn), "its picture has other columns than its tree")
    demand(arrays["sheet_totals"].tolist() == totals, "its picture is of other values")


def _check_pixels(arrays: Arrays) -> None:
    """Whether each tile has the pixels that values of this shape have, averaged or not."""
    first, *taps, channels = arrays["shape"].tolist()
    kind = text_of(arrays, "sheet_kind")
    tile, montage, each = np.reshape(arrays["sheet_layout"], (3, 2)).tolist()
    if not is_of_weights(arrays):
        layout = picture_layout((first, *taps, channels))
        kinds = {layout.kind}
    else:
        # Its rows are outputs.
        layout = picture_layout((channels, *taps, first))
        kinds = {"vector"} if arrays["column_names"].size else {"strip", layout.kind}
    demand(kind in kinds, f"its picture is a {kind!r:.40}")
    if kind == "strip":
        demand(tile in ([1, first], [math.prod(taps), first]), f"a tile is {tile}")
        demand(montage == [1, 1] and each[0] == tile[0], f"a tile is {tile}")
    else:
        demand(tile == list(layout.tile_shape), f"a tile is {tile}")
        demand(montage == list(layout.montage), f"a tile is {montage} slices")
    inner = [length // slices for length, slices in zip(tile, montage, strict=True)]
    demand(
        all(1 <= some <= length for some, length in zip(each, inner, strict=True)),
        f"{each} of {inner} values are averaged",
    )
    if kind != "vector":
        pixels = [
            slices * -(-length // some)
            for slices, length, some in zip(montage, inner, each, strict=True)
        ]
        demand(list(arrays["sheet_codes"].shape[2:]) == pixels, f"a tile has not {pixels} pixels")


def _check_measures(arrays: Arrays) -> None:
    part = {name: arrays[f"measures_{name}"] for name in ("minimum", "maximum", "mean", "std")}
    known = ~np.isnan(part["minimum"])
    for name, numbers in part.items():
        demand(not np.isinf(numbers).any(), f"the {name} of a channel is infinite")
        demand((np.isnan(numbers) != known).all(), "a channel's measures are known or not")
    demand(
        (part["minimum"][known] <= part["maximum"][known]).all(), "the range of a channel is none"
    )
    demand((part["std"][known] >= 0).all(), "the spread of a channel is below 0")
    for name in ("zero_share", "nonfinite_share"):
        demand(_within(arrays[f"measures_{name}"], 0, 1), "a share is 0 to 1")
    for name in ("dead", "constant", "nonfinite"):
        demand(_within(arrays[f"measures_{name}"].view(np.uint8), 0, 1), f"{name} is yes or no")


def _check_density(arrays: Arrays, of: str) -> None:
    part = {
        name.removeprefix(f"{of}_"): array
        for name, array in arrays.items()
        if name.startswith(f"{of}_")
    }
    channels, style, curves = part["channels"], part["style"], part["curves"]
    demand(_within(channels, 0, style.size - 1), "curves are of channels that there are not")
    demand(np.isin(style, [*DensityStyle, NOT_DRAWN]).all(), "a density has an unknown style")
    demand((style[channels] != NOT_DRAWN).all(), "a channel that is drawn has a curve")
    demand(curves.shape[1] >= _LEAST_POINTS, "a curve has too few points")
    start, stop = part["ends"].T
    with np.errstate(all="ignore"):
        width = (stop - start)[:, np.newaxis]
        ranged = np.isfinite(start).all() and np.isfinite(width).all() and (width > 0).all()
        demand(ranged, "the ends of a curve are none")
        heights = curves / width
    demand((curves >= 0).all() and np.isfinite(heights).all(), "a curve is no density")
    for name in ("zero_share", "nonfinite_share", "outside_share"):
        demand(_within(part[name], 0, 1), "a share is 0 to 1")
    known = part["bandwidth"][~np.isnan(part["bandwidth"])]
    demand(_within(known, 0, float(np.finfo(np.float32).max)), "a bandwidth is below 0 or infinite")
    demand(np.isin(part["atom_channels"], channels).all(), "an atom is of a channel without curve")
    demand(np.isfinite(part["atom_values"]).all(), "an atom is not finite")
    demand(_within(part["atom_shares"], 0, 1), "a share is 0 to 1")


def _check_fan(arrays: Arrays) -> None:
    start, stop = arrays["fan_ends"].tolist()
    quantiles = arrays["fan_quantiles"]
    demand(
        math.isfinite(start) and math.isfinite(stop - start) and start < stop,
        "the ends of the bands are none",
    )
    with np.errstate(all="ignore"):
        heights = quantiles / np.float64(stop - start)
    demand(quantiles.shape[1] >= _LEAST_POINTS, "bands have too few points")
    demand((quantiles >= 0).all() and np.isfinite(heights).all(), "a band is no density")
    demand(0 <= int(arrays["fan_channels"]) <= arrays["shape"][-1], "bands are of unknown channels")


def _within(numbers: NDArray[Any], least: float, most: float) -> bool:
    """Whether all are between two; NaN is not."""
    return bool(((numbers >= least) & (numbers <= most)).all())


def demand(fits: bool | np.bool_, otherwise: str) -> None:
    """Raise `Wrong` with these words where something does not fit."""
    if not fits:
        raise Wrong(otherwise)
