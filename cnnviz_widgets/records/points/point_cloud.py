"""A layer as points in the space of its values: its samples, or its channels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats, Indices, frozen
from ...analysis.embedding.rows import point_rows, rounding_of, unit_rows
from ...validation.messages import listed
from ..layer_picture import LayerPicture, counted
from ..record_kind import ATTENTION, WEIGHTS
from ..snapshot import picture_values

Subject: TypeAlias = Literal["samples", "channels"]

SUBJECTS: tuple[Subject, ...] = Subject.__args__  # type: ignore[attr-defined]
"""What can be a point."""

# A table of attention is looked at in so many parts of each side, the means of their weights.
_TABLE_SIDE = 32


@dataclass(frozen=True, eq=False)
class PointCloud:
    """The points of a layer.

    Attributes
    ----------
    subject : {'samples', 'channels'}
        What each point is.
    numbers : ndarray of int, shape (point,)
        The number of each sample among all samples, or of each channel.
    values : ndarray of float64, shape (point, feature)
        As `point_rows` gives them.
    total : int
        How many samples or channels there are, those without a point among them.
    surveyed : int
        So many of the first points are samples that were surveyed, by their numbers there.
    notes : tuple of str
        What is left out, and why, in sentences.
    """

    subject: Subject
    numbers: Indices
    values: Floats
    total: int
    notes: tuple[str, ...] = ()
    surveyed: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def ids(self) -> Indices:
        """A number for each point that no other one has, shape (point,): see `surveyed_ids`."""
        ids = self.numbers.copy()
        ids[: self.surveyed] = surveyed_ids(ids[: self.surveyed])
        return ids

    @property
    def basis(self) -> str:
        """How many points there are, of how many: ``512 of 8,000 samples``."""
        shown = len(self) - self.surveyed
        of_all = counted(self.total, self.subject[:-1])
        points = self.surveyed or shown
        basis = of_all if points == self.total else f"{points:,} of {of_all}"
        return f"{basis} surveyed, and the {shown:,} shown" if self.surveyed else basis


def surveyed_ids(numbers: Indices) -> Indices:
    """Samples of a survey, told from those shown, which have numbers of their own: −2, −3, …."""
    return -2 - numbers


def point_cloud(
    record: LayerPicture, subject: Subject, shown_as: Collection[int] = ()
) -> PointCloud:
    """The points of a record.

    Samples lie at their outputs, a map pooled to its mean; those of attention at its whole
    tables, of which every row has the same mean. Channels lie at what they answer to each sample,
    those of weights at what they weigh, each in proportion to its own size: so they are near
    where the tree's cosine distance is small.

    Parameters
    ----------
    record : LayerRecord
        Of a snapshot the samples are those that have a row, the values those of its picture.
    subject : {'samples', 'channels'}
        Weights have no samples: no point then. Of a record that rests on a survey samples are
        those that it keeps, and those shown.
    shown_as : collection of int
        Numbers in the survey of samples that are shown: these are one point.
    """
    if subject == "samples":
        if record.kind == WEIGHTS:
            notes = ("Weights are of no samples: choose Outputs, or channels as points.",)
            return PointCloud(subject, np.arange(0), np.zeros((0, 1)), 0, notes)
        return _samples(record, shown_as)
    return _channels(record)


def _samples(record: LayerPicture, shown_as: Collection[int]) -> PointCloud:
    answers = _answers(record)
    values, notes = answers.values, answers.notes
    shown = len(values)
    numbers = record.sample_numbers[:shown]
    total = shown if record.samples is None else record.samples.total
    drawn = record.sample_means
    if drawn is not None:
        others = ~np.isin(drawn.numbers, list(shown_as))
        values = np.concatenate([drawn.values[others][:, None], values])
        numbers = np.concatenate([drawn.numbers[others], numbers])
        total = drawn.total
    surveyed = len(values) - shown
    # A channel that is never finite says nothing of any sample.
    known = np.isfinite(values).any(axis=(0, 1))
    if known.any() and not known.all():
        values = values[..., known]
        gone = counted(int((~known).sum()), record.channel_noun)
        notes.append(
            f"Without what {gone} give{'s' * gone.startswith('1 ')}: not finite, or not kept."
        )
    rows = point_rows(values.reshape(len(values), -1), answers.rounding)
    bad = np.setdiff1d(np.arange(len(values)), rows.numbers)
    for noun, some in (
        ("sample surveyed", bad[bad < surveyed]),
        ("sample", bad[bad >= surveyed]),
    ):
        if some.size:
            notes.append(_left_out(noun, numbers[some], "with NaN or infinity"))
    if shown < record.n_samples:
        notes.append(f"Of the first {shown:,} samples: of the others no picture was kept.")
    notes += _sameness(rows.values, "samples")
    left = int(np.count_nonzero(rows.numbers < surveyed))
    points = frozen(numbers[rows.numbers])
    return PointCloud("samples", points, rows.values, total, tuple(notes), left)


def _channels(record: LayerPicture) -> PointCloud:
    given = _answers(record)
    answers = given.values.reshape(-1, given.values.shape[-1])
    if record.kind != WEIGHTS:
        # What is not finite on one sample is so for all channels, often: the others tell.
        known = np.isfinite(answers).any(axis=1)
        answers = answers[known] if known.any() else answers
    finite = np.isfinite(answers).all(axis=0)
    live = finite & (answers != 0).any(axis=0)
    notes, noun = given.notes, record.channel_noun
    if not finite.all():
        notes.append(_left_out(noun, np.flatnonzero(~finite), "not finite, or not kept"))
    if (finite & ~live).any():
        notes.append(_left_out(noun, np.flatnonzero(finite & ~live), "zero throughout"))
    numbers = np.flatnonzero(live)
    directions = unit_rows(answers[:, numbers].T) if len(numbers) else np.zeros((0, 1))
    values = point_rows(directions, given.rounding).values if len(numbers) else directions
    notes += _sameness(values, f"{noun}s")
    return PointCloud("channels", frozen(numbers), values, record.n_channels, tuple(notes))


class _Answers(NamedTuple):
    """What channels give, shape (sample or input, feature, channel), and its relative error."""

    values: Floats
    rounding: float
    notes: list[str]


def _answers(record: LayerPicture) -> _Answers:
    """What each channel gives to each sample: a map's mean, a head's table; weights as they are."""
    held = record.held_values
    values = picture_values(record) if held is None else held
    rounding = rounding_of(values.dtype)
    if record.kind == WEIGHTS:
        return _Answers(values.astype(np.float64).reshape(-1, 1, values.shape[-1]), rounding, [])
    if record.kind == ATTENTION:
        values, notes = _table_parts(values)
        return _Answers(values.reshape(len(values), -1, values.shape[-1]), rounding, notes)
    flat = values.reshape(len(values), -1, values.shape[-1])
    with np.errstate(all="ignore"):  # infinity less infinity is found by what it leaves
        pooled: Floats = flat.mean(axis=1, dtype=np.float64, keepdims=True)
    return _Answers(pooled, rounding, [])


def _table_parts(tables: NDArray[Any]) -> tuple[Floats, list[str]]:
    """Tables, shape (sample, to, from, head), as the means of their parts; what is said of it."""
    parts, notes = tables, []
    for axis in (1, 2):
        length = tables.shape[axis]
        if length > _TABLE_SIDE:
            first = np.arange(_TABLE_SIDE) * length // _TABLE_SIDE
            sizes = np.diff([*first.tolist(), length]).reshape([-1] + [1] * (3 - axis))
            parts = np.add.reduceat(parts, first, axis=axis, dtype=np.float64) / sizes
    if parts.shape != tables.shape:
        _, down, across, _ = parts.shape
        notes.append(f"Of tables the means of {down} × {across} parts are compared.")
    return parts.astype(np.float64, copy=False), notes


def _left_out(noun: str, numbers: Indices, why: str) -> str:
    """How many are no points, and which."""
    several = len(numbers) != 1
    first, *more = noun.split()
    nouns = " ".join([counted(len(numbers), first), *more])
    return f"Left out: {nouns} {why}, number{'s' if several else ''} {listed(numbers.tolist())}."


def _sameness(values: Floats, nouns: str) -> list[str]:
    if len(values) > 1 and not np.ptp(values, axis=0).any():
        return [f"All {nouns} give the same: they lie in one place."]
    return []
