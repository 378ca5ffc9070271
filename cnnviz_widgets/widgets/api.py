"""What the package offers as functions: `diagnose` and `compare`, with what users have at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike, NDArray

from ..diagnosis.report import Report
from ..history.history import History
from ..history.moment import Moment
from ..model.diagnosis.diagnose import diagnose as diagnose_model
from ..model.experiments.model_comparison import LiveSide, ModelComparison, MomentSide, Side
from ..model.experiments.survey_side import SurveySide
from ..model.reading.probe import ModelProbe
from ..model.survey.chosen_layers import Layers
from ..model.survey.survey import survey as survey_model
from ..records.layer_picture import counted
from ..records.survey.sample_digests import are_same_samples
from ..records.survey.survey import Survey
from ..runtime.progress import Progress
from ..validation.keywords import checked_keywords
from ..validation.messages import described
from .comparison.comparison_panel import ComparisonPanel
from .inspector.model_inspector import ModelInspector
from .inspector.selected import selected_values
from .jupyter.cell_progress import CellProgress

__all__ = ["compare", "diagnose", "selected_values", "survey"]


@checked_keywords
def diagnose(
    model: Any,
    inputs: Any = None,
    *,
    targets: ArrayLike | None = None,
    loss: Any = None,
    reference: bool = True,
    earlier: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
    history: Any = None,
    class_names: Sequence[str] = (),
    survey: Survey | None = None,
    seed: int = 0,
) -> Report:
    """What is wrong with a live model, on what evidence, and what cures it [WL20 §1.3.2–1.3.5].

    The model is read, never changed. In a notebook a long diagnosis shows how far it is; it can
    be interrupted at any moment.

    Parameters
    ----------
    model : keras.Model or ModelProbe
    inputs : array, tensor, list or dict of them, tf.data.Dataset or keras.utils.PyDataset
        What the model is shown, 32 to 64 samples: fewer leave more questions open. Not needed
        with a ModelProbe, which has its own.
    targets, loss, reference, earlier, history, class_names, survey, seed
        As `cnnviz_widgets.model.diagnose`.

    Returns
    -------
    Report
        The worst finding first: a table in a notebook, text in a terminal, `to_dict()` for
        machines.

    Raises
    ------
    TypeError, ValueError
        No model, or inputs that do not fit it.
    ModelCallError
        The model's own call raises.
    """
    with CellProgress() as cell:
        return diagnose_model(
            model,
            inputs,
            targets=targets,
            loss=loss,
            reference=reference,
            earlier=earlier,
            history=history,
            class_names=class_names,
            survey=survey,
            seed=seed,
            progress=cell.tell,
        )


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
    key: Callable[[Any], Any] | None = None,
    like: Survey | None = None,
) -> Survey:
    """Sum up every channel of a live model's layers on many samples, in one pass.

    The model is read, never changed. In a notebook a bar says how far it is and how long it will
    take; it can be interrupted at any moment, and what was done is kept.

    Parameters
    ----------
    model : keras.Model, ModelProbe or ModelInspector
    data : array, (inputs, labels), list or dict of array, tf.data.Dataset, PyDataset or callable
        The samples, or a function that returns those of a shard.
    labels, layers, shards, executor, checkpoint, progress, key, like
        As `cnnviz_widgets.model.survey`.

    Returns
    -------
    Survey
        One summary a layer, ``survey.layers[path]``: counts, range, mean, quantiles, strongest
        samples with their places, class means, the tree.

    Raises
    ------
    TypeError, ValueError
        The arguments are none of that, or do not fit the model or each other.
    ModelCallError
        The model's own call raises.
    SurveyStopped, SurveyInterrupted
        It ended early; the error's `survey` holds what was done by then.

    Examples
    --------
    >>> survey = cv.survey(model, x_test, labels=y_test)
    >>> survey.layers["conv5"].dead.sum()
    """
    live = model.probe if isinstance(model, ModelInspector) else model
    with CellProgress() as cell:
        return survey_model(
            live,
            data,
            labels=labels,
            layers=layers,
            shards=shards,
            executor=executor,
            checkpoint=checkpoint,
            progress=progress or cell.tell,
            key=key,
            like=like,
        )


@checked_keywords
def compare(a: Any, b: Any, *, layer: str | None = None, inputs: Any = None) -> ComparisonPanel:
    """Two moments of one training, two models or two surveys, what changed most first.

    Parameters
    ----------
    a, b : ModelInspector, ModelProbe, keras.Model, Moment or Survey
        Before and after. An inspector or a probe stands for its live model on its inputs, two
        inspectors that rest on surveys of the same samples for these, unless `inputs` are given; a
        moment is one of a history's, such as ``history[0]`` or ``history.at(400)``. Of a survey
        health, distributions and means on classes are those of all its samples, maps those of the
        samples that it kept.
    layer : str, optional
        Path of the layer to show first; by default the one that changed most.
    inputs : array, tensor, list or dict of them, tf.data.Dataset or keras.utils.PyDataset, optional
        What Keras models are shown; by default what the other of the two is shown.

    Returns
    -------
    ComparisonPanel
        Channels are matched by their number where one model is compared at two moments; of two
        models by the least cosine distance, where both were shown the same inputs. ``print(panel)``
        lists the layers as text, ``panel.numbers()`` as columns.

    Raises
    ------
    TypeError
        Something else is given, or a model without inputs.
    ValueError
        The two have no layer in common, or not this one; a survey is of no sample.
    ModelCallError
        A model's own call raises.

    Examples
    --------
    >>> cv.compare(history[0], history[-1])
    >>> cv.compare(version_1, version_2, inputs=images[:16])
    >>> cv.compare(cv.survey(version_1, images), cv.survey(version_2, images))
    """
    given = a, b
    if inputs is None:
        a, b = _surveys_of(a, b) or (a, b)
        inputs = next((probe.inputs for probe in map(_probe_of, (a, b)) if probe is not None), None)
    has_moment = any(isinstance(each, Moment) for each in (a, b))
    sides = [_side(each, name, inputs, has_moment) for each, name in ((a, "a"), (b, "b"))]
    if sides[0].title == sides[1].title:
        for side, which in zip(sides, ("first", "second"), strict=True):
            side.title = f"{side.title} ({which})"
    labels = next(
        (list(each.grid.sample_labels) for each in (a, b) if isinstance(each, ModelInspector)), []
    )
    inspectors = [each for each in given if isinstance(each, ModelInspector)]
    class_names = next((each.class_names for each in inspectors if each.class_names), ())
    return ComparisonPanel(
        ModelComparison(*sides), layer=layer, sample_labels=labels, class_names=class_names
    )


def _surveys_of(a: Any, b: Any) -> tuple[Survey, Survey] | None:
    """What two inspectors rest on, where that is the same samples."""
    if not (isinstance(a, ModelInspector) and isinstance(b, ModelInspector)):
        return None
    one, other = a.surveyed, b.surveyed
    if one is None or other is None or one.ranges != other.ranges:
        return None
    return (one, other) if are_same_samples(one.digests, other.digests) else None


def _probe_of(given: Any) -> ModelProbe | None:
    if isinstance(given, ModelInspector):
        return given.probe
    return given if isinstance(given, ModelProbe) else None


def _side(given: Any, name: str, inputs: Any, has_moment: bool) -> Side:
    """What the user gave as one side; `has_moment`: whether either is a moment of a history."""
    if isinstance(given, Moment):
        return MomentSide(given, f"step {given.step:,}")
    if isinstance(given, Survey):
        of = counted(given.samples, "sample")
        return SurveySide(given, f"{given.model or 'a model'} ({of})")
    if isinstance(given, History):
        raise TypeError(
            f"{name} is a whole history: give one of its moments, such as history[0] or "
            "history.at(400)"
        )
    probe = _probe_of(given)
    if probe is None:
        if isinstance(given, type) or not callable(getattr(given, "call", None)):
            raise TypeError(
                f"{name} must be a ModelInspector, a ModelProbe, a Keras model, a Survey or a "
                f"moment of a history; got {described(given)}"
            )
        if inputs is None:
            raise TypeError(
                f"{name} is a model, and there is nothing to show it: "
                "compare(a, b, inputs=images[:16])"
            )
        probe = ModelProbe(given, inputs)
    return LiveSide(probe, "now" if has_moment else str(probe.model.name))
