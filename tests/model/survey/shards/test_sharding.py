"""Parts of a survey by any executor: merged, they are the whole to the last bit."""

from __future__ import annotations

import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import pytest
import tensorflow as tf

from cnnviz_widgets.model.survey import run
from cnnviz_widgets.model.survey.shards import shard_work, sharding
from cnnviz_widgets.model.survey.shards.sharding import check_sendable
from cnnviz_widgets.model.survey.stopped import SurveyInterrupted, SurveyStopped
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.records.survey.survey import Survey

from ..everything import images, labels, small, survey_bits
from . import parts
from .executors import AtOnce
from .parts import COUNT, MARK, failing_shard, killing_shard, overlapping_shard, shard

X, Y = images(), labels()


@pytest.fixture(scope="module")
def model() -> Any:
    return small()


@pytest.fixture(scope="module")
def whole(model: Any) -> Survey:
    return survey(model, X, labels=Y)


def test_threads_and_arrays(model: Any, whole: Survey) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert survey_bits(survey(model, (X, Y), shards=3, executor=pool)) == survey_bits(whole)
        labelled = survey(model, X, labels=Y, shards=3, executor=pool)
    assert survey_bits(labelled) == survey_bits(whole)


def test_a_function_and_how_far_it_is(model: Any, whole: Survey) -> None:
    told: list[tuple[float, str]] = []
    found = survey(
        model,
        shard,
        shards=COUNT,
        executor=AtOnce(),
        progress=lambda share, message: told.append((share, message)),
    )
    assert survey_bits(found) == survey_bits(whole)
    assert [share for share, _ in told] == [0.25, 0.5, 0.75, 1.0]
    assert told[0][1].startswith("1 of 4 shards, ")
    assert told[0][1].endswith(" left")


def test_a_pool_of_processes_one_of_which_is_killed(
    model: Any, whole: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, str(tmp_path / "died"))
    monkeypatch.setattr(sharding, "processors", lambda: 1)
    found = survey(model, killing_shard, shards=COUNT)
    assert (tmp_path / "died").exists()
    assert survey_bits(found) == survey_bits(whole)


def test_a_shard_that_fails_is_named_and_done_when_it_goes_on(
    model: Any, whole: Survey, tmp_path: Path
) -> None:
    with pytest.raises(SurveyStopped, match=r"3 of 4 shards: .*no such disk") as caught:
        survey(model, failing_shard, shards=COUNT, executor=AtOnce(), checkpoint=tmp_path / "s")
    assert caught.value.survey is not None
    assert caught.value.survey.ranges == ((0, 70), (71, 200))
    executor = AtOnce()
    found = survey(model, shard, shards=COUNT, executor=executor, checkpoint=tmp_path / "s")
    assert executor.samples == [0, 1, 0, 0]
    assert survey_bits(found) == survey_bits(whole)


