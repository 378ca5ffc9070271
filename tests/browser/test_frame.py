"""The frame in every state: everything in its place, in sight, and open to everybody.

One page is brought from state to state once; the tests look at what was seen on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from .axe import violations
from .framed import (
    CELLS,
    IN_SIGHT,
    PARTS,
    PLACES,
    SHOWN,
    STATES,
    TILES,
    WIDTHS,
    WITH_KERNEL,
    WORDS,
    FramedPage,
)
from .geometry import faults
from .lab import Lab, Notebook

THEMES = ("light", "dark")
# Where the first tile begins at the latest, in pixels below the frame's top.
HIGHEST_TILE = 175
MOST_WORDS = 120
# In a frame of this width, 720 px high, all of the parts are to be in sight.
NARROW, LEAST_ROWS = 1000, 4


@dataclass
class Seen:
    """What was seen on the way through the states.

    Attributes
    ----------
    faults : dict of (str, int) to list of str
        Of each state and width.
    barriers : dict of (str, str) to list of str
        Of each state and theme.
    tiles : dict of (str, int) to list of dict
        The rows of tiles that are whole, their top and height, of each state and width.
    sight : dict of str to dict of str to bool
        Which parts are in sight at the narrow width, of each state.
    words : int
        On the page at rest.
    problems : list of str
        What the page met.
    """

    faults: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    barriers: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    places: dict[tuple[str, int], dict[str, list[int]]] = field(default_factory=dict)
    tiles: dict[tuple[str, int], list[dict[str, float]]] = field(default_factory=dict)
    sight: dict[str, dict[str, bool]] = field(default_factory=dict)
    words: int = 0
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(lab: Lab, browser: Browser) -> Iterator[Seen]:
    lab.write("frame.ipynb", CELLS)
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    notebook = Notebook.open(context.new_page(), lab, "frame.ipynb", "doc")
    for index in range(SHOWN + 1):
        notebook.run_cell(index)
    framed, found = FramedPage(notebook), Seen()
    framed.resize(1300)
    found.words = framed.frame.evaluate(WORDS)
    for state in framed.states():
        look(framed, state, found)
    found.problems = notebook.problems
    yield found
    context.close()


def look(framed: FramedPage, state: str, found: Seen) -> None:
    """Look at a state in all widths and themes."""
    for width in WIDTHS:
        framed.resize(width)
        found.places[state, width] = framed.frame.evaluate(PLACES, PARTS)
        if state == WITH_KERNEL:
            continue
        found.faults[state, width] = faults(framed.frame)
        if state != "weights":
            found.tiles[state, width] = framed.frame.evaluate(TILES)
        if width == NARROW:
            found.sight[state] = framed.frame.evaluate(IN_SIGHT, PARTS)
    if state == WITH_KERNEL:
        return
    framed.resize(1300)
    for theme in THEMES:
        framed.notebook.set_theme(theme)
        framed.settle()
        found.barriers[state, theme] = violations(framed.page, ".cnnviz-frame")
    framed.notebook.set_theme("light")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", STATES)
def test_everything_is_in_its_place(seen: Seen, state: str, width: int) -> None:
    found = seen.faults[state, width]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", STATES)
def test_nothing_is_a_barrier(seen: Seen, state: str, theme: str) -> None:
    found = seen.barriers[state, theme]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [1600, 1300, 700])
@pytest.mark.parametrize("state", ["outputs", "training"])
def test_the_first_tile_is_near_the_top(seen: Seen, state: str, width: int) -> None:
    assert seen.tiles[state, width], "no row of tiles is in sight"
    assert seen.tiles[state, width][0]["top"] <= HIGHEST_TILE


@pytest.mark.parametrize("state", ["outputs", "findings", "training", "no kernel"])
def test_in_a_narrow_frame_all_is_in_sight(seen: Seen, state: str) -> None:
    assert seen.sight[state] == dict.fromkeys(PARTS, True)
    assert len(seen.tiles[state, NARROW]) >= LEAST_ROWS


def test_tiles_are_never_too_small_to_be_seen(seen: Seen) -> None:
    heights = {key: rows[0]["height"] for key, rows in seen.tiles.items() if rows}
    assert heights.keys() == seen.tiles.keys()
    assert min(heights.values()) >= 24 - 1  # a line of it parts the rows


def test_nothing_moves_when_the_kernel_goes(seen: Seen) -> None:
    for width in WIDTHS:
        assert seen.places["no kernel", width] == seen.places[WITH_KERNEL, width]


def test_few_words_are_on_the_page_at_rest(seen: Seen) -> None:
    assert seen.words <= MOST_WORDS


def test_the_page_met_no_problem(seen: Seen) -> None:
    assert not seen.problems, "\n\n".join(seen.problems)
