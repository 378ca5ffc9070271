"""A survey in this process: batch after batch, with word of how far it is and states on disk."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ...records.survey.storage.folder import survey_is_in
from ...records.survey.survey import Survey
from ...runtime.progress import Progress
from .beginning import Beginning
from .data.sample_digest import OtherSamples, SurveyedSamples
from .data.survey_data import RawBatch, SurveyData
from .running_sum import NotWhole, Rules
from .stopped import SurveyInterrupted, SurveyStopped
from .surveyor import Plan, Surveyor, WeightsChanged

# Writing states may take this part of the time.
_SHARE = 0.03
# Seconds before the first one.
_FIRST = 1.0


class SurveyRun:
    """Surveys one run of samples.

    Parameters
    ----------
    beginning : Beginning
    source : SurveyData
    checkpoint : Path or None
        A folder for states.
    report : callable

    Raises
    ------
    ValueError
        The state that lies there is of another survey.
    """

    def __init__(
        self, beginning: Beginning, source: SurveyData, checkpoint: Path | None, report: Progress
    ) -> None:
        self._plan = beginning.plan
        self._source = source
        self._report = report
        begun = load_state(checkpoint)
        if begun is not None:
            self._plan = replace(self._plan, rows=begun.rows)
        like = begun or beginning.like
        rules = None if like is None else rules_of(like)
        self._surveyor = Surveyor(beginning.model, self._plan, rules, begun)
        if begun is not None:
            check_begun(begun, self._plan, self._surveyor.digest, str(checkpoint), in_parts=False)
        self._begun = None if begun is None else SurveyedSamples.of(begun, str(checkpoint))
        self._states = States(checkpoint)
        self._start = begun.ranges[-1][1] if begun is not None and begun.ranges else source.first
        self._began = time.monotonic()
        self._at_first = self._surveyor.samples

    def finished(self) -> Survey:
        """Survey what is left of the samples.

        Raises
        ------
        SurveyStopped, SurveyInterrupted
            With what was done by then.
        ModelCallError, TypeError, ValueError
            The very first samples do not fit, or are others than those that were surveyed.
        """
        surveyor = self._surveyor
        try:
            for batch in self._batches():
                surveyor.add(batch)
                self._tell()
                if self._states.are_due and surveyor.has_chosen:
                    self._states.write(surveyor.survey)
            survey = surveyor.survey()
            self._states.write(lambda: survey)
        except KeyboardInterrupt as error:
            raise SurveyInterrupted(*self._so_far("interrupted")) from error
        except WeightsChanged as error:
            raise SurveyStopped(str(error), self._settled()) from error
        except Exception as error:
            if not surveyor.samples or isinstance(error, OtherSamples):
                raise
            raise SurveyStopped(*self._so_far(str(error))) from error
        return survey

    def _batches(self) -> Iterator[RawBatch]:
        """Those that are left."""
        if self._begun is None:
            return self._source.batches(self._start, self._plan.batch)
        return self._source.batches(self._start, self._plan.batch, self._begun.check)

    def _so_far(self, why: str) -> tuple[str, Survey | None]:
        """What an unfinished survey says and holds; the latter is written, too."""
        if not self._surveyor.samples:
            return f"the survey stopped before its first sample: {why}", None
        # Before that, what is seen later would not be counted as in one go.
        has_chosen = self._surveyor.has_chosen
        try:
            survey: Survey | None = self._surveyor.survey()
        except (WeightsChanged, NotWhole, MemoryError) as error:
            why = f"{why}; {error}"
            survey = self._settled()
        if survey is None:
            return f"the survey stopped, and what it held in memory is lost: {why}", None
        if has_chosen:
            self._states.write(lambda: survey)
        done = survey.samples
        if not self._plan.in_order:
            return (
                f"the survey stopped after {done:,} samples, which are in this error's survey: "
                f"{why}"
            ), survey
        return (
            f"the survey stopped before sample {survey.ranges[-1][1]:,}: {why}. The {done:,} "
            "samples before it are in this error's survey"
        ), survey

    def _settled(self) -> Survey | None:
        """What was added up and verified before; None where that is nothing."""
        try:
            survey = self._surveyor.settled()
        except NotWhole:
            return None
        return survey if survey.samples else None

    def _tell(self) -> None:
        done, total = self._surveyor.samples, self._source.total
        if not total:
            self._report(-1.0, f"surveyed {done:,} samples")
            return
        fresh = done - self._at_first
        left = (time.monotonic() - self._began) / max(fresh, 1) * max(total - done, 0)
        self._report(
            min(done / total, 1.0), f"{done:,} of {total:,} samples, {time_words(left)} left"
        )


class States:
    """Writes states of a survey so seldom that it takes next to no time."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._cost = _FIRST * _SHARE
        self._written = time.monotonic()

    @property
    def are_due(self) -> bool:
        """Whether enough time has gone by since the last one."""
        waited = time.monotonic() - self._written
        return self._folder is not None and waited >= self._cost / _SHARE

    def write(self, make: Callable[[], Survey]) -> None:
        """Write a state; where that fails the survey goes on, and it is said.

        Parameters
        ----------
        make : callable
            Gives the state; the time that it takes counts. What it raises passes through.
        """
        if self._folder is None:
            return
        began = time.monotonic()
        survey = make()
        try:
            survey.save(self._folder)
        except OSError as error:
            warnings.warn(f"the survey goes on, but its state was not kept: {error}", stacklevel=2)
        except ValueError as error:
            # Another survey came first: the folder is its from now on.
            warnings.warn(f"the survey goes on, but its state was not kept: {error}", stacklevel=2)
            self._folder = None
        self._written = time.monotonic()
        self._cost = self._written - began


def rules_of(survey: Survey) -> Rules:
    """How a survey's channels are counted."""
    return {path: summary.tally.rule for path, summary in survey.layers.items()}


def load_state(checkpoint: Path | None) -> Survey | None:
    """The state of a survey in a folder; None where there is none.

    Raises
    ------
    OSError, ValueError
        Something else lies there, or it cannot be read.
    """
    if checkpoint is None or not survey_is_in(checkpoint):
        return None
    return Survey.load(checkpoint)


def check_begun(begun: Survey, plan: Plan, digest: str, where: str, *, in_parts: bool) -> None:
    """Refuse to go on from a state of another survey.

    Raises
    ------
    ValueError
    """
    reason = ""
    if begun.weights != digest:
        reason = "the model or its weights were others"
    elif list(begun.layers) != list(plan.infos):
        reason = f"it is of {len(begun.layers)} layers, not of these {len(plan.infos)}"
    elif begun.classes != plan.classes:
        reason = f"it has {begun.classes} classes, not {plan.classes}"
    elif not in_parts and (len(begun.ranges) > 1 or (begun.ranges and begun.ranges[0][0] != 0)):
        reason = "it is of parts of the data that do not follow each other: go on with shards=…"
    if reason:
        raise ValueError(
            f"the state at {where!r} is of another survey: {reason}. Give another folder, or "
            "remove it"
        )


def time_words(seconds: float) -> str:
    """So many seconds in a few letters: "40 s", "12 min", "3.1 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
