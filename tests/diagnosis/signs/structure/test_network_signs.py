"""What is told of a network's stations: too wide, too deep, layers that are not missed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.judge import judge_network
from cnnviz_widgets.diagnosis.measurements.stations import (
    LeftOut,
    Likeness,
    NetworkFacts,
    StationFacts,
)
from cnnviz_widgets.diagnosis.measurements.training.trials import Fit, Trial

NOW = Fit(0.5, (), 60, (0.8, 0.9, 0.8, 0.9))
SPARED = Trial(0.05, 64, 0, NOW, NOW)
MISSED = Trial(0.5, 64, 20, NOW, Fit(2.0, (), 30, (0.4, 0.3, 0.4, 0.3)))
FEW, MANY = Likeness(64, (1, 2), 0.1, 7.0), Likeness(64, tuple(range(20)), 0.1, 7.0)
ALIKE = Likeness(16, (), 0.4, 5.0)


def network(*stations: StationFacts, samples: int = 64, learnt: bool | None = True) -> NetworkFacts:
    return NetworkFacts(stations, samples, learnt)


def station(depth: int, own: Likeness = FEW, *fresh: Likeness) -> StationFacts:
    return StationFacts(f"layer{depth}", 64, depth, 0, False, False, own, fresh)


def last(depth: int) -> StationFacts:
    return replace(station(depth), answers=True)


def only(facts: NetworkFacts) -> Finding:
    (finding,) = judge_network(facts)
    return finding


# --- Too wide ------------------------------------------------------------------------------------

WIDE = replace(station(9, MANY, FEW, FEW), merged=SPARED)


def wide(**changes: object) -> NetworkFacts:
    return network(station(1, MANY), replace(WIDE, **changes), last(10))


def test_twins_that_are_not_missed_are_too_many_channels() -> None:
    finding = only(wide())
    assert (finding.kind, finding.layer, finding.severity) == ("over-wide", "layer9", "note")
    assert finding.channels == MANY.twins
    assert finding.reference is not None
    assert finding.reference.value == pytest.approx(2 / 64)
    assert finding.summary == (
        "20 of 64 living channels of layer9 answer to all 64 samples as another does (cosine above "
        "0.95; 3 % in the same architecture, freshly initialised), and with one of each group for "
        "all 60 of 64 right → 60."
    )


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(wide(merged=MISSED), id="they are missed"),
        pytest.param(wide(merged=None), id="not tried"),
        pytest.param(wide(fresh=()), id="no reference"),
        pytest.param(wide(fresh=(FEW, MANY)), id="one of the references has as many"),
        pytest.param(wide(own=Likeness(8, (0, 1))), id="two of eight may be chance"),
        pytest.param(wide(depth=5), id="not high"),
        pytest.param(wide(gates=True), id="a gate"),
        pytest.param(wide(answers=True), id="the answers"),
        pytest.param(replace(wide(), samples=8), id="too few samples"),
    ],
)
def test_nothing_is_said_of_twins(facts: NetworkFacts) -> None:
    assert not judge_network(facts)


# --- Too deep ------------------------------------------------------------------------------------


def deep(own: Likeness = ALIKE, *fresh: Likeness, learnt: bool | None = True) -> NetworkFacts:
    fresh = fresh or (ALIKE, replace(ALIKE, cosine=0.6))
    middle = (station(depth, own, *fresh) for depth in (4, 5, 6, 7))
    return network(station(1, ALIKE), *middle, last(12), learnt=learnt)


def test_middle_layers_that_are_alike_make_one_finding() -> None:
    finding = only(deep())
    assert (finding.kind, finding.layer, finding.severity) == ("over-deep", "layer4", "note")
    assert finding.follows == ("layer5", "layer6", "layer7")
    assert "0.40 (0.60 in the same architecture" in finding.summary
    assert "effective rank 5.0" in finding.summary


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(deep(learnt=False), id="it has learnt nothing"),
        pytest.param(deep(learnt=None), id="no targets"),
        pytest.param(deep(replace(ALIKE, cosine=0.2)), id="they tell apart"),
        pytest.param(deep(Likeness(16)), id="classes are not known"),
        pytest.param(deep(replace(ALIKE, living=6)), id="few channels"),
        pytest.param(deep(ALIKE, replace(ALIKE, cosine=0.9)), id="training took off most of it"),
        pytest.param(network(*(station(k, ALIKE, ALIKE) for k in range(1, 9))), id="8 layers"),
    ],
)
def test_nothing_is_said_of_depth(facts: NetworkFacts) -> None:
    assert not judge_network(facts)


# --- Not missed ----------------------------------------------------------------------------------


def without(trial: Trial, *rises: float, learnt: bool | None = True) -> tuple[Finding, ...]:
    block = replace(station(3), left_out=LeftOut("layer1", frozenset("ab"), trial, rises))
    return judge_network(network(station(1), block, last(6), learnt=learnt))


@pytest.mark.parametrize(
    ("trial", "rises", "learnt"),
    [
        (Trial(0.005, 64), (), None),
        (Trial(0.005, 64), (), False),
        (SPARED, (0.01, -0.01, 0.0, 0.01), True),
    ],
)
def test_layers_without_which_nothing_changes(
    trial: Trial, rises: tuple[float, ...], learnt: bool | None
) -> None:
    (finding,) = without(trial, *rises, learnt=learnt)
    assert (finding.kind, finding.layer, finding.severity) == ("not-missed", "layer3", "note")
    assert finding.summary.startswith("The 2 layers with weights between layer1 and layer3 would")


@pytest.mark.parametrize(
    ("trial", "rises", "learnt"),
    [
        pytest.param(SPARED, (0.2, 0.1, 0.2, 0.1), True, id="the loss rises"),
        pytest.param(replace(SPARED, change=0.3), (-0.1,) * 4, True, id="the answers get surer"),
        pytest.param(SPARED, (0.2, -0.2, 0.3, -0.3), True, id="it may or may not"),
        pytest.param(SPARED, (0.0, 0.0, 0.0), False, id="what has learnt nothing misses nothing"),
        pytest.param(Trial(0.2, 64, 0), (), None, id="outputs change, targets not known"),
        pytest.param(SPARED, (0.0, float("nan")), True, id="a loss that is no number"),
    ],
)
def test_nothing_is_said_of_layers_that_may_be_missed(
    trial: Trial, rises: tuple[float, ...], learnt: bool | None
) -> None:
    assert not without(trial, *rises, learnt=learnt)


def test_the_same_layers_are_told_of_once() -> None:
    trial = Trial(0.005, 64)
    inner, outer, same, other = (
        replace(station(depth), left_out=LeftOut("layer1", frozenset(layers), trial))
        for depth, layers in ((2, "a"), (3, "ab"), (4, "ab"), (5, "bc"))
    )
    told = judge_network(network(station(1), inner, outer, same, other, last(9)))
    assert [finding.layer for finding in told] == ["layer4", "layer5"]
