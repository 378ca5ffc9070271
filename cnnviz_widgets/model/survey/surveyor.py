"""Adding up batch after batch of one model: what one process does of a survey."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import keras
import numpy as np

from ...analysis.arrays import Integers
from ...analysis.survey.batch_parts import Asked, BatchParts
from ...analysis.survey.channel_rule import ChannelRule
from ...analysis.survey.layer_tally import LayerTally
from ...analysis.survey.row_products import BLOCK
from ...analysis.survey.sample_hash import place_draws
from ...records.survey.layer_summary import LayerSummary
from ...records.survey.sample_ranges import Ranges, count, united
from ...records.survey.survey import Survey
from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_later
from ..layers.layer_info import LayerInfo
from ..reading.call_recorder import ModelCallError
from ..reading.calls.layer_call import Key
from ..reading.inputs import prepare
from ..reading.model_lock import model_lock
from .data.labels import class_numbers, no_labels
from .data.survey_data import RawBatch
from .passes.eager_parts import EagerParts
from .weights_stamp import weights_digest, weights_stamp

PILOT = BLOCK
"""By so many samples, the first ones, it is chosen how channels are counted."""

# Batches are added up together, which is much quicker for small ones, and for wide layers, whose
# cells fit no cache: so many samples of them, or so many bytes, whatever is reached first.
_TOGETHER, _TOGETHER_BYTES = 512, 64 * 2**20

# Seconds between two looks at whether the weights are what they were.
_LOOK_AGAIN = 0.5

Rules = Mapping[str, ChannelRule]


class WeightsChanged(RuntimeError):
    """The model was trained, or its weights were set, while it was surveyed."""


@dataclass(frozen=True)
class Plan:
    """What is surveyed, and how: the same in every process.

    Attributes
    ----------
    names : mapping of key to str
        The calls' paths.
    infos : mapping of str to LayerInfo
    skipped : mapping of str to str
    rows : int
        At most so many places of a sample are drawn.
    classes : int
    batch : int
        Samples of a batch.
    in_order : bool
        Whether samples come by ascending number.
    """

    names: Mapping[Key, str]
    infos: Mapping[str, LayerInfo]
    skipped: Mapping[str, str]
    rows: int
    classes: int
    batch: int
    in_order: bool = True


class _Seen(NamedTuple):
    parts: dict[str, BatchParts]
    numbers: Integers
    labels: Integers

    @property
    def nbytes(self) -> int:
        """Memory of the parts."""
        return sum(each.nbytes for each in self.parts.values())


class Surveyor:
    """Adds up what a model does on batches of samples.

    Parameters
    ----------
    model : keras.Model
        Built.
    plan : Plan
    rules : mapping of str to ChannelRule, optional
        How channels are counted; by default the first samples choose.
    begun : Survey, optional
        What is gone on from.

    Attributes
    ----------
    digest : str
        `weights_digest` of the model as it was at first.
    """

    def __init__(
        self,
        model: Any,
        plan: Plan,
        rules: Rules | None = None,
        begun: Survey | None = None,
    ) -> None:
        self._model = model
        self._plan = plan
        self._lock = model_lock(model)
        self._engine: Any = None
        self._shapes: list[tuple[int, ...]] | None = None
        self._waiting: list[_Seen] = []
        self._tallies: dict[str, LayerTally] = {}
        self._ranges: Ranges = ()
        with self._lock:
            self.digest = weights_digest(self._model)
            self._stamp = weights_stamp(self._model)
        self._looked = time.monotonic()
        if begun is not None:
            self._ranges = begun.ranges
            self._tallies = {path: copy.deepcopy(each.tally) for path, each in begun.layers.items()}
        elif rules is not None:
            self._begin(rules)

    @property
    def rules(self) -> Rules:
        """How channels are counted; chosen now by what was seen, if it was not before."""
        self._settle()
        return {path: tally.rule for path, tally in self._tallies.items()}

    @property
    def has_chosen(self) -> bool:
        """Whether enough samples were seen for the rules to be settled."""
        return bool(self._tallies)

    @property
    def samples(self) -> int:
        """How many samples were added."""
        return count(self._ranges)

    def add(self, batch: RawBatch) -> None:
        """Add up one batch; it is added whole or, where something is raised, not at all.

        Raises
        ------
        ModelCallError
            The model's call raises.
        ValueError
            The samples do not fit the model, or labels the classes.
        WeightsChanged
        """
        plan = self._plan
        inputs = prepare(self._model, batch.inputs, None)
        self._check_shapes(inputs, batch.numbers)
        labels = no_labels(len(batch.numbers))
        if plan.classes and batch.labels is not None:
            labels = class_numbers(batch.labels, plan.classes, batch.numbers)
        self._check_new(batch.numbers)
        draws = place_draws(batch.numbers, plan.rows)
        with self._lock:
            self._look_at_weights()
            parts = self._parts(inputs, draws)
        later = interrupts_later()
        with surely(later), later:
            self._take(_Seen(parts, batch.numbers, labels))

    def check_weights(self) -> None:
        """Look at all weights, whether they are what they were.

        Raises
        ------
        WeightsChanged
        """
        with self._lock:
            if weights_digest(self._model) != self.digest:
                raise WeightsChanged(_CHANGED)

    def survey(self) -> Survey:
        """What was added up so far; it is not to be used beside a surveyor that goes on."""
        self._settle()
        infos = self._plan.infos
        return Survey(
            layers={
                path: LayerSummary(path, tally, infos[path].bounds)
                for path, tally in self._tallies.items()
            },
            ranges=self._ranges,
            model=self._model.name,
            weights=self.digest,
            rows=self._plan.rows,
            classes=self._plan.classes,
            skipped=dict(self._plan.skipped),
        )

    def _parts(self, inputs: Any, draws: Any) -> dict[str, BatchParts]:
        if self._engine is None:
            self._engine = self._fastest(inputs)
        asked = {path: self._asked(path) for path in self._plan.infos}
        try:
            parts: dict[str, BatchParts] = self._engine.parts(inputs, draws, asked)
        except ModelCallError:
            if isinstance(self._engine, EagerParts):
                raise
            # What does not run compiled may run eagerly; else that tells which layer failed.
            self._engine = self._eager()
            parts = self._engine.parts(inputs, draws, asked)
        missing = [path for path in self._plan.infos if path not in parts]
        if missing:
            raise ModelCallError(f"layer {missing[0]!r} was not called on these samples")
        return parts

    def _fastest(self, inputs: Any) -> Any:
        if keras.backend.backend() != "tensorflow" or self._model.run_eagerly:
            return self._eager()
        from .passes.compiled_parts import CompiledParts

        # All passes are on as many samples: another number may round in another way.
        length = self._plan.batch
        batch = keras.tree.map_structure(
            lambda array: np.resize(array, (length, *array.shape[1:])), inputs
        )
        return CompiledParts(self._model, batch, self._plan.infos, self._plan.names)

    def _eager(self) -> EagerParts:
        return EagerParts(self._model, self._plan.infos, self._plan.names)

    def _asked(self, path: str) -> Asked:
        if path in self._tallies:
            return replace(self._tallies[path].asked, level=not self._plan.in_order)
        channels = self._plan.infos[path].channels or 1
        infinite = np.full(channels, np.inf, dtype=np.float32)
        return Asked(-infinite, infinite)

    def _take(self, seen: _Seen) -> None:
        self._note(seen.numbers)
        self._waiting.append(seen)
        samples = sum(len(each.numbers) for each in self._waiting)
        nbytes = sum(each.nbytes for each in self._waiting)
        if not self._tallies:
            # The first tell which are worth looking up from then on.
            enough = samples >= PILOT
        else:
            enough = samples >= _TOGETHER or nbytes >= _TOGETHER_BYTES
        if enough:
            self._settle()

    def _settle(self) -> None:
        """Add up what waits; the first samples choose the rules before that."""
        if not self._waiting:
            return
        parts = {
            path: _joined([each.parts[path] for each in self._waiting]) for path in self._plan.infos
        }
        numbers = np.concatenate([each.numbers for each in self._waiting])
        labels = np.concatenate([each.labels for each in self._waiting])
        if not self._tallies:
            self._begin({path: ChannelRule.chosen_by(parts[path].some(0, PILOT)) for path in parts})
        for path, tally in self._tallies.items():
            tally.add(parts[path], numbers, labels)
        self._waiting = []

    def _begin(self, rules: Rules) -> None:
        self._tallies = {
            path: LayerTally.empty(
                rule, self._plan.classes, min(self._plan.rows, math.prod(rule.axes))
            )
            for path, rule in rules.items()
        }

    def _check_shapes(self, inputs: Any, numbers: Integers) -> None:
        shapes = [array.shape[1:] for array in keras.tree.flatten(inputs)]
        if self._shapes is None:
            self._shapes = shapes
        elif shapes != self._shapes:
            raise ValueError(
                f"samples from number {numbers[0]:,} on have the shape {shapes}, those before "
                f"{self._shapes}: pad or resize them all to one"
            )

    def _check_new(self, numbers: Integers) -> None:
        if self._plan.in_order:
            return
        ordered = np.sort(numbers)
        twice = ordered[1:][ordered[1:] == ordered[:-1]].tolist()
        for first, last in self._ranges:
            twice += ordered[(ordered >= first) & (ordered < last)].tolist()
        if twice:
            raise ValueError(f"key gives the number {twice[0]:,} to two samples")

    def _note(self, numbers: Integers) -> None:
        for first, last in _runs(np.sort(numbers)):
            self._ranges = united(self._ranges, ((first, last),))

    def _look_at_weights(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_AGAIN:
            return
        self._looked = now
        if weights_stamp(self._model) != self._stamp:
            raise WeightsChanged(_CHANGED)


_CHANGED = (
    "the model's weights changed while it was surveyed: survey it again once training has ended"
)


def _runs(ordered: Integers) -> Iterator[tuple[int, int]]:
    cuts = np.flatnonzero(np.diff(ordered) != 1) + 1
    for run in np.split(ordered, cuts):
        yield int(run[0]), int(run[-1]) + 1


def _joined(parts: list[BatchParts]) -> BatchParts:
    if len(parts) == 1:
        return parts[0]
    names = [field.name for field in fields(BatchParts) if field.name != "axes"]
    arrays = {name: np.concatenate([getattr(each, name) for each in parts]) for name in names}
    return BatchParts(axes=parts[0].axes, **arrays)
