"""How well a model's answers fit its targets, beside the best constant answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.stats import binomtest

from .tasks import Array, Asked, Task

CERTAIN = 0.05
"""Chance from which on something passes for chance."""

HALF = 0.5
"""Of what the best constant answer gets wrong: a model that mends this much has learnt its task.
Of values that is R²."""

BY_LOSS = 0.9
"""Loss over that of the best constant answer below which a model knows something of its targets,
whatever its answers: the constant is chosen by these very samples."""

FEWEST_VALUES = 8
"""Samples from which R² tells anything: of fewer, one decides."""

FEWEST_OTHERS = 5
"""Samples that call for another answer than the commonest, from which a model that always gives
that one can be blamed: one that misses half of them would miss five in 3 of 100 cases."""


@dataclass(frozen=True)
class Answers:
    """How well a model does on the samples that it was asked.

    Attributes
    ----------
    layer : str
        Path of the layer that the model returns.
    task : {'classes', 'yes or no', 'values'}
    samples : int
    score : float
        The share of right answers; of values R², at most 1.
    constant_score : float
        The same of the best constant answer: the share of the commonest class; 0 for values.
    p_value : float
        The chance that an answer no better than the constant one does as well. Of one answer a
        sample by the exact binomial test, else by the sign test over samples.
    upper_score : float
        Upper end of the 95 % confidence interval of `score`.
    loss, constant_loss : float
        Of the answers, and of the best constant one; NaN where no loss fits.
    different : int
        How many different answers are given; 0 for values and for many answers a sample.
    commonest : int
        Number of the commonest class; of yes or no 1 and 0; −1 for other tasks.
    alike : float
        Of values the correlation of answers and targets; of classes the share that would be right
        if they were renumbered as fits best; else NaN.
    loss_name : str
    """

    layer: str
    task: Task
    samples: int
    score: float
    constant_score: float
    p_value: float = math.nan
    upper_score: float = math.nan
    loss: float = math.nan
    constant_loss: float = math.nan
    different: int = 0
    commonest: int = -1
    alike: float = math.nan
    loss_name: str = ""

    @property
    def right(self) -> int:
        """How many answers are right, of one a sample."""
        return round(self.score * self.samples)

    @property
    def skill(self) -> float:
        """How much of what the best constant answer gets wrong is right; R² of values."""
        left = 1 - self.constant_score
        return (self.score - self.constant_score) / left if left > 0 else math.nan

    @property
    def better(self) -> bool:
        """Whether the answers are better than a constant one, not by chance."""
        return self.skill > 0 and self.p_value <= CERTAIN

    @property
    def solved(self) -> bool:
        """Whether the model does its task: it mends half of what the best constant leaves wrong."""
        return self.better and self.skill >= HALF

    @property
    def no_better(self) -> bool:
        """Whether the answers are no better than a constant one, as far as samples can tell."""
        if self.better or self.loss < BY_LOSS * self.constant_loss:
            return False
        return self.one_answer or self._certainly_poor

    @property
    def one_answer(self) -> bool:
        """Whether all samples get the same answer, and enough of them call for another."""
        others = round((1 - self.constant_score) * self.samples)
        return self.different == 1 and others >= FEWEST_OTHERS

    @property
    def _certainly_poor(self) -> bool:
        """Whether a model that has learnt its task would hardly do as badly."""
        if self.task == "values" and self.samples < FEWEST_VALUES:
            return False
        return self.upper_score < self.constant_score + HALF * (1 - self.constant_score)


def judged(
    question: Asked, outputs: Array, *, layer: str, losses: tuple[float, float], loss_name: str
) -> Answers:
    """How well outputs answer what they are asked.

    Parameters
    ----------
    question : Asked
    outputs : ndarray, shape (sample, ..., output)
    layer : str
    losses : pair of float
        Of the outputs, and of the best constant one.
    loss_name : str
    """
    own, constant = marks(question, outputs), constant_marks(question)
    score, constant_score = _scores(question, own, constant)
    alone = question.task != "values" and question.targets.size == len(question.targets)
    given = np.unique(question.answers(outputs)).size if alone else 0
    return Answers(
        layer=layer,
        task=question.task,
        samples=len(own),
        score=score,
        constant_score=constant_score,
        p_value=_chance(own, constant_score) if alone else more_often(own, constant),
        upper_score=_upper(own, alone) if question.task != "values" else _upper_r2(own, constant),
        loss=losses[0],
        constant_loss=losses[1],
        different=given,
        commonest=_commonest(question) if alone else -1,
        alike=_alike(question, outputs, alone),
        loss_name=loss_name,
    )


def marks(question: Asked, outputs: Array) -> NDArray[np.float64]:
    """How well each sample is answered: its share of right answers, or minus its mean square."""
    answers = question.answers(outputs)
    if question.task == "values":
        return -_of_samples(np.square(answers - question.targets.astype(np.float64)))
    return _of_samples(answers == question.targets, question.counts)


def constant_marks(question: Asked) -> NDArray[np.float64]:
    """The same of the best constant answer."""
    targets = question.targets
    if question.task == "values":
        # The mean was chosen by these samples: of n, its squares are n / (n − 1) too small.
        fair = len(targets) / max(len(targets) - 1, 1)
        return -fair * _of_samples(np.square(targets - targets.mean(axis=0, dtype=np.float64)))
    if question.task == "classes":
        return _of_samples(targets == _commonest(question), question.counts)
    axes = tuple(range(targets.ndim - 1)) if targets.ndim > 1 else (0,)
    return _of_samples(targets == (targets.mean(axis=axes) > 0.5))


def more_often(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """The chance of `a` being larger than `b` in so many samples if it were as often smaller."""
    larger, smaller = int(np.sum(a > b)), int(np.sum(a < b))
    if not larger + smaller:
        return 1.0
    return float(binomtest(larger, larger + smaller, 0.5, "greater").pvalue)


def constant_outputs(question: Asked) -> list[Array]:
    """Outputs that may be the best constant ones: shares and their logits, or mean and median."""
    targets = question.targets
    if question.task == "values":
        numbers = targets.astype(np.float64)
        return [np.mean(numbers, axis=0), np.median(numbers, axis=0)]
    if question.task == "classes":
        counted = targets[question.counts & ~question.unknown]
        shares = np.bincount(counted, minlength=question.classes) / max(counted.size, 1)
        return [shares, np.log(np.maximum(shares, 1e-7))]
    axes = tuple(range(targets.ndim - 1)) if targets.ndim > 1 else (0,)
    shares = np.clip(targets.mean(axis=axes), 1e-7, 1 - 1e-7)
    return [shares, np.log(shares / (1 - shares)), 2 * shares - 1]


def constant_loss(question: Asked, shape: tuple[int, ...], loss: Callable[[Array], float]) -> float:
    """The smallest loss of a constant answer; NaN where none can be told.

    Parameters
    ----------
    question : Asked
    shape : tuple of int
        Of the outputs.
    loss : callable
        Of outputs.
    """
    losses = [
        loss(np.broadcast_to(each, shape).astype(np.float32)) for each in constant_outputs(question)
    ]
    return min((each for each in losses if math.isfinite(each)), default=math.nan)


def _scores(
    question: Asked, own: NDArray[np.float64], constant: NDArray[np.float64]
) -> tuple[float, float]:
    if question.task != "values":
        return float(own.mean()), float(constant.mean())
    variance = -float(constant.mean())
    return (1 + float(own.mean()) / variance if variance > 0 else math.nan), 0.0


def _of_samples(
    values: NDArray[np.generic], counting: NDArray[np.bool_] | None = None
) -> NDArray[np.float64]:
    """The mean of each sample's values; of those that count, and 1 where none does."""
    flat = values.reshape(len(values), -1).astype(np.float64)
    if counting is None:
        return np.asarray(flat.mean(axis=1))
    weights = counting.reshape(len(values), -1)
    counted = weights.sum(axis=1)
    right = (flat * weights).sum(axis=1)
    return np.asarray(np.where(counted > 0, right / np.maximum(counted, 1), 1.0))


