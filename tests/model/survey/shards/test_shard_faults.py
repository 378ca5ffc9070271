"""Shards that fail, are stopped, or were done in part: what is said, kept and done again."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from cnnviz_widgets.model.survey.shards import shard_work, sharding
from cnnviz_widgets.model.survey.stopped import SurveyInterrupted, SurveyStopped
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.records.survey.survey import Survey

from ..everything import images, labels, small, survey_bits
from .executors import AtOnce, Sending
from .parts import COUNT, counted_shard, failing_shard, odd_shard, shard

X, Y = images(), labels()


@pytest.fixture(scope="module")
def model() -> Any:
    return small()


@pytest.fixture(scope="module")
def whole(model: Any) -> Survey:
    return survey(model, X, labels=Y)


def test_a_progress_that_raises_stops_it_and_keeps_what_was_done(model: Any) -> None:
    def stop(share: float, message: str) -> None:
        if share == 0.5:
            raise LookupError("enough")

    with pytest.raises(SurveyStopped, match="after 2 of 4 shards: enough") as caught:
        survey(model, shard, shards=COUNT, executor=AtOnce(), progress=stop)
    assert isinstance(caught.value.__cause__, LookupError)
    assert caught.value.survey is not None
    assert 0 < caught.value.survey.samples < len(X)


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_it_goes_on_in_other_shards(shards: int, model: Any, whole: Survey, tmp_path: Path) -> None:
    with pytest.raises(SurveyStopped, match="no such disk"):
        survey(model, failing_shard, shards=COUNT, executor=AtOnce(), checkpoint=tmp_path / "s")
    executor = AtOnce()
    found = survey(model, (X, Y), shards=shards, executor=executor, checkpoint=tmp_path / "s")
    assert sum(executor.samples) == 1
    assert survey_bits(found) == survey_bits(whole)


def test_an_error_that_cannot_be_sent_is_told_with_its_shard(model: Any) -> None:
    with pytest.raises(
        SurveyStopped, match="3 of 4 shards: shard 2 failed: OddError: odd"
    ) as caught:
        survey(model, odd_shard, shards=COUNT, executor=Sending())
    assert caught.value.survey is not None
    assert caught.value.survey.samples == len(X) - 57


def test_a_process_of_its_own_is_given_the_model_once(
    model: Any, whole: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    pools: list[Sending] = []
    given: list[int] = []

    def pool(*options: Any, **more: Any) -> Sending:
        pools.append(Sending(*options, **more))
        return pools[-1]

    monkeypatch.setattr(sharding, "ProcessPoolExecutor", pool)
    monkeypatch.setattr(shard_work, "limit_threads", given.append)
    monkeypatch.setattr(sharding, "processors", lambda: 6)
    assert survey_bits(survey(model, shard, shards=COUNT)) == survey_bits(whole)
    (only,) = pools
    (file,) = shard_work._files.values()
    assert max(only.sent) < len(file)
    # Of six processors each of four workers has one and a half.
    assert given == [1]
    sending = Sending()
    survey(model, shard, shards=COUNT, executor=sending)
    assert min(sending.sent) > len(file)


def test_numbers_of_numpy_are_numbers(model: Any, whole: Survey) -> None:
    found = survey(model, counted_shard, shards=COUNT, executor=Sending())
    assert survey_bits(found) == survey_bits(whole)
    with pytest.raises(TypeError, match=r"got \(-1, …\) for shard 0"):
        survey(model, lambda index: (-1, X), shards=2, executor=AtOnce())


def test_unfinished_surveys_can_be_sent(whole: Survey) -> None:
    for kind in (SurveyStopped, SurveyInterrupted):
        error = pickle.loads(pickle.dumps(kind("it ended", whole)))
        assert (type(error), str(error)) == (kind, "it ended")
        assert survey_bits(error.survey) == survey_bits(whole)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"executor": "processes", "shards": 2}, "executor must be a concurrent.futures.Executor"),
        ({"checkpoint": 5}, "checkpoint must be"),
    ],
)
def test_arguments_of_another_kind(options: Any, says: str, model: Any) -> None:
    with pytest.raises(TypeError, match=says):
        survey(model, X, **options)
