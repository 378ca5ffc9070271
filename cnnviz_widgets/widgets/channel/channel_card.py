"""ChannelCard: one channel of a live model, in numbers and in what it looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from ipywidgets import VBox
from numpy.typing import ArrayLike, NDArray

from ...model import ModelProbe, model_lock
from ...model.reading.record_reader import read_place
from ...model.samples.pool import Pool
from ...records.place import Place
from ...records.survey.survey import Survey
from ...validation.messages import described
from ...validation.objects import instance, optional
from ...validation.scalars import index_below
from ...validation.texts import texts
from ..jupyter.ownership import Owning
from ..jupyter.png_fallback import PngFallback
from ..linking.selection import Selection
from ..panels.channel_numbers import ChannelNumbers
from .channel_answers import ChannelAnswers
from .subject import ChannelSubject, inputs_of

if TYPE_CHECKING:
    from PIL.Image import Image


class ChannelCard(Owning, PngFallback, VBox):
    """What there is to know of one channel: numbers, strongest patches, what excites it most.

    Each question stands under a heading; unfolded, it is asked, beside other work. What a picture
    is worth stands with it.

    Parameters
    ----------
    probe : ModelProbe
        Its inputs are what everything is measured by, some hundred or more where they can be had.
    path : str
        Of a layer output with channels.
    channel : int
        In the layer's own numbering.
    labels : array_like of int, shape (sample,), optional
        The class of each of the probe's samples; below 0 where it is not known.
    class_names : sequence of str, optional
        Of these classes.
    survey : Survey, optional
        Of this model with its present weights.
    pool : array or dict of array, optional
        The samples that were surveyed, in their order: strongest patches are cut out of them.

    Attributes
    ----------
    numbers : ChannelNumbers
    answers : ChannelAnswers

    Raises
    ------
    TypeError, ValueError
        No such layer or channel; labels that do not fit the samples.
    ModelCallError
        The model's own call raises.

    Examples
    --------
    >>> cv.ChannelCard(model.ModelProbe(net, images), "conv3", 17)
    """

    def __init__(
        self,
        probe: ModelProbe,
        path: str,
        channel: int,
        *,
        labels: ArrayLike | None = None,
        class_names: Sequence[str] = (),
        survey: Survey | None = None,
        pool: Any = None,
    ) -> None:
        instance("probe", probe, ModelProbe)
        optional("survey", survey, Survey)
        names = texts("class_names", class_names)
        classes = None if labels is None else _classes(labels, probe.samples)
        source = None if pool is None else Pool(probe.model, pool)
        with model_lock(probe.model):
            record = read_place(probe, Place(path)).record
        self._path = path
        channel = index_below("channel", channel, record.n_channels)
        self.numbers = ChannelNumbers(selection=Selection())
        self.numbers.show(record)
        self.numbers.channel = channel
        self.answers = ChannelAnswers(channel=channel)
        super().__init__([self.numbers, self.answers])
        self.answers.look_at(
            ChannelSubject(
                probe,
                path,
                labels=classes,
                class_names=names,
                survey=survey if source is not None else None,
                surveyed_inputs=None if source is None else inputs_of(source),
            )
        )

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all that is unfolded is answered.

        Parameters
        ----------
        seconds : float, optional
            No longer than this.

        Returns
        -------
        bool
            Whether it is.
        """
        return self.answers.wait(seconds)

    def picture(self) -> Image | None:
        """What has been answered by now, as a still picture; None before anything is."""
        from .card_picture import card_picture

        done = {
            name: answer
            for name, answer in self.answers.answered.items()
            if answer["state"] == "done"
        }
        if not done:
            return None
        heading = f"{self._path}, channel {self.numbers.channel}"
        return card_picture(heading, self.answers.titles, done)


def _classes(labels: ArrayLike, samples: int) -> NDArray[np.int64]:
    array = np.asarray(labels)
    if array.dtype.kind not in "iu" or array.shape != (samples,):
        raise ValueError(
            f"labels must be one whole number for each of the {samples:,} samples; got "
            f"{described(labels)}"
        )
    return array.astype(np.int64)
