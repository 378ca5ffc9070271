"""The page's half of the widgets: what several have in common goes to the page once."""

from __future__ import annotations

import numpy as np
import pytest
from ipywidgets import Widget
from ipywidgets.widgets.widget import _instances

import cnnviz_widgets as cv
from cnnviz_widgets.widgets.jupyter import bundles
from cnnviz_widgets.widgets.jupyter.bundles import SharedProgram

# The target was 400 KB before channels could be asked what they look for, and 420 KB before there
# was a map of the whole network, which takes some 70. All of them are in the page of whoever
# compares two models, are sent to it each time that the notebook is opened, and stand in every file
# that it is saved to with its widgets.
MOST_BYTES = 487_000
STATIC = bundles._STATIC


def programs() -> list[SharedProgram]:
    """Those that are open."""
    return [each for each in _instances.values() if isinstance(each, SharedProgram)]


@pytest.fixture(autouse=True)
def no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may have left widgets open."""
    monkeypatch.setattr(bundles, "_latest", None)
    for program in programs():
        monkeypatch.delitem(_instances, program.model_id)


def test_all_together_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in STATIC.iterdir()}
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_no_sheet_repeats_what_is_shared() -> None:
    rules = (STATIC / "shared.css").read_text().replace("}", "}\n").splitlines()
    long = [rule for rule in rules if len(rule) > 60]
    assert len(long) > 20
    for path in STATIC.glob("*.css"):
        if path.name != "shared.css":
            sheet = path.read_text()
            assert [rule for rule in long if rule in sheet] == [], path.name


def test_every_widget_leads_to_one_program() -> None:
    one, other = cv.ChannelGrid(), cv.FindingsPanel()
    [program] = programs()
    for widget in (one, other):
        assert widget.get_state("_program") == {"_program": f"anywidget:{program.model_id}"}
    assert program.script == (STATIC / "shared.js").read_text()
    assert program.style == (STATIC / "shared.css").read_text()
    assert "script" not in repr(program)
    one.close()
    other.close()


def test_it_closes_with_the_last_widget_and_is_there_for_the_next() -> None:
    one, other = cv.ChannelGrid(), cv.DensityPanel()
    one.show(np.ones((2, 3, 4, 4)))
    [program] = programs()
    one.close()
    assert programs() == [program]
    other.close()
    assert programs() == []
    # The page holds what is closed; it is to hold no text.
    assert program.script == program.style == ""
    third = cv.Dendrogram()
    assert programs() != [program]
    assert third._program is programs()[0]
    third.close()


def test_it_is_there_again_after_all_was_closed_at_once() -> None:
    one = cv.ChannelGrid()
    for widget in (one, *programs()):
        Widget.close(widget)
    other = cv.ChannelGrid()
    assert other._program.comm is not None
    other.close()
