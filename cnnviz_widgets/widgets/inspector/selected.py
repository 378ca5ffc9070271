"""The values of the selected channels, with the names of everything in them."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...records.layer_picture import LayerPicture, counted
from ...records.place_record import PlaceRecord
from ...records.record_kind import WEIGHTS
from ...records.snapshot import picture_values
from ..linking.named_selections import NamedSelections
from ..linking.sample_selection import SampleSelection
from ..linking.selection import Selection
from ..views.layer_views import LayerViews

PYTHON_LINE = "import cnnviz_widgets as cv; selected = cv.selected_values()"
"""Gets them, whatever the inspector's variable is called."""


@dataclass(frozen=True, eq=False)
class SelectedValues:
    """What the selected channels hold, of what is shown.

    Attributes
    ----------
    layer : str
        Path of the layer.
    view : {'outputs', 'weights', 'attention'}
    weight : str
        Name of the weight; "" for outputs and attention.
    step : int
        The moment of training that they are of; -1 for the model as it is now.
    channels : tuple of int
        In the layer's own numbering, in the order in which they were selected.
    channel_names : tuple of str
        The classes that the channels stand for; () where they stand for none.
    samples : tuple of int
        The number of each sample; () for weights.
    sample_names : tuple of str
        What each sample is called; () where they have no names, and for weights.
    values : ndarray, shape (sample, ..., channel), or (input, ..., channel) for weights
        Of attention (sample, target, source, head).
    exact : bool
        Whether these are the values themselves. Of a moment of the past the picture is all that
        was kept: then `values` has shape (row, height, width, channel), perhaps averaged over
        pixels, with NaN for channels that were not drawn.
    """

    layer: str
    view: str
    weight: str
    step: int
    channels: tuple[int, ...]
    channel_names: tuple[str, ...]
    samples: tuple[int, ...]
    sample_names: tuple[str, ...]
    values: NDArray[Any]
    exact: bool

    def __repr__(self) -> str:
        of = f"{self.layer}, {self.weight or self.view}"
        shape = " × ".join(map(str, self.values.shape))
        return f"<SelectedValues of {counted(len(self.channels), 'channel')} of {of}: {shape}>"


def values_of(
    present: PlaceRecord | None,
    channels: Sequence[int],
    *,
    sample_names: Sequence[str] = (),
    channel_names: Sequence[str] = (),
) -> SelectedValues:
    """The values of these channels of what is shown.

    Parameters
    ----------
    present : PlaceRecord or None
        What is shown.
    channels : sequence of int
    sample_names : sequence of str
        A name for each of all samples; none: they have none.
    channel_names : sequence of str
        A name for each channel; none: they have none.

    Raises
    ------
    ValueError
        Nothing is shown, no channel is selected, or one that there is not.
    """
    if present is None:
        raise ValueError("nothing is shown of which channels could be selected")
    record, place = present.record, present.place
    if not channels:
        raise ValueError(
            f"no channel of {place.layer!r} is selected; select some in the page, or set "
            "inspector.selection.selected"
        )
    if max(channels) >= record.n_channels:
        raise ValueError(
            f"{place.layer!r} has {record.n_channels:,} channels; {max(channels):,} is selected"
        )
    held = record.held_values
    all_values = picture_values(record) if held is None else held
    # A copy: what the inspector shows must not change with it.
    values = np.asarray(all_values)[..., list(channels)].copy()
    is_sampled = place.view != WEIGHTS.name
    samples = record.sample_numbers[: len(values)].tolist() if is_sampled else []
    return SelectedValues(
        layer=place.layer,
        view=place.view,
        weight=place.weight,
        step=present.step,
        channels=tuple(channels),
        channel_names=tuple(channel_names[each] for each in channels) if channel_names else (),
        samples=tuple(samples),
        sample_names=tuple(sample_names[each] for each in samples) if sample_names else (),
        values=values,
        exact=held is not None,
    )


class Selecting:
    """What shows a layer of which channels can be selected: an inspector, a history viewer."""

    views: LayerViews
    selection: Selection
    comm: Any

    @property
    def _shown(self) -> PlaceRecord | None:
        raise NotImplementedError

    @property
    def record(self) -> LayerPicture | None:
        """What is shown, with tree, densities and measures: outputs, or a `ParameterRecord`."""
        return None if self._shown is None else self._shown.record

    @property
    def sample_selection(self) -> SampleSelection:
        """Selected and hovered samples, by their numbers among those shown.

        The rows of the grid, the points and the samples in the page share them. They stay selected
        in another layer and at another moment; others that are shown begin with none selected.

        >>> x_test[list(inspector.sample_selection.selected)]
        """
        return self.views.sample_selection

    @property
    def selections(self) -> NamedSelections:
        """Named selections of the layer shown: ``inspector.selections["edges"] = [3, 7]``."""
        return self.selection.named

    def selected_values(self) -> SelectedValues:
        """The values of the selected channels of what is shown, with the names in them.

        Raises
        ------
        ValueError
            No channel is selected.
        """
        labels, names = self.views.grid.sample_labels, self.views.grid.class_names
        channels = self.selection.selected
        return values_of(self._shown, channels, sample_names=labels, channel_names=names)


_remembered: list[weakref.ref[Selecting]] = []


def remember(inspector: Selecting) -> None:
    """From now on `selected_values` speaks of this one, for as long as it is open."""
    others = [ref for ref in _remembered if ref() not in (None, inspector)]
    _remembered[:] = [*others, weakref.ref(inspector)]


def selected_values() -> SelectedValues:
    """The values of the channels that are selected in the inspector.

    Of several it is the one in which 'To Python' was pressed last, else the one made last.

    Returns
    -------
    SelectedValues

    Raises
    ------
    RuntimeError
        No inspector is open.
    ValueError
        No channel is selected.
    """
    for ref in reversed(_remembered):
        inspector = ref()
        if inspector is not None and inspector.comm is not None:
            return inspector.selected_values()
    raise RuntimeError(
        "no inspector is open: make one, cv.ModelInspector(model, inputs), and select channels"
    )
