"""The map of the whole network as a tab of the inspector's frame."""

from __future__ import annotations

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
    keras.layers.Conv2D(9, 3, activation="relu", name="conv1"),
    keras.layers.Conv2D(12, 3, activation="relu", name="conv2"),
    keras.layers.Flatten(name="flat"),
    keras.layers.Dense(3, name="logits"),
])
names = ["cat", "<b>dog</b>", "emu"]
inspector = cv.ModelInspector(model, images, targets=np.arange(24) % 3, class_names=names)
inspector
"""


@pytest.fixture
def inspected(open_notebook: OpenNotebook, page: Page) -> Notebook:
    notebook = open_notebook([MODEL])
    notebook.run_all()
    page.locator(".cnnviz-grid-overlay").wait_for()
    return notebook


def test_the_map_is_made_in_its_tab_and_leads_to_layers(inspected: Notebook, page: Page) -> None:
    page.get_by_role("tab", name="Map").click()
    inspected.wait_for_value(
        "[each['title'] for each in inspector.map._stations]", ["conv1", "conv2", "logits"]
    )
    drawn = page.locator(".cnnviz-map")
    expect(drawn.get_by_text("24 samples")).to_be_visible()
    expect(page.locator(".cnnviz-frame-main")).to_be_hidden()
    # A box is the layer, with the box's channels selected.
    drawn.locator(".cnnviz-map-box").nth(4).click()
    chosen = "len(inspector.selection.selected) > 0 and inspector.layer != 'conv1'"
    inspected.wait_for_value(chosen, True)
    inspected.wait_for_value("inspector.map.layer == inspector.layer", True)
    for theme in ("dark", "light"):
        inspected.set_theme(theme)
        assert violations(page, ".cnnviz-map") == []
    # Closed, the layer's views are there again.
    page.get_by_role("tab", name="Density").click()
    expect(page.locator(".cnnviz-frame-main")).to_be_visible()
