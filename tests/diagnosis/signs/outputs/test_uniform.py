"""Maps that are all alike, beside those of a fresh layer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cnnviz_widgets.diagnosis.facts import LayerFacts
from cnnviz_widgets.diagnosis.judge import suspects

from ..layers import FAILED, RNG, SOLVED, facts, kinds, layer, only

PICTURE = RNG.normal(size=(64, 1))


def alike(noise: float, offset: float = 0.0) -> LayerFacts:
    """Eight channels of one picture, each with noise of its own."""
    own = RNG.normal(size=(64, 8))
    return layer("conv", offset + PICTURE * (offset == 0) + noise * own, low=True)


def test_maps_of_one_picture_are_a_guess_without_a_reference() -> None:
    model = facts(alike(0.1))
    assert suspects(model).by_outputs == ("conv",)
    finding = only(model, "uniform")
    assert (finding.severity, finding.reference) == ("note", None)
    assert "no freshly initialised reference" in finding.limits


def test_the_fresh_layer_decides() -> None:
    model = facts(alike(0.1))
    varied = replace(
        model, fresh={"conv": layer("conv", RNG.normal(size=(64, 8)), low=True).outputs}
    )
    assert only(varied, "uniform").severity == "note"  # nothing shows that it matters
    finding = only(replace(varied, answers=FAILED), "uniform")
    assert finding.severity == "warning"
    assert only(replace(varied, answers=SOLVED), "uniform").severity == "note"
    assert finding.evidence is not None
    assert finding.evidence.reference
    assert kinds(replace(varied, untrained=True)) == ["untrained"]
    assert kinds(replace(model, fresh={"conv": alike(0.1).outputs})) == []


def test_maps_that_are_nearly_equal_are_alike_whatever_the_fresh_ones_are() -> None:
    model = facts(alike(0.01))
    assert kinds(replace(model, fresh={"conv": alike(0.01).outputs})) == ["uniform"]


def test_an_offset_that_all_share_is_said_so() -> None:
    assert "they share an offset" in only(facts(alike(1.0, offset=10)), "uniform").limits


def test_what_an_activation_still_bends_is_no_feature_yet() -> None:
    conv = replace(alike(0.1), activation=None)
    relu = replace(layer("relu", np.ones((64, 8)), "conv", output=True), role="activation")
    assert "uniform" not in kinds(facts(conv, relu))
