"""Members of ``tests.benchmarks.causes`` are what they are said to be, and are diagnosed.

A few that train in a moment; ``tests.benchmarks.bench_causes`` counts them all.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.benchmarks.causes import training
from tests.benchmarks.causes.catalogue import FAULTS
from tests.benchmarks.causes.families import FAMILIES
from tests.benchmarks.causes.faults import Fault
from tests.benchmarks.causes.members import Member, members, plain
from tests.benchmarks.causes.quirks import QUIRKS
from tests.benchmarks.causes.score import Outcome, outcome
from tests.benchmarks.causes.tables import Counts

BY_NAME = {fault.name: fault for fault in FAULTS}


@pytest.fixture(scope="module", autouse=True)
def kept_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(training, "KEPT", tmp_path_factory.mktemp("causes"))
    yield
    patch.undo()


def member(family: str, fault: str) -> Member:
    return Member(family, BY_NAME[fault], 0)


@pytest.fixture(scope="module")
def diagnosed() -> list[Outcome]:
    cases = [
        plain("mlp", 0),
        member("mlp", "NaN in the inputs"),
        member("regression", "tanh for amounts"),
        member("mlp", "most units one"),
    ]
    return [outcome(each) for each in cases]


def test_harm_is_measured_and_the_cause_is_named(diagnosed: list[Outcome]) -> None:
    healthy, *faulty = diagnosed
    assert healthy.is_counted and not healthy.counted
    assert [each.said[0].kind for each in faulty] == [
        "non-finite",
        "unreachable-targets",
        "duplicate",
    ]
    counts = Counts.of(diagnosed)
    assert (counts.faulty, counts.first_right, counts.at_layer) == (3, 3, 3)
    assert (counts.healthy, counts.accused, counts.silent, counts.raised) == (1, 0, 0, 0)


def test_a_fault_without_harm_is_not_counted() -> None:
    nothing_done = Fault("nothing", ("input-range",), {"mlp": ""})
    assert member("mlp", "table not standardised").is_proven()
    assert not Member("mlp", nothing_done, 0).is_proven()


def test_a_network_comes_back_from_its_file_as_it_was_trained() -> None:
    recipe = training.healthy("regression")
    first, again = training.trained(recipe, 0), training.load(recipe, 0)
    for kept, weight in zip(first.weights, again.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)
    assert again.history.history["val_loss"] == first.history["val_loss"]
    assert int(again.optimizer.iterations) == 15 * -(-FAMILIES["regression"].count // 32)


def test_names_are_unique_and_every_family_is_met() -> None:
    names = [fault.name for fault in (*FAULTS, *QUIRKS)]
    assert len(names) == len({*names})
    families = {family for fault in (*FAULTS, *QUIRKS) for family in fault.families}
    assert families == {*FAMILIES}


def test_faulty_and_healthy_are_balanced() -> None:
    faulty = [each.is_faulty for each in members([0])]
    assert 0.4 <= 1 - np.mean(faulty) <= 0.6
