"""Channels that compute one feature."""

from __future__ import annotations

import numpy as np

from ..layers import RNG, facts, kinds, only, weighted


def test_twins_are_named_in_the_layers_own_numbering() -> None:
    kernel = RNG.normal(size=(20, 8))
    kernel[:, [5, 6]] = kernel[:, [1]]
    finding = only(facts(weighted("dense", kernel, first_channel=8)), "duplicate")
    assert (finding.severity, finding.channels) == ("warning", (9, 13, 14))
    assert finding.measured.value == 3 / 8
    assert "1=5=6" in finding.summary


def test_a_layer_of_one_feature_is_told_as_a_whole() -> None:
    finding = only(facts(weighted("dense", np.ones((20, 8)))), "duplicate")
    assert (finding.severity, finding.channels, finding.weight) == ("severe", (), "kernel")


def test_outputs_that_are_no_channels_have_no_twins() -> None:
    assert kinds(facts(weighted("query", np.ones((20, 8)), first_channel=None))) == []
