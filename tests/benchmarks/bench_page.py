"""The widgets in JupyterLab and Chromium: from the mouse, and from a trait, to the painted page.

The page is watched from outside, with nothing in the product to help: in each frame, after every
animation callback and before the browser paints, strips of the canvases and the path of bqplot's
curve are compared with what they were. Chromium runs headless and draws without a GPU.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.benchmarks.painting import WATCH, answered, detachable, load
from tests.benchmarks.table import Row
from tests.browser.lab import Lab, Notebook, chromium

HOVERS = 24
WARM_UP = 4
ROUNDS = 8

# Views of one layer as a user links them.
LINKED = """
import ipywidgets
import numpy as np
import cnnviz_widgets as cv

rng = np.random.default_rng(0)
values = np.maximum(rng.normal(size=(16, 14, 14, 512)), 0).astype("float32")
selection, axis = cv.Selection(), cv.ColumnAxis()
tree = cv.Dendrogram(values, selection=selection, axis=axis)
grid = cv.ChannelGrid(values, selection=selection, axis=axis)
density = cv.DensityPanel(values, selection=selection)
"""
SHOW_LINKED = "ipywidgets.VBox([tree, grid, density])"
# Records whose parts are computed beforehand: what is timed begins at the trait. Two of each,
# shown in turn, so that the picture changes every time.
LAYERS = """
import time
import numpy as np
import cnnviz_widgets as cv
from cnnviz_widgets.records.layer_record import LayerRecord

rng = np.random.default_rng(0)
square = np.array([[0, 1], [1, 0]], "float32").reshape(1, 2, 2, 1)
big = [LayerRecord.of(rng.normal(size=(64, 14, 14, 512)).astype("float32")) for _ in range(2)]
records = {"big": big, "small": [LayerRecord.of(square), LayerRecord.of(1 - square)]}
megabytes = {name: pair[0].tiles.nbytes / 1e6 for name, pair in records.items()}
for pair in records.values():
    for record in pair:
        record.tiles
grids = {name: cv.ChannelGrid(pair[0]) for name, pair in records.items()}
def show(name, number):
    start = time.time()
    grids[name].show(records[name][number % 2])
    return start, time.time()
