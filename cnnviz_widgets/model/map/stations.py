"""Which layer outputs of a live model its map draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ...analysis.spreading import evenly
from ...records.facts.output_facts import are
from ...records.layer_picture import counted
from ...records.map.station import Station
from ...validation.keywords import checked_keywords
from ...validation.objects import instance, several
from ...validation.scalars import whole_number
from ...validation.texts import known_layer
from ..reading.probe import ModelProbe
from .graph.drawable import UNITS, Drawable, drawables, makes_channels, stage_of
from .graph.layer_graph import LayerGraph
from .graph.repeats import repeats

MOST_COLUMNS = 24
"""More columns than this are too narrow to show anything."""

# A choice with fewer stations than this share of the columns leaves out what could be shown.
_FULL = 1 / 3


class StationChoice(NamedTuple):
    """What a map draws, and what is to be known of it.

    Attributes
    ----------
    stations : tuple of Station
        In order of execution.
    notes : tuple of str
        Each a sentence.
    """

    stations: tuple[Station, ...]
    notes: tuple[str, ...]


@checked_keywords
def network_stations(
    probe: ModelProbe, *, columns: int = MOST_COLUMNS, expanded: Iterable[str] = ()
) -> tuple[Station, ...]:
    """The layer outputs that stand for a whole network [CNNVis §4.1].

    Of a model with few, every layer with weights and every merge, each read behind its
    normalisation, activation and dropout. Of one with more those that every way through the model
    passes, of these the merges and the last of each size; runs of equal blocks are folded to the
    first and the last. What is drawn follows from what layers read, their kinds and shapes, never
    from their names.

    Parameters
    ----------
    probe : ModelProbe
    columns : int, 2 to 24
        At most so many, but for what is expanded.
    expanded : iterable of str
        Paths of stations, in the order in which they are opened: of a folded run all is drawn, of
        any other station every layer with weights and every merge that it stands for. The last of
        a run named twice is opened itself, too. Other layers are passed over.

    Returns
    -------
    tuple of Station
        In order of execution; () for a model without an output that has channels.

    Raises
    ------
    TypeError, ValueError
        No number of columns from 2 to 24; no paths of layers.
    ModelCallError
        The model's call raises.

    Examples
    --------
    >>> [station.path for station in network_stations(probe)]
    ['conv1', 'conv2', 'dense', 'head']
    """
    return chosen_stations(probe, columns, expanded).stations


def chosen_stations(
    probe: ModelProbe, columns: int = MOST_COLUMNS, expanded: Iterable[str] = ()
) -> StationChoice:
    """As `network_stations`, with notes on what is not drawn."""
    instance("probe", probe, ModelProbe)
    columns = checked_columns(columns)
    paths = several("expanded", expanded, "paths of stations")
    with probe.steady():
        graph = LayerGraph.of(probe)
    for path in paths:
        known_layer(path, graph.infos)
    return choose(graph, columns, paths)


def checked_columns(columns: int) -> int:
    """The number of columns.

    Raises
    ------
    TypeError, ValueError
        None from 2 to 24.
    """
    columns = whole_number("columns", columns, 2)
    if columns > MOST_COLUMNS:
        raise ValueError(f"columns must be 2 to {MOST_COLUMNS}; got {columns}")
    return columns


def choose(graph: LayerGraph, columns: int, expanded: Sequence[str] = ()) -> StationChoice:
    """The stations of a graph."""
    all_of_them = drawables(graph)
    drawn, thinned = _overview(graph, all_of_them, columns)
    for path in expanded:
        drawn = drawn.opened(path, all_of_them)
    return StationChoice(drawn.stations(), _notes(graph, thinned))


@dataclass(frozen=True)
class _Drawn:
    """What is drawn of a graph: the heads of stations by their paths, in order; and the folds.

    Attributes
    ----------
    graph : LayerGraph
    heads : dict of str to str
        Path of a station to that of the layer that makes its channels.
    folds : dict of str to tuple of (str, str)
        Path of the first station behind a fold to what is hidden before it, path and head.
    alike : dict of str to int
        How many blocks that are.
    """

    graph: LayerGraph
    heads: dict[str, str]
    folds: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    alike: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: LayerGraph, chosen: Iterable[Drawable]) -> _Drawn:
        return cls(graph, {each.path: each.head for each in chosen})

    def stations(self) -> tuple[Station, ...]:
        return tuple(self._station(path, head) for path, head in self.heads.items())

    def folded(self) -> _Drawn:
        """With runs of equal blocks, each of which reads the one before it alone, folded."""
        stations = self.stations()
        before: list[str | None] = [None, *(each.path for each in stations)]
        row = [
            self._signature(station) if station.parents == (last,) else None
            for last, station in zip(before, stations, strict=False)
        ]
        heads, folds, alike = dict(self.heads), {}, {}
        for run in repeats(row):
            hidden = [stations[number].path for number in run.hidden]
            folds[stations[run.last].path] = tuple((path, heads.pop(path)) for path in hidden)
            alike[stations[run.last].path] = run.times - 2
        return replace(self, heads=heads, folds=folds, alike=alike)

    def opened(self, path: str, all_of_them: Sequence[Drawable]) -> _Drawn:
        """With what a station stands for drawn, too."""
        if path not in self.heads:
            return self
        if path in self.folds:
            shown = dict(self.folds[path])
        else:
            inside = set(self.graph.behind(path, self.heads.keys() - {path}).layers)
            shown = {each.path: each.head for each in all_of_them if each.path in inside}
        heads = {**self.heads, **shown}
        return replace(
            self,
            heads={each: heads[each] for each in self.graph.infos if each in heads},
            folds={last: hidden for last, hidden in self.folds.items() if last != path},
        )

    def _station(self, path: str, head: str) -> Station:
        info = self.graph.infos[path]
        behind = self.graph.behind(path, self.heads)
        return Station(
            path=path,
            channels=info.channels or 0,
            kind=self.graph.infos[head].kind,
            shape=info.output_shape,
            parents=behind.ends,
            layers=behind.layers,
            folded=self.alike[path] if path in self.folds else 0,
            stage=stage_of(info),
        )

    def _signature(self, station: Station) -> tuple[object, ...]:
        """What is the same of equal blocks: their layers that make channels, and their size."""
        makers = [each for each in station.layers if makes_channels(self.graph, each)]
        kinds = (
            (info.kind, tuple(sorted(info.weight_shapes.values())))
            for info in map(self.graph.infos.__getitem__, makers)
        )
        return (station.shape, *kinds)


def _overview(
    graph: LayerGraph, all_of_them: Sequence[Drawable], columns: int
) -> tuple[_Drawn, int]:
    """What is drawn at first, and how many stations were left out for want of room."""
    if len(all_of_them) <= columns:
        return _Drawn.of(graph, all_of_them), 0
    passed = graph.passed_by_all()
    trunk = [each for each in all_of_them if passed & set(each.chain)]
    # From the coarsest choice on: the first that leaves no room to speak of.
    choices = [trunk, _ends(graph, all_of_them), list(all_of_them)]
    if any(graph.calls_read(each.head) > 1 for each in trunk):
        choices.insert(0, _ends(graph, trunk))
    chosen = next(each for each in choices if len(each) >= columns * _FULL)
    drawn = _Drawn.of(graph, chosen).folded()
    left = len(drawn.heads) - columns
    return (drawn, 0) if left <= 0 else (_thinned(drawn, columns), left)


def _ends(graph: LayerGraph, row: Sequence[Drawable]) -> list[Drawable]:
    """The merges of a row, the last of each size, and what has no places."""
    sizes = [stage_of(graph.infos[each.path]) for each in row]
    following = [*sizes[1:], None]
    return [
        each
        for each, size, after in zip(row, sizes, following, strict=True)
        if size != after or size == UNITS or graph.calls_read(each.head) > 1
    ]


def _thinned(drawn: _Drawn, columns: int) -> _Drawn:
    """At most so many stations: of each size its last, and of the others some, spread evenly."""
    paths = list(drawn.heads)
    sizes = [stage_of(drawn.graph.infos[path]) for path in paths]
    ends = [k for k, size in enumerate(sizes) if k + 1 == len(sizes) or sizes[k + 1] != size]
    if len(ends) >= columns:
        chosen = {ends[k] for k in evenly(len(ends), columns, "ends")}
    else:
        others = [k for k in range(len(paths)) if k not in ends]
        chosen = {*ends, *(others[k] for k in evenly(len(others), columns - len(ends)))}
    heads = {path: drawn.heads[path] for k, path in enumerate(paths) if k in chosen}
    return replace(drawn, heads=heads, folds={p: f for p, f in drawn.folds.items() if p in heads})


def _notes(graph: LayerGraph, thinned: int) -> tuple[str, ...]:
    notes = []
    guessed = [path for path in graph.guessed if not graph.is_inside_whole(path)]
    if guessed:
        notes.append(
            "Which layers read which is not known everywhere, as the model runs eagerly and calls "
            f"functions: {counted(len(guessed), 'layer')} {are(len(guessed))} taken to read what "
            "was put out before."
        )
    if thinned:
        notes.append(
            f"{counted(thinned, 'more station')} would not fit the columns: of each size the last "
            "is drawn, and of the others some."
        )
    return tuple(notes)
