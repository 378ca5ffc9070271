"""A survey as one of two that are compared."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from ...comparison.layer_matching import LayerOutline
from ...comparison.survey_record import SurveyRecord
from ...records.layer_picture import LayerPicture
from ...records.survey.sample_digests import are_same_samples
from ...records.survey.survey import Survey


class SurveySide:
    """What a survey says of a model as it was, beside no model.

    Parameters
    ----------
    survey : Survey
    title : str

    Raises
    ------
    ValueError
        The survey is of no sample.
    """

    live = False
    advice = ""

    def __init__(self, survey: Survey, title: str) -> None:
        if not survey.samples:
            raise ValueError(f"{title!r} is a survey of no sample: there is nothing to compare")
        self.survey = survey
        self.title = title

    @property
    def model_name(self) -> str:
        """What the model was called."""
        return self.survey.model

    def outlines(self) -> tuple[LayerOutline, ...]:
        """The layers that were surveyed."""
        return tuple(
            LayerOutline(path, summary.kind, (*summary.axes, summary.channels))
            for path, summary in self.survey.layers.items()
        )

    def read(self, paths: Collection[str]) -> dict[str, LayerPicture]:
        """What is left of some layers."""
        end = self.survey.ranges[-1][1]
        return {path: SurveyRecord.of_layer(self.survey.layers[path], end) for path in paths}

    def nbytes(self, layer: LayerOutline) -> int:
        """What it keeps of a layer's samples."""
        tally = self.survey.layers[layer.path].tally
        return sum(
            kept.arrays[name].nbytes
            for kept, name in ((tally.kept, "pooled"), (tally.kept_rows, "rows"))
        )

    def missing(self, path: str) -> str:
        """Where a layer is not, in words."""
        why = self.survey.skipped.get(path, "")
        return f"not surveyed in {self.title}{why and f': {why}'}"


def classes_differ(a: SurveySide, b: SurveySide) -> str:
    """Why two surveys' means on classes cannot be compared, in a sentence; "" where they can."""
    one, other = a.survey.classes, b.survey.classes
    if one != other:
        of_a, of_b = (f"{count:,} classes" if count else "no labels" for count in (one, other))
        return f"Means on classes are not compared: {a.title} has {of_a}, {b.title} {of_b}."
    if one and are_same_samples(a.survey.digests, b.survey.digests):
        kept = [next(iter(each.survey.layers.values())).tally.kept for each in (a, b)]
        _, at, there = np.intersect1d(
            kept[0].numbers, kept[1].numbers, assume_unique=True, return_indices=True
        )
        labels = kept[0].arrays["label"][at], kept[1].arrays["label"][there]
        different = int(np.count_nonzero(labels[0] != labels[1]))
        if different:
            return (
                f"Means on classes are not compared: {different:,} of {at.size:,} samples that "
                "both have kept have other labels in the two."
            )
    return ""
