"""Decisive trials: what a live model does with a weight in random order, or with channels silent.

A weight that looks random has learnt something all the same if the answers suffer when its numbers
are put in another order; channels that are silent are missed if they suffer when as many of the
others are silenced. The weights are read as other numbers in a scope; they are never written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Indices
from ...diagnosis.measurements.training.trials import GROUPS, Fit, Trial, is_above_zero
from ..layers.effective_weights import effective_weights, read_only
from ..layers.layer_info import weight_names
from ..reading.probe import ModelProbe, reader_of
from .changed_outputs import (
    Replacement,
    answers_changed,
    difference,
    judge_of,
    right_answers,
    values_of,
)
from .exchanged_pass import Exchange, run_exchanged
from .losses import Loss, targets_of

Array = NDArray[Any]


class CannotExchange(ValueError):
    """A weight that a layer does not compute with as it is stored; the message says why."""


class Trials:
    """Trials of one live model on the samples of a probe.

    The model runs once for each trial, operation by operation. Its lock is to be held.

    Parameters
    ----------
    probe : ModelProbe
    targets : array, list or dict of array, or None
        One a sample, for each of the model's outputs.
    loss : str, callable or keras.losses.Loss, optional
        Default: what the model was compiled with, else a sensible one, see `Loss`.
    outputs : tensor, or list or dict of tensor, optional
        What the model returns as it is. Default: it is run for that.
    seed : int
        Of the random orders.

    Raises
    ------
    ValueError
        The targets do not fit the outputs or the loss.
    ModelCallError
        The model's call raises.
    """

    def __init__(
        self,
        probe: ModelProbe,
        targets: Any = None,
        loss: Any = None,
        *,
        outputs: Any = None,
        seed: int = 0,
    ) -> None:
        self._probe = probe
        self._seed = seed
        outputs = run_exchanged(probe) if outputs is None else outputs
        self._outputs = outputs
        self._before = values_of(outputs)
        self._targets: list[Array] | None = None
        self._loss: Loss | None = None
        # Of each group; [] where right answers decide.
        self._constant: list[float] = []
        if targets is not None:
            given = targets_of(probe.model, targets, probe.samples)
            self._targets = [array[: probe.samples] for array in given]
            self._loss = judge_of(probe, loss, self._targets, outputs)
            if not is_above_zero(self._right(outputs)[1]):
                self._constant = self._losses_of_constant(outputs)
        self._now = self._fit(outputs)

    @property
    def now(self) -> Fit | None:
        """How the answers fit as the model is; None without targets."""
        return self._now

    def in_random_order(self, path: str, name: str, draw: int = 0) -> Trial:
        """Try the model with the numbers of one weight in random order.

        Parameters
        ----------
        path : str
            Of the layer; of a shared layer all calls read the weight.
        name : str
            As `LayerParameters.name`.
        draw : int
            Which random order.

        Raises
        ------
        CannotExchange
            The layer computes with other numbers than it stores, or has no such weight.
        """
        variable = _variable(self._probe, path, name)
        values = read_only(variable)
        rng = np.random.default_rng([self._seed, draw])
        mixed = rng.permutation(values.ravel()).reshape(values.shape)
        return self._trial(run_exchanged(self._probe, weights=[(variable, mixed)]))

    def silenced(self, path: str, channels: Sequence[int]) -> Trial:
        """Try the model with some of a layer's channels at zero.

        Parameters
        ----------
        path : str
        channels : sequence of int

        Raises
        ------
        ModelCallError
            The layer is called only in compiled code, where its output cannot be replaced.
        """
        exchange = Replacement(tuple(channels), "silence")
        return self._trial(run_exchanged(self._probe, {path: exchange}))

    def exchanged(self, exchanges: Mapping[str, Exchange]) -> tuple[Trial, tuple[float, ...]]:
        """Try the model with outputs of layers exchanged on their way.

        Parameters
        ----------
        exchanges : mapping of str to callable
            As of `run_exchanged`.

        Returns
        -------
        Trial
        tuple of float
            Of each of some groups of samples by how much the loss rises; () without targets.

        Raises
        ------
        ModelCallError
            A layer is called only in compiled code, where its output cannot be replaced.
        """
        outputs = run_exchanged(self._probe, exchanges)
        trial = self._trial(outputs)
        if self._loss is None:
            return trial, ()
        rises = np.subtract(self._by_group(outputs), self._by_group(self._outputs))
        return trial, tuple(rises.tolist())

    def _trial(self, outputs: Any) -> Trial:
        after = values_of(outputs)
        change, _ = difference(self._before, after)
        changed = answers_changed(self._before, after)
        return Trial(change, self._probe.samples, changed, self._now, self._fit(outputs))

    def _fit(self, outputs: Any) -> Fit | None:
        if self._loss is None or self._targets is None:
            return None
        right, shares = self._right(outputs)
        losses = self._by_group(outputs) if self._constant else []
        gains = tuple(np.subtract(self._constant, losses).tolist())
        whole = _part(outputs, np.arange(self._probe.samples))
        return Fit(self._loss(whole), gains, right, shares)

    def _losses_of_constant(self, outputs: Any) -> list[float]:
        """Of each group the loss of the better one of two answers that are the same for all."""
        assert self._targets is not None
        flat = [keras.ops.convert_to_numpy(value) for value in keras.tree.flatten(outputs)]
        means = [flat, self._targets] if _are_alike(flat, self._targets) else [flat]
        tried = []
        for values in means:
            constants = [
                keras.ops.convert_to_tensor(
                    np.broadcast_to(value.mean(axis=0, dtype=np.float64), own.shape).astype(
                        own.dtype
                    )
                )
                for value, own in zip(values, flat, strict=True)
            ]
            tried.append(self._by_group(keras.tree.pack_sequence_as(outputs, constants)))
        return min(tried, key=sum)

    def _by_group(self, outputs: Any) -> list[float]:
        """The loss of each group of samples."""
        assert self._loss is not None
        assert self._targets is not None
        return [
            self._loss(_part(outputs, rows), [array[rows] for array in self._targets])
            for rows in self._groups()
        ]

    def _right(self, outputs: Any) -> tuple[int | None, tuple[float, ...]]:
        """How many answers are right, and of each group their share over the commonest class's.

        Where all samples are of one class, () in place of these: no answer could be better.
        """
        assert self._targets is not None
        values, targets = values_of(outputs), self._targets
        right = right_answers(values, targets)
        if right is None:
            return None, ()
        labels = targets[0].ravel()
        if (labels == labels[0]).all():
            return right, ()
        hits = values[0].argmax(-1) == labels
        classes, counts = np.unique(labels, return_counts=True)
        commonest = labels == classes[counts.argmax()]
        more = hits.astype(float) - commonest
        return right, tuple(float(more[rows].mean()) for rows in self._groups())

    def _groups(self) -> list[Indices]:
        samples = self._probe.samples
        return np.array_split(np.arange(samples), min(GROUPS, samples))


def _are_alike(outputs: Sequence[Array], targets: Sequence[Array]) -> bool:
    """Whether targets are of the outputs' shapes, so that their mean is an answer."""
    return all(a.shape == b.shape for a, b in zip(outputs, targets, strict=True))


def _variable(probe: ModelProbe, path: str, name: str) -> Any:
    """The variable behind one of a layer's weights, where the layer computes with it as it is."""
    layer, weights = reader_of(probe).owned(path)
    acting = effective_weights(layer, weights)
    names = weight_names(layer, [weight.variable for weight in acting])
    for own, weight in zip(names, acting, strict=True):
        if own == name:
            if weight.merged is not None:
                raise CannotExchange(f"the layer does not compute with it as stored: {weight.how}")
            return weight.variable
    raise CannotExchange(f"the layer has no weight of the name '{name}'")


def _part(outputs: Any, rows: Indices) -> Any:
    """The outputs of samples that follow one another.

    Without the logits that Keras notes beside a softmax: of what cannot be told from one another as
    shares, such as 1e-9 and 1e-30, the loss is the same.
    """
    return keras.tree.map_structure(lambda value: value[rows[0] : rows[-1] + 1], outputs)
