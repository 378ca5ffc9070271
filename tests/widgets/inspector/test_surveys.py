"""What an inspector shows rests on a survey, says so, and stops doing so when weights change."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import SurveyStopped, survey
from cnnviz_widgets.model.samples.pool import Pool

MANY, FEW = 400, 16


def rarely_firing() -> tuple[Any, Any]:
    """Of 12 units three are dead; the first fires on three samples, five on a tenth each."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(MANY, 8)).astype("float32")
    model = keras.Sequential(
        [keras.Input((8,)), kl.Dense(12, activation="relu", name="rare"), kl.Dense(2, name="end")]
    )
    kernel = rng.normal(size=(8, 12)).astype("float32")
    kernel /= np.linalg.norm(kernel, axis=0)
    bias = np.zeros(12, dtype="float32")
    bias[:6] = -1.65
    bias[0] = -np.sort(inputs @ kernel[:, 0])[-4]
    bias[6:9] = -50
    model.layers[0].set_weights([kernel, bias])
    return model, inputs


def inspected(model: Any, inputs: Any, **options: Any) -> Any:
    return cv.ModelInspector(model, inputs, **options)


def wake(model: Any) -> None:
    model.layers[0].set_weights([each + 1 for each in model.layers[0].get_weights()])


def entry(inspector: Any, path: str = "rare") -> Any:
    return next(each for each in inspector.selector._layers if each["path"] == path)


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_all_that_is_told_rests_on_the_survey_and_says_so() -> None:
    model, inputs = rarely_firing()
    surveyed = survey(model, inputs)
    inspector = inspected(model, inputs[:FEW], survey=surveyed, layer="rare")
    assert inspector.surveyed is surveyed
    assert (entry(inspector)["dead"], entry(inspector)["surveyed"]) == (3, MANY)
    assert "16 samples shown, 400 samples surveyed" in inspector.header.facts
    assert inspector.density._head._samples == f"on {MANY} samples"
    assert inspector.views.card._samples == f"over {MANY} samples"
    assert inspector.grid._surveyed
    assert inspector.record.measures.dead.sum() == 3
    assert len(inspector.record.values) == FEW
    for number in ("minimum", "maximum", "mean", "std"):
        expected = getattr(
            surveyed.layers["rare"], {"minimum": "low", "maximum": "high"}.get(number, number)
        )
        np.testing.assert_array_equal(getattr(inspector.measures["rare"], number), expected)


def test_what_disagrees_with_the_samples_shown_is_said_of_each_channel() -> None:
    model, inputs = rarely_firing()
    values = np.asarray(model.layers[0](inputs))
    shown_dead = (values[:FEW] == 0).all(axis=0)
    alive = (values > 0).sum(axis=0)
    inspector = inspected(model, inputs[:FEW], survey=survey(model, inputs), layer="rare")
    woken = np.flatnonzero(shown_dead & (alive > 0))
    assert inspector.views.card._disagreements == {
        str(k): f"dead on these {FEW}, alive on {alive[k]} of {MANY}" for k in woken
    }
    assert woken.size
    assert f"{woken.size} are dead on these {FEW}" in " ".join(inspector.density._head._notes)


def test_where_channels_fire_is_of_the_survey_and_marked_where_those_shown_differ() -> None:
    model, inputs = rarely_firing()
    fires = np.asarray(model.layers[0](inputs)) > 0
    # Those on which a living unit does not fire, in the place of a fair draw.
    often = int(fires.sum(axis=0).argmax())
    chosen = np.flatnonzero(~fires[:, often])[:FEW]
    inspector = inspected(model, inputs[chosen], survey=survey(model, inputs), layer="rare")
    card, columns = inspector.views.card, inspector.record.columns
    assert card._surveyed == MANY
    np.testing.assert_array_equal(np.frombuffer(card._fired, "<i4"), fires.sum(axis=0)[columns])
    differs = np.frombuffer(card._fired_differs, "u1")
    assert differs[columns.tolist().index(often)] == 1
    assert differs[columns.tolist().index(8)] == 0
    many = fires[:, often].sum()
    assert f"on {many} of {MANY}" in card._disagreements[str(often)]
    wake(model)
    inspector.refresh()
    assert (card._surveyed, card._fired) == (0, b"")


