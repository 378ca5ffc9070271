"""A history that version 0.1.0 wrote is opened by every later version, with the same numbers.

``stored/version_1`` was made once and is never made again: a network of four layers, updates at
steps 0 to 6 at 4 of 6 samples but for the first and the last. Channel 2 of ``conv`` has a bias of
-100 at steps 2 and 3, and at step 6 two weights of ``logits`` are NaN and infinite.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnnviz_widgets.history.history import History
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.sample_subset import SampleChoice
from cnnviz_widgets.records.snapshot import ParameterSnapshot

STORED = Path(__file__).parent / "stored" / "version_1"
CONV = Place("conv")


@pytest.fixture(scope="module")
def history() -> History:
    return History.open(STORED)


def test_moments_and_numbers_are_those_that_were_written(history: History) -> None:
    assert history.trouble == ""
    assert history.model == "tiny_net"
    assert [layer["path"] for layer in history.layers] == ["conv", "norm", "flatten", "logits"]
    assert history.layers[0]["shape"] == "6×6×4"
    assert history.steps.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert [moment.epoch for moment in history] == [None, 1, 1, 1, 2, 2, 2]
    losses = [moment.logs.get("loss") for moment in history]
    assert losses[:6] == [None, 1.5, 1.25, 1.0, 0.75, 0.5]
    assert np.isnan(losses[6])
    some = history[1].samples
    assert some == SampleChoice(some.numbers, 6) and len(some.numbers) == 4
    assert [moment.samples for moment in history] == [None, *[some] * 5, None]
    paths, dead = history.numbers("dead_share")
    assert dead[:, paths.index("conv")].tolist() == [0, 0, 0.25, 0.25, 0, 0, 0]
    norms = history.numbers("weight_norm")[1][:, paths.index("conv")]
    np.testing.assert_allclose(
        norms, [2.352498, 2.453266, 100.025093, 100.025597, 2.473910, 2.473910, 2.473910], rtol=1e-6
    )
    assert history.numbers("nonfinite_weights")[1].sum(axis=1).tolist() == [0] * 6 + [2]


def test_onsets_are_those_that_were_written(history: History) -> None:
    told = [(each.kind, each.layer, each.step, each.ended) for each in history.onsets]
    assert told == [
        ("frozen", "norm", 1, 4),
        ("frozen", "logits", 1, 2),
        ("dead", "conv", 2, 4),
        ("frozen", "logits", 3, 5),
        ("frozen", "conv", 5, None),
        ("frozen", "norm", 5, None),
        ("non-finite", "logits", 6, None),
    ]
    dead = history.first("dead")
    assert dead is not None and dead.channels == (2,)


def test_pictures_are_those_that_were_written(history: History) -> None:
    first = history[0].records[CONV]
    assert first.shape == (6, 6, 6, 4)
    assert first.columns.tolist() == [0, 3, 2, 1]
    np.testing.assert_allclose(first.tree.heights, [0.02287249, 0.02827266, 0.02879608], rtol=1e-6)
    assert first.tiles.codes.shape == (6, 4, 6, 6)
    assert int(first.tiles.codes.sum()) == 101_608
    np.testing.assert_allclose(
        first.measures.mean, [1.186467, 0.716975, 1.225524, 0.696080], rtol=1e-6
    )
    dead = history[2].records[CONV]
    assert dead.columns.tolist()[-1] == 2 and dead.tree.heights[-1] == 2
    assert dead.density.zero_share.tolist()[2] == 1
    last = history[6].records[Place("logits")]
    assert last.measures.nonfinite.tolist() == [False, True, True]
    assert last.columns.tolist() == [0, 1, 2]


def test_weights_are_those_that_were_written(history: History) -> None:
    kernel = history[3].records[Place("conv", "weights", "kernel")]
    assert isinstance(kernel, ParameterSnapshot)
    assert kernel.bias is not None and kernel.bias.tolist() == [1, 1, -100, 1]
    assert int(kernel.tiles.codes.sum()) == 4276
    vectors = history[4].records[Place("norm", "weights", "vectors")]
    assert isinstance(vectors, ParameterSnapshot)
    assert vectors.column_names == ("gamma", "beta", "moving_mean", "moving_variance")
    dense = history[5].records[Place("logits", "weights", "kernel")]
    assert dense.tiles.kind == "strip"
    assert int(dense.tiles.codes.sum()) == 55_139
    for record in (kernel, vectors, dense):
        assert np.isfinite(record.curves.height).all()
