"""What is kept of a record: what is drawn and told of a layer, in little memory or in a file.

A kept record is shown as a live one is. It holds its parts as the small arrays of `kept_arrays`,
and makes the parts themselves when they are asked for; those of the few records looked at last
stay, so that a history of hundreds takes the memory of its arrays and no more.
"""

from __future__ import annotations

import math
import threading
import weakref
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..analysis.arrays import as_floats, frozen
from ..analysis.channel_measures import ChannelMeasures
from ..analysis.clustering.channel_tree import ChannelTree
from ..analysis.clustering.dendrogram_geometry import DendrogramGeometry, dendrogram_geometry
from ..analysis.density.curves import DrawnCurves, drawn_curves
from ..analysis.density.sampling import MOST_VALUES
from ..analysis.density.types import FAN_LEVELS, ChannelDensity, DensityFan
from ..analysis.subsampling import density_rows
from ..analysis.tiles.layout import montaged
from ..analysis.tiles.tile_sheet import cut_out
from ..analysis.tiles.types import TileSheet
from ..validation.objects import instance, mapping
from ..validation.scalars import whole_number
from .cached_property import cached_property
from .layer_record import MOST_ROWS, QUICK_VALUES, LayerRecord
from .parameter_record import WINDOW_BUDGET, ParameterRecord
from .sample_subset import SampleChoice
from .snapshot_arrays import (
    Arrays,
    as_singles,
    density_arrays,
    density_of,
    fan_arrays,
    fan_of,
    measures_arrays,
    measures_of,
    sheet_arrays,
    sheet_of,
    texts,
    tree_arrays,
    tree_of,
)
from .snapshot_checks import FORMAT, NAMES, checked_arrays

# The tiles of a moment take so many bytes at the most; so do its curves.
KEPT_BUDGET = 512 * 1024
# What is shown, and the two that are compared.
_OPEN = 3


class Kept(LayerRecord):
    """What a kept record has in place of values; see `KeptOutputs` and `KeptParameters`.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        As `record_arrays` gives them. What is held of them is read-only.

    Raises
    ------
    ValueError
        The arrays are not those of such a record.
    """

    def __init__(self, arrays: Arrays) -> None:
        checked = checked_arrays(arrays)
        if (str(checked["record"]) == "parameters") != isinstance(self, ParameterRecord):
            raise ValueError(f"these are {checked['record']}, which make no {type(self).__name__}")
        # Past the parents' way of refusing changes, as they themselves do.
        vars(self).update(arrays=checked, path=str(checked["path"]))
        if "samples" in checked:
            total, *numbers = checked["samples"].tolist()
            vars(self).update(samples=SampleChoice(tuple(numbers), total))

    def __repr__(self) -> str:
        shape = " × ".join(str(length) for length in self.shape)
        return f"<{type(self).__name__} of {self.path or 'values'}: {shape}, {self.nbytes:,} bytes>"

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that is held."""
        found: dict[str, NDArray[Any]] = vars(self)["arrays"]
        return found

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays held."""
        return sum(array.nbytes for array in self.arrays.values())

    @property
    def values(self) -> NoReturn:
        """Not kept.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            f"the values of {self.path or 'this record'} at that moment were not kept, only what "
            "is drawn and told of them; picture_values(record) gives those of the picture"
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the values had."""
        return tuple(self.arrays["shape"].tolist())

    @property
    def measures(self) -> ChannelMeasures:
        """Range, spread and faults of each channel, to seven digits."""
        return _parts(self).measures

    @property
    def exact(self) -> Kept:
        """Itself: no more was kept."""
        return self

    @property
    def tree(self) -> ChannelTree:
        """Which channels were alike."""
        return _parts(self).tree

    @property
    def dendrogram(self) -> DendrogramGeometry:
        """The tree as it is drawn."""
        return _parts(self).dendrogram

    @property
    def columns(self) -> NDArray[np.int32]:
        """Channels that are drawn, left to right."""
        columns: NDArray[np.int32] = self.arrays["density_channels"]
        return columns

    @property
    def tiles(self) -> TileSheet:
        """The picture, in fewer pixels or rows than there were where it was large."""
        return _parts(self).tiles

    @property
    def density(self) -> ChannelDensity:
        """How each channel's values were distributed; the curves of those drawn, else NaN."""
        return _parts(self).density

    @property
    def density_numbers(self) -> ChannelDensity:
        """The numbers of every channel's density; grid and curves are those of `columns` only."""
        return _parts(self).density_numbers

    @property
    def fan(self) -> DensityFan:
        """Quantiles of the densities over the channels."""
        return _parts(self).fan

    @property
    def pooled(self) -> ChannelDensity | None:
        """The density of all values together, where no channel had enough for a curve."""
        return _parts(self).pooled

    @property
    def drawn_density(self) -> ChannelDensity:
        """The densities of `columns`, a row each in their order."""
        return _parts(self).drawn_density

    @property
    def curves(self) -> DrawnCurves:
        """The densities as they are drawn; NaN for channels that are not."""
        return _parts(self).curves

    @property
    def drawn_curves(self) -> DrawnCurves:
        """The curves of `columns`, a row each in their order."""
        return _parts(self).drawn_curves

    @property
    def omissions(self) -> tuple[str, ...]:
        """What the kept picture leaves out or averages, in sentences."""
        return (
            "This was kept at that moment: the picture, the tree and the curves, not the values.",
            *super().omissions,
        )


