"""Telling whether a model's weights are still those that a survey began with."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ..layers.effective_weights import read_only

# A quick look takes so many numbers of each weight: a step of training moves nearly all.
_LOOKED_AT = 64


def weights_digest(model: Any) -> str:
    """A SHA-256 over all of a model's weights, as hexadecimal digits."""
    digest = hashlib.sha256()
    for variable in model.weights:
        array = np.ascontiguousarray(read_only(variable, copy=False))
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(array.view(np.uint8).data if array.size else b"")
    return digest.hexdigest()


def weights_stamp(model: Any) -> tuple[bytes, ...]:
    """A few numbers of each of a model's weights, as bytes: quick, and may miss a small change."""
    stamp = []
    for variable in model.weights:
        flat = read_only(variable, copy=False).reshape(-1)
        stamp.append(flat[:: max(1, flat.size // _LOOKED_AT)].tobytes())
    return tuple(stamp)
