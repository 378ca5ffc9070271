"""How a signal grows or fades from layer to layer, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Signal:
    """The scale of the signal over depth.

    Attributes
    ----------
    layers : tuple of str
        Paths of the layers with weights, in execution order.
    forward : tuple of float
        Of each, the scale of its output relative to that of the inputs.
    gradients : tuple of float
        Of each, the norm of the loss' gradient with respect to its weights, relative to the
        weights' own norm; () without targets.
    """

    layers: tuple[str, ...]
    forward: tuple[float, ...]
    gradients: tuple[float, ...] = ()
