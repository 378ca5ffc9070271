"""Two models, or one of them at two moments, read side by side layer by layer."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Protocol

import keras

from ...comparison.channel_matching import MatchedBy
from ...comparison.layer_comparison import LayerChange, LayerComparison, most_changed
from ...comparison.layer_matching import LayerOutline, LayerPairs, pair_layers
from ...history.moment import Moment
from ...records.layer_picture import LayerPicture
from ...records.layer_record import LayerRecord
from ...records.place import Place
from ...records.record_kind import OUTPUTS
from ...records.survey.sample_digests import are_same_samples
from ...runtime.progress import Progress
from ...validation.messages import described
from ...validation.texts import known_layer
from ..layers.layer_info import LayerInfo
from ..reading.probe import ModelProbe
from ..reading.record_reader import output_record
from .survey_side import SurveySide, classes_differ

# Outputs of both models that are held at a time while all layers are compared.
_MEMORY = 256 * 2**20


class Side(Protocol):
    """One of the two that are compared."""

    title: str

    @property
    def live(self) -> bool:
        """Whether it is read from a model now."""
        ...

    @property
    def model_name(self) -> str | None:
        """What its model is called; None: it is the model of the other."""
        ...

    @property
    def advice(self) -> str:
        """How there would be more layers to compare, as the end of a sentence."""
        ...

    def outlines(self) -> tuple[LayerOutline, ...]:
        """The layers that have something to compare."""
        ...

    def read(self, paths: Collection[str]) -> dict[str, LayerRecord] | dict[str, LayerPicture]:
        """Records of some layers' outputs."""
        ...

    def nbytes(self, layer: LayerOutline) -> int:
        """About what reading a layer's output takes in memory."""
        ...

    def missing(self, path: str) -> str:
        """Where a layer of the other is not, in words."""
        ...


class LiveSide:
    """A live model on its inputs, read anew each time.

    Parameters
    ----------
    probe : ModelProbe
    title : str
    """

    live = True
    advice = ""

    def __init__(self, probe: ModelProbe, title: str) -> None:
        self.probe = probe
        self.title = title

    @property
    def model_name(self) -> str:
        """What the model is called."""
        return str(self.probe.model.name)

    def outlines(self) -> tuple[LayerOutline, ...]:
        """Every layer that gives values on the inputs."""
        return tuple(
            LayerOutline(info.path, info.kind, _shape(info))
            for info in self.probe.layers
            if 0 not in info.output_shape
        )

    def read(self, paths: Collection[str]) -> dict[str, LayerRecord]:
        """Records of some layers' outputs, from one forward pass.

        Raises
        ------
        ValueError, ModelCallError
            As `ModelProbe.read`.
        """
        outputs = self.probe.read(paths)
        # All at once: each look at the model's layers checks whether the model is the same still.
        infos = {info.path: info for info in self.probe.layers}
        return {path: output_record(infos[path], array) for path, array in outputs.items()}

    def nbytes(self, layer: LayerOutline) -> int:
        """float32 for each value."""
        return 4 * self.probe.samples * math.prod(size or 1 for size in layer.shape)

    def missing(self, path: str) -> str:
        """Where a layer is not, in words."""
        return f"not in {self.title}"


class MomentSide:
    """A moment of a training that was recorded.

    Parameters
    ----------
    moment : Moment
    title : str
    """

    live = False
    model_name = None
    advice = "; inspector.monitor(layers=[...]) keeps more layers while training"

    def __init__(self, moment: Moment, title: str) -> None:
        self.moment = moment
        self.title = title

    def outlines(self) -> tuple[LayerOutline, ...]:
        """The layers whose outputs were kept."""
        return tuple(
            LayerOutline(place.layer, "", self.moment.records[place].shape[1:])
            for place in self.moment.records
            if place.view == OUTPUTS.name
        )

    def read(self, paths: Collection[str]) -> dict[str, LayerPicture]:
        """The snapshots of some layers' outputs."""
        return {path: self.moment.records[Place(path)] for path in paths}

    def nbytes(self, layer: LayerOutline) -> int:
        """Kept records are small."""
        return 0

    def missing(self, path: str) -> str:
        """Where a layer is not, in words."""
        return f"not kept at {self.title}"


