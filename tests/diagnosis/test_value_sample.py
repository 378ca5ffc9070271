"""What is kept of a layer, and an image at the places of a map."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.diagnosis.value_sample import averaged_at, thinned


def test_small_layers_are_kept_whole() -> None:
    values = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    some = thinned(values, rows=1000, channels=10)
    np.testing.assert_array_equal(some.values, values.reshape(2, 12, 5))
    np.testing.assert_array_equal(some.rows, values.reshape(24, 5))


def test_what_is_kept_are_the_values_at_the_places_named() -> None:
    values = np.random.default_rng(0).normal(size=(100, 30, 20, 40)).astype(np.float32)
    some = thinned(values, rows=2000, channels=8, samples=10, seed=3)
    assert some.values.shape[0] == 10
    assert some.values.shape[2] == 8
    assert 1000 <= len(some.rows) <= 2600
    expected = values[np.ix_(some.samples, *some.places, some.channels)]
    np.testing.assert_array_equal(some.values, expected.reshape(some.values.shape))
    for index, size in zip(some.places, (30, 20), strict=True):
        assert np.all(np.diff(index) > 0)
        assert index[-1] < size


def test_places_do_not_fall_into_step_with_a_checkerboard() -> None:
    board = np.indices((64, 64)).sum(axis=0) % 2
    values = np.broadcast_to(board[None, :, :, None], (4, 64, 64, 1)).astype(np.float32)
    some = thinned(values, rows=4 * 256, channels=1)
    assert 0.3 < some.values.mean() < 0.7


def test_a_layer_without_places_keeps_samples() -> None:
    values = np.arange(100, dtype=np.float32)[:, None]
    some = thinned(values, rows=10, channels=5)
    np.testing.assert_array_equal(some.values[:, 0, 0], np.arange(0, 100, 10))


def test_a_place_sees_the_mean_of_its_pixels() -> None:
    image = np.arange(16, dtype=np.float32).reshape(1, 4, 4, 1)
    seen = averaged_at(image, (2, 2), (np.array([0, 1]), np.array([1])))
    # Columns 2 and 3: rows 0 and 1 hold 2, 3, 6, 7; rows 2 and 3 hold 10, 11, 14, 15.
    np.testing.assert_array_equal(seen, [[[4.5], [12.5]]])


def test_a_map_finer_than_the_image_sees_single_pixels() -> None:
    image = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    seen = averaged_at(image, (4, 4), (np.array([0, 3]), np.array([1, 2])))
    np.testing.assert_array_equal(seen[0, :, 0], [0, 1, 2, 3])
