"""What a pass over a few samples has measured, with what a survey of many knows better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

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
    fires = summary.nonzero_samples.astype(np.intp) if measures.dead.any() else None
    return replace(outputs, measures=measures, fires=fires)
