"""The view of a layer as a cloud of points, alone in a cell."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from traitlets import TraitError

import cnnviz_widgets as cv
from cnnviz_widgets.analysis import LayerRecord, SampleChoice
from cnnviz_widgets.analysis.embedding.alignment import movement
from cnnviz_widgets.records.points.point_picture import PointPicture
from cnnviz_widgets.widgets.views.embedding.given_samples import given_answers, given_pictures

from ...analysis.embedding.clouds import two_moments

BEFORE, AFTER, LABELS = two_moments(120, features=24, classes=4)
NAMES = ["ant", "bee", "cat", "dog"]
ANSWERS = np.where(np.arange(120) % 10, LABELS, (LABELS + 1) % 4)
INPUTS = np.random.default_rng(0).random((120, 6, 6, 1))


@pytest.fixture
def view() -> Iterator[Any]:
    made = cv.Embedding(BEFORE, LABELS, NAMES, predictions=ANSWERS, inputs=INPUTS)
    yield made
    made.close()


def sent(view: Any, name: str, dtype: str) -> np.ndarray:
    return np.frombuffer(getattr(view, name), dtype)


def test_what_is_sent_is_what_it_is_of(view: Any) -> None:
    assert sent(view, "_points", "<i4").tolist() == list(range(120))
    positions = sent(view, "_positions", "<f4").reshape(-1, 2)
    np.testing.assert_allclose(positions, view.positions, rtol=1e-5)
    heads = [view._heads[place] for place in sent(view, "_places", "<i4")]
    assert [head["truth"] for head in heads] == [NAMES[label] for label in LABELS]
    assert [head["right"] for head in heads] == (ANSWERS == LABELS).tolist()
    assert view._head_shape == [120, 6, 6, 1]


def test_it_says_what_it_rests_on_and_what_it_is_worth(view: Any) -> None:
    assert view.summary.startswith("120 samples · plane: ")
    assert " % of the variance · trustworthiness 0." in view.summary
    assert "class told by 10 nearest: " in view.summary and "(in raw inputs " in view.summary
    assert view._notes == []
    view.method = "tsne"
    assert view.wait(60)
    assert "mean nothing" in view._notes[-1] and view._shown == "tsne"
    view.method = "pca"
    assert view._notes == []


def test_the_next_moment_goes_on_from_where_the_points_are(view: Any) -> None:
    first = view.positions
    view.show(AFTER)
    turned = movement(first, view.positions)
    straight = np.median(np.linalg.norm(view.positions - first, axis=1))
    assert straight < 0.3 and turned < 0.2
    view.method = "tsne"
    view.wait(60)
    placed = view.positions
    view.show(BEFORE)
    # Until the step is done the points stay, and are said to be t-SNE's.
    assert view._shown == "tsne" and view.wait(60)
    assert movement(placed, view.positions) <= 0.06
    view.start("other samples")
    view.show(AFTER)
    # They begin anew, with no chance in it: as they did at first.
    assert view.wait(60) and movement(placed, view.positions) < 1e-9


def test_cancelling_shows_principal_components(view: Any) -> None:
    components = view.positions
    view.method = "tsne"
    view.set_state({"_cancel_asked": 1})
    assert view.method == view._shown == "pca" and view.wait(60) and view._share == -1
    np.testing.assert_allclose(view.positions, components, atol=1e-9)


def test_channels_can_be_the_points(view: Any) -> None:
    view.subject = "channels"
    assert view.numbers.tolist() == list(range(24))
    assert view.summary.startswith("24 channels") and "class" not in view.summary
    assert sorted(sent(view, "_leaves", "<i4").tolist()) == list(range(24))
    assert not view._places


def test_a_failure_in_the_thread_is_told(view: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise MemoryError("too many points")

    monkeypatch.setattr("cnnviz_widgets.records.points.point_picture.tsne", fails)
    view.log.disabled = True
    view.method = "tsne"
    assert view.wait(60)
    view.log.disabled = False
    assert view.error == "MemoryError: too many points" and view._share == -1
    assert view._shown == "pca"


def test_what_nobody_sees_is_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    view = cv.Embedding(active=False)
    calls: list[int] = []
    make = "cnnviz_widgets.widgets.views.embedding.embedding.point_cloud"
    kept = sys.modules["cnnviz_widgets.records.points.point_cloud"].point_cloud
    monkeypatch.setattr(make, lambda *given: calls.append(1) or kept(*given))
    view.show(BEFORE)
    view.show(AFTER)
    assert not calls and view.picture() is None and view.record.shape == AFTER.shape
    view.active = True
    assert len(calls) == 1 and len(view.numbers) == 120
    view.close()


def test_without_open_tsne_it_is_refused_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    view = cv.Embedding(BEFORE)
    assert view._install == "pip install cnnviz_widgets[embedding]"
    with pytest.raises(TraitError, match=r"pip install cnnviz_widgets\[embedding\]"):
        view.method = "tsne"
    assert view.method == "pca" and len(view.positions) == 120
    view.close()


def test_labels_of_all_samples_serve_a_record_of_some() -> None:
    record = LayerRecord(BEFORE[[3, 50]], samples=SampleChoice((3, 50), 120))
    view = cv.Embedding(record, LABELS, NAMES)
    assert [head["true_class"] for head in view._heads] == LABELS[[3, 50]].tolist()
    assert view.numbers.tolist() == [3, 50] and view.summary.startswith("2 of 120 samples")
    view.close()


def test_scores_are_answers_with_their_shares() -> None:
    shares = np.random.default_rng(1).dirichlet(np.ones(4), 120)
    view = cv.Embedding(BEFORE, LABELS, NAMES, predictions=shares)
    assert [head["answer_class"] for head in view._heads] == shares.argmax(1).tolist()
    assert view._heads[0]["confidence"] == pytest.approx(shares[0].max(), rel=1e-6)
    view.close()


@pytest.mark.parametrize("count", [119, 121])
@pytest.mark.parametrize("what", ["labels", "predictions", "inputs"])
def test_what_is_of_another_length_is_refused(what: str, count: int) -> None:
    with pytest.raises(ValueError, match=f"{what} must have an entry for each of the 120 samples"):
        cv.Embedding(BEFORE, **{what: np.zeros(count, int)})


@pytest.mark.parametrize("labels", [np.zeros(120, int), ["one"] * 120, np.arange(120), None])
def test_one_class_many_or_none(labels: Any) -> None:
    view = cv.Embedding(BEFORE, labels)
    several = labels is not None and len({*labels}) > 1
    assert ("class told by" in view.summary) == several
    assert view.picture().width > 100
    view.close()


@pytest.mark.parametrize("shape", [(1, 3), (2, 3), (3, 25600), (1, 1), (4, 3, 3, 5)])
def test_few_samples_and_many_features(shape: tuple[int, ...]) -> None:
    view = cv.Embedding(np.random.default_rng(2).random(shape), method="tsne")
    assert view.wait(60) and view._shown == "pca" and len(view.positions) == shape[0]
    assert view._notes[-1].startswith("t-SNE needs 5 points")
    view.close()


def test_samples_are_selected_apart_from_channels(view: Any) -> None:
    view.sample_selection.selected = (3, 119)
    assert view.selection.selected == ()
    view.sample_selection.named["odd"] = [3]
    view.start("other inputs")
    assert view.sample_selection.selected == () and not view.sample_selection.named
    # What the page selected before it heard of that is dropped.
    view.sample_selection.set_state({"selected": [5], "_chosen_in": [1, ""]})
    assert view.sample_selection.selected == ()
    with pytest.raises(Exception, match="not changed later"):
        view.sample_selection = cv.SampleSelection()


@pytest.mark.parametrize("logits", [False, True])
def test_a_single_score_is_that_of_the_second_of_two_classes(logits: bool) -> None:
    truth = LABELS % 2
    share = np.where(np.arange(120) % 10, 0.2 + 0.6 * truth, 0.7 - 0.4 * truth)[:, np.newaxis]
    given = np.log(share / (1 - share)) if logits else share.astype("float32")
    view = cv.Embedding(BEFORE, truth, ["no", "yes"], predictions=given)
    expected = (share[:, 0] > 0.5).astype(int)
    assert [head["answer_class"] for head in view._heads] == expected.tolist()
    assert [head["right"] for head in view._heads] == (expected == truth).tolist()
    sure = np.maximum(share, 1 - share)[:, 0].tolist()
    assert [head["confidence"] for head in view._heads] == pytest.approx(sure, rel=1e-5)
    view.close()


def test_a_single_score_and_many_class_names_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(120, 1\) are of two classes.* has 4: take"):
        cv.Embedding(BEFORE, LABELS, NAMES, predictions=np.full((120, 1), 0.5))


@pytest.mark.parametrize("classes", [1, 4])
def test_where_a_score_is_nan_there_is_no_answer(classes: int) -> None:
    scores = np.random.default_rng(1).dirichlet(np.ones(4), 120)[:, :classes]
    scores[::3, -1] = np.nan
    view = cv.Embedding(BEFORE, LABELS % 2, predictions=scores)
    for number, head in enumerate(view._heads):
        known = bool(number % 3)
        assert (head["answer"] != "", head["right"] is not None) == (known, known)
        assert (head["answer_class"] >= 0) == known and (head["confidence"] is None) == (not known)
    view.close()


def test_it_calls_itself_by_what_its_points_are(view: Any) -> None:
    assert repr(view) == "<Embedding of 120 samples>"
    view.subject = "channels"
    assert repr(view) == "<Embedding of 24 channels>"
    view.close()
    assert repr(view) == "<Embedding of nothing, closed>"


def test_points_that_nobody_saw_placed_are_of_no_layer() -> None:
    view = cv.Embedding(LayerRecord(BEFORE, path="first"), LABELS, NAMES)
    assert (view._layer, view._late) == ("first", False)
    view.active = False
    assert not view._late
    view.show(LayerRecord(AFTER, path="second"))
    assert (view._layer, view._late) == ("second", True)
    view.active = True
    assert (view._layer, view._late) == ("second", False)
    view.active = False
    samples, answers = given_pictures(None), given_answers(view.record, LABELS[::-1], None, NAMES)
    view.show_samples(samples, answers)
    assert view._late
    view.active = True
    assert not view._late and view._heads[0]["true_class"] == LABELS[-1]
    view.close()


def test_samples_told_otherwise_while_points_are_judged_are_judged_by_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cnnviz_widgets.widgets.views.embedding.placing._AT_ONCE", 0)
    judged, told, looks = threading.Event(), threading.Event(), list[int]()
    judge = PointPicture.judged

    def slowly(picture: PointPicture, *given: Any) -> PointPicture:
        looks.append(1)
        result = judge(picture, *given)
        judged.set()
        assert told.wait(30)
        return result

    monkeypatch.setattr(PointPicture, "judged", slowly)
    view = cv.Embedding(BEFORE, np.arange(120) % 2)
    assert judged.wait(30)
    view.show_samples(given_pictures(None), given_answers(view.record, LABELS, None, NAMES))
    told.set()
    assert view.wait(30)
    expected = judge(view._placing.picture, LABELS, None).scores
    assert view._placing.picture.scores == expected and str(expected) in view.summary
    assert len(looks) == 2 and view._placing.work.turn is None
    view.close()
