"""What rows are led by, and other inputs in the place of those given: in the page and in Python."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelCallError
from cnnviz_widgets.records.samples.shown_inputs import ShownInputs

from ..small_training import IMAGES, LABELS, PromptMonitor, fit, small_model

NAMES = ("cat", "dog", "owl")
POOL_X = np.random.default_rng(8).random((60, 8, 8, 1)).astype("float32")
POOL_Y = np.random.default_rng(9).integers(0, 3, 60)


@pytest.fixture
def inspector() -> Iterator[Any]:
    """Of a model that was not trained; what it answers is right by chance."""
    made = cv.ModelInspector(
        small_model(),
        IMAGES[:12],
        targets=LABELS[:12],
        class_names=NAMES,
        pool=(POOL_X, POOL_Y),
        layer="conv1",
    )
    yield made
    made.close()


def answered(model: Any, inputs: np.ndarray) -> np.ndarray:
    """The model's own classes."""
    return np.asarray(model(inputs, training=False)).argmax(-1)


def heads(inspector: Any, what: str) -> list[Any]:
    return [head[what] for head in inspector.grid._heads]


# -- what rows are led by


def test_rows_are_led_by_input_class_and_answer(inspector: Any) -> None:
    model = inspector.probe.model
    assert inspector.grid._head_shape == [12, 8, 8, 1]
    assert heads(inspector, "truth") == [NAMES[label] for label in LABELS[:12]]
    given = answered(model, IMAGES[:12])
    assert heads(inspector, "answer") == [NAMES[each] for each in given]
    assert heads(inspector, "right") == (given == LABELS[:12]).tolist()
    right = int((given == LABELS[:12]).sum())
    bar = inspector.samples
    assert (bar.samples, bar.judged, bar.right) == (12, 12, right)
    assert inspector.axis.heads


