"""Activations of a layer led back to an input, several channels of it in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .....analysis.arrays import Indices, Singles
from .....analysis.spreading import evenly
from .....records.channel.projection import Rule
from ..pass_function import tensor_type
from ..tapped_pass import TappedPass
from .backward_rules import RULES, applied
from .nonlinear_steps import NonlinearSteps, nonlinear_steps


class LedBack(NamedTuple):
    """What n channels lead back to.

    Attributes
    ----------
    maps : ndarray of float32, shape (n, …)
        Each shaped as one input.
    places : ndarray of int, shape (n,)
        At which of the layer's positions, counted in a row.
    values : ndarray of float32, shape (n, C)
        Of all the layer's channels there.
    """

    maps: Singles
    places: Indices
    values: Singles


class Projector:
    """Leads activations of a layer's channels back to one input by one rule.

    Traced once a rule, and kept as long as only weights change.

    Parameters
    ----------
    tapped : TappedPass
    rule : {'plain', 'guided', 'deconv'}

    Raises
    ------
    NoGradients, ModelCallError
        As `TappedPass.gradient`.

    Attributes
    ----------
    steps : NonlinearSteps or None
        What is on the way; None where there is no graph.
    """

    def __init__(self, tapped: TappedPass, rule: Rule) -> None:
        self._rule = rule
        self.steps: NonlinearSteps | None = None
        inputs = [
            tf.TensorSpec(
                (None, *array.shape[1:]),
                tf.float32 if place == tapped.place else tensor_type(array),
            )
            for place, array in enumerate(tapped.given)
        ]
        numbers = tf.TensorSpec((None,), tf.int32)
        self._function = tapped.new_function(self._body, numbers, numbers, *inputs)

    @classmethod
    def of(cls, tapped: TappedPass, rule: Rule) -> Projector:
        """The one that is kept, or a new one."""
        return tapped.lasting(f"projection {rule}", lambda: cls(tapped, rule))

    def led_back(
        self, given: Sequence[NDArray[Any]], row: int, channels: Indices, place: int | None
    ) -> LedBack:
        """Lead some channels back from one sample.

        Parameters
        ----------
        given : sequence of ndarray
            The model's inputs, flattened.
        row : int
            Which sample.
        channels : ndarray of int, shape (n,)
        place : int or None
            Among the layer's positions in a row. Default: where each channel is strongest.

        Raises
        ------
        ModelCallError, MemoryError
            As `PassFunction`.
        """
        places = np.full(len(channels), -1 if place is None else place, dtype=np.int32)
        rows = [np.repeat(array[row : row + 1], len(channels), axis=0) for array in given]
        maps, at, values = self._function(channels.astype(np.int32), places, *rows)
        return LedBack(maps, at.astype(np.intp), values)

    def _body(self, tapped: TappedPass, channels: Any, places: Any, *given: Any) -> Any:
        found: list[Any] = []

        def half_square(values: Any) -> Any:
            """Half of the squared activation: its slope is the activation, the seed."""
            inputs = [*given[: tapped.place], values, *given[tapped.place + 1 :]]
            output = tapped.tap(inputs, rules=RULES[self._rule]).output
            flat = tf.reshape(output, (tf.shape(output)[0], -1, tapped.info.channels))
            own = tf.gather(flat, channels, axis=2, batch_dims=1)
            strongest = tf.argmax(own, axis=1, output_type=tf.int32)
            at = tf.where(places >= 0, places, strongest)
            found.extend((output, at, tf.gather(flat, at, axis=1, batch_dims=1)))
            return tf.square(tf.gather(own, at, axis=1, batch_dims=1)) / 2

        source = given[tapped.place]
        with applied() as names:
            _, maps = tapped.gradient(half_square, source)
        output, at, here = found
        if not tf.executing_eagerly():
            self.steps = nonlinear_steps(source, output, names)
        return maps, at, here


def firing(values: Singles, activation: float, most: int, besides: int | None = None) -> Indices:
    """At most so many of the channels with a value of the same sign, spread evenly.

    Parameters
    ----------
    values : ndarray, shape (C,)
    activation : float
    most : int
    besides : int, optional
        A channel that is left out.
    """
    alike = np.where(np.isfinite(values), values, 0) * np.sign(activation)
    if besides is not None:
        alike[besides] = 0
    channels = np.flatnonzero(alike > 0)
    return channels[evenly(channels.size, most)]
