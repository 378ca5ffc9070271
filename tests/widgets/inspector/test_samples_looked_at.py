"""While a model trains some samples are looked at: whose rows are those, what do counts rest on?"""

from __future__ import annotations

import re
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.records.layer_picture import MOST_ROWS

pytestmark = pytest.mark.usefixtures("every_update")

SAMPLES, QUICK = 6, 3
# Evenly spread over six.
LOOKED_AT = (0, 2, 5)


def one_channel_a_sample(samples: int = SAMPLES, dead: int = 1) -> Any:
    """Channel k answers to sample k alone; the last channels answer to none."""
    model = keras.Sequential(
        [keras.Input((samples,)), kl.Dense(samples + dead, activation="relu", name="one")]
    )
    kernel = np.zeros((samples, samples + dead), dtype="float32")
    kernel[:, :samples] = np.diag(np.arange(1, samples + 1))
    model.layers[0].set_weights([kernel, -0.5 * np.ones(samples + dead, dtype="float32")])
    return model


def inspected(samples: int = SAMPLES, **options: Any) -> Any:
    model = one_channel_a_sample(samples)
    return cv.ModelInspector(model, np.eye(samples, dtype="float32"), **options)


def silent(inspector: Any, samples: tuple[int, ...]) -> int:
    """How many channels are zero on these samples, by NumPy."""
    values = np.asarray(inspector.probe.model(np.eye(SAMPLES, dtype="float32")[list(samples)]))
    return int((values == 0).all(axis=0).sum())


def places(grid: Any) -> list[int]:
    """The number of the sample at each place of the grid, as the page works it out."""
    kept = np.frombuffer(grid._rows, "<i4").tolist()
    return kept or np.frombuffer(grid._samples, "<i4").tolist()


def filled(grid: Any) -> list[int]:
    """The samples that have tiles."""
    numbers = np.frombuffer(grid._samples, "<i4").tolist()
    assert len(numbers) == grid._shape[0]
    return numbers


def marked(grid: Any) -> int:
    """How many channels the grid's foot counts as all zero."""
    marks = np.frombuffer(grid._low, "<f4").reshape(grid._shape[:2])
    return int((marks == 0).all(axis=0).sum())


def counts(inspector: Any) -> tuple[int, int, str, str]:
    """The grid's count, the list's, on which samples that is, and the densities' sentence."""
    entry = inspector.selector._layers[0]
    notes = [note for note in inspector.density._head._notes if " zero on " in note]
    return marked(inspector.grid), entry["dead"], inspector.selector._basis, " ".join(notes)


def check_counts(inspector: Any, looked_at: tuple[int, ...] | None) -> None:
    """Every count is NumPy's, on the samples that it says."""
    grid, dead, basis, sentence = counts(inspector)
    everywhere = tuple(range(SAMPLES))
    assert dead == silent(inspector, everywhere)
    assert grid == silent(inspector, looked_at or everywhere)
    numbers = [int(number) for number in re.findall(r"\d+", sentence)]
    channels = SAMPLES + 1
    if looked_at is None:
        assert (basis, numbers) == ("", [dead, channels])
        assert "on every sample" in sentence
        assert inspector.density._head._samples == ""
        assert f"{SAMPLES} samples" in inspector.header.facts
    else:
        assert basis == f"on all {SAMPLES} samples when these were last looked at"
        assert numbers == [grid, channels, len(looked_at), dead, SAMPLES]
        assert inspector.density._head._samples == f"on {QUICK} of {SAMPLES} samples"
        assert f"{QUICK} of {SAMPLES} samples" in inspector.header.facts


