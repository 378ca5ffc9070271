"""A network's map in a real page: drawn, pointed at while the kernel computes, edited and saved."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from .axe import violations
from .lab import Lab, Notebook

# What no name may do, and may be called.
NAME = "<b>block</b>/conv"
SETUP = f"""
import numpy as np
from cnnviz_widgets.widgets.map.map_view import MapView

rng = np.random.default_rng(0)
asked = []


def station(path, number):
    return dict(
        path=path, title=path, kind="Conv2D", channels=13, shape=[8, 8, 13], stage="8 × 8",
        parents=[number - 1] if number else [], layers=1, folded=2 * (number == 2),
        expandable=number == 2, expanded=False, silent=1, constant=0, nonfinite=0,
        thin=np.int32([12]).tobytes(), update=[1e-3, 0.3], gradient=0.01, silent_shares=[0, 1 / 13],
    )


def group(station, group):
    return dict(
        station=station, group=group, pinned=[4] * (group == 1), rows=4,
        channels=np.arange(4 * group, 4 * group + 4, dtype="<i4").tobytes(),
        stability=0.4 + 0.2 * group, findings=["saturated"] * (group == 2),
        values=np.float32([4, 3, 2, 1]).tobytes(), density=bytes(range(64)), density_range=(0, 1),
    )


def effect(parent):
    mean = rng.normal(size=9).astype("<f4")
    return dict(parent=parent, child=parent + 1, rms=abs(mean).tobytes(), mean=mean.tobytes())


view = MapView(on_ask=lambda *what: asked.append(what), title="net", layer="{NAME}0")
with view.hold_sync():
    view._picture_shape = (1, 8, 8, 1)
    view._pictures = rng.integers(0, 256, 64, dtype=np.uint8).tobytes()
    view._profile = rng.integers(0, 256, 9 * 4 * 3, dtype=np.uint8).tobytes()
    view._columns = ["cat", "dog", "owl"]
    view._stations = [station(f"{NAME}{{k}}", k) for k in range(3)]
    view._groups = [group(k, g) for k in range(3) for g in range(3)]
    view._patches = np.array(
        [(g, 4 * (g % 3) + k, 0, -1, 5, 0, 6) for g in range(9) for k in range(3)], "<i4"
    ).tobytes()
    view._effects = [effect(0), effect(1)]
"""
# How opaque each line is before and after the pointer comes, and how many frames that takes.
POINT = """
    async button => {
        const paths = document.querySelectorAll(".cnnviz-map-back > g:nth-of-type(2) > path");
        const lines = () => [...paths].map(path => path.getAttribute("opacity")).join();
        const [before, { x, y }] = [lines(), button.getBoundingClientRect()];
        const place = { bubbles: true, clientX: x + 9, clientY: y + 20 };
        button.dispatchEvent(new PointerEvent("pointermove", place));
        for (let frames = 0; frames < 60; frames++) {
            if (lines() !== before) return frames;
            await new Promise(requestAnimationFrame);
        }
        return Infinity;
    }
"""
COLOURS = """
    canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
    }
"""


@pytest.fixture
def notebook(lab: Lab, page: Page) -> Notebook:
    lab.write("map.ipynb", [SETUP, "view"])
    made = Notebook.open(page, lab, "map.ipynb", "doc")
    made.run_all()
    made.cell(1).locator(".cnnviz-map-box").first.wait_for()
    return made


def test_a_map_is_drawn_pointed_at_edited_and_saved(
    notebook: Notebook, page: Page, tmp_path: Path
) -> None:
    cell = notebook.cell(1)
    boxes, readout = cell.locator(".cnnviz-map-box"), cell.locator(".cnnviz-map-readout")
    expect(boxes).to_have_count(12)
    assert cell.locator(".cnnviz-map-body").evaluate("el => el.clientHeight") == 600
    assert cell.locator(".cnnviz-map-boxes").evaluate(COLOURS) > 50
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        assert violations(page, ".cnnviz-map") == []
    with notebook.busy():
        assert boxes.nth(5).evaluate(POINT) <= 2
        expect(readout).to_contain_text("→")
        boxes.nth(0).click()
        expect(boxes.nth(0)).to_have_attribute("aria-pressed", "true")
    notebook.wait_for_value("len(view.selection.selected)", 4)

    box, other = boxes.nth(0).bounding_box(), boxes.nth(1).bounding_box()
    assert box is not None and other is not None
    page.mouse.move(box["x"] + 8, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(other["x"] + 8, other["y"] + 20, steps=4)
    page.mouse.up()
    # All that are selected come along.
    notebook.wait_for_value("[(what[0], len(what[2])) for what in asked]", [["move", 4]])

    page.get_by_role("button", name="Save the map").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save SVG").click()
    download.value.save_as(tmp_path / "map.svg")
    drawn = ElementTree.parse(tmp_path / "map.svg")
    kinds = [element.tag.rpartition("}")[2] for element in drawn.iter()]
    assert kinds.count("image") == 12
    assert kinds.count("path") > 9
    assert "b" not in kinds
    notebook.finish()


def test_where_there_is_no_room_a_map_scrolls_within_itself(notebook: Notebook, page: Page) -> None:
    notebook.run("""
view._groups = [dict(group(k, g), rows=0) for k in range(24) for g in range(3)]
view._patches, view._effects = b"", [effect(k) for k in range(23)]
view._stations = [station(f"layer{k}", k) for k in range(24)]
""")
    cell = notebook.cell(1)
    expect(cell.locator(".cnnviz-map-box")).to_have_count(96)
    scroll = cell.locator(".cnnviz-map-scroll")
    for width in (1600, 1000):
        notebook.resize(width)
        assert cell.locator(".cnnviz-map").evaluate("el => el.scrollWidth <= el.clientWidth")
    assert scroll.evaluate("el => el.scrollWidth > el.clientWidth")
    # What the keyboard comes to is in sight.
    cell.locator(".cnnviz-map-head").first.focus()
    page.keyboard.press("End")
    assert scroll.evaluate("el => el.scrollLeft") > 0
    notebook.finish()
