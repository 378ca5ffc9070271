"""What is on the page when the kernel has gone: where it stood, and no more marks than one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import OpenNotebook
from .lab import Lab, Notebook
from .training import MODEL

SAVE_STATE = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}
WIDTHS = (1700, 620)
# All cells are in sight: JupyterLab does not draw others.
TALL = 9000
# A moment of the training, and what it was trained to.
TRAIN = """
trained = keras.models.clone_model(model)
trained.set_weights(model.get_weights())
with inspector.monitor("batch", None, folder=HISTORY) as monitor:
    for _ in range(3):
        trained.compile("sgd", model.loss)
        monitor.update({"loss": model.train_on_batch(x[:16], y[:16])})
report = inspector.diagnose()
"""
ALONE = """
import ipywidgets
record = inspector.record
kernel = np.random.default_rng(5).normal(size=(3, 3, 4, 9))
alone = ipywidgets.VBox([
    cv.ChannelGrid(record), cv.Dendrogram(record), cv.DensityPanel(record),
    cv.ParameterGrid(kernel), ipywidgets.HBox([cv.ChannelGrid(record), cv.DensityPanel(record)]),
])
alone
"""
COMPOSITES = {
    "inspector": 2,
    "comparison": 3,
    "viewer": 4,
    "alone": 5,
}
# Where everything stands that has a place of its own, from the corner of the composite.
GEOMETRY = """
    output => {
        const root = output.querySelector('.widget-box');
        const corner = root.getBoundingClientRect();
        const parts = root.querySelectorAll(
            '.widget-box, .cnnviz, .bqplot, .bqplot > svg, canvas:not(.bqplot > *)'
        );
        return [root, ...parts].filter(part => part.checkVisibility()).map(part => {
            const { left, top, width, height } = part.getBoundingClientRect();
            const name = [...part.classList].find(each => /cnnviz-|bqplot|svg/.test(each));
            return [name ?? part.tagName, Math.round(left - corner.left),
                    Math.round(top - corner.top), Math.round(width), Math.round(height)];
        });
    }
"""
MARKS = """
    output => [...output.querySelectorAll('*')].filter(part =>
        /f127|\\uf127/.test(getComputedStyle(part, '::before').content)).length
"""
DISCONNECTED = """
    output => output.querySelectorAll('.widget-box.jupyter-widgets-disconnected').length
"""

# The second where there is little room.
NO_KERNEL = re.compile("^No kernel: (what needs one is greyed out|run the cell again)")
# What has no effect without a kernel, and which of these controls can be used.
NEEDING = """
    .cnnviz-bar-tools .cnnviz-button, .cnnviz-steps .cnnviz-button,
    .cnnviz-view-switch .cnnviz-button, .cnnviz-view-switch select,
    .cnnviz-diagnose .cnnviz-button:not(.cnnviz-found),
    .cnnviz-layer-row, .cnnviz-ablation-ways .cnnviz-button, .cnnviz-health-chip,
    .cnnviz-training-bar .cnnviz-button, .cnnviz-timeline .cnnviz-icon-button,
    .cnnviz-timeline-live, .cnnviz-timeline-strip,
    .cnnviz-selection-ways .cnnviz-button, .cnnviz-finding-deeds .cnnviz-primary,
    .cnnviz-compared-layers [role=option], .cnnviz-comparison-top select
"""
ALIVE = """
    (output, selectors) => [...output.querySelectorAll(selectors)]
        .filter(each => each.checkVisibility())
        .filter(each => !each.disabled && each.getAttribute('aria-disabled') !== 'true')
        .map(each => each.textContent)
"""


@pytest.fixture(scope="module")
def saving_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server whose notebooks keep the state of their widgets."""
    with Lab(tmp_path_factory.mktemp("saving"), SAVE_STATE) as lab:
        yield lab


@pytest.fixture
def shown(saving_lab: Lab, page: Page, tmp_path: Path) -> Notebook:
    """Inspector, comparison, viewer and views alone, each in a cell of its own."""
    saving_lab.write(
        "kept.ipynb",
        [
            MODEL + f"HISTORY = {str(tmp_path / 'history')!r}",
            "inspector = cv.ModelInspector(model, x[:6])\n" + TRAIN,
            "inspector",
            "cv.compare(trained, model, inputs=x[:6])",
            "cv.open_history(HISTORY)",
            ALONE,
        ],
    )
    notebook = Notebook.open(page, saving_lab, "kept.ipynb", "doc")
    notebook.run_all()
    return notebook


