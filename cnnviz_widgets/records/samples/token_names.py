"""What the tokens are called that an attention looks from and at, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


def _unknown() -> NDArray[np.int32]:
    return np.zeros((0, 0), np.int32)


@dataclass(frozen=True, eq=False)
class TokenNames:
    """A word for each token, as far as they are known.

    Attributes
    ----------
    words : tuple of str
        Each once.
    targets, sources : ndarray of int32, shape (sample, token)
        Places in `words`; of shape (0, 0) where they have no names.
    note : str
        What is to be known of the words, in a sentence; "" for nothing.
    """

    words: tuple[str, ...] = ()
    targets: NDArray[np.int32] = field(default_factory=_unknown)
    sources: NDArray[np.int32] = field(default_factory=_unknown)
    note: str = ""
