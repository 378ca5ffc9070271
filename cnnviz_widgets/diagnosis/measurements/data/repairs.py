"""What came of known repairs, each tried on a copy of the inputs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Repair:
    """A repair that was tried, and the loss without and with it.

    Attributes
    ----------
    kind : str
        The kind of finding that it would be a cure for: ``input-range``, ``channel-order`` or
        ``stale-averages``.
    how : str
        Such as ``x / 255``, as it is said.
    now, repaired : float
        The loss.
    constant : float
        The loss of the best constant answer.
    score_now, score_repaired : float
        As `Answers.score`.
    samples : int
    """

    kind: str
    how: str
    now: float
    repaired: float
    constant: float
    score_now: float
    score_repaired: float
    samples: int
