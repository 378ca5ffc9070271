"""What a pass over a few samples has measured, with what a survey of many knows better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...records.survey.layer_summary import LayerSummary
from .output_measures import OutputMeasures


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
    return replace(
        outputs, measures=measures, fires=_fires(summary) if measures.dead.any() else None
    )


def _fires(summary: LayerSummary) -> NDArray[np.intp]:
    """On how many samples each channel is anywhere not zero; of maps with values below, at least.

    Samples with a value above zero were counted. Values that are not zero were, too: of units,
    which have one value a sample, these are the samples themselves.
    """
    other = (summary.values - summary.zeros) // max(1, int(np.prod(summary.axes, dtype=np.int64)))
    fires: NDArray[np.intp] = np.maximum(summary.fired, other).astype(np.intp)
    return fires