def _commonest(question: Asked) -> int:
    targets = question.targets[question.counts]
    if question.task == "yes or no":
        return int(targets.mean() > 0.5)
    values, counts = np.unique(targets, return_counts=True)
    return int(values[np.argmax(counts)]) if values.size else -1


def _chance(own: NDArray[np.float64], constant_score: float) -> float:
    """The chance that so many are right of answers that are right as often as the constant one."""
    return float(binomtest(int(own.sum()), own.size, constant_score, "greater").pvalue)


def _upper(own: NDArray[np.float64], alone: bool) -> float:
    """Upper end of the 95 % confidence interval of the share of right answers."""
    if alone:
        return float(binomtest(int(own.sum()), own.size).proportion_ci(0.95).high)
    return float(own.mean() + 1.96 * own.std() / math.sqrt(own.size))


def _upper_r2(own: NDArray[np.float64], constant: NDArray[np.float64]) -> float:
    """Upper end of the 95 % confidence interval of R², by the samples' own squares."""
    variance = -float(constant.mean())
    if variance <= 0:
        return math.nan
    gains = (own - constant) / variance
    return float(gains.mean() + 1.96 * gains.std() / math.sqrt(gains.size))


def _alike(question: Asked, outputs: Array, alone: bool) -> float:
    if question.task == "values":
        return _correlation(outputs, question.targets.astype(np.float64))
    if question.task == "classes" and alone:
        return _renumbered(question.answers(outputs).ravel(), question)
    return math.nan


def _correlation(outputs: Array, targets: NDArray[np.float64]) -> float:
    """Of answers and targets about their means over samples; NaN where either does not vary."""
    a = (outputs - outputs.mean(axis=0, dtype=np.float64)).ravel()
    b = (targets - targets.mean(axis=0)).ravel()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / scale if scale > 0 else math.nan


def _renumbered(answers: NDArray[np.generic], question: Asked) -> float:
    """The share of answers that is right when classes are renumbered as fits best."""
    known = ~question.unknown.ravel() & question.counts.ravel()
    if not known.any():
        return math.nan
    given, of_answer = np.unique(answers[known], return_inverse=True)
    named, of_target = np.unique(question.targets.ravel()[known], return_inverse=True)
    table = np.zeros((given.size, named.size))
    np.add.at(table, (of_answer, of_target), 1)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum() / known.sum())
