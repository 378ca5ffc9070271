"""What is on the page when the kernel has gone: where it stood, and no more marks than one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from .lab import Lab, Notebook
from .training import MODEL

SAVE_STATE = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}
WIDTHS = (1700, 620)
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
    found = {}
    for width in WIDTHS:
        notebook.resize(width)
        for composite in COMPOSITES:
            shown = output(notebook, composite)
            before: object = None
            while (now := shown.evaluate(GEOMETRY)) != before:
                before = now
                # bqplot lays itself out anew after a while.
                notebook.page.wait_for_function(
                    "() => new Promise(done => setTimeout(() => done(true), 400))"
                )
            found[composite, width] = now
    return found


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


def test_nothing_moves_when_the_kernel_goes(shown: Notebook, page: Page) -> None:
    before = geometry(shown)
    assert {name for parts in before.values() for name, *_ in parts} >= {
        *("cnnviz-inspector-panes", "cnnviz-comparison-grids", "cnnviz-dendrogram", "bqplot")
    }
    save_with_state(shown)
    shown.restart()
    page.locator(".jupyter-widgets-disconnected").first.wait_for()
    for composite in COMPOSITES:
        assert output(shown, composite).evaluate(DISCONNECTED) > 0
    assert marks(shown) == 0
    assert geometry(shown) == before
    shown.shut_down()
    again = Notebook.open(page, shown.lab, "kept.ipynb", "doc")
    page.locator(".jupyter-widgets-disconnected").first.wait_for()
    assert geometry(again) == before
    assert marks(again) == 0
    again.finish()
    assert shown.problems == []
