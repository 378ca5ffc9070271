"""A history in memory: what stays, what goes, and that it stays within its limit."""

from __future__ import annotations

import gc
import itertools
import json
import math
import threading
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, SampleChoice
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.onsets import Onset
from cnnviz_widgets.records.layer_health import LayerHealth
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.snapshot import (
    ParameterSnapshot,
    Snapshot,
    keep,
    record_arrays,
    record_from_arrays,
)

CONV, DENSE = Place("conv"), Place("dense", "weights", "kernel")
LAYERS = [{"path": "conv", "kind": "Conv2D", "shape": [None, 8, 8, 4], "level": 1}]


def live(seed: int = 0, path: str = "conv") -> LayerRecord:
    values = np.random.default_rng(seed).normal(size=(3, 5, 5, 4))
    return LayerRecord.of(np.maximum(values, 0), path)


@pytest.fixture(scope="module")
def kept() -> Snapshot:
    return keep(live())


@pytest.fixture(scope="module")
def large() -> Snapshot:
    """A record of 100 KB."""
    record = keep(LayerRecord.of(np.random.default_rng(0).normal(size=(16, 12, 12, 32)), "conv"))
    assert 90_000 < record.nbytes < 130_000
    return record


def health(step: int, layer: int = 0) -> LayerHealth:
    return LayerHealth(channels=4, dead=step % 5, zero_share=0.5, weight_norm=step + layer / 8)


def moment(step: int, *paths: str, **parts: object) -> Moment:
    layers = {path: health(step, k) for k, path in enumerate(paths or ("conv", "dense"))}
    return Moment(**{"step": step, "seconds": step / 10, "health": layers, **parts})


def dead_at(step: int, layer: str = "conv", **parts: object) -> Onset:
    return Onset("dead", layer, step, (1,), text=f"dead from step {step} on", **parts)


# Moments come back as they went in


def test_an_empty_history_has_no_moment() -> None:
    history = History(LAYERS, model="net")
    assert (len(history), list(history), history.onsets, history.places) == (0, [], (), ())
    assert history.steps.shape == (0,) and history.steps.dtype == np.int64
    paths, numbers = history.numbers("change")
    assert (paths, numbers.shape) == ((), (0, 0))
    assert history.holds(CONV).shape == (0,)
    assert history.first("dead") is None
    assert history.trouble == ""
    assert repr(history) == "History(0 moments, 0.0 MB in memory)"
    with pytest.raises(ValueError, match="the history is empty"):
        history.at(0)
    with pytest.raises(IndexError):
        history[0]


def test_a_moment_comes_back_as_it_went_in(kept: Snapshot) -> None:
    history = History(LAYERS)
    logs = {"loss": math.nan, "accuracy": 0.5}
    given = moment(7, epoch=2, logs=logs, records={CONV: kept})
    history.append(given)
    back = history[-1]
    assert (back.step, back.epoch, back.seconds) == (7, 2, 0.7)
    assert list(back.health) == ["conv", "dense"]
    for path, expected in given.health.items():
        np.testing.assert_array_equal(back.health[path].numbers, expected.numbers)
    assert list(back.logs) == ["loss", "accuracy"]
    assert math.isnan(back.logs["loss"]) and back.logs["accuracy"] == 0.5
    assert back.records[CONV] is kept


def test_a_moment_knows_which_samples_it_rests_on() -> None:
    choice = SampleChoice((0, 4, 9), 10)
    record = replace(live(), samples=choice)
    assert len(record.values) == 3
    history = History(LAYERS)
    history.append(moment(0))
    history.append(moment(1, samples=choice, records={CONV: record}))
    history.append(moment(2, samples=choice))
    history.append(moment(2))  # the same step again, on all samples
    assert [each.samples for each in history] == [None, choice, None]
    kept = history[1].records[CONV]
    assert kept.samples == choice
    assert kept.sample_numbers.tolist() == [0, 4, 9]
    assert kept.omissions[1:] == record.omissions
    assert "3 of 10 samples" in kept.omissions[1]


def test_live_records_are_kept_without_their_values() -> None:
    history = History(LAYERS)
    record = live()
    weights = ParameterRecord.of(np.random.default_rng(1).normal(size=(6, 5)), "dense")
    history.append(moment(0, records={CONV: record, DENSE: weights}))
    back = history[0].records
    assert list(back) == [CONV, DENSE] == list(history.places)
    np.testing.assert_array_equal(back[CONV].columns, record.columns)
    np.testing.assert_array_equal(back[CONV].tiles.codes, record.tiles.codes)
    with pytest.raises(ValueError, match="not kept"):
        _ = back[CONV].values
    assert isinstance(back[DENSE], ParameterSnapshot)


def test_at_gives_the_nearest_moment_at_or_before() -> None:
    history = History(LAYERS)
    for step in (10, 20, 40):
        history.append(moment(step))
    assert [history.at(step).step for step in (10, 19, 20, 39, 40, 10**9)] == [
        10,
        10,
        20,
        20,
        40,
        40,
    ]
    with pytest.raises(ValueError, match="no moment at step 9: the history begins at step 10"):
        history.at(9)


