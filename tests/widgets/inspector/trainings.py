"""Trainings that an inspector follows, and what must hold of one at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from cnnviz_widgets.model import TrainingMonitor
from cnnviz_widgets.records.place_record import NOW


def each_batch(inspector: Any, **options: Any) -> TrainingMonitor:
    monitor: TrainingMonitor = inspector.monitor("batch", None, **options)
    return monitor


class Each(keras.callbacks.Callback):
    """Does something at the end of each batch, after the monitor before it."""

    def __init__(self, do: Callable[[int], object]) -> None:
        super().__init__()
        self.do = do
        self.batches = 0

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        self.batches += 1
        self.do(self.batches)


def check_consistent(inspector: Any) -> None:
    """Nothing that the inspector says of what it shows contradicts anything else."""
    shown, timeline = inspector._display.present, inspector.following.story.timeline
    place = shown.place
    assert inspector.record is shown.record
    assert inspector.layer == inspector.selector.layer == inspector.selector._shown == place.layer
    assert inspector.view == inspector.header.view == inspector.header._shown_view == place.view
    assert inspector.weight == inspector.header.weight == place.weight
    assert inspector.header.title == inspector.ablation.layer == place.layer
    assert timeline.position == timeline._shown == inspector._display.requested
    in_past = inspector._display.requested != NOW
    assert (shown.step != NOW) == in_past
    assert ("as it was at step" in inspector.header.facts) == in_past
    assert inspector.ablation.enabled == (not in_past and shown.first_channel is not None)
    views = [inspector.density]
    if place.view == "weights":
        views += [inspector.parameters]
    else:
        views += [inspector.grid, inspector.dendrogram]
    assert {view.record for view in views} == {shown.record}


def marks(inspector: Any) -> dict[str, int | None]:
    return {row["path"]: row["dead"] for row in inspector.selector._layers}
