"""The inspector in a real JupyterLab: what the user does with mouse and keyboard."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Locator, Page, expect

from .lab import Lab, Notebook

# The layout that the front end promises (lib/columns/column-layout.ts, tree-view/scale.ts).
GUTTER, TILE, STACK = 84, 48, 38
HEADER, TOP, BOTTOM = 20, 8, 150 - 6

IMPORTS = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import cnnviz_widgets as cv
"""
MODEL = (
    IMPORTS
    + """
import keras
from keras import layers as kl
keras.utils.set_random_seed(3)
model = keras.Sequential([
    keras.Input((12, 12, 1)),
    kl.Conv2D(8, 3, activation="relu", name="conv1"),
    kl.Conv2D(12, 3, activation="relu", name="conv2"),
    kl.Flatten(name="flatten"),
    kl.Dense(5, name="<em>logits<script>"),
])
images = np.random.default_rng(0).random((6, 12, 12, 1)).astype("float32")
"""
)
INSPECTOR = "inspector = cv.ModelInspector(model, images)\ninspector"
# Groups of channels that are more or less alike, so that forks stand well apart, three channels
# of their own, and one that is zero throughout.
VIEWS = (
    IMPORTS
    + """
rng = np.random.default_rng(5)
base, noise = rng.normal(size=(2, 4, 6, 6, 6))
kinds, spread = [0, 0, 0, 1, 1, 2], [0, 0.4, 0.8, 0, 0.6, 0]
values = np.concatenate([
    base[..., kinds] + spread * noise,
    rng.normal(size=(4, 6, 6, 3)),
    np.zeros((4, 6, 6, 1)),
], axis=-1)
selection, axis = cv.Selection(), cv.ColumnAxis()
tree = cv.Dendrogram(values, selection=selection, axis=axis)
grid = cv.ChannelGrid(values, selection=selection, axis=axis)
density = cv.DensityPanel(values, selection=selection)
import ipywidgets
"""
)
SHOW_VIEWS = "ipywidgets.VBox([tree, grid, density])"

OpenNotebook = Callable[..., Notebook]


