"""What training minimises besides the loss of the answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Penalties:
    """Penalties on weights and outputs beside the data loss.

    Attributes
    ----------
    data_loss : float
    by_layer : tuple of (str, float)
        Paths of the layers that add a penalty, and how much; "" for the model itself.
    """

    data_loss: float
    by_layer: tuple[tuple[str, float], ...]