def output(notebook: Notebook, composite: str) -> Locator:
    """The output of a composite's cell, drawn to its end."""
    found = notebook.cell(COMPOSITES[composite]).locator(".jp-OutputArea-output").last
    found.locator(".bqplot > svg.svg-figure").last.wait_for(state="attached")
    return found


def geometry(notebook: Notebook) -> dict[tuple[str, int], list[list[Any]]]:
    """Where every part of each composite stands, wide and narrow, once nothing moves any more."""
    found: dict[tuple[str, int], list[list[Any]]] = {}
    for width in WIDTHS:
        notebook.resize(width, TALL)
        before: object = None
        while (now := [output(notebook, each).evaluate(GEOMETRY) for each in COMPOSITES]) != before:
            before = now
            # bqplot lays itself out anew after a while.
            pause(notebook, 400)
        found |= {(each, width): parts for each, parts in zip(COMPOSITES, now, strict=True)}
    return found


def assert_same_places(
    now: dict[tuple[str, int], list[list[Any]]], before: dict[tuple[str, int], list[list[Any]]]
) -> None:
    """Nothing stands elsewhere than before; what does is told by itself, the first of it first."""
    for key, parts in before.items():
        moved = [
            (was, is_now) for was, is_now in zip(parts, now[key], strict=False) if was != is_now
        ]
        assert (key, moved[:8], len(now[key])) == (key, [], len(parts))


def pause(notebook: Notebook, milliseconds: int) -> None:
    notebook.page.evaluate("ms => new Promise(done => setTimeout(done, ms))", milliseconds)


def marks(notebook: Notebook) -> int:
    return sum(output(notebook, composite).evaluate(MARKS) for composite in COMPOSITES)


def save_with_state(notebook: Notebook) -> None:
    """Write the notebook with the state of its widgets."""
    # The first save gathers the state, which may be too late for that save itself.
    notebook.save()
    notebook.page.wait_for_function(
        f"() => {notebook.PANEL}.context.model.sharedModel.getMetadata('widgets')"
    )
    notebook.save()


def says_so(notebook: Notebook, *composites: str) -> None:
    """Within two seconds composites say that there is no kernel, once, and all is greyed out."""
    for composite in composites or ("inspector", "comparison", "viewer"):
        shown = output(notebook, composite)
        shown.get_by_text(NO_KERNEL).locator("visible=true").first.wait_for(timeout=2_000)
        assert shown.get_by_text(NO_KERNEL).locator("visible=true").count() == 1
        assert shown.evaluate(ALIVE, NEEDING) == []
        assert shown.evaluate(ALIVE, ".cnnviz-grid-overlay") != []


def promises_nothing(notebook: Notebook) -> None:
    """What is pressed all the same has no effect, and nothing is said to be coming."""
    # Where the list of layers stands in the page.
    notebook.resize(max(WIDTHS), TALL)
    shown = output(notebook, "inspector")
    heading = shown.locator(".cnnviz-inspector-heading")
    title = heading.inner_text()
    layer = shown.locator(".cnnviz-layer-row[title^=conv2]")
    # What is pressed by force is not waited for, and the page takes its new width in its own time.
    layer.wait_for()
    layer.click(force=True)
    shown.locator(".cnnviz-layer-list").press("End")
    shown.locator(".cnnviz-layer-list").press("Enter")
    shown.locator(".cnnviz-timeline-strip").press("Home")
    pause(notebook, 1200)
    assert shown.locator(".cnnviz-waiting").count() == 0
    assert not re.search("Waiting|Diagnosing|being read", shown.inner_text())
    assert heading.inner_text() == title


