"""What makes public widgets refuse misspelt names stands in nobody's way."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from traitlets import HasTraits

import cnnviz_widgets as cv

VALUES = np.arange(12.0).reshape(2, 6)


def test_a_class_shows_its_constructors_own_parameters() -> None:
    assert list(inspect.signature(cv.ModelInspector).parameters)[:3] == [
        "model",
        "inputs",
        "targets",
    ]
    assert list(inspect.signature(cv.ChannelGrid).parameters) == [
        "values",
        "sample_selection",
        "selection",
        "axis",
        "linkage",
        "traits",
    ]


def test_a_class_of_the_users_own_may_have_what_it_likes() -> None:
    class Mine(cv.ChannelGrid):
        def __init__(self, name: str, **traits: object) -> None:
            self.name = name
            super().__init__(VALUES, **traits)

        def rename(self, name: str) -> None:
            self.name = name
            self.renamed = True

    mine = Mine("first", colormap="viridis")
    mine.rename("second")
    mine.note = "of the user's own"
    assert (mine.name, mine.renamed, mine.colormap) == ("second", True, "viridis")


def test_a_method_may_be_replaced_by_another() -> None:
    grid = cv.ChannelGrid(VALUES)
    shown = []
    grid.show = shown.append
    grid.show(VALUES)
    assert shown == [VALUES] or shown[0] is VALUES
    with pytest.raises(AttributeError, match="show of a ChannelGrid is there to be read"):
        grid.show = VALUES


def test_traits_and_what_ipywidgets_has_can_be_set() -> None:
    grid = cv.ChannelGrid(VALUES, layout={"width": "300px"}, tooltip="a grid")
    grid.layout = {"width": "400px"}
    grid.layout.height = "9em"
    grid.tooltip = None
    grid.height = np.int64(200)
    assert (grid.layout.width, grid.layout.height, grid.height) == ("400px", "9em", 200)
    assert type(grid.height) is int


def test_whoever_looks_for_an_attribute_is_told_as_python_does() -> None:
    grid = cv.ChannelGrid(VALUES)
    assert not hasattr(grid, "nonsense")
    assert not hasattr(grid, "on_train_batch_end")
    with pytest.raises(AttributeError, match="'ChannelGrid' object has no attribute 'nonsense'"):
        _ = grid.nonsense


def test_a_property_tells_itself_why_it_has_no_value() -> None:
    class Mine(cv.ChannelGrid):
        @property
        def share(self) -> float:
            return self.total / 2

    with pytest.raises(AttributeError, match="no attribute 'total'"):
        _ = Mine(VALUES).share


def test_what_is_refused_was_never_there() -> None:
    grid = cv.ChannelGrid(VALUES)
    before = {name: getattr(grid, name) for name in grid.traits() if name != "comm"}
    with pytest.raises(TypeError):
        grid.show(np.array(["a"]))
    with pytest.raises(AttributeError):
        grid.colourmap = "viridis"
    assert isinstance(grid, HasTraits) and not hasattr(grid, "colourmap")
    assert {name: getattr(grid, name) for name in before} == before
