"""Training in a cell, and the inspector that follows it: what the page shows and what it can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .lab import NO_SUBSHELLS, Lab, Notebook
from .test_inspector import GUTTER, HOVER_PLACES, box, option
from .training import MODEL, SHOW, fit, step, wait_for_new_picture, wait_for_state, wait_for_step

OpenNotebook = Callable[..., Notebook]

# All of it is in the title.
LATE = '[title*="it may do so only after this cell"]'
WIDGETS = "__import__('ipywidgets').widgets.widget._instances"
# Ends training from outside where the page cannot: when the notebook's folder has this file.
UNTIL_FILE = """
import pathlib
class UntilFile(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = pathlib.Path("enough").exists()
"""
MONITOR = "monitor = inspector.monitor('batch', 0.5)\n"
IS_FINAL = "bool(np.array_equal(inspector.record.values, inspector.probe.outputs(inspector.layer)))"


def start(notebook: Notebook) -> Notebook:
    """Run three cells, the last of which trains until it is stopped; it is followed by now."""
    notebook.run_cell(0)
    notebook.run_cell(1)
    notebook.start_cell(2)
    wait_for_state(notebook, "training")
    notebook.cell(1)
    wait_for_step(notebook, 0)
    return notebook


@pytest.fixture
def training(open_notebook: OpenNotebook) -> Notebook:
    return start(open_notebook([MODEL, SHOW, fit()]))


@pytest.fixture
def without_subshells(tmp_path: Path, page: Page) -> Iterator[Notebook]:
    """A training where what the page sends comes after the cell, as with ipykernel 6."""
    with Lab(tmp_path, NO_SUBSHELLS) as lab:
        lab.write(
            "training.ipynb",
            [MODEL + UNTIL_FILE, SHOW, MONITOR + fit("UntilFile(), monitor")],
        )
        notebook = Notebook.open(page, lab, "training.ipynb")
        yield start(notebook)
        notebook.finish()


def title(notebook: Notebook, layer: str) -> None:
    """Wait until an inspector shows this layer."""
    notebook.page.get_by_role("heading", name=layer, exact=True).wait_for()


def press(notebook: Notebook, name: str) -> None:
    bar = notebook.page.get_by_role("group", name="Training")
    bar.get_by_role("button", name=name).click()


def hover_links(notebook: Notebook) -> None:
    """The channel under the pointer is marked at one place in tree and grid, and in the density."""
    notebook.page.wait_for_function(
        """places => {
            const [grid, tree] = eval(places)();
            const told = selector => /channel (\\d+)/.exec(
                document.querySelector(selector).textContent)?.[1];
            const channel = told('.cnnviz-density-readout');
            return Math.abs(grid - tree) <= 1 && channel !== undefined
                && channel === told('.cnnviz-readout');
        }""",
        arg=HOVER_PLACES,
    )


def test_updates_arrive_and_hovering_links_while_it_trains(training: Notebook) -> None:
    wait_for_new_picture(training)
    overlay = box(training, ".cnnviz-grid-overlay")
    training.page.mouse.move(overlay["x"] + GUTTER + 170, overlay["y"] + 60)
    hover_links(training)
    wait_for_new_picture(training)
    hover_links(training)
    before = step(training)
    wait_for_step(training, before)
    press(training, "Stop")
    training.wait_until_idle()
    assert training.errors() == []


def test_another_layer_is_shown_while_it_trains(training: Notebook) -> None:
    # A hand's press lasts longer than the time to the next update.
    option(training, "conv2").hover()
    training.page.mouse.down()
    wait_for_new_picture(training)
    training.page.mouse.up()
    title(training, "conv2")
    before = step(training)
    wait_for_step(training, before)
    wait_for_state(training, "training")
    wait_for_new_picture(training)
    training.page.get_by_role("button", name="Weights").click()
    training.page.locator(".cnnviz-parameter-overlay").wait_for()
    wait_for_step(training, step(training))
    press(training, "Stop")
    training.wait_until_idle()
    assert training.value("[inspector.layer, inspector.view]") == ["conv2", "weights"]


def test_it_is_paused_resumed_and_stopped(training: Notebook) -> None:
    press(training, "Pause")
    wait_for_state(training, "paused")
    held = step(training)
    # A whole round through the kernel later it has not gone on.
    option(training, "conv2").click()
    title(training, "conv2")
    assert step(training) == held
    press(training, "Resume")
    wait_for_state(training, "training")
    wait_for_step(training, held)
    press(training, "Stop")
    wait_for_state(training, "ended")
    training.wait_until_idle()
    assert training.errors() == []
    training.page.locator(".cnnviz-training-buttons").wait_for(state="hidden")
    assert training.value("int(model.optimizer.iterations)") == step(training)
    assert training.value(IS_FINAL)
    assert training.value("int(inspector.history.steps[-1])") == step(training)


def test_without_subshells_the_page_says_that_wishes_wait(without_subshells: Notebook) -> None:
    notebook = without_subshells
    page = notebook.page
    wait_for_new_picture(notebook)
    option(notebook, "conv2").click()
    page.get_by_text("this may come after it").first.wait_for()
    for wish in ("Pause", "Stop"):
        press(notebook, wish)
    page.locator(LATE).wait_for()
    # None has hindered training, nor the updates.
    wait_for_step(notebook, step(notebook))
    wait_for_new_picture(notebook)
    wait_for_state(notebook, "training")
    (notebook.lab.root / "enough").touch()
    notebook.wait_until_idle()
    title(notebook, "conv2")
    page.locator(".cnnviz-waiting").wait_for(state="detached")
    wait_for_state(notebook, "ended")
    page.locator(LATE).wait_for(state="hidden")
    notebook.wait_for_value("int(inspector.history.steps[-1])", step(notebook))
    assert notebook.errors() == []
    # Wishes that came too late are void: nothing holds, or ends, the next training.
    notebook.wait_for_value("inspector.following.bar._stop_answered", 1)
    assert not notebook.value("monitor.stopped")
    notebook.run("monitor.update()")
    notebook.page.get_by_text("Paused").wait_for(state="hidden")


def test_an_interrupted_training_leaves_all_usable_and_goes_on(training: Notebook) -> None:
    training.interrupt()
    training.wait_until_idle()
    assert training.errors() == ["KeyboardInterrupt: "]
    training.cell(1)
    training.page.get_by_text("Interrupted", exact=True).wait_for()
    made = step(training)
    option(training, "conv2").click()
    title(training, "conv2")
    moments = training.value("len(inspector.history)")
    assert moments > 0
    training.start_cell(2)
    wait_for_state(training, "training")
    training.cell(1)
    wait_for_step(training, made)
    wait_for_new_picture(training)
    press(training, "Stop")
    wait_for_state(training, "ended")
    training.wait_until_idle()
    assert training.errors() == []
    assert training.value(f"len(inspector.history) > {moments}")
    assert training.value("int(inspector.history.steps[-1])") == step(training)
    assert training.value(IS_FINAL)


def test_cells_run_again_leave_no_widget_behind(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([MODEL, SHOW, fit(epochs=2)])
    notebook.run_all()
    once = notebook.value(f"len({WIDGETS})")
    for _ in range(2):
        notebook.run_cell(2)
        assert notebook.value(f"len({WIDGETS})") == once
    # Where its inspector has kept a history, a cell makes as many widgets as before it had one.
    for _ in range(3):
        notebook.run("first = __import__('weakref').ref(inspector)")
        notebook.run_cell(1)
        assert notebook.value(f"len({WIDGETS})") == once
        assert notebook.value("first() is None or first().comm is None")
    notebook.run_cell(2)
    assert notebook.value(f"len({WIDGETS})") == once
    wait_for_state(notebook, "ended")
    assert notebook.errors() == []


def test_a_page_reloaded_while_it_trains_has_the_last_state_after_it(
    open_notebook: OpenNotebook,
) -> None:
    training = fit("UntilFile(), inspector.monitor('batch', 0.5)")
    notebook = start(open_notebook([MODEL + UNTIL_FILE, SHOW, training]))
    notebook.save()
    before = step(notebook)
    notebook.reload()
    # JupyterLab asks the kernel which widgets there are, and is told when the cell is done.
    notebook.cell(1).get_by_text("Loading widget").wait_for()
    enough = notebook.lab.root / "enough"
    enough.touch()
    notebook.wait_until_idle()
    enough.unlink()
    wait_for_state(notebook, "ended")
    made = step(notebook)
    assert made > before
    assert notebook.value("int(inspector.history.steps[-1])") == made
    assert notebook.value(IS_FINAL)
    notebook.start_cell(2)
    wait_for_step(notebook, made)
    notebook.cell(1)
    wait_for_new_picture(notebook)
    option(notebook, "conv2").click()
    title(notebook, "conv2")
    wait_for_state(notebook, "training")
    press(notebook, "Stop")
    wait_for_state(notebook, "ended")
    notebook.wait_until_idle()
    assert notebook.value(IS_FINAL)


def test_two_inspectors_follow_one_model(open_notebook: OpenNotebook) -> None:
    show = (
        "import ipywidgets\n"
        "first = cv.ModelInspector(model, x[:6])\n"
        "second = cv.ModelInspector(model, x[6:9], layer='conv2')\n"
        "ipywidgets.VBox([first, second])"
    )
    monitors = "first.monitor('batch', 0.3), second.monitor('batch', 0.3)"
    notebook = start(open_notebook([MODEL, show, fit(monitors)]))
    for index in range(2):
        wait_for_step(notebook, step(notebook, index), index)
        wait_for_new_picture(notebook, index)
    option(notebook, "logits").nth(1).click()
    title(notebook, "logits")
    notebook.page.get_by_role("group", name="Training").nth(0).get_by_role(
        "button", name="Stop"
    ).click()
    notebook.wait_until_idle()
    assert notebook.errors() == []
    for index, name in enumerate(["first", "second"]):
        wait_for_state(notebook, "ended", index)
        assert notebook.value(IS_FINAL.replace("inspector", name))
    assert notebook.value("[first.layer, second.layer]") == ["conv1", "logits"]


def test_two_models_of_one_loop_are_followed(open_notebook: OpenNotebook) -> None:
    show = (
        "import ipywidgets\n"
        "other = new_model()\n"
        "first, second = (cv.ModelInspector(each, x[:6]) for each in (model, other))\n"
        "ipywidgets.VBox([first, second])"
    )
    loop = """
monitors = [each.monitor("batch", 0.3) for each in (first, second)]
with monitors[0], monitors[1]:
    while not any(monitor.stopped for monitor in monitors):
        for each, monitor in zip((model, other), monitors):
            monitor.update({"loss": each.train_on_batch(x[:16], y[:16])})
"""
    notebook = start(open_notebook([MODEL, show, loop]))
    for index in range(2):
        wait_for_step(notebook, step(notebook, index), index)
        wait_for_new_picture(notebook, index)
    option(notebook, "conv2").nth(1).click()
    title(notebook, "conv2")
    notebook.page.get_by_role("group", name="Training").nth(1).get_by_role(
        "button", name="Stop"
    ).click()
    notebook.wait_until_idle()
    assert notebook.errors() == []
    for index, name in enumerate(["first", "second"]):
        wait_for_state(notebook, "ended", index)
        assert notebook.value(IS_FINAL.replace("inspector", name))
    assert notebook.value("[first.layer, second.layer]") == ["conv1", "conv2"]
