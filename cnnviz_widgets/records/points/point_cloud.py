"""A layer as points in the space of its values: its samples, or its channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ...analysis.arrays import Floats, Indices, frozen
from ...analysis.embedding.rows import point_rows, unit_rows
from ...validation.messages import listed
from ..layer_picture import LayerPicture, counted
from ..record_kind import WEIGHTS
from ..snapshot import picture_values

Subject: TypeAlias = Literal["samples", "channels"]

SUBJECTS: tuple[Subject, ...] = Subject.__args__  # type: ignore[attr-defined]
"""What can be a point."""


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
    notes : tuple of str
        What is left out, and why, in sentences.
    """

    subject: Subject
    numbers: Indices
    values: Floats
    total: int
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)


def point_cloud(record: LayerPicture, subject: Subject) -> PointCloud:
    """The points of a record.

    Samples lie at their outputs, a map pooled to its mean. Channels lie at what they answer to
    each sample, those of weights at what they weigh, each in proportion to its own size: so they
    are near where the tree's cosine distance is small.

    Parameters
    ----------
    record : LayerRecord
        Of a snapshot the samples are those that have a row, the values those of its picture.
    subject : {'samples', 'channels'}
        Weights have no samples: no point then.
    """
    if subject == "samples":
        if record.kind == WEIGHTS:
            notes = ("Weights are of no samples: choose Outputs, or channels as points.",)
            return PointCloud(subject, np.arange(0), np.zeros((0, 1)), 0, notes)
        return _samples(record)
    return _channels(record)


def _samples(record: LayerPicture) -> PointCloud:
    values = _pooled(record)
    numbers = record.sample_numbers[: len(values)]
    notes = []
    # A channel that is never finite says nothing of any sample.
    known = np.isfinite(values).any(axis=0)
    if known.any() and not known.all():
        values = values[:, known]
        gone = counted(int((~known).sum()), record.channel_noun)
        notes.append(
            f"Without what {gone} give{'s' * gone.startswith('1 ')}: not finite, or not kept."
        )
    rows = point_rows(values)
    points = frozen(numbers[rows.numbers])
    if len(points) < len(values):
        notes.append(_left_out("sample", np.setdiff1d(numbers, points), "with NaN or infinity"))
    if len(values) < record.n_samples:
        notes.append(f"Of the first {len(values):,} samples: of the others no picture was kept.")
    notes += _sameness(rows.values, "samples")
    total = len(values) if record.samples is None else record.samples.total
    return PointCloud("samples", points, rows.values, total, tuple(notes))


def _channels(record: LayerPicture) -> PointCloud:
    if record.kind == WEIGHTS:
        held = record.held_values
        kept = picture_values(record) if held is None else held
        answers = kept.reshape(-1, kept.shape[-1]).astype(np.float64)
    else:
        answers = _pooled(record)
        # What is not finite on one sample is so for all channels, often: the others tell.
        known = np.isfinite(answers).any(axis=1)
        answers = answers[known] if known.any() else answers
    finite = np.isfinite(answers).all(axis=0)
    live = finite & (answers != 0).any(axis=0)
    notes, noun = [], record.channel_noun
    if not finite.all():
        notes.append(_left_out(noun, np.flatnonzero(~finite), "not finite, or not kept"))
    if (finite & ~live).any():
        notes.append(_left_out(noun, np.flatnonzero(finite & ~live), "zero throughout"))
    numbers = np.flatnonzero(live)
    directions = unit_rows(answers[:, numbers].T) if len(numbers) else np.zeros((0, 1))
    values = point_rows(directions).values if len(numbers) else directions
    notes += _sameness(values, f"{noun}s")
    return PointCloud("channels", frozen(numbers), values, record.n_channels, tuple(notes))


def _pooled(record: LayerPicture) -> Floats:
    """What each channel gives to each sample, shape (sample, channel); maps as their means."""
    held = record.held_values
    values = picture_values(record) if held is None else held
    flat = values.reshape(len(values), -1, values.shape[-1])
    with np.errstate(all="ignore"):  # infinity less infinity is found by what it leaves
        pooled: Floats = flat.mean(axis=1, dtype=np.float64)
    return pooled


def _left_out(noun: str, numbers: Indices, why: str) -> str:
    """How many are no points, and which."""
    several = len(numbers) != 1
    return (
        f"Left out: {counted(len(numbers), noun)} {why}, "
        f"number{'s' if several else ''} {listed(numbers.tolist())}."
    )


def _sameness(values: Floats, nouns: str) -> list[str]:
    if len(values) > 1 and not np.ptp(values, axis=0).any():
        return [f"All {nouns} give the same: they lie in one place."]
    return []
