"""Where each channel of a live layer is strongest, and where weakest."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from ....analysis.arrays import frozen
from ....analysis.channel.extreme_samples import extreme_samples, nonfinite_values
from ....analysis.survey.strongest import COUNT
from ....records.channel.receptive_field import ReceptiveField
from ....records.channel.strongest_patches import StrongestPatches
from ....records.survey.strongest_samples import StrongestSamples
from ....records.survey.survey import Survey
from ....validation.keywords import checked_keywords
from ....validation.objects import instance, optional
from ....validation.scalars import whole_number
from ...layers.layer_info import LayerInfo
from ...reading.inputs import input_names
from ...reading.probe import ModelProbe
from ...survey.model_stamp import model_digest
from .fields.receptive_field import receptive_field


@checked_keywords
def strongest(
    probe: ModelProbe, path: str, *, count: int = 9, survey: Survey | None = None
) -> StrongestPatches:
    """On which samples, and where in them, a layer's channels are strongest and weakest.

    Each sample stands for a channel by its one greatest value, so that the strongest are of
    different samples. Of equal values the sample with the lower number comes first.

    Parameters
    ----------
    probe : ModelProbe
    path : str
    count : int
        How many samples a channel.
    survey : Survey, optional
        Of the same weights: the samples are those that were surveyed, of which it keeps nine a
        channel. Default: the probe's inputs.

    Returns
    -------
    StrongestPatches
        Its `seen` says on how many samples.

    Raises
    ------
    TypeError, ValueError
        No such layer, or it has no channels; the survey keeps fewer than `count`, is of other
        weights, or has no summary of the layer.
    ModelCallError
        The model's call raises.

    Examples
    --------
    >>> found = strongest(probe, "conv3")
    >>> found.samples[17]
    array([ 12,   3,  40, ...])
    >>> found.patch(17, 0).pixels.shape
    (18, 18, 1)
    """
    instance("probe", probe, ModelProbe)
    count = whole_number("count", count, 1, "of samples")
    optional("survey", survey, Survey, "cv.survey(model, data) makes one")
    if survey is not None and count > COUNT:
        raise ValueError(
            f"count must be {COUNT} or less with a survey, which keeps so many of each channel; "
            f"got {count}. Without survey= any number is taken from the probe's own inputs"
        )
    with probe.steady():
        info = probe.info(path)
        if info.channels is None:
            raise ValueError(
                f"the layer {path!r} has no channels: its output is {info.output_shape}"
            )
        field = receptive_field(probe, path)
        if survey is not None:
            return _of_survey(probe, info, count, survey, field)
        return _of_inputs(probe, info, count, field)


def _of_survey(
    probe: ModelProbe, info: LayerInfo, count: int, survey: Survey, field: ReceptiveField
) -> StrongestPatches:
    summary = survey.layer(info.path)
    if model_digest(probe.model) != survey.weights:
        raise ValueError(
            "the survey is of other weights than the model has now: survey it again, or leave "
            "survey= out to look at the probe's own inputs"
        )
    first, last = (_cut(each, count) for each in (summary.strongest, summary.weakest))
    return StrongestPatches(
        info.path, first, last, summary.samples, True, summary.nonfinite, field, {}
    )


def _cut(found: StrongestSamples, count: int) -> StrongestSamples:
    return StrongestSamples(
        *(frozen(each[:, :count]) for each in (found.values, found.samples, found.places))
    )


def _of_inputs(
    probe: ModelProbe, info: LayerInfo, count: int, field: ReceptiveField
) -> StrongestPatches:
    axis = info.channel_axis
    assert axis is not None

    def extremes(_: LayerInfo, values: Any) -> tuple[StrongestSamples, StrongestSamples, Any]:
        last = np.moveaxis(values, axis, -1)
        axes = last.shape[1:-1]
        top, bottom = (
            StrongestSamples.of(extreme_samples(last, count, sign), axes, sign) for sign in (1, -1)
        )
        return top, bottom, nonfinite_values(last)

    top, bottom, faulty = probe.stream(extremes, [info.path])[info.path]
    arrays = [np.asarray(array) for array in keras.tree.flatten(probe.inputs)]
    inputs = dict(zip(input_names(probe.model, probe.inputs), arrays, strict=True))
    return StrongestPatches(
        info.path, top, bottom, probe.samples, False, frozen(faulty), field, inputs
    )
