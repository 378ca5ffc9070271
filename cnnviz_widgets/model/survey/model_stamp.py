"""Telling whether a model is still the one, with the weights, that a survey began with."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...analysis.survey.sample_hash import hashed
from ..layers.effective_weights import read_only
from .model_structure import model_structure

# A quick look takes so many numbers of each weight beside its sum: what only changes places may be
# seen by these.
_LOOKED_AT = 64
# So many are added up at a time: they fit a cache.
_TOGETHER = 1 << 13


def model_digest(model: Any) -> str:
    """A SHA-256 over what a built model is made of and all its weights, as hexadecimal digits."""
    digest = hashlib.sha256(model_structure(model).encode())
    for variable in model.weights:
        array = np.ascontiguousarray(read_only(variable, copy=False))
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.view(np.uint8).data if array.size else b"")
    return digest.hexdigest()


def weights_stamp(model: Any) -> tuple[bytes, ...]:
    """The sum of each of a model's weights and a few of their numbers, as bytes.

    It is several times as quick as the digest. What may be missed are numbers that are the same
    in another order.
    """
    stamp = []
    for variable in model.weights:
        flat = np.ascontiguousarray(read_only(variable, copy=False)).reshape(-1)
        places = hashed(np.arange(_LOOKED_AT), 0) % np.uint64(max(flat.size, 1))
        looked_at = flat[places.astype(np.int64)[: flat.size]]
        stamp.append(_sum_of_bytes(flat) + looked_at.tobytes())
    return tuple(stamp)


def _sum_of_bytes(flat: NDArray[Any]) -> bytes:
    """Of whole numbers a sum leaves nothing out, however small it is beside the others."""
    held = flat.view(np.uint8)
    whole = len(held) // 8 * 8
    # Eight bytes at a time, several times as quick as four that are converted; their upper halves
    # once more, whose highest bits, signs, would run over and cancel.
    wide = held[:whole].view(np.uint64)
    total = upper = np.uint64(0)
    with np.errstate(over="ignore"):
        for first in range(0, len(wide), _TOGETHER):
            some = wide[first : first + _TOGETHER]
            total += some.sum(dtype=np.uint64)
            upper += (some >> np.uint64(32)).sum(dtype=np.uint64)
    return bytes(total.tobytes() + upper.tobytes() + held[whole:].tobytes())
