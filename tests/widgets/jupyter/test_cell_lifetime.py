"""A cell that is run again closes what it left behind, and nothing that anybody still has."""

from __future__ import annotations

import gc
import sys
import types
from collections import UserDict
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from ipywidgets import HBox, Tab, VBox
from ipywidgets.widgets.widget import _instances

import cnnviz_widgets as cv
from cnnviz_widgets.widgets.jupyter import cell_lifetime, cells
from cnnviz_widgets.widgets.jupyter.cell_lifetime import CellLifetime

from ..public import VALUES, WIDGETS
from ..small_training import inspected


class Notebook:
    """A shell whose cells are run by hand."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {}
        self.events = self
        self.kernel = self
        self.parent: dict[str, Any] = {}
        self.after: list[Any] = []
        self.runs = 0

    def get_parent(self) -> dict[str, Any]:
        return self.parent

    def register(self, event: str, function: Any) -> None:
        assert event == "post_run_cell"
        self.after.append(function)

    def begin(self, cell: str) -> None:
        self.runs += 1
        self.parent = {"header": {"msg_id": f"run {self.runs}"}, "metadata": {"cellId": cell}}

    def end(self) -> None:
        for function in self.after:
            function(SimpleNamespace(success=True))


class Thing(VBox):
    """A widget that a cell makes."""

    def __init__(self) -> None:
        super().__init__()
        self.made = CellLifetime(self)

    @property
    def is_closed(self) -> bool:
        return self.comm is None


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    shell = Notebook()
    for module in (cells, cell_lifetime):
        monkeypatch.setattr(module, "get_ipython", lambda: shell)
    cells._called_after_cells.cache_clear()
    yield shell
    cells._called_after_cells.cache_clear()


def run(notebook: Notebook, cell: str, name: str | None = None, *, shows: bool = True) -> Thing:
    """A cell that makes a thing, gives it a name, and shows it."""
    notebook.begin(cell)
    thing = Thing()
    if name is not None:
        notebook.user_ns[name] = thing
    if shows:
        thing.made.shown()
    notebook.end()
    return thing


def test_the_same_cell_run_again_closes_what_it_made(notebook: Notebook) -> None:
    first = run(notebook, "a", "thing")
    assert not first.is_closed
    second = run(notebook, "a", "thing")
    assert first.is_closed
    assert not second.is_closed


def test_without_a_name_too(notebook: Notebook) -> None:
    """IPython's own names for outputs are no wish to keep one."""
    first = run(notebook, "a")
    notebook.user_ns.update({"_": first, "_3": first, "Out": {3: first}})
    second = run(notebook, "a")
    assert first.is_closed
    assert not second.is_closed


def test_another_cell_closes_nothing(notebook: Notebook) -> None:
    first = run(notebook, "a", "thing")
    run(notebook, "b", "thing")
    assert not first.is_closed


def test_a_cell_run_twice_that_fails_the_second_time_closes_nothing(notebook: Notebook) -> None:
    first = run(notebook, "a", "thing")
    notebook.begin("a")
    notebook.end()
    assert not first.is_closed


def test_a_cell_within_a_cell_is_the_same_run(notebook: Notebook) -> None:
    """As with %%time: IPython tells of the end twice."""
    notebook.begin("a")
    thing = Thing()
    notebook.end()
    notebook.end()
    assert not thing.is_closed


def test_what_another_cell_shows_stays(notebook: Notebook) -> None:
    first = run(notebook, "a", "thing")
    notebook.begin("b")
    first.made.shown()
    notebook.end()
    run(notebook, "a", "thing")
    assert not first.is_closed
    # Its output is another's from then on.
    notebook.begin("b")
    notebook.end()
    assert first.is_closed


def test_what_stands_in_a_box_that_another_cell_shows_stays(notebook: Notebook) -> None:
    def boxed() -> None:
        """IPython has it among the outputs alone."""
        notebook.begin("b")
        VBox([HBox([notebook.user_ns["grid"]])])
        notebook.end()

    def made() -> Any:
        notebook.begin("a")
        notebook.user_ns["grid"] = grid = cv.ChannelGrid(VALUES)
        notebook.end()
        return grid

    first = made()
    boxed()
    second = made()
    assert first.comm is not None
    boxed()
    assert first.comm is None
    assert second.comm is not None
    # A box of the cell itself is gone with its output.
    third = made()
    notebook.begin("a")
    VBox([cv.ChannelGrid(VALUES)])
    notebook.user_ns.clear()
    notebook.end()
    assert third.comm is None


class Lab:
    """An object of the user's own."""

    def __init__(self, thing: Any) -> None:
        self.inside = {"deep": [thing]}


