"""Which layers of two models, or of one model at two moments, go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class LayerOutline(NamedTuple):
    """What tells a layer from others when partners are sought.

    Attributes
    ----------
    path : str
        Names from the outside in.
    kind : str
        Name of its class; "" where it is not known.
    shape : tuple of int or None
        Of its output without the batch, channels last.
    """

    path: str
    kind: str
    shape: tuple[int | None, ...]

    @property
    def channels(self) -> int | None:
        """How many channels it has; one where its output has no axis but the batch."""
        return self.shape[-1] if self.shape else 1


class LayerPairs(NamedTuple):
    """Layers with their partners, and those without, each in the order of its own model."""

    pairs: tuple[tuple[LayerOutline, LayerOutline], ...]
    only_a: tuple[LayerOutline, ...]
    only_b: tuple[LayerOutline, ...]


def pair_layers(
    a: Sequence[LayerOutline], b: Sequence[LayerOutline], *, by_kind: bool = True
) -> LayerPairs:
    """Pair the layers of `a` with those of `b`, one to one.

    Layers of the same path and rank go together. Of the others, as many as possible of the same
    kind and rank are paired so that both keep their order, and among the ways to do so one with
    the most pairs of equal channel counts is taken.

    Parameters
    ----------
    a, b : sequence of LayerOutline
        Each in execution order.
    by_kind : bool
        False: only layers of the same path are paired, as for two moments of one model.
    """
    others = {layer.path: layer for layer in b}
    partner: dict[str, LayerOutline] = {}
    for layer in a:
        other = others.get(layer.path)
        if other is not None and len(other.shape) == len(layer.shape):
            partner[layer.path] = other
    if by_kind:
        taken = {other.path for other in partner.values()}
        left = [layer for layer in a if layer.path not in partner]
        right = [layer for layer in b if layer.path not in taken]
        partner.update((one.path, other) for one, other in _in_order(left, right))
    taken = {other.path for other in partner.values()}
    return LayerPairs(
        tuple((layer, partner[layer.path]) for layer in a if layer.path in partner),
        tuple(layer for layer in a if layer.path not in partner),
        tuple(layer for layer in b if layer.path not in taken),
    )


def _in_order(
    a: Sequence[LayerOutline], b: Sequence[LayerOutline]
) -> list[tuple[LayerOutline, LayerOutline]]:
    """The longest common subsequence by kind and rank, equal channel counts preferred."""
    # More than any number of equal channel counts is worth one pair more.
    worth = 1 + min(len(a), len(b))
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if _alike(a[i], b[j]):
                value = worth + (a[i].channels == b[j].channels)
                best[i][j] = max(best[i][j], value + best[i + 1][j + 1])
    pairs = []
    i = j = 0
    while i < len(a) and j < len(b):
        value = worth + (a[i].channels == b[j].channels)
        if _alike(a[i], b[j]) and best[i][j] == value + best[i + 1][j + 1]:
            pairs.append((a[i], b[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _alike(a: LayerOutline, b: LayerOutline) -> bool:
    return a.kind == b.kind and len(a.shape) == len(b.shape)
