"""Messages of a widget stay where the page sent them."""

from __future__ import annotations

from typing import Any

import pytest
from ipywidgets import HBox, IntSlider

import cnnviz_widgets as cv
from cnnviz_widgets.widgets.jupyter import bundles
from cnnviz_widgets.widgets.jupyter.subshells import answer_while_busy
from cnnviz_widgets.widgets.jupyter.widget_tree import parts_of

from ..inspector.test_history_viewer import history
from ..small_training import inspected


class Comm:
    """As ipykernel 7.4.0 has it: where a message goes is changed by what was sent before."""

    def __init__(self, comm: Any) -> None:
        self._comm = comm

    def __getattr__(self, name: str) -> Any:
        return getattr(self._comm, name)

    def _reply_subshell_for(self, data: object, default: str | None) -> str | None:
        return None


def test_the_page_chooses_the_subshell() -> None:
    slider = IntSlider()
    box = HBox([slider])
    for widget in (slider, box, slider.layout):
        widget.comm = Comm(widget.comm)
    answer_while_busy(box)
    for widget in (slider, box, slider.layout):
        assert widget.comm._reply_subshell_for({}, "page") == "page"
        assert widget.comm._reply_subshell_for({}, None) is None


def test_other_comms_are_left_alone() -> None:
    slider = IntSlider()
    before = dict(vars(slider.comm))
    answer_while_busy(slider)
    assert vars(slider.comm) == before


@pytest.mark.parametrize("made", [inspected, lambda: cv.HistoryViewer(history())])
def test_inspector_and_history_answer_while_a_cell_runs(
    monkeypatch: pytest.MonkeyPatch, made: Any
) -> None:
    import comm

    create = comm.create_comm
    # Widgets that are open have it already.
    monkeypatch.setattr(bundles, "_latest", None)
    monkeypatch.setattr(comm, "create_comm", lambda *a, **options: Comm(create(*a, **options)))
    widget = made()
    parts = [part for part in parts_of(widget) if isinstance(part.comm, Comm)]
    assert len(parts) > 10
    assert all(part.comm._reply_subshell_for({}, "page") == "page" for part in parts)
    assert len(parts) == len(parts_of(widget))
