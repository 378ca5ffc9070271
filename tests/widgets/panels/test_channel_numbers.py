"""ChannelNumbers: a channel's numbers, and the channels most alike it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice, keep
from cnnviz_widgets.records.layer_record import AttentionRecord
from cnnviz_widgets.widgets.panels.channel_numbers import ChannelNumbers

VALUES = np.maximum(0, np.random.default_rng(3).normal(size=(6, 5, 5, 8)))
VALUES[:, :, :, 4] = 0
# Channel 2 is silent on half of the samples.
VALUES[:3, :, :, 2] = 0


def numbers(card: ChannelNumbers, name: str) -> dict[int, float]:
    channels = np.frombuffer(card._channels, "<i4").tolist()
    return dict(zip(channels, np.frombuffer(getattr(card, name), "<f4").tolist(), strict=True))


@pytest.fixture
def card() -> Any:
    made = ChannelNumbers()
    made.show(LayerRecord.of(VALUES))
    return made


def test_numbers_of_each_channel(card: ChannelNumbers) -> None:
    assert numbers(card, "_maximum")[1] == pytest.approx(VALUES[..., 1].max())
    assert numbers(card, "_mean")[1] == pytest.approx(VALUES[..., 1].mean())
    assert numbers(card, "_zero_share")[2] == pytest.approx((VALUES[..., 2] == 0).mean())
    fires = numbers(card, "_fires")
    assert (fires[1], fires[2], fires[4]) == (1.0, 0.5, 0.0)
    assert card._samples == "over 6 samples"


def test_nearest_channels_are_told_of_the_one_that_is_shown(card: ChannelNumbers) -> None:
    assert card._nearest == {}
    # So the page asks.
    card.set_state({"channel": 1})
    assert card._nearest["channel"] == 1
    tree = card.record.tree
    assert card._nearest["distances"] == sorted(card._nearest["distances"])
    assert card._nearest["distances"][0] >= tree.heights[0] - 1e-12
    assert 4 not in card._nearest["channels"]
    card.channel = 4
    assert card._nearest["channels"] == []


def test_another_layer_has_other_channels(card: ChannelNumbers) -> None:
    card.channel = 7
    card.show(LayerRecord.of(VALUES[..., :3]))
    assert (card.channel, card._nearest) == (-1, {})
    card.show(ParameterRecord.of(VALUES), ["ape"])
    assert (card._fires, card._samples, card._of_weights) == (b"", "", True)
    assert card.class_names == ["ape"]


def test_a_snapshot_has_numbers_but_no_values_to_compare(card: ChannelNumbers) -> None:
    before = numbers(card, "_fires")
    card.channel = 1
    card.show(keep(LayerRecord.of(VALUES)))
    assert card._nearest == {}
    assert numbers(card, "_fires") == before


def test_on_some_samples_it_says_so() -> None:
    card = ChannelNumbers()
    many = np.repeat(VALUES, 30, axis=0)
    card.show(LayerRecord.of(many))
    assert card._samples == "over 180 samples; fires: of the first 128"
    record = LayerRecord(VALUES, samples=SampleChoice(tuple(range(0, 12, 2)), 12))
    card.show(record)
    assert card._samples == "over 6 of 12 samples"


def test_what_is_not_finite_does_not_break_the_message(card: ChannelNumbers) -> None:
    values = VALUES.copy()
    values[..., 0] = np.nan
    values[0, 0, 0, 1] = np.inf
    card.show(LayerRecord.of(values))
    card.channel = 0
    assert card._nearest["channels"] == []
    assert numbers(card, "_nonfinite_share")[0] == 1


def test_an_inspectors_card_tells_of_what_is_shown() -> None:
    from cnnviz_widgets.widgets.views.layer_views import LayerViews

    views = LayerViews()
    views.show(LayerRecord.of(VALUES), ["a", "b"])
    assert views.card.record is views.grid.record is views.density.record
    assert views.card.selection is views.selection
    assert views.card.class_names == ["a", "b"]


def test_wrong_parts_are_refused() -> None:
    for name in ("selection", "axis", "rows", "density"):
        with pytest.raises(TypeError, match=f"{name} must be a"):
            ChannelNumbers(**{name: 5})
    card = ChannelNumbers(density=cv.DensityPanel(VALUES))
    assert card._curves is not None


def test_heads_of_attention_are_not_said_to_fire() -> None:
    weights = np.random.default_rng(0).dirichlet(np.ones(5), (4, 5, 3)).astype("float32")
    card = ChannelNumbers()
    card.show(AttentionRecord(weights.transpose(0, 1, 3, 2)))
    assert (card._fires, card._noun) == (b"", "head")
    card.close()
