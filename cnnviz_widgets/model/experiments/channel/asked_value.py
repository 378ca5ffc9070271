"""What is asked of a model on some inputs: a channel's maximum, a number of its output, or both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....analysis.arrays import Floats
from ....diagnosis.measurements.data.tasks import are_shares
from ....validation.arrays import indices
from ....validation.scalars import whole_number
from ....validation.texts import one_of
from ...reading.probe import ModelProbe
from ..changed_outputs import returned_layers
from .partial_pass import PartialPass

_SMALLEST_SHARE = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, eq=False)
class Values:
    """What some inputs give, one number a sample; None where it was not asked for.

    Attributes
    ----------
    channel, target : ndarray of float64, shape (sample,), or None
    answers : ndarray of int64, shape (sample,), or None
        The class with the highest score.
    """

    channel: Floats | None
    target: Floats | None
    answers: NDArray[np.int64] | None


class AskedValue:
    """A channel's maximum, a number of the model's output, or both.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held, here and whenever values are asked for.
    path, channel : str and int, or None
    target : int, 'answer' or None
        None: the answer where no channel is asked for, else nothing.
    output : int
        Which of the model's outputs.

    Attributes
    ----------
    path, channel
    target : int or None
        As `settle` found it.
    unit : {'score', 'log-odds'} or None
    before : Values
        Of the one input that it was settled by.

    Raises
    ------
    TypeError, ValueError
        There is no such layer or channel, only one of the two is given, or `target` is neither a
        whole number nor ``"answer"``.
    """

    before: Values

    def __init__(
        self,
        probe: ModelProbe,
        path: str | None,
        channel: int | None,
        target: int | str | None,
        output: int,
    ) -> None:
        if (path is None) != (channel is None):
            raise ValueError(
                f"path and channel go together; got path={path!r} and channel={channel!r}"
            )
        self._pass = PartialPass(probe, path, peaks=True)
        self.path, self.channel = path, None
        if path is not None:
            info = probe.info(path)
            self.channel = int(indices("channel", [channel], info.channels or 0)[0])
        if isinstance(target, str):
            one_of("target", target, ("answer",))
        elif target is not None:
            whole_number("target", target, 0)
        self._wanted: int | str | None = target
        if target is None and path is None:
            self._wanted = "answer"
        self._output = whole_number("output", output, 0)
        self._probe = probe
        self.target: int | None = None
        self.unit: str | None = None
        self._is_sigmoid = False

    def settle(self, inputs: Any) -> None:
        """Find out by one input which number of the output is meant, and what it is.

        Raises
        ------
        ValueError
            The model has no such output, or it is no list of scores, or has no such number.
        """
        if self._wanted is not None:
            layer, outputs = self._pass.both(inputs)
            scores = self._scores(outputs)
            self._is_sigmoid = self._activation(len(outputs)) == "sigmoid"
            count = scores.shape[1]
            if isinstance(self._wanted, str):
                self.target = int(scores[0].argmax())
            else:
                self.target = int(indices("target", [self._wanted], count)[0])
            is_odds = are_shares(scores) if count > 1 else self._is_sigmoid
            self.unit = "log-odds" if is_odds else "score"
            self.before = self._of(layer, scores)
        else:
            self.before = self.values(inputs)

    @property
    def batch(self) -> int:
        """Of how many samples values are best asked at once."""
        return self._pass.batch

    def expect(self, samples: int) -> None:
        """Be told of how many samples values will be asked."""
        self._pass.samples = samples

    def values(self, inputs: Any) -> Values:
        """What these inputs give.

        Parameters
        ----------
        inputs : array, list or dict of array
        """
        if self._wanted is None:
            return self._of(self._pass.layer(inputs), None)
        layer, outputs = self._pass.both(inputs)
        return self._of(layer, self._scores(outputs))

    def _of(self, layer: NDArray[np.float32] | None, scores: NDArray[np.float32] | None) -> Values:
        channel = target = answers = None
        if layer is not None:
            channel = layer[:, self.channel].astype(np.float64)
        if scores is not None:
            target = self._target(scores)
            answers = self._answers(scores)
        return Values(channel, target, answers)

    def _target(self, scores: NDArray[np.float32]) -> Floats:
        wide = scores.astype(np.float64)
        own: Floats = wide[:, self.target or 0]
        if self.unit == "score":
            return own
        # Not 1 − share, which rounding makes 0 of a share near 1.
        others = np.delete(wide, self.target or 0, axis=1).sum(axis=1)
        rest = others if wide.shape[1] > 1 else 1 - own
        own, rest = np.maximum(own, _SMALLEST_SHARE), np.maximum(rest, _SMALLEST_SHARE)
        odds: Floats = np.log(own) - np.log(rest)
        return odds

    def _answers(self, scores: NDArray[np.float32]) -> NDArray[np.int64]:
        if scores.shape[1] > 1:
            best: NDArray[np.int64] = scores.argmax(axis=1).astype(np.int64)
            return best
        return (scores[:, 0] > (0.5 if self._is_sigmoid else 0)).astype(np.int64)

    def _scores(self, outputs: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        number = int(indices("output", [self._output], len(outputs))[0])
        scores = outputs[number]
        if scores.ndim == 1:
            scores = scores[:, np.newaxis]
        if scores.ndim != 2:
            raise ValueError(
                f"output {number} of the model is no list of scores: it is of shape "
                f"{scores.shape}; ask a channel instead, by path and channel"
            )
        return scores

    def _activation(self, outputs: int) -> str | None:
        info = returned_layers(self._probe, outputs)[self._output]
        return None if info is None else info.activation
