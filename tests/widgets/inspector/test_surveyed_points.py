"""The points of an inspector with a survey: samples that it keeps beside those shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import survey
from cnnviz_widgets.records.points.point_cloud import point_cloud

MANY, FEW = 700, 5
RNG = np.random.default_rng(0)
IMAGES = RNG.random((MANY, 8, 8, 1)).astype("float32")
LABELS = RNG.integers(0, 3, MANY)
NAMES = ("cat", "dog", "owl")


@pytest.fixture(scope="module")
def model() -> Any:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            kl.Conv2D(4, 3, activation="relu", name="conv"),
            kl.Flatten(name="flat"),
            kl.Dense(3, activation="softmax", name="end"),
        ]
    )


@pytest.fixture
def inspector(model: Any) -> Iterator[Any]:
    made = cv.ModelInspector(
        model, IMAGES[:FEW], targets=LABELS[:FEW], class_names=NAMES, layer="conv"
    )
    made.drawer.show_tab("points")
    yield made
    made.close()


def head_of(view: Any, point: int) -> Any:
    return view._heads[np.frombuffer(view._places, "<i4")[point]]


def test_points_are_those_that_the_survey_keeps_and_those_shown(inspector: Any) -> None:
    surveyed = inspector.survey(IMAGES, LABELS)
    view = inspector.embedding
    assert view.summary.startswith(f"512 of {MANY} samples surveyed, and the {FEW} shown")
    assert view.surveyed.sum() == 512 and len(view.positions) == 512 + FEW
    means = surveyed.layers["conv"].sample_means
    np.testing.assert_array_equal(view.numbers[view.surveyed], means.numbers)
    assert view.numbers[~view.surveyed].tolist() == list(range(FEW))
    expected = np.asarray(inspector.probe.model.layers[0](IMAGES[means.numbers])).mean((1, 2))
    np.testing.assert_allclose(means.values, expected, rtol=1e-5, atol=1e-7)
    cloud = point_cloud(inspector.record, "samples")
    assert len(set(cloud.ids.tolist())) == len(cloud)


def test_each_is_told_by_its_input_its_class_and_the_models_answer(inspector: Any) -> None:
    inspector.survey(IMAGES, LABELS)
    view, model = inspector.embedding, inspector.probe.model
    answers = np.asarray(model(IMAGES)).argmax(axis=1)
    for point in (0, 17, 511):
        number = view.numbers[point]
        head = head_of(view, point)
        assert head["truth"] == NAMES[LABELS[number]]
        assert head["answer"] == NAMES[answers[number]]
        assert head["right"] is bool(LABELS[number] == answers[number])
        place = np.frombuffer(view._places, "<i4")[point]
        pixels = np.frombuffer(view._head_pixels, "u1").reshape(view._head_shape)[place]
        low, high = view._head_range
        expected = np.rint(255 * (IMAGES[number] - low) / (high - low)).clip(0, 255)
        np.testing.assert_allclose(pixels, expected, atol=1)
    assert head_of(view, 512) == {**inspector.grid._heads[0]}
    assert "raw inputs" in view.summary


def test_some_of_them_are_shown_and_the_inputs_as_given_come_back(inspector: Any) -> None:
    inspector.survey(IMAGES, LABELS)
    view = inspector.embedding
    inspector.sample_selection.selected = (1,)
    chosen = sorted(view.numbers[view.surveyed][[3, 40, 200]].tolist())
    inspector.samples._asked = [1, "surveyed", chosen]
    assert inspector.samples.error == "" and inspector.samples._answered == 1
    np.testing.assert_array_equal(inspector.inputs, IMAGES[chosen])
    np.testing.assert_array_equal(inspector.targets, LABELS[chosen])
    # Each is one point.
    assert view.summary.startswith(f"509 of {MANY} samples surveyed, and the 3 shown")
    assert not np.isin(view.numbers[view.surveyed], chosen).any()
    assert inspector.sample_selection.selected == ()
    assert inspector.samples.chosen == "3 of those surveyed"
    inspector.choose_samples("these", (2, 0))
    assert view.summary.startswith(f"510 of {MANY} samples surveyed, and the 2 shown")
    inspector.choose_samples("given")
    np.testing.assert_array_equal(inspector.inputs, IMAGES[:FEW])
    assert view.summary.startswith(f"512 of {MANY} samples surveyed")


def test_many_of_them_come_in_pages(inspector: Any) -> None:
    inspector.survey(IMAGES, LABELS)
    inspector.choose_samples("surveyed", range(200))
    assert inspector.probe.samples == 128 and inspector.samples.has_next
    inspector.choose_samples("next")
    np.testing.assert_array_equal(inspector.inputs, IMAGES[128:200])
    inspector.choose_samples("given")


def test_they_stay_selected_in_another_layer_and_not_in_another_survey(inspector: Any) -> None:
    inspector.survey(IMAGES, LABELS)
    inspector.surveyed_selection.selected = (7, 9)
    inspector.sample_selection.selected = (2,)
    inspector.layer = "end"
    assert inspector.surveyed_selection.selected == (7, 9)
    assert inspector.sample_selection.selected == (2,)
    inspector.survey(IMAGES[:600], LABELS[:600])
    assert inspector.surveyed_selection.selected == ()
    assert inspector.sample_selection.selected == (2,)


def test_what_is_not_at_hand_is_told_by_numbers_and_not_shown(inspector: Any) -> None:
    dataset = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(64)
    inspector.survey(dataset)
    view = inspector.embedding
    assert not view.can_show_surveyed
    assert head_of(view, 0)["truth"] == NAMES[LABELS[view.numbers[0]]]
    assert view._head_shape[0] == 0
    with pytest.raises(ValueError, match="not at hand"):
        inspector.choose_samples("surveyed", (1,))


@pytest.mark.parametrize("same", [True, False])
def test_a_pool_is_what_was_surveyed_where_the_model_says_so(model: Any, same: bool) -> None:
    pool = IMAGES if same else IMAGES[::-1]
    made = cv.ModelInspector(
        model, IMAGES[:FEW], pool=pool, survey=survey(model, IMAGES), layer="conv"
    )
    assert made.embedding.can_show_surveyed is same
    made.close()


def test_weights_that_change_leave_the_samples_shown(inspector: Any) -> None:
    inspector.survey(IMAGES, LABELS)
    before = inspector.probe.model.get_weights()
    inspector.probe.model.set_weights([each + 0.1 for each in before])
    inspector.refresh()
    assert inspector.embedding.summary.startswith(f"{FEW} samples ·")
    assert not inspector.embedding.can_show_surveyed
    inspector.probe.model.set_weights(before)
    inspector.refresh()
    assert inspector.embedding.summary.startswith(f"512 of {MANY}")
