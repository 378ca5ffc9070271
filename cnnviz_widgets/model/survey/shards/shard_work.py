"""What a worker does of a survey; imported by name in each process.

What is sent with each shard: how to read it, or its arrays; the rules; and the model's file, but to
processes of our own, which are given that as they begin.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ....records.survey.sample_ranges import Ranges, are_in
from ....records.survey.survey import Survey
from ....validation.messages import described
from ..beginning import begin_survey
from ..data.sample_digest import SurveyedSamples
from ..data.survey_data import SurveyData, ignored, some_of, survey_data
from ..running_sum import Rules
from ..surveyor import Surveyor

# Of a covered shard that is read from somewhere so many samples are looked at again.
_LOOKED_AT = 64


@dataclass(frozen=True)
class ShardData:
    """One shard's samples, as they are sent.

    Attributes
    ----------
    index : int
    data : callable or arrays
        A function of the index, or the shard's own arrays.
    labels : array or None
    first : int
        The number of the first sample, where `data` are arrays.
    """

    index: int
    data: Any
    labels: Any = None
    first: int = 0

    def opened(self) -> SurveyData:
        """The samples themselves.

        Raises
        ------
        TypeError, ValueError
            The function gives no shard.
        """
        if not callable(self.data):
            return survey_data(self.data, self.labels, first=self.first)
        shard = self.data(self.index)
        is_pair = isinstance(shard, tuple) and len(shard) == 2
        if not is_pair or not isinstance(shard[0], (int, np.integer)) or shard[0] < 0:
            given = f"({described(shard[0])}, …)" if is_pair else described(shard)
            raise TypeError(
                "shard(index) must return the number of its first sample and its data, such as "
                f"(5000, dataset); got {given} for shard {self.index}"
            )
        return survey_data(shard[1], self.labels, first=int(shard[0]))


@dataclass(frozen=True)
class ShardWork:
    """A shard and what a worker needs for it.

    Attributes
    ----------
    model : bytes or None
        A ``.keras`` file; None where the worker was given it as it began.
    file : str
        The file's digest.
    digest : str
        Of the model and its weights.
    rows, classes : int
        As in `Plan`.
    rules : mapping of str to ChannelRule
    covered : tuple of (int, int)
        Runs of samples that were surveyed already.
    surveyed : SurveyedSamples or None
        What is known of these.
    shard : ShardData
    """

    model: bytes | None
    file: str
    digest: str
    rows: int
    classes: int
    rules: Rules
    covered: tuple[tuple[int, int], ...]
    surveyed: SurveyedSamples | None
    shard: ShardData


def survey_shard(work: ShardWork) -> Survey | None:
    """The survey of one shard; None where its samples were surveyed already.

    Raises
    ------
    ValueError
        It fails; the message names the shard and, where it is known, the number of the sample.
    """
    survey, failure = _tried(work)
    if failure:
        # By its text, and with nothing behind it: not every error can be sent to another process.
        raise ValueError(f"shard {work.shard.index} failed{failure}")
    # What was loaded is what was sent.
    return survey and replace(survey, weights=work.digest)


def _tried(work: ShardWork) -> tuple[Survey | None, str]:
    """The survey of a shard, or where and of what it failed."""
    at = ""
    try:
        source = work.shard.opened()
        number = covered_until(source.first, work.covered)
        if source.total is not None and number >= source.first + source.total:
            if work.surveyed is not None:
                check_covered(source, work.surveyed)
            return None, ""
        at = f" at sample {number:,}"
        model = _model(work)
        begun = begin_survey(model, source, None, list(work.rules), None)
        plan = replace(begun.plan, rows=work.rows, classes=work.classes)
        surveyor = Surveyor(model, plan, work.rules)
        passed = ignored if work.surveyed is None else work.surveyed.check
        for batch in source.batches(number, plan.batch, passed):
            known = are_in(batch.numbers, work.covered)
            if known.any():
                passed(some_of(batch, known))
            if not known.all():
                surveyor.add(some_of(batch, ~known))
            at = f" at sample {int(batch.numbers[-1]) + 1:,}"
        survey = surveyor.survey()
    except Exception as error:
        return None, f"{at}: {type(error).__name__}: {error}"
    return (survey if survey.samples else None), ""


def covered_until(first: int, covered: Ranges) -> int:
    """One past the last of the samples from a number on that were surveyed already."""
    return next((last for start, last in covered if start <= first < last), first)


def check_covered(source: SurveyData, surveyed: SurveyedSamples) -> None:
    """Refuse a shard of other samples than were surveyed.

    All that are known where they are at hand, else the first ones: to read them all again would
    take a good part of a survey.

    Raises
    ------
    OtherSamples
    """
    some = 1 if not source.at_hand else None
    for batch in islice(source.batches(source.first, _LOOKED_AT), some):
        surveyed.check(batch)


# A worker has room for the model of the survey that it works for, by its file's digest.
_models: dict[str, Any] = {}
# The file that it was given as it began.
_files: dict[str, bytes] = {}


def begin_worker(threads: int, digest: str, file: bytes) -> None:
    """Have a process of our own use so many threads for an operation, and know the model's file."""
    _files[digest] = file
    limit_threads(threads)


def limit_threads(threads: int) -> None:
    """Have a worker use so many threads for an operation: it is not the only one."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)


def _model(work: ShardWork) -> Any:
    model = _models.get(work.file)
    if model is None:
        model = _loaded(_files[work.file] if work.model is None else work.model)
        # Another thread may be at another survey: what it clears is not missed here.
        _models.clear()
        _models[work.file] = model
    return model


def _loaded(file: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(file)
        return keras.models.load_model(path, compile=False)


def as_file(model: Any) -> bytes:
    """A model as a ``.keras`` file.

    Raises
    ------
    ValueError
        It cannot be saved, or not be loaded again.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            model.save(path)
            keras.models.load_model(path, compile=False)
        except Exception as error:
            # Keras adds whole examples to what it says.
            said = " ".join(str(error).strip().partition("\n\n")[0].split()).rstrip(".")
            raise ValueError(
                "the model cannot be sent to other processes, as it cannot be saved and loaded "
                f"again: {said}. Survey it here, without shards"
            ) from error
        return path.read_bytes()
