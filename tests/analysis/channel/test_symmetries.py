"""Symmetries turn, turn back, and are as many as a square, a rectangle and a row have."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.symmetries import IDENTITY, Symmetry, symmetries_of


@pytest.mark.parametrize(
    ("shape", "count"), [((3, 3), 8), ((3, 4), 4), ((5,), 2), ((), 1), ((2, 2, 2), 1)]
)
def test_each_lays_an_array_on_itself_in_another_way(shape: tuple[int, ...], count: int) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(1, *shape)
    axes = range(1, 1 + len(shape))
    found = symmetries_of(shape)
    assert found[0] == IDENTITY
    assert len({each.applied(array, axes).tobytes() for each in found}) == len(found) == count
    for each in found:
        turned = each.applied(array, axes)
        assert turned.shape == array.shape
        np.testing.assert_array_equal(each.undone(turned, axes), array)


def test_what_they_do_by_hand() -> None:
    picture = np.array([[1, 2], [3, 4]])
    assert Symmetry(1).applied(picture, (0, 1)).tolist() == [[2, 4], [1, 3]]
    assert Symmetry(1, True).applied(picture, (0, 1)).tolist() == [[1, 3], [2, 4]]
    assert Symmetry(mirrored=True).applied(np.arange(3), (0,)).tolist() == [2, 1, 0]


def test_words() -> None:
    assert [each.words for each in symmetries_of((2, 3))] == [
        "",
        "turned by 180°",
        "mirrored",
        "mirrored and turned by 180°",
    ]