def test_classes_of_a_survey_are_told_of_each_channel_by_their_names() -> None:
    model, inputs = rarely_firing()
    values = np.asarray(model.layers[0](inputs))
    # The first class is where unit 9 fires.
    labels = np.where(values[:, 9] > 0, 0, 1 + np.arange(MANY) % 2)
    names = ["<b>", "bee", "cat"]
    inspector = inspected(model, inputs[:FEW], layer="rare", class_names=names)
    surveyed = inspector.survey(inputs, labels)
    card, columns = inspector.views.card, inspector.record.columns.tolist()
    assert (card._class_titles, card._listed) == (names, 3)
    at = columns.index(9)
    means = np.frombuffer(card._class_means, "<f4").reshape(-1, 3)[at]
    np.testing.assert_allclose(means, [values[labels == k, 9].mean() for k in range(3)], rtol=1e-5)
    fired = np.frombuffer(card._class_fired, "<i4").reshape(-1, 3)[at]
    assert fired.tolist() == [np.count_nonzero(labels == 0), 0, 0]
    assert np.frombuffer(card._lift_class, "<i4")[at] == 0
    lift, low, high = np.frombuffer(card._lift, "<f4").reshape(-1, 3)[at]
    assert low < lift <= high and lift == pytest.approx(MANY / np.count_nonzero(labels == 0))
    np.testing.assert_allclose(
        surveyed.layers["rare"].class_lift.values[9], [lift, 0, 0], rtol=1e-6
    )
    # Dead ones fire on no class more than on others.
    assert np.frombuffer(card._lift_class, "<i4")[columns.index(7)] == -1
    inspector.view = "weights"
    assert (card._listed, card._surveyed) == (0, 0)


def test_of_many_classes_those_of_the_greatest_means_are_listed() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], layer="rare")
    surveyed = inspector.survey(inputs, np.arange(MANY) % 40)
    card, columns = inspector.views.card, inspector.record.columns
    assert card._listed == 12 and card._class_titles == [str(k) for k in range(40)]
    listed = np.frombuffer(card._class_numbers, "<i4").reshape(-1, 12)
    means = surveyed.layers["rare"].class_means[columns]
    np.testing.assert_array_equal(listed, np.argsort(-means, axis=1, kind="stable")[:, :12])


def test_channels_too_rare_for_a_place_stand_apart_and_are_not_called_dead() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], survey=survey(model, inputs), layer="rare")
    assert inspector.record.rare.tolist() == [0]
    assert inspector.dendrogram._rare == 1
    assert inspector.dendrogram._zero_columns == 4
    assert any("too rarely for a place" in note for note in inspector.dendrogram._notes)


def test_other_linkages_and_other_layers_stay_surveyed() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], survey=survey(model, inputs), layer="rare")
    inspector.linkage = "average"
    assert inspector.record.basis == f"{MANY} samples"
    inspector.view = "weights"
    assert inspector.record.basis == ""
    inspector.view = "outputs"
    inspector.layer = "end"
    assert inspector.record.basis == f"{MANY} samples"
    assert inspector.record.linkage == "average"


@pytest.mark.parametrize("by", ["refresh", "another layer", "a training"])
def test_a_survey_of_earlier_weights_is_not_shown_as_true(by: str) -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], survey=survey(model, inputs), layer="rare")
    if by == "a training":
        model.compile("sgd", "mse")
        targets = np.ones((MANY, 2), dtype="float32")
        model.fit(inputs, targets, verbose=0, callbacks=[inspector.monitor(budget=None)])
    else:
        wake(model)
    if by == "refresh":
        inspector.refresh()
    elif by == "another layer":
        inspector.layer = "end"
    assert inspector.surveyed is None
    assert inspector.samples.survey_stale
    assert any("of earlier weights" in warning for warning in inspector.header.warnings)
    assert entry(inspector)["surveyed"] is None
    assert inspector.record.basis == f"{FEW} samples"
    assert inspector.measures["rare"].n_samples == FEW


def test_weights_that_come_back_bring_the_survey_back() -> None:
    model, inputs = rarely_firing()
    before = model.get_weights()
    inspector = inspected(model, inputs[:FEW], survey=survey(model, inputs), layer="rare")
    wake(model)
    inspector.refresh()
    model.set_weights(before)
    inspector.refresh()
    assert inspector.record.basis == f"{MANY} samples"
    assert not inspector.samples.survey_stale


def test_a_diagnosis_of_the_inspector_uses_it_and_is_not_stale_for_it() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], layer="rare", pool=inputs)
    inspector.diagnose()
    inspector.survey()
    assert not inspector.findings.stale
    finding = next(each for each in inspector.diagnose() if each.kind == "dead")
    assert (finding.samples, len(finding.channels)) == (MANY, 3)
    wake(model)
    assert all(each.samples != MANY for each in inspector.diagnose())


def test_the_page_surveys_the_pool_beside_all_else() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], layer="rare", pool=(inputs, inputs[:, 0] > 0))
    assert inspector.samples.can_survey
    inspector.samples._survey_asked += 1
    until(lambda: inspector.samples.survey != "" and inspector.samples.surveying == "")
    assert inspector.samples.survey == f"{MANY} samples"
    assert inspector.surveyed.classes == 2
    assert inspector.record.basis == f"{MANY} samples"
    assert inspector.samples.error == ""


