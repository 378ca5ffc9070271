"""`survey`: one pass over a whole data set, and what every channel of every layer does on it."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import keras

from ...records.survey.survey import Survey
from ...runtime.progress import Progress, no_progress
from ...validation.keywords import checked_keywords
from ...validation.messages import described
from ...validation.objects import optional, optional_function
from ...validation.scalars import whole_number
from ...validation.texts import path_of
from .beginning import begin_survey
from .chosen_layers import Layers
from .data.survey_data import Key, survey_data
from .run import SurveyRun
from .shards.sharding import survey_shards


@checked_keywords
def survey(
    model: Any,
    data: Any,
    *,
    labels: Any = None,
    layers: Layers = "activations",
    shards: int | None = None,
    executor: Executor | None = None,
    checkpoint: str | Path | None = None,
    progress: Progress | None = None,
    key: Key | None = None,
    like: Survey | None = None,
) -> Survey:
    """Sum up every channel of a model's layers on many samples, in one pass.

    The model is read, never changed, and memory does not grow with the samples. What comes out
    is the same to the last bit whatever the batches, the order of the parts, or how often it was
    stopped and gone on with, as far as the model itself answers so.

    Parameters
    ----------
    model : keras.Model or ModelProbe
        A model is built on the first samples if it is not.
    data : array, (inputs, labels), list or dict of array, tf.data.Dataset, PyDataset or callable
        Samples, numbered from 0 as they come, of one shape: sequences are padded to one length, and
        steps that a mask covers count as values. A function is given the number of a shard and
        returns the number of its first sample, and its data in any of the other forms; it needs
        `shards`, and is imported by name in other processes.
    labels : array_like, shape (samples,), optional
        Classes, whole numbers from 0 on, or one-hot rows; by default those in the data, where
        they can be the model's answers.
    layers : {'activations', 'all'} or iterable of str
        ``'activations'``: what activations put out, and the model's own outputs.
    shards : int, optional
        Survey so many parts apart, in processes of their own.
    executor : concurrent.futures.Executor, optional
        What runs the shards; by default a pool of new processes, as many as there are processors.
    checkpoint : path, optional
        A folder. The state is written there now and then, and gone on from, if it is there.
    progress : callable, optional
        Given the share that is done, −1 where that is not known, and what is being done.
    key : callable, optional
        Given an element of a dataset, the numbers of its samples: for datasets in no fixed order.
    like : Survey, optional
        One whose counts this one is to merge with: its layers, cells and classes are taken over.

    Returns
    -------
    Survey

    Raises
    ------
    TypeError, ValueError
        The arguments are none of that, or do not fit the model or each other.
    ModelCallError
        The model's own call raises.
    SurveyStopped
        The data failed, the weights changed or a worker died; its `survey` holds what was done
        by then.
    SurveyInterrupted
        As above, on an interrupt from the keyboard: a KeyboardInterrupt.

    Examples
    --------
    >>> survey = cv.survey(model, x_test, labels=y_test)
    >>> survey.layers["conv5"].fired
    """
    optional_function("progress", progress)
    optional_function("key", key)
    optional("like", like, Survey)
    report = progress or no_progress
    folder = None
    if checkpoint is not None:
        folder = Path(path_of("checkpoint", checkpoint, "a folder, such as 'survey'"))
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise TypeError(
            f"executor must be a concurrent.futures.Executor or None; got {described(executor)}"
        )
    if _is_function(data) and shards is None:
        raise ValueError("data is a function of a shard's number: say how many there are, shards=8")
    if executor is not None and shards is None:
        raise ValueError("executor runs shards: say how many there are to be, shards=8")
    if key is not None and (shards is not None or folder is not None):
        raise ValueError("samples in no fixed order, key=…, go without shards and checkpoint")
    if shards is not None:
        shards = whole_number("shards", shards, 1)
        return survey_shards(
            model,
            data,
            labels=labels,
            layers=layers,
            shards=shards,
            executor=executor,
            checkpoint=folder,
            report=report,
            like=like,
        )
    source = survey_data(data, labels, key=key)
    beginning = begin_survey(model, source, labels, layers, like, in_order=key is None)
    return SurveyRun(beginning, source, folder, report).finished()


def _is_function(data: Any) -> bool:
    is_data = hasattr(data, "element_spec") or isinstance(data, keras.utils.PyDataset)
    return callable(data) and not is_data
