"""What of one input makes a channel fire: its activation led back through the network.

The pictures of deconvnets and of guided backpropagation are sharp, and say less about the channel
than they seem to: other channels', and those of a network that has learnt nothing, are much the
same [Adebayo et al. 2018]. So both are measured along with each map. And a rule that a network's
activations do not know is not named as if they did.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ....analysis.arrays import frozen
from ....analysis.channel.map_likeness import mean_cosine
from ....records.channel.projection import RULES, Projection, Rule
from ....validation.arrays import as_array, indices
from ....validation.keywords import checked_keywords
from ....validation.messages import described
from ....validation.objects import instance
from ....validation.scalars import flag, whole_number
from ....validation.texts import one_of
from ...reading.model_lock import model_lock
from ...reading.probe import ModelProbe
from ..fresh_model import NoReference, fresh_probe
from ..gradients import NoGradients, require_tensorflow

if TYPE_CHECKING:
    from .projecting.nonlinear_steps import NonlinearSteps
    from .tapped_pass import TappedPass

MOST_OTHERS = 12
"""Channels that a map is compared with, at the most."""


@checked_keywords
def project_back(
    probe: ModelProbe,
    path: str,
    channel: int,
    sample: int,
    *,
    place: int | Sequence[int] | None = None,
    rule: Rule = "plain",
    source: str | None = None,
    fresh: bool = True,
    moment: int | None = None,
) -> Projection:
    """Lead a channel's activation at one place back to the input.

    The map is compared with those of other channels that fire at the same place, and with those of
    the same network freshly initialised.

    Parameters
    ----------
    probe : ModelProbe
    path : str
        Of a layer output with channels.
    channel : int
        In the layer's own numbering.
    sample : int
        Which of the probe's.
    place : int or sequence of int, optional
        Of the layer's output, along each axis but those of the samples and channels. Default: where
        the channel is strongest.
    rule : {'plain', 'guided', 'deconv'}
        The gradient; or what rectifiers hand back of it: guided, what is positive and where they
        were open; in a deconvnet all that is positive. Covered are ReLU, ReLU capped at 6 and, as
        nobody has published, leaky ReLU. Pooling leads back to where the maximum came from.
    source : str, optional
        Of several inputs, the name of the one to lead back to. Default: the one that the layer
        depends on; of several the one that is an image, or that holds fractions.
    fresh : bool
        Whether the same architecture is freshly initialised to be compared with: that takes longer
        than all the rest.
    moment : int, optional
        The training step, for the record.

    Returns
    -------
    Projection
        Its `sentence` names the rule, and what it does not cover; its `doubt` is why the map is not
        to be read as the channel's own.

    Raises
    ------
    NoGradients
        Keras runs on another backend than TensorFlow, or no gradient leads back to the input: it
        holds whole numbers that are looked up, or text; the layer has no channels. There is a rule,
        and the model cannot be traced, or has a rectifier that is only a part of an activation, as
        in PReLU and hard SiLU. It is a ValueError, too.
    ValueError
        There is no such layer, channel, sample, place or input; the channel does not fire there:
        its activation is 0, or not finite.
    ModelCallError
        The model's call raises.
    MemoryError
        There is no memory for a batch of 12.

    Examples
    --------
    >>> found = project_back(probe, "conv3", 17, 4, rule="guided")
    >>> found.sentence, found.likeness_to_others, found.doubt
    ('guided', 0.84, 'mostly the picture, not the network')
    """
    require_tensorflow()
    # They load TensorFlow.
    from .projecting.projector import Projector, firing
    from .tapped_pass import TappedPass

    model = instance("probe", probe, ModelProbe).model
    row = int(indices("sample", [sample], probe.samples)[0])
    one_of("rule", rule, RULES)
    flag("fresh", fresh)
    moment = None if moment is None else whole_number("moment", moment, 0)
    with model_lock(model), probe.steady():
        tapped = TappedPass(probe, path, source)
        number = int(indices("channel", [channel], tapped.info.channels or 0)[0])
        shape = _positions(tapped)
        at = None if place is None else place_number(place, shape)
        if rule != "plain" and not tapped.is_traced:
            raise NoGradients(
                f"the model runs as it stands, operation by operation: rule={rule!r} needs one "
                "that can be traced; rule='plain' does not"
            )
        projector = Projector.of(tapped, rule)
        if rule != "plain" and projector.steps is not None:
            _refuse_parts(projector.steps, rule)
        led = projector.led_back(tapped.given, row, np.array([number]), at)
        spot, values = int(led.places[0]), led.values[0]
        activation = float(values[number])
        where = tuple(int(each) for each in np.unravel_index(spot, shape)) if shape else ()
        _refuse_silent(activation, number, path, row, where, is_strongest=place is None)
        others = firing(values, activation, MOST_OTHERS, besides=number)
        alike = None
        if others.size:
            maps = projector.led_back(tapped.given, row, others, spot).maps
            alike = mean_cosine(led.maps[0], maps)
        covered, uncovered = _coverage(projector.steps, rule)
    unlike, drawn, notes = None, 0, []
    if fresh:
        try:
            found = _fresh_maps(probe, tapped, rule, row, spot, activation)
        except NoReference as error:
            notes.append(f"There is no freshly initialised network to compare with: {error}.")
        else:
            drawn = len(found)
            unlike = mean_cosine(led.maps[0], found) if drawn else None
            if unlike is None:
                notes.append("Freshly initialised, the network has no map there to compare with.")
    return Projection(
        path=tapped.info.path,
        channel=number,
        sample=row,
        place=where,
        activation=activation,
        rule=rule,
        map=frozen(led.maps[0].copy()),
        source=tapped.source,
        covered=covered,
        uncovered=uncovered,
        likeness_to_others=alike,
        others=int(others.size),
        likeness_to_fresh=unlike,
        fresh=drawn,
        notes=tuple(notes),
        moment=moment,
    )


def _fresh_maps(
    probe: ModelProbe, tapped: TappedPass, rule: Rule, row: int, place: int, activation: float
) -> Any:
    """The maps of channels that fire at a place in the network freshly initialised, (n, …)."""
    from .projecting.projector import Projector, firing
    from .tapped_pass import TappedPass

    other = fresh_probe(probe, [tapped.info.path])
    with model_lock(other.model), other.steady():
        projector = Projector.of(TappedPass(other, tapped.info.path, tapped.source), rule)
        values = projector.led_back(tapped.given, row, np.array([0]), place).values[0]
        channels = firing(values, activation, MOST_OTHERS)
        if not channels.size:
            return np.zeros((0, *tapped.values.shape[1:]))
        return projector.led_back(tapped.given, row, channels, place).maps


def _positions(tapped: TappedPass) -> tuple[int, ...]:
    """How many positions the layer's output has along each axis."""
    shape = tapped.info.output_shape
    axis = (-1 if tapped.info.channel_axis is None else tapped.info.channel_axis) % len(shape)
    return tuple(int(n or 0) for k, n in enumerate(shape) if k not in (0, axis))


