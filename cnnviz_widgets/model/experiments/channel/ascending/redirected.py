"""A backward rule for rectifiers that are shut: a gradient gets through that would open them.

Where every unit of a rectifier is shut for a sample, its gradient is zero, and ascent stands still
before it has begun: most of the pictures of 'dead' filters that are shown come from that. The rule
is Lucid's [tensorflow/lucid, ``redirected_relu_grad``]: only for a sample for which nothing at all
would get through, and only what pushes units towards being open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

RULES = {"Relu": "CnnvizRedirectedRelu", "Relu6": "CnnvizRedirectedRelu6"}
"""Type of operation → the gradient that stands in, as `TappedPass.tap` takes them."""


def redirected_relu(operation: Any, gradient: Any) -> Any:
    """The gradient of ``max(x, 0)``; where it is zero for a whole sample, what raises x."""
    plain = tf.raw_ops.ReluGrad(gradients=gradient, features=operation.outputs[0])
    return _redirected(plain, lambda: tf.nn.relu(gradient))


def redirected_relu6(operation: Any, gradient: Any) -> Any:
    """The gradient of ``min(max(x, 0), 6)``; where it is zero for a sample, what leads inside."""
    plain = tf.raw_ops.Relu6Grad(gradients=gradient, features=operation.outputs[0])

    def inward() -> Any:
        return tf.where(operation.inputs[0] > 0, tf.minimum(gradient, 0), tf.nn.relu(gradient))

    return _redirected(plain, inward)


def _redirected(plain: Any, opening: Callable[[], Any]) -> Any:
    """What opens, for samples of which nothing gets through; open units want nothing there."""
    axes = list(range(1, len(plain.shape)))
    is_shut = tf.reduce_max(tf.abs(plain), axes, keepdims=True) <= 0
    return tf.cond(
        tf.reduce_any(is_shut), lambda: tf.where(is_shut, opening(), plain), lambda: plain
    )


for _operation, _rule in {"Relu": redirected_relu, "Relu6": redirected_relu6}.items():
    tf.RegisterGradient(RULES[_operation])(_rule)
