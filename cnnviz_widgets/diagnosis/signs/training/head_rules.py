"""Which losses, last activations and targets do not go together, and why.

Cross-entropies take shares of a whole or, with ``from_logits=True``, any numbers. What each pair
brings about was measured on Keras 3; where a number tells it, the number is worked out here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ....validation.messages import percent
from ...findings import Measurement, Severity
from ...measurements.training.head import Head

SHARES = frozenset({"softmax", "sparsemax"})
CATEGORICAL = frozenset(
    {
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "sparse_categorical_crossentropy",
    }
)
BINARY = frozenset({"binary_crossentropy", "binary_focal_crossentropy"})
DISTANCES = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh"})
POSITIVE = frozenset({"softplus", "exponential", "squareplus", "sparse_plus"})
"""Of these cross-entropy makes shares that sum to 1: it divides by their sum."""

CLASSES = frozenset({"class numbers", "one-hot"})

NARROW = 2.0
"""Range of logits, as tanh has it, that leaves the likeliest of two classes at most 88 %."""


@dataclass(frozen=True)
class Mismatch:
    """What does not fit.

    Attributes
    ----------
    severity : {'severe', 'warning', 'note'}
        Where nothing tells how well the model does.
    measured : Measurement
    summary, cure : str
    solved : {'warning', 'note'}
        The severity where the model does its task.
    """

    severity: Severity
    measured: Measurement
    summary: str
    cure: str
    solved: Severity = "warning"


Rule: TypeAlias = Callable[[Head], Mismatch | None]


def mismatch(head: Head) -> Mismatch | None:
    """The first thing that does not fit in a head; None where all does, or nothing is known."""
    return next((wrong for rule in _RULES if (wrong := rule(head)) is not None), None)


def least_loss(head: Head) -> float:
    """The least cross-entropy of an answer that the loss takes for logits in the head's range.

    The right class at the upper end and all others at the lower; of a binary one, the mean of
    both answers.
    """
    low, high = head.low, head.high
    if head.loss in BINARY:
        return (math.log1p(math.exp(-high)) + math.log1p(math.exp(low))) / 2
    return math.log1p((head.units - 1) * math.exp(low - high))


# --- One unit ----------------------------------------------------------------------------------


def _one_share(head: Head) -> Mismatch | None:
    if head.last not in SHARES or head.units != 1:
        return None
    return Mismatch(
        "severe",
        _units(head),
        f"{head.layer} applies {head.last} to one unit, which is always 1: the model gives the "
        "same answer whatever it sees.",
        'For yes or no: `Dense(1, activation="sigmoid")` and `loss="binary_crossentropy"`; for '
        f'classes: one unit each, `Dense(classes, activation="{head.last}")`.',
    )


def _one_class(head: Head) -> Mismatch | None:
    if head.loss not in CATEGORICAL or head.units != 1:
        return None
    return Mismatch(
        "severe",
        _units(head),
        f"{head.loss} compares classes, and {head.layer} has one unit: its only class always "
        "gets the whole share, so there is nothing to learn.",
        'For yes or no: `Dense(1, activation="sigmoid")` and `loss="binary_crossentropy"`; for '
        'classes: one unit each, `Dense(classes, activation="softmax")`.',
    )


# --- How targets lie ---------------------------------------------------------------------------


def _several_classes(head: Head) -> Mismatch | None:
    is_exclusive = head.last in SHARES or head.loss in CATEGORICAL
    if head.targets != "several at once" or not is_exclusive:
        return None
    return Mismatch(
        "warning",
        _units(head),
        f"Samples have several labels at once or none, and {head.layer} ({head.last}, "
        f"{head.loss or 'loss not known'}) shares one certainty among its {head.units:,} units.",
        f'Judge each label by itself: `Dense({head.units}, activation="sigmoid")` and '
        '`loss="binary_crossentropy"`.',
    )


def _numbers_as_values(head: Head) -> Mismatch | None:
    if head.loss not in DISTANCES or head.targets != "class numbers":
        return None
    return _of_layout(
        head,
        f"The targets are class numbers, and {head.loss} compares each of the {head.units:,} "
        f"outputs of {head.layer} with the number itself.",
        'Use `loss="sparse_categorical_crossentropy"` with `activation="softmax"`, or '
        "`keras.utils.to_categorical(targets)`.",
    )


def _other_layout(head: Head) -> Mismatch | None:
    is_sparse = head.loss == "sparse_categorical_crossentropy"
    refused = "one-hot" if is_sparse else "class numbers"
    if head.loss not in CATEGORICAL | BINARY or head.targets != refused:
        return None
    right = "categorical_crossentropy" if is_sparse else "sparse_categorical_crossentropy"
    return _of_layout(
        head,
        f"The targets are {refused}, and {head.loss} takes "
        f"{'class numbers' if is_sparse else 'a number for each output'}.",
        f'Use `loss="{right}"` for such targets.',
    )


def _of_layout(head: Head, summary: str, cure: str) -> Mismatch:
    # Those that are given may lie otherwise than those trained on: who solves the task shows it.
    return Mismatch("warning", _units(head), summary, cure, solved="note")


# --- Logits ------------------------------------------------------------------------------------


def _twice(head: Head) -> Mismatch | None:
    if head.last not in SHARES or not SHARES.intersection(head.activations[1:]):
        return None
    most = math.e / (math.e + head.units - 1)
    return Mismatch(
        "warning",
        Measurement("largest share that a class can get", most, True),
        f"{head.layer} takes the softmax of what is softmax already: no class can get more than "
        f"{percent(most)}, and it learns slowly.",
        'Take one of the two away: `Dense(…, activation="softmax")` needs no Softmax behind it.',
    )


def _squashed_logits(head: Head) -> Mismatch | None:
    """A last activation that leaves little room, and a loss that squashes again."""
    if not _takes_logits(head) or not head.high - head.low <= NARROW:
        return None
    least = least_loss(head)
    what = f"{head.layer} ends in {head.last}, and {head.loss} has from_logits=True"
    if head.corrected:
        summary = (
            f"{what}. It trains as it should only because Keras notices, on TensorFlow, and "
            f"computes the loss from what the {head.last} reads; on another backend, or with a "
            f"layer in between, the loss could not fall below {least:.2f}."
        )
    else:
        summary = (
            f"{what}, which squashes again: even if every answer is right, the loss cannot fall "
            f"below {least:.2f}."
        )
    cure = "Take the activation of the last layer away: logits have no bounds."
    if head.last in SHARES or (head.last == "sigmoid" and head.loss in BINARY):
        cure = f"Leave `from_logits=True` out of {head.loss}, or take the {head.last} away."
    return Mismatch("warning", Measurement("least loss within reach", least), summary, cure)


def _takes_logits(head: Head) -> bool:
    return head.from_logits and head.loss in CATEGORICAL | BINARY


def _positive_logits(head: Head) -> Mismatch | None:
    if not _takes_logits(head) or head.low != 0:
        return None
    cure = "Take the activation of the last layer away: logits have no bounds."
    if head.loss in BINARY:
        return Mismatch(
            "severe",
            Measurement("least probability of an answer", 0.5, True),
            f"{head.layer} ends in {head.last}: its logits are never below 0, so no answer can "
            "be less sure of yes than 50 %.",
            cure,
        )
    return _clipped_scores(head, cure)


def _clipped_scores(head: Head, cure: str) -> Mismatch | None:
    if head.last not in ("relu", "relu6"):
        return None
    return Mismatch(
        "warning",
        _units(head),
        f"{head.layer} ends in {head.last}: all scores below 0 become equal, and a class whose "
        "score is 0 on all samples learns nothing more.",
        cure,
        solved="warning" if head.loss else "note",
    )


def _scores_alone(head: Head) -> Mismatch | None:
    """Scores of classes behind a ReLU, whatever the loss."""
    if head.loss or head.units < 2 or head.targets not in CLASSES:
        return None
    return _clipped_scores(
        head, 'End in `activation="softmax"`, or in none with a loss that has `from_logits=True`.'
    )


# --- Shares ------------------------------------------------------------------------------------


def _no_shares(head: Head) -> Mismatch | None:
    """Numbers of any size where shares are expected: Keras clips them to [0, 1]."""
    takes_shares = not head.from_logits and head.loss in CATEGORICAL | BINARY
    if not takes_shares or not (head.high > 1 or head.low < 0):
        return None
    if head.last in POSITIVE and head.loss in CATEGORICAL:
        return None
    squash = "sigmoid" if head.loss in BINARY else "softmax"
    ends = "no activation" if head.last == "linear" else f"activation={head.last!r}"
    named = "".join(part.capitalize() for part in head.loss.split("_"))
    return Mismatch(
        "severe",
        _units(head),
        f"{head.layer} has {ends}, and {head.loss} with from_logits=False takes its outputs for "
        "probabilities: what is outside [0, 1] is clipped and teaches nothing.",
        f'End in `activation="{squash}"`, or use `keras.losses.{named}(from_logits=True)`'
        + (" and no activation." if head.activations else "."),
    )


def _each_by_itself(head: Head) -> Mismatch | None:
    """A sigmoid for classes that exclude one another."""
    if head.last not in ("sigmoid", "hard_sigmoid") or head.units < 2:
        return None
    if head.loss in CATEGORICAL:
        return Mismatch(
            "warning",
            _units(head),
            f"{head.layer} ends in {head.last}, which judges each class by itself, and "
            f"{head.loss} is for classes of which one is right: the scores of its "
            f"{head.units:,} units need not sum to 1.",
            'End in `activation="softmax"`; if several classes can be right at once, keep sigmoid '
            'and use `loss="binary_crossentropy"`.',
        )
    if head.loss in BINARY and head.targets == "one-hot" and head.units > 2:
        return Mismatch(
            "note",
            _units(head),
            f"Exactly one class is right in every sample, and {head.layer} (sigmoid, "
            f"{head.loss}) judges its {head.units:,} classes one by one. That works; softmax "
            "makes use of it.",
            'Try `activation="softmax"` and `loss="categorical_crossentropy"`.',
        )
    return None


def _units(head: Head) -> Measurement:
    return Measurement("units of the last layer", float(head.units))


_RULES: tuple[Rule, ...] = (
    _one_share,
    _one_class,
    _several_classes,
    _numbers_as_values,
    _other_layout,
    _twice,
    _squashed_logits,
    _positive_logits,
    _scores_alone,
    _no_shares,
    _each_by_itself,
)
