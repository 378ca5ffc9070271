"""The samples of a survey, each with its number: a batch after the other, from any number on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import keras
import numpy as np

from ....analysis.arrays import Integers
from ....validation.messages import described
from ...keras_compat.datasets import reordering
from ...reading.inputs import batches_of, elements_of, is_batch
from ...samples.pool import given_arrays, refuse_endless
from .labels import GIVEN_TWICE, MOST_CLASSES, as_labels, given_labels, looks_like_labels

Key = Callable[[Any], Any]
"""Gives the numbers of the samples in an element of a dataset."""


PADDED = "keras.utils.pad_sequences"
"""What makes one array of samples of different lengths."""


class RawBatch(NamedTuple):
    """Some samples as they were given.

    Attributes
    ----------
    inputs : array, list or dict of array
    labels : ndarray or None
    numbers : ndarray of int64
    """

    inputs: Any
    labels: Any
    numbers: Integers


Passed = Callable[[RawBatch], None]
"""Takes samples that are passed over."""


def ignored(batch: RawBatch) -> None:
    """Of no interest."""


class SurveyData(Protocol):
    """Samples with numbers.

    Attributes
    ----------
    first : int
        The least number.
    total : int or None
        About how many samples there are; None where that is not known.
    at_hand : bool
        Whether they lie in memory, so that looking at them again takes next to no time.
    """

    first: int
    total: int | None
    at_hand: bool

    def batches(self, start: int, most: int, passed: Passed = ignored) -> Iterator[RawBatch]:
        """Batches of so many samples, the last one may have fewer, from a number on.

        Parameters
        ----------
        start, most : int
        passed : callable
            Given the samples before `start`, as they are passed over.

        Raises
        ------
        ValueError
            The data fail as they are read. Whatever `passed` raises passes through.
        """


def survey_data(
    data: Any, labels: Any = None, *, first: int = 0, key: Key | None = None
) -> SurveyData:
    """The samples of one run of data.

    Parameters
    ----------
    data : array, (inputs, labels), list or dict of array, tf.data.Dataset or PyDataset
    labels : array_like, optional
        One for each sample, where the data have none.
    first : int
        The number of the first sample.
    key : callable, optional
        Given an element of a dataset, the numbers of its samples: for datasets in no fixed order.

    Raises
    ------
    TypeError, ValueError
        They are no samples, never end, are empty, or come in another order each time.
    """
    batches = batches_of(data, "data")
    if batches is None:
        if key is not None:
            raise ValueError("key numbers a dataset's samples; arrays are numbered as they lie")
        return _ArrayData(data, labels, first)
    refuse_endless(data, "data")
    return _StreamData(data, labels, first, key)


class _ArrayData:
    """Arrays of samples."""

    at_hand = True

    def __init__(self, data: Any, labels: Any, first: int) -> None:
        self._inputs, own = given_arrays(data, "data")
        self.first = first
        lengths = {len(each) for each in keras.tree.flatten(self._inputs)}
        if len(lengths) != 1 or 0 in lengths:
            raise ValueError(
                "data must hold arrays of equally many samples, at least one; got "
                f"{sorted(lengths)}. A list holds an array for each of the model's inputs: samples "
                f"of different lengths are one array, padded, as {PADDED} does"
            )
        self.total: int | None = lengths.pop()
        self._labels = given_labels(own, labels)
        if self._labels is not None and len(self._labels) != self.total:
            raise ValueError(
                f"labels must have one entry for each of {self.total:,} samples; got "
                f"{len(self._labels):,}"
            )

    def batches(self, start: int, most: int, passed: Passed = ignored) -> Iterator[RawBatch]:
        total = self.total or 0
        if start > self.first + total:
            raise ValueError(_too_short(total, start))
        after = max(start - self.first, 0)
        if after:
            passed(self._rows(0, after))
        for begin in range(after, total, most):
            yield self._rows(begin, min(begin + most, total))

    def _rows(self, begin: int, end: int) -> RawBatch:
        inputs = keras.tree.map_structure(lambda each: each[begin:end], self._inputs)
        labels = None if self._labels is None else self._labels[begin:end]
        return RawBatch(inputs, labels, self.first + np.arange(begin, end))


class _StreamData:
    """A dataset, read from its start."""

    at_hand = False

    def __init__(self, data: Any, labels: Any, first: int, key: Key | None) -> None:
        if key is None:
            why = reordering(data)
            if why:
                raise ValueError(
                    f"the dataset has no fixed order: {why}. Survey it without that, or number "
                    "its samples: key=function of an element, giving their numbers"
                )
            _check_repeats(data)
        self._data = data
        self._key = key
        self.first = first
        self.total = _about(data)
        self._labels = None if labels is None else as_labels(labels)

    def batches(self, start: int, most: int, passed: Passed = ignored) -> Iterator[RawBatch]:
        # However long the dataset's own batches are, passes are all made on as many samples.
        waiting: list[RawBatch] = []
        pieces = self._pieces(start, passed)
        failure: Exception | None = None
        while True:
            try:
                piece = next(pieces, None)
                if piece is None:
                    break
                _check_stacks(waiting, piece)
            except Exception as error:
                # What was read before it comes first.
                failure = error
                break
            waiting.append(piece)
            while sum(len(each.numbers) for each in waiting) >= most:
                whole = _stacked(waiting)
                waiting = [some_of(whole, slice(most, None))]
                yield some_of(whole, slice(0, most))
        rest = _stacked(waiting) if waiting else None
        if rest is not None and len(rest.numbers):
            yield rest
        if failure is not None:
            raise failure

    def _pieces(self, start: int, passed: Passed) -> Iterator[RawBatch]:
        """The dataset's own batches from a number on.

        Raises
        ------
        ValueError
            It fails as it is read, or its elements, their labels or keys are none.
        """
        number = self.first
        read = 0
        for element in elements_of(batches_of(self._data, "data") or (), "data"):
            inputs, labels = _parts(element)
            count = len(keras.tree.flatten(inputs)[0])
            read += count
            if self._key is None:
                numbers = np.arange(number, number + count)
            else:
                numbers = _numbers_by(self._key, element, count)
            number += count
            if self._labels is not None:
                if labels is not None:
                    raise ValueError(GIVEN_TWICE)
                labels = _labels_for(self._labels, numbers - self.first)
            batch = RawBatch(inputs, labels, numbers)
            if (numbers < start).any():
                passed(some_of(batch, np.flatnonzero(numbers < start)))
            if self._key is None and number <= start:
                continue
            yield _from(batch, start)
        if not read:
            raise ValueError("data is empty: the dataset yields no batch")
        if self._key is None and number < start:
            raise ValueError(_too_short(read, start))
        if self._key is None and self._labels is not None and len(self._labels) > read:
            raise ValueError(
                f"labels must have one entry for each of {read:,} samples; got "
                f"{len(self._labels):,}"
            )


def _too_short(total: int, start: int) -> str:
    return (
        f"data hold {total:,} samples, and those before number {start:,} were surveyed already: "
        "they are other data"
    )


def _from(batch: RawBatch, start: int) -> RawBatch:
    """A batch without its samples before a number."""
    return some_of(batch, np.flatnonzero(batch.numbers >= start))


def some_of(batch: RawBatch, rows: Any) -> RawBatch:
    """Some of a batch's samples, by a slice, indices or a mask."""
    inputs = keras.tree.map_structure(lambda each: each[rows], batch.inputs)
    labels = None if batch.labels is None else batch.labels[rows]
    return RawBatch(inputs, labels, batch.numbers[rows])


