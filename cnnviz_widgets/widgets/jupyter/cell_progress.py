"""Word from a cell that takes long: how far it is, until it is done."""

from __future__ import annotations

import time

from IPython.core.getipython import get_ipython
from IPython.display import DisplayHandle, display
from ipywidgets import FloatProgress, HBox, Label

from .ownership import Owning

# A cell that is done sooner needs no words.
_PATIENCE = 0.7


class CellProgress:
    """A bar in the running cell once the work has taken long; it goes when the work is done.

    Outside a notebook it does nothing.
    """

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._handle: DisplayHandle | None = None
        self._shown: _Line | None = None

    def __enter__(self) -> CellProgress:
        return self

    def tell(self, share: float, message: str) -> None:
        """How far the work is.

        Parameters
        ----------
        share : float
            0 to 1; below 0 where it is not known.
        message : str
            What is being done.
        """
        shell = get_ipython()
        in_notebook = shell is not None and getattr(shell, "kernel", None) is not None
        if not in_notebook or time.monotonic() - self._start < _PATIENCE:
            return
        if self._shown is None:
            self._shown = _Line()
        self._shown.bar.value = max(share, 0.0)
        self._shown.words.value = message
        if self._handle is None:
            self._handle = display(self._shown, display_id=True)

    def __exit__(self, *exception: object) -> None:
        if self._handle is not None:
            # An output cannot be taken back, but it can be emptied.
            self._handle.update({"text/plain": ""}, raw=True)
        if self._shown is not None:
            self._shown.close()


class _Line(Owning, HBox):
    """The bar and the words beside it."""

    def __init__(self) -> None:
        self.bar = FloatProgress(min=0.0, max=1.0)
        self.words = Label()
        super().__init__([self.bar, self.words])
