"""The picture of a layer's weights in a real JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .lab import Notebook

# The layout that the front end promises (parameter-grid/layout.ts, tree-view/scale.ts).
HEADER = 26
TOP, RIBBON = 8, 6

IMPORTS = """
import numpy as np
import cnnviz_widgets as cv
import ipywidgets
rng = np.random.default_rng(5)
"""
# Groups of outputs that are more or less alike, so that forks stand well apart.
KERNEL = (
    IMPORTS
    + """
base, noise = rng.normal(size=(2, 4, 3, 3, 9))
kinds, spread = [0, 0, 0, 1, 1, 2, 3, 4, 5], [0, 0.4, 0.8, 0, 0.6, 0, 0, 0, 0]
values = base[..., kinds] + spread * noise
selection = cv.Selection()
grid = cv.ParameterGrid(values, rng.normal(size=9), selection=selection)
density = cv.DensityPanel(grid.record, selection=selection)
"""
)
SHOW = "ipywidgets.VBox([grid, density])"

OpenNotebook = Callable[..., Notebook]


@pytest.fixture
def views(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook([KERNEL, SHOW])
    notebook.run_all()
    notebook.cell(1)
    notebook.page.locator(".cnnviz-density svg").first.wait_for()
    return notebook


def box(notebook: Notebook, selector: str) -> dict[str, float]:
    locator = notebook.page.locator(selector).first
    locator.scroll_into_view_if_needed()
    return locator.bounding_box()


# The middle, from top to bottom, of what is drawn in the hover colour in tree and rows.
HOVERED = """
    () => ['.cnnviz-parameter-tree-overlay', '.cnnviz-parameter-overlay'].map(selector => {
        const canvas = document.querySelector(selector);
        const ratio = canvas.width / canvas.clientWidth;
        const tree = selector.includes('tree');
        const top = Math.round(26 * ratio);
        const left = tree ? 0 : Math.round(40 * ratio);
        const { data, width, height } = canvas.getContext('2d')
            .getImageData(0, top, canvas.width, canvas.height - top);
        let [low, high] = [Infinity, -Infinity];
        for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
            const i = 4 * (y * width + x);
            if (x >= left && data[i + 3] > 100 && (tree || Math.abs(data[i] - data[i + 2]) > 90)) {
                low = Math.min(low, y); high = Math.max(high, y + 1);
            }
        }
        return (top + (low + high) / 2) / ratio;
    })
"""


def test_leaf_and_row_are_in_line_at_every_zoom(views: Notebook) -> None:
    overlay = box(views, ".cnnviz-parameter-overlay")
    for turns in (0, 3):
        views.page.mouse.move(overlay["x"] + 60, overlay["y"] + 200)
        views.page.keyboard.down("Control")
        for _ in range(turns):
            views.page.mouse.wheel(0, -120)
        views.page.keyboard.up("Control")
        if turns:
            views.wait_for_value("grid.axis.scale > 0", True)
        for y in (HEADER + 110, HEADER + 220, HEADER + 300):
            views.page.mouse.move(overlay["x"] + 60, overlay["y"] + y)
            views.page.wait_for_function(
                "([hovered, y]) => { const [leaf, row] = eval(hovered)();"
                " return Math.abs(leaf - row) <= 1 && Math.abs(row - y) < 110 }",
                arg=[HOVERED, y],
            )
    views.page.locator(".cnnviz-parameter-overlay").focus()
    views.page.keyboard.press("0")
    views.wait_for_value("grid.axis.scale", 0.0)


def test_a_click_on_a_fork_selects_in_every_view_while_the_kernel_is_busy(views: Notebook) -> None:
    fork = 2
    members = views.value(f"grid.record.tree.members({fork})")
    feet = views.value(f"grid.record.dendrogram.feet[{fork}]")
    heights = views.value("grid.record.dendrogram.heights[:, 2]")
    tree = box(views, ".cnnviz-parameter-tree-overlay")
    rows = views.value("len(grid.record.columns)")
    # Nine rows have room for tiles between their least and their most: all of it is used.
    row = (520 - HEADER) / rows
    right = tree["width"] - RIBBON
    x = right - heights[fork] / (max(heights) * 1.05) * (right - TOP)
    # Groups above it part its rows from the top.
    first = int(min(feet))
    ends = {end for group in views.value("grid.axis._groups") for end in group[:2]} - {0}
    y = HEADER + (3 * feet[0] + feet[1]) / 4 * row + 7 * sum(end <= first for end in ends)
    with views.busy():
        views.page.locator(".cnnviz-parameter-tree-overlay").click(position={"x": x, "y": y})
        views.page.wait_for_function(
            """expected => [...document.querySelectorAll('.cnnviz-density .line')]
                .filter(path => path.style.strokeWidth === '2' && path.getAttribute('d'))
                .length === expected""",
            arg=len(members),
        )
    views.wait_for_value("sorted(selection.selected)", sorted(members))


def test_the_keyboard_alone_selects_and_enlarges(views: Notebook) -> None:
    outputs = views.value("grid.record.columns")
    views.page.locator(".cnnviz-parameter-overlay").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Space"):
        views.page.keyboard.press(key)
    views.wait_for_value("list(selection.selected)", [outputs[2]])
    views.page.keyboard.press("Enter")
    dialog = views.page.get_by_role("dialog", name="One tile, enlarged")
    dialog.wait_for()
    assert f"output channel {outputs[2]}" in dialog.inner_text()
    assert "input channel 1" in dialog.inner_text()
    views.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    views.page.keyboard.press("Escape")
    views.wait_for_value("list(selection.selected)", [])


def test_means_become_exact_on_zoom(open_notebook: OpenNotebook) -> None:
    weights = "grid = cv.ParameterGrid(rng.normal(size=(40000, 250)).astype('f4'))"
    notebook = open_notebook([IMPORTS + weights, "grid"])
    notebook.run_all()
    notebook.cell(1)
    page = notebook.page
    page.locator(".cnnviz-parameter-overlay").wait_for()
    page.get_by_text("zoom in for the numbers themselves").wait_for()
    overlay = box(notebook, ".cnnviz-parameter-overlay")
    readout = page.locator(".cnnviz-readout")
    x, y = overlay["x"] + 400, overlay["y"] + 200
    page.mouse.move(x, y)
    readout.filter(has_text="mean of 2 input channels").wait_for()
    page.keyboard.down("Control")
    for _ in range(30):
        page.mouse.wheel(0, -120)
    page.keyboard.up("Control")
    # Off the gap between two rows, should the pointer have come to stand in it.
    page.mouse.move(x, y + 8)
    readout.filter(has_not_text="mean of").filter(has_text="value").wait_for()
    output, read, value = re.fullmatch(
        r"output channel (\d+) · input channel ([\d,]+) · value ≈ (.+)", readout.inner_text()
    ).groups()
    exact = notebook.value(f"float(grid.record.values[{read.replace(',', '')}, {output}])")
    # A row of this many normal numbers spans less than 10: half a code is less than 0.02, and
    # what is read has three digits.
    assert abs(float(value.replace("−", "-")) - exact) < 0.02 + 0.005 * abs(exact)
