"""Makes the pictures of the README from a real session: ``make screenshots``.

``ARGS=live``, ``ARGS=inspected``, ``ARGS=mapped`` or ``ARGS=moving`` makes some of them.

A network is trained on the notebooks' data, inspected in JupyterLab, and a fork is clicked.
Then it is trained on, too fast, and diagnosed; and another one is followed while it fails.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from PIL import Image
from playwright.sync_api import Browser

from .lab import REPOSITORY, Lab, Notebook, chromium

IMAGES = REPOSITORY / "docs" / "images"
QUICKSTART = REPOSITORY / "notebooks" / "01_inspect_a_model.ipynb"
LIVE = REPOSITORY / "notebooks" / "03_watch_it_train.ipynb"
WIDTH = 1400
# The map of the notebook's network.
MAP = """
network_map = cv.NetworkMap(
    model, x_test[:64], labels=y_test[:64], class_names=class_names
)
network_map.view.title = "quickstart"
network_map
"""
# Of the moving picture, in bytes.
LARGEST = 3_000_000
# Thirty times the usual learning rate.
FAST = """
model.optimizer.learning_rate = 3e-2
model.fit(x_train, y_train, epochs=1, batch_size=128, verbose=0)
"""
# The moment at which the first channels of the layer shown are dead.
DYING = """
steps = [onset.step for onset in second.history.onsets if onset.layer == second.layer]
second.following.story.timeline.position = steps[0]
"""


def first_cells(path: Path, count: int) -> list[str]:
    """The first code cells of a notebook, run where the data are."""
    cells = [
        cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"
    ]
    return [f"import os\nos.chdir({str(path.parent)!r})", *cells[:count]]


def save(png: bytes, name: str) -> None:
    """Write a screenshot in all its colours: of a few hundred, thin curves would lose theirs."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(IMAGES / name, optimize=True)
    print(IMAGES / name)


def save_moving(frames: Sequence[tuple[bytes, int]], name: str) -> None:
    """Write screenshots, each with the milliseconds that it stays, as one moving picture."""
    pictures = []
    for png, _ in frames:
        with Image.open(io.BytesIO(png)) as image:
            pictures.append(image.convert("RGB").quantize(256, dither=Image.Dither.NONE))
    durations = [milliseconds for _, milliseconds in frames]
    first, *others = pictures
    first.save(
        IMAGES / name,
        save_all=True,
        append_images=others,
        duration=durations,
        loop=0,
        optimize=True,
    )
    size = (IMAGES / name).stat().st_size
    print(f"{IMAGES / name}: {size / 1e6:.1f} MB")
    if size > LARGEST:
        raise ValueError(f"{name} takes {size:,} bytes; README's picture may take {LARGEST:,}")


def settle(notebook: Notebook) -> None:
    """Wait until nothing moves any more; bqplot lays itself out anew after a while."""
    notebook.page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 800))")


def in_its_budget(cell: str) -> str:
    """A cell of the live notebook with the default budget, and training enough for some looks.

    The notebook itself sets no limit, to show the first steps of a short training one by one.
    """
    return (
        cell.replace('budget=None, layers=["conv1", "conv2", "dense"]', "")
        .replace("budget=0.2", "")
        .replace("epochs=4,", "epochs=1,")
        .replace("epochs=2,", "epochs=40,")
    )


def inspected(lab: Lab, browser: Browser) -> None:
    """The inspector in light and dark, wide and narrow, with weights and with findings."""
    lab.write("quickstart.ipynb", first_cells(QUICKSTART, 3))
    page = browser.new_page(viewport={"width": WIDTH, "height": 1500})
    notebook = Notebook.open(page, lab, "quickstart.ipynb", "doc")
    notebook.run_all()
    notebook.cell(3)
    inspector = page.locator(".cnnviz-frame").first
    page.locator(".cnnviz-density .curve").first.wait_for()
    # The channels below the third fork, as if it had been clicked.
    notebook.run("inspector.selection.selected = tuple(inspector.record.tree.members(2))")
    page.get_by_role("toolbar", name="Selected channels").wait_for()
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        settle(notebook)
        save(inspector.screenshot(), f"inspector-{theme}.png")
    notebook.set_theme("light")
    notebook.run("inspector.selection.selected = ()")
    notebook.run("inspector.view = 'weights'; inspector.layer = 'conv2'")
    page.locator(".cnnviz-parameter-overlay").first.wait_for()
    settle(notebook)
    save(inspector.screenshot(), "weights-light.png")
    notebook.run("inspector.view = 'outputs'; inspector.layer = 'dense'")
    page.get_by_role("heading", name="dense").wait_for()
    notebook.resize(760, 1700)
    settle(notebook)
    save(inspector.screenshot(), "inspector-narrow.png")
    notebook.resize(WIDTH, 1500)
    notebook.run(FAST)
    notebook.run("inspector.refresh(); report = inspector.diagnose()")
    page.locator(".cnnviz-finding-head").first.click()
    page.locator(".cnnviz-finding-detail").first.wait_for()
    settle(notebook)
    save(inspector.screenshot(), "findings-light.png")