def _check_stacks(waiting: list[RawBatch], piece: RawBatch) -> None:
    """Refuse samples that have other shapes than those that they are to stand with.

    Raises
    ------
    ValueError
    """
    if not waiting:
        return
    before, after = (_sample_shapes(each) for each in (waiting[-1], piece))
    if before != after:
        raise ValueError(
            f"the samples from number {piece.numbers[0]:,} on are of shape {after}, those before "
            f"of {before}, which do not stack. Pad them all to one, as {PADDED} does"
        )


def _sample_shapes(batch: RawBatch) -> str:
    shapes = [str(each.shape[1:]) for each in keras.tree.flatten(batch.inputs)]
    if batch.labels is not None and batch.labels.ndim > 1:
        shapes.append(f"labels of {batch.labels.shape[1:]}")
    return " and ".join(shapes)


def _stacked(batches: list[RawBatch]) -> RawBatch:
    """Batches as one; their samples have the same shapes."""
    if len(batches) == 1:
        return batches[0]
    columns = zip(*(keras.tree.flatten(each.inputs) for each in batches), strict=True)
    flat = [np.concatenate(column) for column in columns]
    labels = None if batches[0].labels is None else np.concatenate([e.labels for e in batches])
    numbers = np.concatenate([each.numbers for each in batches])
    return RawBatch(keras.tree.pack_sequence_as(batches[0].inputs, flat), labels, numbers)