def test_a_survey_that_is_stopped_in_the_page_keeps_what_was_done() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], layer="rare")

    def stop(change: Any) -> None:
        if change["new"] and inspector.samples.survey_share > 0:
            inspector.samples._stop_asked += 1

    inspector.samples.observe(stop, "surveying")
    surveyed = inspector.survey(np.tile(inputs, (20, 1)))
    assert 0 < surveyed.samples < 20 * MANY
    assert inspector.record.basis == f"{surveyed.samples:,} samples"
    assert inspector.samples.surveying == ""


def test_stopped_before_anything_was_surveyed_nothing_is_said_to_have_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], pool=inputs)

    def stopped(pool: Any, progress: Any) -> None:
        inspector.samples._stop_asked += 1
        progress(0.5, "reading the pool")

    monkeypatch.setattr(Pool, "read", stopped)
    inspector.samples._survey_asked += 1
    until(lambda: inspector.samples.surveying == "")
    assert (inspector.samples.survey, inspector.samples.error) == ("", "")
    with pytest.raises(SurveyStopped, match="stopped before anything was surveyed"):
        inspector.survey()


def test_what_was_surveyed_of_a_model_that_changed_is_not_taken() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], layer="rare")

    def change(event: Any) -> None:
        if event["new"] and inspector.samples.survey_share > 0.3:
            wake(model)

    inspector.samples.observe(change, "surveying")
    with pytest.raises(SurveyStopped, match="weights changed"):
        inspector.survey(np.tile(inputs, (200, 1)))
    assert inspector.surveyed is None
    assert inspector.header.warnings == []
    assert inspector.record.basis == f"{FEW} samples"


def test_while_the_model_trains_the_page_surveys_nothing() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], pool=inputs)
    inspector.following.story.timeline.training = True
    inspector.samples._survey_asked += 1
    assert inspector.samples.error == "The model trains: survey it once that has ended."
    inspector.following.story.timeline.training = False
    inspector.samples._survey_asked += 1
    until(lambda: inspector.samples.survey != "" and inspector.samples.surveying == "")
    assert inspector.samples.error == ""


def test_a_survey_of_another_models_layers_is_refused() -> None:
    model, inputs = rarely_firing()
    other = keras.Sequential(
        [keras.Input((8,)), kl.Dense(5, "relu", name="rare"), kl.Dense(2, name="end")]
    )
    with pytest.raises(ValueError, match=r"another model, .*'rare' has 5 channels, that of .* 12"):
        inspected(model, inputs[:FEW], survey=survey(other, inputs))


def test_a_survey_that_fails_in_the_page_is_told_there() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW], pool=inputs)
    inspector._surveying._pool = None
    inspector.samples._survey_asked += 1
    until(lambda: inspector.samples.error != "")
    assert "nothing to survey" in inspector.samples.error


def test_a_layer_too_wide_for_a_surveys_tree_says_what_it_rests_on() -> None:
    model = keras.Sequential(
        [keras.Input((4,)), kl.Dense(4097, name="wide"), kl.Dense(2, name="end")]
    )
    inputs = np.random.default_rng(0).normal(size=(40, 4)).astype("float32")
    surveyed = survey(model, inputs, layers="all")
    inspector = inspected(model, inputs[:FEW], survey=surveyed, layer="wide")
    clause = "the 16 samples shown: a survey has none above 4,096 channels."
    assert sum(clause in note for note in inspector.grid._notes) == 1
    assert inspector.record.basis == f"{FEW} samples"
    # Health marks need no tree.
    assert entry(inspector, "wide")["surveyed"] == 40
    inspector.layer = "end"
    assert not any(clause in note for note in inspector.grid._notes)
    inspector.layer = "wide"
    wake(model)
    inspector.refresh()
    assert not any(clause in note for note in inspector.grid._notes)


def test_what_is_no_survey_of_the_model_is_refused() -> None:
    model, inputs = rarely_firing()
    other = keras.Sequential([keras.Input((8,)), kl.Dense(3, activation="relu", name="other")])
    with pytest.raises(ValueError, match="another model"):
        inspected(other, inputs[:FEW], survey=survey(model, inputs))
    with pytest.raises(TypeError, match="survey"):
        inspected(model, inputs[:FEW], survey=inputs)
    with pytest.raises(ValueError, match="nothing to survey"):
        inspected(model, inputs[:FEW]).survey()


def test_an_inspectors_survey_tells_its_progress_and_goes_on_with_another_ones_rules() -> None:
    model, inputs = rarely_firing()
    inspector = inspected(model, inputs[:FEW])
    first = inspector.survey(inputs)
    told: list[float] = []
    again = inspector.survey(inputs, like=first, progress=lambda share, message: told.append(share))
    assert told[-1] == 1 and told == sorted(told)
    rules = [each.layers["rare"].tally.rule for each in (first, again)]
    assert rules[0].is_like(rules[1])
    with pytest.raises(TypeError, match="progress must be"):
        inspector.survey(inputs, progress=5)
    with pytest.raises(TypeError, match="like must be"):
        inspector.survey(inputs, like=5)
