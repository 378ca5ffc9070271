"""What a limited number of samples can say of units that were silent on all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

RAREST = 0.25
"""Least exponent a of the Beta(a, b) distribution of firing rates. Rates that crowd towards 0 still
more steeply would call any number of dead units rare; and such a unit is of no use either."""

RARELY = 0.25
"""Share of samples up to which a unit counts as seen to fire rarely."""

FEWEST_LIVING = 10
"""Living units from which something can be learnt of the silent ones."""

FEWEST_SAMPLES = 8
"""Below, a unit that is silent on all samples may fire on 3 of 8 inputs or more: no warning about
part of the units of a layer without positions."""


def firing_bound(samples: int) -> float:
    """The share of inputs on which a unit that was silent on all samples may fire.

    At 95 % confidence, by the rule of three: a unit that fires on a share p of all inputs is
    silent on N of them with probability (1 − p)^N, which is under 5 % once p > 3/N.

    Parameters
    ----------
    samples : int
        N, at least 1.
    """
    return min(1.0, 3.0 / samples)


def silent_but_living(fires: NDArray[np.integer], samples: int) -> float:
    """How many of the silent units probably fire on inputs that were not among the samples.

    The units that did fire are taken to have firing rates p ~ Beta(a, b); a and b are those under
    which the counts seen, k of N samples for k ≥ 1, are likeliest (beta-binomial distribution,
    truncated at 0). It then says how many units with k = 0 belong to them: n · P(0) / (1 − P(0))
    for n units that fired. Where many fired only just, others of their kind have only just not;
    where all that fire do so often, silence means more than rarity. A fit alone can call any number
    of dead units rare, so that no more are believed than there are units seen to fire rarely, on
    at most a quarter of the samples.

    Parameters
    ----------
    fires : ndarray of int, shape (unit,)
        On how many samples each unit was not zero.
    samples : int
        N.

    Returns
    -------
    float
        At most the number of silent units, and of those that fire rarely; 0 where fewer than
        `FEWEST_LIVING` units fired, from which nothing can be learnt.
    """
    silent = int(np.count_nonzero(fires == 0))
    counts = np.bincount(fires, minlength=samples + 1)[1:]
    living = int(counts.sum())
    if not silent or living < FEWEST_LIVING:
        return 0.0
    rarely = int(counts[: int(RARELY * samples)].sum())
    seen = np.flatnonzero(counts) + 1
    weights = counts[seen - 1]

    def log_share(k: Any, logs: NDArray[np.float64]) -> Any:
        """Of units that fire on k samples, but for the binomial coefficient."""
        a, b = np.exp(logs)
        return special.betaln(k + a, samples - k + b) - special.betaln(a, b)

    def surprise(logs: NDArray[np.float64]) -> float:
        alive = -np.expm1(log_share(0, logs))
        return float(living * np.log(max(alive, 1e-300)) - weights @ log_share(seen, logs))

    best = optimize.minimize(
        surprise,
        (0.0, 0.0),
        method="Nelder-Mead",
        bounds=((float(np.log(RAREST)), 8.0), (-4.0, 8.0)),
    )
    none = float(np.exp(log_share(0, best.x)))
    return min(float(silent), float(rarely), living * none / max(1.0 - none, 1e-12))


def samples_fired_on(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """On how many samples each channel is anywhere not zero.

    Parameters
    ----------
    values : ndarray, shape (sample, ..., channel)

    Returns
    -------
    ndarray of int, shape (channel,)
    """
    fires = np.zeros(values.shape[-1], dtype=np.intp)
    between = tuple(range(values.ndim - 2))
    for sample in values:
        fires += (sample != 0).any(axis=between) if between else sample != 0
    return fires
