"""Whether a fault does harm, and a healthy network its work, measured on held-out samples."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from scipy.special import softmax

from .data import Array
from .families import Recipe
from .training import AMOUNTS

SOLVED = 0.4
"""Skill from which on a task counts as solved."""
LOST = 0.8
"""A fault does harm where it leaves less than this share of the healthy network's skill."""
ALIKE = 0.2
"""Below this variety a generator has collapsed."""
DEARER = 2.0
"""Or where it makes the loss this many times as large, accuracy or not."""
TINY = 1e-7
"""What Keras takes the logarithm of instead of 0."""
BLIND = 0.05
"""Below this skill an answer is no better than a constant one."""

RATE = "rate-too-high"
"""A kind of other rules; where it is the cause, it names it."""


def skill(model: Any, recipe: Recipe, inputs: Any, targets: Any) -> float:
    """How much of what a constant answer gets wrong the network gets right; 1 is perfect.

    By accuracy, or by squares where the targets are amounts.
    """
    answers, targets = _first_task(model(inputs, training=False)), _first_task(targets)
    if not np.isfinite(answers).all():
        return 0.0
    if recipe.loss in AMOUNTS and targets.dtype != np.int32:
        around = ((targets - targets.mean(0)) ** 2).sum()
        return float(1 - ((targets - answers) ** 2).sum() / around)
    if targets.dtype == np.int32:
        right = float((answers.argmax(-1) == targets).mean())
        return _over(right, np.bincount(targets.ravel()).max() / targets.size)
    threshold = 0.0 if recipe.logits else 0.5
    right = float(((answers > threshold) == (targets > 0.5)).mean())
    ones = targets.mean(0)
    return _over(right, float(np.maximum(ones, 1 - ones).mean()))


def _first_task(values: Any) -> Array:
    """Of two heads the one that names what there is."""
    return np.asarray(values["what"] if isinstance(values, dict) else values)


def _over(right: float, chance: float) -> float:
    return (right - chance) / (1 - chance) if chance < 1 else 0.0


def surprise(model: Any, recipe: Recipe, inputs: Any, targets: Array) -> float:
    """Mean cross-entropy of answers to a question of classes; squares where they are amounts."""
    answers = _first_task(model(inputs, training=False)).astype("float64")
    targets = _first_task(targets)
    if recipe.loss in AMOUNTS:
        return float(((targets - answers) ** 2).mean())
    if targets.dtype == np.int32:
        if recipe.logits:
            answers = softmax(answers, -1)
        given = np.take_along_axis(answers, targets[..., None].astype(int), -1)
    else:
        given = np.where(targets > 0.5, answers, 1 - answers)
    return float(-np.log(np.clip(given, TINY, 1)).mean())


def variety(model: Any, inputs: Any, targets: Array) -> float:
    """How far a generator's pictures differ, in the spread of real ones."""
    pictures = np.asarray(model(inputs, training=False))
    return float(pictures.std(0).mean() / targets.std(0).mean())


def diverged_kinds(model: Any, inputs: Any, score: float) -> tuple[str, ...]:
    """What a learning rate that was far too high has brought about: kinds that are really there."""
    if not all(np.isfinite(weight).all() for weight in model.get_weights()):
        return ("non-finite", RATE)
    hidden = relu_outputs(model, inputs).values()
    answers = _first_task(model(inputs, training=False))
    largest = max(float(np.abs(values).max()) for values in keras.tree.flatten(inputs))
    there = {
        "dead": any((_highest(values) == 0).mean() >= 0.9 for values in hidden),
        "exploding-signal": any(values.max() > 100 * largest for values in hidden),
        "no-better-than-constant": score < BLIND,
        "constant": answers.std(0).max() < 0.01 * np.abs(answers).max(),
        "saturated": ((answers < 0.01) | (answers > 0.99)).mean() > 0.95,
    }
    found = tuple(kind for kind, is_there in there.items() if is_there)
    return (*found, RATE) if found else ()


def _highest(values: Array) -> Array:
    """Of each unit over samples and places."""
    return values.reshape(-1, values.shape[-1]).max(0)


def relu_outputs(model: Any, inputs: Any) -> dict[str, Array]:
    """Outputs of all layers of a functional model that end in a ReLU; {} of any other model."""
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        return {}
    layers = [
        layer
        for layer in model.layers
        if getattr(getattr(layer, "activation", None), "__name__", "") in ("relu", "relu6")
    ]
    if not layers:
        return {}
    inside = keras.Model(model.input, [layer.output for layer in layers])
    found = keras.tree.flatten(inside(inputs, training=False))
    return {layer.name: np.asarray(values) for layer, values in zip(layers, found, strict=True)}