"""

# Shows each layer in turn; the answers leave the page by way of the kernel, in a file.
SHOW_IN_TURN = """
async ([rounds, answer]) => {
    const kernel = %s;
    const execute = async (code, expression) => {
        const request = { code, user_expressions: { expression }, store_history: false };
        const { content } = await kernel.requestExecute(request).done;
        return content.user_expressions.expression.data['text/plain'];
    };
    const found = {};
    const series = async () => {
        for (let round = 0; round <= rounds; round++) for (const name of ['big', 'small']) {
            await cnnvizBench.idle();
            const painted = cnnvizBench.painted([name], cnnvizBench.read([name]), 0);
            let came;
            const onMessage = (_, { msg }) => {
                if (msg.header.msg_type === 'comm_msg') came ??= Date.now();
            };
            kernel.anyMessage.connect(onMessage);
            const times = await execute('', `show('${name}', ${round + 1})`);
            const [start, end] = times.slice(1, -1).split(',').map(time => 1000 * time);
            const { clock } = await painted;
            kernel.anyMessage.disconnect(onMessage);
            // The first round fills caches.
            if (round === 0) continue;
            const lists = found[name] ??= { painted: [], came: [], kernel: [] };
            lists.painted.push(clock - start);
            lists.came.push(came - start);
            lists.kernel.push(end - start);
        }
        const text = JSON.stringify(JSON.stringify(found));
        const path = JSON.stringify(answer);
        await execute(`import pathlib; pathlib.Path(${path}).write_text(${text})`, '0');
    };
    void series();
}
"""


def rows() -> list[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder, Lab(Path(folder)) as lab:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1400, "height": 1000})
            hover = _hover(page, lab, f"Chromium {browser.version.split('.')[0]}")
        return [*hover, *_show(lab, Path(folder))]


@contextmanager
def _notebook(page: Page, lab: Lab, name: str, cells: list[str], ready: str) -> Iterator[Notebook]:
    """A notebook that was run, its last cell in sight, and its kernel gone afterwards."""
    lab.write(name, cells)
    notebook = Notebook.open(page, lab, name)
    notebook.run_all()
    notebook.cell(len(cells) - 1)
    page.locator(ready).first.wait_for(state="attached")
    page.evaluate(WATCH)
    yield notebook
    notebook.shut_down()
    if notebook.problems:
        raise RuntimeError("\n".join(notebook.problems))


def _hover(page: Page, lab: Lab, about: str) -> list[Row]:
    views = ["grid", "dendrogram", "density"]
    found: list[dict[str, Any]] = []
    alone: list[dict[str, Any]] = []
    ready = ".cnnviz-density .line"
    with _notebook(page, lab, "hover.ipynb", [LINKED, SHOW_LINKED], ready) as notebook:
        page.locator(".cnnviz-grid-overlay").scroll_into_view_if_needed()
        idle = statistics.median(page.evaluate("() => cnnvizBench.idleFrame()"))
        with notebook.busy():
            for _ in range(2):
                alone += _moves(page, ".bench-lone", 0, 10, ["lone"])
                found += _moves(page, ".cnnviz-grid-overlay", 100, 40, views)
    frames = statistics.median(result["frames"] for result in found)
    most = max(result["frames"] for result in found)
    ms = statistics.median(result["ms"] for result in found)
    one = statistics.median(result["ms"] for result in alone)
    each = ", ".join(
        f"{view} {statistics.median(result['at'][view] for result in found):g}" for view in views
    )
    what = "hover → every view repainted, 512 channels, kernel busy"
    note = f"median of {len(found)} moves of the mouse; 16 samples of 14×14; {about}"
    return [
        Row(
            what,
            "animation frames from the mouse's event on",
            f"in frame {frames:g}",
            "≤ 2 frames",
            frames <= 2,
            f"the slowest in frame {most}; by view: {each}; {note}",
        ),
        Row(
            f"{what}: time to the end of that frame",
            "one frame of the idle page",
            f"{ms / idle:.1f} frames",
            "≤ 2 frames",
            ms <= 2 * idle,
            f"{ms:.0f} ms against {idle:.1f} ms; a move that repaints one small canvas alone takes "
            f"{one:.0f} ms; {load()}; {note}",
        ),
    ]


def _moves(page: Page, selector: str, left: int, y: int, names: list[str]) -> list[dict[str, Any]]:
    """What came of each move of the mouse over an element, but for the first few."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    found = []
    for number in range(WARM_UP + HOVERS // 2):
        # Steps of a prime number of pixels: another column each time, all over the grid.
        x = left + 331 * number % (box["width"] - left - 20)
        page.evaluate("where => cnnvizBench.armHover(where)", [selector, names])
        page.mouse.move(box["x"] + x, box["y"] + y)
        found.append(page.evaluate("() => cnnvizBench.result"))
    # The first ones fill caches, and find no curve to replace.
    return found[WARM_UP:]


def _show(lab: Lab, folder: Path) -> list[Row]:
    show = (
        "for name, grid in grids.items():\n    grid.add_class(f'bench-{name}')\n    display(grid)"
    )
    answer = folder / "shown.json"
    lab.write("show.ipynb", [LAYERS, show])
    with detachable(folder / "chromium") as (page, detach):
        notebook = Notebook.open(page, lab, "show.ipynb")
        notebook.run_all()
        notebook.cell(1)
        page.locator(".bench-big .cnnviz-grid-tiles").wait_for(state="attached")
        page.evaluate(WATCH)
        megabytes = notebook.value("megabytes")
        about = f"Chromium {page.evaluate('() => navigator.userAgent.match(/Chrome.([0-9]+)/)[1]')}"
        page.evaluate(SHOW_IN_TURN % Notebook.KERNEL, [ROUNDS, str(answer)])
        detach()
        found = answered(answer, 120)
    big, small = (statistics.median(found[name]["painted"]) for name in ("big", "small"))
    came, kernel = (statistics.median(found["big"][name]) for name in ("came", "kernel"))
    return [
        Row(
            f"{megabytes['big']:.1f} MB layer (64×512 tiles of 14²), trait set → painted",
            "the smallest layer (one tile of 2²)",
            f"{big / small:.1f}×",
            "≤ 3×",
            big <= 3 * small,
            f"{big:.0f} ms against {small:.0f} ms; of the {big:.0f} ms the kernel takes "
            f"{kernel:.0f}, and the page has the message after {came:.0f}; median of {ROUNDS} "
            f"rounds in turn, new values each time; {load()}; {about}, no debugger attached",
        )
    ]
