"""How a layer is shown: all that a figure needs beside the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """How a layer is shown on the page.

    Attributes
    ----------
    title, facts : str
        The layer and the view, and a line on what they are.
    colormap : str
        'grey', 'viridis', 'magma' or 'diverging'.
    value_range : str
        Over what the colours are stretched: 'tile', 'channel' or 'column', 'row', 'layer'.
    cut : float or None
        Height at which the tree is cut into groups: a cosine distance, for Ward a Euclidean one.
    selected : tuple of int
        Channels.
    sample_labels : sequence of str
        A name for each of all samples; none: their numbers.
    class_names : sequence of str
        A name for each channel, where it stands for a class.
    composite : bool
        Whether three channels of pictures, or kernels of three inputs, are drawn in colour, too.
    """

    title: str = ""
    facts: str = ""
    colormap: str = "grey"
    value_range: str = "channel"
    cut: float | None = None
    selected: tuple[int, ...] = ()
    sample_labels: Sequence[str] = ()
    class_names: Sequence[str] = ()
    composite: bool = False