class KeptOutputs(Kept):
    """What is kept of a layer's outputs."""


class KeptParameters(Kept, ParameterRecord):
    """What is kept of a weight."""

    def __init__(self, arrays: Arrays) -> None:
        super().__init__(arrays)
        name, inputs, outputs = self.arrays["names"].tolist()
        vars(self).update(
            bias=self.arrays.get("bias"),
            name=name,
            inputs=inputs,
            outputs=outputs,
            column_names=tuple(self.arrays["column_names"].tolist()),
            tap_names=tuple(self.arrays["tap_names"].tolist()),
            how=str(self.arrays.get("how", "")),
        )

    def _nearer(self, what: str) -> str:
        return ""

    def window(
        self, rows: tuple[int, int], columns: tuple[int, int], budget: int = WINDOW_BUDGET
    ) -> TileSheet:
        """A part of the picture as it was kept: no less averaged than the whole.

        Parameters
        ----------
        rows, columns : tuple of int
            As for a live record.
        budget : int
            Without effect: a part of what was kept is small.

        Returns
        -------
        TileSheet
            Of a strip with all pixels that hold any of the inputs: its `columns` is the first
            input of the first of them.

        Raises
        ------
        ValueError
            The window is empty or reaches outside the picture.
        """
        self._check_window(rows, columns)
        return cut_out(self.tiles, rows, columns)


