"""The head of a model beside its loss and its targets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Head:
    """What a model ends in, and what judges it.

    Attributes
    ----------
    layer : str
        Path of the layer that the model returns.
    activation : str
        ``linear`` where there is none.
    units : int
        Length of the last axis.
    loss : str
        Name of the loss, such as ``sparse_categorical_crossentropy``.
    from_logits : bool
        Whether the loss takes logits.
    """

    layer: str
    activation: str
    units: int
    loss: str
    from_logits: bool
