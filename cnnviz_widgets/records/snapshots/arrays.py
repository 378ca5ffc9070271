"""The parts of a record as a few small arrays, in memory as in a file, and the parts again.

Only plain numbers and text, so that `numpy.savez` and `numpy.load` without pickles hold them.
What follows from something else is left out: a tree is its leaves in order and the gaps between
them, an evenly spaced grid its two ends, a heat map's cell its number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, frozen
from ...analysis.channel_measures import ChannelMeasures
from ...analysis.clustering.channel_tree import ChannelTree, join_in_order
from ...analysis.density.fan import on_fewer_points
from ...analysis.density.sampling import MOST_VALUES
from ...analysis.density.types import Atom, ChannelDensity, DensityFan
from ...analysis.tiles.types import ALL_NONFINITE, NONFINITE_CODE, TileKind, TileSheet

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

# Per stored point 4 bytes; numbers of points that halve the usual 256 leave no ripples.
_POINTS = (128, 64, 32, 16)
# A curve's points for every channel, drawn or not: 268 MB as numbers.
MOST_CURVE_POINTS = 2**25


def as_singles(array: NDArray[Any]) -> NDArray[np.float32]:
    """As float32; what is outside its range at its ends."""
    limit = np.finfo(np.float32).max
    with np.errstate(under="ignore"):
        singles = np.where(np.isinf(array), array, np.clip(array, -limit, limit))
        return np.asarray(singles.astype(np.float32))


def tree_arrays(tree: ChannelTree) -> dict[str, NDArray[Any]]:
    """What a tree consists of."""
    arrays: dict[str, NDArray[Any]] = {
        "tree_order": tree.order.astype(np.int32),
        "tree_gaps": tree.gaps,
        "tree_zeros": np.array(tree.zero.size),
        "tree_nonfinite": tree.nonfinite.astype(np.int32),
    }
    # What was kept before there was a choice is of single linkage.
    if tree.linkage != "single":
        arrays["tree_linkage"] = np.array(tree.linkage)
    return arrays


def tree_of(arrays: Arrays, n_channels: int) -> ChannelTree:
    """The very tree of `tree_arrays`."""
    return join_in_order(
        arrays["tree_order"].astype(np.intp),
        arrays["tree_gaps"],
        n_zero=int(arrays["tree_zeros"]),
        nonfinite=arrays["tree_nonfinite"].astype(np.intp),
        n_channels=n_channels,
        linkage=str(arrays.get("tree_linkage", "single")),
    )


def sheet_arrays(sheet: TileSheet) -> dict[str, NDArray[Any]]:
    """A sheet; of a heat map the numbers and marks only, which are half of it."""
    arrays: dict[str, NDArray[Any]] = {
        "sheet_kind": np.array(sheet.kind),
        "sheet_low": sheet.low,
        "sheet_marks": sheet.marks,
        "sheet_columns": sheet.columns,
        "sheet_layout": np.array(
            [*sheet.tile_shape, *sheet.montage, *sheet.reduction], dtype=np.int64
        ),
        "sheet_totals": np.array([sheet.total_samples, sheet.total_channels], dtype=np.int64),
    }
    if sheet.kind != "vector":
        arrays |= {"sheet_codes": sheet.codes, "sheet_high": sheet.high}
    return arrays


def sheet_of(arrays: Arrays) -> TileSheet:
    """The very sheet of `sheet_arrays`."""
    low, marks = arrays["sheet_low"], arrays["sheet_marks"]
    kind = cast(TileKind, str(arrays["sheet_kind"]))
    if kind == "vector":
        codes = np.where(marks == ALL_NONFINITE, NONFINITE_CODE, 0)[:, :, None, None]
        codes, high = frozen(codes.astype(np.uint8)), low
    else:
        codes, high = arrays["sheet_codes"], arrays["sheet_high"]
    layout = arrays["sheet_layout"].tolist()
    samples, channels = arrays["sheet_totals"].tolist()
    return TileSheet(
        codes=codes,
        low=low,
        high=high,
        marks=marks,
        columns=arrays["sheet_columns"],
        kind=kind,
        tile_shape=(layout[0], layout[1]),
        montage=(layout[2], layout[3]),
        reduction=(layout[4], layout[5]),
        total_samples=samples,
        total_channels=channels,
    )


_NUMBERS = ("minimum", "maximum", "mean", "std", "zero_share", "nonfinite_share")
_FLAGS = ("dead", "constant", "nonfinite")


def measures_arrays(measures: ChannelMeasures) -> dict[str, NDArray[Any]]:
    """The measures of all channels, numbers to seven digits."""
    numbers = {f"measures_{name}": as_singles(getattr(measures, name)) for name in _NUMBERS}
    return numbers | {f"measures_{name}": getattr(measures, name) for name in _FLAGS}


def measures_of(arrays: Arrays, shape: Sequence[int]) -> ChannelMeasures:
    """The measures of `measures_arrays`, of values of a shape."""
    numbers = {name: frozen(arrays[f"measures_{name}"].astype(np.float64)) for name in _NUMBERS}
    flags = {name: arrays[f"measures_{name}"] for name in _FLAGS}
    return ChannelMeasures(**numbers, **flags, n_values=math.prod(shape[:-1]), n_samples=shape[0])


def density_arrays(
    name: str,
    density: ChannelDensity,
    rows: ChannelDensity,
    channels: NDArray[np.integer[Any]],
    budget: int,
) -> dict[str, NDArray[Any]]:
    """Densities, with the curves of some channels only.

    Parameters
    ----------
    name : str
        Begins the names of the arrays.
    density : ChannelDensity
        The numbers of every channel; its grid and curves are not looked at.
    rows : ChannelDensity
        The densities of the channels whose curves are stored, in their order.
    channels : ndarray of int, shape (n,)
        Those whose curves, and atoms, are stored.
    budget : int
        Curves have 128 points, or fewer if they would take more bytes than this, but 16.
    """
    most = min(budget // (4 * max(1, channels.size)), MOST_CURVE_POINTS // density.n_channels)
    points = next((points for points in _POINTS if points <= most), _POINTS[-1])
    drawn = np.zeros(density.n_channels, dtype=np.bool_)
    drawn[channels] = True
    atoms = [atom for atom in density.atoms if drawn[atom.channel]]
    ends = rows.grid[:, [0, -1]]
    # Per width of the grid: values of 1e±60 would take densities out of float32's range.
    curves = on_fewer_points(rows, np.arange(channels.size), points) * np.diff(ends)
    arrays: dict[str, NDArray[Any]] = {
        "channels": channels.astype(np.int32),
        "curves": as_singles(curves),
        "ends": ends,
        "zero_share": as_singles(density.zero_share),
        "nonfinite_share": as_singles(density.nonfinite_share),
        "outside_share": as_singles(density.outside_share),
        "bandwidth": as_singles(density.bandwidth),
        "style": density.style,
        "atom_channels": np.array([atom.channel for atom in atoms], dtype=np.int32),
        "atom_values": np.array([atom.value for atom in atoms], dtype=np.float64),
        "atom_shares": np.array([atom.share for atom in atoms], dtype=np.float64),
    }
    return {f"{name}_{part}": array for part, array in arrays.items()}


def density_of(
    name: str, arrays: Arrays, n_values: int, most_values: int = MOST_VALUES
) -> ChannelDensity:
    """The densities of `density_arrays`: numbers of every channel, curves of those stored only."""

    def part(of: str) -> NDArray[Any]:
        return arrays[f"{name}_{of}"]

    def wide(of: str) -> Floats:
        return frozen(part(of).astype(np.float64))

    curves = part("curves")
    start, stop = part("ends").T[:, :, None]
    step = np.linspace(0.0, 1.0, curves.shape[1])
    # As weights of the two ends, whose difference may be more than a number holds.
    grid = start * (1 - step) + stop * step
    atoms = (part(f"atom_{of}").tolist() for of in ("channels", "values", "shares"))
    return ChannelDensity(
        grid=frozen(grid),
        density=frozen(curves / (stop - start)),
        zero_share=wide("zero_share"),
        bandwidth=wide("bandwidth"),
        style=part("style"),
        nonfinite_share=wide("nonfinite_share"),
        outside_share=wide("outside_share"),
        atoms=tuple(Atom(*atom) for atom in zip(*atoms, strict=True)),
        n_values=n_values,
        n_read=min(n_values, most_values),
    )


def fan_arrays(fan: DensityFan) -> dict[str, NDArray[Any]]:
    """A fan, its heights to seven digits."""
    return {
        "fan_ends": fan.grid[[0, -1]],
        "fan_quantiles": as_singles(fan.quantiles * (fan.grid[-1] - fan.grid[0])),
        "fan_channels": np.array(fan.n_channels),
    }


def fan_of(arrays: Arrays) -> DensityFan:
    """The fan of `fan_arrays`."""
    start, stop = arrays["fan_ends"].tolist()
    quantiles = arrays["fan_quantiles"] / np.float64(stop - start)
    return DensityFan(
        grid=frozen(np.linspace(start, stop, quantiles.shape[1])),
        quantiles=frozen(quantiles),
        n_channels=int(arrays["fan_channels"]),
    )


def texts(words: Sequence[str]) -> NDArray[np.str_]:
    """Words as an array, which no words would not tell to be text."""
    return np.array(words, dtype=np.str_) if words else np.empty(0, dtype="<U1")