class ModelComparison:
    """Which layers of two sides go together, and what changed in each.

    Two models, live or surveyed, are paired by path, and where paths differ by kind and order;
    their channels may be matched by similarity where both were shown the same inputs. Moments are
    paired by path only, and their channels by number. Two surveys of one and the same name may be
    of one model at two moments or of two: their channels go by number, and may be matched
    otherwise.

    Parameters
    ----------
    a, b : Side

    Attributes
    ----------
    pairs : LayerPairs
    two_models : bool
        Whether both sides are models of their own.
    same_samples : bool
        Whether both answered to the same inputs; of a moment beside a live model or another moment
        it is taken for granted, of surveys their digests tell it.
    can_match : bool
        Whether it can be chosen how channels are matched.
    by : {'index', 'similarity'}
        How channels are matched unless asked otherwise.

    Raises
    ------
    ValueError
        The two have no layer in common.
    """

    def __init__(self, a: Side, b: Side) -> None:
        for name, side in (("a", a), ("b", b)):
            if not isinstance(side, (LiveSide, MomentSide, SurveySide)):
                raise TypeError(
                    f"{name} must be a LiveSide, MomentSide or SurveySide; got {described(side)}"
                )
        self.a, self.b = a, b
        self.two_models = _two_models(a, b)
        self.same_samples = _same_samples(a, b)
        surveys = isinstance(a, SurveySide) and isinstance(b, SurveySide)
        self.can_match = self.same_samples and (self.two_models or surveys)
        self.by: MatchedBy = "similarity" if self.two_models and self.same_samples else "index"
        self.pairs = self._paired()

    def _paired(self) -> LayerPairs:
        of_a, of_b = self.a.outlines(), self.b.outlines()
        for side, outlines in ((self.a, of_a), (self.b, of_b)):
            if not outlines and not side.live:
                raise ValueError(
                    f"no layer's outputs were kept at {side.title}: inspector.monitor("
                    "layers=[...]) names the layers whose outputs are kept while training"
                )
        pairs = pair_layers(of_a, of_b, by_kind=self.two_models)
        if not pairs.pairs:
            raise ValueError(
                f"{self.a.title} and {self.b.title} have no layer in common: "
                f"{_listed(of_a)} there, {_listed(of_b)} here{self._advice}"
            )
        return pairs

    @property
    def _advice(self) -> str:
        return self.a.advice or self.b.advice

    @property
    def classes_differ(self) -> str:
        """Why means on classes cannot be compared, in a sentence; "" where they can."""
        if isinstance(self.a, SurveySide) and isinstance(self.b, SurveySide):
            return classes_differ(self.a, self.b)
        return ""

    def alone(self) -> list[tuple[str, str, str]]:
        """Path and kind of each layer without a partner, and where it is, in words."""
        rows = []
        for layers, there in ((self.pairs.only_a, self.b), (self.pairs.only_b, self.a)):
            rows += [(layer.path, layer.kind, there.missing(layer.path)) for layer in layers]
        return rows

    def partner(self, path: str) -> tuple[LayerOutline, LayerOutline]:
        """The pair that a layer belongs to.

        Parameters
        ----------
        path : str
            Of the layer in `a`, or of its partner.

        Raises
        ------
        ValueError
            It has no partner, or there is no such layer.
        """
        pairs = self.pairs.pairs
        paths = [pair[at].path for at in (0, 1) for pair in pairs]
        alone = next((where for other, _, where in self.alone() if other == path), None)
        if alone is not None and path not in paths:
            raise ValueError(
                f"layer {path!r} has nothing to be compared with: {alone}{self._advice}"
            )
        known_layer(path, paths, "to compare")
        return (pairs * 2)[paths.index(path)]

    def read(self, path: str, by: MatchedBy | None = None) -> LayerComparison:
        """Read a layer on both sides now, and compare it.

        Parameters
        ----------
        path : str
            Of the layer in `a`, or of its partner.
        by : {'index', 'similarity'}, optional
            How channels are matched; default: `by` of this comparison.

        Raises
        ------
        ValueError, ModelCallError
            As `partner` and `ModelProbe.read`.
        """
        one, other = self.partner(path)
        return self._compare(
            self.a.read([one.path])[one.path], self.b.read([other.path])[other.path], by
        )

    def changes(
        self, by: MatchedBy | None = None, progress: Progress | None = None
    ) -> list[LayerChange]:
        """How much each pair of layers changed, the most first.

        Layers are read together as far as memory allows: a forward pass of both models for every
        256 MB of outputs.

        Parameters
        ----------
        by : {'index', 'similarity'}, optional
            As for `read`.
        progress : callable, optional
            Given the share that is done, 0 to 1, and the path of the layer that is next.

        Raises
        ------
        ModelCallError
            A model's own call raises. Whatever `progress` raises passes through.
        """
        done: list[LayerChange] = []
        total = len(self.pairs.pairs)
        for group in self._groups():
            of_a = self.a.read([one.path for one, _ in group])
            of_b = self.b.read([other.path for _, other in group])
            for one, other in group:
                if progress is not None:
                    progress(len(done) / total, f"comparing {one.path}")
                # Taken out, so that each layer's memory is free again once it is compared.
                records = of_a.pop(one.path), of_b.pop(other.path)
                done.append(self._compare(*records, by).summary)
        return most_changed(done)

    def _compare(self, a: LayerPicture, b: LayerPicture, by: MatchedBy | None) -> LayerComparison:
        return LayerComparison.of(a, b, by or self.by, same_samples=self.same_samples)

    def _groups(self) -> Iterator[Sequence[tuple[LayerOutline, LayerOutline]]]:
        """Pairs whose outputs are read together."""
        group: list[tuple[LayerOutline, LayerOutline]] = []
        held = 0
        for pair in self.pairs.pairs:
            more = self.a.nbytes(pair[0]) + self.b.nbytes(pair[1])
            if group and held + more > _MEMORY:
                yield group
                group, held = [], 0
            group.append(pair)
            held += more
        yield group