class _Parts:
    """The parts of a kept record, each made when it is first asked for."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._shape = tuple(arrays["shape"].tolist())

    @cached_property
    def measures(self) -> ChannelMeasures:
        return measures_of(self._arrays, self._shape)

    @cached_property
    def tree(self) -> ChannelTree:
        return tree_of(self._arrays, self._shape[-1])

    @cached_property
    def dendrogram(self) -> DendrogramGeometry:
        return dendrogram_geometry(self.tree, max_leaves=int(self._arrays["leaves"]))

    @cached_property
    def tiles(self) -> TileSheet:
        return sheet_of(self._arrays)

    @cached_property
    def density_numbers(self) -> ChannelDensity:
        most = QUICK_VALUES if "samples" in self._arrays else MOST_VALUES
        return density_of("density", self._arrays, math.prod(self._shape[:-1]), most)

    @cached_property
    def fan(self) -> DensityFan:
        return fan_of(self._arrays)

    @cached_property
    def pooled(self) -> ChannelDensity | None:
        if "pooled_style" not in self._arrays:
            return None
        return density_of("pooled", self._arrays, math.prod(self._shape))

    @cached_property
    def drawn_density(self) -> ChannelDensity:
        channels = self._arrays["density_channels"]
        return density_rows(self.density_numbers, channels, ("grid", "density"))

    @cached_property
    def drawn_curves(self) -> DrawnCurves:
        drawn = drawn_curves(self.drawn_density, self.fan, self.pooled)
        zero_bands = np.quantile(self.density_numbers.zero_share, FAN_LEVELS)
        return replace(drawn, zero_bands=frozen(zero_bands))

    # Of a wide layer these take a hundred times as much: nothing that is shown asks for them.

    @cached_property
    def density(self) -> ChannelDensity:
        some = self.density_numbers
        return replace(some, grid=self._of_all(some.grid), density=self._of_all(some.density))

    @cached_property
    def curves(self) -> DrawnCurves:
        drawn = self.drawn_curves
        return replace(drawn, grid=self._of_all(drawn.grid), height=self._of_all(drawn.height))

    def _of_all(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """A row for each channel, of those that are not drawn NaN."""
        every = np.full((self._shape[-1], rows.shape[1]), np.nan)
        every[self._arrays["density_channels"]] = rows
        return frozen(every)


# The parts of the last few records that were looked at, as long as these live.
_open: weakref.WeakKeyDictionary[Kept, _Parts] = weakref.WeakKeyDictionary()
# Re-entrant because collecting garbage may run anyone's code.
_opening = threading.RLock()


def _parts(record: Kept) -> _Parts:
    with _opening:
        parts = _open.pop(record, None) or _Parts(record.arrays)
        _open[record] = parts
        for oldest in list(_open)[:-_OPEN]:
            del _open[oldest]
        return parts


def keep(record: LayerRecord, budget: int = KEPT_BUDGET) -> Kept:
    """What is drawn and told of a record, without its values.

    Parameters
    ----------
    record : LayerRecord
        Its parts are computed where they were not. A kept record is returned itself.
    budget : int
        The most bytes that the tiles take, and the most that the curves take: tiles are
        averaged, rows left out, and points of curves spared until they fit. One row of one
        pixel a tile and 16 points a curve are the least, whatever the budget.

    Returns
    -------
    Kept
        It is drawn as `record` is. `omissions` says what is no longer there.

    Raises
    ------
    ValueError
        The budget is not positive.
    """
    budget = whole_number("budget", budget, 1, "of bytes")
    instance("record", record, LayerRecord, "LayerRecord.of(values) makes one")
    if isinstance(record, Kept):
        return record
    # Of a cell of a heat map 5 of 10 bytes are kept.
    sheet = record.tiles_within(2 * budget if record.tiles.kind == "vector" else budget)
    arrays = {
        "format": np.array(FORMAT),
        "record": np.array("parameters" if isinstance(record, ParameterRecord) else "outputs"),
        "path": np.array(record.path),
        "shape": np.array(record.shape, dtype=np.int64),
        "leaves": np.array(record.dendrogram.columns.size),
        **tree_arrays(record.tree),
        **sheet_arrays(sheet),
        **measures_arrays(record.measures),
        **density_arrays(
            "density", record.density_numbers, record.drawn_density, record.columns, budget
        ),
        **fan_arrays(record.fan),
    }
    if record.samples is not None:
        arrays["samples"] = np.array([record.samples.total, *record.samples.numbers])
    if record.pooled is not None:
        first = np.zeros(1, dtype=np.int32)
        arrays |= density_arrays("pooled", record.pooled, record.pooled, first, budget)
    if not isinstance(record, ParameterRecord):
        return KeptOutputs(arrays)
    arrays["names"] = texts([record.name, record.inputs, record.outputs])
    arrays["column_names"] = texts(record.column_names)
    arrays["tap_names"] = texts(record.tap_names)
    if record.how:
        arrays["how"] = np.array(record.how)
    if record.bias is not None:
        arrays["bias"] = as_floats(record.bias)
    return KeptParameters(arrays)


def record_arrays(record: LayerRecord) -> dict[str, NDArray[Any]]:
    """A record as named arrays of numbers and text, as `numpy.savez` stores them.

    A live record is kept first. Read-only.
    """
    return dict(keep(record).arrays)


def record_from_arrays(arrays: Arrays) -> Kept:
    """The record of `record_arrays`.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Such as an open .npz file.

    Raises
    ------
    ValueError
        The arrays are not those of a record, or of one that a newer version kept.
    """
    given = mapping("arrays", arrays, "names to arrays, as record_arrays gives them")
    found = {}
    for name in NAMES & set(given):
        try:
            array = np.asarray(given[name])
        except ValueError:  # NumPy's own advice would be to trust the file
            raise ValueError(
                f"these arrays are no kept record: {name} is not of plain numbers or text"
            ) from None
        # What was looked at must not change any more.
        found[name] = array.copy() if array.flags.writeable else array
    of_weights = "record" in found and str(found["record"]) == "parameters"
    return KeptParameters(found) if of_weights else KeptOutputs(found)


def picture_values(record: LayerRecord) -> NDArray[np.float32]:
    """A record's values as they are pictured.

    Returns
    -------
    ndarray of float32, shape (row, h, w, channel)
        All channels in their own numbering. Rows are samples, or the inputs of a weight; h × w
        is a tile as `TileSheet` lays it out. Of a live record the values themselves, of the
        samples that have a row; of a kept one what its tiles hold, so perhaps averaged over
        pixels (or over inputs, which are rows then), and NaN for channels that are not drawn.
    """
    instance("record", record, LayerRecord, "LayerRecord.of(values) makes one")
    of_weights = isinstance(record, ParameterRecord)
    if not isinstance(record, Kept):
        return as_singles(montaged(record.values if of_weights else record.values[:MOST_ROWS]))
    pictures = record.tiles.dequantise()
    if not of_weights:
        drawn = pictures.transpose(0, 2, 3, 1)
    elif record.tiles.kind == "strip":
        drawn = pictures.transpose(3, 1, 2, 0)
    else:
        drawn = pictures.transpose(1, 2, 3, 0)
    values = np.full((*drawn.shape[:3], record.n_channels), np.nan, dtype=np.float32)
    values[..., record.columns] = drawn
    return values
