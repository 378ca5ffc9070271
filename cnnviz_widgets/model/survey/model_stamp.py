"""Telling whether a model is still the one, with the weights, that a survey began with."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ...analysis.survey.sample_hash import hashed
from ..layers.effective_weights import read_only
from .model_structure import model_structure

# A quick look takes so many numbers of each weight beside its sum: what only changes places may be
# seen by these.
_LOOKED_AT = 64


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

    It is some twenty times as quick as the digest. What may be missed are numbers that are the same
    in another order.
    """
    stamp = []
    for variable in model.weights:
        flat = np.ascontiguousarray(read_only(variable, copy=False)).reshape(-1)
        # Of whole numbers a sum leaves nothing out, however small it is beside the others.
        total = flat.view(np.uint32).sum(dtype=np.uint64)
        places = hashed(np.arange(_LOOKED_AT), 0) % np.uint64(max(flat.size, 1))
        stamp.append(total.tobytes() + flat[places.astype(np.int64)[: flat.size]].tobytes())
    return tuple(stamp)
