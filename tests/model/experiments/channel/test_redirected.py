"""The rule for rectifiers that are shut, against the same in NumPy, by its published words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from cnnviz_widgets.model.experiments.channel.ascending.redirected import RULES

RANDOM = np.random.default_rng(2)


def gradient_of(activation: Callable[[Any], Any], values: Any, seed: Any) -> Any:
    @tf.function
    def back(values: Any, seed: Any) -> Any:
        with tf.compat.v1.get_default_graph().gradient_override_map(RULES):
            result = activation(values)
        return tf.gradients(result, values, grad_ys=seed)[0]

    return np.asarray(back(tf.constant(values, tf.float32), tf.constant(seed, tf.float32)))


def in_numpy(values: Any, seed: Any, top: float) -> Any:
    result = np.where((values > 0) & (values < top), seed, 0)
    for k in range(len(values)):
        if not result[k].any():
            opens = ((values[k] <= 0) & (seed[k] > 0)) | ((values[k] >= top) & (seed[k] < 0))
            result[k] = np.where(opens, seed[k], 0)
    return result


@pytest.mark.parametrize(("name", "top"), [("relu", np.inf), ("relu6", 6.0)])
def test_what_opens_gets_through_only_where_nothing_else_does(name: str, top: float) -> None:
    values, seed = RANDOM.normal(3, 5, (6, 3, 4)), RANDOM.normal(size=(6, 3, 4))
    values[1] = -np.abs(values[1])  # shut
    values[2] = 7 + np.abs(values[2])  # above 6
    values[3] = np.where(values[3] > 2, 8, -1)  # some of both
    seed[4, values[4] > 0] = 0  # open, and nobody asks
    seed[5] = 0
    found = gradient_of(getattr(tf.nn, name), values, seed)
    np.testing.assert_allclose(found, in_numpy(values, seed, top), rtol=1e-6)
    assert found[1].any() and not found[5].any()


def test_where_all_gets_through_nothing_changes() -> None:
    values, seed = RANDOM.normal(size=(4, 9)), RANDOM.normal(size=(4, 9))
    found = gradient_of(tf.nn.relu, values, seed)
    np.testing.assert_allclose(found, np.where(values > 0, seed, 0), rtol=1e-6)
