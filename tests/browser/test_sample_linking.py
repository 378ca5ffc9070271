"""Samples selected in one place of the page are selected in all, with a kernel and without."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from .axe import violations
from .conftest import OpenNotebook
from .lab import Notebook
from .training import MODEL

SHOW = """
names = ["ant", "bee", "cat", "dog", "elk"]
inspector = cv.ModelInspector(model, x[:8], targets=y[:8], class_names=names, layer="logits")
inspector.drawer.show_tab("points")
inspector
"""
SURVEY = "inspector.survey(x, y)"
SELECTED = "inspector.sample_selection.selected"
SURVEYED = "inspector.surveyed_selection.selected"
# How many pixels of the overlay's left edge have the colour of what is selected, row by row.
MARKED = """
    canvas => {
        const { data, width, height } = canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height);
        let rows = 0;
        const at = y => 4 * (y * width + 3);
        const isMarked = y => data[at(y) + 3] === 255 && data[at(y) + 2] > data[at(y)] + 60;
        for (let y = 1; y < height; y++) if (isMarked(y) && !isMarked(y - 1)) rows++;
        return rows;
    }
"""


class Linked:
    """An inspector whose points are open."""

    def __init__(self, notebook: Notebook, page: Page) -> None:
        self.notebook, self.page = notebook, page
        self.frame = page.locator(".cnnviz-frame")
        self.grid = self.frame.locator(".cnnviz-grid-overlay")
        self.points = self.frame.locator(".cnnviz-embedding-overlay")
        self.pill = page.get_by_role("toolbar", name="Selected samples")

    def row(self, number: int, *modifiers: Literal["Control", "Shift"]) -> None:
        """Click what leads a row: below the heads each row of units is 26 pixels high."""
        place = {"x": 60, "y": 20 + 26 * number + 12}
        self.grid.click(position=place, modifiers=list(modifiers))

    def around(self, points: Locator) -> None:
        """Draw around all points."""
        box = points.bounding_box()
        assert box is not None
        left, top = box["x"] + 2, box["y"] + 2
        right, bottom = left + box["width"] - 4, top + box["height"] - 4
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        for x, y in ((right, top), (right, bottom), (left, bottom)):
            self.page.mouse.move(x, y, steps=4)
        self.page.mouse.up()


@pytest.fixture
def linked(open_notebook: OpenNotebook, page: Page) -> Linked:
    notebook = open_notebook([MODEL, SHOW])
    notebook.run_all()
    made = Linked(notebook, page)
    made.grid.wait_for()
    made.points.wait_for()
    return made


def test_rows_points_and_the_samples_window_select_the_same(linked: Linked) -> None:
    notebook, page = linked.notebook, linked.page
    linked.row(1)
    notebook.wait_for_value(SELECTED, [1])
    expect(linked.pill).to_contain_text("sample 1")
    linked.row(3, "Shift")
    notebook.wait_for_value(SELECTED, [1, 2, 3])
    linked.row(2, "Control")
    notebook.wait_for_value(SELECTED, [1, 3])
    assert linked.grid.evaluate(MARKED) == 2
    notebook.run("inspector.layer = 'conv2'")
    assert notebook.value(SELECTED) == [1, 3]
    linked.around(linked.points)
    notebook.wait_for_value(f"sorted({SELECTED})", list(range(8)))
    linked.grid.focus()
    page.keyboard.press("Control+z")
    notebook.wait_for_value(SELECTED, [1, 3])
    wrong = notebook.value("inspector.samples._wrong")
    assert wrong
    page.keyboard.press("x")
    notebook.wait_for_value(SELECTED, wrong)
    page.keyboard.press("i")
    pressed = page.locator('.cnnviz-sample[aria-pressed="true"]')
    expect(pressed).to_have_count(len(wrong))
    page.keyboard.press("Escape")
    linked.grid.focus()
    page.keyboard.press("Escape")
    notebook.wait_for_value(SELECTED, [])
    expect(linked.pill).to_be_hidden()
    for key in ("ArrowLeft", "ArrowDown", " ", "Shift+ArrowDown"):
        page.keyboard.press(key)
    notebook.wait_for_value(SELECTED, [1, 2])
    linked.pill.get_by_role("button", name="Show these").click()
    notebook.wait_for_value("(inspector.samples.chosen, inspector.probe.samples)", ["2 picked", 2])
    page.keyboard.press("i")
    page.get_by_role("button", name="As given", exact=True).click()
    notebook.wait_for_value("(inspector.samples.chosen, inspector.probe.samples)", ["", 8])


def test_points_of_a_survey_are_shown_as_rows_and_taken_back(linked: Linked) -> None:
    notebook, page = linked.notebook, linked.page
    notebook.run(SURVEY)
    summary = linked.frame.locator(".cnnviz-embedding-summary")
    expect(summary).to_contain_text("256 samples surveyed, and the 8 shown")
    linked.around(linked.points)
    notebook.wait_for_value(f"len({SURVEYED})", 256)
    notebook.run(f"{SURVEYED} = (9, 200)")
    linked.frame.get_by_role("button", name="Show these 2").click()
    notebook.wait_for_value("inspector.samples.chosen", "2 of those surveyed")
    assert notebook.value("bool((inspector.inputs == x[[9, 200]]).all())")
    expect(summary).to_contain_text("254 of 256 samples surveyed, and the 2 shown")
    expect(linked.frame.get_by_role("button", name="Show these")).to_have_count(0)
    page.locator(".cnnviz-samples-opener").click()
    page.get_by_role("button", name="As given", exact=True).click()
    expect(summary).to_contain_text("256 samples surveyed, and the 8 shown")
    notebook.run("inspector.drawer.show_tab('channel'); inspector.selection.selected = (3,)")
    card = linked.frame.locator(".cnnviz-channel-numbers")
    expect(card).to_contain_text("of 256")
    expect(card.locator(".cnnviz-card-classes tbody tr")).to_have_count(5)
    for theme in ("dark", "light"):
        notebook.set_theme(theme)
        assert violations(page, ".cnnviz-frame") == []


def test_without_a_kernel_samples_are_linked_and_what_needs_one_is_greyed(linked: Linked) -> None:
    notebook, page = linked.notebook, linked.page
    notebook.run(f"{SURVEY}; {SURVEYED} = (9, 200)")
    show = linked.frame.get_by_role("button", name="Show these 2")
    expect(show).to_be_enabled()
    notebook.shut_down()
    expect(show).to_be_disabled()
    linked.row(1)
    expect(linked.pill).to_contain_text("sample 1")
    expect(linked.pill.get_by_role("button", name="Show this alone")).to_be_disabled()
    assert linked.grid.evaluate(MARKED) == 1
    page.keyboard.press("x")
    expect(linked.pill).to_contain_text(" samples")
    page.keyboard.press("Control+z")
    expect(linked.pill).to_contain_text("sample 1")
