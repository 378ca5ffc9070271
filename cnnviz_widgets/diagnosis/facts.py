"""What a diagnosis knows of a model before it judges."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .measurements.data.answers import Answers
from .measurements.data.input_range import InputScale
from .measurements.data.norm_shift import NormShift
from .measurements.data.repairs import Repair
from .measurements.data.targets import Diversity, Labels, Reach
from .measurements.output_measures import OutputMeasures
from .measurements.training.head import Head
from .measurements.training.loss_history import LossHistory
from .measurements.training.optimisation import Optimisation
from .measurements.training.penalties import Penalties
from .measurements.training.signal import Signal
from .measurements.training.trials import Trial
from .measurements.weight_measures import WeightMeasures
from .measurements.weight_movement import WeightMovement

Role: TypeAlias = Literal["weights", "activation", "other"]


@dataclass(frozen=True, eq=False)
class LayerFacts:
    """What was measured of one layer, and where it stands.

    Attributes
    ----------
    path, kind : str
    parents : tuple of str
        Paths of the layers it reads.
    role : {'weights', 'activation', 'other'}
        Whether it mixes its inputs by weights, bends them, or only hands them on.
    low : bool
        Of low abstraction [WL20 §1.3.1].
    level : int
        Layers from the nearest image end.
    output : bool
        Whether the model returns it.
    trainable : bool
    activation : str or None
    outputs : OutputMeasures
    weights : tuple of WeightMeasures
    movement : WeightMovement or None
        Whether its weights have moved; None where that could not be told.
    readable : float
        `resemblance.readable_share` of the image; NaN where it was not measured.
    underflows : bool
        Whether exactly 0 is where its activation underflows, or an end of its range: no unit dies
        of it.
    channelwise : bool
        Whether, for all its weights, each of its channels comes from the same channel of its input
        only.
    normalises : bool
        Whether it brings values to a magnitude of about 1, whatever it reads.
    looks_up : bool
        Whether it looks rows up in a table.
    reads_inputs : bool
        Whether what it puts out can depend on the model's inputs.
    linear : bool
        Whether it is a linear function of its input in inference, but for an offset.
    mixes : bool
        Whether each of its channels is weighed from all channels of its input.
    dropout : float
        The share of its values that it drops in training.
    reads_unlisted : bool
        Whether it reads what no listed layer puts out, such as an input of the model.
    """

    path: str
    kind: str
    parents: tuple[str, ...]
    role: Role
    low: bool
    level: int
    output: bool
    trainable: bool
    activation: str | None
    outputs: OutputMeasures
    weights: tuple[WeightMeasures, ...] = ()
    movement: WeightMovement | None = None
    readable: float = math.nan
    underflows: bool = False
    channelwise: bool = False
    normalises: bool = False
    looks_up: bool = False
    reads_inputs: bool = True
    linear: bool = False
    mixes: bool = False
    dropout: float = 0.0
    reads_unlisted: bool = False

    @property
    def noun(self) -> str:
        """What its channels are called."""
        return "units" if len(self.outputs.shape) == 2 else "channels"


@dataclass(frozen=True, eq=False)
class ModelFacts:
    """All layers in execution order, and what holds for the whole.

    Attributes
    ----------
    layers : mapping of str to LayerFacts
        By path.
    samples : int
    nonfinite_inputs : int
        How many input values are NaN or infinite.
    inputs_vary : bool
        Whether the samples differ from one another.
    input_magnitude : float
        Root mean square of the inputs' finite values; of several inputs the largest; NaN where
        they are no numbers.
    fresh : mapping of str to OutputMeasures
        The same layers, those that were asked for, of the freshly initialised architecture.
    fresh_readable : mapping of str to float
        Their `readable`.
    untrained : bool
        Whether no weight has left its initial distribution.
    traceless : bool
        Whether no weight bears a trace of training: it is untrained, or that cannot be told, as
        nothing in it began at a known number.
    makes_images : bool
        Whether the model's output is an image.
    input_scale : InputScale or None
        None where the scale of the inputs cannot be judged.
    reach : Reach or None
        The range of the output beside target values; None without, or where it is not known.
    labels : Labels or None
        Targets that are class labels.
    diversity : Diversity or None
        Of the images that the model makes, where it has target images.
    answers : Answers or None
        None without targets that fit.
    repairs : tuple of Repair
        What was tried on the inputs, in the order in which it was.
    norm_shift : NormShift or None
        None without a trained BatchNormalization.
    heads : tuple of Head
        Of each output whose last activation is known.
    penalties : Penalties or None
        None without any.
    loss_history : LossHistory or None
        None where the model keeps none.
    optimisation : Optimisation or None
        None where the model was not compiled.
    signal : Signal or None
        None where the inputs are no numbers.
    without_weight : mapping of (str, str) to Trial
        By path and weight: the model with this weight in random order, of weights that are accused.
    thinned : mapping of str to Trial
        By path: the model with the same share of the layer's living channels silenced as is dead.
    class_names : tuple of str
        What the channels of its output are called, where they are as many; else ().
    """

    layers: Mapping[str, LayerFacts]
    samples: int
    nonfinite_inputs: int = 0
    inputs_vary: bool = True
    input_magnitude: float = math.nan
    fresh: Mapping[str, OutputMeasures] = field(default_factory=dict)
    fresh_readable: Mapping[str, float] = field(default_factory=dict)
    untrained: bool = False
    traceless: bool = False
    makes_images: bool = False
    input_scale: InputScale | None = None
    reach: Reach | None = None
    labels: Labels | None = None
    diversity: Diversity | None = None
    answers: Answers | None = None
    repairs: tuple[Repair, ...] = ()
    norm_shift: NormShift | None = None
    heads: tuple[Head, ...] = ()
    penalties: Penalties | None = None
    loss_history: LossHistory | None = None
    optimisation: Optimisation | None = None
    signal: Signal | None = None
    without_weight: Mapping[tuple[str, str], Trial] = field(default_factory=dict)
    thinned: Mapping[str, Trial] = field(default_factory=dict)
    class_names: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[LayerFacts]:
        return iter(self.layers.values())

    def names_of(self, path: str) -> tuple[str, ...]:
        """What a layer's channels are called: classes have names, others ()."""
        layer = self.layers.get(path)
        fits = layer is not None and layer.output and self._names_fit(layer)
        return self.class_names if fits else ()

    def named_class(self, number: int) -> str:
        """A class by its name in quotes, else by its number: ``"coat"``, ``class 7``."""
        if any(layer.output and self._names_fit(layer) for layer in self):
            return f'"{self.class_names[number]}"'
        return f"class {number}"

    def _names_fit(self, layer: LayerFacts) -> bool:
        return layer.outputs.channels == len(self.class_names)

    def parents(self, layer: LayerFacts) -> list[LayerFacts]:
        """The layers it reads."""
        return [self.layers[path] for path in layer.parents if path in self.layers]

    def readers(self, layer: LayerFacts) -> list[LayerFacts]:
        """The layers that read it."""
        return [other for other in self if layer.path in other.parents]

    def descendants(self, path: str) -> set[str]:
        """Paths of all layers that read it, directly or through others."""
        reached = {path}
        for layer in self:
            if not reached.isdisjoint(layer.parents):
                reached.add(layer.path)
        return reached - {path}
