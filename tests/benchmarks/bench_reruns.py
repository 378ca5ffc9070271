"""What a cell that is run again leaves in the page, in JupyterLab and Chromium.

An inspector's cell, and one with 15 text fields of ipywidgets, which closes those of the run
before with all their parts. Counted by the browser itself after it has collected garbage: nodes,
listeners of events, and bytes of its heap. JupyterLab keeps every model that it was ever told of,
and ipywidgets the last view of each; anywidget loads the program of each widget anew. What was sent
to draw a closed widget goes with it, and programs do their work once for all widgets of a kind.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, CDPSession

from tests.benchmarks.painting import load
from tests.benchmarks.table import Row
from tests.browser.lab import Lab, Notebook, chromium

WARM_UP = 3
RUNS = 6
# Milliseconds between two counts, which agree once all is drawn, and their greatest number.
PAUSE = 400
MOST = 40

INSPECTOR = """
import cnnviz_widgets as cv
from tests.widgets.small_training import IMAGES, small_model

model = small_model()
"""
SHOW_INSPECTOR = "inspector = cv.ModelInspector(model, IMAGES[:4])\ninspector"
FIELDS = """
import ipywidgets
from cnnviz_widgets.widgets.jupyter.widget_tree import parts_of

fields = ipywidgets.VBox()
"""
SHOW_FIELDS = """
for part in parts_of(fields):
    part.close()
fields = ipywidgets.VBox([ipywidgets.Text() for _ in range(15)])
fields
"""


class Held(NamedTuple):
    """What the page holds."""

    nodes: float
    listeners: float
    heap: float

    def each(self, before: Held, runs: int) -> Held:
        """How much a run has added."""
        return Held(*((now - then) / runs for now, then in zip(self, before, strict=True)))


def rows() -> list[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder, Lab(Path(folder)) as lab, chromium() as browser:
        about = f"Chromium {browser.version.split('.')[0]}; {load()}"
        ours, later = _added(browser, lab, "inspector.ipynb", [INSPECTOR, SHOW_INSPECTOR])
        plain, _ = _added(browser, lab, "fields.ipynb", [FIELDS, SHOW_FIELDS])
    ratio = (ours.nodes + ours.listeners) / (plain.nodes + plain.listeners)
    growth = (later.nodes + later.listeners) / (ours.nodes + ours.listeners)
    return [
        Row(
            "page nodes and listeners a re-run of an inspector's cell",
            "15 text fields of ipywidgets",
            f"{ratio:.2f}×",
            "≤ 1×",
            ratio <= 1,
            f"{_words(ours)} against {_words(plain)}; {RUNS} runs after {WARM_UP}; {about}",
        ),
        Row(
            f"the same, {RUNS} runs later",
            "the runs before",
            f"{growth:.2f}×",
            "≤ 1.1×",
            growth <= 1.1,
            f"{_words(later)}; {about}",
        ),
        Row(
            "JavaScript heap a re-run of an inspector's cell",
            "15 text fields of ipywidgets",
            f"{ours.heap / plain.heap:.1f}×",
            "≤ 4×",
            ours.heap <= 4 * plain.heap,
            f"{ours.heap / 1e6:.2f} MB against {plain.heap / 1e6:.2f} MB",
        ),
    ]


def _added(browser: Browser, lab: Lab, name: str, cells: list[str]) -> tuple[Held, Held]:
    """What a run adds, at first and later."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    lab.write(name, cells)
    notebook = Notebook.open(page, lab, name)
    notebook.run_all()
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.enable")
    held = []
    for runs in (WARM_UP, RUNS, RUNS):
        for _ in range(runs):
            notebook.run_cell(len(cells) - 1)
            _settled(session)
        held.append(_settled(session))
    notebook.shut_down()
    context.close()
    if notebook.problems:
        raise RuntimeError("\n".join(notebook.problems))
    first, then, last = held
    return then.each(first, RUNS), last.each(then, RUNS)


def _settled(session: CDPSession) -> Held:
    """What is held once that does not change any more."""
    before = None
    for _ in range(MOST):
        session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        found = {each["name"]: each["value"] for each in metrics}
        held = Held(found["Nodes"], found["JSEventListeners"], found["JSHeapUsedSize"])
        if before is not None and held[:2] == before[:2]:
            return held
        before = held
        session.send(
            "Runtime.evaluate",
            {
                "expression": f"new Promise(done => setTimeout(done, {PAUSE}))",
                "awaitPromise": True,
            },
        )
    raise RuntimeError("the page does not come to rest")


def _words(held: Held) -> str:
    return f"{held.nodes:.0f} nodes and {held.listeners:.0f} listeners"
