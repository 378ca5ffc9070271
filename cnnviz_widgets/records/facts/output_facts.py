"""What follows from the parts of a picture of outputs, or of attention."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..layer_picture import MOST_ROWS, PictureFacts, counted
from ..record_kind import OUTPUTS, RecordKind


class OutputFacts(PictureFacts):
    """What follows from the parts of a picture with a row a sample: outputs, or attention."""

    @property
    def kind(self) -> RecordKind:
        """A layer's outputs."""
        return OUTPUTS

    @property
    def channel_noun(self) -> str:
        """What one entry of the last axis is."""
        return self.kind.noun

    @property
    def sample_numbers(self) -> NDArray[np.intp]:
        """The number of each sample among all that there were, shape (batch,)."""
        if self.samples is None:
            return np.arange(self.n_samples)
        return np.array(self.samples.numbers, dtype=np.intp)

    @property
    def rows(self) -> NDArray[np.intp]:
        """The number of each sample that has a row where all are looked at, shape (row,)."""
        if self.samples is None:
            return np.arange(min(self.n_samples, MOST_ROWS))
        every = np.arange(min(self.samples.total, MOST_ROWS))
        return np.union1d(every, self.sample_numbers[:MOST_ROWS])

    @property
    def zooms_exactly(self) -> bool:
        """Whether a part of the picture can be had less averaged than the whole."""
        return False

    @property
    def label(self) -> str | None:
        """None: there is nothing to tell outputs from."""
        return None

    @property
    def basis(self) -> str:
        """On how many samples measures, tree and densities rest, in words."""
        return self._shown_samples

    @property
    def _shown_samples(self) -> str:
        return str(self.samples or counted(self.n_samples, "sample"))

    @property
    def extent(self) -> str:
        """How many channels of which size, on which samples."""
        return f"{counted(self.n_channels, self.channel_noun)}{self._size} · {self._shown_samples}"

    @property
    def dead_note(self) -> str:
        """How many channels are zero throughout, and on which samples; "" for none."""
        dead = int(self.measures.dead.sum())
        channels = f"of {counted(self.n_channels, self.channel_noun)}"
        if self.samples is None:
            return f"{dead:,} {channels} {are(dead)} zero on every sample." if dead else ""
        # What is silent on some samples is called dead where it was so on all of them.
        silent = int((self.measures.zero_share == 1).sum())
        if not silent:
            return ""
        return (
            f"{silent:,} {channels} {are(silent)} zero on these "
            f"{counted(self.n_samples, 'sample')}; "
            f"{f'{dead:,}' if dead else 'none'} of them {'was' if dead == 1 else 'were'} so on all "
            f"{self.samples.total:,} when these were last looked at."
        )

    @property
    def _choice_note(self) -> str:
        """Which samples these are, where they are not all."""
        return (
            f"A quick look, at {self.samples}, spread evenly over the rows; those of the "
            "others stay empty. The first and the last look of a training are at all of them."
        )

    def _omissions(self) -> list[str]:
        notes = [] if self.samples is None else [self._choice_note]
        channels = counted(self.n_channels, self.channel_noun)
        compared = len(self.tree.items) + len(self.tree.nonfinite)
        if compared < self.n_channels:
            notes.append(
                f"The picture shows {len(self.columns):,} of {channels}, spread "
                "evenly; tree, curves and legend are of these, other counts and measures of all."
            )
        elif len(self.columns) < self.n_channels:
            notes.append(
                f"The picture shows {len(self.columns):,} of {channels}, spread "
                "evenly over the tree; the legend counts these, all else uses all of them."
            )
        rows = len(self.tiles.codes)
        if rows < self.n_samples:
            reach = "use all of them"
            if self.basis != self._shown_samples:
                reach = f"are of {self.basis}"
            notes.append(
                f"The picture shows the first {rows:,} of {self.n_samples:,} samples; distances, "
                f"densities and measures {reach}."
            )
        down, across = self.tiles.reduction
        if down * across > 1:
            height, width = self.tiles.tile_shape
            notes.append(
                f"Each pixel is the mean of {down} × {across} values: tiles are {height} × {width}."
            )
        return notes


def are(count: int) -> str:
    """The verb of so many."""
    return "is" if count == 1 else "are"