def test_the_same_step_again_brings_the_last_moment_up_to_date(kept: Snapshot) -> None:
    history = History(LAYERS)
    history.append(moment(0))
    history.append(moment(1, records={CONV: kept}))
    weights = keep(ParameterRecord.of(np.eye(3), "dense"))
    history.append(moment(1, epoch=5, logs={"loss": 1.0}, records={DENSE: weights}))
    assert history.steps.tolist() == [0, 1]
    last = history[1]
    assert (last.epoch, last.logs) == (5, {"loss": 1.0})
    assert last.records == {CONV: kept, DENSE: weights}
    assert len(history.numbers("dead")[1]) == 2


def test_steps_do_not_go_back_and_are_not_below_zero() -> None:
    history = History(LAYERS)
    history.append(moment(5))
    with pytest.raises(ValueError, match="got step 4 after step 5"):
        history.append(moment(4))
    with pytest.raises(ValueError, match="0 or more; got -1"):
        History(LAYERS).append(moment(-1))
    assert history.steps.tolist() == [5]


@pytest.mark.parametrize("memory", [1.5, "1 MB", None, True])
def test_memory_must_be_a_whole_number(memory: object) -> None:
    with pytest.raises(TypeError, match="memory must be a whole number"):
        History(LAYERS, memory=memory)


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more; got -1"):
        History(LAYERS, memory=-1)
    with pytest.raises(TypeError, match="plain values"):
        History([{"path": np.zeros(2)}])
    with pytest.raises(ValueError, match="plain values"):
        History([{"level": math.nan}])
    with pytest.raises(ValueError, match="one of 'dead_share'"):
        History(LAYERS).numbers("health")
    with pytest.raises(ValueError, match="kind must be one of 'dead'"):
        History(LAYERS).first("sick")


# Numbers


def test_numbers_have_a_row_a_moment_and_a_column_a_layer() -> None:
    history = History(LAYERS)
    for step in (0, 3, 7):
        history.append(moment(step))
    paths, norms = history.numbers("weight_norm")
    assert paths == ("conv", "dense")
    assert norms.dtype == np.float32
    np.testing.assert_array_equal(norms, [[0, 0.125], [3, 3.125], [7, 7.125]])
    np.testing.assert_array_equal(history.numbers("dead_share")[1], [[0, 0], [0.75] * 2, [0.5] * 2])
    assert np.isnan(history.numbers("change")[1]).all()
    norms[:] = -1
    assert history.numbers("weight_norm")[1][1, 0] == 3


def test_layers_may_come_and_go() -> None:
    history = History(LAYERS)
    history.append(moment(0, "a", "b"))
    history.append(moment(1, "a", "new", "b"))
    history.append(moment(2, "new"))
    history.append(Moment(3))
    paths, norms = history.numbers("weight_norm")
    assert set(paths) == {"a", "b", "new"}
    columns = {path: norms[:, k].tolist() for k, path in enumerate(paths)}
    assert columns["new"] == pytest.approx([math.nan, 1.125, 2, math.nan], nan_ok=True)
    assert columns["b"] == pytest.approx([0.125, 1.25, math.nan, math.nan], nan_ok=True)
    assert [list(part.health) for part in history] == [["a", "b"], ["a", "new", "b"], ["new"], []]
    history.append(moment(4, "b", "a"))
    assert history.numbers("dead")[0] == ("b", "a", "new")


def test_outputs_that_were_not_read_have_no_share_of_dead() -> None:
    history = History(LAYERS)
    history.append(Moment(0, health={"a": LayerHealth(weight_norm=1.0)}))
    assert np.isnan(history.numbers("dead_share")[1]).all()
    assert history.numbers("weight_norm")[1].tolist() == [[1.0]]


# Onsets


def test_onsets_are_as_they_were_told_last_and_come_by_step() -> None:
    history = History(LAYERS)
    history.append(moment(0))
    history.append(moment(1), onsets=[dead_at(1), dead_at(0, from_start=True)])
    assert [onset.step for onset in history.onsets] == [0, 1]
    history.append(moment(2))
    assert [onset.step for onset in history.onsets] == [0, 1]
    history.append(moment(3), onsets=())
    assert history.onsets == ()


def test_the_first_onset_is_the_first_that_training_brought_about() -> None:
    history = History(LAYERS)
    start, late, early = dead_at(0, from_start=True), dead_at(9), dead_at(4, "dense")
    history.append(moment(0), onsets=[start])
    assert history.first("dead") == start
    history.append(moment(9), onsets=[start, late, early])
    assert history.first("dead") == early
    assert history.first("frozen") is None


# The limit


