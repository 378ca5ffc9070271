"""The mean cosine of maps."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.map_likeness import mean_cosine


def test_a_cosine_has_a_sign_and_no_scale() -> None:
    own = np.array([[1.0, 2.0], [0.0, -1.0]])
    assert mean_cosine(own, [3 * own]) == pytest.approx(1)
    assert mean_cosine(own, [own, -own]) == pytest.approx(0)
    assert mean_cosine([1, 0], [[1, 1], [0, 1]]) == pytest.approx(np.sqrt(0.5) / 2)
    # Whose squares are less, or more, than any number there is.
    assert mean_cosine([1e-300, 0], [[1e-320, 0], [1e300, 0]]) == pytest.approx(1)


def test_of_nothing_there_is_none() -> None:
    assert mean_cosine([1, 0], np.zeros((0, 2))) is None
    assert mean_cosine([0, 0], [[1, 1]]) is None
    assert mean_cosine([1, 0], [[0, 0]]) is None
    assert mean_cosine([1, 0], [[0, 0], [2, 0]]) == pytest.approx(1)


def test_what_maps_have_in_common_is_their_mean_cosine() -> None:
    """Why half is where a map is mostly not its own."""
    rng = np.random.default_rng(0)
    common, own = rng.normal(size=5_000), rng.normal(size=(8, 5_000))
    for share in (0.2, 0.5, 0.8):
        maps = np.sqrt(share) * common + np.sqrt(1 - share) * own
        assert mean_cosine(maps[0], maps[1:]) == pytest.approx(share, abs=0.03)
