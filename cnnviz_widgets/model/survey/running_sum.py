"""What batches of samples add up to: whole whatever comes between, or known not to be."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from ...analysis.arrays import Integers
from ...analysis.survey.batch_parts import BatchParts
from ...analysis.survey.channel_rule import ChannelRule
from ...analysis.survey.layer_tally import LayerTally
from ...analysis.survey.row_products import BLOCK
from ...records.cached_property import cached_property
from ...records.survey.sample_digests import SampleDigests, no_digests
from ...records.survey.survey import Survey
from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_later
from .data.seen_numbers import SeenNumbers

PILOT = BLOCK
"""By so many samples, the first ones, it is chosen how channels are counted."""

# Batches are added up together, which is much quicker for small ones: so many samples of them, or
# so many bytes, whatever is reached first. Each time all weights are looked at.
_TOGETHER, _TOGETHER_BYTES = 512, 96 * 2**20

Rules = Mapping[str, ChannelRule]


class NotWhole(RuntimeError):
    """Adding up was broken off: what there is may be of some layers only, or not true."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is to be added up of one batch.

    Attributes
    ----------
    parts : dict of str to BatchParts
        Of all layers.
    numbers, labels : ndarray of int64
    digests : SampleDigests
        Of these samples and all before them.
    """

    parts: dict[str, BatchParts]
    numbers: Integers
    labels: Integers
    digests: SampleDigests

    @cached_property
    def nbytes(self) -> int:
        """Memory of the parts."""
        return sum(each.nbytes for each in self.parts.values())


class RunningSum:
    """Adds batches up, several together; those that came last wait for it.

    Parameters
    ----------
    classes, rows : int
        As in `Plan`.
    rules : mapping of str to ChannelRule, optional
        How channels are counted; by default the first samples choose.
    begun : Survey, optional
        What is gone on from.
    verify : callable
        Called before anything is added up: it raises where what waits may not be true.

    Attributes
    ----------
    tallies : dict of str to LayerTally
        Of what does not wait; {} before the rules are chosen.
    digests : SampleDigests
        Of the same samples.
    """

    def __init__(
        self,
        classes: int,
        rows: int,
        rules: Rules | None,
        begun: Survey | None,
        verify: Callable[[], None],
    ) -> None:
        self._classes, self._rows = classes, rows
        self._verify = verify
        self._waiting: list[Seen] = []
        self._is_whole = True
        self.tallies: dict[str, LayerTally] = {}
        self.digests = no_digests()
        self._numbers = SeenNumbers()
        if begun is not None:
            self._numbers, self.digests = SeenNumbers(begun.ranges), begun.digests
            self.tallies = {path: copy.deepcopy(each.tally) for path, each in begun.layers.items()}
        elif rules is not None:
            self._begin(rules)

    @property
    def samples(self) -> int:
        """How many samples there were, those that wait among them."""
        return self._numbers.count + sum(len(each.numbers) for each in self._waiting)

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The numbers of the samples that do not wait."""
        return self._numbers.ranges

    @property
    def latest_digests(self) -> SampleDigests:
        """Of all samples, those that wait among them."""
        return self._waiting[-1].digests if self._waiting else self.digests

    def first_again(self, numbers: Integers) -> int | None:
        """The first of these numbers that a sample had before."""
        waiting = [each.numbers for each in self._waiting]
        again = self._numbers.first_again(numbers)
        if again is None and waiting:
            twice = np.isin(numbers, np.concatenate(waiting))
            again = int(numbers[twice.argmax()]) if twice.any() else None
        return again

    def add(self, seen: Seen) -> None:
        """Take a batch; an interrupt comes before it or after it.

        Raises
        ------
        Exception
            As `verify` does.
        """
        self._waiting.append(seen)
        samples = sum(len(each.numbers) for each in self._waiting)
        # The first tell which values are worth looking up from then on.
        enough = samples >= (_TOGETHER if self.tallies else PILOT)
        if enough or (self.tallies and self._waiting_bytes() >= _TOGETHER_BYTES):
            self.settle()

    def settle(self) -> None:
        """Add up what waits; the first samples choose the rules before that.

        Raises
        ------
        NotWhole
            It was broken off before.
        Exception
            As `verify` does.
        """
        self.check_whole()
        if not self._waiting:
            return
        self._verify()
        later = interrupts_later()
        with surely(later), later:
            self._add_waiting()

    def drop_waiting(self) -> None:
        """Forget what waits."""
        self._waiting = []

    def drop_all(self) -> None:
        """Have nothing of it be used any more."""
        self._is_whole, self._waiting = False, []

    def check_whole(self) -> None:
        """Refuse to go on with what was broken off.

        Raises
        ------
        NotWhole
        """
        if not self._is_whole:
            raise NotWhole("adding up was broken off, and what it gave cannot be used")

    def _add_waiting(self) -> None:
        waiting = self._waiting
        numbers = np.concatenate([each.numbers for each in waiting])
        labels = np.concatenate([each.labels for each in waiting])
        # Where anything is raised from here on, memory may be short, some of it is lost.
        self._is_whole, self._waiting = False, []
        if not self.tallies:
            self._begin(_rules_by(waiting))
        for path, tally in self.tallies.items():
            tally.add(_joined(waiting, path), numbers, labels)
        self._numbers.add(numbers)
        self.digests = waiting[-1].digests
        self._is_whole = True

    def _begin(self, rules: Rules) -> None:
        self.tallies = {
            path: LayerTally.empty(rule, self._classes, min(self._rows, math.prod(rule.axes)))
            for path, rule in rules.items()
        }

    def _waiting_bytes(self) -> int:
        return sum(each.nbytes for each in self._waiting)


def _rules_by(first: list[Seen]) -> Rules:
    paths = list(first[0].parts)
    return {path: ChannelRule.chosen_by(_joined(first, path).some(0, PILOT)) for path in paths}


def _joined(batches: list[Seen], path: str) -> BatchParts:
    """A layer's parts of several batches."""
    parts = [each.parts[path] for each in batches]
    if len(parts) == 1:
        return parts[0]
    names = [field.name for field in fields(BatchParts) if field.name != "axes"]
    arrays = {name: np.concatenate([getattr(each, name) for each in parts]) for name in names}
    return BatchParts(axes=parts[0].axes, **arrays)
