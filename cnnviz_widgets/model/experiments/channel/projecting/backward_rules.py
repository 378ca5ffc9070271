"""What rectifiers hand back in a deconvnet and in guided backpropagation.

A deconvnet hands back what is positive of what it is given, wherever the rectifier was open [Zeiler
& Fergus 2014]; guided backpropagation only where it was open, too [Springenberg et al. 2015]. Both
are published for ``max(x, 0)``; for its leaky and its capped form the same is done here: guided is
the operation's own gradient of what is positive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf

RECTIFIERS = ("Relu", "Relu6", "LeakyRelu")
"""The operations that have rules."""

RULES: Mapping[str, Mapping[str, str]] = {
    "plain": {},
    "guided": {kind: f"CnnvizGuided{kind}" for kind in RECTIFIERS},
    "deconv": {kind: f"CnnvizDeconv{kind}" for kind in RECTIFIERS},
}
"""By rule: type of operation → the gradient that stands in, as `TappedPass.tap` takes them."""

_applied: ContextVar[set[str] | None] = ContextVar("applied", default=None)


@contextmanager
def applied() -> Iterator[set[str]]:
    """Note the names of the operations that a rule was applied to, while gradients are taken."""
    names: set[str] = set()
    token = _applied.set(names)
    try:
        yield names
    finally:
        _applied.reset(token)


def relu_gradient(operation: Any, gradient: Any) -> Any:
    """The gradient of ``max(x, 0)``."""
    return tf.raw_ops.ReluGrad(gradients=gradient, features=operation.outputs[0])


def relu6_gradient(operation: Any, gradient: Any) -> Any:
    """The gradient of ``min(max(x, 0), 6)``."""
    return tf.raw_ops.Relu6Grad(gradients=gradient, features=operation.outputs[0])


def leaky_gradient(operation: Any, gradient: Any) -> Any:
    """The gradient of ``max(x, alpha x)``."""
    return tf.raw_ops.LeakyReluGrad(
        gradients=gradient, features=operation.inputs[0], alpha=operation.get_attr("alpha")
    )


def _noted(rule: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The rule; which operations it is applied to is noted."""

    def gradient_of(operation: Any, gradient: Any) -> Any:
        names = _applied.get()
        if names is not None:
            names.add(operation.name)
        return rule(operation, tf.nn.relu(gradient))

    return gradient_of


def _handed_on(operation: Any, gradient: Any) -> Any:
    return gradient


_OWN = {"Relu": relu_gradient, "Relu6": relu6_gradient, "LeakyRelu": leaky_gradient}
for _kind in RECTIFIERS:
    tf.RegisterGradient(RULES["guided"][_kind])(_noted(_OWN[_kind]))
    tf.RegisterGradient(RULES["deconv"][_kind])(_noted(_handed_on))
