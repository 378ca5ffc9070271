"""The model's answers to every sample of a pool, in batches, and which of them to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Indices
from ...records.samples.row_heads import SampleAnswers
from ...runtime.progress import Progress
from ..experiments.changed_outputs import values_of
from ..experiments.exchanged_pass import run_exchanged
from ..layers.layer_info import to_float32
from ..reading.inputs import prepare
from ..reading.probe import ModelProbe, reader_of
from .answers import AnswerSource, sample_answers
from .pool import Pool

Choice: TypeAlias = Literal["wrong", "unsure", "random", "class"]

CHOICES: tuple[Choice, ...] = Choice.__args__  # type: ignore[attr-defined]
"""What can be asked for of a pool."""

# Bytes that the answers to all samples of a pool may take.
_MOST_BYTES = 2**30


def pool_answers(
    probe: ModelProbe,
    source: AnswerSource,
    pool: Pool,
    class_names: Sequence[str],
    progress: Progress,
) -> SampleAnswers:
    """The answers of the model as it is now; an interrupt between two batches leaves no trace.

    Parameters
    ----------
    probe : ModelProbe
        Batches are as long as its own.
    source : AnswerSource
    pool : Pool
        Read.
    class_names : sequence of str
    progress : callable

    Raises
    ------
    ModelCallError
        The model's call raises.
    ValueError
        A batch does not fit the model, or the answers are too large to be held.
    """
    outputs: list[NDArray[Any]] = []
    with probe.steady():
        for start in range(0, pool.size, probe.samples):
            rows = np.arange(start, min(start + probe.samples, pool.size))
            batch = prepare(probe.model, pool.take(rows)[0], None)
            outputs.append(_returned(probe, batch, len(rows))[source.number])
            _check_size(outputs[-1], pool.size)
            progress((rows[-1] + 1) / pool.size, f"asking the model, {rows[-1] + 1:,} samples")
    output = np.concatenate(outputs)
    return sample_answers(source, output, pool.targets, (), class_names)


def _check_size(batch: NDArray[Any], size: int) -> None:
    """Refuse answers to a whole pool that memory would not hold, by those to a batch."""
    nbytes = batch.nbytes / len(batch) * size
    if nbytes > _MOST_BYTES:
        raise ValueError(
            f"the model's answers to {size:,} samples take {nbytes / 2**30:,.1f} GB, of which "
            f"{_MOST_BYTES / 2**30:,.1f} are held: give a smaller pool"
        )


def _returned(probe: ModelProbe, batch: Any, count: int) -> list[NDArray[np.float32]]:
    at_hand = reader_of(probe).returned(keras.tree.flatten(batch))
    values = [to_float32(each) for each in at_hand or ()]
    if values and all(each.shape[:1] == (probe.samples,) for each in values):
        return [each[:count] for each in values]
    return values_of(run_exchanged(probe, inputs=batch))


def ranking(
    choice: Choice,
    answers: SampleAnswers | None,
    size: int,
    number: int,
    chance: np.random.Generator,
) -> Indices:
    """The numbers of those samples of a pool that are asked for, the first to be shown first.

    Parameters
    ----------
    choice : {'wrong', 'unsure', 'random', 'class'}
        The wrong ones, the surest first; all, the least sure first; all, in a random order;
        those of one class.
    answers : SampleAnswers or None
        Needed by all but 'random'.
    size : int
        Of the pool.
    number : int
        Of the class.
    chance : numpy.random.Generator

    Raises
    ------
    ValueError
        Nothing is known by which to choose, or there is no such sample.
    """
    if choice == "random":
        return chance.permutation(size)
    if answers is None:
        raise ValueError("the model's answers cannot be read: only random samples can be chosen")
    if choice == "unsure":
        if not np.isfinite(answers.confidence).any():
            raise ValueError("the model's answers have no confidence: none is less sure")
        return np.argsort(answers.confidence, kind="stable")
    if choice == "class":
        chosen = np.flatnonzero(answers.truth_class == number)
        if not chosen.size:
            raise ValueError(f"no sample of the pool is known to be of class {number}")
        return chosen
    if not (answers.right >= 0).any():
        raise ValueError(
            "right and wrong cannot be told: give targets with the pool, pool=(inputs, targets)"
        )
    wrong = np.flatnonzero(answers.right == 0)
    if not wrong.size:
        raise ValueError("no answer is wrong")
    surest = np.argsort(-np.nan_to_num(answers.confidence[wrong]), kind="stable")
    return wrong[surest]