def windows_are_grey(notebook: Notebook) -> None:
    """What opens over the page offers what the page can do alone."""
    shown = output(notebook, "inspector")
    shown.get_by_role("button", name="Export").click()
    window = shown.get_by_role("dialog", name="Export")
    expect(window.locator("button")).not_to_have_count(1)
    expect(window.locator("button:enabled")).to_have_attribute("aria-label", re.compile("screen"))
    window.press("Escape")
    expect(window).to_be_hidden()
    opener = shown.locator(".cnnviz-samples-opener")
    opener.click()
    window = shown.get_by_role("dialog", name="Samples")
    asks = window.locator(".cnnviz-samples-asks").locator("button, select").locator("visible=true")
    assert [each.is_enabled() for each in asks.all()] == [False] * asks.count()
    expect(window.get_by_text(NO_KERNEL)).to_be_hidden()
    window.press("Escape")
    expect(window).to_be_hidden()


def links(notebook: Notebook) -> None:
    """What is selected in one view is selected in the others, as ever."""
    shown = output(notebook, "inspector")
    shown.locator(".cnnviz-grid-overlay").press("Space")
    bar = shown.get_by_role("toolbar", name="Selected channels")
    expect(bar.get_by_role("status")).to_have_text(re.compile(r"^channel \d+$"))
    # Its tab of the drawer is not in sight.
    expect(shown.locator(".cnnviz-ablation-lead")).to_contain_text("1 channel of")
    # What tries the model needs one, what copies does not.
    assert shown.evaluate(ALIVE, ".cnnviz-selection-ways .cnnviz-button") == []
    expect(bar.get_by_role("button", name="Copy", exact=True)).to_be_enabled()
    bar.get_by_role("button", name="Select nothing").click()
    expect(bar).to_be_hidden()


def test_nothing_moves_when_the_kernel_goes(shown: Notebook, page: Page) -> None:
    before = geometry(shown)
    assert {name for parts in before.values() for name, *_ in parts} >= {
        *("cnnviz-frame-main", "cnnviz-comparison-grids", "cnnviz-dendrogram", "bqplot")
    }
    assert output(shown, "inspector").evaluate(ALIVE, NEEDING) != []
    save_with_state(shown)
    shown.restart()
    page.locator(".jupyter-widgets-disconnected").first.wait_for()
    for composite in COMPOSITES:
        assert output(shown, composite).evaluate(DISCONNECTED) > 0
    says_so(shown)
    # Views alone need no kernel for what they offer here.
    assert output(shown, "alone").get_by_text("No kernel").locator("visible=true").count() == 0
    assert marks(shown) == 0
    assert_same_places(geometry(shown), before)
    promises_nothing(shown)
    windows_are_grey(shown)
    links(shown)
    shown.shut_down()
    again = Notebook.open(page, shown.lab, "kept.ipynb", "doc")
    page.locator(".jupyter-widgets-disconnected").first.wait_for()
    says_so(again)
    assert_same_places(geometry(again), before)
    assert marks(again) == 0
    promises_nothing(again)
    links(again)
    # With the cells run again there is a kernel behind them.
    again.run_all()
    inspector = output(again, "inspector")
    expect(inspector.get_by_text(NO_KERNEL)).to_have_count(0)
    inspector.locator(".cnnviz-layer-row[title^=conv2]").click()
    inspector.get_by_role("heading", name="conv2").wait_for()
    again.shut_down()
    says_so(again)
    promises_nothing(again)
    links(again)
    assert shown.problems + again.problems == []


def test_a_lost_connection_is_told_and_the_same_kernel_found_again(
    open_notebook: OpenNotebook, page: Page
) -> None:
    lost = False
    page.route_web_socket(
        "**/channels*",
        lambda socket: socket.close(code=1011) if lost else socket.connect_to_server(),
    )
    notebook = open_notebook([MODEL, "inspector = cv.ModelInspector(model, x[:6])", "inspector"])
    notebook.run_all()
    # What the page has to say is said: a message under way would be lost, and told of.
    notebook.wait_for_value("len(inspector.views.axis._groups) > 0", True)
    lost = True
    page.evaluate(f"() => {notebook.KERNEL}._ws.close()")
    says_so(notebook, "inspector")
    lost = False
    # JupyterLab tries again after longer and longer times.
    notebook.wait_until_connected()
    inspector = output(notebook, "inspector")
    expect(inspector.get_by_text(NO_KERNEL)).to_have_count(0)
    inspector.locator(".cnnviz-layer-row[title^=conv2]").click()
    inspector.get_by_role("heading", name="conv2").wait_for()
