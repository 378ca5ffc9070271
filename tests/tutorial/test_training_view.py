"""The view of a training: what its title says, what is drawn, earlier sheets, and the picture."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterator

import ipywidgets as widgets
import numpy as np
import pytest
from dcgan_study import loss_curves
from dcgan_study.faces import Faces
from dcgan_study.loss_curves import LossCurves, thinned
from dcgan_study.scale import Scale
from dcgan_study.training import Gan
from dcgan_study.training_view import MOST_SHEETS, TrainingView
from ipywidgets.widgets.widget import _instances
from PIL import Image

SIZE = 8


class Clock:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def samples(shade: float = 0.0, size: int = SIZE) -> np.ndarray:
    return np.full((16, size, size, 3), shade, np.float32)


def losses(steps: int) -> np.ndarray:
    return np.tile(np.array([1.0, 2.0], np.float32), (steps, 1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def view(clock: Clock) -> Iterator[TrainingView]:
    view = TrainingView("DCGAN v1", 1500, {}, clock)
    yield view
    view.close()


def begin(view: TrainingView, step: int = 0) -> None:
    view.begin(step, losses(step), samples())


def parts(widget: widgets.Widget, kind: type) -> list:
    """All widgets of a kind inside one."""
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += parts(child, kind)
    return found


def texts(view: TrainingView) -> str:
    return html.unescape(" ".join(part.value for part in parts(view, widgets.HTML)))


def sheet_at(view: TrainingView, label: str) -> str:
    """What the page shows where the slider stands at this label."""
    (slider,), (stack,) = parts(view, widgets.SelectionSlider), parts(view, widgets.Stack)
    return stack.children[slider.options.index(label)].value


def shade_of(sheet: str) -> float:
    """Mean grey of a sheet's picture, 0 to 255."""
    with Image.open(io.BytesIO(base64.b64decode(re.search('base64,([^"]+)', sheet)[1]))) as image:
        return float(np.asarray(image).mean())


# What the title says ----------------------------------------------------------------------------


def test_the_title_has_step_steps_and_time_left(view: TrainingView, clock: Clock) -> None:
    begin(view)
    clock.now += 5  # the first step builds the graph
    for step in range(1, 101):
        clock.now += 0.02
        if view.due(step):
            view.show(step, losses(step), samples())
    view.show(100, losses(100), samples())
    # 1,400 steps of 20 ms.
    assert "DCGAN v1 · step 100 of 1,500 · 28 s left" in texts(view)
    assert 'max="1500" value="100"' in texts(view)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0495, "74 s left"), (0.079, "118 s left"), (1.2, "30 min left"), (7.0, "2 h 55 min left")],
)
def test_long_times_are_in_larger_units(
    view: TrainingView, clock: Clock, seconds: float, words: str
) -> None:
    begin(view)
    for step in (1, 2):
        clock.now += seconds
        view.due(step)
    view.show(2, losses(2), samples())
    assert words in texts(view)


@pytest.mark.parametrize(
    ("state", "step", "words"),
    [
        ("finished", 1500, "step 1,500 of 1,500 · done in 31 s"),
        ("stopped", 812, "stopped at step 812 of 1,500; run the cell again to go on"),
        ("interrupted", 812, "interrupted at step 812 of 1,500; run the cell again to go on"),
        ("not finite", 812, "ended at step 812 of 1,500: its losses are not finite"),
        ("failed", 812, "failed at step 812 of 1,500"),
    ],
)
def test_the_title_says_how_it_ended(
    view: TrainingView, clock: Clock, state: str, step: int, words: str
) -> None:
    begin(view)
    clock.now += 31
    view.end(state, step, losses(step), samples())
    assert words in texts(view)


def test_what_was_trained_before_is_said_to_be(view: TrainingView) -> None:
    begin(view, 1500)
    view.end("finished", 1500, losses(1500), samples())
    assert "step 1,500 of 1,500 · trained before" in texts(view)


def test_a_name_is_text_and_no_markup() -> None:
    view = TrainingView("<b>v1</b>", 10, {})
    begin(view)
    assert "&lt;b&gt;v1&lt;/b&gt;" in " ".join(part.value for part in parts(view, widgets.HTML))
    view.close()


# When it is drawn -------------------------------------------------------------------------------


def test_between_kept_sheets_it_is_drawn_once_a_second_at_most(
    view: TrainingView, clock: Clock
) -> None:
    begin(view)
    drawn = []
    for step in range(1, 60):
        clock.now += 0.3
        if view.due(step):
            drawn.append(clock.now)
            view.show(step, losses(step), samples())
    assert len(drawn) >= 10
    assert min(np.diff(drawn)) >= 1.0


def test_what_is_slow_to_draw_is_drawn_rarely(view: TrainingView, clock: Clock) -> None:
    begin(view)
    drawing = passed = 0.0
    for step in range(61, 120):
        clock.now += 1.0
        passed += 1.0
        if view.due(step):
            clock.now += 0.1
            drawing += 0.1
            view.show(step, losses(step), samples())
    assert 0 < drawing <= 0.02 * passed + 0.1


# Earlier sheets ---------------------------------------------------------------------------------


