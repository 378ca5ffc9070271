"""compare of two surveys: on how many samples it rests, what changed, what cannot be compared."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl
from traitlets import TraitError

import cnnviz_widgets as cv

X = np.random.default_rng(4).random((300, 6, 6, 1)).astype("float32")
Y = np.arange(len(X)) % 3


def model(name: str = "v1", width: int = 4, seed: int = 2) -> Any:
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            kl.Conv2D(width, 3, activation="relu", name="conv"),
            kl.Conv2D(3, 3, activation="tanh", name="bent"),
            kl.Flatten(name="flat"),
            kl.Dense(3, activation="softmax", name="answers"),
        ],
        name=name,
    )


def killed(channel: int, name: str = "v1") -> Any:
    """The same model with a dead and a stuck channel."""
    one = model(name)
    kernel, bias = (np.array(each) for each in one.get_layer("conv").get_weights())
    kernel[..., channel], bias[channel] = 0, -1
    one.get_layer("conv").set_weights([kernel, bias])
    kernel, bias = (np.array(each) for each in one.get_layer("bent").get_weights())
    bias[1] = 20
    one.get_layer("bent").set_weights([kernel, bias])
    return one


@pytest.fixture(scope="module")
def before() -> cv.Survey:
    return cv.survey(model(), X, labels=Y)


@pytest.fixture
def panel(before: cv.Survey) -> cv.ComparisonPanel:
    return cv.compare(before, cv.survey(killed(2), X, labels=Y), layer="conv")


def test_it_says_on_how_many_samples_each_rests(before: cv.Survey) -> None:
    few = cv.survey(model("v2"), X[:100])
    panel = cv.compare(before, few, layer="conv")
    assert panel.head.titles == ["v1 (300 samples)", "v2 (100 samples)"]
    notes = " ".join(panel.head._notes)
    assert "rest on 300 samples on the left and 100 samples on the right." in notes
    assert "samples that both have kept, at 8 drawn places of each." in notes
    assert "v1 (300 samples) has 3 classes, v2 (100 samples) no labels." in notes
    assert panel.densities.head._class_words == []
    numbers = panel.numbers()
    assert numbers["samples_a"] == [300] * 3 and numbers["samples_b"] == [100] * 3


def test_what_died_and_what_is_stuck(panel: cv.ComparisonPanel) -> None:
    assert panel.head.titles == ["v1 (300 samples) (first)", "v1 (300 samples) (second)"]
    assert panel.match == "index"
    rows = {row["path"]: row for row in panel.head._layers}
    assert rows["conv"]["dead"] == [0, 1] and rows["conv"]["turned"] == [1, 0]
    assert rows["conv"]["saturated"] == [None, None]
    assert rows["bent"]["saturated"] == [0, 1] and rows["bent"]["kind"] == "Conv2D"
    most = panel.head._pairs[0]
    assert (most["channels"], most["dead"], most["distance"]) == ([2, 2], [False, True], 2.0)
    words = panel.densities.head._class_words
    assert len(words) == 4 and words[2].endswith(" → 0")
    assert words[0].startswith("mean on class ")
    panel.layer = "bent"
    stuck = np.frombuffer(panel.densities.head._saturated, np.uint8)
    assert stuck.tolist() == [0, 0, 0, 1, 0, 0]
    assert [row["saturated"] for row in panel.head._pairs if row["number"] == 1] == [[False, True]]


def test_it_has_a_text_and_numbers(panel: cv.ComparisonPanel) -> None:
    lines = str(panel).splitlines()
    assert (
        lines[0] == "v1 (300 samples) (first) → v1 (300 samples) (second), what changed most first"
    )
    conv = next(line for line in lines if line.startswith("- conv: "))
    assert "0 of 4 → 1 of 4 dead, 1 died (on 300 samples)" in conv
    assert "0 → 1 saturated" in next(line for line in lines if line.startswith("- bent: "))
    assert lines[-1] == (
        "conv: Maps are compared on 256 samples that both have kept, at 8 drawn places of each."
    )
    assert sorted(panel.numbers()["died"]) == [0, 0, 1]
    panel.close()
    assert str(panel) == repr(panel)


def test_channels_are_matched_otherwise_where_that_is_possible(panel: cv.ComparisonPanel) -> None:
    assert panel.head.can_match
    panel.head.set_state({"match": "similarity"})
    assert panel.match == panel.shown.match.by == "similarity"


def test_other_samples_are_compared_by_distribution(before: cv.Survey) -> None:
    panel = cv.compare(before, cv.survey(model("v2", 5), X[::-1], labels=Y), layer="conv")
    assert panel.match == "index" and not panel.head.can_match
    assert all(np.isnan(change.change) and change.shift >= 0 for change in panel.changes)
    assert any("shown different inputs" in note for note in panel.head._notes)
    with pytest.raises(TraitError, match="shown different inputs"):
        panel.match = "similarity"


def test_a_survey_beside_what_is_live(before: cv.Survey) -> None:
    inspector = cv.ModelInspector(model("v2"), X[:8])
    panel = cv.compare(before, inspector, layer="conv")
    assert panel.head.titles == ["v1 (300 samples)", "v2"]
    assert "300 samples on the left and 8 samples on the right" in panel.head._notes[0]
    assert panel.head._alone == [
        {"path": "flat", "kind": "Flatten", "where": "not surveyed in v1 (300 samples)"}
    ]
    assert "(on 300 → 8 samples)" in str(panel)
    assert panel.picture() is not None


def test_what_it_shows_can_be_saved(panel: cv.ComparisonPanel) -> None:
    for what, suffix in panel.exporting.offers:
        name, content = panel.exporting.on_export(what, suffix)
        assert name.startswith("conv-compared") and content
    assert panel.grids[0].record is panel.shown.a


def test_inspectors_that_rest_on_surveys_of_the_same_samples_are_compared_by_these(
    before: cv.Survey,
) -> None:
    one = cv.ModelInspector(model(), X[:8], survey=before, class_names=["a", "b", "c"])
    after = killed(2, "v2")
    other = cv.ModelInspector(after, X[:8], survey=cv.survey(after, X, labels=Y))
    panel = cv.compare(one, other, layer="conv")
    assert panel.head.titles == ["v1 (300 samples)", "v2 (300 samples)"]
    notes = " ".join(panel.head._notes)
    assert "rest on 300 samples on either side." in notes
    # On inputs that are given, of other samples, or of one alone, the models are.
    assert cv.compare(one, other, inputs=X[:4]).head.titles == ["v1", "v2"]
    elsewhere = cv.ModelInspector(after, X[:8], survey=cv.survey(after, X[::-1], labels=Y))
    fewer = cv.ModelInspector(after, X[:8], survey=cv.survey(after, X[:200], labels=Y[:200]))
    for second in (elsewhere, fewer, cv.ModelInspector(after, X[:8])):
        assert cv.compare(one, second).head.titles == ["v1", "v2"]
