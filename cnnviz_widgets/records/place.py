"""Where in a model one looks: which layer, which side of it, and which of its weights."""

from __future__ import annotations

from typing import NamedTuple

from .record_kind import OUTPUTS


class Place(NamedTuple):
    """One view of one layer.

    Attributes
    ----------
    layer : str
        The layer's path.
    view : {'outputs', 'weights', 'attention'}
    weight : str
        Which weight, such as ``kernel``; "" for outputs and attention.
    """

    layer: str
    view: str = OUTPUTS.name
    weight: str = ""
