"""What rectifiers hand back, against the same in NumPy by the published words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from cnnviz_widgets.model.experiments.channel.projecting.backward_rules import RULES, applied

RANDOM = np.random.default_rng(2)
VALUES, SEED = RANDOM.normal(3, 5, (6, 3, 4)), RANDOM.normal(size=(6, 3, 4))

# Each with its slope, where it is given so much.
RECTIFIERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "Relu": (tf.nn.relu, lambda x: x > 0),
    "Relu6": (tf.nn.relu6, lambda x: (x > 0) & (x < 6)),
    "LeakyRelu": (lambda x: tf.nn.leaky_relu(x, 0.3), lambda x: np.where(x > 0, 1, 0.3)),
}


def gradient_of(kind: str, rule: str) -> tuple[Any, set[str]]:
    noted: list[set[str]] = []

    @tf.function(autograph=False)
    def back(values: Any, seed: Any) -> Any:
        with tf.compat.v1.get_default_graph().gradient_override_map(dict(RULES[rule])):
            result = RECTIFIERS[kind][0](values)
        with applied() as names:
            slope = tf.gradients(result, values, grad_ys=seed)[0]
        noted.append(names)
        return slope

    slope = back(tf.constant(VALUES, tf.float32), tf.constant(SEED, tf.float32))
    return np.asarray(slope), noted[0]


@pytest.mark.parametrize("kind", RECTIFIERS)
def test_each_rule_by_its_words(kind: str) -> None:
    slope, positive = RECTIFIERS[kind][1](VALUES), np.maximum(SEED, 0)
    for rule, expected in (
        ("plain", SEED * slope),
        ("guided", positive * slope),
        ("deconv", positive),
    ):
        found, names = gradient_of(kind, rule)
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        # Of each operation that a rule was applied to, and of no other, the name is noted.
        assert len(names) == (rule != "plain")


def test_without_anyone_to_note_a_rule_is_applied_all_the_same() -> None:
    @tf.function(autograph=False)
    def back(values: Any) -> Any:
        with tf.compat.v1.get_default_graph().gradient_override_map(dict(RULES["deconv"])):
            result = tf.nn.relu(values)
        return tf.gradients(result, values)[0]

    np.testing.assert_array_equal(back(tf.constant([-1.0, 2.0])), [1, 1])
