"""Checking a hint: what the live model does without some of a layer's channels.

The forward pass is run with the layer's output replaced on its way. Weights are never written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...validation.arrays import indices
from ...validation.keywords import checked_keywords
from ...validation.messages import percent
from ...validation.objects import instance
from ...validation.texts import one_of
from ..layers.layer_info import LayerInfo
from ..reading.calls.layer_call import LayerCall
from ..reading.model_lock import model_lock
from ..reading.probe import ModelProbe
from .changed_outputs import (
    Replacement,
    answers_changed,
    difference,
    judge_of,
    right_answers,
    values_of,
)
from .exchanged_pass import run_exchanged
from .losses import checked_loss, targets_of

HOWS = ("silence", "mean", "merge")
_DONE = {
    "silence": "Silencing",
    "mean": "Replacing by the mean",
    "merge": "Merging",
    "first": "Having the first stand for all",
}


@dataclass(frozen=True)
class Ablation:
    """What changed on the inputs when some channels were replaced.

    Attributes
    ----------
    path : str
        Of the layer.
    channels : tuple of int
        Ascending.
    how : {'silence', 'mean', 'merge'}
    samples : int
    loss_before, loss_after : float or None
        Mean over the samples; None where no targets were given.
    loss_name : str or None
    change : float
        ‖after − before‖ / ‖before‖ over all values of all of the model's outputs. Infinity where
        a value became or ceased to be finite, or where all were zero before and are not now.
    largest_change : float
        Of one value, absolute; infinity as above.
    answers_changed : int or None
        Samples for which another class has the highest score; None where no output is class
        scores, that is (batch, feature) with more than one feature.
    answers : int or None
        Samples that were compared.
    right_before, right_after : int or None
        Samples whose class had the highest score; None without class numbers as targets.
    unchanged : bool
        Whether every value of every output is exactly what it was.
    """

    path: str
    channels: tuple[int, ...]
    how: str
    samples: int
    loss_before: float | None
    loss_after: float | None
    loss_name: str | None
    change: float
    largest_change: float
    answers_changed: int | None
    answers: int | None
    right_before: int | None
    right_after: int | None
    unchanged: bool

    @property
    def summary(self) -> str:
        """What came of it, in one sentence."""
        what = f"{_DONE[self.how]} {_channels(self.channels)} of '{self.path}'"
        samples = f"{self.samples} sample{'s' * (self.samples != 1)}"
        if self.unchanged:
            return f"{what} changes nothing at all on these {samples}."
        parts = [f"{what} changes the outputs by {_amount(self.change)} on {samples}"]
        if self.answers_changed is not None:
            parts.append(f"{self.answers_changed} of {self.answers} answers differ")
        if self.right_before is not None:
            parts.append(f"{self.right_after} are right instead of {self.right_before}")
        if self.loss_before is not None and self.loss_after is not None:
            parts.append(f"the loss ({self.loss_name}) {_way(self.loss_before, self.loss_after)}")
        return "; ".join(parts) + "."

    @property
    def numbers(self) -> dict[str, Any]:
        """The same numbers for a table: what was before and after, None where it is not known."""
        right, loss = (self.right_before, self.right_after), (self.loss_before, self.loss_after)
        return {
            "samples": self.samples,
            "change": self.change,
            "changed": self.answers_changed,
            "right": None if None in right else right,
            "loss": None if None in loss else loss,
            "unchanged": self.unchanged,
        }

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """Labels and numbers, ready to be read."""
        rows = [
            ("outputs changed by", _amount(self.change)),
            ("largest change of one value", f"{self.largest_change:.4g}"),
        ]
        if self.answers_changed is not None:
            rows.append(("answers that differ", f"{self.answers_changed} of {self.answers}"))
        if self.right_before is not None:
            rows.append(("right answers before", f"{self.right_before} of {self.answers}"))
            rows.append(("right answers after", f"{self.right_after} of {self.answers}"))
        if self.loss_before is not None and self.loss_after is not None:
            rows.append((f"loss ({self.loss_name}) before", f"{self.loss_before:.4g}"))
            rows.append((f"loss ({self.loss_name}) after", f"{self.loss_after:.4g}"))
        return tuple(rows)


@checked_keywords
def ablate(
    probe: ModelProbe,
    path: str,
    channels: Iterable[int],
    how: str = "silence",
    *,
    targets: Any = None,
    loss: Any = None,
) -> Ablation:
    """Try what the live model does on the probe's inputs with some channels replaced.

    The model runs twice, operation by operation: as it is, and with this one output of this one
    call exchanged for another on its way to the layers that read it. Nothing else differs, and
    the weights are not touched. Both passes hold the model's lock.

    Parameters
    ----------
    probe : ModelProbe
    path : str
        Of the layer output; of a shared layer, only this call.
    channels : iterable of int
        In the layer's own numbering.
    how : {'silence', 'mean', 'merge'}
        ``"silence"``: each channel is zero. ``"mean"``: each channel is everywhere its own mean
        over samples and positions. ``"merge"``: each channel is the mean of the chosen channels
        at its position.
    targets : array, list or dict of array, optional
        One target a sample, for each of the model's outputs.
    loss : str, callable or keras.losses.Loss, optional
        Default: what the model was compiled with, else a sensible one, see `Loss`.

    Returns
    -------
    Ablation

    Raises
    ------
    ValueError
        If there is no such layer, channel or way, the layer has no channels, or the targets do
        not fit; before the model runs, as far as it can be known then.
    ModelCallError
        If the model's call raises, or calls this layer only in compiled code, where its output
        cannot be replaced.
    """
    one_of("how", how, HOWS)
    checked_loss(loss, targets)
    with model_lock(instance("probe", probe, ModelProbe).model):
        info = probe.info(path)
        replacement = Replacement(checked_channels(info, channels, how), how)
        return tried(probe, info, replacement, targets, loss)


def tried(
    probe: ModelProbe,
    info: LayerInfo,
    replacement: Replacement,
    targets: Any,
    loss: Any,
    *,
    observe: Callable[[LayerCall], None] | None = None,
) -> Ablation:
    """What the live model does with a layer's channels replaced so, and without.

    Parameters
    ----------
    probe : ModelProbe
        Its model's lock is to be held.
    info : LayerInfo
    replacement : Replacement
    targets, loss
        As of `ablate`, checked.
    observe : callable, optional
        Given each call of the pass with the channels replaced.

    Raises
    ------
    ValueError, ModelCallError
        As `ablate`.
    """
    model = probe.model
    with model_lock(model):
        given = None
        if targets is not None:
            given = [each[: probe.samples] for each in targets_of(model, targets, probe.samples)]
        outputs = run_exchanged(probe)
        before = values_of(outputs)
        judge = None
        loss_before = loss_after = None
        if given is not None:
            judge = judge_of(probe, loss, given, outputs)
            loss_before = judge(outputs)
        del outputs
        outputs = run_exchanged(probe, {info.path: replacement}, observe=observe)
        after = values_of(outputs)
        if judge is not None:
            loss_after = judge(outputs)
    change, largest = difference(before, after)
    changed = answers_changed(before, after)
    return Ablation(
        path=info.path,
        channels=replacement.channels,
        how=replacement.how,
        samples=probe.samples,
        loss_before=loss_before,
        loss_after=loss_after,
        loss_name=None if judge is None else judge.name,
        change=change,
        largest_change=largest,
        answers_changed=changed,
        answers=None if changed is None else probe.samples,
        right_before=right_answers(before, given),
        right_after=right_answers(after, given),
        unchanged=all(
            np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True)
        ),
    )


def checked_channels(info: LayerInfo, channels: Iterable[int], how: str) -> tuple[int, ...]:
    """Some channels of a layer, ascending; as many as it takes to replace them so.

    Raises
    ------
    TypeError, ValueError
        The layer has no channels, or none of these numbers; or they are too few.
    """
    count = info.channels
    if count is None:
        raise ValueError(
            f"layer '{info.path}' has no channels: its output is of shape {info.output_shape}"
        )
    given = channels if isinstance(channels, Iterable) else [channels]
    chosen = tuple(np.unique(indices(f"channels of {info.path!r}", given, count)).tolist())
    least = 2 if how in ("merge", "first") else 1
    if len(chosen) < least:
        raise ValueError(
            f"{how!r} needs at least {least} channel{'s' * (least != 1)} of '{info.path}'; got "
            f"{len(chosen)}"
        )
    return chosen


def _channels(channels: tuple[int, ...]) -> str:
    if len(channels) == 1:
        return f"channel {channels[0]}"
    if len(channels) > 6:
        return f"{len(channels)} channels"
    *some, last = map(str, channels)
    return f"channels {', '.join(some)} and {last}"


def _way(before: float, after: float) -> str:
    if f"{before:.4g}" == f"{after:.4g}":
        return f"stays at {after:.4g}"
    # Neither, where one is not a number.
    move = "rises" if after > before else "falls" if after < before else "goes"
    return f"{move} from {before:.4g} to {after:.4g}"


def _amount(change: float) -> str:
    if math.isinf(change):
        return "more than any share (values not finite, or all zero before)"
    return percent(change)
