"""The selection bar: what the page is told of the channels, against the record itself."""

from __future__ import annotations

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.records.layer_record import LayerRecord
from cnnviz_widgets.widgets.panels.selection_bar import CHANNEL_NUMBERS, SelectionBar

VALUES = np.random.default_rng(0).random((6, 4, 4, 9)).astype("float32")
VALUES[..., 3] = 0
VALUES[0, 0, 0, 5] = np.nan


def sent(bar: SelectionBar) -> dict[str, np.ndarray]:
    kinds = {"_channels": "<i4", "_gaps": "<f8", "_numbers": "<f4", "_dead": "u1"}
    return {name: np.frombuffer(getattr(bar, name), kind) for name, kind in kinds.items()}


def test_the_page_has_numbers_of_every_channel_that_is_drawn() -> None:
    bar, record = SelectionBar(), LayerRecord.of(VALUES)
    bar.show(record, [f"class {n}" for n in range(9)])
    state = sent(bar)
    assert sorted(state["_channels"]) == list(range(9))
    assert state["_channels"][-1] == 5  # not finite, and so in no tree
    numbers = dict(zip(CHANNEL_NUMBERS, state["_numbers"].reshape(6, 9), strict=True))
    expected = {
        "mean": np.nanmean(VALUES, axis=(0, 1, 2)),
        "std": np.nanstd(VALUES, axis=(0, 1, 2)),
        "min": np.nanmin(VALUES, axis=(0, 1, 2)),
        "max": np.nanmax(VALUES, axis=(0, 1, 2)),
        "zeros": (VALUES == 0).mean(axis=(0, 1, 2)),
        "not finite": np.isnan(VALUES).mean(axis=(0, 1, 2)),
    }
    for name, each in expected.items():
        np.testing.assert_allclose(numbers[name], each[state["_channels"]], rtol=1e-5)
    assert list(state["_channels"][state["_dead"] == 1]) == [3]
    assert bar._channel_count == 9


def test_two_channels_meet_at_the_highest_gap_between_them() -> None:
    bar, record = SelectionBar(), LayerRecord.of(VALUES)
    bar.show(record)
    state, tree = sent(bar), record.tree
    leaves = state["_channels"][: len(state["_gaps"]) + 1]
    for a, b in np.ndindex(len(leaves), len(leaves)):
        if a < b:
            height = state["_gaps"][a:b].max()
            cluster = tree.cut(height)
            assert cluster[leaves[a]] == cluster[leaves[b]]
            below = tree.cut(np.nextafter(height, -1))
            assert below[leaves[a]] != below[leaves[b]]


@pytest.mark.parametrize("channels", [1, 2, 2500])
def test_few_and_many_channels(channels: int) -> None:
    bar = SelectionBar()
    bar.show(np.random.default_rng(1).random((2, channels)))
    state = sent(bar)
    drawn = min(channels, 2048)
    assert len(state["_channels"]) == len(state["_numbers"]) // 6 == drawn
    assert len(state["_gaps"]) == drawn - 1
    assert bar._channel_count == channels


def test_a_snapshot_is_searched_like_a_record() -> None:
    from cnnviz_widgets.analysis import keep

    live, past = SelectionBar(), SelectionBar()
    live.show(LayerRecord.of(VALUES))
    past.show(keep(LayerRecord.of(VALUES)))
    for name, values in sent(live).items():
        np.testing.assert_allclose(sent(past)[name], values, rtol=1e-5)


def test_it_hears_that_the_line_was_copied() -> None:
    heard: list[bool] = []
    bar = SelectionBar(on_python=lambda: heard.append(True))
    bar.set_state({"_python_asked": 1})
    assert heard == [True]
    SelectionBar().set_state({"_python_asked": 1})


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="selection"):
        SelectionBar(3)
    with pytest.raises(TypeError, match="trials"):
        SelectionBar(None, "bar")
    with pytest.raises(TypeError, match="on_python"):
        SelectionBar(on_python=3)
    bar = SelectionBar()
    with pytest.raises(ValueError, match="selection is given"):
        bar.selection = cv.Selection()
