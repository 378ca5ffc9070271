"""Numbers that are selected and hovered in several views at once, whatever they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ipywidgets import TypedTuple
from traitlets import Dict, List, Unicode

from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from .named_selections import NamedSelections
from .traits import Whole


class SelectedNumbers(Owning, ThreadLocalSync):
    """Selected and hovered numbers, shared by every view that holds this object.

    The views follow it in the page: linking works while the kernel is busy, dead or absent.
    Python may read it, set it and observe it like any widget.
    """

    selected = TypedTuple(Whole(min=0), help="Those selected, by their own numbers.").tag(sync=True)
    hovered = Whole(-1, min=-1, help="The one under the mouse; -1 for none.").tag(sync=True)

    _named = Dict(
        value_trait=Dict(value_trait=List(Whole(min=0)), key_trait=Unicode()),
        key_trait=Unicode(),
        help="Selections that have a name, by what they are numbers of.",
    ).tag(sync=True)
    _numbers_of = Unicode(help="What the numbers count.").tag(sync=True)
    _chosen_in = List(
        [0, ""],
        help="How often the page has selected, and what it showed when it last did.",
    ).tag(sync=True)

    @property
    def named(self) -> NamedSelections:
        """Selections that have a name, of what is shown: a mapping of names to numbers.

        >>> selection.named["edges"] = [3, 7, 8]
        >>> selection.selected = selection.named["edges"]
        """
        return NamedSelections(self._named_here, self._name_here)

    def _named_here(self) -> Mapping[str, Iterable[int]]:
        named: Mapping[str, Iterable[int]] = self._named.get(self._numbers_of, {})
        return named

    def _name_here(self, named: Mapping[str, Iterable[int]]) -> None:
        given = {name: [*numbers] for name, numbers in named.items()}
        others = {of: each for of, each in self._named.items() if of != self._numbers_of}
        self._named = {**others, **({self._numbers_of: given} if given else {})}

    def _start(self, numbers_of: str) -> None:
        """From now on the numbers count something else; none is selected."""
        with self.hold_sync():
            self._numbers_of = numbers_of
            self.selected = ()
            self.hovered = -1

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page sends, unless it is a selection among what is no longer shown."""
        _, numbers_of = sync_data.get("_chosen_in", (0, self._numbers_of))
        if numbers_of != self._numbers_of:
            late = ("selected", "hovered")
            sync_data = {name: sync_data[name] for name in sync_data if name not in late}
            self.send_state(late)
        super().set_state(sync_data)
