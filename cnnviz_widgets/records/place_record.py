"""What one looks at in a model: a place, what it held, and at which moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .layer_health import LayerHealth
from .layer_picture import LayerPicture
from .place import Place
from .sample_subset import SampleChoice
from .samples.led_rows import LedRows
from .samples.row_heads import SampleAnswers
from .samples.shown_inputs import ShownInputs

NOW = -1
"""The step that is no moment of the past: the live model's."""


@dataclass(frozen=True, eq=False)
class PlaceRecord:
    """What a place holds, now or as it was.

    Attributes
    ----------
    place : Place
        With the name of the weight, also where none was asked for.
    record : LayerRecord
    first_channel : int or None
        The channel of the layer's output that the first one of the record stands for; None where
        they are no channels of it, or no model says which.
    weights : tuple of str
        Names of all the layer's weights that have a picture; () of outputs of a live model.
    step : int
        The moment of training that the record is of, `NOW` for the live model.
    requested : int
        The moment that was asked for, which need not have kept the place.
    health : mapping of str to LayerHealth
        Every layer's at the moment that was asked for; {} of the live model.
    samples : SampleChoice or None
        What the health was measured on; None: all samples.
    inputs : ShownInputs or None
        Which inputs the record is of; None: those that were given first.
    rows : LedRows or None
        What led the rows then; None where that is not known, and for the live model.
    answers : SampleAnswers or None
        What the model answered then.
    scales : mapping of str to float
        How much layers varied, as was last known at the moment that was asked for.
    scales_earlier : bool
        Whether some of these are of an earlier moment.
    note : str
        Where the two moments differ, in a sentence; else "".
    """

    place: Place
    record: LayerPicture
    first_channel: int | None = 0
    weights: tuple[str, ...] = ()
    step: int = NOW
    requested: int = NOW
    health: Mapping[str, LayerHealth] = field(default_factory=dict)
    samples: SampleChoice | None = None
    inputs: ShownInputs | None = None
    rows: LedRows | None = None
    answers: SampleAnswers | None = None
    scales: Mapping[str, float] = field(default_factory=dict)
    scales_earlier: bool = False
    note: str = ""
