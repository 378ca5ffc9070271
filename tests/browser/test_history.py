"""Going back through a training: with the timeline, and when the kernel that trained is gone."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .lab import Notebook
from .test_inspector import option
from .training import MODEL, PICTURE, SHOW, fit, updates, wait_for_state, wait_for_step

OpenNotebook = Callable[..., Notebook]

# Eight moments, of which the fifth is the first to see two channels dead, and no others: training
# goes too slowly to kill any.
LOOP = """
model.optimizer.learning_rate = 1e-4
conv1 = model.get_layer("conv1")
with inspector.monitor("batch", None) as monitor:
    while len(inspector.history) < 8:
        loss = model.train_on_batch(x[:16], y[:16])
        if len(inspector.history) == 4:
            bias = np.zeros(8)
            bias[[2, 5]] = -100
            conv1.bias.assign(bias)
        monitor.update({"loss": loss})
"""
STEPS = "inspector.history.steps"


@pytest.fixture
def trained(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook([MODEL, SHOW, LOOP])
    notebook.run_all()
    wait_for_state(notebook, "ended")
    readout(notebook, "live: the model as it is now")
    return notebook


def readout(notebook: Notebook, text: str) -> None:
    """Wait until the timeline says this of the moment that is shown."""
    notebook.page.locator(f'.cnnviz-timeline-strip[aria-valuetext*="{text}"]').wait_for()


def picture(notebook: Notebook) -> str:
    return notebook.page.evaluate(PICTURE, 0)


def wait_for_picture(notebook: Notebook, expected: str) -> None:
    """Wait until the grid shows exactly this."""
    notebook.page.wait_for_function(f"expected => ({PICTURE})(0) === expected", arg=expected)


def shows_moment(notebook: Notebook, moment: int) -> None:
    """Page and kernel both show the layer as the history has it at this moment."""
    steps = notebook.value(STEPS)
    readout(notebook, f"step {steps[moment]} · moment {moment + 1} of {len(steps)}")
    title = notebook.page.locator(".cnnviz-inspector-title")
    expect(title).to_have_attribute("title", re.compile(f"as it was at step {steps[moment]:,}\\b"))
    kept = f"inspector.history[{moment}].records[cv.analysis.Place('conv1')]"
    assert notebook.value(
        f"inspector.record is {kept} or "
        f"bool(np.array_equal(inspector.record.measures.mean, {kept}.measures.mean))"
    )


def test_keys_and_pointer_lead_to_a_moment_and_back(trained: Notebook) -> None:
    page = trained.page
    now = picture(trained)
    strip = page.get_by_role("slider", name="Moment of the training")
    strip.focus()
    page.keyboard.press("Home")
    shows_moment(trained, 0)
    first = picture(trained)
    assert first != now
    page.keyboard.press("ArrowRight")
    shows_moment(trained, 1)
    page.get_by_role("button", name="live", exact=True).click()
    readout(trained, "live: the model as it is now")
    wait_for_picture(trained, now)
    # The first moment stands at the left end of the strip.
    strip.click(position={"x": 8, "y": 45})
    shows_moment(trained, 0)
    wait_for_picture(trained, first)
    option(trained, "conv1").click()
    shows_moment(trained, 0)


def test_the_first_dead_channel_is_one_click_away(trained: Notebook) -> None:
    steps = trained.value(STEPS)
    # It leads to the layer, too.
    option(trained, "conv2").click()
    trained.wait_for_value("inspector.layer", "conv2")
    trained.page.get_by_role("button", name="A B", exact=True).click()
    trained.page.get_by_role("button", name="First dead channel").click()
    onset = trained.value("inspector.history.first('dead').step")
    assert onset == steps[4]
    shows_moment(trained, 4)
    assert trained.value("inspector.layer") == "conv1"
    marks = trained.page.locator(".cnnviz-onset > title")
    marks.filter(has_text="conv1: 2 of 8 channels").wait_for(state="attached")
    trained.page.get_by_text("2 zero").wait_for()


def test_play_goes_through_all_moments_to_the_last(trained: Notebook) -> None:
    trained.run(
        "seen = []\n"
        "timeline = inspector.following.story.timeline\n"
        "timeline.observe(lambda change: seen.append(change['new']), 'position')"
    )
    trained.page.get_by_role("button", name="Play", exact=True).click()
    steps = trained.value(STEPS)
    trained.wait_for_value("seen", steps)
    shows_moment(trained, len(steps) - 1)
    trained.page.get_by_role("button", name="Play", exact=True).wait_for()


def test_two_moments_are_compared_where_the_reader_looks(trained: Notebook) -> None:
    strip = trained.page.get_by_role("slider", name="Moment of the training")
    strip.press("Home")
    shows_moment(trained, 0)
    strip.press("a")
    strip.press("End")
    readout(trained, "live")
    strip.press("b")
    compared = trained.page.locator(".cnnviz-moments-compared .cnnviz-comparison")
    compared.wait_for()
    compared.locator("canvas.cnnviz-grid-tiles").nth(1).wait_for()
    steps = trained.value(STEPS)
    compared.get_by_text(f"step {steps[0]}").first.wait_for()
    # What it lies over hears no key, and Escape ends it alone.
    trained.run("inspector.selection.selected = (1,)")
    drawer = trained.value("inspector.drawer.is_open")
    for key in ("t", "s", "/"):
        strip.press(key)
    strip.press("Escape")
    compared.wait_for(state="detached")
    assert trained.value("list(inspector.selection.selected)") == [1]
    assert trained.value("inspector.drawer.is_open") == drawer
    assert trained.page.locator(".cnnviz-finder:visible").count() == 0
    strip.press("Escape")
    trained.wait_for_value("list(inspector.selection.selected)", [])


def test_what_was_kept_survives_the_kernels_death(
    open_notebook: OpenNotebook, tmp_path: Path
) -> None:
    folder = str(tmp_path / "kept")
    monitor = f"inspector.monitor('batch', 0.5, layers=['conv2'], folder={folder!r})"
    notebook = open_notebook(
        [
            MODEL,
            SHOW,
            fit(monitor),
            f"import cnnviz_widgets as cv\nviewer = cv.open_history({folder!r})\nviewer",
        ]
    )
    notebook.run_cell(0)
    notebook.run_cell(1)
    kernel = notebook.value("os.getpid()")
    notebook.start_cell(2)
    wait_for_state(notebook, "training")
    notebook.cell(1)
    wait_for_step(notebook, 100)
    told = updates(notebook)
    notebook.dead = True
    os.kill(kernel, signal.SIGKILL)
    page = notebook.page
    page.get_by_text("appears to have died").wait_for()
    page.get_by_role("button", name="Ok", exact=True).click()
    notebook.wait_until_connected()
    notebook.wait_until_idle()
    notebook.dead = False
    notebook.run_cell(3)
    # What the page was told of had been written before.
    assert notebook.value("len(viewer.history)") >= told
    places = "[list(place) for place in viewer.history[-1].records]"
    assert notebook.value(places) == [["conv1", "outputs", ""], ["conv2", "outputs", ""]]
    assert notebook.value("'model' in dir()") is False
    page.locator(".cnnviz-grid-overlay").last.wait_for()
