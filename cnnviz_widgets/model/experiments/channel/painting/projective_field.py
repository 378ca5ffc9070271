"""Which pixels of a model's output a unit paints: what goes from the picture when it is taken out.

The mirror image of a receptive field, for generators and decoders. The sample runs several times
in one batch, each time with something else taken out on its way; nothing of the model is written.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from .....analysis.arrays import Indices, Singles, frozen
from .....analysis.channel.map_likeness import mean_cosine
from .....analysis.spreading import evenly
from .....records.channel.projective_field import ProjectiveField
from .....validation.arrays import indices
from .....validation.keywords import checked_keywords
from .....validation.objects import instance
from .....validation.scalars import index_below, whole_number
from .....validation.texts import one_of
from ....keras_compat.layers import copy_mask
from ....layers.abstraction_levels import image_channel_axis, is_image
from ....reading.model_lock import model_lock
from ....reading.probe import ModelProbe
from ...changed_outputs import values_of
from ...exchanged_pass import run_exchanged
from ..back_projection import place_number
from ..partial_pass import PartialPass, fixed_batch, mapped_inputs

HOWS = ("silence", "mean")
MOST_OTHERS = 8
"""Other channels that a channel's part is compared with."""


class _TakenOut(NamedTuple):
    """What is taken out of one row: nothing, a channel, or a channel at one place."""

    channel: int | None = None
    place: int | None = None


@checked_keywords
def projective_field(
    probe: ModelProbe,
    path: str,
    channel: int,
    *,
    sample: int | None = None,
    place: int | Sequence[int] | None = None,
    how: str = "silence",
    output: int = 0,
    moment: int | None = None,
) -> ProjectiveField:
    """Find out which pixels of what the model draws a unit paints, by taking it out.

    A unit is a channel at one place. What goes from the picture with it alone, and with the whole
    channel, is told in the picture's own scale; and beside it what goes with other channels, for
    what all of them paint is not this one's own. Samples are taken to be drawn each by itself.

    Parameters
    ----------
    probe : ModelProbe
    path : str
        Of a layer output with channels.
    channel : int
        In the layer's own numbering.
    sample : int, optional
        Which of the probe's. Default: the one on which the channel is strongest.
    place : int or sequence of int, optional
        Of the layer's output, along each axis but those of the samples and channels. Default: where
        the channel is strongest on the sample.
    how : {'silence', 'mean'}
        Taken out, a channel is 0; or its own mean over all samples and places, where 0 is no rest.
    output : int
        Which of the model's outputs.
    moment : int, optional
        The training step, for the record.

    Returns
    -------
    ProjectiveField
        Its `unit` is the part of the output that is the unit's, its `extent` where that lies.

    Raises
    ------
    ValueError
        There is no such layer, channel, sample, place or output; the layer has no channels of
        samples.
    ModelCallError
        The model's call raises, or calls the layer only in compiled code.

    Examples
    --------
    >>> projective_field(probe, "up2", 17).extent
    ((8, 13), (20, 25))
    """
    model = instance("probe", probe, ModelProbe).model
    one_of("how", how, HOWS)
    row = None if sample is None else int(indices("sample", [sample], probe.samples)[0])
    whole_number("output", output, 0)
    moment = None if moment is None else whole_number("moment", moment, 0)
    with model_lock(model), probe.steady():
        info = probe.info(path)
        runner = PartialPass(probe, info.path, samples=probe.samples)
        values = runner.layer(probe.inputs)
        number = int(indices("channel", [channel], values.shape[-1])[0])
        shape = values.shape[1:-1]
        flat = values.reshape(len(values), -1, values.shape[-1])
        # NaN is never the strongest.
        strong = np.nan_to_num(flat[..., number], nan=-np.inf)
        row = int(strong.max(axis=1).argmax()) if row is None else row
        at = int(strong[row].argmax()) if place is None else place_number(place, shape)
        set_to: Singles = np.zeros(values.shape[-1], np.float32)
        if how == "mean":
            set_to = flat.mean(axis=(0, 1), dtype=np.float64).astype(np.float32)
        others = _others(flat[row], number)
        cases = [_TakenOut(), _TakenOut(number, at), _TakenOut(number)]
        cases += [_TakenOut(int(other)) for other in others]
        drawn = np.concatenate(
            [
                _drawn(probe, info.path, row, cases[start : start + runner.batch], set_to, output)
                for start in range(0, len(cases), runner.batch)
            ]
        )
    parts = drawn[0] - drawn[1:]
    return ProjectiveField(
        path=info.path,
        channel=number,
        sample=row,
        place=tuple(int(each) for each in np.unravel_index(at, shape)) if shape else (),
        activation=float(flat[row, at, number]),
        how=how,
        set_to=float(set_to[number]),
        output=output,
        axes=_axes(drawn.shape),
        before=frozen(drawn[0]),
        unit=frozen(parts[0]),
        whole=frozen(parts[1]),
        likeness_to_others=mean_cosine(parts[1], parts[2:]) if len(others) else None,
        others=len(others),
        strengths=frozen(np.array([np.linalg.norm(part.astype(np.float64)) for part in parts[2:]])),
        moment=moment,
    )


def _others(values: Singles, channel: int) -> Indices:
    """Other channels that are something on the sample, evenly spread over all of them."""
    some = np.flatnonzero(values.any(axis=0))
    some = some[some != channel]
    chosen: Indices = some[evenly(len(some), MOST_OTHERS)] if len(some) else some
    return chosen


def _drawn(
    probe: ModelProbe,
    path: str,
    row: int,
    cases: Sequence[_TakenOut],
    set_to: Singles,
    output: int,
) -> Singles:
    """One of the model's outputs of a sample, each time with something else taken out."""
    rows = [row] * (fixed_batch(probe.model) or len(cases))
    inputs = mapped_inputs(probe.inputs, partial(np.take, indices=rows, axis=0))

    def taken_out(tensor: Any, axis: int) -> Any:
        return _without(tensor, axis, cases, set_to)

    found = values_of(run_exchanged(probe, {path: taken_out}, inputs=inputs))
    return found[index_below("output", output, len(found))][: len(cases)]


def _without(tensor: Any, axis: int, cases: Sequence[_TakenOut], set_to: Singles) -> Any:
    """A layer's output with something else taken out of each row."""
    ops = keras.ops
    shape = tuple(int(each) for each in ops.shape(tensor))
    axis %= len(shape)
    last = tuple(n for k, n in enumerate(shape) if k not in (0, axis))
    mask = np.zeros((shape[0], math.prod(last), shape[axis]), dtype=bool)
    for row, case in enumerate(cases):
        if case.channel is not None:
            mask[row, slice(None) if case.place is None else case.place, case.channel] = True
    mask = np.moveaxis(mask.reshape(shape[0], *last, shape[axis]), -1, axis)
    rest: NDArray[Any] = set_to.reshape([-1 if k == axis else 1 for k in range(len(shape))])
    result = ops.where(mask, ops.cast(ops.convert_to_tensor(rest), tensor.dtype), tensor)
    copy_mask(result, of=tensor)
    return result


def _axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes of an output along which it is a picture."""
    if is_image(shape) and image_channel_axis(shape) == 1:
        return (2, 3)
    return tuple(range(1, len(shape) - 1))