def test_rows_and_counts_before_during_and_after() -> None:
    inspector = inspected(labels=list("abcdef"))
    everyone = list(range(SAMPLES))
    assert places(inspector.grid) == filled(inspector.grid) == everyone
    check_counts(inspector, None)
    monitor = inspector.monitor("batch", None, samples=QUICK)
    with monitor:
        assert places(inspector.grid) == filled(inspector.grid) == everyone
        for _ in range(2):
            monitor.update()
            assert places(inspector.grid) == everyone
            assert filled(inspector.grid) == list(LOOKED_AT)
            check_counts(inspector, LOOKED_AT)
            # 1, 3 and 4 answer to samples that were not looked at, and 6 to none.
            assert counts(inspector)[:2] == (4, 1)
            tiles = inspector.record.tiles.dequantise()[:, :, 0, 0]
            for row, sample in zip(tiles, filled(inspector.grid), strict=True):
                expected = np.zeros(SAMPLES + 1)
                expected[sample] = sample + 0.5
                by_channel = dict(zip(inspector.record.columns.tolist(), row, strict=True))
                found = [by_channel[channel] for channel in range(SAMPLES + 1)]
                np.testing.assert_allclose(found, expected, atol=0.05)
    assert places(inspector.grid) == filled(inspector.grid) == everyone
    check_counts(inspector, None)
    # A moment that rests on some of the samples says the same when one goes back to it.
    inspector.following.story.timeline.position = 1
    assert places(inspector.grid) == everyone
    assert filled(inspector.grid) == list(LOOKED_AT)
    check_counts(inspector, LOOKED_AT)
    inspector.following.story.timeline.position = -1
    assert places(inspector.grid) == filled(inspector.grid) == everyone
    check_counts(inspector, None)


def test_a_channel_that_dies_on_all_samples_is_counted_as_such_at_once() -> None:
    inspector = inspected()
    monitor = inspector.monitor("batch", None, samples=QUICK)
    with monitor:
        monitor.update()
        layer = inspector.probe.model.layers[0]
        kernel, bias = layer.get_weights()
        bias[3] = -100
        bias[0] = -100
        layer.set_weights([kernel, bias])
        monitor.update()
        # 0 falls silent on the samples looked at, so that all are looked at again: so 3 is found.
        assert counts(inspector)[:2] == (5, 3)
        check_counts(inspector, LOOKED_AT)


def test_another_layer_chosen_meanwhile_and_a_reading_by_hand_say_theirs() -> None:
    inspector = inspected()
    monitor = inspector.monitor("batch", None, samples=QUICK)
    with monitor:
        monitor.update()
        inspector.view = "weights"
        inspector.view = "outputs"
        check_counts(inspector, LOOKED_AT)
        inspector.refresh()
        check_counts(inspector, None)
        assert places(inspector.grid) == filled(inspector.grid) == list(range(SAMPLES))
        monitor.update()
        check_counts(inspector, LOOKED_AT)


@pytest.mark.parametrize(
    ("samples", "quick"), [(MOST_ROWS + 20, 5), (MOST_ROWS + 20, MOST_ROWS + 4)]
)
def test_samples_that_have_a_row_are_looked_at_first(samples: int, quick: int) -> None:
    probe = ModelProbe(one_channel_a_sample(samples), np.eye(samples, dtype="float32"))
    choice = probe.some(quick).choice
    assert choice is not None
    assert len(choice.numbers) == quick
    with_row = [number for number in choice.numbers if number < MOST_ROWS]
    assert len(with_row) == min(quick, MOST_ROWS)
    assert (with_row[0], with_row[-1]) == (0, MOST_ROWS - 1)


def test_every_row_is_kept_where_there_are_more_samples_than_rows() -> None:
    samples = MOST_ROWS + 20
    inspector = inspected(samples)
    before = places(inspector.grid)
    monitor = inspector.monitor("batch", None, samples=QUICK)
    with monitor:
        monitor.update()
        assert places(inspector.grid) == before == list(range(MOST_ROWS))
        assert filled(inspector.grid) == [0, 64, MOST_ROWS - 1]


def test_the_still_picture_says_what_its_count_rests_on() -> None:
    inspector = inspected()
    monitor = inspector.monitor("batch", None, samples=QUICK)
    assert inspector.record.dead_note == "1 of 7 channels is zero on every sample."
    with monitor:
        monitor.update()
        assert inspector.record.dead_note == (
            "4 of 7 channels are zero on these 3 samples; "
            "1 of them was so on all 6 when these were last looked at."
        )
        assert inspector.density.picture() is not None
