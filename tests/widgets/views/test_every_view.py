"""Every view of a layer keeps to what `check_view` says."""

from __future__ import annotations

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, keep
from cnnviz_widgets.widgets.views.layer_views import VIEWS

from .check_view import check_view

RNG = np.random.default_rng(21)
IMAGES = RNG.normal(size=(3, 5, 4, 6))
KERNEL = RNG.normal(size=(4, 3, 3, 6))


def outputs() -> LayerRecord:
    return LayerRecord.of(IMAGES, "conv")


def weights() -> ParameterRecord:
    return ParameterRecord.of(KERNEL, "conv", bias=np.ones(6), name="kernel")


EVERY = [
    (cv.Dendrogram, outputs),
    (cv.Dendrogram, weights),
    (cv.ChannelGrid, outputs),
    (cv.ParameterGrid, weights),
    (cv.DensityPanel, outputs),
    (cv.DensityPanel, weights),
    (cv.Embedding, outputs),
    (cv.Embedding, weights),
]


@pytest.mark.parametrize(("view", "record"), EVERY, ids=lambda each: each.__name__)
def test_keeps_to_what_is_common(view: type, record: type) -> None:
    check_view(view, record, keep(record()))


def test_all_that_are_registered_are_checked() -> None:
    assert len({view for view, _ in EVERY}) == len(VIEWS)