class Slots:
    """One without a dictionary."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing


@pytest.mark.parametrize(
    "holder",
    [
        lambda thing: thing,
        lambda thing: [1, 2, thing],
        lambda thing: {"key": {"deeper": (thing,)}},
        lambda thing: HBox([VBox([thing])]),
        Lab,
        Slots,
        lambda thing: SimpleNamespace(view=thing),
        lambda thing: UserDict(view=thing),
        lambda thing: lambda: thing,
        lambda thing: lambda it=thing: it,
        lambda thing: partial(print, thing),
        lambda thing: thing.close,
    ],
    ids=[
        *("name", "list", "nested", "box", "object", "slots", "namespace", "user dict"),
        *("closure", "default", "partial", "method"),
    ],
)
def test_what_the_user_still_has_stays_until_it_is_given_up(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, holder: Any
) -> None:
    for kind in (Lab, Slots):
        monkeypatch.setattr(kind, "__module__", "__main__")
    first = run(notebook, "a", "thing")
    notebook.user_ns["_kept"] = holder(first)
    run(notebook, "a", "thing")
    assert not first.is_closed
    del notebook.user_ns["_kept"]
    run(notebook, "a", "thing")
    assert first.is_closed


def test_names_that_hold_one_another_are_searched_once(notebook: Notebook) -> None:
    first = run(notebook, "a", "thing")
    circle: list[Any] = [1.0] * 1000
    circle.append({"again": circle})
    notebook.user_ns.update({"circle": circle, "module": sys, "type": Lab})
    run(notebook, "a", "thing")
    assert first.is_closed


class Endless(list[Any]):
    """Data that nobody could look through to its end; it counts what is looked at."""

    looked_at = 0

    def __iter__(self) -> Iterator[Any]:
        while True:
            type(self).looked_at += 1
            yield Endless()


def test_only_so_much_of_the_users_data_is_looked_at(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Endless, "looked_at", 0)
    first = run(notebook, "a", "thing")
    notebook.user_ns["data"] = {"deep": Endless()}
    run(notebook, "a", "thing")
    assert first.is_closed
    assert 100 < Endless.looked_at < 10_000


def test_a_name_among_very_many_is_found(notebook: Notebook) -> None:
    first = run(notebook, "a", "thing")
    notebook.user_ns["own"] = first
    many = {f"name{number}": [number] for number in range(100_000)}
    notebook.user_ns.update(many, boxed=[second := run(notebook, "a", "thing")])
    run(notebook, "a", "thing")
    assert not first.is_closed and not second.is_closed
    del notebook.user_ns["own"], notebook.user_ns["boxed"]
    run(notebook, "a", "thing")
    assert first.is_closed and second.is_closed


def test_outside_a_notebook_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    for shell in (None, SimpleNamespace(user_ns={})):
        for module in (cells, cell_lifetime):
            monkeypatch.setattr(module, "get_ipython", lambda shell=shell: shell)
        thing = Thing()
        thing.made.shown()
        thing.made._close_left_behind()
        assert not thing.is_closed


def test_cells_keep_nothing_alive(notebook: Notebook) -> None:
    class Plain(types.SimpleNamespace):
        def close(self) -> None:
            pass

    notebook.begin("a")
    plain = Plain()
    plain.made = CellLifetime(plain)
    notebook.end()
    assert len(cells._called_after_cells()) == 1
    del plain
    gc.collect()
    notebook.begin("a")
    notebook.end()
    assert cells._called_after_cells() == []


# Views on their own ----------------------------------------------------------------------------


def run_widget(notebook: Notebook, cell: str, make: Any) -> Any:
    """A cell whose last line is a widget without a name."""
    notebook.begin(cell)
    widget = make()
    if widget._repr_mimebundle_ is not None:
        widget._repr_mimebundle_()
    notebook.end()
    return widget


@pytest.mark.parametrize("name", WIDGETS)
def test_a_cell_with_any_widget_leaves_nothing_when_it_runs_again(
    notebook: Notebook, name: str
) -> None:
    first = run_widget(notebook, "a", WIDGETS[name])
    gc.collect()
    open_before = len(_instances)
    for _ in range(2):
        second = run_widget(notebook, "a", WIDGETS[name])
        assert first.comm is None
        assert second.comm is not None
        first = second
    gc.collect()
    assert len(_instances) == open_before


def test_linked_views_without_names_are_closed_with_what_links_them(notebook: Notebook) -> None:
    def linked() -> None:
        selection, axis = cv.Selection(), cv.ColumnAxis()
        for view in (cv.ChannelGrid, cv.Dendrogram):
            view(VALUES, selection=selection, axis=axis)._repr_mimebundle_()

    for runs in range(4):
        notebook.begin("a")
        linked()
        notebook.end()
        if runs == 0:
            open_before = len(_instances)
        assert len(_instances) == open_before


def test_what_an_open_view_is_linked_to_stays(notebook: Notebook) -> None:
    """A selection is made in one cell, and a view of it is shown by another one."""
    notebook.begin("a")
    selection = notebook.user_ns["selection"] = cv.Selection()
    notebook.end()
    view = run_widget(notebook, "b", lambda: cv.ChannelGrid(VALUES, selection=selection))
    notebook.begin("a")
    notebook.user_ns["selection"] = cv.Selection()
    notebook.end()
    assert selection.comm is not None
    view.close()
    notebook.begin("a")
    notebook.end()
    assert selection.comm is None


def test_a_view_that_another_named_widget_holds_stays(notebook: Notebook) -> None:
    notebook.begin("a")
    grid = cv.ChannelGrid(VALUES)
    notebook.user_ns["panel"] = Tab([VBox([grid])])
    notebook.end()
    notebook.begin("a")
    notebook.end()
    assert grid.comm is not None


def test_parts_of_an_inspector_are_no_leavings_of_the_cell(notebook: Notebook) -> None:
    notebook.begin("a")
    notebook.user_ns["inspector"] = inspector = inspected()
    notebook.end()
    notebook.begin("a")
    notebook.end()
    assert inspector.grid.comm is not None
    assert inspector.grid.selection.comm is not None
    inspector.close()
