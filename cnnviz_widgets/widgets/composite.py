"""What the composed widgets have in common: inspector, history viewer and comparison."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipywidgets import VBox, Widget
from traitlets import Instance, Unicode, validate

from ..runtime.call_stack import afterwards, surely
from .jupyter.error_text import error_in_page
from .jupyter.ownership import Owning
from .jupyter.png_fallback import PngFallback
from .jupyter.subshells import answer_while_busy
from .jupyter.work_report import WorkReport
from .linking.selection import Selection
from .views.layer_view import unchangeable

if TYPE_CHECKING:
    from .export.exports import Exports


class Composite(Owning, PngFallback, VBox):
    """Linked widgets in one box, which show one layer at a time.

    It closes with all of them, and an output that it stands in carries its picture.

    Parameters
    ----------
    children : sequence of Widget
    selection : Selection
        That of the views.
    work : WorkReport
        Of what it does.
    lock : context manager
        To be held while what is shown changes: what the page asks for may come on a thread of
        its own.
    kind : str
        The box' class in the page's style.
    """

    layer = Unicode(help="Path of the layer shown; set it to show another.")
    selection = Instance(Selection, help="Selected and hovered channels of the layer shown.")

    def __init__(
        self,
        children: Sequence[Widget],
        selection: Selection,
        work: WorkReport,
        lock: AbstractContextManager[object],
        kind: str,
    ) -> None:
        self._work = work
        self._lock = lock
        # Whatever was asked for, and whether it was granted: all parts show the same place then.
        self._place_told = afterwards(self._tell_place)
        super().__init__(children, selection=selection)
        self.add_class("cnnviz")
        self.add_class(kind)
        answer_while_busy(self)

    def export(self, path: str | os.PathLike[str], what: str | None = None) -> Path:
        """Write what is shown into a file; its suffix says what, and how.

        .png and .svg are the picture, for print: tree, tiles, curves, legend and title. .csv are
        the numbers of every layer. Where there is a report, .html and .md are that; where what
        is shown can be made anew, .py are the lines for it.

        Parameters
        ----------
        path : path
            Of a file.
        what : {'picture', 'numbers', 'report', 'code'}, optional
            What to write, where the suffix would mean something else: a report, too, can be .csv.

        Returns
        -------
        Path
            Where it lies.

        Raises
        ------
        TypeError, ValueError
            No path; a suffix, or something to write, that there is not; nothing to be written.
        OSError
            It cannot be written there; what was there is as it was.
        """
        with self._lock:
            return self._exports().write(path, what)

    def numbers(self) -> dict[str, list[Any]]:
        """The few numbers of every layer, a list for each column: ``pandas.DataFrame`` takes it.

        NaN stands for what is not known.
        """
        with self._lock:
            return self._exports().numbers()

    def exported(self, what: str, suffix: str) -> tuple[str, bytes]:
        """Name and content of a file, for the page to save.

        Parameters
        ----------
        what : {'picture', 'numbers', 'report', 'code'}
        suffix : str
            Such as ``.svg``.

        Raises
        ------
        ValueError
            Something that there is not, or nothing to be written.
        """
        with self._lock:
            exports = self._exports()
            return exports.file_name(what, suffix), exports.content(what, suffix)

    def _exports(self) -> Exports:
        """What of it can be written into a file."""
        raise NotImplementedError

    def _tell_place(self) -> None:
        """Say everywhere what is shown; a wish that could not be granted is taken back."""
        raise NotImplementedError

    def _on_chosen(self, change: dict[str, Any]) -> None:
        """The page, or Python, chose something in a part: choose it here, too."""
        with surely(self._place_told), error_in_page(self._work.head), self._lock, self._place_told:
            setattr(self, change["name"], change["new"])

    @validate("selection")
    def _same_selection(self, proposal: dict[str, Any]) -> Selection:
        selection: Selection = unchangeable(self, "selection", proposal["value"])
        return selection
