"""Snapshots: what is drawn and told of a layer, in little memory or in a file.

A snapshot is shown as a live record is. It holds its parts as the small arrays of `record_arrays`,
and makes the parts themselves when they are asked for; those of the few records looked at last
stay, so that a history of hundreds takes the memory of its arrays and no more.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from ..analysis.arrays import as_floats
from ..analysis.channel_measures import ChannelMeasures
from ..analysis.clustering.channel_tree import ChannelTree
from ..analysis.clustering.dendrogram_geometry import DendrogramGeometry
from ..analysis.density.curves import DrawnCurves
from ..analysis.density.types import ChannelDensity, DensityFan
from ..analysis.tiles.layout import montaged
from ..analysis.tiles.tile_sheet import cut_out
from ..analysis.tiles.types import TileSheet
from ..validation.objects import mapping
from ..validation.scalars import whole_number
from .facts.output_facts import OutputFacts
from .facts.parameter_facts import WINDOW_BUDGET, ParameterFacts
from .layer_picture import MOST_ROWS, LayerPicture
from .layer_record import checked_record
from .record_kind import OF_SAMPLES, OUTPUTS, WEIGHTS, RecordKind
from .sample_subset import SampleChoice
from .snapshot_checks import FORMAT, NAMES, checked_arrays
from .snapshots.arrays import (
    Arrays,
    as_singles,
    density_arrays,
    fan_arrays,
    measures_arrays,
    sheet_arrays,
    texts,
    tree_arrays,
)
from .snapshots.parts import SnapshotParts

# The tiles of a moment take so many bytes at the most; so do its curves.
SNAPSHOT_BUDGET = 512 * 1024
# What is shown, and the two that are compared.
_OPEN = 3


class Snapshot(OutputFacts):
    """What is drawn and told of a layer's outputs, or its attention, without their values.

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
        self._arrays = checked = checked_arrays(arrays)
        if str(checked["record"]) != self.kind.stored_as:
            raise ValueError(f"these are {checked['record']}, which make no {type(self).__name__}")
        total, *numbers = checked["samples"].tolist() if "samples" in checked else [0]
        self._samples = SampleChoice(tuple(numbers), total) if numbers else None

    def __repr__(self) -> str:
        shape = " × ".join(str(length) for length in self.shape)
        return f"<{type(self).__name__} of {self.path or 'values'}: {shape}, {self.nbytes:,} bytes>"

    @property
    def kind(self) -> RecordKind:
        """Which side of the layer: its outputs, or its attention."""
        return OF_SAMPLES.get(str(self._arrays["record"]), OUTPUTS)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that is held."""
        return self._arrays

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays held."""
        return sum(array.nbytes for array in self.arrays.values())

    @property
    def path(self) -> str:
        """The layer's path in its model."""
        return str(self.arrays["path"])

    @property
    def samples(self) -> SampleChoice | None:
        """Which samples it is of; None: all that there were."""
        return self._samples

    @property
    def values(self) -> NoReturn:
        """Not kept: to ask for them raises a ValueError."""
        raise ValueError(
            f"the values of {self.path or 'this record'} at that moment were not kept, only what "
            "is drawn and told of them; picture_values(record) gives those of the picture"
        )

    @property
    def held_values(self) -> None:
        """None: the values were not kept."""
        return None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that the values had."""
        return tuple(self.arrays["shape"].tolist())

    @property
    def measures(self) -> ChannelMeasures:
        """Range, spread and faults of each channel, to seven digits."""
        return parts_of(self).measures

    @property
    def exact(self) -> Snapshot:
        """Itself: no more was kept."""
        return self

    @property
    def tree(self) -> ChannelTree:
        """Which channels were alike."""
        return parts_of(self).tree

    @property
    def dendrogram(self) -> DendrogramGeometry:
        """The tree as it is drawn."""
        return parts_of(self).dendrogram

    @property
    def columns(self) -> NDArray[np.int32]:
        """Channels that are drawn, left to right."""
        columns: NDArray[np.int32] = self.arrays["density_channels"]
        return columns

    @property
    def tiles(self) -> TileSheet:
        """The picture, in fewer pixels or rows than there were where it was large."""
        return parts_of(self).tiles

    @property
    def density(self) -> ChannelDensity:
        """How each channel's values were distributed; the curves of those drawn, else NaN."""
        return parts_of(self).density

    @property
    def density_numbers(self) -> ChannelDensity:
        """The numbers of every channel's density; grid and curves are those of `columns` only."""
        return parts_of(self).density_numbers

    @property
    def fan(self) -> DensityFan:
        """Quantiles of the densities over the channels."""
        return parts_of(self).fan

    @property
    def pooled(self) -> ChannelDensity | None:
        """The density of all values together, where no channel had enough for a curve."""
        return parts_of(self).pooled

    @property
    def drawn_density(self) -> ChannelDensity:
        """The densities of `columns`, a row each in their order."""
        return parts_of(self).drawn_density

    @property
    def curves(self) -> DrawnCurves:
        """The densities as they are drawn; NaN for channels that are not."""
        return parts_of(self).curves

    @property
    def drawn_curves(self) -> DrawnCurves:
        """The curves of `columns`, a row each in their order."""
        return parts_of(self).drawn_curves

    @property
    def omissions(self) -> tuple[str, ...]:
        """What the picture leaves out or averages, in sentences."""
        return (
            "As it was kept in the history: the picture, the tree and the curves, not the values.",
            *self._omissions(),
        )


