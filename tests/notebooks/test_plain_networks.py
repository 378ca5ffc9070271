"""The networks of the sixth notebook."""

from __future__ import annotations

import numpy as np
import pytest
from plain_networks import KINDS, network


def convolutions(kind: str) -> list[int]:
    model = network(kind)
    assert model.output_shape == (None, 10)
    return [layer.filters for layer in model.layers if layer.name.startswith("conv")]


def test_a_width_multiplies_the_channels_of_the_plan() -> None:
    base = convolutions("base")
    assert base == [8, 8, 16, 16, 16, 16, 16, 32, 32, 32]
    assert [4 * channels for channels in base] == convolutions("wide")
    assert base == [4 * channels for channels in convolutions("narrow")]


def test_plans_differ_in_depth_alone() -> None:
    assert [len(convolutions(kind)) for kind in ("shallow", "deep")] == [7, 20]
    assert set(KINDS) == {"shallow", "base", "deep", "narrow", "wide"}


def test_a_seed_gives_the_same_weights() -> None:
    first, second, other = (network("narrow", seed=seed).get_weights() for seed in (3, 3, 4))
    assert all(map(np.array_equal, first, second))
    assert not all(map(np.array_equal, first, other))


def test_a_small_start_makes_small_weights() -> None:
    weights = network("narrow", spread=0.01).get_weights()
    kernels = np.concatenate([each.ravel() for each in weights[:-2] if each.ndim > 1])
    assert kernels.std() == pytest.approx(0.01, rel=0.1)