def test_ten_thousand_moments_stay_within_the_limit_spread_over_the_run(large: Snapshot) -> None:
    memory = 20 * 2**20
    history = History(LAYERS, memory=memory)
    places = [Place(name) for name in ("one", "two", "three")]
    records = dict.fromkeys(places, large)
    begins = {1234, 5678, 9876}
    onsets: list[Onset] = []
    for step in range(10_000):
        if step in begins:
            onsets = [*onsets, dead_at(step)]
        history.append(moment(step, records=records), onsets=onsets)
        assert history.nbytes <= memory
    steps = history.steps
    assert len(steps) > 5_000
    held = steps[history.holds(places[0])]
    np.testing.assert_array_equal(held, steps[history.holds(places[2])])
    assert {0, 9_999, *begins} <= set(held.tolist())
    # A third of the limit at least is used, and evenly.
    assert len(held) * 3 * large.nbytes > memory / 3
    regular = np.setdiff1d(held, [*begins, 9_999])
    assert len(set(np.diff(regular).tolist())) == 1
    for onset in history.onsets:
        there = history.at(onset.step)
        assert there.step == onset.step and len(there.records) == 3
    assert "pictures of one of 256 updates" in repr(history)


def test_numbers_are_thinned_evenly_when_they_alone_pass_a_quarter(kept: Snapshot) -> None:
    memory = 2**20
    history = History(LAYERS, memory=memory)
    layers = [f"layer {k}" for k in range(10)]
    onsets: list[Onset] = []
    for step in range(5_000):
        records = {CONV: kept} if step % 500 == 0 else {}
        if step == 2_001:
            onsets = [dead_at(step)]
        history.append(moment(step, *layers, records=records), onsets=onsets)
        assert history.nbytes <= memory
        assert history.steps[-1] == step
    steps = history.steps
    assert {0, 2_001, 4_999} <= set(steps.tolist())
    assert 100 < len(steps) < 600
    assert len(set(np.diff(np.setdiff1d(steps, [2_001, 4_999])).tolist())) == 1
    np.testing.assert_array_equal(history.numbers("weight_norm")[1][:, 0], steps)
    assert [part.step for part in history] == steps.tolist()


def test_a_limit_too_small_for_a_single_record_keeps_numbers_and_says_so(large: Snapshot) -> None:
    history = History(LAYERS, memory=60_000)
    for step in range(20):
        history.append(moment(step, records={CONV: large}))
    assert not history.holds(CONV).any()
    assert history.nbytes <= 60_000
    assert "hold no record of a single moment" in history.trouble


def test_without_any_memory_the_first_and_the_last_moment_are_told() -> None:
    history = History(LAYERS, memory=0)
    for step in range(5):
        history.append(moment(step))
    assert history.steps[-1] == 4


def test_more_onsets_than_there_is_room_for_leave_the_run_visible(large: Snapshot) -> None:
    memory = 4 * 2**20
    history = History(LAYERS, memory=memory)
    onsets: list[Onset] = []
    for step in range(600):
        if step % 3 == 1:
            onsets = [*onsets, dead_at(step)]
        history.append(moment(step, records={CONV: large}), onsets=onsets)
        assert history.nbytes <= memory
    held = np.flatnonzero(history.holds(CONV))
    assert {0, 1, 599} <= set(held.tolist())
    assert np.diff(held).max() <= 100
    assert {onset.step for onset in onsets} <= set(history.steps.tolist())


def test_memory_is_counted_as_it_is_taken(large: Snapshot) -> None:
    arrays = record_arrays(large)

    def another(step: int) -> Moment:
        copy = record_from_arrays({name: array.copy() for name, array in arrays.items()})
        logs = {"loss": step + 0.5, "accuracy": step + 0.25}
        layers = [f"layer {k}" for k in range(20)]
        return moment(step, *layers, logs=logs, records={CONV: copy})

    another(0)
    gc.collect()
    tracemalloc.start()
    try:
        history = History(LAYERS, memory=8 * 2**20)
        for step in range(400):
            history.append(another(step))
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken == pytest.approx(history.nbytes, rel=0.05)


# Threads


def test_one_thread_reads_while_another_appends(kept: Snapshot) -> None:
    history = History(LAYERS, memory=2**19)
    failures: list[object] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                with history.lock:
                    steps, there = history.steps, history.holds(CONV)
                    paths, numbers = history.numbers("weight_norm")
                assert numbers.shape == (len(steps), len(paths))
                assert there.shape == steps.shape
                assert (np.diff(steps) > 0).all()
                if len(steps):
                    np.testing.assert_array_equal(numbers[:, 0], steps)
                    assert history.at(int(steps[0])).step == 0
                for part in itertools.islice(history, 20):
                    assert part.health["conv"].weight_norm == part.step
        except Exception as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(1_500):
        history.append(moment(step, records={CONV: kept}), onsets=[dead_at(step // 100 * 100)])
    done.set()
    for reader in readers:
        reader.join(timeout=60)
    assert not any(reader.is_alive() for reader in readers)
    assert failures == []


def test_layers_are_plain_and_unchanged() -> None:
    layers = [{"path": "a/<script>", "shape": (None, 3), "trainable": True, "activation": None}]
    history = History(layers, model="net")
    assert history.layers == ({**layers[0], "shape": [None, 3]},)
    assert json.loads(json.dumps(history.layers)) == list(history.layers)
    assert (history.model, history.folder, history.read_only) == ("net", None, False)
