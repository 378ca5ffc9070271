"""What of a map may be made at a look at a training, so that it keeps to its share of the time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

Part: TypeAlias = Literal["nothing", "groups", "all"]

EFFECTS_EVERY = 4
"""Edges are measured at every so many maps at most: they take most of the time."""

# The look itself takes the rest of what its monitor may.
_OF_BUDGET = 0.5
# What groups leave is saved for edges: else they would take all, and no edge be ever measured.
_OF_GROUPS = 0.6
# Reading takes some third of the time of a map with edges; until one was measured three times that
# is expected, so that it does not break the budget.
_EFFECTS_OF_GROUPS = 3


class MapPace:
    """Keeps a map within half of what a monitor may take.

    Parameters
    ----------
    budget : float or None
        The monitor's: a share of the training time. None: no limit.
    clock : callable
        Returns the time in seconds.
    """

    def __init__(
        self, budget: float | None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._budget = math.inf if budget is None or budget == 1 else _OF_BUDGET * budget
        self._clock = clock
        self._spent = self._on_groups = 0.0
        self._costs: dict[Part, float] = {}
        self._since_effects = 0

    def choose(self, training: float, *, first: bool, final: bool) -> Part:
        """What may be made now; at the first look groups in any case, at the last one all.

        Parameters
        ----------
        training : float
            Seconds of it so far.
        first, final : bool
        """
        if final:
            return "all"
        groups = self._costs.get("groups", 0.0)
        effects = self._costs.get("all", _EFFECTS_OF_GROUPS * groups)
        is_due = bool(self._costs) and self._since_effects + 1 >= EFFECTS_EVERY
        limit = math.inf if self._budget == math.inf else self._budget * training
        if is_due and self._spent + effects <= limit:
            return "all"
        within = self._on_groups + groups <= _OF_GROUPS * limit and self._spent + groups <= limit
        return "groups" if first or within else "nothing"

    @contextmanager
    def making(self, part: Part) -> Iterator[None]:
        """What happens here is spent on a map, whether it succeeds or not."""
        start = self._clock()
        try:
            yield
        finally:
            cost = self._clock() - start
            before = self._costs.get(part, cost)
            self._costs[part] = (before + cost) / 2
            self._spent += cost
            self._on_groups += cost if part == "groups" else 0.0
            self._since_effects = 0 if part == "all" else self._since_effects + 1