class ParameterSnapshot(ParameterFacts, Snapshot):
    """What is drawn and told of a weight, without its values."""

    @property
    def bias(self) -> NDArray[Any] | None:
        """The bias, shape (output,)."""
        return self.arrays.get("bias")

    @property
    def name(self) -> str:
        """What the layer called the weight."""
        return str(self.arrays["names"][0])

    @property
    def inputs(self) -> str:
        """What one entry of the first axis is."""
        return str(self.arrays["names"][1])

    @property
    def outputs(self) -> str:
        """What one entry of the last axis is."""
        return str(self.arrays["names"][2])

    @property
    def column_names(self) -> tuple[str, ...]:
        """A name for each input, where they are not one of a kind."""
        return tuple(self.arrays["column_names"].tolist())

    @property
    def tap_names(self) -> tuple[str, ...]:
        """Names of the first axis of taps."""
        return tuple(self.arrays["tap_names"].tolist())

    @property
    def how(self) -> str:
        """What was done to the stored numbers."""
        return str(self.arrays.get("how", ""))

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


_open: weakref.WeakKeyDictionary[Snapshot, SnapshotParts] = weakref.WeakKeyDictionary()
# Re-entrant because collecting garbage may run anyone's code.
_opening = threading.RLock()


def parts_of(record: Snapshot) -> SnapshotParts:
    """A snapshot's parts; those of the last few looked at stay, as long as these live."""
    with _opening:
        parts = _open.pop(record, None) or SnapshotParts(record.arrays)
        _open[record] = parts
        for oldest in list(_open)[:-_OPEN]:
            del _open[oldest]
        return parts


def keep(record: LayerPicture, budget: int = SNAPSHOT_BUDGET) -> Snapshot:
    """What is drawn and told of a record, without its values.

    Parameters
    ----------
    record : LayerRecord
        Its parts are computed where they were not. A snapshot is returned itself.
    budget : int
        The most bytes that the tiles take, and the most that the curves take: tiles are
        averaged, rows left out, and points of curves spared until they fit. One row of one
        pixel a tile and 16 points a curve are the least, whatever the budget.

    Returns
    -------
    Snapshot
        It is drawn as `record` is. `omissions` says what is no longer there.

    Raises
    ------
    ValueError
        The budget is not positive.
    """
    budget = whole_number("budget", budget, 1, "of bytes")
    checked_record("record", record, "LayerRecord.of(values) makes one")
    if isinstance(record, Snapshot):
        return record
    # Of a cell of a heat map 5 of 10 bytes are kept.
    sheet = record.tiles_within(2 * budget if record.tiles.kind == "vector" else budget)
    arrays = {
        "format": np.array(FORMAT),
        "record": np.array(record.kind.stored_as),
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
    if not isinstance(record, ParameterFacts):
        return Snapshot(arrays)
    arrays["names"] = texts([record.name, record.inputs, record.outputs])
    arrays["column_names"] = texts(record.column_names)
    arrays["tap_names"] = texts(record.tap_names)
    if record.how:
        arrays["how"] = np.array(record.how)
    if record.bias is not None:
        arrays["bias"] = as_floats(record.bias)
    return ParameterSnapshot(arrays)


def record_arrays(record: LayerPicture) -> dict[str, NDArray[Any]]:
    """A record as named arrays of numbers and text, as `numpy.savez` stores them.

    Of a live record, those of its snapshot. Read-only.
    """
    return dict(keep(record).arrays)


def record_from_arrays(arrays: Arrays) -> Snapshot:
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
    copies = {}
    for name in NAMES & set(given):
        try:
            array = np.asarray(given[name])
        except ValueError:  # NumPy's own advice would be to trust the file
            raise ValueError(
                f"these arrays are no kept record: {name} is not of plain numbers or text"
            ) from None
        # What was looked at must not change any more.
        copies[name] = array.copy() if array.flags.writeable else array
    of_weights = "record" in copies and str(copies["record"]) == WEIGHTS.stored_as
    return ParameterSnapshot(copies) if of_weights else Snapshot(copies)


def picture_values(record: LayerPicture) -> NDArray[np.float32]:
    """A record's values as they are pictured.

    Returns
    -------
    ndarray of float32, shape (row, h, w, channel)
        All channels in their own numbering. Rows are samples, or the inputs of a weight; h × w
        is a tile as `TileSheet` lays it out. Of a live record the values themselves, of the
        samples that have a row; of a snapshot what its tiles hold, so perhaps averaged over
        pixels (or over inputs, which are rows then), and NaN for channels that are not drawn.
    """
    checked_record("record", record, "LayerRecord.of(values) makes one")
    of_weights, values = record.kind == WEIGHTS, record.held_values
    if values is not None:
        return as_singles(montaged(values if of_weights else values[:MOST_ROWS]))
    pictures = record.tiles.dequantise()
    if not of_weights:
        drawn = pictures.transpose(0, 2, 3, 1)
    elif record.tiles.kind == "strip":
        drawn = pictures.transpose(3, 1, 2, 0)
    else:
        drawn = pictures.transpose(1, 2, 3, 0)
    pictured = np.full((*drawn.shape[:3], record.n_channels), np.nan, dtype=np.float32)
    pictured[..., record.columns] = drawn
    return pictured


# What the package calls it.
Kept = Snapshot
