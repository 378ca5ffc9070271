"""From outputs of layers to findings: what is dead, what has underflowed, and what to do first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import LayerFacts, ModelFacts, Role
from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.judge import judge, suspects
from cnnviz_widgets.diagnosis.measurements.output_measures import output_measures
from cnnviz_widgets.diagnosis.signs.outputs import gain

RNG = np.random.default_rng(0)


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
    signs = output_measures(values.astype(np.float32), ends=ends)
    facts = LayerFacts(path, "Dense", parents, role, low, 1, output, True, activation, signs)
    return replace(facts, underflows=activation not in ("relu", "relu6", "tanh", None))


def firing(rates: np.ndarray, silent: int, samples: int = 64) -> np.ndarray:
    """Values of units that fire at these rates on each sample, and of some that never do."""
    fires = RNG.random((samples, rates.size)) < rates
    values = np.where(fires, RNG.uniform(0.5, 2, fires.shape), 0)
    return np.concatenate((np.zeros((samples, silent)), values), axis=1)


def kinds(model: ModelFacts) -> list[str]:
    return [finding.kind for finding in judge(model)]


def only(model: ModelFacts, kind: str) -> Finding:
    (found,) = [finding for finding in judge(model) if finding.kind == kind]
    return found


def test_ten_living_units_do_not_call_fifty_four_rare() -> None:
    values = np.zeros((32, 64))
    values[np.arange(10), np.arange(10)] = 1  # ten units, each on one sample
    found = only(facts(layer("dense", values), samples=32), "dead")
    assert found.severity == "severe"


@pytest.mark.parametrize("silent", [640, 784])
def test_the_papers_share_of_dead_units_is_never_a_note(silent: int) -> None:
    # The worst case: all that fire do so rarely, so that silence alone says least.
    values = firing(np.full(1600 - silent, 0.03), silent)
    silent_now = int((values == 0).all(axis=0).sum())
    found = only(facts(layer("dense", values)), "dead")
    assert found.measured.value == silent_now / 1600
    assert found.severity != "note"
    assert "at 95 % confidence" in found.limits
    assert "rare rather than dead" in found.limits


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "hard_sigmoid", "softplus"])
def test_what_underflows_is_not_dead(activation: str) -> None:
    ends = (0.0, 1.0) if "sigmoid" in activation else (None, None)
    hidden = layer("hidden", firing(np.full(8, 0.9), 8), activation=activation, ends=ends)
    assert "dead" not in kinds(facts(hidden))
    assert "dead" in kinds(facts(layer("hidden", firing(np.full(8, 0.9), 8))))


def test_an_underflowed_sigmoid_is_saturated_and_softplus_constant() -> None:
    values = np.concatenate((np.zeros((64, 8)), RNG.uniform(0.2, 0.8, (64, 8))), axis=1)
    sigmoid = layer("hidden", values, activation="sigmoid", ends=(0.0, 1.0))
    assert kinds(facts(sigmoid)) == ["saturated"]
    assert kinds(facts(layer("hidden", values, activation="softplus"))) == ["constant"]


def test_classes_at_exactly_zero_tell_of_exploded_logits() -> None:
    sure = np.eye(10)[RNG.integers(0, 5, 64)]
    found = only(facts(layer("head", sure, activation="softmax", output=True)), "saturated")
    assert "exploded" in found.summary
    assert "LeakyReLU" not in found.cure
    assert found.channels == (5, 6, 7, 8, 9)
    unsure = np.maximum(sure, RNG.uniform(1e-9, 1e-8, sure.shape))
    assert kinds(facts(layer("head", unsure, activation="softmax", output=True))) == []


def test_a_collapsed_classifier_is_not_advised_like_a_gan() -> None:
    same = np.full((64, 10), 0.1) + 1e-6 * RNG.normal(size=(64, 10))
    head = layer("head", same, activation="softmax", output=True)
    assert "GAN" not in only(facts(head), "constant").cure
    assert "GAN" in only(facts(head, makes_images=True), "constant").cure


def test_the_learning_rate_comes_first_where_several_layers_have_died() -> None:
    values = firing(np.full(10, 0.9), 10)
    first, second = layer("a", values, low=True), layer("b", values, "a", low=True)
    both = judge(facts(first, second))
    assert [finding.layer for finding in both] == ["a", "b"]
    assert all(finding.cure.startswith("Lower the learning rate") for finding in both)
    assert judge(facts(first))[0].cure.startswith("Check the input data")
    healthy = layer("a", firing(np.full(20, 0.9), 0), low=True)
    assert "input data" not in judge(facts(healthy, second))[0].cure


def test_weights_that_are_drowned_by_an_activation_are_said_so() -> None:
    from cnnviz_widgets.diagnosis.measurements.weight_measures import weight_measures

    kernel = RNG.normal(size=(20, 20)).astype(np.float32)
    kernel[3, 3] = np.nan
    signs = weight_measures(kernel, None, name="kernel", outputs="unit", first_channel=0)
    finite = replace(layer("a", firing(np.full(20, 0.9), 0)), weights=(signs,))
    assert "hides it" in only(facts(finite), "non-finite").limits


def test_an_untrained_network_is_not_held_to_the_image() -> None:
    lost = replace(layer("a", RNG.normal(size=(64, 8))), readable=0.05)
    model = facts(lost)
    assert suspects(model)[1] == ["a"]
    assert suspects(replace(model, untrained=True))[1] == []
    assert "unlike-input" not in kinds(replace(model, untrained=True))


def test_a_chain_of_layers_loses_the_image_once() -> None:
    lost = replace(layer("a", RNG.normal(size=(64, 8))), readable=0.05)
    behind = replace(layer("b", RNG.normal(size=(64, 8)), "a"), readable=0.04)
    assert only(facts(lost, behind), "unlike-input").follows == ("b",)


def test_a_normalisation_is_not_measured_by_what_it_reads() -> None:
    loud = layer("conv", RNG.normal(scale=400, size=(64, 8)))
    usual = layer("norm", RNG.normal(size=(64, 8)), "conv", activation=None)
    model = facts(loud, replace(usual, normalises=True))
    assert gain(model, model.layers["norm"]) == pytest.approx(1, rel=0.1)
    # A dense layer that puts out as little of what it reads is all but mute.
    assert gain(facts(loud, usual), usual) == pytest.approx(1 / 400, rel=0.2)
