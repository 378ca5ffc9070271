"""What a user gives with values that come from elsewhere: labels, answers and the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ....analysis.thumbnails import CURVE, Thumbnails, curves, thumbnails
from ....records.layer_picture import LayerPicture
from ....records.samples.row_heads import SampleAnswers, SamplePictures
from ....validation.arrays import as_array, number_array
from ....validation.messages import described
from ..sample_names import sample_names

# Bytes that the pictures of thousands of points may take: 14 × 14 pixels of 10,000 grey images.
_PICTURE_BYTES = 2**21
# As the channels of an image.
_COLOURS = (1, 2, 3, 4)


def for_rows(name: str, value: Any, record: LayerPicture) -> NDArray[Any]:
    """An array with an entry for each sample of a record, or for each of all that there were.

    Raises
    ------
    TypeError, ValueError
        No array, or one of another length.
    """
    array = as_array(name, value)
    rows = record.n_samples
    if array.ndim and len(array) == rows:
        return array
    total = rows if record.samples is None else record.samples.total
    if array.ndim and len(array) == total:
        return array[record.sample_numbers]
    given = f"shape {array.shape}" if array.ndim else described(array.item())
    of_all = "" if total == rows else f", or for each of all {total:,}"
    expected = f"an entry for each of the {rows:,} samples{of_all}"
    raise ValueError(f"{name} must have {expected}; got {given}")


def given_answers(
    record: LayerPicture,
    labels: Sequence[int | str] | ArrayLike | None,
    predictions: ArrayLike | None,
    class_names: Sequence[str] | None,
) -> SampleAnswers:
    """What each row's sample is, and what the model answered.

    Parameters
    ----------
    record : LayerRecord
    labels : sequence of int or str, optional
    predictions : array_like, optional
        Classes as labels have them, shape (sample,); or a score for each class of `class_names`
        or of 0, 1, …, shape (sample, class). A single score, shape (sample, 1), is that of the
        second of two classes: the share it has of 1, or, where scores leave 0 to 1, a logit.
        Where a score is NaN there is no answer.
    class_names : sequence of str, optional

    Raises
    ------
    TypeError, ValueError
        As `sample_names`; one of another length than there are samples; single scores, and
        other than two classes.
    """
    count = record.n_samples
    truths = _names("labels", labels, record, class_names)
    confidence = np.full(count, np.nan, dtype=np.float32)
    answered = np.ones(count, dtype=bool)
    if predictions is not None and _are_scores(predictions):
        scores = for_rows("predictions", number_array("predictions", predictions), record)
        if scores.shape[1] == 1:
            scores = _of_two(scores, class_names)
        answered = ~np.isnan(scores).any(axis=1)
        confidence = np.where(answered, _shares(scores, answered), np.nan).astype(np.float32)
        predictions = np.where(answered[:, np.newaxis], scores, 0).argmax(axis=1)
    answers = _names("predictions", predictions, record, class_names)
    answers = [each if known else "" for each, known in zip(answers, answered, strict=False)]
    if not truths and not answers:
        return SampleAnswers.none(count)
    numbers = {**_class_numbers([*truths, *filter(None, answers)], class_names), "": -1}
    empty = ("",) * count
    truth_class = np.array([numbers[each] for each in truths] or [-1] * count, dtype=np.int32)
    answer_class = np.array([numbers[each] for each in answers] or [-1] * count, dtype=np.int32)
    judged = bool(truths) and bool(answers)
    right = np.full(count, -1, np.int8)
    if judged:
        right[answered] = (truth_class == answer_class)[answered]
    return SampleAnswers(
        tuple(truths) or empty,
        tuple(answers) or empty,
        confidence,
        right,
        truth_class,
        answer_class,
        np.zeros(count, np.bool_),
    )


def given_pictures(inputs: NDArray[Any] | None) -> SamplePictures:
    """Pictures of the inputs, where they are images, or curves of not too many.

    Parameters
    ----------
    inputs : ndarray, shape (sample, ...)
        Numbers.
    """
    return SamplePictures(None if inputs is None else _thumbnails(inputs))


def _thumbnails(inputs: NDArray[Any]) -> Thumbnails | None:
    if inputs.ndim == 4 and inputs.shape[-1] in _COLOURS:
        return thumbnails(inputs, most_bytes=_PICTURE_BYTES)
    if inputs.ndim == 3:
        return thumbnails(inputs[..., np.newaxis], most_bytes=_PICTURE_BYTES)
    fits = len(inputs) * CURVE[0] * CURVE[1] <= _PICTURE_BYTES
    if inputs.ndim == 2 and inputs.shape[1] > 1 and fits:
        return curves(inputs, f"All {inputs.shape[1]:,} values in a row")
    return None


def _names(
    name: str, given: Any, record: LayerPicture, class_names: Sequence[str] | None
) -> list[str]:
    if given is None:
        return []
    array: Any = for_rows(name, given, record)
    return sample_names(array, None, class_names, len(array), name)


def _class_numbers(names: list[str], class_names: Sequence[str] | None) -> dict[str, int]:
    """A number for each class: its place among the names, or in their order."""
    known = list(class_names or ())
    others = sorted({*names} - {*known}, key=_by_number)
    return {each: number for number, each in enumerate([*known, *others])}


def _by_number(name: str) -> tuple[int, str]:
    """Numbers in their order, before words."""
    return (int(name), "") if name.isascii() and name.isdigit() else (2**63, name)


def _are_scores(predictions: Any) -> bool:
    """Whether they are numbers of classes rather than classes: a column of whole ones is these."""
    shape = np.shape(predictions)
    if len(shape) != 2:
        return False
    return shape[1] > 1 or np.asarray(predictions).dtype.kind not in "iubUSO"


def _of_two(scores: NDArray[Any], class_names: Sequence[str] | None) -> NDArray[Any]:
    """Scores of both of two classes, of those of the second."""
    if class_names is not None and len(class_names) != 2:
        raise ValueError(
            f"predictions of shape {scores.shape} are of two classes, and class_names has "
            f"{len(class_names):,}: take a score for each class, or classes of shape (samples,)"
        )
    values = scores.astype(np.float64)
    if (np.isnan(values) | ((values >= 0) & (values <= 1))).all():
        return np.concatenate([1.0 - values, values], axis=1)
    with np.errstate(over="ignore"):  # the share of a very low logit is 0
        shares = 1.0 / (1.0 + np.exp(-values))
    return np.concatenate([1.0 - shares, shares], axis=1)


def _shares(scores: NDArray[Any], of: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The share of the highest score, where the scores of these rows are shares of 1."""
    values = scores.astype(np.float32)
    some = values[of]
    are_shares = (some >= 0).all() and np.allclose(some.sum(axis=1), 1.0, atol=1e-3)
    top = values.max(axis=1)
    return top if are_shares else np.full(len(top), np.nan, dtype=np.float32)