def _parts(element: Any) -> tuple[Any, Any]:
    x, y, _ = keras.utils.unpack_x_y_sample_weight(element)
    flat = keras.tree.flatten(x)
    if not flat or any(not is_batch(value) for value in flat):
        raise ValueError(
            "the dataset's elements must be batches of dense tensors, for instance "
            f"dataset.batch(64), or dataset.padded_batch(64) of samples of different lengths; got "
            f"{described(x)}"
        )
    targets = keras.tree.flatten(y)
    labels = np.asarray(targets[0]) if len(targets) == 1 and y is not None else None
    return keras.tree.map_structure(np.asarray, x), labels


def _numbers_by(key: Key, element: Any, count: int) -> Integers:
    numbers = np.asarray(key(element))
    if numbers.shape != (count,) or numbers.dtype.kind not in "iu" or (numbers < 0).any():
        raise ValueError(
            f"key must give {count} whole numbers from 0 on for a batch of {count} samples; got "
            f"{described(numbers)}"
        )
    return numbers.astype(np.int64)


def _labels_for(labels: Integers, places: Integers) -> Integers:
    if places.max(initial=-1) >= len(labels):
        raise ValueError(
            f"labels must have one entry for each sample; got {len(labels):,}, and the data go on"
        )
    return labels[places]


def _about(data: Any) -> int | None:
    """About how many samples a dataset has, by its first batch, where it says how many batches."""
    if isinstance(data, keras.utils.PyDataset):
        batches = data.num_batches
    else:
        batches = int(data.cardinality())
    if batches is None or batches < 0:
        return None
    first = _first_batch(data)
    return int(batches) * (len(first[0]) if first else 0)


def _check_repeats(data: Any) -> None:
    """Refuse a dataset that does not begin twice with the same batch."""
    first, again = (_first_batch(data) for _ in range(2))
    if len(first) == len(again) and all(map(_are_equal, first, again)):
        return
    raise ValueError(
        "the dataset does not yield the same samples twice: it shuffles, or draws them at random. "
        "Survey it without that, or number its samples: key=function of an element, giving their "
        "numbers"
    )


def _first_batch(data: Any) -> list[Any]:
    for element in elements_of(batches_of(data, "data") or (), "data"):
        return [np.asarray(each) for each in keras.tree.flatten(_parts(element)[0])]
    return []


def _are_equal(one: Any, other: Any) -> bool:
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def class_count(labels: Any, first: RawBatch, outputs: int | None) -> int:
    """How many classes the samples' labels have; 0 where they have none.

    Parameters
    ----------
    labels : array_like or None
        Labels of all samples, where they were given apart.
    first : RawBatch
        The first samples; their targets are labels where they can be the model's answers.
    outputs : int or None
        How many numbers the model answers with, where it answers with one vector.

    Raises
    ------
    ValueError
        Labels of more classes than there can be.
    """
    if labels is not None:
        array = np.asarray(labels)
        one_hot = array.ndim == 2 and array.shape[1] > 1
        classes = array.shape[1] if one_hot else int(as_labels(labels).max(initial=-1)) + 1
        if classes < 1:
            raise ValueError(f"labels must be 0 or more; got {array.flat[0]}")
        if classes > MOST_CLASSES:
            raise ValueError(f"labels must be 0 to {MOST_CLASSES - 1}; got {classes - 1}")
        return classes
    if first.labels is None or outputs is None or not looks_like_labels(first.labels):
        return 0
    classes = max(outputs, 2)
    return classes if as_labels(first.labels).max(initial=0) < classes else 0
