"""A user's own notebook, opened again: pictures without a kernel, live once its cells have run."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import Locator, Page, expect

from .lab import REPOSITORY, Lab, Notebook, View

EXTENSION = REPOSITORY / "cnnviz_widgets" / "frontend" / "labextension"
# No model is needed for these two: a view that is one widget, and one that is a box.
VIEWS = """
import numpy as np
import cnnviz_widgets as cv
values = np.random.default_rng(5).gamma(2, 1, (4, 8, 8, 6)).astype("float32")
grid, density = cv.ChannelGrid(values), cv.DensityPanel(values)
"""
CELLS = [VIEWS, "grid", "density"]
LIVE = {1: ".cnnviz-grid-overlay", 2: ".cnnviz-density svg.svg-figure"}
# ipywidgets says on the console what it would have said in the picture's place.
MISSING = "widget model not found"
# Without any kernel its manager fails before it is there.
NO_KERNEL = "Cannot read properties of null (reading 'kernel')"


@pytest.fixture(scope="module", autouse=True)
def served(lab: Lab) -> None:
    """The server gives the labextension as this checkout has it: a user's install puts it there."""
    (entry,) = EXTENSION.glob("*.js")
    url = f"{lab.url}/lab/extensions/cnnviz-widgets/{entry.name}"
    with urllib.request.urlopen(url) as reply:
        assert reply.read() == entry.read_bytes(), "the installed one is another: install again"


def saved_pictures(notebook: Notebook) -> Locator:
    return notebook.page.locator(".cnnviz-saved-picture")


def shows_pictures(notebook: Notebook, note: str | re.Pattern[str]) -> None:
    """Each cell shows the PNG of its output, drawn, with this note and no word of an error."""
    for index in LIVE:
        cell = notebook.cell(index)
        cell.locator(".cnnviz-saved-picture").wait_for()
        assert cell.locator("img").evaluate("image => image.decode().then(() => image.width)") > 300
        png = notebook.outputs()[index][0]["data"]["image/png"].replace("\n", "")
        assert cell.locator("img").get_attribute("src") == f"data:image/png;base64,{png}"
        assert cell.locator("img").get_attribute("alt").startswith("<")
        output = cell.locator(".jp-OutputArea-output")
        expect(output).to_have_text(note)


def shows_views(notebook: Notebook) -> None:
    for index, view in LIVE.items():
        notebook.cell(index).locator(view).wait_for()
    expect(saved_pictures(notebook)).to_have_count(0)


def saved(page: Page, lab: Lab, view: View) -> str:
    """Run a notebook of the views, save it, and shut its kernel down: its name."""
    name = f"reopened-{view}.ipynb"
    lab.write(name, CELLS)
    notebook = Notebook.open(page, lab, name, view)
    notebook.run_all()
    shows_views(notebook)
    notebook.save()
    notebook.finish()
    return name


@pytest.mark.parametrize("view", ["lab", "notebook"])
def test_a_reopened_notebook_shows_pictures_until_its_cells_run(
    page: Page, lab: Lab, view: View
) -> None:
    name = saved(page, lab, view)
    # A fresh kernel, that knows none of the widgets.
    again = Notebook.open(page, lab, name, view, expected=[MISSING])
    shows_pictures(again, "Saved picture. Run the cell for the live view.")
    again.run_all()
    shows_views(again)
    # A page that is loaded again while the kernel is there has the views, as ever.
    again.save()
    again.reload()
    shows_views(again)
    again.finish()

    # What this user has not run is not trusted: no script of ours has to do with its picture.
    text = (lab.root / name).read_text().replace("default_rng(5)", "default_rng(6)")
    (lab.root / f"elsewhere-{name}").write_text(text)
    other = Notebook.open(page, lab, f"elsewhere-{name}", view)
    other.cell(1).locator("img").wait_for()
    expect(saved_pictures(other)).to_have_count(0)
    other.finish()


def test_with_no_kernel_at_all_the_pictures_stand_there(page: Page, lab: Lab) -> None:
    name = saved(page, lab, "doc")
    page.goto(f"{lab.url}/lab?reset")
    page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
    reopened = Notebook(page, lab)
    reopened.expected.append(NO_KERNEL)
    no_kernel = {"shouldStart": False}
    reopened.command(
        "docmanager:open", {"path": name, "factory": "Notebook", "kernelPreference": no_kernel}
    )
    page.wait_for_function(f"() => {reopened.PANEL}?.context?.isReady")
    reopened.cell(1)
    assert page.evaluate(f"() => {reopened.KERNEL} ?? null") is None
    for theme in ("dark", "light"):
        reopened.set_theme(theme)
        shows_pictures(reopened, re.compile("^Saved picture. .*With no kernel, run the cell"))
    assert reopened.problems == []
