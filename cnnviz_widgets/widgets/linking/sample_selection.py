"""Which samples are selected and hovered, in every view that shows samples."""

from __future__ import annotations

from ...validation.texts import text
from .selected_numbers import SelectedNumbers


class SampleSelection(SelectedNumbers):
    """Selected and hovered samples, by their numbers among all that there are.

    What `Selection` is for channels: give several views the same one to link them.

    >>> wrong = embedding.sample_selection.selected
    >>> images[list(wrong)]
    """

    def start(self, samples_of: str) -> None:
        """From now on the numbers are samples of something else; none is selected.

        What the page selected before it heard of this, and sends late, is dropped.

        Parameters
        ----------
        samples_of : str
            Such as the title of the inputs shown.
        """
        self._start(text("samples_of", samples_of))
