"""The Channel tab asks the channel that is selected, and its pictures lead to their samples."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .axe import violations
from .conftest import OpenNotebook
from .lab import Notebook

MODEL = """
import keras, numpy as np
import cnnviz_widgets as cv
keras.utils.set_random_seed(1)
images = np.random.default_rng(0).random((24, 12, 12, 1)).astype("float32")
model = keras.Sequential([
    keras.Input((12, 12, 1)),
    keras.layers.Conv2D(5, 3, activation="relu", name="conv"),
    keras.layers.Flatten(name="flat"),
    keras.layers.Dense(2, name="logits"),
])
names = ["cat", "<b>dog</b>"]
inspector = cv.ModelInspector(model, images, targets=np.arange(24) % 2, class_names=names)
inspector.drawer.show_tab("channel")
inspector
"""


@pytest.fixture
def asked(open_notebook: OpenNotebook, page: Page) -> Notebook:
    notebook = open_notebook([MODEL])
    notebook.run_all()
    page.locator(".cnnviz-grid-overlay").wait_for()
    return notebook


def test_a_channel_is_asked_where_it_is_selected(asked: Notebook, page: Page) -> None:
    frame = page.locator(".cnnviz-frame")
    answers = frame.locator(".cnnviz-channel-answers")
    expect(answers.locator(".cnnviz-answer").first).to_be_hidden()
    frame.locator(".cnnviz-grid-overlay").press("Space")
    strongest = answers.get_by_role("group", name="strongest")
    expect(strongest.get_by_role("button")).to_have_count(9)
    expect(answers.locator(".cnnviz-answer-body").first).to_contain_text("random direction")
    # A picture leads to its sample.
    strongest.get_by_role("button").first.press("Enter")
    values = "inspector.probe.outputs('conv')[..., inspector.answers.channel]"
    asked.wait_for_value(
        f"[int({values}.max((1, 2)).argmax())] == list(inspector.sample_selection.selected)", True
    )
    # What is folded is asked once it is unfolded, by the keyboard too.
    excites = answers.get_by_role("button", name="What excites it most")
    expect(excites).to_have_attribute("aria-expanded", "false")
    excites.press("Enter")
    expect(answers.get_by_text("best of 24 inputs").first).to_be_visible(timeout=30_000)
    for theme in ("dark", "light"):
        asked.set_theme(theme)
        assert violations(page, ".cnnviz-channel-answers") == []


def test_a_layer_is_asked_and_done_without_channels(asked: Notebook, page: Page) -> None:
    frame = page.locator(".cnnviz-frame")
    layer, pruning = frame.locator(".cnnviz-layer-answers"), frame.locator(".cnnviz-prune-panel")
    layer.get_by_role("button", name="What excites each channel").click()
    sheet = layer.locator(".cnnviz-sheet")
    expect(layer.get_by_text(re.compile("^All: "))).to_be_visible(timeout=30_000)
    # The first picture is that of the tree's first channel.
    sheet.click(position={"x": 10, "y": 10})
    first = "[int(inspector.record.columns[0])]"
    asked.wait_for_value(f"list(inspector.selection.selected) == {first}", True)
    sheet.press("ArrowRight")
    sheet.press("ArrowRight")
    sheet.press("Control+Enter")
    asked.wait_for_value("len(inspector.selection.selected)", 2)
    layer.get_by_role("button", name="Blank and redundant filters").press("Enter")
    expect(layer.get_by_text("silent on 24 samples")).to_be_visible(timeout=30_000)
    pruning.get_by_role("button", name="Remove", exact=True).press("Enter")
    expect(pruning.get_by_role("row", name="parameters")).to_be_visible()
    pruning.get_by_role("button", name="Take the smaller model").press("Enter")
    expect(pruning.get_by_text("Taken: a model without 2 channels of conv")).to_be_visible()
    asked.wait_for_value("inspector.pruned.get_layer('conv').kernel.shape[-1]", 3)
    for theme in ("dark", "light"):
        asked.set_theme(theme)
        for part in (".cnnviz-layer-answers", ".cnnviz-prune-panel"):
            assert violations(page, part) == []
    pruning.get_by_role("button", name="Give it back").press("Enter")
    asked.wait_for_value("inspector.pruned is None", True)
    asked.shut_down()
    expect(frame.get_by_text("No kernel").first).to_be_visible()
    expect(pruning.get_by_role("button", name="Remove", exact=True)).to_be_disabled()
    expect(pruning.get_by_role("row", name="parameters")).to_be_visible()
    # What was found stays, and selects.
    sheet.click(position={"x": 10, "y": 10})
    expect(pruning.get_by_text("1 channel of conv selected.")).to_be_visible()


def test_without_a_kernel_answers_stay_and_no_others_come(asked: Notebook, page: Page) -> None:
    frame = page.locator(".cnnviz-frame")
    answers = frame.locator(".cnnviz-channel-answers")
    frame.locator(".cnnviz-grid-overlay").press("Space")
    strongest = answers.get_by_role("group", name="strongest")
    expect(strongest.get_by_role("button")).to_have_count(9)
    asked.shut_down()
    expect(frame.get_by_text("No kernel").first).to_be_visible()
    expect(strongest.get_by_role("button")).to_have_count(9)
    # The numbers go on to others; the answers say whose they are.
    frame.get_by_role("button", name="Next channel").first.click()
    expect(answers.locator(".cnnviz-answer-state").first).to_have_text(
        re.compile(r"^of channel \d$")
    )
