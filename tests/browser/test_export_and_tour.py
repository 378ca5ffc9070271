"""The menu of exports and the tour in a real page: files that come down, keys that lead on."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from .axe import assert_accessible
from .conftest import OpenNotebook
from .geometry import assert_in_place
from .lab import Notebook
from .training import MODEL, SHOW


@pytest.fixture
def notebook(open_notebook: OpenNotebook, page: Page) -> Notebook:
    notebook = open_notebook([MODEL, SHOW])
    notebook.run_all()
    notebook.cell(1)
    page.locator(".cnnviz-grid-tiles").first.wait_for()
    open_menu(page)
    return notebook


def open_menu(page: Page) -> None:
    page.locator(".cnnviz-export > button").click()
    page.locator(".cnnviz-export-menu").wait_for()


def file_of(page: Page, name: str) -> tuple[str, Path]:
    """Press a button of the menu: the name of the file that comes, and where it lies."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=name, exact=True).click()
    return coming.value.suggested_filename, coming.value.path()


def test_files_come_down_with_their_names(notebook: Notebook, page: Page) -> None:
    name, path = file_of(page, "Picture, SVG")
    assert name == "conv1-outputs.svg"
    assert "conv1 · outputs" in {each.text for each in ElementTree.parse(path).iter()}
    page.get_by_text(f"Saved {name}").wait_for()
    expect(page.locator(".cnnviz-export-menu")).to_have_count(0)
    open_menu(page)
    name, path = file_of(page, "Numbers, CSV")
    assert (name, path.read_text().splitlines()[1].split(",")[0]) == (
        "conv1-outputs-numbers.csv",
        "conv1",
    )
    open_menu(page)
    report = page.get_by_role("button", name="Report, Markdown")
    expect(report).to_be_disabled()
    # Another view may ask for what is not there.
    notebook.run("inspector.exporting.missing = {}")
    report.click()
    page.get_by_text("there is no report to export yet").wait_for()
    assert_accessible(page, "an export that failed", ".cnnviz-popover")
    assert_in_place(page.locator(".cnnviz-popover"), "an export that failed")


def test_code_goes_into_the_clipboard(notebook: Notebook, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Code of this view, Python").click()
    page.get_by_text("Copied").wait_for()
    code = page.evaluate("() => navigator.clipboard.readText()")
    assert "inspector = cv.ModelInspector(model, inputs, layer='conv1')" in code.splitlines()


def test_without_a_kernel_the_screen_can_be_saved(notebook: Notebook, page: Page) -> None:
    notebook.shut_down()
    expect(page.get_by_role("button", name="Picture, PNG", exact=True)).to_be_disabled()
    name, path = file_of(page, "As on the screen, PNG")
    pixels = np.asarray(Image.open(path).convert("L"))
    assert re.fullmatch(r"screen-\d{8}-\d{6}\.png", name) and min(pixels.shape) > 200
    assert len(np.unique(pixels)) > 50


def test_the_tour_goes_over_the_blocks_of_the_frame(notebook: Notebook, page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator(".cnnviz-grid-overlay").first.press("?")
    bubble = page.get_by_role("dialog")
    titles, places = [], set()
    while bubble.count():
        titles.append(page.locator(".cnnviz-tour-title").inner_text())
        hole = page.locator(".cnnviz-tour-hole").evaluate("hole => hole.style.cssText")
        places.add(hole)
        assert_accessible(page, titles[-1], ".cnnviz-tour")
        assert_in_place(bubble, titles[-1])
        page.keyboard.press("ArrowRight")
    assert {"Which channels do the same?", "Is the model sound?"} <= set(titles)
    assert len(places) == len(titles)
    # The keys are the frame's again.
    expect(page.locator(".cnnviz-grid-overlay").first).to_be_focused()
