"""What enters BatchNormalization layers, beside what they remember of training."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from ....diagnosis.facts import ModelFacts
from ....diagnosis.measurements.data.norm_shift import (
    NormShift,
    Remembered,
    begun_by,
    shift_by,
    shift_of,
)
from ...experiments.exchanged_pass import Exchange
from ...reading.call_recorder import ModelCallError
from ..subject import Subject
from ..training_record import optimisation
from .runs import Runs

_NOISY = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"})

_BEGINNING = 0.05
"""Share of their first value from which it counts in averages: 300 steps with momentum 0.99."""


def memories(subject: Subject, facts: ModelFacts) -> dict[str, Remembered]:
    """What each BatchNormalization remembers, by path, in execution order."""
    return {
        layer.path: _memory(subject, layer.path, layer.outputs.channels)
        for layer in facts
        if subject.infos[layer.path].family == "BatchNormalization"
        and "moving_variance" in subject.probe.weights(layer.path)
    }


def norm_shift(
    subject: Subject, facts: ModelFacts, known: Mapping[str, Remembered]
) -> NormShift | None:
    """How what enters the layers differs from training; None without one that was trained.

    Those behind dropout are left out: it widens what they saw in training.
    """
    asked = {
        path: each
        for path, each in known.items()
        if not each.initial and not _behind_dropout(subject, path)
    }
    shifts = [shift_of(facts.layers[path].outputs.measures, each) for path, each in asked.items()]
    if not shifts:
        return None
    ratios, moves = zip(*shifts, strict=True)
    return NormShift(
        tuple(asked), ratios, moves, facts.samples, begun=_begun(subject, facts, asked)
    )


def _begun(subject: Subject, facts: ModelFacts, known: Mapping[str, Remembered]) -> float:
    """`NormShift.begun`, by the steps that the optimizer has counted."""
    training = optimisation(subject.probe.model)
    if training is None or not training.steps:
        return math.nan
    layers = {path: subject.layers[path] for path in known}
    shares = {
        path: float(layer.momentum) ** training.steps
        for path, layer in layers.items()
        if layer.trainable
    }
    spreads = [
        begun_by(facts.layers[path].outputs.measures.std, known[path], left)
        for path, left in shares.items()
        if left >= _BEGINNING
    ]
    finite = [each for each in spreads if math.isfinite(each)]
    return float(np.median(finite)) if finite else math.nan


def decided(
    subject: Subject, runs: Runs, shift: NormShift, known: Mapping[str, Remembered]
) -> NormShift:
    """The shift, with what is left of it once the first layers use the averages of these samples.

    If the inputs alone are to blame, all behind is in order then.
    """
    first = {path for path in known if not _ancestors(subject, path) & known.keys()}
    deeper = [path for path in shift.layers if path not in first]
    if not deeper:
        return shift
    ratios: dict[str, float] = {}

    def watch(path: str) -> Exchange:
        def look(output: Any, axis: int) -> Any:
            ratios[path] = _ratio(output, axis, known[path])
            return output

        return look

    exchanges = {path: by_batch(known[path]) for path in first}
    try:
        runs.run(exchanges=exchanges | {path: watch(path) for path in deeper})
    except ModelCallError:
        return shift
    finite = [each for each in ratios.values() if math.isfinite(each)]
    return replace(shift, deeper=float(np.median(finite)) if finite else math.nan)


def by_batch(memory: Remembered) -> Exchange:
    """BatchNormalization as in training: by the averages of the samples that pass through it."""

    def exchange(output: Any, axis: int) -> Any:
        ops = keras.ops
        wide = ops.cast(output, "float32")
        axis %= len(wide.shape)
        others = [k for k in range(len(wide.shape)) if k != axis]
        shape = [-1 if k == axis else 1 for k in range(len(wide.shape))]
        centred = wide - ops.mean(wide, axis=others, keepdims=True)
        spread = np.sqrt(memory.variance + memory.epsilon) / np.maximum(np.abs(memory.scale), 1e-12)
        incoming = ops.std(wide, axis=others) * spread.astype(np.float32)
        back = np.sqrt(memory.variance + memory.epsilon).astype(np.float32)
        factor = back / ops.sqrt(ops.square(incoming) + memory.epsilon)
        offset = np.reshape(memory.offset, shape).astype(np.float32)
        return ops.cast(centred * ops.reshape(factor, shape) + offset, output.dtype)

    return exchange


def _ratio(output: Any, axis: int, memory: Remembered) -> float:
    wide = np.moveaxis(np.asarray(keras.ops.cast(output, "float32")), axis, -1)
    flat = wide.reshape(-1, wide.shape[-1])
    return shift_by(flat.mean(0, np.float64), flat.std(0, np.float64), memory)[0]


def _memory(subject: Subject, path: str, channels: int) -> Remembered:
    weights = subject.probe.weights(path)
    ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
    return Remembered(
        mean=weights["moving_mean"],
        variance=np.maximum(weights["moving_variance"], 1e-30),
        scale=weights.get("gamma", ones),
        offset=weights.get("beta", zeros),
        epsilon=float(subject.layers[path].epsilon),
    )


def _behind_dropout(subject: Subject, path: str) -> bool:
    """Whether dropout comes before it, and after any other BatchNormalization."""
    ahead, seen = [*subject.infos[path].parents], set()
    while ahead:
        parent = ahead.pop()
        if parent in seen or parent not in subject.infos:
            continue
        seen.add(parent)
        info = subject.infos[parent]
        if info.family in _NOISY:
            return True
        if info.family != "BatchNormalization":
            ahead += info.parents
    return False


def _ancestors(subject: Subject, path: str) -> set[str]:
    ahead, seen = [*subject.infos[path].parents], set[str]()
    while ahead:
        parent = ahead.pop()
        if parent in subject.infos and parent not in seen:
            seen.add(parent)
            ahead += subject.infos[parent].parents
    return seen
