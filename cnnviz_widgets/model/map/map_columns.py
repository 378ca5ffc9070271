"""What the columns of a map's profiles are: classes by labels, predicted classes, or samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...analysis.arrays import Integers, frozen
from ...analysis.spreading import evenly
from ...records.layer_picture import counted
from ...records.map.network_record import ColumnKind
from ...validation.messages import described, listed
from ..survey.data.labels import MOST_CLASSES, as_labels

MOST_LABELLED = 32
"""Of more classes those with the most samples are columns, none of them without any."""

MOST_UNLABELLED = 16
"""So many predicted classes, or samples, at most."""

FEWEST = 3
"""Fewer predicted classes than this tell too little of a channel."""

# Of more classes without a sample it is told how many there are.
_MOST_TOLD = 12


@dataclass(frozen=True, eq=False)
class MapColumns:
    """The columns of a map's profiles.

    Attributes
    ----------
    names : tuple of str
    kind : {'classes', 'predicted', 'samples'}
    numbers : ndarray of int64, shape (columns,)
        The number of each column's class or sample.
    of_samples : ndarray of int64, shape (N,)
        The column of each of the probe's samples; −1: of none.
    notes : tuple of str
        Each a sentence.
    """

    names: tuple[str, ...]
    kind: ColumnKind
    numbers: Integers
    of_samples: Integers
    notes: tuple[str, ...] = ()

    def columns_of(self, classes: Integers) -> Integers:
        """The column of each of these class numbers; −1: of none."""
        most = max(int(self.numbers.max(initial=-1)), int(classes.max(initial=-1)), 0)
        column = np.full(most + 2, -1, np.int64)  # of −1, too
        column[self.numbers] = np.arange(self.numbers.size)
        return column[np.maximum(classes, -1)]


def labelled_columns(
    labels: Integers | None, samples: int, names: Sequence[str], surveyed: Integers | None = None
) -> MapColumns:
    """Classes by labels, of which there are samples.

    Parameters
    ----------
    labels : ndarray of int64, shape (samples,), or None
        As `checked_labels` gives them.
    samples : int
    names : sequence of str
        Of all classes, or none.
    surveyed : ndarray of int64, shape (classes,), optional
        How many samples of each class were surveyed.

    Raises
    ------
    ValueError
        There are not as many names as classes, or other classes than those surveyed.
    """
    classes = np.full(samples, -1, np.int64) if labels is None else labels
    counts = np.bincount(classes[classes >= 0]) if surveyed is None else surveyed
    if classes.max(initial=-1) >= counts.size:
        raise ValueError(
            f"labels must be 0 to {counts.size - 1}, as in the survey; got {classes.max()}"
        )
    if names and len(names) < counts.size:
        raise ValueError(
            f"class_names must name all {counts.size:,} classes; got {len(names):,} names"
        )
    counts = np.pad(counts, (0, max(len(names) - counts.size, 0)))
    # A column without a sample would look like one that no channel answers to.
    absent = np.flatnonzero(counts == 0)
    numbers, note = _most_frequent(np.where(counts, counts, -1), MOST_LABELLED)
    if absent.size > _MOST_TOLD:
        there = int(np.count_nonzero(counts))
        told = f"Of {counts.size:,} classes the {there:,} that have samples are columns."
        note = told if numbers.size == there else note
    elif absent.size:
        missing = listed([names[k] if names else str(k) for k in absent.tolist()])
        note = f"{note} No sample is of {missing}: no column.".strip()
    return _named(numbers, classes, names, "classes", note)


def predicted_columns(answers: Integers, names: Sequence[str]) -> MapColumns | None:
    """Classes that the model predicts; None where they are too few.

    Parameters
    ----------
    answers : ndarray of int64, shape (samples,)
        The class that each is taken for; −1: for none.
    names : sequence of str
        Of all classes, or none.
    """
    counts = np.bincount(answers[answers >= 0])
    if np.count_nonzero(counts) < FEWEST:
        return None
    numbers, note = _most_frequent(np.where(counts, counts, -1), MOST_UNLABELLED)
    told = "There are no labels: columns are the classes that the model predicts."
    columns = _named(numbers, answers, names if len(names) >= counts.size else (), "predicted")
    return MapColumns(
        columns.names, columns.kind, numbers, columns.of_samples, (told, *([note] if note else []))
    )


def sample_columns(samples: int, why: str) -> MapColumns:
    """Single samples.

    Parameters
    ----------
    samples : int
    why : str
        Why not classes: "the model is no classifier".
    """
    numbers = evenly(samples, MOST_UNLABELLED, "starts").astype(np.int64)
    of_samples = np.full(samples, -1, np.int64)
    of_samples[numbers] = np.arange(numbers.size)
    shown = counted(samples, "sample")
    shown = shown if numbers.size == samples else f"{numbers.size} of {shown}"
    return MapColumns(
        tuple(f"sample {number}" for number in numbers),
        "samples",
        frozen(numbers),
        frozen(of_samples),
        (f"There are no labels, and {why}: columns are {shown}.",),
    )


def checked_labels(labels: Any, samples: int) -> Integers:
    """The class of each sample, −1 where it is not known.

    Raises
    ------
    TypeError, ValueError
        They are no classes of so many samples.
    """
    classes = as_labels(labels)
    if len(classes) != samples:
        raise ValueError(
            f"labels must be of all {counted(samples, 'sample')} of the probe; got {len(classes):,}"
        )
    most = int(classes.max(initial=-1))
    if most < 0:
        raise ValueError(
            f"labels must be 0 or more, of one sample at least; got {described(labels)}"
        )
    if most >= MOST_CLASSES:
        raise ValueError(f"labels must be below {MOST_CLASSES:,}, as classes are; got {most:,}")
    return np.maximum(classes, -1)


def _most_frequent(counts: Integers, most: int) -> tuple[Integers, str]:
    """The classes that have a column, ascending; of those with −1 none has. And what is left."""
    there = np.flatnonzero(counts >= 0)
    if there.size <= most:
        return there.astype(np.int64), ""
    sampled = there[counts[there] > 0]
    if sampled.size <= most:
        note = f"Of {there.size:,} classes the {sampled.size} that have samples are columns."
        return sampled.astype(np.int64), note
    by_count = sampled[np.argsort(-counts[sampled], kind="stable")]
    note = f"Of {there.size:,} classes the {most} with the most samples are columns."
    return np.sort(by_count[:most]).astype(np.int64), note


def _named(
    numbers: Integers, classes: Integers, names: Sequence[str], kind: ColumnKind, note: str = ""
) -> MapColumns:
    called = tuple(names[k] if names else str(k) for k in numbers)
    plain = MapColumns(called, kind, numbers, classes)
    of_samples = plain.columns_of(classes)
    return MapColumns(called, kind, frozen(numbers), frozen(of_samples), (note,) if note else ())
