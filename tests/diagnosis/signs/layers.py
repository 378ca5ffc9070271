"""Layers made of numbers, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz_widgets.diagnosis.facts import LayerFacts, ModelFacts, Role
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.judge import judge
from cnnviz_widgets.diagnosis.measurements.data.answers import Answers
from cnnviz_widgets.diagnosis.measurements.output_measures import output_measures
from cnnviz_widgets.diagnosis.measurements.training.trials import Fit
from cnnviz_widgets.diagnosis.measurements.weight_measures import weight_measures
from cnnviz_widgets.diagnosis.measurements.weight_movement import WeightMovement

RNG = np.random.default_rng(0)

SOLVED = Answers("head", "classes", 64, score=0.95, constant_score=0.1, p_value=1e-9)
FAILED = replace(SOLVED, score=0.3)
"""Answers that are far from right, and better than constant ones."""

LEARNT = Fit(0.5, (2.0, 2.1, 1.9, 2.0, 2.2, 1.8, 2.0, 2.0), 60)
"""Answers that are better than one for all."""


def facts(*layers: LayerFacts, samples: int = 64, makes_images: bool = False) -> ModelFacts:
    return ModelFacts({each.path: each for each in layers}, samples, makes_images=makes_images)


def layer(
    path: str,
    values: np.ndarray,
    *parents: str,
    activation: str | None = "relu",
    output: bool = False,
    low: bool = False,
    role: Role = "weights",
    ends: tuple[float | None, float | None] = (None, None),
) -> LayerFacts:
    outputs = output_measures(values.astype(np.float32), ends=ends, with_merges=low)
    facts = LayerFacts(path, "Dense", parents, role, low, 1, output, True, activation, outputs)
    return replace(facts, underflows=activation not in ("relu", "relu6", "tanh", None))


def weighted(
    path: str,
    kernel: np.ndarray,
    *,
    first_channel: int | None = 0,
    movement: WeightMovement | None = None,
    trainable: bool = True,
) -> LayerFacts:
    """A layer of living units with one kernel."""
    values = kernel.astype(np.float32)
    return replace(
        layer(path, RNG.normal(size=(64, 8))),
        weights=(weight_measures(values, None, first_channel=first_channel),),
        movement=movement,
        trainable=trainable,
    )


def firing(rates: np.ndarray, silent: int, samples: int = 64) -> np.ndarray:
    """Values of units that fire at these rates on each sample, and of some that never do."""
    fires = RNG.random((samples, rates.size)) < rates
    values = np.where(fires, RNG.uniform(0.5, 2, fires.shape), 0)
    return np.concatenate((np.zeros((samples, silent)), values), axis=1)


def kinds(model: ModelFacts) -> list[str]:
    return [finding.kind for finding in judge(model)]


def only(model: ModelFacts, kind: str) -> Finding:
    """The one finding of a kind."""
    (finding,) = [each for each in judge(model) if each.kind == kind]
    return finding
