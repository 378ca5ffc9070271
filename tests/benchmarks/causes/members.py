"""The population: each fault in one family a seed, and the healthy ones."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from . import proof
from .catalogue import FAULTS
from .families import FAMILIES, Recipe
from .faults import Fault, found, one_class
from .quirks import QUIRKS
from .training import data_of, fresh, healthy, load, targets_for

SHOWN = (24, 32, 48, 64)
PLAIN = "healthy"


@dataclass(frozen=True)
class Member:
    """One network, what it is shown, and what is wrong with it.

    Attributes
    ----------
    family : str
    fault : Fault
    seed : int
    """

    family: str
    fault: Fault
    seed: int

    @property
    def name(self) -> str:
        return f"{self.family}, {self.fault.name}"

    @property
    def is_faulty(self) -> bool:
        return bool(self.fault.kinds) or self.fault.diverged

    @property
    def recipe(self) -> Recipe:
        changes = dict(self.fault.changes)
        if "frozen" in changes:
            changes["frozen"] = self.layer
        return healthy(self.family, **changes)

    @property
    def layer(self) -> str:
        """Where the fault is; "" for the whole."""
        return self.fault.families[self.family]

    @functools.cached_property
    def twin(self) -> Member:
        """The same without the fault: trained alike where that is not what is wrong."""
        fault = self.fault
        if (fault.plant or fault.shown or fault.scale) and "targets" not in fault.changes:
            families = {self.family: ""}
            return Member(self.family, Fault(PLAIN, (), families, fault.changes), self.seed)
        return plain(self.family, self.seed)

    @functools.cached_property
    def model(self) -> Any:
        fault = self.fault
        model = load(self.recipe, self.seed, compiled=fault.compiled)
        if fault.plant:
            layer = found(model, self.layer) if self.layer else None
            data = data_of(self.family, self.seed)
            inputs = data.scaled(data.held_inputs, self.recipe.scale)
            fault.plant(model, layer, inputs, self._rng())
        return model

    @functools.cached_property
    def held(self) -> tuple[Any, Any]:
        """All held-out samples as the fault leaves them."""
        data, fault = data_of(self.family, self.seed), self.fault
        inputs = data.scaled(data.held_inputs, fault.scale or self.recipe.scale)
        if not fault.shown:
            return inputs, data.held_targets
        return fault.shown(inputs, data.held_targets, self._rng())

    @property
    def shown(self) -> tuple[Any, Any]:
        """The inputs and targets that a diagnosis is given; the latter may be None."""
        count = int(self._rng().choice(SHOWN))
        inputs, targets = self.held
        inputs = keras.tree.map_structure(lambda each: each[:count], inputs)
        if not self.fault.given:
            return inputs, None
        targets = targets_for(self.recipe, targets)
        return inputs, keras.tree.map_structure(lambda each: each[:count], targets)

    @property
    def earlier(self) -> dict[str, dict[str, Any]] | None:
        if not self.fault.earlier:
            return None
        layers = fresh(self.recipe, self.seed).layers
        return {
            layer.name: {weight.name: np.array(weight) for weight in layer.weights}
            for layer in layers
        }

    def skill(self) -> float:
        """How well the network does on what it is shown."""
        return proof.skill(self.model, self._judged_by, *self.held)

    @property
    def _judged_by(self) -> Recipe:
        # A fault may give a wrong loss; the task stays what it was.
        return replace(FAMILIES[self.family].recipe, logits=self.recipe.logits)

    def kinds(self) -> tuple[str, ...]:
        """Each names the cause; for what training decided, by measurement."""
        if not self.fault.diverged:
            return self.fault.kinds
        return proof.diverged_kinds(self.model, self.held[0], self.skill())

    def is_proven(self) -> bool:
        """Whether the fault does harm, by the healthy twin; or a healthy one its work."""
        if self.fault.kinds == ("collapsed-outputs",):
            return proof.variety(self.model, *self.held) < proof.ALIKE
        if not self.is_faulty:
            # One class cannot show a skill; the network is its twin's.
            judged = self.twin if self.fault.shown == one_class else self
            return judged.skill() >= proof.SOLVED
        return not self.fault.harms or self._does_harm()

    def _does_harm(self) -> bool:
        if self.skill() < proof.LOST * self.twin.skill():
            return True
        # Where training was another, so may be what the answers mean.
        same = self.recipe == self.twin.recipe
        return same and self._surprise() > proof.DEARER * self.twin._surprise()

    def _surprise(self) -> float:
        return proof.surprise(self.model, self._judged_by, *self.held)

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(self.name.encode())])


def plain(family: str, seed: int) -> Member:
    """A family's healthy network."""
    return Member(family, Fault(PLAIN, (), {family: ""}), seed)


def members(seeds: Iterable[int]) -> Iterator[Member]:
    """All of each seed, faulty ones first; a fault's families take turns from seed to seed."""
    for seed in seeds:
        for number, fault in enumerate((*FAULTS, *QUIRKS)):
            families = tuple(fault.families)
            yield Member(families[(seed + number) % len(families)], fault, seed)
        for family in FAMILIES:
            yield plain(family, seed)
