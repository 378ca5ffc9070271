"""ExportMenu: what is shown, as a file that the page saves."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from traitlets import Callable, Dict, Int, List, Unicode, observe

from ...runtime.call_stack import afterwards, surely
from ...validation.objects import mapping, optional_function
from ..export.exports import SUFFIXES
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.error_text import logged_error
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync

__all__ = ["ExportMenu"]


class ExportMenu(Owning, ThreadLocalSync, BundledWidget):
    """A button with a menu: picture, numbers, report and code of what is shown, each as a file.

    The page asks, Python makes the file and sends it, the page saves it: nothing of it stays in
    the widget's state, or in a saved notebook. Without a kernel the page saves what is on the
    screen.

    Parameters
    ----------
    on_export : callable, optional
        ``on_export(what, suffix)`` makes a file: `what` is ``"picture"``, ``"numbers"``,
        ``"report"`` or ``"code"``, `suffix` such as ``".svg"``; it returns the file's name and
        content. What it raises is shown in the page.
    offered : mapping of str to sequence of str, optional
        What there is, and with which suffixes; by default all.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("export-menu.js")
    _css = bundle("export-menu.css")

    on_export = Callable(None, allow_none=True, help="Makes a file.")
    offers = List(List(Unicode()), help="What can be had, with which suffix each.").tag(sync=True)
    missing = Dict(
        help="What cannot be had yet, and what has to be done for it: 'report' needs a diagnosis."
    ).tag(sync=True)
    error = Unicode("", help="Why the last file was not made; '' where it was.").tag(sync=True)

    _asked = List([0, "", "", ""], help="Serial, the view that asks, what, and suffix.").tag(
        sync=True
    )
    _answered = Int(0, help="Serial of the last file that was made, or could not be.").tag(
        sync=True
    )

    def __init__(
        self,
        on_export: Function[[str, str], tuple[str, bytes]] | None = None,
        offered: Mapping[str, Sequence[str]] = SUFFIXES,
        **traits: Any,
    ) -> None:
        optional_function("on_export", on_export)
        kinds = mapping("offered", offered, "what can be had to its suffixes")
        offers = [[what, suffix] for what, suffixes in kinds.items() for suffix in suffixes]
        super().__init__(on_export=on_export, offers=offers, **traits)

    def _let_go(self) -> None:
        self.set_trait("on_export", None)

    @observe("_asked")
    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked for a file: no caller is there to see an error but the reader."""
        serial, view, what, suffix = change["new"]
        answer = afterwards(partial(setattr, self, "_answered", serial))
        with surely(answer), answer:
            try:
                if self.on_export is None:
                    raise TypeError("nothing here can make a file: ExportMenu needs on_export=…")
                name, content = self.on_export(what, suffix)
            except Exception as error:
                self.error = logged_error(self, error)
            except BaseException:
                self.error = "The export was interrupted."
                raise
            else:
                self.error = ""
                self.send({"serial": serial, "view": view, "name": name}, buffers=[content])
