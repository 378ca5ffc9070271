"""The list of layers in a real page: its folds, its strip, and the rail that it is where narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import OpenNotebook
from .lab import Notebook

LAYERS = """
import cnnviz_widgets as cv
paths = [f"block{block}_conv{conv}" for block in range(1, 9) for conv in range(1, 4)]
selector = cv.LayerSelector(
    [{"path": path, "kind": "Conv2D", "shape": "8×8×4"} for path in [*paths, "logits"]]
)
selector.show_layer("block2_conv1")
"""
ALONE = "selector"
RAIL = "selector.layout.width = '40px'"


@pytest.fixture
def layers(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook([LAYERS, ALONE])
    notebook.run_all()
    notebook.cell(1)
    notebook.page.get_by_role("treeitem", name="block1").wait_for()
    return notebook


def test_blocks_fold_and_rows_are_one_line_each(layers: Notebook) -> None:
    rows = layers.page.get_by_role("treeitem")
    # Eight blocks, the three layers of the chosen one, and one that is in none.
    expect(rows).to_have_count(12)
    assert {row.bounding_box()["height"] for row in rows.all()} == {26}
    rows.filter(has_text="block5").click()
    expect(rows).to_have_count(15)
    rows.filter(has_text="conv2").last.click()
    layers.wait_for_value("selector.layer", "block5_conv2")
    # The block that was opened for the choice before is folded again.
    expect(rows).to_have_count(12)


def test_a_press_beside_a_folded_block_goes_to_the_layer_there(layers: Notebook) -> None:
    row = layers.page.get_by_role("treeitem", name="block7")
    box = row.bounding_box()
    row.click(position={"x": box["width"] - 30, "y": 22})
    layers.wait_for_value("selector.layer", "block7_conv3")
    chosen = layers.page.locator("[role=treeitem][aria-selected=true]")
    expect(chosen).to_have_text("conv38²·4")


def test_what_is_narrow_is_a_rail_whose_points_have_names(layers: Notebook) -> None:
    layers.run(RAIL)
    page = layers.page
    page.get_by_role("button", name="List of layers").wait_for()
    row = page.get_by_role("treeitem", name="logits")
    expect(row).to_have_attribute("title", "logits\nConv2D\n8×8×4")
    expect(row.get_by_text("logits")).to_be_hidden()
    row.click()
    layers.wait_for_value("selector.layer", "logits")
    page.get_by_role("button", name="List of layers").click()
    page.get_by_label("Filter layers by name or kind").fill("block3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    layers.wait_for_value("selector.layer", "block3_conv2")
    expect(page.get_by_label("Filter layers by name or kind")).to_be_hidden()