@pytest.fixture
def views(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook([VIEWS, SHOW_VIEWS])
    notebook.run_all()
    notebook.cell(1)
    notebook.page.locator(".cnnviz-density svg.svg-figure, .cnnviz-density svg").first.wait_for()
    return notebook


@pytest.fixture
def inspector(open_notebook: OpenNotebook) -> Notebook:
    notebook = open_notebook([MODEL, INSPECTOR])
    notebook.run_all()
    notebook.cell(1)
    notebook.page.locator(".cnnviz-grid-overlay").wait_for()
    return notebook


def option(notebook: Notebook, layer: str) -> Locator:
    return notebook.page.get_by_role("treeitem", name=re.compile(f"^{re.escape(layer)}"))


def box(notebook: Notebook, selector: str) -> dict[str, float]:
    locator = notebook.page.locator(selector).first
    locator.scroll_into_view_if_needed()
    return locator.bounding_box()


@dataclass(frozen=True)
class Slots:
    """Where the tiles of each column stand, in CSS pixels of the view.

    Attributes
    ----------
    lefts : list of float
        Left edge of each column's tiles; those that are zero are in their stack.
    size : int
        Side of a tile.
    stack : range
        The columns in the stack, which does not scroll.
    end : float
        Where the part that scrolls ends.
    """

    lefts: list[float]
    size: int
    stack: range
    end: float

    @property
    def whole(self) -> list[int]:
        """Columns of which all can be seen, without those in the stack."""
        return [
            column
            for column, left in enumerate(self.lefts)
            if column not in self.stack and left >= GUTTER and left + self.size <= self.end
        ]


def slots(notebook: Notebook) -> Slots:
    """Where columns are to stand as the axis is now, where all have room at the least size."""
    width = box(notebook, ".cnnviz-grid-overlay")["width"]
    count = len(notebook.value("grid.record.columns"))
    groups, zeros, start, scale = notebook.value(
        "[axis._groups, axis._zeros, axis.start, axis.scale]"
    )
    stack = range(*zeros) if zeros else range(0)
    tiles = count - len(stack)
    parts = {end for first, past, _ in groups for end in (first, past)} & set(range(1, tiles))
    parting = 7 if width >= 760 else 3
    end = width - (STACK + 7 if stack else 10)
    gaps = len(parts) * parting + (tiles - 1 - len(parts))
    fits = math.floor((end - GUTTER - gaps) / tiles)
    # A few share 480 pixels, as far as three have room.
    fitted = min(max(TILE, math.floor(min(480 / tiles, (end - GUTTER) / 3))), 192)
    size = round(scale) if scale else min(fitted, fits)
    assert size >= 24
    unscrolled, x = [], 0
    for column in range(tiles):
        x += parting - 1 if column in parts else 0
        unscrolled.append(x)
        x += size + 1
    at = math.floor(start)
    scroll = unscrolled[at] + (start - at) * ([*unscrolled, x][at + 1] - unscrolled[at])
    content, room = x - 1, end - GUTTER
    most = content - room
    if scale:
        # What is under the pointer stays there as tiles grow, even where all would fit.
        most = max(most, min(content, room) / 2)
    scroll = max(0, min(scroll, most))
    lefts = [GUTTER + left - scroll for left in unscrolled]
    return Slots(lefts + [width - STACK] * len(stack), size, stack, end)


def fork_place(notebook: Notebook, merge: int) -> tuple[float, float]:
    """Where the crossbar of a fork stands, in the dendrogram's own pixels."""
    placed = slots_of(notebook)
    middles = [left + placed.size / 2 for left in placed.lefts]
    spans = notebook.value("tree.record.dendrogram.span")
    splits = notebook.value("tree.record.dendrogram.split")
    for (start, _), split in zip(spans[:merge], splits[:merge], strict=True):
        middles[start] = (middles[start] + middles[split]) / 2
    left, right = middles[spans[merge][0]], middles[splits[merge]]
    height = notebook.value(f"float(tree.record.dendrogram.heights[{merge}, 2])")
    heights = notebook.value("tree.record.dendrogram.heights[:, 2]")
    tallest = max(value for value in heights if value < 2) * 1.05
    return (3 * left + right) / 4, BOTTOM - height / tallest * (BOTTOM - TOP)


def click_fork(notebook: Notebook, place: tuple[float, float]) -> None:
    notebook.page.locator(".cnnviz-dendrogram-overlay").first.click(
        position={"x": place[0], "y": place[1]}
    )


def marked_columns(notebook: Notebook) -> list[bool]:
    """Which columns of the grid bear the marks of selection: a head and a frame in accent colour.

    None of them lies on a tile.
    """
    heads, frames, veils = notebook.page.evaluate(
        """([lefts, size]) => {
            const canvas = document.querySelector('.cnnviz-grid-overlay');
            const ratio = canvas.width / canvas.clientWidth;
            const context = canvas.getContext('2d');
            const at = (x, y) =>
                context.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data;
            const accent = ([r, g, b, a]) => a > 100 && b > r + 40;
            return [
                lefts.map(left => accent(at(left + 4, 4))),
                // It runs along the heads' upper edge, too.
                lefts.map(left => accent(at(left + size / 2, 0))),
                lefts.map(left => at(left + size / 2, 40)[3] > 0),
            ];
        }""",
        [slots_of(notebook).lefts, slots_of(notebook).size],
    )
    assert not any(veils)
    return heads if heads == frames else []


SELECTED_CURVES = """
    () => [...document.querySelectorAll('.cnnviz-density .line')]
        .filter(path => path.style.strokeWidth === '2' && path.getAttribute('d')).length
"""


def wait_for_marks(notebook: Notebook, expected: list[int]) -> None:
    """Columns of exactly these channels are marked, and as many curves stand out."""
    order = notebook_columns(notebook)
    wanted = [channel in expected for channel in order]
    deadline = 100
    while (marked := marked_columns(notebook)) != wanted:
        deadline -= 1
        assert deadline, f"{marked} are marked, not {wanted}"
        notebook.page.evaluate("() => new Promise(requestAnimationFrame)")
    notebook.page.wait_for_function(f"expected => ({SELECTED_CURVES})() === expected",
                                    arg=len(expected))  # fmt: skip


_columns: WeakKeyDictionary[Notebook, list[int]] = WeakKeyDictionary()
_slots: WeakKeyDictionary[Notebook, Slots] = WeakKeyDictionary()


def notebook_columns(notebook: Notebook) -> list[int]:
    """Channels from left to right; asked once, as the kernel may be busy later."""
    if notebook not in _columns:
        _columns[notebook] = notebook.value("grid.record.columns")
        slots_of(notebook)
    return _columns[notebook]


def slots_of(notebook: Notebook) -> Slots:
    """Where columns stand at first; asked once, as well."""
    if notebook not in _slots:
        # The page tells which channels are in one group.
        notebook.wait_for_value("len(axis._groups) > 0", True)
        _slots[notebook] = slots(notebook)
    return _slots[notebook]


def test_a_click_on_a_fork_selects_its_channels_everywhere(views: Notebook) -> None:
    members = views.value("tree.record.tree.members(1)")
    place = fork_place(views, 1)
    notebook_columns(views)
    click_fork(views, place)
    wait_for_marks(views, members)
    views.wait_for_value("sorted(selection.selected)", sorted(members))


def test_it_does_so_while_the_kernel_is_busy_and_tells_it_afterwards(views: Notebook) -> None:
    members = views.value("tree.record.tree.members(1)")
    place = fork_place(views, 1)
    notebook_columns(views)
    with views.busy():
        click_fork(views, place)
        wait_for_marks(views, members)
    views.wait_for_value("sorted(selection.selected)", sorted(members))


def test_it_does_so_when_the_kernel_is_gone(views: Notebook) -> None:
    members = views.value("tree.record.tree.members(1)")
    place = fork_place(views, 1)
    notebook_columns(views)
    views.shut_down()
    click_fork(views, place)
    wait_for_marks(views, members)


def test_python_selects_in_the_page(views: Notebook) -> None:
    notebook_columns(views)
    views.run("selection.selected = (0, 5)")
    wait_for_marks(views, [0, 5])


HOVER_PLACES = """
    () => ['.cnnviz-grid-overlay', '.cnnviz-dendrogram-overlay'].map(selector => {
        // The middle of what is drawn of the hover, in CSS pixels: a coloured frame in the grid,
        // below the heads, and all that the dendrogram draws over its lines.
        const canvas = document.querySelector(selector);
        const ratio = canvas.width / canvas.clientWidth;
        const grid = selector.includes('grid');
        const { data, width, height } = canvas.getContext('2d')
            .getImageData(0, 0, canvas.width, canvas.height);
        let [low, high] = [Infinity, -Infinity];
        const [left, top] = grid ? [Math.round(83 * ratio), Math.round(30 * ratio)] : [0, 0];
        for (let y = top; y < height; y++) for (let x = left; x < width; x++) {
            const i = 4 * (y * width + x);
            if (data[i + 3] > 100 && (!grid || Math.abs(data[i] - data[i + 2]) > 90)) {
                low = Math.min(low, x); high = Math.max(high, x + 1);
            }
        }
        return (low + high) / 2 / ratio;
    })
"""


@pytest.mark.parametrize("width", [760, 1500])
def test_leaf_stands_over_column_at_every_size(views: Notebook, width: int) -> None:
    views.resize(width)
    fitted = slots_of(views).size
    for turns in (0, 2, 3):
        overlay = box(views, ".cnnviz-grid-overlay")
        views.page.mouse.move(overlay["x"] + GUTTER + 170.0, overlay["y"] + 60)
        views.page.keyboard.down("Control")
        for _ in range(turns):
            views.page.mouse.wheel(0, -120)
        views.page.keyboard.up("Control")
        if turns:
            views.wait_for_value(f"axis.scale > {fitted}", True)
        placed = slots(views)
        assert placed.whole
        for column in placed.whole[:: max(1, len(placed.whole) // 3)]:
            x = placed.lefts[column] + placed.size / 2
            views.page.mouse.move(overlay["x"] + x, overlay["y"] + 60)
            views.page.wait_for_function(
                "([places, x]) => eval(places)().every(place => Math.abs(place - x) <= 1)",
                arg=[HOVER_PLACES, x],
            )
        views.run("axis.fit()")


def test_the_size_goes_by_the_cursor_and_0_leads_back(views: Notebook) -> None:
    overlay = box(views, ".cnnviz-grid-overlay")
    views.page.mouse.move(overlay["x"] + 300, overlay["y"] + 60)
    views.wait_for_value("selection.hovered >= 0", True)
    # Rows scroll, or the page, but nothing grows.
    views.page.mouse.wheel(0, 60)
    assert views.value("axis.scale") == 0
    # So large that they do not all fit, and can go either way.
    views.run("axis.scale = 110")
    overlay = box(views, ".cnnviz-grid-overlay")
    views.page.mouse.move(overlay["x"] + 600, overlay["y"] + 60)
    hovered = notebook_columns(views)[4]
    views.wait_for_value("selection.hovered", hovered)
    views.page.keyboard.down("Control")
    for _ in range(2):
        views.page.mouse.wheel(0, -60)
    views.page.keyboard.up("Control")
    views.wait_for_value("axis.scale > 120", True)
    views.wait_for_value("axis.start > 0", True)
    views.page.mouse.move(overlay["x"] + 601, overlay["y"] + 60)
    views.wait_for_value("selection.hovered", hovered)
    views.page.locator(".cnnviz-grid-overlay").focus()
    views.page.keyboard.press("0")
    views.wait_for_value("axis.scale", 0.0)


def test_dragging_the_cut_is_told_to_python(views: Notebook) -> None:
    pill = box(views, ".cnnviz-cut")
    stage = box(views, ".cnnviz-dendrogram-stage")
    views.page.mouse.move(pill["x"] + 20, pill["y"] + 12)
    views.page.mouse.down()
    views.page.mouse.move(stage["x"] + 30, stage["y"] + 90, steps=3)
    views.page.mouse.up()
    heights = [h for h in views.value("tree.record.dendrogram.heights[:, 2]") if h < 2]
    expected = (BOTTOM - 90) / (BOTTOM - TOP) * max(heights) * 1.05
    views.wait_for_value("tree.cut is not None", True)
    assert math.isclose(views.value("tree.cut"), expected, rel_tol=0.05)


def test_the_keyboard_alone_selects_and_enlarges(views: Notebook) -> None:
    columns = notebook_columns(views)
    views.page.locator(".cnnviz-grid-overlay").focus()
    for key in ("ArrowRight", "ArrowRight", "Space"):
        views.page.keyboard.press(key)
    views.wait_for_value("list(selection.selected)", [columns[2]])
    views.page.keyboard.press("Enter")
    dialog = views.page.get_by_role("dialog", name="One tile, enlarged")
    dialog.wait_for()
    assert str(columns[2]) in dialog.inner_text()
    views.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    views.page.keyboard.press("Escape")
    views.wait_for_value("list(selection.selected)", [])


def test_a_double_click_enlarges_a_tile(views: Notebook) -> None:
    overlay = box(views, ".cnnviz-grid-overlay")
    views.page.mouse.dblclick(overlay["x"] + GUTTER + 20, overlay["y"] + 50)
    views.page.get_by_role("dialog", name="One tile, enlarged").wait_for()


def test_colours_and_range_change_in_the_page(views: Notebook) -> None:
    pixels = (
        "() => { const c = document.querySelector('.cnnviz-grid-tiles');"
        " return c.getContext('2d').getImageData(110, 40, 30, 30).data.join() }"
    )
    before = views.page.evaluate(pixels)
    notebook_columns(views)
    with views.busy():
        views.page.get_by_role("button", name="Colours, range, order, size").click()
        views.page.get_by_role("button", name="viridis").click()
        views.page.wait_for_function(f"before => ({pixels})() !== before", arg=before)
    views.wait_for_value("grid.colormap", "viridis")


def test_a_layer_is_chosen_with_mouse_and_keyboard(inspector: Notebook) -> None:
    page = inspector.page
    option(inspector, "conv2").click()
    inspector.wait_for_value("inspector.record.path", "conv2")
    page.get_by_role("heading", name="conv2", exact=True).wait_for()
    # Where there is no room for the list it lies over the grid until a layer is chosen.
    page.get_by_role("button", name="conv2", exact=True).press("l")
    filter_box = page.get_by_label("Filter layers by name or kind")
    expect(filter_box).to_be_focused()
    page.keyboard.type("flat")
    page.keyboard.press("Enter")
    inspector.wait_for_value("inspector.record.path", "flatten")
    expect(filter_box).to_be_hidden()


def test_names_from_the_model_are_text(inspector: Notebook) -> None:
    page = inspector.page
    option(inspector, "<em>logits<script>").click()
    inspector.wait_for_value("inspector.record.path", "<em>logits<script>")
    page.get_by_role("heading", name="<em>logits<script>").wait_for()
    assert page.locator(".cnnviz script, .cnnviz em").count() == 0


def test_a_choice_made_while_the_kernel_is_busy_says_that_it_waits(inspector: Notebook) -> None:
    page = inspector.page
    with inspector.busy():
        option(inspector, "conv2").click()
        # Where the kernel has subshells for it, the layer is read at once.
        waiting = page.get_by_text("Waiting for the kernel")
        waiting.or_(page.get_by_role("heading", name="conv2", exact=True)).first.wait_for()
    inspector.wait_for_value("inspector.record.path", "conv2")
    page.locator(".cnnviz-waiting").wait_for(state="detached")


def test_an_error_shows_in_the_widget_and_the_next_try_works(inspector: Notebook) -> None:
    page = inspector.page
    inspector.run(
        "def raising(self, *args, **kwargs): raise ValueError('no <i>luck</i>')\n"
        "kept, kl.Conv2D.call = kl.Conv2D.call, raising\n"
        "model.get_layer('conv1').activation = keras.activations.tanh\n"
    )
    page.get_by_role("button", name="Read again").click()
    page.get_by_role("alert").filter(has_text="no <i>luck</i>").wait_for()
    inspector.run("kl.Conv2D.call = kept")
    page.get_by_role("button", name="Read again").click()
    page.get_by_role("alert").wait_for(state="hidden")
    inspector.wait_for_value("inspector.header.error", "")


def test_retraining_shows_after_reading_again(inspector: Notebook) -> None:
    inspector.run(
        "layer = model.get_layer('conv1')\n"
        "layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])"
    )
    inspector.page.get_by_role("button", name="Read again").click()
    inspector.page.get_by_text("8 zero").wait_for()


@pytest.mark.parametrize("view", ["doc", "notebook"])
def test_it_draws_in_the_other_front_ends(open_notebook: OpenNotebook, view: str) -> None:
    notebook = open_notebook([VIEWS, SHOW_VIEWS], view=view)
    notebook.run_all()
    notebook.page.locator(".cnnviz-grid-overlay").wait_for()
    columns = notebook_columns(notebook)
    notebook.page.locator(".cnnviz-grid-overlay").focus()
    # The front ends have uses of their own for these keys.
    for key in ("ArrowDown", "ArrowRight", "Space"):
        notebook.page.keyboard.press(key)
    notebook.wait_for_value("list(selection.selected)", [columns[1]])


def test_the_density_axis_turns_linear_and_back(views: Notebook) -> None:
    ticks = """
        () => [...document.querySelectorAll('.cnnviz-density .axis')]
            .filter(axis => axis.textContent.includes('density') && axis.getClientRects().length)
            .map(axis => [...axis.querySelectorAll('.tick')].map(tick => [
                Number(tick.textContent), tick.getBoundingClientRect().top,
            ]))
    """
    log = views.page.get_by_role("button", name="log")
    even = f"""
        () => {{
            const [axis, ...others] = ({ticks})();
            if (others.length || axis.length < 3) return false;
            const place = value => document.querySelector('.cnnviz-density button')
                .ariaPressed === 'true' ? Math.log10(value) : value;
            const slopes = axis.slice(1).map(([value, top], i) =>
                (top - axis[i][1]) / (place(value) - place(axis[i][0])));
            return slopes.every(slope => Math.abs(slope / slopes[0] - 1) < 0.05);
        }}
    """
    views.page.wait_for_function(even)
    fill = "() => getComputedStyle(document.querySelector('.cnnviz-density .tick text')).fill"
    assert views.page.evaluate(fill).startswith("rgb"), "the axes' numbers cannot be seen"
    for pressed in ("false", "true"):
        log.click()
        views.page.wait_for_function(
            "pressed => document.querySelector('.cnnviz-density button').ariaPressed === pressed",
            arg=pressed,
        )
        views.page.wait_for_function(even)
    views.wait_for_value("density.log_y", True)


# Whether the head of the first column, in a grid without row heads, is that of a selected one.
FIRST_HEAD = f"""
    index => {{
        const canvas = document.querySelectorAll('.cnnviz-grid-overlay')[index];
        const ratio = canvas.width / canvas.clientWidth;
        const [x, y] = [Math.round({GUTTER + 4} * ratio), Math.round(4 * ratio)];
        const [r, g, b, a] = canvas.getContext('2d').getImageData(x, y, 1, 1).data;
        return a > 200 && b > r + 40;
    }}
"""


def test_two_views_of_one_widget_show_the_same(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([VIEWS, "grid", "grid"])
    notebook.run_all()
    overlays = notebook.page.locator(".cnnviz-grid-overlay")
    overlays.nth(1).wait_for()
    overlays.nth(0).focus()
    notebook.page.keyboard.press("Space")
    for view in range(2):
        notebook.page.wait_for_function(FIRST_HEAD, arg=view)


def test_the_theme_is_followed(views: Notebook) -> None:
    corner = (
        "() => { const c = document.querySelector('.cnnviz-grid-tiles');"
        " return c.getContext('2d').getImageData(2, c.height - 2, 1, 1).data[0] }"
    )
    assert views.page.evaluate(corner) > 200
    views.set_theme("dark")
    views.page.wait_for_function(f"() => ({corner})() < 60")
    views.set_theme("light")
    views.page.wait_for_function(f"() => ({corner})() > 200")


def test_the_bands_of_many_channels_have_the_colour_of_the_theme(
    open_notebook: OpenNotebook,
) -> None:
    values = "np.random.default_rng(0).normal(size=(8, 6, 6, 100))"
    notebook = open_notebook(
        [f"import numpy as np\nimport cnnviz_widgets as cv\ncv.DensityPanel({values})"]
    )
    notebook.run_all()
    areas = notebook.page.locator(".cnnviz-density .curve .area")
    expect(areas).to_have_count(5)
    colours = {}
    for theme in ("light", "dark"):
        notebook.set_theme(theme)
        faint = notebook.page.locator(".cnnviz-density-key").evaluate(
            "key => getComputedStyle(key).color"
        )
        for band in range(4):
            expect(areas.nth(band)).to_have_css("fill", faint)
        colours[theme] = faint
    assert colours["light"] != colours["dark"]


def test_a_notebook_from_elsewhere_shows_a_picture_without_a_kernel(
    open_notebook: OpenNotebook, page: Page, lab: Lab
) -> None:
    notebook = open_notebook([VIEWS, "grid"])
    notebook.run_all()
    notebook.save()
    # What this user has not run is not trusted: it comes from a colleague, or a repository.
    saved = max(lab.root.glob("*.ipynb"), key=lambda path: path.stat().st_mtime_ns)
    text = saved.read_text().replace("default_rng(5)", "default_rng(6)")
    saved.with_name("elsewhere.ipynb").write_text(text)
    other = Notebook.open(page, lab, "elsewhere.ipynb", "doc")
    other.cell(1).locator("img").wait_for()
    assert page.locator(".cnnviz").count() == 0


def test_saved_with_its_state_it_is_alive_without_python(tmp_path: Path, page: Page) -> None:
    save_state = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}
    with Lab(tmp_path, save_state) as lab:
        lab.write("kept.ipynb", [VIEWS, SHOW_VIEWS])
        first = Notebook.open(page, lab, "kept.ipynb", "doc")
        first.run_all()
        page.locator(".cnnviz-grid-overlay").wait_for()
        # The first save gathers the state, which may be too late for that save itself.
        first.save()
        page.wait_for_function(
            f"() => {first.PANEL}.context.model.sharedModel.getMetadata('widgets')"
        )
        first.save()
        first.shut_down()
        again = Notebook.open(page, lab, "kept.ipynb", "doc")
        again.cell(1)
        page.locator(".cnnviz-grid-overlay").focus()
        page.keyboard.press("Space")
        page.wait_for_function(FIRST_HEAD, arg=0)
        page.wait_for_function(f"() => ({SELECTED_CURVES})() === 1")


def test_a_long_reading_shows_progress_in_its_cell(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(
        [
            MODEL,
            "import time\n"
            "kept = cv.analysis.LayerRecord.complete\n"
            "def slow(self, progress):\n"
            "    progress(0.25, 'comparing channels'); time.sleep(3)\n"
            "    return kept(self, progress)\n"
            "cv.analysis.LayerRecord.complete = slow",
            "import cnnviz_widgets.widgets.jupyter.cell_progress as cell\n"
            "cell._PATIENCE = 0\n"
            "inspector = cv.ModelInspector(model, images)",
        ]
    )
    notebook.start_all()
    message = notebook.cell(2).get_by_text("comparing channels")
    message.wait_for()
    notebook.wait_until_idle()
    message.wait_for(state="detached")
