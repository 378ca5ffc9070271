"""One inspector in its frame, brought from state to state, and what is measured of it there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Locator, Page

from .lab import Notebook
from .training import MODEL, fit

CELLS = [
    MODEL,
    # Two channels that are dead are something to be found.
    "kernel, bias = model.layers[0].get_weights()\n"
    "bias[:2] = -9\n"
    "model.layers[0].set_weights([kernel, bias])\n"
    "inspector = cv.ModelInspector(model, x[:24], targets=y[:24], layer='conv1')",
    "inspector",
    fit(epochs=1_000_000),
]
SHOWN, TRAINS = 2, 3
FIND = """
drawer = inspector.drawer.tab, inspector.drawer.is_open
inspector.diagnose()
inspector.findings.finding = [finding.layer for finding in inspector.report].index("conv1")
"""
CLOSE = "inspector.drawer.tab, inspector.drawer.is_open = drawer"
WIDTHS = (1600, 1300, 1000, 800, 700)
# The last state with a kernel: what is shown is what is shown without one.
WITH_KERNEL = "kernel"
STATES = ("outputs", "weights", "findings", "selection", "training", "no kernel")

# The parts of a frame that are to be in sight.
PARTS = {
    "layers": ".cnnviz-layer-selector",
    "tree": ".cnnviz-dendrogram",
    "tiles": ".cnnviz-grid-stage",
    "readout": ".cnnviz-facts",
    "timeline": ".cnnviz-timeline",
}
IN_SIGHT = """
    (frame, parts) => Object.fromEntries(Object.entries(parts).map(([name, selectors]) => {
        const found = [...frame.querySelectorAll(selectors)].find(each => each.checkVisibility());
        if (!found) return [name, false];
        let { left, top, right, bottom } = found.getBoundingClientRect();
        for (let at = found.parentElement; at && frame.contains(at); at = at.parentElement) {
            if (at !== frame && getComputedStyle(at).overflow === "visible") continue;
            const around = at.getBoundingClientRect();
            [left, top] = [Math.max(left, around.left), Math.max(top, around.top)];
            [right, bottom] = [Math.min(right, around.right), Math.min(bottom, around.bottom)];
        }
        return [name, right - left >= 24 && bottom - top >= 20];
    }))
"""
WORDS = """
    frame => {
        const texts = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
        let words = 0;
        while (texts.nextNode()) {
            const { parentElement: owner, textContent } = texts.currentNode;
            if (owner.closest("option, style, script, [popover]")) continue;
            if (!owner.checkVisibility()) continue;
            const { width, height } = owner.getBoundingClientRect();
            if (width > 1 && height > 1) words += textContent.split(/\\s+/).filter(Boolean).length;
        }
        return words;
    }
"""
# Rows of tiles as they are painted: the lines between them are of one light colour throughout.
TILES = """
    frame => {
        const canvas = [...frame.querySelectorAll(".cnnviz-grid-tiles")].find(each => each.width);
        const { left, top, height, width } = canvas.getBoundingClientRect();
        const ratio = canvas.height / height;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const pixels = new Uint32Array(data.buffer);
        const isTile = y => {
            const line = pixels.subarray(y * canvas.width, (y + 1) * canvas.width);
            const colours = new Set(line.filter(pixel => pixel >>> 24 === 255));
            const [first] = colours;
            return colours.size > 1 || (colours.size === 1 && (first & 255) < 200);
        };
        const rows = [];
        for (let y = 0, from = -1; y <= canvas.height; y++) {
            const inside = y < canvas.height && isTile(y);
            if (inside && from < 0) from = y;
            if (!inside && from >= 0) {
                rows.push({ top: from / ratio, height: (y - from) / ratio });
                from = -1;
            }
        }
        const around = frame.getBoundingClientRect();
        const clip = canvas.closest(".cnnviz-grid-stage").getBoundingClientRect();
        const lowest = Math.min(around.bottom, clip.bottom);
        return rows
            .map(row => ({ top: top + row.top - around.top, height: row.height }))
            .filter(row => row.height >= 20 && around.top + row.top + row.height <= lowest + 1);
    }
