"""Which layers go together: by path, else by kind, rank and order."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from cnnviz_widgets.comparison.layer_matching import LayerOutline, pair_layers


def conv(path: str, channels: int = 8) -> LayerOutline:
    return LayerOutline(path, "Conv2D", (6, 6, channels))


def dense(path: str, channels: int = 8) -> LayerOutline:
    return LayerOutline(path, "Dense", (channels,))


def paths(pairs: object) -> list[tuple[str, str]]:
    return [(one.path, other.path) for one, other in pairs]  # type: ignore[attr-defined]


def test_equal_paths_go_together_whatever_their_order_and_width() -> None:
    found = pair_layers([conv("a"), conv("b"), dense("c")], [dense("c"), conv("b", 4), conv("a")])
    assert paths(found.pairs) == [("a", "a"), ("b", "b"), ("c", "c")]
    assert found.only_a == found.only_b == ()


def test_an_equal_path_of_another_rank_is_another_layer() -> None:
    found = pair_layers([conv("x")], [dense("x")])
    assert found.pairs == ()
    assert [layer.path for layer in found.only_a] == ["x"]


def test_other_names_are_paired_by_kind_in_order() -> None:
    found = pair_layers([conv("c1"), dense("d1")], [conv("k1", 16), dense("e1"), dense("e2")])
    assert paths(found.pairs) == [("c1", "k1"), ("d1", "e1")]
    assert [layer.path for layer in found.only_b] == ["e2"]


def test_equal_widths_are_preferred() -> None:
    # The tutorial's generator: one of two dense layers was dropped.
    found = pair_layers([dense("d1", 2560), dense("d2", 25600)], [dense("e", 25600)])
    assert paths(found.pairs) == [("d2", "e")]
    assert [layer.path for layer in found.only_a] == ["d1"]


def test_one_pair_more_is_worth_more_than_equal_widths() -> None:
    found = pair_layers([dense("a", 1), dense("b", 2)], [dense("x", 2), dense("y", 1)])
    assert len(found.pairs) == 2


def test_moments_are_paired_by_path_only() -> None:
    found = pair_layers([conv("a"), conv("b")], [conv("a"), conv("c")], by_kind=False)
    assert paths(found.pairs) == [("a", "a")]
    assert [layer.path for layer in found.only_b] == ["c"]


def test_as_many_pairs_as_brute_force_finds() -> None:
    random = np.random.default_rng(2)
    for _ in range(40):
        a = [random.choice(["A", "B", "C"]) for _ in range(random.integers(1, 6))]
        b = [random.choice(["A", "B", "C"]) for _ in range(random.integers(1, 6))]
        found = pair_layers(
            [LayerOutline(f"a{i}", kind, (1,)) for i, kind in enumerate(a)],
            [LayerOutline(f"b{i}", kind, (1,)) for i, kind in enumerate(b)],
        )
        longest = max(
            n
            for n in range(min(len(a), len(b)) + 1)
            for one in combinations(a, n)
            for other in combinations(b, n)
            if one == other
        )
        assert len(found.pairs) == longest
        order = [int(path[1:]) for _, path in paths(found.pairs)]
        assert order == sorted(order)


def test_no_layers_make_no_pairs() -> None:
    assert pair_layers([], []).pairs == ()
    assert pair_layers([conv("a")], []).only_a == (conv("a"),)