def place_number(place: int | Sequence[int], shape: Sequence[int]) -> int:
    """The number of a place among all of them in a row."""
    numbers = np.atleast_1d(as_array("place", place))
    fits = (
        (numbers.dtype.kind in "iu" or not numbers.size)
        and numbers.shape == (len(shape),)
        and all(0 <= each < n for each, n in zip(numbers, shape, strict=True))
    )
    if not fits:
        sizes = " × ".join(map(str, shape))
        raise ValueError(
            f"place must be {len(shape)} whole numbers, within {sizes} positions; got "
            f"{described(place)}"
            if shape
            else f"place must be None or (): the layer has no positions; got {described(place)}"
        )
    return int(np.ravel_multi_index([int(each) for each in numbers], tuple(shape))) if shape else 0


def _refuse_parts(steps: NonlinearSteps, rule: Rule) -> None:
    """Refuse where a rectifier is none by itself."""
    if not steps.parts:
        return
    names = ", ".join(repr(name) for name in steps.parts[:3])
    raise NoGradients(
        f"rule={rule!r} is for rectifiers, and {names} on the way "
        f"{'is' if len(steps.parts) == 1 else 'are'} only part of an activation such as PReLU or "
        "hard SiLU, of which it would make nonsense: rule='plain' leads through"
    )


def _refuse_silent(
    activation: float,
    channel: int,
    path: str,
    sample: int,
    where: tuple[int, ...],
    *,
    is_strongest: bool,
) -> None:
    """Refuse where there is nothing to be led back."""
    spot = f" at {where}" if where and not is_strongest else ""
    if not math.isfinite(activation):
        raise ValueError(
            f"channel {channel} of {path!r} is {activation}{spot} on sample {sample}: there is "
            "nothing to lead back"
        )
    if activation == 0:
        anywhere = " anywhere" if where and is_strongest else ""
        raise ValueError(
            f"channel {channel} of {path!r} does not fire{anywhere}{spot} on sample {sample}: its "
            "activation is 0, and what a rule would draw then is not the channel's"
        )


def _coverage(
    steps: NonlinearSteps | None, rule: Rule
) -> tuple[int | None, tuple[tuple[str, int], ...]]:
    if steps is None:
        return None, ()
    if rule == "plain":
        return steps.covered + sum(count for _, count in steps.uncovered), ()
    return steps.covered, steps.uncovered
