"""A survey in parts: each by any executor's worker, merged as they come."""

from __future__ import annotations

import hashlib
import math
import multiprocessing
import pickle
import sys
import time
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from ....analysis.survey.row_products import BLOCK
from ....records.survey.survey import Survey
from ....runtime.call_stack import surely
from ....runtime.interrupts import interrupts_later
from ....runtime.processors import processors
from ....runtime.progress import Progress
from ...reading.inputs import batches_of
from ...samples.pool import given_arrays
from ..beginning import Beginning, begin_survey
from ..chosen_layers import Layers
from ..data.labels import given_labels
from ..data.sample_digest import SurveyedSamples
from ..model_stamp import model_digest
from ..run import States, check_begun, load_state, rules_of, time_words
from ..running_sum import Rules
from ..stopped import SurveyInterrupted, SurveyStopped
from ..surveyor import CHANGED, Surveyor
from .shard_work import (
    ShardData,
    ShardWork,
    as_file,
    begin_worker,
    check_covered,
    survey_shard,
)

# So often a pool of our own is made anew after a worker has died.
_POOLS = 3


def survey_shards(
    model: Any,
    data: Any,
    *,
    labels: Any,
    layers: Layers,
    shards: int,
    executor: Executor | None,
    checkpoint: Path | None,
    report: Progress,
    like: Survey | None,
) -> Survey:
    """Survey so many parts of the data apart; arguments as `survey` takes them."""
    parts = _parts(data, labels, shards)
    source = parts[0].opened()
    total = None if source.total is None else source.total * shards
    if not callable(data):
        total = parts[-1].first + len(keras.tree.flatten(parts[-1].data)[0])
    beginning = begin_survey(model, source, labels, layers, like, total=total)
    run = _ShardedRun(beginning, parts, checkpoint, report)
    return run.finished(executor)


def _parts(data: Any, labels: Any, shards: int) -> list[ShardData]:
    if callable(data):
        if labels is not None:
            raise ValueError("labels belong into the data that shard(index) returns")
        return [ShardData(index, data) for index in range(shards)]
    if batches_of(data, "data") is not None:
        raise ValueError(
            "a dataset cannot be cut into shards: give a function shard(index) that returns the "
            "number of its first sample and a dataset of it"
        )
    inputs, own = given_arrays(data, "data")
    classes = given_labels(own, labels)
    length = len(keras.tree.flatten(inputs)[0])
    step = max(BLOCK, math.ceil(length / shards / BLOCK) * BLOCK)
    starts = range(0, length, step)
    return [
        ShardData(
            index,
            keras.tree.map_structure(lambda each, at=start: each[at : at + step], inputs),
            None if classes is None else classes[start : start + step],
            start,
        )
        for index, start in enumerate(starts)
    ]


