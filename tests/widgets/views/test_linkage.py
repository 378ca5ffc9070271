"""How channels are joined is a choice of the axis: all views that share it follow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, cosine_linkage, keep
from cnnviz_widgets.widgets.linking.column_axis import ColumnAxis

VALUES = np.random.default_rng(4).normal(size=(5, 6, 6, 14))


def channels_of(view: Any) -> list[int]:
    return np.frombuffer(view._channels, "<i4").tolist()


def heights_of(view: Any) -> Any:
    return np.sort(np.frombuffer(view._heights, "<f8").reshape(-1, 3)[:, 2])


def test_views_of_one_axis_follow_it() -> None:
    axis = ColumnAxis()
    grid = cv.ChannelGrid(VALUES, axis=axis)
    tree = cv.Dendrogram(VALUES, axis=axis)
    assert (grid.linkage, tree.linkage) == ("single", "single")
    tree.linkage = "average"
    expected = cosine_linkage(VALUES, linkage="average")
    assert grid.linkage == "average"
    assert channels_of(grid) == expected.order.tolist()
    np.testing.assert_allclose(heights_of(tree), expected.heights)
    # So the page asks for it.
    axis.set_state({"linkage": "ward"})
    expected = cosine_linkage(VALUES, linkage="ward")
    assert channels_of(grid) == expected.order.tolist()
    # What is shown next is joined in the same way, whatever it was joined by.
    grid.show(LayerRecord.of(VALUES[..., :9]))
    assert channels_of(grid) == cosine_linkage(VALUES[..., :9], linkage="ward").order.tolist()


def test_weights_are_joined_by_their_own_axis() -> None:
    grid = cv.ParameterGrid(VALUES, linkage="complete")
    assert grid.axis.linkage == "complete"
    np.testing.assert_allclose(heights_of(grid), cosine_linkage(VALUES, linkage="complete").heights)
    assert grid.record.tree.linkage == "complete"
    grid.show(ParameterRecord.of(VALUES[..., :6]))
    assert len(heights_of(grid)) == 5


def test_what_was_kept_stays_as_it_was_and_nothing_else_is_offered() -> None:
    tree = cv.Dendrogram(VALUES)
    assert tree.axis._linkages == ["single", "average", "complete", "ward"]
    tree.show(keep(LayerRecord.of(VALUES)))
    assert tree.axis._linkages == []
    before = heights_of(tree)
    tree.linkage = "ward"
    np.testing.assert_array_equal(heights_of(tree), before)


def test_there_is_no_such_linkage() -> None:
    with pytest.raises(ValueError, match="linkage must be one of"):
        cv.Dendrogram(VALUES, linkage="nearest")
    view = cv.ChannelGrid(VALUES)
    with pytest.raises(ValueError, match="got 'nearest'"):
        view.linkage = "nearest"
    assert view.linkage == "single"


def test_a_closed_view_does_not_follow() -> None:
    axis = ColumnAxis()
    view = cv.ChannelGrid(VALUES, axis=axis)
    view.close()
    axis.linkage = "ward"
    assert view.record is None