def _listed(layers: Sequence[LayerOutline]) -> str:
    """The first few layers by path."""
    if not layers:
        return "no layer"
    names = ", ".join(repr(layer.path) for layer in layers[:5])
    return names if len(layers) <= 5 else f"{names} and {len(layers) - 5} more"


def _shape(info: LayerInfo) -> tuple[int | None, ...]:
    shape = list(info.output_shape)
    if info.channel_axis is not None:
        shape.append(shape.pop(info.channel_axis))
    return tuple(shape[1:])


def _two_models(a: Side, b: Side) -> bool:
    if isinstance(a, LiveSide) and isinstance(b, LiveSide):
        return a.probe.model is not b.probe.model
    names = {a.model_name, b.model_name}
    return None not in names and len(names) == 2


def _same_samples(a: Side, b: Side) -> bool:
    if isinstance(a, SurveySide) or isinstance(b, SurveySide):
        return (
            isinstance(a, SurveySide)
            and isinstance(b, SurveySide)
            and are_same_samples(a.survey.digests, b.survey.digests)
        )
    if isinstance(a, LiveSide) and isinstance(b, LiveSide):
        return _same(a.probe.inputs, b.probe.inputs)
    return True


def _same(a: Any, b: Any) -> bool:
    """Whether two batches hold the same numbers, NaN at the same places."""
    of_a, of_b = keras.tree.flatten(a), keras.tree.flatten(b)
    return len(of_a) == len(of_b) and all(
        one is other
        or (
            one.shape == other.shape
            # Text has no `isnan`.
            and bool(((one == other) | ((one != one) & (other != other))).all())  # noqa: PLR0124
        )
        for one, other in zip(of_a, of_b, strict=True)
    )
