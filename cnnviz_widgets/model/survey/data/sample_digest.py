"""A digest of what a sample holds, however it was handed over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Indices, Integers
from ....analysis.survey.kept_samples import KeptSamples
from ....records.survey.sample_digests import SampleDigests
from ....records.survey.survey import Survey
from .labels import class_numbers
from .survey_data import RawBatch

_BYTES = 8


class OtherSamples(ValueError):
    """Data that hold other samples than were surveyed."""


def with_batch(digests: SampleDigests, batch: RawBatch) -> SampleDigests:
    """Digests of more samples; only those that may be kept are looked at."""
    rows = digests.entering(batch.numbers)
    if not rows.size:
        return digests
    fresh = {"digest": batch_digests(batch, rows)}
    return digests.merged(KeptSamples(batch.numbers[rows], fresh, digests.most))


@dataclass(frozen=True, eq=False)
class SurveyedSamples:
    """What is known of the samples of a survey that is gone on from; it can be sent.

    Attributes
    ----------
    where : str
        The folder in which it lies.
    digests : SampleDigests
    numbers, labels : ndarray of int64, shape (k,)
        Of some samples; `NO_LABEL` where there was none.
    classes : int
    """

    where: str
    digests: SampleDigests
    numbers: Integers
    labels: Integers
    classes: int

    @classmethod
    def of(cls, survey: Survey, where: str) -> SurveyedSamples:
        """As a survey tells them."""
        kept = next(iter(survey.layers.values())).tally.kept
        return cls(where, survey.digests, kept.numbers, kept.arrays["label"], survey.classes)

    def check(self, batch: RawBatch) -> None:
        """Refuse samples or labels that are others than those of the same numbers.

        Raises
        ------
        OtherSamples
        """
        rows, at = _common(batch.numbers, self.digests.numbers)
        self._refuse(
            batch.numbers[rows],
            batch_digests(batch, rows) != self.digests.arrays["digest"][at],
            "is not the one that was surveyed",
        )
        if not self.classes or batch.labels is None:
            return
        rows, at = _common(batch.numbers, self.numbers)
        labels = class_numbers(batch.labels[rows], self.classes, batch.numbers[rows])
        differ = labels != self.labels[at]
        self._refuse(batch.numbers[rows], differ, "has another label than it had")

    def _refuse(self, numbers: Integers, differ: NDArray[np.bool_], why: str) -> None:
        if differ.any():
            raise OtherSamples(
                f"the state at {self.where!r} is of other data: sample "
                f"{numbers[differ.argmax()]:,} {why}. Give another folder, or remove it"
            )


def _common(numbers: Integers, others: Integers) -> tuple[Indices, Indices]:
    """At which places of both the same numbers stand."""
    _, at, there = np.intersect1d(numbers, others, assume_unique=True, return_indices=True)
    return at, there


def batch_digests(batch: RawBatch, rows: Indices) -> NDArray[np.uint64]:
    """The digests of some of a batch's samples, shape (len(rows),)."""
    arrays = [np.asarray(each[rows]) for each in keras.tree.flatten(batch.inputs)]
    return np.array(
        [_digest([array[row] for array in arrays]) for row in range(len(rows))], dtype=np.uint64
    )


def _digest(inputs: Sequence[Any]) -> int:
    """Of one sample: one and the same for numbers of one kind, in however many bits they come."""
    digest = hashlib.blake2b(digest_size=_BYTES)
    for each in inputs:
        array = np.asarray(each)
        digest.update(f"{array.shape}".encode())
        digest.update(_bytes(array))
    return int.from_bytes(digest.digest(), "little")


def _bytes(array: NDArray[Any]) -> bytes:
    if array.dtype.kind == "f":
        # What a model computes in.
        with np.errstate(over="ignore"):
            return array.astype("<f4").tobytes()
    if array.dtype.kind in "biu":
        return array.astype("<i8").tobytes()
    texts = (each if isinstance(each, bytes) else str(each).encode() for each in array.flat)
    return b"\0".join(texts)
