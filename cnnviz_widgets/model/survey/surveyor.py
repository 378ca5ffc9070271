"""Adding up batch after batch of one model: what one process does of a survey."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from ...analysis.arrays import Integers
from ...analysis.survey.batch_parts import Asked, BatchParts
from ...analysis.survey.sample_hash import place_draws
from ...records.survey.layer_summary import LayerSummary
from ...records.survey.survey import Survey
from ..layers.activations import Ends
from ..layers.layer_info import LayerInfo
from ..reading.call_recorder import ModelCallError
from ..reading.calls.layer_call import Key
from ..reading.inputs import prepare
from ..reading.model_lock import model_lock
from .data.labels import class_numbers, no_labels
from .data.sample_digest import with_batch
from .data.survey_data import PADDED, RawBatch
from .model_stamp import model_digest, weights_stamp
from .passes.eager_parts import EagerParts
from .running_sum import Rules, RunningSum, Seen

CHANGED = (
    "the model's weights changed while it was surveyed: survey it again once training has ended"
)
"""What is said of that."""

# Seconds between two looks at whether the weights are what they were, and so many times what one
# takes: large models are looked at less often, so that it costs next to nothing.
_LOOK_AGAIN, _LOOKS = 0.5, 100


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
    ends : mapping of str to (float or None, float or None)
        As `stuck_ends` tells them of each layer.
    skipped : mapping of str to str
    rows : int
        At most so many places of a sample are drawn.
    classes : int
    batch : int
        Samples of a batch.
    in_order : bool
        Whether samples come by ascending number.
    masked : bool
        Whether any layer masks steps.
    """

    names: Mapping[Key, str]
    infos: Mapping[str, LayerInfo]
    ends: Mapping[str, Ends]
    skipped: Mapping[str, str]
    rows: int
    classes: int
    batch: int
    in_order: bool = True
    masked: bool = False


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
        `model_digest` of the model as it was at first.
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
        with self._lock:
            self.digest = model_digest(self._model)
            self._stamp = weights_stamp(self._model)
        self._looked, self._wait = time.monotonic(), _LOOK_AGAIN
        self._sum = RunningSum(plan.classes, plan.rows, rules, begun, self._check_stamp)

    @property
    def rules(self) -> Rules:
        """How channels are counted; chosen now by what was seen, if it was not before."""
        self._sum.settle()
        return {path: tally.rule for path, tally in self._sum.tallies.items()}

    @property
    def has_chosen(self) -> bool:
        """Whether enough samples were seen for the rules to be settled."""
        return bool(self._sum.tallies)

    @property
    def samples(self) -> int:
        """How many samples were added."""
        return self._sum.samples

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
        digests = with_batch(self._sum.latest_digests, batch)
        self._sum.add(Seen(parts, batch.numbers, labels, digests))

    def survey(self) -> Survey:
        """What was added up so far; it is not to be used beside a surveyor that goes on.

        Raises
        ------
        WeightsChanged
            They are not those any more that the survey began with. What was added up before that
            was seen stays: `settled`.
        NotWhole
            Adding up was broken off.
        """
        self._sum.settle()
        with self._lock:
            if model_digest(self._model) != self.digest:
                self._check_stamp()
                # What a quick look does not see may have come at any time.
                self._sum.drop_all()
                raise WeightsChanged(CHANGED)
        return self.settled()

    def settled(self) -> Survey:
        """What was added up of samples that the weights were looked at behind.

        Raises
        ------
        NotWhole
            Adding up was broken off.
        """
        self._sum.check_whole()
        infos = self._plan.infos
        return Survey(
            layers={
                path: LayerSummary(
                    path, tally, infos[path].bounds, infos[path].kind, self._plan.ends[path]
                )
                for path, tally in self._sum.tallies.items()
            },
            ranges=self._sum.ranges,
            model=self._model.name,
            weights=self.digest,
            rows=self._plan.rows,
            classes=self._plan.classes,
            skipped=dict(self._plan.skipped),
            digests=self._sum.digests,
            masked=self._plan.masked,
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
        tallies = self._sum.tallies
        if path in tallies:
            return replace(tallies[path].asked, level=not self._plan.in_order)
        channels = self._plan.infos[path].channels or 1
        infinite = np.full(channels, np.inf, dtype=np.float32)
        return Asked(-infinite, infinite)

    def _check_shapes(self, inputs: Any, numbers: Integers) -> None:
        shapes = [array.shape[1:] for array in keras.tree.flatten(inputs)]
        if self._shapes is None:
            self._shapes = shapes
        elif shapes != self._shapes:
            raise ValueError(
                f"samples from number {numbers[0]:,} on have the shape {shapes}, those before "
                f"{self._shapes}: pad or resize them all to one, as {PADDED} does of sequences"
            )

    def _check_new(self, numbers: Integers) -> None:
        if self._plan.in_order:
            return
        twice = self._sum.first_again(numbers)
        if twice is not None:
            raise ValueError(f"key gives the number {twice:,} to two samples")

    def _look_at_weights(self) -> None:
        if time.monotonic() - self._looked >= self._wait:
            self._check_stamp()

    def _check_stamp(self) -> None:
        with self._lock:
            began = time.monotonic()
            stamp = weights_stamp(self._model)
            self._looked = time.monotonic()
            self._wait = max(_LOOK_AGAIN, _LOOKS * (self._looked - began))
            if stamp != self._stamp:
                # Of which weights it is nobody knows.
                self._sum.drop_waiting()
                raise WeightsChanged(CHANGED)
