"""Each fault that is planted in a trained network is found, where it is, and nothing else is.

A few of the networks that ``tests.benchmarks.bench_diagnosis`` counts by the hundred, trained for
a moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from tests.benchmarks.zoo import Truth, block, data, faults
from tests.benchmarks.zoo.faults import Plant
from tests.benchmarks.zoo.networks import Recipe, build
from tests.benchmarks.zoo.training import prepared, train
from tests.benchmarks.zoo.truth import outputs, skill_of

CLASSIFIER = Recipe("classifier", dense_activation="leaky_relu", steps=150)
# A sigmoid layer keeps its inputs from growing apart for longer.
SIGMOID = replace(CLASSIFIER, dense_activation="sigmoid", steps=350)
AUTOENCODER = Recipe("autoencoder", scale="standard", output="linear", steps=100)


# Of a network that a fault has spoilt for its task.
OF_THE_TASK = {"no-better-than-constant"}


@dataclass(frozen=True)
class Case:
    model: Any
    inputs: data.Array
    targets: data.Array


@pytest.fixture(scope="module")
def trained() -> Callable[[Recipe], Case]:
    """A recipe's network, and images to show it; each is trained once."""
    weights: dict[Recipe, tuple[data.Array, ...]] = {}

    def make(recipe: Recipe) -> Case:
        if recipe not in weights:
            weights[recipe] = train(recipe, 3)[0].weights
        (model,) = build(recipe)
        model.set_weights(weights[recipe])
        images, labels = data.shown()
        return Case(model, *prepared(recipe, images[:48], labels[:48]))

    return make


def accused(case: Case, **options: Any) -> list[tuple[str, str]]:
    """Kind and block of each finding that is more than a note."""
    report = diagnose(case.model, case.inputs, targets=case.targets, **options)
    return [(each.kind, block(each.layer)) for each in report if each.severity != "note"]


@pytest.mark.parametrize("recipe", [CLASSIFIER, SIGMOID, AUTOENCODER], ids=lambda each: each.task)
def test_a_healthy_network_is_not_accused(
    trained: Callable[[Recipe], Case], recipe: Recipe
) -> None:
    assert accused(trained(recipe)) == []


@pytest.mark.parametrize(
    ("recipe", "where", "plant", "kind"),
    [
        (CLASSIFIER, "conv1", faults.low_bias, "dead"),
        (CLASSIFIER, "conv2", faults.twins, "duplicate"),
        (CLASSIFIER, "conv1", faults.not_a_number, "non-finite"),
        (CLASSIFIER, "conv2", faults.constants, "constant"),
        (CLASSIFIER, "dense1", faults.vanishing, "near-zero"),
        (SIGMOID, "dense1", faults.saturating, "saturated"),
        (AUTOENCODER, "dense1", faults.low_bias, "dead"),
        (AUTOENCODER, "up1", faults.not_a_number, "non-finite"),
    ],
)
def test_a_planted_fault_is_found(
    trained: Callable[[Recipe], Case],
    recipe: Recipe,
    where: str,
    plant: Callable[[str], Plant],
    kind: str,
) -> None:
    case, truth = trained(recipe), Truth()
    plant(where)(case.model, np.random.default_rng(0), case.inputs, truth)
    report = diagnose(case.model, case.inputs, targets=case.targets)
    (named,) = (each for each in report if (each.kind, block(each.layer)) == (kind, where))
    skill = skill_of(outputs(case.model, case.inputs)[case.model.layers[-1].name], case.targets)
    if not skill >= 0.4:  # where it does its task, a note is enough
        assert named.severity != "note"
    found = [each for each in report if each.severity != "note"]
    assert {each.kind for each in found} <= {kind, *truth.ignore, *OF_THE_TASK}
    if kind in truth.channels:
        assert set(truth.channels[kind]) <= set(named.channels)


def test_inputs_in_bytes_are_noticed(trained: Callable[[Recipe], Case]) -> None:
    case = trained(CLASSIFIER)
    bytes_ = replace(case, inputs=case.inputs * np.float32(255))
    assert "input-range" in [kind for kind, _ in accused(bytes_)]
    assert "input-range" not in [kind for kind, _ in accused(case)]


def test_an_output_that_cannot_reach_its_targets_is_noticed(
    trained: Callable[[Recipe], Case],
) -> None:
    signed = replace(AUTOENCODER, scale="signed", output="sigmoid", steps=0)
    assert ("unreachable-targets", "image") in accused(trained(signed))


def test_a_layer_that_stands_still_is_noticed(trained: Callable[[Recipe], Case]) -> None:
    case = trained(CLASSIFIER)
    earlier = {
        layer.name: {weight.name: np.array(weight) for weight in layer.weights}
        for layer in case.model.layers
        if layer.weights
    }
    for layer in case.model.layers:
        if layer.weights and layer.name != "conv2":
            layer.set_weights([1.1 * weight for weight in layer.get_weights()])
    assert ("frozen", "conv2") in accused(case, earlier=earlier)
