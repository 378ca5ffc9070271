"""Every public widget, made as a user makes it: for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from ipywidgets import Widget

import cnnviz_widgets as cv
from cnnviz_widgets.diagnosis.report import Report

from .small_training import IMAGES, LABELS, fit, small_model

VALUES = np.random.default_rng(0).random((3, 4, 4, 5)).astype("float32")
BATCHES = {"steps_per_epoch": 1}


def _inspector() -> Any:
    """One that has followed a training and made a diagnosis."""
    model = small_model()
    inspector = cv.ModelInspector(model, IMAGES[:4], targets=LABELS[:4])
    fit(model, inspector.monitor("batch", None), **BATCHES)
    inspector.diagnose()
    inspector.view = "weights"
    return inspector


@cache
def _probe() -> cv.ModelProbe:
    """The one of all cards: each model has functions traced of its own."""
    return cv.ModelProbe(small_model(), IMAGES)


def _card() -> cv.ChannelCard:
    """One whose questions have been answered."""
    card = cv.ChannelCard(_probe(), "conv1", 0, labels=np.asarray(LABELS))
    assert card.wait(60)
    return card


@cache
def _mapped() -> Any:
    """A model that stays as it is: what reads it is compiled once."""
    return small_model()


def _map() -> cv.NetworkMap:
    return cv.NetworkMap(_mapped(), IMAGES[:8], labels=np.asarray(LABELS[:8]))


def _history() -> cv.History:
    """Two moments of a training that is over."""
    inspector = _inspector()
    history: cv.History = inspector.history
    inspector.close()
    return history


def _panel() -> Any:
    models = [small_model(seed=seed) for seed in (1, 2)]
    return cv.compare(*models, inputs=IMAGES[:4])


def _health() -> Any:
    panel = cv.HealthPanel()
    panel.show([0, 1], ["conv"], {"dead_share": [[0.0], [0.5]]})
    return panel


WIDGETS: dict[str, Callable[[], Widget]] = {
    "AblationBar": lambda: cv.AblationBar(on_ask=lambda how, channels: None),
    "ChannelCard": _card,
    "ChannelGrid": lambda: cv.ChannelGrid(VALUES),
    "ColumnAxis": lambda: cv.ColumnAxis(),
    "ComparisonPanel": _panel,
    "Dendrogram": lambda: cv.Dendrogram(VALUES),
    "DensityPanel": lambda: cv.DensityPanel(VALUES),
    "Embedding": lambda: cv.Embedding(VALUES, [0, 1, 1], predictions=[0, 1, 0], inputs=VALUES),
    "FindingsPanel": lambda: cv.FindingsPanel(Report(())),
    "HealthPanel": _health,
    "HistoryViewer": lambda: cv.HistoryViewer(_history()),
    "LayerSelector": lambda: cv.LayerSelector([{"path": "conv"}]),
    "ModelInspector": _inspector,
    "NetworkMap": _map,
    "ParameterGrid": lambda: cv.ParameterGrid(VALUES[0], VALUES[0, 0, 0]),
    "SampleSelection": lambda: cv.SampleSelection(),
    "Selection": lambda: cv.Selection(),
    "Timeline": lambda: cv.Timeline(on_position=lambda position: None),
    "TrainingBar": lambda: cv.TrainingBar(*[lambda: None] * 3),
}