def live(lab: Lab, browser: Browser) -> None:
    """A network followed while it fails, at the moment when its first channels are dead."""
    lab.write("live.ipynb", [in_its_budget(cell) for cell in first_cells(LIVE, 5)])
    page = browser.new_page(viewport={"width": WIDTH, "height": 1500})
    notebook = Notebook.open(page, lab, "live.ipynb", "doc")
    notebook.run_all()
    notebook.cell(5)
    inspector = page.locator(".cnnviz-frame").last
    notebook.run(DYING)
    inspector.locator('.cnnviz-inspector-title[title*="as it was at step"]').wait_for()
    settle(notebook)
    save(inspector.screenshot(), "live-light.png")


def mapped(lab: Lab, browser: Browser) -> None:
    """The map of the network, in light and dark."""
    lab.write("mapped.ipynb", [*first_cells(QUICKSTART, 2), MAP])
    page = browser.new_page(viewport={"width": 1200, "height": 1000})
    notebook = Notebook.open(page, lab, "mapped.ipynb", "doc")
    notebook.run_all()
    drawn = notebook.cell(3).locator(".cnnviz-map")
    drawn.locator(".cnnviz-map-box").first.wait_for()
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        settle(notebook)
        save(drawn.screenshot(), f"map-{theme}.png")


def moving(lab: Lab, browser: Browser) -> None:
    """The first look of the README: layers, channels, a diagnosis, and a training played again."""
    lab.write("moving.ipynb", first_cells(QUICKSTART, 3))
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    notebook = Notebook.open(page, lab, "moving.ipynb", "doc")
    notebook.run_all()
    notebook.cell(3)
    inspector = page.locator(".cnnviz-frame").first
    frames: list[tuple[bytes, int]] = []

    def look(milliseconds: int, code: str = "") -> None:
        if code:
            notebook.run(code)
        settle(notebook)
        frames.append((inspector.screenshot(), milliseconds))

    look(1500)
    for layer in ("conv2", "conv3"):
        look(1000, f"inspector.layer = {layer!r}")
    look(1800, "inspector.selection.selected = tuple(inspector.record.tree.members(4))")
    look(1500, "inspector.drawer.show_tab('channel')")
    look(1200, "inspector.selection.selected = (); inspector.view = 'weights'")
    notebook.run("inspector.view = 'outputs'; model.optimizer.learning_rate = 2e-2")
    notebook.run(
        "model.fit(x_train, y_train, epochs=1, batch_size=128, verbose=0, "
        "callbacks=[inspector.monitor(every=4, budget=None)])"
    )
    look(1500, "inspector.drawer.show_tab('density')")
    steps = notebook.value("inspector.history.steps.tolist()")
    timeline = "inspector.following.story.timeline"
    for step in steps[:: max(1, len(steps) // 8)]:
        look(450, f"{timeline}.position = {step}")
    look(900, f"{timeline}.position = -1")
    look(3000, "report = inspector.diagnose()")
    save_moving(frames, "inspector.gif")


PARTS = {"inspected": inspected, "live": live, "mapped": mapped, "moving": moving}


def main(parts: Sequence[str]) -> None:
    """Take the pictures of these parts, or of all."""
    with tempfile.TemporaryDirectory() as folder, Lab(Path(folder)) as lab, chromium() as browser:
        for part in parts or PARTS:
            PARTS[part](lab, browser)


if __name__ == "__main__":
    main(sys.argv[1:])
