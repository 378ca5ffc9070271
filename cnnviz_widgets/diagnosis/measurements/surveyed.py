"""What a pass over a few samples has measured, with what a survey of many knows better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...analysis.arrays import Floats
from ...records.survey.layer_summary import LayerSummary
from .output_measures import OutputMeasures
from .saturation import reach_of_ends


def surveyed_measures(outputs: OutputMeasures, summary: LayerSummary) -> OutputMeasures:
    """A layer's measures with range, mean, spread, zeros and faults of a survey's samples.

    What a survey does not sum up, such as merges, maps and the ends of activations, stays that of
    the few. Dead is what is zero on all samples of both, not finite what is so on any of them.

    Parameters
    ----------
    outputs : OutputMeasures
    summary : LayerSummary
        Of the same layer.

    Returns
    -------
    OutputMeasures
    """
    few, many = outputs.measures, summary.measures
    measures = replace(
        many,
        dead=many.dead & few.dead,
        constant=many.constant & few.constant,
        nonfinite=many.nonfinite | few.nonfinite,
    )
    fires = summary.nonzero_samples.astype(np.intp) if measures.dead.any() else None
    return replace(outputs, measures=measures, fires=fires)


def surveyed_at_ends(summary: LayerSummary) -> Floats | None:
    """`share_at_ends` of all samples of a survey, shape (channel,); None without ends.

    Of the finite values, and as exact as `LayerSummary.resolution`.
    """
    low, high = summary.ends
    if low is None and high is None:
        return None
    near = reach_of_ends(low, high)
    share = np.zeros(summary.channels)
    if low is not None:
        share += summary.share_between(-np.inf, low + near)
    if high is not None:
        share += summary.share_between(high - near, np.inf)
    return share