class _ShardedRun:
    """Shards under way, and what has come of them."""

    def __init__(
        self,
        beginning: Beginning,
        parts: list[ShardData],
        checkpoint: Path | None,
        report: Progress,
    ) -> None:
        self._parts = parts
        self._report = report
        self._states = States(checkpoint)
        begun = load_state(checkpoint)
        like = begun or beginning.like
        plan = beginning.plan if begun is None else replace(beginning.plan, rows=begun.rows)
        digest = model_digest(beginning.model)
        if begun is not None:
            check_begun(begun, plan, digest, str(checkpoint), in_parts=True)
        surveyed = None if begun is None else SurveyedSamples.of(begun, str(checkpoint))
        if surveyed is not None:
            # Before anything is merged with them; shards that a function reads, where they are.
            for part in parts[:1] if callable(parts[0].data) else parts:
                check_covered(part.opened(), surveyed)
        rules = _piloted(beginning, parts[0]) if like is None else rules_of(like)
        self._merged = begun
        self._file = as_file(beginning.model)
        if model_digest(beginning.model) != digest:
            raise SurveyStopped(CHANGED, begun)
        self._work = [
            ShardWork(
                model=self._file,
                file=hashlib.sha256(self._file).hexdigest(),
                digest=digest,
                rows=plan.rows,
                classes=plan.classes,
                rules=rules,
                covered=() if begun is None else begun.ranges,
                surveyed=surveyed,
                shard=part,
            )
            for part in parts
        ]
        self._began = time.monotonic()
        self._done: set[int] = set()
        self._failed: list[str] = []

    def finished(self, executor: Executor | None) -> Survey:
        """Have all shards surveyed.

        Raises
        ------
        SurveyStopped, SurveyInterrupted
            With what was merged by then.
        """
        if executor is None:
            check_sendable(self._parts[0].data)
        try:
            if executor is None:
                self._in_own_pools()
            else:
                self._by(executor, self._work)
        except KeyboardInterrupt as error:
            raise SurveyInterrupted(self._so_far("interrupted"), self._kept()) from error
        except BrokenExecutor as error:
            reason = f"the executor died: {error}"
            raise SurveyStopped(self._so_far(reason), self._kept()) from error
        except Exception as error:
            if not self._done:
                raise
            raise SurveyStopped(self._so_far(str(error)), self._kept()) from error
        if self._failed:
            raise SurveyStopped(self._so_far("; ".join(self._failed)), self._kept())
        survey = self._kept()
        if survey is None:
            raise ValueError("no shard yields a sample")
        return survey

    def _in_own_pools(self) -> None:
        workers = min(len(self._work), processors())
        threads = max(1, processors() // workers)
        # Each worker is given the model once.
        work = [replace(each, model=None) for each in self._work]
        for attempt in range(_POOLS):
            pool = ProcessPoolExecutor(
                workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=begin_worker,
                initargs=(threads, work[0].file, self._file),
            )
            try:
                return self._by(pool, work)
            except BrokenExecutor as error:
                # A worker was killed: what it had is done again, by new ones.
                if attempt == _POOLS - 1:
                    raise BrokenExecutor(
                        f"{_POOLS} pools of new processes broke: {error} In a script, call it "
                        'below if __name__ == "__main__", as new processes import the script'
                    ) from error
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _by(self, executor: Executor, work: list[ShardWork]) -> None:
        waiting: dict[Future[Survey | None], int] = {}
        try:
            for each in work:
                if each.shard.index not in self._done:
                    waiting[_submitted(executor, each)] = each.shard.index
            for future in as_completed(list(waiting)):
                if not future.cancelled() and isinstance(future.exception(), BrokenExecutor):
                    self._take_done(waiting)
                    future.result()
                self._take(waiting.pop(future), future)
        finally:
            for future in waiting:
                future.cancel()

    def _take_done(self, waiting: dict[Future[Survey | None], int]) -> None:
        """Take what there is of an executor that has died."""
        for future, index in list(waiting.items()):
            if future.done() and not future.cancelled() and future.exception() is None:
                del waiting[future]
                self._take(index, future)

    def _take(self, index: int, future: Future[Survey | None]) -> None:
        try:
            survey = future.result()
        except (BrokenExecutor, KeyboardInterrupt):
            raise
        except Exception as error:
            self._failed.append(f"{error}")
            survey = None
        merged = self._merged
        if survey is not None and merged is not None:
            try:
                survey = merged.merge(survey)
            except ValueError as error:
                self._failed.append(f"shard {index}: {error}")
                survey = None
        later = interrupts_later()
        with surely(later), later:
            self._done.add(index)
            self._merged = survey or merged
        done, total = len(self._done), len(self._work)
        left = (time.monotonic() - self._began) / done * (total - done)
        self._report(done / total, f"{done} of {total} shards, {time_words(left)} left")
        if self._states.are_due:
            self._kept()

    def _kept(self) -> Survey | None:
        """What there is, written as a state, too."""
        merged = self._merged
        if merged is not None:
            self._states.write(lambda: merged)
        return merged

    def _so_far(self, why: str) -> str:
        done = len(self._done) - len(self._failed)
        kept = ". What they gave is in this error's survey" if self._merged is not None else ""
        return f"the survey stopped after {done} of {len(self._work)} shards: {why}{kept}"


def _submitted(executor: Executor, work: ShardWork) -> Future[Survey | None]:
    try:
        return executor.submit(survey_shard, work)
    except BrokenExecutor:
        raise
    except RuntimeError as error:
        # One that was shut down takes nothing more.
        raise BrokenExecutor(str(error)) from error


def _piloted(beginning: Beginning, part: ShardData) -> Rules:
    """How channels are counted, by the first samples of the first shard."""
    source = part.opened()
    surveyor = Surveyor(beginning.model, beginning.plan)
    for batch in source.batches(source.first, beginning.plan.batch):
        surveyor.add(batch)
        if surveyor.has_chosen:
            break
    return surveyor.rules


def check_sendable(data: Any) -> None:
    """Refuse a function that new processes cannot import.

    Raises
    ------
    ValueError
    """
    if not callable(data):
        return
    in_cell = data.__module__ == "__main__" and not hasattr(sys.modules["__main__"], "__file__")
    try:
        pickle.dumps(data)
    except (pickle.PicklingError, AttributeError, TypeError):
        in_cell = True
    if in_cell:
        raise ValueError(
            "other processes cannot import this function: write it into a module of its own, a "
            ".py file, or give an executor that sends functions whole, such as Dask's"
        )
