"""What a worker does of a survey; imported by name in each process, so that little is sent."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import keras

from ....records.survey.sample_ranges import Ranges
from ....records.survey.survey import Survey
from ..beginning import begin_survey
from ..data.sample_digest import SurveyedSamples
from ..data.survey_data import SurveyData, ignored, survey_data
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
        if not isinstance(shard, tuple) or len(shard) != 2 or not isinstance(shard[0], int):
            raise TypeError(
                "shard(index) must return the number of its first sample and its data, such as "
                f"(5000, dataset); got {type(shard).__name__} for shard {self.index}"
            )
        return survey_data(shard[1], self.labels, first=shard[0])


@dataclass(frozen=True)
class ShardWork:
    """A shard and what a worker needs for it.

    Attributes
    ----------
    model : bytes
        A ``.keras`` file.
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

    model: bytes
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
        The samples fail; the message names the number of the sample.
    """
    source = work.shard.opened()
    number = covered_until(source.first, work.covered)
    if source.total is not None and number >= source.first + source.total:
        if work.surveyed is not None:
            check_covered(source, work.surveyed)
        return None
    try:
        model = _model(work.model)
        begun = begin_survey(model, source, None, list(work.rules), None)
        plan = replace(begun.plan, rows=work.rows, classes=work.classes)
        surveyor = Surveyor(model, plan, work.rules)
        passed = ignored if work.surveyed is None else work.surveyed.check
        for batch in source.batches(number, plan.batch, passed):
            surveyor.add(batch)
            number = int(batch.numbers[-1]) + 1
    except Exception as error:
        # By its text: not every error can be sent to another process.
        raise ValueError(
            f"shard {work.shard.index} failed at sample {number:,}: {type(error).__name__}: {error}"
        ) from None
    # What was loaded is what was sent.
    return replace(surveyor.survey(), weights=work.digest) if surveyor.samples else None


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


def _model(file: bytes) -> Any:
    digest = hashlib.sha256(file).hexdigest()
    model = _models.get(digest)
    if model is None:
        model = _loaded(file)
        # Another thread may be at another survey: what it clears is not missed here.
        _models.clear()
        _models[digest] = model
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
