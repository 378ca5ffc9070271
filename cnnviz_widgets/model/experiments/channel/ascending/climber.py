"""Steps of gradient ascent for many channels at once, and how strongly inputs excite a layer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .....analysis.arrays import Indices, Singles
from ..pass_function import PassFunction, tensor_type
from ..tapped_pass import Tapped, TappedPass
from .parameters import Parameters
from .redirected import RULES

# Adam, of gradients that all have the size 1.
_MEAN_KEPT, _SQUARE_KEPT = 0.9, 0.99
# 'Once' is a soft maximum: a place that lies the spread of all values below the strongest counts
# for e⁻².
_SHARPNESS = 2.0
# How much of what goes into the activation counts beside what comes out, in a mean over all places.
_LEAK = 0.1
# Between two goes an interrupt comes through: so many seconds each may last. How many steps that
# are is seen as it goes, from so many on, and makes no difference to what is found.
_SECONDS, _STEPS_AT_FIRST, _MOST_STEPS = 0.25, 2, 16
# So many steps in one go where rectifiers are opened: then it is seen whether they still need it.
_REDIRECTED_STEPS = 8
# Shifted looks at a picture, as one looks for how robust it is.
_NO_SHIFT = np.zeros((1, 3), dtype=np.float32)


@dataclass(frozen=True)
class Excitement:
    """How strongly some inputs excite a layer's channels, higher being more of what is sought.

    Attributes
    ----------
    output : ndarray, shape (n, C)
        By the layer's output.
    driving : ndarray, shape (n, C)
        By what went into its activation.
    mean, square : ndarray, shape (n, C)
        Of what went into its activation: mean and mean square over all places.
    """

    output: Singles
    driving: Singles
    mean: Singles
    square: Singles


@dataclass
class Climb:
    """Where a search stands: n channels, a row each.

    Attributes
    ----------
    z, mean, square : ndarray, shape (n, …)
        What is varied, with Adam's averages.
    taken : ndarray of int32, shape (n,)
        How many steps have been made.
    """

    z: Singles
    mean: Singles
    square: Singles
    taken: NDArray[np.int32]

    @classmethod
    def begun(cls, z: Singles) -> Climb:
        """Before the first step."""
        zeros = np.zeros_like(z)
        return cls(z, zeros, zeros.copy(), np.zeros(len(z), dtype=np.int32))

    def put(self, rows: Indices, values: Sequence[NDArray[Any]]) -> None:
        """Where some rows stand now."""
        for mine, theirs in zip((self.z, self.mean, self.square, self.taken), values, strict=True):
            mine[rows] = theirs


class Climber:
    """Climbs towards what excites the channels of one layer.

    Parameters
    ----------
    tapped : TappedPass
    parameters : Parameters
        What is varied.
    everywhere : bool
        Whether a channel is to be excited in the mean over all places rather than at one.
    sign : {1, -1}
        Whether it is to be high or low.
    """

    def __init__(
        self, tapped: TappedPass, parameters: Parameters, everywhere: bool, sign: int
    ) -> None:
        self._tapped = tapped
        self._parameters = parameters
        self._everywhere = everywhere
        self._sign = sign
        self._held = [
            tf.TensorSpec((None, *array.shape[1:]), tensor_type(array))
            for k, array in enumerate(tapped.given)
            if k != tapped.place
        ]

    # How strongly inputs excite ------------------------------------------------------------

    def excitement(
        self,
        inputs: NDArray[Any],
        held: Sequence[NDArray[Any]],
        moves: Singles = _NO_SHIFT,
        noise: float = 0.0,
    ) -> Excitement:
        """How strongly some inputs excite the layer.

        Parameters
        ----------
        inputs : ndarray, shape (n, …)
        held : sequence of ndarray
            The model's other inputs, of as many rows.
        moves : ndarray, shape (looks, 3)
            Random numbers from −1 to 1, as `Parameters.moved` takes them: the mean over so many
            looks. Default: one look at the inputs as they are.
        noise : float
            The spread of noise that each look is given, as a share of the range.
        """
        return Excitement(*self._measure(inputs, moves.T, np.float32(noise), *held))

    @property
    def _measure(self) -> PassFunction:
        values = self._tapped.values
        return self._tapped.function(
            self._kind("excitement"),
            self._measured,
            tf.TensorSpec((None, *values.shape[1:]), tf.float32),
            tf.TensorSpec((3, None), tf.float32),
            tf.TensorSpec((), tf.float32),
            *self._held,
        )

    def _measured(self, tapped: TappedPass, inputs: Any, moves: Any, noise: Any, *held: Any) -> Any:
        rows, channels = tf.shape(inputs)[0], tapped.info.channels
        span = self._parameters.span.astype(np.float32)

        def look(number: Any, *sums: Any) -> Any:
            draws = tf.repeat(moves[None, :, number], rows, 0)
            moved = tf.cond(
                tf.reduce_any(tf.not_equal(draws, 0)),
                lambda: self._parameters.moved(inputs, draws),
                lambda: inputs,
            )
            grain = tf.random.stateless_normal(inputs.shape[1:], [0, number]) * span
            found = tapped.tap(_with(held, tapped.place, moved + noise * grain))
            places = list(range(1, len(found.driving.shape) - 1))
            new = (
                self._reduced(found.output),
                self._reduced(found.driving),
                tf.reduce_mean(found.driving, places) if places else found.driving,
                tf.reduce_mean(found.driving**2, places) if places else found.driving**2,
            )
            return number + 1, *(old + each for old, each in zip(sums, new, strict=True))

        count = tf.shape(moves)[1]
        zeros = [tf.zeros((rows, channels)) for _ in range(4)]
        _, *sums = tf.while_loop(lambda k, *_: k < count, look, [0, *zeros], parallel_iterations=1)
        return [each / tf.cast(count, tf.float32) for each in sums]

    def _reduced(self, values: Any) -> Any:
        """What is to be as high as can be, of each row and channel."""
        places = list(range(1, len(values.shape) - 1))
        signed = values if self._sign > 0 else -values
        if not places:
            return signed
        return (tf.reduce_mean if self._everywhere else tf.reduce_max)(signed, places)

    # Climbing ------------------------------------------------------------------------------

    def climb(
        self,
        climb: Climb,
        channels: Indices,
        spread: Singles,
        draws: Singles,
        rate: float,
        held: Sequence[NDArray[Any]],
        *,
        on_steps: Callable[[int], None],
    ) -> None:
        """Go on with a search until each row has made its steps, or stands where none leads up.

        Parameters
        ----------
        climb : Climb
            Where it stands, of n rows; it is written to.
        channels : ndarray, shape (n,)
        spread : ndarray, shape (n,)
            The standard deviation of each channel's values on the user's inputs.
        draws : ndarray, shape (n, steps, 3)
            Random numbers from −1 to 1, for `Parameters.moved`.
        rate : float
            How far a step goes, in one wave's natural size.
        held : sequence of ndarray
            The model's other inputs, of n rows.
        on_steps : callable
            Given how many steps were made since it was last called, all rows together; it may
            raise.
        """
        steps = draws.shape[1]
        redirected = np.zeros(len(channels), dtype=bool)
        stuck = redirected.copy()
        at_once = _STEPS_AT_FIRST
        while (going := ~stuck & (climb.taken < steps)).any():
            for with_rules in (False, True):
                rows = np.flatnonzero(going & (redirected == with_rules))
                if not rows.size:
                    continue
                before = climb.taken[rows]
                function = self._stepping(with_rules)
                begun = time.monotonic()
                found = function(
                    *(each[rows] for each in (climb.z, climb.mean, climb.square, climb.taken)),
                    *(each[rows] for each in (channels, spread, draws)),
                    np.float32(rate),
                    np.int32(_REDIRECTED_STEPS if with_rules else at_once),
                    *(each[rows] for each in held),
                )
                climb.put(rows, found[:4])
                shut = found[4]
                made = climb.taken[rows] - before
                if with_rules or not self._tapped.is_traced:
                    # Where even that leads nowhere, nothing does.
                    stuck[rows[shut & (made == 0)]] = True
                redirected[rows] = shut & (not with_rules and self._tapped.is_traced)
                on_steps(int(made.sum()))
                seconds = (time.monotonic() - begun) / max(int(made.max()), 1)
                at_once = int(np.clip(_SECONDS / max(seconds, 1e-9), 1, _MOST_STEPS))

    def _stepping(self, with_rules: bool) -> PassFunction:
        shape = self._parameters.shape
        z = tf.TensorSpec((None, *shape), tf.float32)
        rows = tf.TensorSpec((None,), tf.int32)
        return self._tapped.function(
            self._kind("redirected" if with_rules else "steps"),
            self._redirected_steps if with_rules else self._steps,
            *(z, z, z, rows, rows),
            tf.TensorSpec((None,), tf.float32),
            tf.TensorSpec((None, None, 3), tf.float32),
            tf.TensorSpec((), tf.float32),
            tf.TensorSpec((), tf.int32),
            *self._held,
        )

    def _redirected_steps(self, tapped: TappedPass, *tensors: Any) -> Any:
        return self._steps(tapped, *tensors, rules=RULES)

    def _steps(self, tapped: TappedPass, *tensors: Any, rules: Any = None) -> Any:
        z, mean, square, taken, channels, spread, draws, rate, limit, *held = tensors
        steps = tf.shape(draws)[1]
        mask = tf.one_hot(channels, tapped.info.channels)
        sharpness = (_SHARPNESS / tf.maximum(spread, 1e-12))[:, None]
        rank = [-1] + [1] * len(self._parameters.shape)

        def step(count: Any, z: Any, mean: Any, square: Any, taken: Any, shut: Any) -> Any:
            draw = tf.gather(draws, tf.minimum(taken, steps - 1), batch_dims=1)

            def height(z: Any) -> Any:
                moved = self._parameters.moved(self._parameters.inputs(z), draw)
                found = tapped.tap(_with(held, tapped.place, moved), rules=rules)
                return self._height(found, mask, sharpness)

            _, slope = tapped.gradient(height, z)
            axes = list(range(1, len(z.shape)))
            # The squares of small numbers would be none.
            largest = tf.reduce_max(tf.abs(slope), axes)
            leads = (largest > 0) & tf.math.is_finite(largest)
            unit = slope / tf.reshape(tf.where(leads, largest, 1.0), rank)
            unit /= tf.sqrt(tf.reduce_mean(unit**2, axes, keepdims=True)) + 1e-12
            moves = tf.reshape(leads & (taken < steps), rank)
            number = tf.reshape(tf.cast(taken + 1, tf.float32), rank)
            new_mean = _MEAN_KEPT * mean + (1 - _MEAN_KEPT) * unit
            new_square = _SQUARE_KEPT * square + (1 - _SQUARE_KEPT) * unit**2
            size = tf.sqrt(new_square / (1 - _SQUARE_KEPT**number)) + 1e-6
            new_z = z + rate * new_mean / (1 - _MEAN_KEPT**number) / size
            return (
                count + 1,
                tf.where(moves, new_z, z),
                tf.where(moves, new_mean, mean),
                tf.where(moves, new_square, square),
                taken + tf.cast(leads & (taken < steps), tf.int32),
                ~leads,
            )

        def goes_on(count: Any, *state: Any) -> Any:
            taken, shut = state[-2:]
            return (count < limit) & tf.reduce_any((taken < steps) & ~shut)

        state = [z, mean, square, taken, tf.zeros_like(taken, tf.bool)]
        return tf.while_loop(goes_on, step, [0, *state], parallel_iterations=1)[1:]

    def _height(self, found: Tapped, mask: Any, sharpness: Any) -> Any:
        """What is to rise, of each row."""
        driving = found.driving
        flat = tf.reshape(driving, (tf.shape(driving)[0], -1, driving.shape[-1]))
        values = self._sign * tf.linalg.matvec(flat, mask)
        if not self._everywhere:
            return tf.reduce_logsumexp(sharpness * values, 1) / sharpness[:, 0]
        if self._sign < 0 or not found.is_behind:
            return tf.reduce_sum(values, 1)
        # Places that are far from firing say as little as they do in what is measured, and not
        # nothing: else none would say anything where all are.
        fired = tf.reshape(found.output, (tf.shape(driving)[0], -1, driving.shape[-1]))
        return tf.reduce_sum(tf.linalg.matvec(fired, mask) + _LEAK * values, 1)

    def _kind(self, name: str) -> str:
        return f"{name} {'everywhere' if self._everywhere else 'once'} {self._sign}"


def _with(held: Sequence[Any], place: int, own: Any) -> list[Any]:
    return [*held[:place], own, *held[place:]]
