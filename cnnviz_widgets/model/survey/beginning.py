"""What is settled before a survey begins: its layers, its classes, how much is drawn."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras

from ...records.survey.survey import Survey
from ..layers.activations import stuck_ends
from ..layers.layer_kinds import family
from ..reading.building import is_built
from ..reading.description import Description, describe
from ..reading.inputs import prepare
from ..reading.model_lock import model_lock
from ..reading.model_reader import build_for, check_model, output_bytes
from ..reading.passes.eager_pass import EagerPass
from ..reading.probe import ModelProbe, reader_of
from .chosen_layers import Layers, chosen_layers, survey_bytes
from .data.survey_data import RawBatch, SurveyData, class_count
from .surveyor import Plan

# A batch of so many samples keeps a processor busy; fewer where their outputs take more than that.
_MOST_BATCH, _BATCH_BYTES = 64, 256 * 2**20
# About so many values of a channel are drawn; of a sample at least one, and no more than that.
_DRAWN, _MOST_ROWS, _ROWS_UNKNOWN = 32_768, 8, 4
# A survey that holds more than that says so before it begins.
_LARGE = 2**30


@dataclass(frozen=True)
class Beginning:
    """A model and what is to be summed up of it.

    Attributes
    ----------
    model : keras.Model
    plan : Plan
    like : Survey or None
        Whose rules are taken over.
    """

    model: Any
    plan: Plan
    like: Survey | None


def begin_survey(
    model: Any,
    source: SurveyData,
    labels: Any,
    layers: Layers,
    like: Survey | None,
    *,
    in_order: bool = True,
    total: int | None = None,
) -> Beginning:
    """Look at the model and at the first samples.

    Parameters
    ----------
    model : keras.Model or ModelProbe
    source : SurveyData
    labels : array_like or None
        Of all samples, where they were given apart.
    layers : {'activations', 'all'} or iterable of str
    like : Survey or None
    in_order : bool
    total : int, optional
        About how many samples there are; by default what `source` says.

    Raises
    ------
    TypeError, ValueError, ModelCallError
        The model, the samples or the layers are none, or do not fit each other.
    """
    first = _first_samples(source)
    look = look_at(model, first.inputs)
    wanted = layers if like is None else list(like.layers)
    chosen = chosen_layers(look.description, wanted, look.samples)
    rows = _rows(total or source.total) if like is None else like.rows
    classes = (
        class_count(labels, first, _answers(look.description)) if like is None else like.classes
    )
    size = max(1, output_bytes(look.description.infos.values(), 1))
    plan = Plan(
        names=look.description.forward.listing.names,
        infos=chosen.infos,
        ends={path: stuck_ends(look.description.layers[path]) for path in chosen.infos},
        skipped=chosen.skipped,
        rows=rows,
        classes=classes,
        batch=max(1, min(_MOST_BATCH, _BATCH_BYTES // size)),
        in_order=in_order,
        masked=any(map(_masks_steps, look.description.layers.values())),
    )
    _say_if_large(plan)
    return Beginning(look.model, plan, like)


def _masks_steps(layer: Any) -> bool:
    return family(layer) == "Masking" or bool(getattr(layer, "mask_zero", False))


def _first_samples(source: SurveyData) -> RawBatch:
    first = next(source.batches(source.first, _MOST_BATCH), None)
    if first is None:
        raise ValueError("data is empty: it yields no sample")
    return first


class ModelLook(NamedTuple):
    """A model as it was found on a few samples.

    Attributes
    ----------
    model : keras.Model
    description : Description
    samples : int
        On how many samples.
    """

    model: Any
    description: Description
    samples: int


def look_at(model: Any, inputs: Any) -> ModelLook:
    """Find out which layers a model has, by running it once on two samples.

    Parameters
    ----------
    model : keras.Model or ModelProbe
        A probe knows already.
    inputs : array, list or dict of array

    Raises
    ------
    TypeError, ValueError, ModelCallError
        It is no model, or not called on such samples.
    """
    if isinstance(model, ModelProbe):
        with model_lock(model.model):
            return ModelLook(model.model, reader_of(model).description(), model.samples)
    check_model(model)
    # Two samples tell an axis that counts them from others, in most models.
    few = keras.tree.map_structure(lambda array: array[:2], inputs)
    with model_lock(model):
        batch = prepare(model, few, None)
        if not is_built(model):
            build_for(model, batch)
            batch = prepare(model, batch, None)
        description = describe(model, batch, EagerPass(model, batch))
    return ModelLook(model, description, len(keras.tree.flatten(batch)[0]))


def _answers(description: Description) -> int | None:
    """How many numbers the model answers with, where it answers with one vector."""
    shapes = [shape for _, shape in description.forward.listing.graph.returned]
    if len(shapes) != 1 or len(shapes[0]) != 2:
        return None
    return shapes[0][1]


def _rows(total: int | None) -> int:
    if total is None:
        return _ROWS_UNKNOWN
    return min(max(-(-_DRAWN // total), 1), _MOST_ROWS)


def _say_if_large(plan: Plan) -> None:
    size = survey_bytes(plan.infos, plan.classes, plan.rows)
    if size > _LARGE:
        channels = sum(info.channels or 1 for info in plan.infos.values())
        warnings.warn(
            f"a survey of {len(plan.infos):,} layers with {channels:,} channels and "
            f"{plan.classes:,} classes holds about {size / 2**30:.1f} GB: "
            "choose fewer layers=… if that is too much",
            stacklevel=4,
        )
