"""What leads each row: the sample itself, what it is, and what the model makes of it."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from ...analysis.thumbnails import Thumbnails


@dataclass(frozen=True, eq=False)
class SamplePictures:
    """The samples themselves, as far as rows are led by them.

    Attributes
    ----------
    pictures : Thumbnails or None
        Of the first samples; None where they are no pictures.
    texts : tuple of str
        The same samples in words: text, tokens, or the values of a table; () of pictures.
    more : tuple of str
        For each of them what else it is made of, a line an input; () where that is nothing.
    """

    pictures: Thumbnails | None = None
    texts: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SampleAnswers:
    """What the model was asked of each sample, and what it answers.

    Attributes
    ----------
    truths, answers : tuple of str
        In words; "" where there is none.
    confidence : ndarray of float32, shape (sample,)
        The share that the answer has of 1; NaN where answers have none.
    right : ndarray of int8, shape (sample,)
        1, 0, or −1 where nobody can tell.
    truth_class, answer_class : ndarray of int32, shape (sample,)
        Numbers of classes; −1 where there is none.
    old : ndarray of bool, shape (sample,)
        Whose answer is from an earlier look.
    """

    truths: tuple[str, ...]
    answers: tuple[str, ...]
    confidence: NDArray[np.float32]
    right: NDArray[np.int8]
    truth_class: NDArray[np.int32]
    answer_class: NDArray[np.int32]
    old: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @classmethod
    def none(cls, count: int, truths: tuple[str, ...] = ()) -> SampleAnswers:
        """No answers of so many samples."""
        empty = ("",) * count
        return cls(
            truths or empty,
            empty,
            np.full(count, math.nan, np.float32),
            np.full(count, -1, np.int8),
            np.full(count, -1, np.int32),
            np.full(count, -1, np.int32),
            np.zeros(count, np.bool_),
        )

    def __len__(self) -> int:
        return len(self.truths)

    @property
    def nbytes(self) -> int:
        """Memory of the answers, in bytes; names of classes are there anyway."""
        words = [each for each in self.answers if each] if (self.answer_class < 0).all() else []
        arrays = (self.confidence, self.right, self.answer_class, self.old)
        return sum(map(sys.getsizeof, (self, self.answers, *words, *arrays)))

    @property
    def judged(self) -> int:
        """How many answers that are not old are right or wrong."""
        return int(np.count_nonzero((self.right >= 0) & ~self.old))

    @property
    def right_count(self) -> int:
        """How many of these are right."""
        return int(np.count_nonzero((self.right == 1) & ~self.old))

    @property
    def wrong(self) -> NDArray[np.intp]:
        """Which of the samples have a wrong answer that is not old, by their place."""
        return np.flatnonzero((self.right == 0) & ~self.old)

    def first(self, count: int) -> SampleAnswers:
        """Those to the first samples."""
        if count >= len(self):
            return self
        return SampleAnswers(
            **{each.name: getattr(self, each.name)[:count] for each in fields(self)}
        )

    def joined(self, other: SampleAnswers) -> SampleAnswers:
        """Those of other samples behind these."""
        arrays = {
            each: np.concatenate([getattr(self, each), getattr(other, each)])
            for each in ("confidence", "right", "truth_class", "answer_class", "old")
        }
        return SampleAnswers(self.truths + other.truths, self.answers + other.answers, **arrays)

    def unanswered(self) -> SampleAnswers:
        """The same samples before the model has answered."""
        return replace(SampleAnswers.none(len(self), self.truths), truth_class=self.truth_class)

    def renewed(self, rows: NDArray[np.intp], new: SampleAnswers) -> SampleAnswers:
        """The same with new answers of some samples; those of the others are old from now on."""
        answers = list(self.answers)
        for row, answer in zip(rows.tolist(), new.answers, strict=True):
            answers[row] = answer
        arrays = {}
        for name in ("confidence", "right", "answer_class"):
            arrays[name] = getattr(self, name).copy()
            arrays[name][rows] = getattr(new, name)
        old = np.ones(len(self), np.bool_)
        old[rows] = False
        return replace(self, answers=tuple(answers), old=old, **arrays)