def test_answers_come_from_the_pass_that_is_made_anyway(
    inspector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = inspector.probe.model
    # The model runs eagerly: whatever calls it calls its last layer.
    head, called = model.get_layer("logits"), []
    call = head.call

    def counted(*arguments: Any, **options: Any) -> Any:
        called.append(1)
        return call(*arguments, **options)

    monkeypatch.setattr(head, "call", counted)
    inspector.refresh()
    head.set_weights([-each for each in head.get_weights()])
    called.clear()
    inspector.refresh()
    assert len(called) == 1
    assert heads(inspector, "answer") == [NAMES[k] for k in answered(model, IMAGES[:12])]


def test_nothing_is_known_of_noise_but_what_is_made_of_it() -> None:
    generator = keras.Sequential(
        [
            keras.Input((5,)),
            kl.Dense(4 * 4 * 3, activation="tanh"),
            kl.Reshape((4, 4, 3), name="made"),
        ]
    )
    noise = np.random.default_rng(1).normal(size=(6, 5)).astype("float32")
    inspector = cv.ModelInspector(generator, noise)
    assert inspector.grid._head_shape == [6, 4, 4, 3]
    before = inspector.grid._head_pixels
    generator.layers[0].set_weights([-each for each in generator.layers[0].get_weights()])
    inspector.refresh()
    assert inspector.grid._head_pixels != before
    assert inspector.samples.choices == ["given", "these"]
    inspector.close()


def test_words_are_made_of_tokens() -> None:
    model = keras.Sequential(
        [keras.Input((4,)), kl.Embedding(5, 3), kl.Flatten(), kl.Dense(1, activation="sigmoid")]
    )
    model.compile("sgd", "binary_crossentropy")
    ids = np.array([[1, 2, 0, 0], [3, 4, 1, 2]])
    words = ["", "a", "dog", "the", "owl"]
    inspector = cv.ModelInspector(model, ids, targets=[1, 0], decode=words)
    assert heads(inspector, "text") == ["a dog", "the owl a dog"]
    assert heads(inspector, "truth") == ["yes", "no"]
    inspector.close()
    with pytest.raises(TypeError, match="decode must be a function"):
        cv.ModelInspector(model, ids, decode=3)  # type: ignore[arg-type]


def test_answers_are_marked_where_the_channels_are_the_classes(inspector: Any) -> None:
    assert not inspector.grid._marks_answers
    inspector.layer = "logits"
    assert inspector.grid._marks_answers
    inspector.view = "weights"
    assert not inspector.grid._marks_answers


def test_other_targets_judge_the_same_answers(inspector: Any) -> None:
    given = answered(inspector.probe.model, IMAGES[:12])
    inspector.targets = given
    assert inspector.samples.right == 12
    assert all(heads(inspector, "right"))
    inspector.targets = None
    # The labels stay, and are of the same classes.
    assert inspector.samples.right == int((given == LABELS[:12]).sum())
    with pytest.raises(ValueError, match="each of the 12 samples"):
        inspector.targets = [1, 2]
    assert inspector.targets is None


def test_a_monitor_that_looks_at_some_says_that_the_other_answers_are_old() -> None:
    model = small_model()
    inspector = cv.ModelInspector(model, IMAGES[:12], targets=LABELS[:12], class_names=NAMES)
    old: list[int] = []
    follow = inspector._display.follow

    def noted(reading: Any) -> None:
        follow(reading)
        old.append(sum(heads(inspector, "is_old")))

    inspector._display.follow = noted
    monitor = PromptMonitor(inspector, "batch", budget=None, samples=4)
    fit(model, monitor)
    # The first and the last update look at all.
    assert old[0] == old[-1] == 0
    assert set(old[1:-1]) == {8}
    assert heads(inspector, "answer") == [NAMES[k] for k in answered(model, IMAGES[:12])]
    inspector.close()


def test_other_targets_judge_answers_as_old_as_they_are() -> None:
    model = small_model()
    inspector: Any = cv.ModelInspector(model, IMAGES[:12], targets=LABELS[:12], class_names=NAMES)
    follow, seen = inspector._display.follow, []

    def judged_anew(reading: Any) -> None:
        follow(reading)
        if reading.moment.samples is not None and not seen:
            answers = heads(inspector, "answer")
            inspector.targets = [NAMES.index(answer) for answer in answers]
            seen.append((answers, heads(inspector, "answer"), heads(inspector, "is_old")))
            assert all(heads(inspector, "right"))

    inspector._display.follow = judged_anew
    fit(model, PromptMonitor(inspector, "batch", budget=None, samples=4))
    [(before, after, old)] = seen
    assert after == before and sum(old) == 8
    inspector.close()


def test_answers_too_large_to_be_kept_are_not_judged_by_targets_that_are_gone(
    inspector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnviz_widgets.widgets.inspector.samples.sample_heads._MOST_BYTES", 0)
    inspector.refresh()
    inspector.targets = answered(inspector.probe.model, IMAGES[:12])
    assert heads(inspector, "right") == [None] * 12
    inspector.refresh()
    assert all(heads(inspector, "right"))


# -- other inputs


def test_inputs_can_be_set_and_targets_go_with_them(inspector: Any) -> None:
    inspector.inputs = POOL_X[:5]
    np.testing.assert_array_equal(inspector.inputs, POOL_X[:5])
    assert inspector.targets is None
    assert inspector.record.n_samples == 5
    assert heads(inspector, "truth") == [""] * 5
    inspector.set_inputs(POOL_X[:6], targets=POOL_Y[:6])
    assert heads(inspector, "truth") == [NAMES[label] for label in POOL_Y[:6]]
    np.testing.assert_array_equal(inspector.targets, POOL_Y[:6])
    model = inspector.probe.model
    expected = keras.Model(model.inputs[0], model.get_layer("conv1").output)(POOL_X[:6])
    np.testing.assert_allclose(inspector.record.values, expected, atol=1e-5)
    assert inspector.samples.chosen == ""


@pytest.mark.parametrize(
    ("inputs", "more", "says"),
    [
        (POOL_X[:4, :5], {}, r"shape \(4, 5, 8, 1\) do not fit input .*\(None, 8, 8, 1\)"),
        (POOL_X[:0], {}, "is empty"),
        (None, {}, "no inputs"),
        (POOL_X[:4], {"targets": [1]}, "each of the 4 samples"),
        (POOL_X[:4], {"labels": [0, 1, 2, 9]}, "no index of class_names"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    inspector: Any, inputs: Any, more: dict[str, Any], says: str
) -> None:
    before = inspector.grid.get_state()
    record = inspector.record
    with pytest.raises(ValueError, match=says):
        inspector.set_inputs(inputs, **more)
    assert inspector.record is record
    assert inspector.grid.get_state() == before
    np.testing.assert_array_equal(inspector.inputs, IMAGES[:12])


def test_inputs_on_which_the_model_itself_fails_change_nothing() -> None:
    class Picky(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = kl.Dense(3)

        def call(self, x: Any) -> Any:
            if x.shape[0] == 7:
                raise RuntimeError("seven")
            return self.dense(x)

    inspector = cv.ModelInspector(Picky(), np.ones((4, 5)), targets=[0, 1, 2, 0])
    before = heads(inspector, "answer")
    with pytest.raises(ModelCallError, match="seven"):
        inspector.inputs = np.ones((7, 5))
    assert inspector.probe.samples == 4
    assert inspector.samples.samples == 4
    inspector.refresh()
    assert heads(inspector, "answer") == before
    inspector.close()


def test_everything_is_computed_on_what_was_chosen(inspector: Any) -> None:
    inspector.choose_samples("class", [1])
    chosen = np.flatnonzero(POOL_Y == 1)[:12]
    np.testing.assert_array_equal(inspector.inputs, POOL_X[chosen])
    np.testing.assert_array_equal(inspector.targets, POOL_Y[chosen])
    model = inspector.probe.model
    conv = np.asarray(keras.Model(model.inputs[0], model.get_layer("conv1").output)(POOL_X[chosen]))
    np.testing.assert_allclose(inspector.measures["conv1"].maximum, conv.max((0, 1, 2)), rtol=1e-5)
    assert inspector.diagnose().samples == len(chosen)


def test_from_the_page_wrong_ones_page_by_page_and_back(inspector: Any) -> None:
    bar = inspector.samples
    assert set(bar.choices) == {"given", "these", "wrong", "unsure", "random", "class"}
    assert (bar.pool, bar.classes) == ("60", list(NAMES))
    given = answered(inspector.probe.model, POOL_X)
    wrong = np.flatnonzero(given != POOL_Y)
    bar._asked = [1, "wrong", []]
    assert (bar._answered, bar.error) == (1, "")
    assert bar.chosen == f"wrong ones, 1 to 12 of {len(wrong)}"
    assert (bar.right, bar.judged, bar.has_next, bar.has_previous) == (0, 12, True, False)
    first = inspector.inputs
    bar._asked = [2, "next", []]
    assert bar.chosen.startswith("wrong ones, 13 to")
    assert bar.has_previous
    assert not np.array_equal(first[:1], inspector.inputs[:1])
    bar._asked = [3, "these", [2]]
    assert bar.chosen.startswith("sample ")
    assert inspector.probe.samples == 1
    bar._asked = [4, "given", []]
    assert bar.chosen == "" and not bar.has_next
    np.testing.assert_array_equal(inspector.inputs, IMAGES[:12])
    np.testing.assert_array_equal(inspector.targets, LABELS[:12])


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["next", []], "no more samples"),
        (["class", [9]], "numbers must be one class, from 0 to 2"),
        (["these", [12]], "numbers must be whole numbers between 0 and 11"),
        (["these", []], "name one sample or more"),
        (["worst", []], "what must be"),
    ],
)
def test_what_cannot_be_chosen_is_said_in_the_page_and_changes_nothing(
    inspector: Any, asked: list[Any], says: str
) -> None:
    record = inspector.record
    inspector.samples._asked = [1, *asked]
    assert says in inspector.samples.error
    assert inspector.samples._answered == 1
    assert inspector.record is record
    with pytest.raises(ValueError, match="no more samples"):
        inspector.choose_samples("previous")


def test_without_a_pool_the_inputs_themselves_are_chosen_from() -> None:
    model = small_model()
    inspector = cv.ModelInspector(model, IMAGES, targets=LABELS, class_names=NAMES)
    wrong = np.flatnonzero(answered(model, IMAGES) != LABELS)
    inspector.choose_samples("wrong")
    assert inspector.probe.samples == len(wrong)
    assert sorted(inspector._choice.present.shown.numbers) == wrong.tolist()
    assert "random" not in inspector.samples.choices
    inspector.close()


def test_interrupted_scores_change_nothing(inspector: Any) -> None:
    record = inspector.record

    def interrupt(share: float, message: str) -> None:
        raise KeyboardInterrupt

    inspector._work.progress, before = interrupt, inspector._work.progress
    with pytest.raises(KeyboardInterrupt):
        inspector.choose_samples("unsure")
    inspector._work.progress = before
    assert inspector.record is record
    inspector.choose_samples("unsure")
    assert inspector.samples.chosen == "least sure, 1 to 12 of 60"


def test_what_cannot_be_shown_leaves_the_choice_before_to_go_on_with(inspector: Any) -> None:
    inspector.choose_samples("unsure")
    logits = inspector.probe.model(POOL_X, training=False)
    second = np.argsort(keras.ops.softmax(logits).numpy().max(-1), kind="stable")[12:24]
    refresh, inspector._choice._refresh = inspector._choice._refresh, None
    with pytest.raises(TypeError):
        inspector.choose_samples("class", [1])
    inspector._choice._refresh = refresh
    inspector.choose_samples("next")
    assert inspector.samples.chosen == "least sure, 13 to 24 of 60"
    np.testing.assert_allclose(inspector.inputs, POOL_X[second])


def test_a_pool_is_asked_in_batches_as_large_as_the_inputs_were(
    inspector: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector.choose_samples("these", [3])
    told: list[str] = []
    monkeypatch.setattr(inspector._work, "progress", lambda share, text: told.append(text))
    inspector.choose_samples("wrong")
    assert sum("asking the model" in text for text in told) == 60 // 12


def test_a_closed_one_has_no_inputs(inspector: Any) -> None:
    inspector.close()
    for ask in (lambda: inspector.inputs, lambda: inspector.choose_samples("given")):
        with pytest.raises(RuntimeError, match="closed"):
            ask()
    assert inspector.targets is None


# -- and the history


def test_the_history_says_which_inputs_each_moment_is_of(tmp_path: Path) -> None:
    model = small_model()
    inspector = cv.ModelInspector(
        model,
        IMAGES[:8],
        targets=LABELS[:8],
        class_names=NAMES,
        pool=(POOL_X, POOL_Y),
        layer="conv1",
    )
    fit(model, inspector.monitor("batch", None, folder=tmp_path))
    inspector.choose_samples("class", [2])
    chosen = tuple(np.flatnonzero(POOL_Y == 2)[:8].tolist())
    fit(model, inspector.monitor("batch", None, folder=tmp_path))
    history = inspector.history
    assert history.at(1).inputs is None
    total = int((POOL_Y == 2).sum())
    shown = ShownInputs(f"class owl, 1 to 8 of {total}", chosen, 60)
    assert history.at(5).inputs == shown
    # Of other inputs the rows are led by those, and by what was answered to them then.
    timeline = inspector.following.story.timeline
    for step in (1, 2):
        timeline.position = step
        check_rows(inspector.grid, history.at(step), [NAMES[label] for label in LABELS[:8]])
        assert inspector.samples.step == history.at(step).step
        assert (inspector.samples.judged, inspector.samples.samples) == (8, 8)
    assert inspector.header.facts.endswith("on the inputs as given")
    timeline.position = 5
    check_rows(inspector.grid, history.at(5), ["owl"] * 8)
    timeline.position = -1
    assert heads(inspector, "answer") == [
        NAMES[each] for each in answered(model, np.asarray(inspector.inputs))
    ]
    assert inspector.samples.step == -1
    # A mark where they changed, with the words of which.
    assert timeline._changes == [{"step": 3, "title": shown.title}]
    given = inspector.grid._head_pixels
    inspector.close()
    [folder] = [path for path in tmp_path.iterdir() if path.is_dir()]
    again = cv.History.open(folder)
    assert again.at(5).inputs == shown and again.at(1).inputs is None
    # Without the model, too.
    viewer = cv.HistoryViewer(again)
    assert viewer.story.timeline._changes == [{"step": 3, "title": shown.title}]
    assert not viewer.story.timeline.has_live
    viewer.story.timeline.position = 5
    check_rows(viewer.views.grid, again.at(5), ["owl"] * 8)
    assert viewer.views.grid._head_pixels == given
    viewer.story.timeline.position = 1
    check_rows(viewer.views.grid, again.at(1), [NAMES[label] for label in LABELS[:8]])
    assert viewer.views.grid._head_pixels != given
    viewer.close()


def check_rows(grid: Any, moment: Any, truths: list[str]) -> None:
    """Rows of a moment of the past are led by its samples and answers."""
    assert [head["truth"] for head in grid._heads] == truths
    assert [head["answer"] for head in grid._heads] == list(moment.answers.answers)
    assert all(head["answer"] for head in grid._heads)
    confidence = [head["confidence"] for head in grid._heads]
    np.testing.assert_allclose(confidence, moment.answers.confidence, atol=1e-4)
    assert grid._head_shape == [8, 8, 8, 1]


def test_what_a_generator_makes_now_does_not_lead_the_rows_of_the_past() -> None:
    model = keras.Sequential(
        [
            keras.Input((6,)),
            kl.Dense(8 * 8 * 3, activation="relu", name="seed"),
            kl.Reshape((8, 8, 3), name="image"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", run_eagerly=True)
    noise = np.random.default_rng(0).random((16, 6)).astype("float32")
    inspector = cv.ModelInspector(model, noise[:4], layer="image")
    assert inspector.grid._head_shape[0] == 4
    images = np.zeros((16, 8, 8, 3), "float32")
    model.fit(noise, images, batch_size=8, verbose=0, callbacks=[inspector.monitor("batch", None)])
    inspector.following.story.timeline.position = 0
    assert inspector.grid._head_shape[0] == 0
    inspector.following.story.timeline.position = -1
    assert inspector.grid._head_shape[0] == 4
    inspector.close()
