"""The axis of a tree in still pictures and files: every living fork is on it."""

from __future__ import annotations

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.analysis import LayerRecord
from cnnviz_widgets.widgets.export.figures.drawing import Drawing, Polyline
from cnnviz_widgets.widgets.export.figures.layer_figure import outputs_figure
from cnnviz_widgets.widgets.export.figures.look import Look
from cnnviz_widgets.widgets.pictures.drawing import tree_scale

# Groups that Ward joins far above 2.
RNG = np.random.default_rng(5)
CENTRES = RNG.normal(size=(3, 40))
VALUES = np.concatenate([c + 0.1 * RNG.normal(size=(12, 40)) for c in CENTRES]).T


def record(zeros: int, linkage: str) -> LayerRecord:
    values = np.concatenate((VALUES, np.zeros((len(VALUES), zeros))), axis=1)
    return LayerRecord.of(values).linked(linkage)


@pytest.mark.parametrize("zeros", [0, 2])
@pytest.mark.parametrize("linkage", ["single", "ward"])
def test_only_what_is_zero_stands_beyond_the_break(zeros: int, linkage: str) -> None:
    shown = record(zeros, linkage)
    geometry = shown.dendrogram
    scale = tree_scale(geometry)
    living = geometry.split < 36
    tops = geometry.heights[living, 2]
    assert scale.broken == (zeros > 0)
    assert scale.tallest >= tops.max()
    assert (tops.max() > 2) == (linkage == "ward")
    apart = scale.is_apart(geometry.heights[:, 2])
    assert apart[~living].all()
    # The last of the living may stand as high as what is zero, as on the page.
    assert np.count_nonzero(apart[living]) <= (zeros > 0 and linkage == "ward")


def test_a_file_draws_wards_forks_at_their_heights() -> None:
    shown = record(0, "ward")
    drawing: Drawing = outputs_figure(shown, Look(cut=None))
    bars = [
        shape.points[1][1]
        for shape in drawing.shapes
        if isinstance(shape, Polyline) and len(shape.points) == 4
    ]
    heights = shown.dendrogram.heights[:, 2]
    assert len(set(np.round(bars, 3))) == len(set(np.round(heights, 9)))
    assert np.corrcoef(bars, heights)[0, 1] < -0.999
    assert cv.Dendrogram(shown).picture() is not None