def test_it_goes_on_inside_a_shard(model: Any, whole: Survey, tmp_path: Path) -> None:
    def stop(share: float, message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(SurveyInterrupted):
        survey(model, X, labels=Y, checkpoint=tmp_path / "s", progress=stop)
    executor = AtOnce()
    found = survey(model, shard, shards=COUNT, executor=executor, checkpoint=tmp_path / "s")
    assert executor.samples == [6, 1, 57, 72]
    assert survey_bits(found) == survey_bits(whole)


def test_other_data_are_refused_where_they_are_seen(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_at(row: int) -> Any:
        other = X.copy()
        other[row] += 1
        return other

    with pytest.raises(SurveyStopped):
        survey(model, failing_shard, shards=COUNT, executor=AtOnce(), checkpoint=tmp_path / "s")
    before = survey_bits(Survey.load(tmp_path / "s"))
    # Of arrays all that is known is looked at before anything begins, of functions the first one.
    with pytest.raises(ValueError, match="other data: sample 150 is not the one"):
        survey(model, other_at(150), labels=Y, shards=3, checkpoint=tmp_path / "s")
    monkeypatch.setattr(f"{parts.__name__}.images", lambda: other_at(0))
    with pytest.raises(ValueError, match="other data: sample 0 is not the one"):
        survey(model, shard, shards=COUNT, executor=AtOnce(), checkpoint=tmp_path / "s")
    assert survey_bits(Survey.load(tmp_path / "s")) == before
    # A later one when it is read; what is done by then is kept.
    monkeypatch.setattr(f"{parts.__name__}.images", lambda: other_at(199))
    with pytest.raises(SurveyStopped, match="other data: sample 199 is not the one"):
        survey(model, shard, shards=COUNT, executor=AtOnce(), checkpoint=tmp_path / "s")


def test_an_interrupt_keeps_the_shards_that_are_done(
    model: Any, whole: Survey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.States, "are_due", property(lambda states: True))

    def stop(share: float, message: str) -> None:
        if share == 0.5:
            raise KeyboardInterrupt

    with pytest.raises(SurveyInterrupted, match="after 2 of 4 shards") as caught:
        survey(
            model,
            shard,
            shards=COUNT,
            executor=AtOnce(),
            checkpoint=tmp_path / "s",
            progress=stop,
        )
    done = caught.value.survey
    assert done is not None
    assert survey_bits(Survey.load(tmp_path / "s")) == survey_bits(done)
    found = survey(model, shard, shards=COUNT, executor=AtOnce(), checkpoint=tmp_path / "s")
    assert survey_bits(found) == survey_bits(whole)


def test_an_executor_that_dies(model: Any) -> None:
    with pytest.raises(SurveyStopped, match="2 of 4 shards: the executor died: a worker") as caught:
        survey(model, shard, shards=COUNT, executor=AtOnce(dies_at=2))
    assert caught.value.survey is not None
    with pytest.raises(SurveyStopped, match="0 of 4 shards") as caught:
        survey(model, shard, shards=COUNT, executor=AtOnce(dies_at=0))
    assert caught.value.survey is None
    closed = ThreadPoolExecutor(1)
    closed.shutdown()
    with pytest.raises(SurveyStopped, match="cannot schedule"):
        survey(model, shard, shards=COUNT, executor=closed)


def test_shards_that_share_a_sample(model: Any) -> None:
    with pytest.raises(SurveyStopped, match="surveys of the same samples") as caught:
        survey(model, overlapping_shard, shards=COUNT, executor=AtOnce())
    assert caught.value.survey is not None


def test_functions_that_other_processes_cannot_import(monkeypatch: pytest.MonkeyPatch) -> None:
    check_sendable(X)
    check_sendable(shard)
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))

    def local(index: int) -> Any:
        return index, X

    in_cell = types.FunctionType(shard.__code__, {}, "in_cell")
    in_cell.__module__ = "__main__"
    sys.modules["__main__"].in_cell = in_cell  # type: ignore[attr-defined]
    for function in (local, lambda index: (0, X), in_cell):
        with pytest.raises(ValueError, match=r"a module of its own, a \.py file"):
            check_sendable(function)


def test_what_is_no_shard(model: Any) -> None:
    for data in (lambda index: X, lambda index: ("0", X), lambda index: (0, X, Y)):
        with pytest.raises(TypeError, match=r"such as \(5000, dataset\)"):
            survey(model, data, shards=2, executor=AtOnce())
    dataset = tf.data.Dataset.from_tensor_slices(X).batch(10)
    with pytest.raises(ValueError, match=r"cannot be cut into shards.*shard\(index\)"):
        survey(model, dataset, shards=2)
    with pytest.raises(ValueError, match="belong into the data"):
        survey(model, shard, labels=Y, shards=2)


class Unsaveable(keras.Model):
    """Takes what no configuration says."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def call(self, x: Any) -> Any:
        return self.layer(x)


def test_a_model_that_cannot_be_sent() -> None:
    model = Unsaveable(keras.layers.Dense(2, name="dense"))
    with pytest.raises(ValueError, match=r"cannot be sent to other.*without shards"):
        survey(model, X[:, 0, 0], shards=2, executor=AtOnce())


def test_a_worker_keeps_the_model_of_its_survey(
    model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[bytes] = []
    load = shard_work._loaded
    monkeypatch.setattr(shard_work, "_loaded", lambda file: loaded.append(file) or load(file))
    for count in (1, 2):
        survey(model, shard, shards=COUNT, executor=AtOnce())
        assert (len(loaded), len(shard_work._models)) == (count, 1)


def test_workers_of_two_surveys_at_once_have_each_its_own(
    model: Any, whole: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    # While one worker has its model loaded, another one throws all away.
    load = shard_work._loaded

    def meanwhile(file: bytes) -> Any:
        loaded = load(file)
        shard_work._models.clear()
        return loaded

    monkeypatch.setattr(shard_work, "_loaded", meanwhile)
    with ThreadPoolExecutor(2) as pool:
        assert survey_bits(survey(model, (X, Y), shards=3, executor=pool)) == survey_bits(whole)
