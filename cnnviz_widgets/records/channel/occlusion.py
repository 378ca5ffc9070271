"""What a channel or an answer loses when a part of the input is covered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, frozen
from ...analysis.channel.occlusion_grid import OcclusionGrid, weakest


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What was lost at each place where a patch was covered.

    Attributes
    ----------
    sample : int
    source : str
        The input that was covered.
    grid : OcclusionGrid
        Where the patches lay.
    fills : tuple of str
        What they were covered with: ``"mean"``, the data's; ``"sample 7"``, the same patch of that
        one; a number.
    path, channel : str and int, or None
        What was asked of a channel.
    channel_before : float or None
        The channel's maximum on the input as it is.
    channel_losses : ndarray of float64, shape (fill, …), or None
        What its maximum loses with each fill at each position of a patch.
    target : int or None
        Which number of the model's output was asked for.
    target_before : float or None
    target_losses : ndarray of float64, shape (fill, …), or None
        As of the channel.
    target_unit : {'score', 'log-odds'} or None
        Shares of classes, and probabilities, count by the logarithm of their odds.
    answer : int or None
        The class with the highest score, of two the one that a single score tells; None where the
        model's output was not asked for.
    answers : ndarray of int, shape (fill, …), or None
        The same with each patch covered.
    notes : tuple of str
    """

    sample: int
    source: str
    grid: OcclusionGrid
    fills: tuple[str, ...]
    path: str | None
    channel: int | None
    channel_before: float | None
    channel_losses: Floats | None
    target: int | None
    target_before: float | None
    target_losses: Floats | None
    target_unit: str | None
    answer: int | None
    answers: NDArray[np.int64] | None
    notes: tuple[str, ...] = ()

    @property
    def channel_map(self) -> Floats | None:
        """What the channel's maximum loses whatever fill is taken; None where it was not asked.

        Of several fills the least loss counts, and where they differ in sign none.
        """
        return None if self.channel_losses is None else frozen(weakest(self.channel_losses))

    @property
    def target_map(self) -> Floats | None:
        """What the target loses whatever fill is taken, as of `channel_map`."""
        return None if self.target_losses is None else frozen(weakest(self.target_losses))

    @property
    def map(self) -> Floats:
        """The channel's map where a channel was asked, else the target's.

        Returns
        -------
        ndarray of float64, shape (positions down, positions across)
            Of a sequence (positions,). Negative where covering a patch adds to the value.
        """
        chosen = self.channel_map if self.channel_losses is not None else self.target_map
        assert chosen is not None  # one of the two was asked for
        return chosen

    @property
    def pixels(self) -> Floats:
        """`map` on the input's own positions: the mean of all patches that cover each."""
        return self.grid.on_pixels(self.map)

    @property
    def flips(self) -> NDArray[np.bool_] | None:
        """Where the answer becomes another one whatever fill is taken; None without an answer."""
        if self.answers is None:
            return None
        return frozen((self.answers != self.answer).all(axis=0))

    @property
    def before(self) -> float:
        """What `map` is lost from."""
        before = self.channel_before if self.channel_losses is not None else self.target_before
        assert before is not None
        return before

    @property
    def strongest(self) -> tuple[tuple[int, int], ...] | None:
        """The patch that loses most: along each axis where it begins and ends, half-open.

        None where no patch loses anything.
        """
        losses = self.map
        if not (np.nan_to_num(losses, nan=-np.inf) > 0).any():
            return None
        at = np.unravel_index(np.nanargmax(losses), losses.shape)
        begin = [starts[k] for starts, k in zip(self.grid.starts, at, strict=True)]
        return tuple((first, first + n) for first, n in zip(begin, self.grid.size, strict=True))

    @property
    def summary(self) -> str:
        """What came of it, in one sentence or two."""
        what = f"channel {self.channel} of '{self.path}'"
        if self.channel_losses is None:
            what = f"output {self.target}"
        place = self.strongest
        text = f"No patch of sample {self.sample} takes anything from {what}"
        if place is not None:
            loss = float(np.nanmax(self.map))
            share = f" of {self.before:.3g}" if np.isfinite(self.before) else ""
            where = " × ".join(f"{first}–{last - 1}" for first, last in place)
            text = f"{what} loses most at {where} of sample {self.sample}: {loss:.3g}{share}"
            text = text[0].upper() + text[1:]
        if self.flips is not None:
            text += f"; the answer changes at {int(self.flips.sum())} of {self.flips.size} places"
        return " ".join((f"{text}.", *self.notes))
