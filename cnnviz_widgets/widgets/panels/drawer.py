"""Drawer: the tabs of an inspector's side, of which one is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from traitlets import Bool, List, Tuple, Unicode, validate

from ...validation.texts import one_of
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync


class Drawer(Owning, ThreadLocalSync, BundledWidget):
    """Tabs, one of which shows its panel, and a way to close them all.

    It stands in a box with its panels, and shows those of the class `tab_class(name)`.

    Parameters
    ----------
    tabs : sequence of (str, str)
        Name and title of each tab.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("drawer.js")
    _css = bundle("drawer.css")

    tabs = List(Tuple(Unicode(), Unicode()), help="Name and title of each tab.").tag(sync=True)
    tab = Unicode(help="Name of the tab that is shown.").tag(sync=True)
    wide = List(Unicode(), help="Tabs that take the middle of the frame, too.").tag(sync=True)
    is_open = Bool(True, help="Whether the drawer is there.").tag(sync=True)

    def __init__(self, tabs: Sequence[tuple[str, str]], **traits: Any) -> None:
        super().__init__(tabs=list(tabs), **{"tab": tabs[0][0], **traits})

    def show_tab(self, name: str) -> None:
        """Open the drawer at a tab."""
        with self.hold_sync():
            self.tab = name
            self.is_open = True

    @validate("tab")
    def _known_tab(self, proposal: dict[str, Any]) -> str:
        name: str = proposal["value"]
        return one_of("tab", name, [each for each, _ in self.tabs])


def tab_class(name: str) -> str:
    """The class that makes a widget beside the drawer the panel of a tab."""
    return f"cnnviz-tab-{name}"