def test_earlier_sheets_stay_at_hand_and_those_to_come_say_so(
    view: TrainingView, clock: Clock
) -> None:
    begin(view)
    for step in range(1, 151):
        if view.due(step):
            view.show(step, losses(step), samples(step / 300))
    (slider,) = parts(view, widgets.SelectionSlider)
    assert slider.label == "now" and len(slider.options) <= MOST_SHEETS + 1
    # 127.5 (1 + step / 300)
    assert shade_of(sheet_at(view, "step 60")) == pytest.approx(153, abs=1)
    assert shade_of(sheet_at(view, "step 120")) == pytest.approx(178.5, abs=1)
    assert 'alt="Generated faces, at step 60"' in sheet_at(view, "step 60")
    assert "Step 180 has not been reached" in sheet_at(view, "step 180")


def test_a_later_view_has_the_sheets_of_the_one_before() -> None:
    sheets: dict[int, np.ndarray] = {}
    views = [TrainingView("v1", 50, sheets)]
    begin(views[0])
    for step in range(1, 51):
        if views[0].due(step):
            views[0].show(step, losses(step), samples(step / 50))
    views.append(TrainingView("v1", 1500, sheets))
    begin(views[1], 50)
    (slider,) = parts(views[1], widgets.SelectionSlider)
    assert len(slider.options) <= MOST_SHEETS + 1
    kept = [label for label in slider.options if "base64" in sheet_at(views[1], label)]
    assert len(kept) > 10
    for view in views:
        view.close()


def test_steps_without_a_view_have_no_sheets(view: TrainingView) -> None:
    begin(view, 100)
    assert "Step 60 was trained without pictures" in sheet_at(view, "step 60")


def test_large_faces_are_sent_smaller(view: TrainingView) -> None:
    view.begin(0, losses(0), samples(size=160))
    with Image.open(
        io.BytesIO(base64.b64decode(re.search('base64,([^"]+)', sheet_at(view, "now"))[1]))
    ) as image:
        assert image.size == (320, 320)


# The losses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 499, 500, 501, 1500, 15_000])
def test_a_long_run_is_drawn_by_means_of_its_stretches(count: int) -> None:
    values = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    at, means = thinned(values)
    length = -(-count // 500)
    stretches = [values[start : start + length] for start in range(0, count, length)]
    assert len(at) == len(means) == len(stretches) <= loss_curves.MOST_POINTS
    np.testing.assert_allclose(means, [stretch.mean(axis=0) for stretch in stretches], atol=1e-5)
    steps = np.arange(1, count + 1)
    expected = [steps[start : start + length].mean() for start in range(0, count, length)]
    np.testing.assert_allclose(at, expected)


def test_no_losses_are_no_points() -> None:
    at, means = thinned(losses(0))
    assert at.shape == (0,) and means.shape == (0, 2)


def test_losses_that_are_not_finite_leave_a_gap_and_an_axis() -> None:
    curves = LossCurves(10)
    values = losses(4)
    values[2] = np.inf, np.nan
    curves.show(values)
    drawn = [line.y for line in curves._curves]
    np.testing.assert_array_equal(drawn, [[1, 1, np.nan, 1], [2, 2, np.nan, 2]])
    assert np.isfinite(curves._y.max)
    curves.close()


def test_the_losses_of_guessing_are_those_of_one_half() -> None:
    entropy = -np.log(0.5)
    assert loss_curves.GUESSING["discriminator"] == pytest.approx(2 * entropy)
    assert loss_curves.GUESSING["generator"] == pytest.approx(entropy)


# For readers without a kernel -------------------------------------------------------------------


def test_the_output_has_the_widget_a_picture_and_words(view: TrainingView) -> None:
    begin(view)
    view.end("interrupted", 30, losses(30), samples(1.0))
    data, metadata = view._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view.model_id
    assert data["text/plain"].startswith("DCGAN v1 · interrupted at step 30 of 1,500")
    assert data["text/plain"] in metadata["image/png"]["alt"]
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as image:
        right = np.asarray(image.convert("RGB"))[:, -300:-20]
        assert image.format == "PNG" and (right == 255).mean() > 0.9
    assert len(data["image/png"]) < 100_000


def test_closed_it_leaves_no_widget() -> None:
    before = set(_instances)
    view = TrainingView("v1", 100, {})
    begin(view)
    view.close()
    assert not set(_instances) - before


# With a training --------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[TrainingView]:
    """Every view that a training shows."""
    views: list[TrainingView] = []
    begin = TrainingView.begin

    def noted(view: TrainingView, *state: object) -> None:
        views.append(view)
        begin(view, *state)

    monkeypatch.setattr(TrainingView, "begin", noted)
    return views


def test_a_training_with_a_view_ends_as_one_without(shown: list[TrainingView]) -> None:
    faces, scale = Faces(size=SIZE, limit=0), Scale(SIZE, 6, batch=8)
    seen, unseen = (Gan(3, faces, scale=scale, seed=1) for _ in range(2))
    seen.train(4)
    seen.train()
    seen.train()
    unseen.train(view=False)
    np.testing.assert_array_equal(seen.losses, unseen.losses)
    for one, other in zip(seen.generator.weights, unseen.generator.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    titles = [view._repr_mimebundle_()[0]["text/plain"] for view in shown]
    assert "step 4 of 4 · done" in titles[0]
    assert "step 6 of 6 · done" in titles[1]
    assert "step 6 of 6 · trained before" in titles[2]
    assert "base64" in sheet_at(shown[2], "step 3")
    for view in shown:
        view.close()
