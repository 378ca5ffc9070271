"""Which channels are selected and hovered: the one state that all views of a layer share."""

from __future__ import annotations

from ...validation.texts import text
from .selected_numbers import SelectedNumbers


class Selection(SelectedNumbers):
    """Selected and hovered channels, shared by every view that holds this object.

    The views follow it in the page: linking works while the kernel is busy, dead or absent.
    Python may read it, set it and observe it like any widget.
    """

    def start(self, channels_of: str) -> None:
        """From now on the numbers are channels of something else; none is selected.

        What the page selected before it heard of this, and sends late, is dropped.

        Parameters
        ----------
        channels_of : str
        """
        self._start(text("channels_of", channels_of))
