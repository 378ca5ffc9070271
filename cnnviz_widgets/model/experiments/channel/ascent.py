"""What excites a channel most: gradient ascent in input space, and how far it is to be believed.

[KerasBlog] asks a network what a filter looks for by changing an input until the filter fires as
strongly as it can. What is known to spoil that is answered here: rectifiers that are shut at the
start, pictures beyond what the network is ever given, colours and frequencies of no data, and
answers without a number that says whether they are any.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ....analysis.arrays import Indices, Singles, frozen
from ....records.channel.ascent import OBJECTIVES, Ascent, Objective, Start, State
from ....records.survey.survey import Survey
from ....runtime.progress import Progress, no_progress
from ....validation.arrays import indices, number_array
from ....validation.keywords import checked_keywords
from ....validation.objects import instance, optional, optional_function
from ....validation.scalars import flag, whole_number
from ....validation.texts import one_of
from ...layers.abstraction_levels import image_channel_axis, is_image
from ...reading.model_lock import model_lock
from ...reading.probe import ModelProbe
from ...survey.model_stamp import model_digest
from ..changed_outputs import values_of
from ..exchanged_pass import run_exchanged
from ..gradients import require_tensorflow

if TYPE_CHECKING:
    from .tapped_pass import TappedPass

STARTS = ("grey", "top")


@checked_keywords
def ascend(  # noqa: PLR0913  # keyword-only, and each with a default
    probe: ModelProbe,
    path: str,
    channels: Iterable[int] | None = None,
    *,
    steps: int = 64,
    seed: int = 0,
    start: str | ArrayLike = "grey",
    objective: Objective = "once",
    negative: bool = False,
    source: str | None = None,
    survey: Survey | None = None,
    moment: int | None = None,
    progress: Progress | None = None,
) -> Ascent:
    """Search for the input that excites each channel of a layer most, all channels as one batch.

    An input is searched for among those that could be the user's own: between their least and
    greatest values, in their colours, with each frequency as strong as it is in them; rows of a
    table between each column's ends; a generator's noise as far out as that which was given. The
    search climbs by gradients of what goes into the layer's activation, which are there where the
    activation itself is shut; each step looks at the picture moved and scaled a little. What is
    found for a channel does not depend on which others are asked, but for rounding.

    From grey, a channel that is not woken is tried again from its own strongest input.

    Parameters
    ----------
    probe : ModelProbe
        Its model is not changed; its inputs are what everything is measured by, some hundred or
        more of them where they can be had.
    path : str
        Of the layer output.
    channels : iterable of int, optional
        In the layer's own numbering. Default: all.
    steps : int
        Of ascent, 1 or more.
    seed : int
        Of the start and of the moves, 0 or more.
    start : {'grey', 'top'} or array_like
        ``"grey"``: next to nothing, the mean of the inputs; for a generator a random noise.
        ``"top"``: each channel's strongest input. An array, (n, …) as the model's inputs or one
        for all: such as `Ascent.images` of the moment before; then 8 steps do what 128 from grey
        do, and the picture stays where it is, as steps hardly move it.
    objective : {'once', 'everywhere'}
        Excite the channel as strongly as can be at one place, or in the mean over all.
    negative : bool
        Search for what pushes the channel down.
    source : str, optional
        Of several inputs, the name of the one to search for; the others stay those of the
        channel's strongest sample. Default: the one that the layer depends on; of several the one
        that is an image, or that holds fractions.
    survey : Survey, optional
        Of this model with its present weights: where a channel is to fire once and strongly, the
        best of its samples counts as the best input.
    moment : int, optional
        The training step, for the record.
    progress : callable, optional
        Given the share that is done, 0 to 1, and the layer's path; what it raises ends the search.

    Returns
    -------
    Ascent

    Raises
    ------
    NoGradients
        Keras runs on another backend than TensorFlow, or no gradient leads back to the input: it
        holds whole numbers that are looked up, or text; the layer has no channels; the model
        computes by something else than TensorFlow. It is a ValueError, too.
    ValueError
        There is no such layer, channel or input; the inputs are all the same, so that there is no
        range; the start does not fit; the survey is of other weights.
    ModelCallError
        The model's call raises.
    MemoryError
        There is no memory for even one row.
    """
    require_tensorflow()
    # They load TensorFlow.
    from .ascending.search import Search, Task
    from .tapped_pass import TappedPass

    instance("probe", probe, ModelProbe)
    steps, seed = whole_number("steps", steps, 1), whole_number("seed", seed, 0)
    one_of("objective", objective, OBJECTIVES)
    negative = flag("negative", negative)
    optional("survey", survey, Survey)
    moment = None if moment is None else whole_number("moment", moment, 0)
    tell = optional_function("progress", progress) or no_progress
    if isinstance(start, str):
        one_of("start", start, STARTS)
    with model_lock(probe.model), probe.steady():
        tapped = TappedPass(probe, path, source)
        channel_count = tapped.info.channels or 0
        chosen = np.arange(channel_count)
        if channels is not None:
            chosen = indices("channels", channels, channel_count)
        given = None if isinstance(start, str) else _start(start, tapped, len(chosen))
        is_noise = _is_noise(probe, tapped)
        search = Search(
            tapped,
            everywhere=objective == "everywhere",
            negative=negative,
            is_noise=is_noise,
            channels_first=_channels_first(tapped.values),
            surveyed=_surveyed(survey, probe, path) if objective == "once" else None,
        )
        task = Task(chosen, steps, seed, tell, tapped.info.path)
        begins: Start = "given" if given is not None else "top" if start == "top" else "grey"
        found = search.run(task, begins, given)
        drawn = _drawn(tapped, found.images, search.natural.samples[chosen]) if is_noise else None
    natural, parameters = search.natural, search.parameters
    return Ascent(
        path=tapped.info.path,
        channels=frozen(chosen),
        images=frozen(found.images),
        reach=frozen(natural.share(found.activation, chosen)),
        robust_reach=frozen(natural.share(found.robust, chosen)),
        selectivity=frozen(found.selectivity),
        state=tuple(map(_state, found.risen, natural.is_silent[chosen])),
        activation=frozen(found.activation),
        best=frozen(natural.best[chosen]),
        rest=frozen(natural.rest[chosen]),
        best_samples=frozen(natural.samples[chosen]),
        started=tuple(found.started),
        objective=objective,
        negative=negative,
        by_output=natural.by_output,
        steps=steps,
        seed=seed,
        samples=natural.count,
        source=tapped.source,
        low=parameters.low,
        high=parameters.high,
        rules=tapped.is_traced,
        drawn=None if drawn is None else frozen(drawn),
        moment=moment,
    )


def _state(risen: bool, silent: bool) -> State:
    if risen:
        return "reached"
    return "silent" if silent else "not-woken"


def _start(start: Any, tapped: TappedPass, count: int) -> Singles:
    """The inputs to begin at, one a channel."""
    shape = tapped.values.shape[1:]
    array = number_array("start", start)
    if array.shape == shape:
        array = np.broadcast_to(array, (count, *shape))
    if array.shape != (count, *shape):
        raise ValueError(
            f"start must be 'grey', 'top' or inputs of the shape {(count, *shape)}, one for each "
            f"channel; got the shape {array.shape}"
        )
    if not np.isfinite(array.astype(np.float64)).all():
        raise ValueError("start must be finite numbers; some are NaN or infinite")
    return array.astype(np.float32)


def _surveyed(survey: Survey | None, probe: ModelProbe, path: str) -> Any:
    if survey is None:
        return None
    if survey.weights != model_digest(probe.model):
        raise ValueError(
            "the survey is of other weights than the model has now: survey it again, or leave the "
            "survey out"
        )
    return survey.layer(path)


def _channels_first(values: NDArray[Any]) -> bool:
    return is_image(values.shape) and image_channel_axis(values.shape) == 1


def _is_noise(probe: ModelProbe, tapped: TappedPass) -> bool:
    """Whether images are made of an input, and it is none."""
    return tapped.values.ndim == 2 and probe.image_ends == ("output",)


def _drawn(tapped: TappedPass, noise: Singles, samples: Indices) -> Singles | None:
    """The images that a generator makes of some noise, with its other inputs those of samples."""
    flat = [array[samples] for array in tapped.given]
    flat[tapped.place] = noise.astype(tapped.values.dtype)
    inputs = keras.tree.pack_sequence_as(tapped.probe.inputs, flat)
    outputs = values_of(run_exchanged(tapped.probe, inputs=inputs))
    return next((np.array(each) for each in outputs if is_image(each.shape)), None)
