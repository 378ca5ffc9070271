"""What came of known repairs, each tried on a copy of the inputs or of what passes through."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .answers import BY_LOSS, Answers

HALVED = 0.5
"""Loss with a repair over the loss without, from which it has an effect worth telling."""

AT_STAKE = 0.1
"""Share of the constant answer's loss that a repair must take away: below, a model that is right
and is made surer of it would pass for repaired."""

GAIN = 0.05
"""Chance of so many samples being answered better by luck; it must halve the loss besides."""


LIFTED, SURE_GAIN = 0.8, 0.02
"""Loss with a repair over that of the best constant answer from which a model that was no better
has been lifted above it: where a task is hard, no loss halves. Chance of its gain being luck: of
three repairs tried, 1 in 20 together."""


@dataclass(frozen=True)
class Repair:
    """A repair that was tried, and the answers without and with it.

    Attributes
    ----------
    kind : str
        The kind of finding that it would be a cure for: ``input-range``, ``channel-order`` or
        ``stale-averages``.
    how : str
        Such as ``x / 255``, as it is said.
    code : str
        A line that does it.
    before, after : Answers
        Judged by the same samples and the same loss.
    p_gain : float
        The chance of as many samples being answered better rather than worse if the repair did
        nothing.
    expected : bool
        Whether something besides the gain speaks for it: what BatchNormalization remembers, or
        that the answers stand so large a change of the inputs.
    with_targets : bool
        Whether the targets are prepared as the inputs are, and were repaired with them.
    factor : float
        By how much it widens the spread of the inputs.
    """

    kind: str
    how: str
    code: str
    before: Answers
    after: Answers
    p_gain: float
    expected: bool = False
    with_targets: bool = False
    factor: float = 1.0

    @property
    def helps(self) -> bool:
        """Whether what it mends is the cause: as the loss says, the answers, and no luck."""
        after = self.after
        if not after.better or after.loss >= after.constant_loss:
            return False
        if after.score < self.before.score:
            return False
        if self._halves:
            return self.expected or self.p_gain <= GAIN
        return self._lifts and (self.expected or self.p_gain <= SURE_GAIN)

    @property
    def ratio(self) -> float | None:
        """The loss without over that with it; None where one of them is not known."""
        now, then = self.before.loss, self.after.loss
        return now / max(then, 1e-12) if math.isfinite(now) and math.isfinite(then) else None

    @property
    def _lifts(self) -> bool:
        """Whether answers that were no better than a constant one are so now."""
        constant = self.after.constant_loss
        was_no_better = not self.before.better and self.before.loss >= BY_LOSS * constant
        return was_no_better and self.after.loss <= LIFTED * constant

    @property
    def _halves(self) -> bool:
        """Whether the loss at least halves; the share of errors where no loss can tell."""
        now, then = self.before.loss, self.after.loss
        if math.isnan(now) or math.isnan(then) or now <= 0 or then < 0:
            return 1 - self.after.score <= HALVED * (1 - self.before.score)
        at_stake = AT_STAKE * self.before.constant_loss
        return then <= HALVED * now and not now - then < at_stake
