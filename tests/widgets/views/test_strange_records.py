"""Records from arrays that anybody may have written: each can be drawn, or is refused as such."""

from __future__ import annotations

import dataclasses
import faulthandler
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice
from cnnviz_widgets.records.record_kind import OUTPUTS, WEIGHTS
from cnnviz_widgets.records.snapshot import (
    Snapshot,
    keep,
    picture_values,
    record_arrays,
    record_from_arrays,
)
from cnnviz_widgets.widgets.inspector.layer_facts import layer_facts
from cnnviz_widgets.widgets.views.layer_views import LayerViews

# A hang in C takes no signal: the process ends, and with it the test fails.
HANGS = 900
MOST_MEMORY = 2**29


def normal(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def faulty() -> NDArray[np.float32]:
    values = normal(4, 5, 5, 8)
    values[..., 1] = 0
    values[0, 0, 0, 2] = np.nan
    values[..., 3] = np.inf
    values[..., 4] = 2.5
    return values


def records() -> list[Snapshot]:
    vectors = ("gamma", "beta", "mean", "variance")
    quick = dataclasses.replace(
        LayerRecord.of(normal(3, 6, 6, 4), "quick"), samples=SampleChoice((0, 4, 7), 8)
    )
    live = [
        LayerRecord.of(faulty(), "images"),
        LayerRecord.of(normal(9, 6), "features"),
        LayerRecord.of(normal(3, 30, 5), "sequences"),
        LayerRecord.of(normal(2, 4, 5, 6, 3), "volumes"),
        quick,
        ParameterRecord.of(normal(4, 3, 3, 6), "conv", bias=normal(6), name="kernel"),
        ParameterRecord.of(normal(20, 7), "dense", name="kernel"),
        ParameterRecord.of(normal(4, 10), "norm", column_names=vectors, name="vectors"),
        ParameterRecord.of(normal(5, 4, 6), "lstm", tap_names=tuple("ifco"), name="kernel"),
    ]
    return [keep(record) for record in live]


RECORDS = records()
EDGES = (0, 1, -1, 2, 3, 255, 1e-300, 1e300, -1e300, 2**31, 2**63, np.nan, np.inf, -np.inf)
TYPES = (
    "i1",
    "i4",
    "i8",
    "u1",
    "u8",
    "f2",
    "f4",
    "f8",
    "?",
    "U3",
    "O",
    "c8",
    "M8[s]",
    ">f4",
    ">i8",
)


@pytest.fixture(scope="module")
def views() -> Iterator[LayerViews]:
    made = LayerViews()
    yield made
    for part in made.parts:
        part.close()


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(HANGS, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def draw(record: Snapshot, views: LayerViews) -> None:
    """All that a page and a notebook show of it."""
    views.show(record)
    views.forget(record.path)
    for view in views.parts:
        for part in (view, *getattr(view, "children", ())):
            state = part.get_state()
            json.dumps(state, default=lambda value: type(value).__name__, allow_nan=False)
    assert views.picture(layer_facts("Layer", 3, record)).width
    assert picture_values(record).shape[-1] == record.n_channels
    assert record.tree.cut(0.5).shape == (record.n_channels,)
    assert len(record.sample_numbers if record.kind is OUTPUTS else record.columns)
    assert repr(record) and record.omissions
    if record.kind is WEIGHTS:
        record.window((0, 1), (0, 1))


def tried(arrays: dict[str, Any], views: LayerViews) -> bool:
    """Whether these arrays make a record, which can then be drawn in the memory there is."""
    tracemalloc.start()
    try:
        record = record_from_arrays(arrays)
        draw(record, views)
    except ValueError as error:
        assert "record" in str(error) or "samples" in str(error), error
        assert "pickle" not in str(error)
        return False
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MOST_MEMORY
    return True


def test_records_as_they_are_can_be_drawn(views: LayerViews) -> None:
    for record in RECORDS:
        assert tried(record_arrays(record), views)


@st.composite
def strange_array(rest: Any, like: NDArray[Any]) -> NDArray[Any]:
    """An array of another type or shape, or with other numbers in a few places."""
    how = rest(st.sampled_from(["edges", "edges", "shape", "type", "any", "order"]))
    if how == "edges":
        array = like.copy()
        for _ in range(rest(st.integers(1, 3))):
            at = tuple(rest(st.integers(0, length - 1)) for length in array.shape if length)
            assume(len(at) == array.ndim)
            with np.errstate(all="ignore"):
                if array.dtype.kind == "U":
                    array[at] = rest(st.text(max_size=3))
                else:
                    array[at] = np.array(rest(st.sampled_from(EDGES))).astype(array.dtype)
        return array
    if how == "order":
        return rest(st.sampled_from([like[::-1], np.sort(like, axis=None)])) if like.ndim else like
    shape = like.shape
    if how != "type":
        side = st.sampled_from([0, 1, 2, 3, 4, 7, 64, 1000])
        shape = tuple(rest(st.lists(side, max_size=4)))
        assume(np.prod(shape) < 10**6)
    dtype = like.dtype if how == "shape" else np.dtype(rest(st.sampled_from(TYPES)))
    with np.errstate(all="ignore"):
        fill = rest(st.sampled_from(EDGES))
        try:
            return np.full(shape, fill).astype(dtype)
        except (TypeError, ValueError, OverflowError):
            return np.zeros(shape, dtype)


# A failure is told at once: Hypothesis would look for a smaller one for five minutes.
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[*HealthCheck],
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data())
def test_strange_arrays_make_a_record_that_can_be_drawn_or_none(
    views: LayerViews, data: st.DataObject
) -> None:
    arrays = record_arrays(data.draw(st.sampled_from(RECORDS)))
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(arrays)))
        if data.draw(st.integers(0, 9)) == 0:
            del arrays[name]
        else:
            arrays[name] = data.draw(strange_array(arrays[name]))
    tried(arrays, views)
