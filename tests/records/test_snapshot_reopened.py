"""Whatever record can be made can be kept, written to a folder, opened, and is then the same."""

from __future__ import annotations

import dataclasses
import tempfile
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice
from cnnviz_widgets.analysis.density.types import NOT_DRAWN
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.record_kind import WEIGHTS
from cnnviz_widgets.records.snapshot import SNAPSHOT_BUDGET, Snapshot, keep, picture_values

from .test_snapshot import assert_equal, assert_same_record


def reopened(record: LayerRecord, budget: int = SNAPSHOT_BUDGET) -> tuple[Snapshot, LayerRecord]:
    """What is kept of a record, and the same out of a folder."""
    kept = keep(record, budget)
    place = Place("net", "weights", "w") if isinstance(record, ParameterRecord) else Place("net")
    with tempfile.TemporaryDirectory() as folder:
        history = History([{"path": "net"}], folder=folder)
        history.append(Moment(3, records={place: kept}))
        assert history.trouble == ""
        back = History.open(folder)
        records = back[0].records
        assert list(records) == [place], back.trouble
        return kept, records[place]


def same_again(record: LayerRecord, budget: int = SNAPSHOT_BUDGET) -> LayerRecord:
    kept, back = reopened(record, budget)
    assert_same_record(back, kept)
    for part in ("drawn_density", "drawn_curves", "density_numbers"):
        assert_equal(getattr(back, part), getattr(kept, part))
    if kept.kind is WEIGHTS:
        for part in ("how", "name", "inputs", "outputs", "column_names", "tap_names", "bias"):
            assert_equal(getattr(back, part), getattr(kept, part))
    assert picture_values(back).shape[-1] == record.n_channels
    return back


EDGES = (
    *(0.0, 1.0, -1.0, 2.5, np.nan, np.inf, -np.inf),
    *(5e-324, 1e-300, 1e-45, 3.4e38, -3.4e38, 1e300, 1.7e308, -1.7e308),
)
TYPES = ("f4", "f8", "f2", ">f4", "i1", "u1", "i8", "?")
SIDES = st.sampled_from([1, 1, 2, 3, 5, 8, 40, 130, 300])


def like(how: str, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[Any]:
    if how == "edges":
        return rng.choice(EDGES, shape)
    if how == "one number":
        return np.full(shape, rng.choice(EDGES))
    found = rng.standard_normal(shape) * {"huge": 1e307, "tiny": 1e-310}.get(how, 1)
    return {"zeros": found * 0, "rectified": np.maximum(found, 0), "whole": found.round()}.get(
        how, found
    )


@st.composite
def values(draw: Any) -> NDArray[Any]:
    shape = tuple(draw(st.lists(SIDES, min_size=1, max_size=4)))
    while np.prod(shape) > 20_000:
        shape = shape[1:]
    how = st.sampled_from(
        ["normal", "edges", "one number", "huge", "tiny", "zeros", "rectified", "whole"]
    )
    found = like(draw(how), shape, np.random.default_rng(draw(st.integers(0, 99))))
    for _ in range(draw(st.integers(0, 3))):
        found[..., draw(st.integers(0, shape[-1] - 1))] = draw(st.sampled_from(EDGES))
    with np.errstate(all="ignore"):
        found = found.astype(draw(st.sampled_from(TYPES)))
    return np.asfortranarray(found) if draw(st.booleans()) else found


@st.composite
def some_records(draw: Any) -> LayerRecord:
    array, path = draw(values()), draw(st.sampled_from(["", "a/b", "é\U0001f600"]))
    if draw(st.booleans()):
        record = LayerRecord.of(array, path)
        more = draw(st.integers(0, 5))
        choice = SampleChoice.evenly(record.n_samples, record.n_samples + more) if more else None
        return dataclasses.replace(record, samples=choice)
    shape = (1, *array.shape) if array.ndim == 1 else array.shape
    named = draw(st.booleans())
    return ParameterRecord.of(
        array,
        path,
        bias=draw(st.sampled_from([None, np.resize(EDGES, shape[-1])])),
        name=draw(st.text(max_size=9)),
        how=draw(st.sampled_from(["", "int8 codes times their scales"])),
        column_names=[f"c{k}" for k in range(shape[0])] if named and len(shape) == 2 else (),
        tap_names=[f"t{k}" for k in range(shape[1])] if named and len(shape) > 2 else (),
    )


# A failure is told at once: to look for a smaller one takes minutes.
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.explicit, Phase.generate],
)
@given(record=some_records(), budget=st.sampled_from([SNAPSHOT_BUDGET, 2_000, 1]))
@pytest.mark.filterwarnings("error")
def test_any_record_is_kept_and_opened_again(record: LayerRecord, budget: int) -> None:
    same_again(record, budget)


