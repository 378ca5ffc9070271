"""Sums that come out the same to the last bit in whatever order their terms come.

Each term is split into a multiple of 2⁻¹⁰ and the rest as a multiple of 2⁻⁵⁰. Sums of multiples
of one number are exact in float64 as long as they stay below 2⁵³ of it: up to 2⁴³ for the first
part and, as each rest is below 2⁻¹⁰, for 2¹³ terms at the worst and some 10⁷ at random for the
second. Beyond that sums round as any others do, and order shows in the last bits.
"""

from __future__ import annotations

import numpy as np

from ..arrays import Floats

# Adding and taking off 1.5 · 2⁵² multiples of a number rounds to its multiples.
_COARSE, _FINE = 1.5 * 2.0**42, 1.5 * 2.0**2


def split_terms(terms: Floats) -> Floats:
    """Each term as two parts, shape (2, …), that add up to it but for 2⁻⁵¹ at the most.

    Parameters
    ----------
    terms : ndarray of float64
        About 1 in magnitude: divided by a power of two that is fixed beforehand.
    """
    parts = np.empty((2, *terms.shape))
    coarse, fine = parts
    np.add(terms, _COARSE, out=coarse)
    coarse -= _COARSE
    np.subtract(terms, coarse, out=fine)
    fine += _FINE
    fine -= _FINE
    return parts
