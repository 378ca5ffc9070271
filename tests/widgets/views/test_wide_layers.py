"""A layer of more channels than can be compared: opened at once, exact on request, and said so."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model.reading.passes.compiled_pass import CompiledPass
from cnnviz_widgets.records.layer_record import MOST_COLUMNS


def model(size: int, filters: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((size, size, 1)),
            kl.Conv2D(filters, 3, activation="relu", name="conv"),
            kl.Flatten(name="flatten"),
        ]
    )


def inspected(size: int, filters: int) -> cv.ModelInspector:
    images = np.random.default_rng(0).random((4, size, size, 1)).astype("float32")
    return cv.ModelInspector(model(size, filters), images)


def test_opening_a_flatten_takes_one_pass_and_no_more_channels_than_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inspector = inspected(64, 32)
    passes: list[object] = []
    run = CompiledPass.run
    monkeypatch.setattr(CompiledPass, "run", lambda *args: (passes.append(args), run(*args))[1])
    inspector.layer = "flatten"
    record = inspector.record
    assert record.n_channels == 123_008
    assert len(passes) == 1
    assert len(record.tree.items) == len(record.columns) == MOST_COLUMNS
    # Nothing of all channels but their few numbers: curves of all take 250 MB.
    assert {"density", "curves"}.isdisjoint(vars(record))
    assert inspector.measures["flatten"].n_channels == 123_008


def test_says_what_is_compared_and_compares_all_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cnnviz_widgets.records.layer_record.MOST_COMPARED", 2500)
    inspector = inspected(26, 5)  # 2,880 columns
    inspector.layer = "flatten"
    assert "2,048 of 2,880 channels" in inspector.grid._notes[0]
    assert "refresh(exact=True)" in inspector.dendrogram._notes[0]
    assert "2,048 of 2,880" in " ".join(inspector.density._head._notes)

    inspector.refresh(exact=True)
    assert inspector.layer == "flatten"
    assert inspector.record.tree.items.size == 2880
    assert not any("compares" in note for note in inspector.dendrogram._notes)
    assert "the legend counts these, all else uses all" in inspector.grid._notes[0]
    assert inspector.picture() is not None

    inspector.refresh()
    assert inspector.record.tree.items.size == MOST_COLUMNS