def features(*shape: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return np.maximum(rng.standard_normal(shape, dtype=np.float32), 0)


def faulty(*shape: int) -> NDArray[np.float32]:
    """A tenth of the channels dead, some not finite."""
    found, count = features(*shape), shape[-1]
    rng = np.random.default_rng(1)
    found[..., rng.choice(count, count // 10, replace=False)] = 0
    found[0, ..., rng.choice(count, count // 20, replace=False)] = np.nan
    found[0, ..., 3] = np.inf
    return found


WIDE = {
    "as many as are compared": features(3, 4096),
    "one more": faulty(3, 4097),
    "25,600 features": faulty(2, 25_600),
    "one sample": faulty(1, 5_000),
    "positions": faulty(2, 3, 3, 5_000),
    "nothing finite": np.full((3, 5_000), np.nan, np.float32),
    "all zero": np.zeros((3, 5_000), np.float32),
    "all but one": np.where(np.arange(5_000) == 77, 1, np.zeros((3, 1))),
}


@pytest.mark.parametrize("quick", [False, True])
@pytest.mark.parametrize("name", WIDE)
def test_a_wide_layer_of_which_some_channels_are_compared(name: str, quick: bool) -> None:
    record = LayerRecord.of(WIDE[name], "flatten")
    if quick:
        choice = SampleChoice.evenly(record.n_samples, record.n_samples + 7)
        record = dataclasses.replace(record, samples=choice)
    back = same_again(record)
    assert back.columns.tolist() == record.columns.tolist()
    assert back.omissions[1:] == record.omissions
    assert back.samples == record.samples
    style, live = back.density_numbers.style, record.density_numbers.style
    np.testing.assert_array_equal(style, live)
    assert (style == NOT_DRAWN).any() == (record.n_channels > 4096)
    np.testing.assert_array_equal(back.measures.dead, record.measures.dead)
    np.testing.assert_array_equal(back.measures.nonfinite, record.measures.nonfinite)


def test_a_wide_layer_takes_the_memory_of_what_is_drawn_of_it() -> None:
    # As a stranger's file may be: half a million channels.
    kept = keep(LayerRecord.of(np.zeros((1, 2**19), np.float32)))
    assert kept.drawn_curves.grid.shape[0] == kept.drawn_density.grid.shape[0] == 2048
    assert kept.density_numbers.grid.shape[0] == 2048
    assert kept.density_numbers.style.shape == (2**19,)


LAYERS: dict[str, LayerRecord] = {
    "a quantised kernel": ParameterRecord.of(
        np.random.default_rng(2).integers(-127, 128, (6, 3, 3, 5)) * np.float32(0.01),
        "conv",
        name="kernel",
        bias=np.zeros(5),
        how="int8 codes times their scales",
    ),
    "a recurrent kernel": ParameterRecord.of(
        faulty(7, 4, 12), "lstm", name="recurrent_kernel", tap_names=("i", "f", "c", "o")
    ),
    "one channel, one sample": LayerRecord.of(np.ones((1, 1)), "one"),
    "a quick look": dataclasses.replace(
        LayerRecord.of(faulty(4, 6, 6, 20), "conv"), samples=SampleChoice((0, 9, 200, 511), 512)
    ),
    "within bounds": dataclasses.replace(
        LayerRecord.of(features(9, 8, 8, 3), "conv"), bounds=(0.0, np.inf)
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_what_a_layer_may_be(name: str) -> None:
    record = LAYERS[name]
    back = same_again(record)
    np.testing.assert_array_equal(back.sample_numbers, record.sample_numbers)
    np.testing.assert_array_equal(back.rows, record.rows)
    assert getattr(back, "how", "") == getattr(record, "how", "")
    if name == "within bounds":  # no mass below 0
        assert not (back.drawn_density.grid < 0).any()
