"""A layer as a cloud of points in a real page: t-SNE beside the kernel, drawn around, by keys."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from .axe import violations
from .lab import Lab, Notebook

SETUP = """
import numpy as np
import cnnviz_widgets as cv

rng = np.random.default_rng(0)
labels = rng.integers(0, 4, 160)
values = rng.normal(size=(4, 12))[labels] * 2 + rng.normal(size=(160, 12))
inputs = rng.random((160, 8, 8, 1))
answers = np.where(np.arange(160) % 9, labels, 0)
"""
SHOW = """
names = ['ant', 'bee', 'cat', 'dog']
view = cv.Embedding(values, labels, names, predictions=answers, inputs=inputs)
view
"""
PAINTED = """
    canvas => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, at) => at % 4 === 3 && value > 200).length;
    }
"""


@pytest.fixture
def notebook(lab: Lab, page: Page) -> Notebook:
    lab.write("points.ipynb", [SETUP, SHOW])
    made = Notebook.open(page, lab, "points.ipynb", "doc")
    made.run_all()
    made.cell(1).locator(".cnnviz-embedding-overlay").wait_for()
    return made


def test_points_are_drawn_placed_by_tsne_and_selected(notebook: Notebook, page: Page) -> None:
    cell = notebook.cell(1)
    dots, overlay = (
        cell.locator(".cnnviz-embedding-dots"),
        cell.locator(".cnnviz-embedding-overlay"),
    )
    summary = cell.locator(".cnnviz-embedding-summary")
    expect(summary).to_contain_text("160 samples · plane: ")
    assert dots.evaluate(PAINTED) > 160 * 20
    cell.get_by_role("button", name="t-SNE").click()
    # The kernel answers meanwhile.
    began = time.monotonic()
    assert notebook.value("view.method") == "tsne"
    assert time.monotonic() - began < 5
    expect(cell.locator(".cnnviz-note")).to_contain_text("mean nothing", timeout=60_000)
    assert notebook.value("(view._shown, view._share, view.error)") == ["tsne", -1, ""]
    box = overlay.bounding_box()
    assert box is not None
    left, top = box["x"] + 2, box["y"] + 2
    right, bottom = left + box["width"] - 4, top + box["height"] - 4
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    notebook.wait_for_value("len(view.sample_selection.selected)", 160)
    overlay.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    expect(cell.locator(".cnnviz-embedding-card")).to_contain_text("sample 0")
    page.keyboard.press("Enter")
    notebook.wait_for_value("view.sample_selection.selected", [0])
    cell.get_by_role("button", name="wrong").click()
    wrong = notebook.value("np.flatnonzero(answers != labels).tolist()")
    notebook.wait_for_value("view.sample_selection.selected", wrong)


@pytest.mark.parametrize("width", [1300, 700])
def test_it_is_accessible_in_both_themes(notebook: Notebook, page: Page, width: int) -> None:
    notebook.resize(width)
    for theme in ("dark", "light"):
        notebook.set_theme(theme)
        assert violations(page, ".cnnviz-embedding") == []
        assert notebook.cell(1).locator(".cnnviz-embedding-dots").evaluate(PAINTED) > 160 * 10
