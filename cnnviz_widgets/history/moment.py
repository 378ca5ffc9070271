"""What is known of a training at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..records.layer_health import LayerHealth
from ..records.layer_picture import LayerPicture
from ..records.layer_record import checked_record
from ..records.place import Place
from ..records.sample_subset import SampleChoice
from ..records.samples.row_heads import SampleAnswers
from ..records.samples.shown_inputs import ShownInputs
from ..validation.objects import instance, mapping, optional
from ..validation.scalars import whole_number
from .storage.moment_records import MomentRecords


@dataclass(frozen=True, eq=False)
class Moment:
    """A model in training, as it was at one step.

    Attributes
    ----------
    step : int
        How many training steps had been made, 0 or more.
    epoch : int or None
        The epoch, where the training counts them.
    seconds : float
        Of training, since the history began.
    health : mapping of str to LayerHealth
        Every layer's few numbers by its path, in execution order.
    logs : mapping of str to float
        What training itself tells: losses and metrics.
    records : mapping of Place to LayerRecord
        The layers that were looked at; of a history in a folder each is read when it is asked for.
    samples : SampleChoice or None
        Which samples the numbers rest on; None: all. Dead channels are told of all in any case.
    inputs : ShownInputs or None
        Which inputs the model was shown; None: those that were given first.
    scales : mapping of str to float
        How much each layer varied, the root mean square of its channels' spreads, as far as that
        was measured.
    answers : SampleAnswers or None
        What it answered to the first of them; None where that is not known.

    Raises
    ------
    TypeError, ValueError
        The step is no whole number from 0 on, or something else is not what it says here.
    """

    step: int
    epoch: int | None = None
    seconds: float = 0.0
    health: Mapping[str, LayerHealth] = field(default_factory=dict)
    logs: Mapping[str, float] = field(default_factory=dict)
    records: Mapping[Place, LayerPicture] = field(default_factory=dict)
    samples: SampleChoice | None = None
    inputs: ShownInputs | None = None
    answers: SampleAnswers | None = None
    scales: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        whole_number("step", self.step, 0)
        for path, health in mapping("health", self.health, "a path to its LayerHealth").items():
            instance(f"health[{path!r}]", health, LayerHealth)
        mapping("logs", self.logs, "a name to a number")
        if not isinstance(self.records, MomentRecords):  # which are read when they are asked for
            for place, record in mapping("records", self.records, "a Place to its record").items():
                checked_record(f"records[{place!r}]", record)
        optional("samples", self.samples, SampleChoice)
        optional("inputs", self.inputs, ShownInputs)
        optional("answers", self.answers, SampleAnswers)
        mapping("scales", self.scales, "a path to a number")
