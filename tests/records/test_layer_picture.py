"""Records and snapshots answer what views ask, each by what it is of."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice, keep
from cnnviz_widgets.records.facts.parameter_facts import ParameterPicture
from cnnviz_widgets.records.layer_picture import LayerPicture
from cnnviz_widgets.records.layer_record import AttentionRecord, as_record, checked_record
from cnnviz_widgets.records.parameter_record import as_parameters
from cnnviz_widgets.records.record_kind import ATTENTION, OUTPUTS, VIEW_NAMES, WEIGHTS

RNG = np.random.default_rng(17)


def outputs(dead: int = 1) -> LayerRecord:
    values = RNG.normal(size=(4, 3, 2, 5))
    values[..., :dead] = 0
    return LayerRecord.of(values, "conv")


def weights(dead: int = 1) -> ParameterRecord:
    values = RNG.normal(size=(3, 2, 2, 5))
    values[..., :dead] = 0
    return ParameterRecord.of(values, "conv", bias=np.ones(5), name="kernel", how="normed")


def attention() -> AttentionRecord:
    shares = RNG.random(size=(4, 3, 3, 2))
    return cast(AttentionRecord, AttentionRecord.of(shares / shares.sum(2, keepdims=True), "mha"))


MADE: list[Callable[[], LayerPicture]] = [
    outputs, weights, attention, lambda: keep(outputs()), lambda: keep(weights()),
    lambda: keep(attention()),
]  # fmt: skip
any_picture = pytest.mark.parametrize(
    "make",
    MADE,
    ids=["outputs", "weights", "attention", "outputs kept", "weights kept", "attention kept"],
)


def asked(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if name[0] != "_"]


@any_picture
def test_each_answers_all_that_is_asked(make: Callable[[], LayerPicture]) -> None:
    picture = make()
    names = asked(LayerPicture) + (asked(ParameterPicture) if picture.kind == WEIGHTS else [])
    assert len(names) > 25
    for name in names:
        home = next(each for each in type(picture).__mro__ if name in vars(each))
        assert home not in (LayerPicture, ParameterPicture), name
        getattr(picture, name)
    assert picture.complete() is picture
    assert picture.tiles_within(10**6).codes.size


def test_a_kind_has_the_name_of_its_view() -> None:
    assert VIEW_NAMES == ("outputs", "weights", "attention")
    assert tuple(kind.name for kind in (OUTPUTS, WEIGHTS, ATTENTION)) == VIEW_NAMES
    assert attention().kind == keep(attention()).kind == ATTENTION
    assert outputs().kind == keep(outputs()).kind == OUTPUTS
    assert weights().kind == keep(weights()).kind == WEIGHTS


def test_a_snapshot_holds_no_values_and_has_no_window_nearer_than_its_picture() -> None:
    for record in (outputs(), weights()):
        assert record.held_values is record.values
        assert keep(record).held_values is None
        with pytest.raises(ValueError, match="conv at that moment were not kept"):
            _ = keep(record).values
    zooming = [make().zooms_exactly for make in MADE]
    assert zooming == [False, True, False, False, False, False]


def test_a_snapshot_is_no_record() -> None:
    assert not isinstance(keep(outputs()), LayerRecord)
    assert not isinstance(keep(weights()), (LayerRecord, ParameterRecord))
    assert isinstance(weights(), LayerRecord)
    # What is a record can be had with other settings.
    assert dataclasses.replace(weights(), whole=True).whole


@pytest.mark.parametrize("through", [lambda record: record, keep], ids=["live", "kept"])
def test_each_says_in_a_line_what_it_is_of(through: Callable[..., LayerPicture]) -> None:
    record, weight = through(outputs()), through(weights())
    assert (record.label, record.extent) == (None, "5 channels of 3 × 2 · 4 samples")
    assert weight.label == "kernel as it acts (normed)"
    assert weight.extent == "5 output channels × 3 input channels of 2 × 2 + bias"
    assert (record.channel_noun, weight.channel_noun) == ("channel", "output channel")


@pytest.mark.parametrize("through", [lambda record: record, keep], ids=["live", "kept"])
def test_each_says_how_many_are_dead(through: Callable[..., LayerPicture]) -> None:
    notes = [through(make(dead)).dead_note for make in (outputs, weights) for dead in (0, 1, 2)]
    assert notes == [
        "",
        "1 of 5 channels is zero on every sample.",
        "2 of 5 channels are zero on every sample.",
        "",
        "1 of 5 output channels has weights of 0 only.",
        "2 of 5 output channels have weights of 0 only.",
    ]
    some = dataclasses.replace(outputs(3), samples=SampleChoice((0, 2, 4, 6), 8))
    assert through(some).dead_note == (
        "3 of 5 channels are zero on these 4 samples; "
        "3 of them were so on all 8 when these were last looked at."
    )
    assert through(some).extent.endswith("4 of 8 samples")


@any_picture
def test_what_is_a_record_stays_itself(make: Callable[[], LayerPicture]) -> None:
    picture = make()
    assert as_record(picture) is checked_record("record", picture) is picture
    if picture.kind == WEIGHTS:
        assert as_parameters(picture) is picture
        with pytest.raises(ValueError, match="has its own"):
            as_parameters(picture, np.ones(5))
    else:
        with pytest.raises(TypeError, match="a layer's outputs"):
            as_parameters(picture)


def test_anything_else_is_made_one_or_refused() -> None:
    assert as_record(np.ones((2, 3))).kind == OUTPUTS
    assert as_parameters(np.ones((2, 3))).kind == WEIGHTS
    with pytest.raises(TypeError, match="record must be a LayerRecord; got 5; made so"):
        checked_record("record", 5, "made so")
    with pytest.raises((TypeError, ValueError)):
        as_record(LayerRecord)
