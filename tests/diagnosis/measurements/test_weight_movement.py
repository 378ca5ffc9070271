"""Whether weights have moved."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnnviz_widgets.diagnosis.measurements.weight_movement import relative_change, weight_movement

RNG = np.random.default_rng(0)
FRESH = {"kernel": RNG.normal(size=(50, 40)), "bias": np.zeros(40)}


def test_relative_change_by_hand() -> None:
    earlier = {"kernel": np.array([3.0, 0]), "bias": np.array([4.0])}
    now = {"kernel": np.array([3.0, 0.3]), "bias": np.array([4.4])}
    # ‖(0, 0.3, 0.4)‖ / ‖(3, 0, 4)‖
    assert relative_change(now, earlier) == pytest.approx(0.1)
    assert relative_change(earlier, earlier) == 0
    assert relative_change({"w": np.ones(2)}, {"w": np.zeros(2)}) == math.inf
    assert relative_change({"w": np.zeros(2)}, {"w": np.zeros(2)}) == 0


def test_earlier_weights_must_fit() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\).*\(2,\)"):
        relative_change({"w": np.ones(2)}, {"w": np.ones(3)})
    with pytest.raises(ValueError, match="kernel"):
        relative_change({"w": np.ones(2)}, {"kernel": np.ones(2)})


def test_as_drawn() -> None:
    now = {"kernel": RNG.normal(size=(50, 40)), "bias": np.zeros(40)}
    still = weight_movement(now, FRESH)
    assert (still.constants_kept, still.constants, still.drawn) == (40, 40, 2000)
    assert still.known
    assert not still.moved


@pytest.mark.parametrize(
    "now",
    [
        {"kernel": RNG.normal(size=(50, 40)), "bias": np.r_[1e-9, np.zeros(39)]},
        {"kernel": 1.3 * RNG.normal(size=(50, 40)), "bias": np.zeros(40)},
    ],
)
def test_moved(now: dict[str, np.ndarray]) -> None:
    assert weight_movement(now, FRESH).moved


def test_a_kernel_alone_cannot_tell() -> None:
    assert not weight_movement({"kernel": FRESH["kernel"]}, {"kernel": FRESH["kernel"]}).known


def test_an_earlier_moment_decides() -> None:
    now = {"kernel": FRESH["kernel"] + 1e-3, "bias": np.zeros(40)}
    assert weight_movement(now, FRESH, {"kernel": FRESH["kernel"], "bias": np.zeros(40)}).moved
    assert not weight_movement(now, FRESH, now).moved
    assert not weight_movement({"w": now["kernel"]}, {}, {"w": now["kernel"]}).moved


def test_drift_is_told_in_the_kernels_spread() -> None:
    fresh = {"kernel": 0.5 * RNG.choice([-1.0, 1.0], (50, 40)), "bias": np.zeros(40)}
    now = {"kernel": fresh["kernel"], "bias": np.r_[-0.002, np.zeros(39)]}
    slight = weight_movement(now, fresh)
    assert slight.drift == pytest.approx(0.004, rel=1e-3)
    assert slight.moved
    assert not slight.learnt
    far = weight_movement({**now, "bias": np.full(40, 0.02)}, fresh)
    assert far.drift == pytest.approx(0.04, rel=1e-3)
    assert far.learnt
    assert weight_movement({**now, "kernel": 2 * fresh["kernel"]}, fresh).learnt


def test_averages_do_not_drift() -> None:
    fresh = {"gamma": np.ones(4), "moving_mean": np.zeros(4)}
    counted = weight_movement({"gamma": np.ones(4), "moving_mean": np.full(4, 3.0)}, fresh)
    assert counted.drift == 0
    assert not counted.learnt
    scaled = weight_movement({"gamma": np.full(4, 1.5), "moving_mean": np.zeros(4)}, fresh)
    assert scaled.drift == 0.5
    bare = {"moving_mean": np.zeros(4)}
    assert math.isnan(weight_movement(bare, bare).drift)
    assert weight_movement({"moving_mean": np.ones(4)}, bare).learnt
