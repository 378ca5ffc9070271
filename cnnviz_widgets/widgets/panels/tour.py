"""Tour: what is where on the page, and what to look for there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from traitlets import Enum

from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning

if TYPE_CHECKING:
    from ...model import LayerInfo

__all__ = ["SUBJECTS", "Tour", "subject_of"]

SUBJECTS = ("image", "sequence", "text", "table", "generator")
"""What a model is of, in the words of the tour."""


class Tour(Owning, BundledWidget):
    """A few bubbles over the blocks of the page, in the order of analysis, and a list of keys.

    It opens at '?', and needs no kernel.

    Parameters
    ----------
    **traits
        Any trait of the widget.
    """

    _esm = bundle("tour.js")
    _css = bundle("tour.css")

    subject = Enum(
        SUBJECTS,
        "image",
        help="What the model is of: it answers to images, sequences, texts or tables, or "
        "makes images.",
    ).tag(sync=True)


def subject_of(layers: Sequence[LayerInfo], image_ends: Collection[str]) -> str:
    """What a model is of, as far as its layers and ends tell.

    Parameters
    ----------
    layers : sequence of LayerInfo
        In execution order.
    image_ends : collection of {'input', 'output'}
        Which ends of the model are images, as `ModelProbe.image_ends` tells them.

    Returns
    -------
    {'image', 'sequence', 'text', 'table', 'generator'}
        An autoencoder of images is of images; words are known by the layer that embeds them.
    """
    if "input" in image_ends:
        return "image"
    if "output" in image_ends:
        return "generator"
    if any("Embedding" in (info.family or info.kind) for info in layers):
        return "text"
    # The first layer that reads what no layer made: its output has as many axes as the input.
    first = next((info for info in layers if not info.parents), None)
    axes = 0 if first is None else len(first.output_shape)
    if axes > 3:
        return "image"
    return "sequence" if axes == 3 else "table"
