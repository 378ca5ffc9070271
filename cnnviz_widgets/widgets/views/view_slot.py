"""What a kind of view needs to say of itself to have a place among the views of a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ...records.layer_picture import LayerPicture
from ...records.record_kind import RecordKind
from ..linking.column_axis import ColumnAxis
from ..linking.sample_selection import SampleSelection
from ..linking.selection import Selection

if TYPE_CHECKING:
    from PIL.Image import Image


class LinkedView(Protocol):
    """A widget that shows one record at a time.

    It may have `class_names`, which it is given with each record; an `axis` to fit and a `cut` to
    take back when the channels are others.
    """

    layout: Any

    def show(self, values: LayerPicture) -> None:
        """Show this record."""

    def picture(self) -> Image | None:
        """What it shows as a still picture; None before it shows anything."""

    def close(self) -> None:
        """Close it with all that it is made of."""


@dataclass(frozen=True)
class Links:
    """What the views of a layer share.

    Attributes
    ----------
    selection : Selection
        Which channels are selected.
    axis : ColumnAxis
        Where channels stand, in views that have them from left to right.
    sample_names : sequence of str
        A name for each of all samples; none: their numbers.
    sample_selection : SampleSelection
        Which samples are selected.
    rows : ColumnAxis
        Of weights: where inputs stand, and in which order and groups the channels, from top to
        bottom.
    """

    selection: Selection
    axis: ColumnAxis
    sample_names: Sequence[str] = ()
    sample_selection: SampleSelection = field(default_factory=SampleSelection)
    rows: ColumnAxis = field(default_factory=ColumnAxis)


@dataclass(frozen=True)
class ViewSlot:
    """A kind of view.

    Attributes
    ----------
    make : callable
        Makes the widget, with what it shares with the others.
    kinds : frozenset of RecordKind
        What it shows; none: any kind.
    tab : str
        Name of the drawer's tab that it stands in; '' for the middle of the frame.
    """

    make: Callable[[Links], LinkedView]
    kinds: frozenset[RecordKind] = frozenset()
    tab: str = ""

    def fits(self, record: LayerPicture) -> bool:
        """Whether it shows records of this kind."""
        return not self.kinds or record.kind in self.kinds
