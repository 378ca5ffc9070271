"""Weights, findings, trials and the guide of an inspector in a real JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook
from .test_inspector import MODEL, option

# Two channels of conv2 never fire.
SICK = (
    MODEL
    + """
images = np.random.default_rng(0).random((32, 12, 12, 1)).astype("float32")
kernel, bias = model.get_layer("conv2").get_weights()
bias[[3, 7]] = -100
model.get_layer("conv2").set_weights([kernel, bias])
before = [weight.numpy().tobytes() for weight in model.weights]
"""
)
INSPECTOR = "inspector = cv.ModelInspector(model, images)\ninspector"

OpenNotebook = Callable[..., Notebook]


@pytest.fixture
def inspector(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook([SICK, INSPECTOR])
    notebook.run_all()
    notebook.cell(1)
    notebook.page.locator(".cnnviz-grid-overlay").wait_for()
    return notebook


def button(notebook: Notebook, name: str) -> Locator:
    return notebook.page.get_by_role("button", name=re.compile(f"^{name}"))


def test_the_switch_shows_the_weights_and_keeps_the_channel(inspector: Notebook) -> None:
    option(inspector, "conv2").click()
    inspector.wait_for_value("inspector.record.path", "conv2")
    inspector.run("inspector.selection.selected = (5,)")
    button(inspector, "Weights").click()
    inspector.wait_for_value("inspector.view", "weights")
    expect(inspector.page.locator(".cnnviz-parameter-grid")).to_be_visible()
    expect(inspector.page.locator(".cnnviz-channel-grid")).to_be_hidden()
    expect(button(inspector, "Weights")).to_have_attribute("aria-pressed", "true")
    assert inspector.value("inspector.selection.selected") == [5]
    # A layer without weights shows its outputs, and says that it has none.
    option(inspector, "flatten").click()
    inspector.wait_for_value("inspector.view", "outputs")
    expect(inspector.page.locator(".cnnviz-channel-grid")).to_be_visible()
    expect(button(inspector, "Weights")).to_be_disabled()


def test_a_finding_leads_to_its_channels_and_can_be_tried(inspector: Notebook) -> None:
    button(inspector, "Diagnose").click()
    cause = inspector.page.locator(".cnnviz-cause", has_text="Dead channels")
    inspector.page.locator(".cnnviz-findings-mild > summary").click(timeout=30_000)
    cause.locator(".cnnviz-finding-head").first.click()
    inspector.wait_for_value("inspector.layer", "conv2")
    expect(cause.locator(".cnnviz-cause-cure")).to_be_visible()
    button(inspector, "Select 2").click()
    inspector.wait_for_value("list(inspector.selection.selected)", [3, 7])
    bar = inspector.page.get_by_role("toolbar", name="Selected channels")
    expect(bar.locator(".cnnviz-selection-count")).to_have_text("2 channels")
    bar.get_by_role("button", name="Silence").click()
    trials = inspector.page.locator(".cnnviz-ablation-bar")
    expect(trials.locator("h4")).to_have_text("Without 3, 7")
    # What never fires cannot be missed.
    expect(trials.locator(".cnnviz-trial-verdict")).to_contain_text("nothing changes")
    assert inspector.value("before == [weight.numpy().tobytes() for weight in model.weights]")


def test_what_is_selected_is_had_in_python_whatever_the_inspector_is_called(
    inspector: Notebook,
) -> None:
    inspector.run("inspector.selection.selected = (5, 2)")
    inspector.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(inspector, "To Python").click()
    expect(inspector.page.locator(".cnnviz-selection-said")).to_contain_text("Copied")
    line = inspector.page.evaluate("navigator.clipboard.readText()")
    inspector.run(line)
    assert inspector.value("(selected.layer, list(selected.channels))") == ["conv1", [5, 2]]
    assert inspector.value("bool((selected.values == inspector.record.values[..., [5, 2]]).all())")


def test_findings_are_reached_by_the_keyboard_alone(inspector: Notebook) -> None:
    inspector.run("report = inspector.diagnose()")
    for notes in inspector.page.locator(".cnnviz-findings-mild > summary").all():
        notes.click()
    heads = inspector.page.locator(".cnnviz-finding-head").locator("visible=true")
    heads.first.focus()
    inspector.page.keyboard.press("End")
    last = heads.last
    expect(last).to_be_focused()
    inspector.page.keyboard.press("Enter")
    expect(last).to_have_attribute("aria-expanded", "true")
    # Its tooltip names the place and says what was found there.
    summary = last.get_attribute("title").split("\n", 1)[1]
    inspector.wait_for_value("report[inspector.findings.finding].summary", summary)
    chosen = "report[inspector.findings.finding].layer"
    inspector.wait_for_value(f"inspector.layer == {chosen} or not {chosen}", True)


def test_next_leads_on_and_what_was_looked_at_is_marked(inspector: Notebook) -> None:
    coming = inspector.value("inspector.header.next_step")
    button(inspector, "Next").click()
    inspector.wait_for_value("f'{inspector.layer}, {inspector.view}'", coming)
    assert inspector.value("inspector.header.step") == 2
    looked = inspector.value("[row['path'] for row in inspector.selector._layers if row['looked']]")
    assert looked == ["conv1", coming.split(",")[0]]


def test_a_model_that_was_trained_since_makes_the_findings_stale(inspector: Notebook) -> None:
    inspector.run("report = inspector.diagnose()")
    inspector.run("model.get_layer('conv1').set_weights([kernel[:, :, :1, :8], bias[:8]])")
    button(inspector, "Read again").click()
    expect(inspector.page.get_by_text("The model has changed since: diagnose")).to_be_visible()
