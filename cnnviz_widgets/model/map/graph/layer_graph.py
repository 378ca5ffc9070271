"""Which layer outputs read which: what a map is drawn along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ....records.cached_property import cached_property
from ...layers.kind import Kind
from ...layers.layer_info import LayerInfo, output_suffix
from ...layers.layer_kinds import kind_named
from ...reading.passes.eager_pass import EagerPass
from ...reading.probe import ModelProbe, reader_of


class Behind(NamedTuple):
    """What lies behind a layer output up to some others.

    Attributes
    ----------
    ends : tuple of str
        Of the others those that it is made from, in order of execution.
    layers : tuple of str
        Paths of all between, and of the layer itself, in order of execution.
    """

    ends: tuple[str, ...]
    layers: tuple[str, ...]


@dataclass(frozen=True)
class LayerGraph:
    """The listed layer outputs of a model, and which of them each reads.

    Attributes
    ----------
    infos : mapping of str to LayerInfo
        By path, in order of execution.
    parents : mapping of str to tuple of str
        Which others each reads; all of them stand before it.
    guessed : tuple of str
        Paths of those that read what functions made in a pass that follows none: they are taken
        to read what was put out before.
    """

    infos: Mapping[str, LayerInfo]
    parents: Mapping[str, tuple[str, ...]]
    guessed: tuple[str, ...] = ()

    @classmethod
    def of(cls, probe: ModelProbe) -> LayerGraph:
        """That of a probe's model."""
        layers = probe.layers
        is_eager = isinstance(reader_of(probe).description().forward, EagerPass)
        unseen = probe.unseen if is_eager else ()
        guessed = [
            info.path for info in layers if any(each.is_before(info.path) for each in unseen)
        ]
        return cls.of_layers(layers, guessed)

    @classmethod
    def of_layers(cls, layers: Sequence[LayerInfo], guessed: Iterable[str] = ()) -> LayerGraph:
        """That of these layers, in the order of execution."""
        infos = {info.path: info for info in layers}
        seen: set[str] = set()
        parents: dict[str, tuple[str, ...]] = {}
        for info in layers:
            parents[info.path] = tuple(parent for parent in info.parents if parent in seen)
            seen.add(info.path)
        return cls(infos, parents, tuple(guessed))

    def kind(self, path: str) -> Kind:
        """What is known of the kind of the layer that puts it out."""
        info = self.infos[path]
        return kind_named(info.family, info.kind)

    def only_reader(self, path: str) -> str | None:
        """Who reads this output and nothing else, where nobody else reads it."""
        readers = self._readers.get(path, [])
        if len(readers) != 1 or self.parents[readers[0]] != (path,):
            return None
        return readers[0]

    def is_read(self, path: str) -> bool:
        """Whether a listed layer reads it."""
        return path in self._readers

    def calls_read(self, path: str) -> int:
        """How many calls' outputs it reads; those of one call with several count once."""
        return len({self.call_of(parent) for parent in self.parents[path]})

    def call_of(self, path: str) -> str:
        """The path of the first output of the call that puts this one out."""
        return path.removesuffix(output_suffix(self.infos[path].output_index))

    def place_of(self, path: str) -> str:
        """The path of the layer, whichever call and output of it: what is inside begins so."""
        return self.call_of(path).removesuffix(f":{self.infos[path].call_index}")

    def is_around(self, block: str, path: str) -> bool:
        """Whether the layer that puts `path` out is inside of `block`."""
        return path.startswith(f"{self.place_of(block)}/")

    def is_inside_whole(self, path: str) -> bool:
        """Whether it is inside of attention, or of what goes both ways."""
        return any(self.is_around(block, path) for block in self._wholes)

    def behind(self, path: str, ends: Collection[str]) -> Behind:
        """Everything that `path` is made from, up to `ends`."""
        seen, met, waiting = {path}, set(), [path]
        while waiting:
            for parent in self.parents[waiting.pop()]:
                if parent in ends:
                    met.add(parent)
                elif parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        return Behind(
            tuple(each for each in self.infos if each in met),
            tuple(each for each in self.infos if each in seen),
        )

    def passed_by_all(self) -> set[str]:
        """The outputs that every way passes from the input that most depends on to the last end.

        The last end is the one with the longest way to it; what leads to others is left aside.
        """
        reached = Counter(name for info in self.infos.values() for name in info.inputs)
        source = max(reached, key=lambda name: reached[name], default=None)
        order = list(dict.fromkeys(map(self.call_of, self.infos)))
        place = {path: number for number, path in enumerate(order)}
        read: list[set[int]] = [set() for _ in order]
        for path, info in self.infos.items():
            here = read[place[self.call_of(path)]]
            here.update(place[self.call_of(parent)] for parent in self.parents[path])
            if not self.parents[path] and (source is None or source in info.inputs):
                here.add(-1)
        distance = _distances(read)
        if not distance:
            return set()
        end = max(distance, key=lambda number: (distance[number], number))
        on_the_way = {end}
        for number in range(end, -1, -1):
            if number in on_the_way:
                on_the_way.update(parent for parent in read[number] if parent in distance)
        # From the start on: whatever no edge leaps over is passed by all.
        leaps: dict[int, int] = {}
        for number in on_the_way:
            for parent in read[number] & (on_the_way | {-1}):
                leaps[parent] = max(leaps.get(parent, 0), number)
        passed = set()
        farthest = leaps.get(-1, -1)
        for number in sorted(on_the_way):
            if farthest <= number:
                passed.add(order[number])
            farthest = max(farthest, leaps.get(number, -1))
        return passed

    @cached_property
    def _wholes(self) -> tuple[str, ...]:
        return tuple(path for path in self.infos if self.kind(path).whole)

    @cached_property
    def _readers(self) -> Mapping[str, list[str]]:
        readers: dict[str, list[str]] = {}
        for path, read in self.parents.items():
            for parent in read:
                readers.setdefault(parent, []).append(path)
        return readers


def _distances(read: Sequence[Collection[int]]) -> dict[int, int]:
    """The longest way to each from −1, for those that there is one to."""
    distance = {-1: 0}
    for number, parents in enumerate(read):
        known = [distance[parent] for parent in parents if parent in distance]
        if known:
            distance[number] = max(known) + 1
    del distance[-1]
    return distance