"""
PLACES = """
    (frame, parts) => {
        const around = frame.getBoundingClientRect();
        return Object.fromEntries(Object.entries(parts).map(([name, selector]) => {
            const part = frame.querySelector(selector);
            const { left, top, width, height } = part.getBoundingClientRect();
            return [name, [left - around.left, top - around.top, width, height].map(Math.round)];
        }));
    }
"""
BOXES = """
    frame => [...frame.querySelectorAll(".cnnviz, canvas, button, svg, svg text")].map(each => {
        const { left, top, width, height } = each.getBoundingClientRect();
        return [left, top, width, height].map(Math.round).join();
    }).join(";")
"""


class FramedPage:
    """An inspector in a notebook's cell.

    Parameters
    ----------
    notebook : Notebook
        Made of `CELLS`, of which all but the last have been run.
    """

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        notebook.cell(SHOWN)
        self.frame: Locator = self.page.locator(".cnnviz-frame").first
        self.frame.wait_for()
        self.frame.locator(".cnnviz-grid-tiles").first.wait_for()

    def settle(self) -> None:
        """Wait until nothing moves any more."""
        before: object = None
        while (now := self.frame.evaluate(BOXES)) != before:
            before = now
            # bqplot lays itself out anew after a while.
            self.page.evaluate("() => new Promise(done => setTimeout(done, 150))")

    def resize(self, width: int) -> None:
        """Make the frame so wide, in CSS pixels, and bring it into sight."""
        for _ in range(3):
            now = self.frame.evaluate("frame => Math.round(frame.getBoundingClientRect().width)")
            if now == width:
                break
            inside = self.page.viewport_size
            assert inside is not None
            self.notebook.resize(inside["width"] + width - now)
            self.settle()
        else:
            raise AssertionError(f"the frame is {now} px wide, not {width}")
        self.frame.scroll_into_view_if_needed()

    def command(self, name: str) -> None:
        """Ask the frame's parts, as its keys do."""
        self.frame.evaluate(
            "(frame, name) => document.dispatchEvent("
            "new CustomEvent('cnnviz-command', { detail: { frame, name } }))",
            name,
        )

    def states(self) -> Iterator[str]:
        """Bring it from state to state, the last of them without a kernel."""
        for state in STATES:
            enter, leave = self._ways()[state]
            if state == "no kernel":
                yield WITH_KERNEL
            enter()
            self.settle()
            yield state
            leave()

    def _ways(self) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
        """How each state is entered and left."""
        run = self.notebook.run
        return {
            "outputs": (lambda: None, lambda: None),
            "weights": (
                lambda: self._after(run, "inspector.view = 'weights'", ".cnnviz-parameter-tiles"),
                lambda: self._after(run, "inspector.view = 'outputs'", ".cnnviz-grid-tiles"),
            ),
            "findings": (self._find, lambda: run(CLOSE)),
            "selection": (
                lambda: run("inspector.selection.selected = (2, 3)"),
                lambda: run("inspector.selection.selected = ()"),
            ),
            "training": (self._train, self._stop),
            "no kernel": (self._lose_kernel, lambda: None),
        }

    def _after(self, run: Callable[[str], None], code: str, shown: str) -> None:
        run(code)
        self.frame.locator(shown).locator("visible=true").first.wait_for()

    def _find(self) -> None:
        """Diagnose, and open what was found in the layer shown."""
        self.notebook.run(FIND)
        self.command("tab:findings")
        self.frame.locator(".cnnviz-findings-panel").locator("visible=true").first.wait_for()

    def _train(self) -> None:
        self.notebook.start_cell(TRAINS)
        self.notebook.cell(SHOWN)
        self.frame.locator(".cnnviz-training-bar[data-state=training]").wait_for()

    def _stop(self) -> None:
        self.notebook.command("notebook:interrupt-kernel")
        self.notebook.wait_until_idle()
        self.frame.locator(".cnnviz-training-bar:not([data-state=training])").wait_for()

    def _lose_kernel(self) -> None:
        self.notebook.shut_down()
        self.frame.locator(".cnnviz-no-kernel").locator("visible=true").first.wait_for()
