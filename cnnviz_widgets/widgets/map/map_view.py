"""MapView: a network's stations as columns of groups, and how these act on one another."""

from __future__ import annotations

from collections.abc import Callable as Function
from functools import partial
from typing import Any

from traitlets import Bool, Bytes, Callable, Dict, Enum, Float, Int, List, Tuple, Unicode, observe

from ...runtime.call_stack import afterwards, surely
from ...validation.objects import optional, optional_function
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.error_text import logged_error
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.selection import Selection
from ..linking.traits import WidgetOf

FACETS = ("both", "patches", "matrix", "density", "health")
READINGS = ("effects", "weights")
COLOURS = ("green-red", "blue-orange")


class MapView(Owning, ThreadLocalSync, BundledWidget):
    """The map as it is drawn; what is shown comes from `show`, what is asked goes to `on_ask`.

    Parameters
    ----------
    selection : Selection, optional
        Channels of `layer` that are selected, as in its other views.
    on_ask : callable, optional
        ``on_ask(verb, path, channels, to)`` does what the page asked for; what it raises is shown
        there.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("network-map.js")
    _css = bundle("network-map.css")

    selection = WidgetOf(Selection).tag(sync=True)
    on_ask = Callable(None, allow_none=True, help="Does what the page asks for.")
    title = Unicode(help="The network's name.").tag(sync=True)
    facts = Unicode(help="On what the map rests, in words.").tag(sync=True)
    layer = Unicode(help="Path of the station that is shown elsewhere.").tag(sync=True)
    facet = Enum(FACETS, "both", help="What is drawn in the boxes.").tag(sync=True)
    reading = Enum(READINGS, "effects", help="What the edges are.").tag(sync=True)
    colours = Enum(COLOURS, "green-red", help="Of what raises and lowers.").tag(sync=True)
    share = Float(0.7, min=0, max=1, help="Share of all effect that is drawn.").tag(sync=True)
    active = Bool(True, help="Whether anybody looks.")
    fresh = Bool(True, help="Whether it shows the model as it is now.").tag(sync=True)
    progress = Float(-1, help="0 to 1 while the map is made; −1 when it is not.").tag(sync=True)
    doing = Unicode(help="What is being done meanwhile.").tag(sync=True)
    undoable = Unicode(help="What undo would take back, in words; '' for nothing.").tag(sync=True)
    redoable = Unicode(help="What redo would do again.").tag(sync=True)
    live = Bool(True, help="Whether there is a model that can be asked.").tag(sync=True)
    moments = List(Int(), help="Steps of which a map was kept, ascending.").tag(sync=True)
    moment = Int(-1, help="Of these the one that is shown; −1: the model as it is now.").tag(
        sync=True
    )
    error = Unicode(help="Why the last request failed; '' where it did not.").tag(sync=True)

    _stations = List(Dict()).tag(sync=True)
    _groups = List(Dict()).tag(sync=True)
    _effects = List(Dict()).tag(sync=True)
    _weights = List(Dict()).tag(sync=True)
    _columns = List(Unicode()).tag(sync=True)
    _column_kind = Enum(("classes", "predicted", "samples"), "classes").tag(sync=True)
    _profile = Bytes().tag(sync=True)
    _picture_shape = Tuple(Int(), Int(), Int(), Int(), default_value=(0, 0, 0, 0)).tag(sync=True)
    _pictures = Bytes().tag(sync=True)
    _patches = Bytes().tag(sync=True)
    _notes = List(Unicode()).tag(sync=True)
    _asked = List([0, "refresh", "", [], -1], help="Serial, verb, path, channels, group.").tag(
        sync=True
    )
    _started = Int(0, help="Serial of the last request that was begun.").tag(sync=True)
    _answered = Int(0, help="Serial of the last request that ended.").tag(sync=True)

    def __init__(
        self,
        selection: Selection | None = None,
        on_ask: Function[[str, str, tuple[int, ...], int], None] | None = None,
        **traits: Any,
    ) -> None:
        optional("selection", selection, Selection)
        optional_function("on_ask", on_ask)
        super().__init__(
            selection=Selection() if selection is None else selection, on_ask=on_ask, **traits
        )

    def show(self, entries: dict[str, Any], *, facts: str = "") -> None:
        """Draw a map.

        Parameters
        ----------
        entries : dict
            Of `map_entries`.
        facts : str
            On what it rests, in words.
        """
        with self.hold_sync():
            for name, value in entries.items():
                self.set_trait(name, value)
            self.facts = facts

    def show_progress(self, share: float, message: str) -> None:
        """How far a map is that is being made: 0 to 1, or below 0 where none is."""
        with self.hold_sync():
            self.progress = share
            self.doing = message

    def _let_go(self) -> None:
        self.set_trait("on_ask", None)

    @observe("_asked")
    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked for something: no caller is there to see an error but the reader."""
        serial, verb, path, channels, to = change["new"]
        answer = afterwards(partial(setattr, self, "_answered", serial))
        with surely(answer), answer:
            self._started = serial
            self.do(partial(self._answer, verb, path, tuple(channels), to))

    def _answer(self, verb: str, path: str, channels: tuple[int, ...], to: int) -> None:
        if self.on_ask is None:
            raise TypeError("nothing here can do that: MapView needs on_ask=…")
        self.on_ask(verb, path, channels, to)

    def do(self, work: Function[[], object]) -> None:
        """Do what the page asked for; why it fails is shown there.

        Parameters
        ----------
        work : callable
        """
        try:
            work()
        except Exception as error:
            self.error = logged_error(self, error)
        except BaseException:
            self.error = "It was interrupted."
            raise
        else:
            self.error = ""
