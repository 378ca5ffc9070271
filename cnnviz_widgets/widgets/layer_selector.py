"""LayerSelector: the whole model at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import anywidget
from traitlets import Dict, Int, List, TraitError, Unicode, validate

from ..analysis.findings import Report
from ..analysis.health import LayerHealth, layer_health
from ..analysis.measures import ChannelMeasures
from .bundles import bundle
from .two_threads import ForTwoThreads

if TYPE_CHECKING:
    from ..model.layers import LayerInfo


class LayerSelector(ForTwoThreads, anywidget.AnyWidget):
    """A list of a model's layers, of which one is chosen.

    Parameters
    ----------
    layers : iterable of LayerInfo or of mapping
        In execution order, as `ModelProbe.layers` gives them, or as `entries` did earlier.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("layer-selector.js")
    _css = bundle("layer-selector.css")

    layer = Unicode("", help="Path of the chosen layer; '' before any choice.").tag(sync=True)
    height = Int(560, min=80, help="Greatest height of the list in CSS pixels.").tag(sync=True)

    _layers = List(Dict()).tag(sync=True)
    _shown = Unicode("", help="Path of the layer that the other views show.").tag(sync=True)

    def __init__(self, layers: Iterable[LayerInfo | Mapping[str, Any]] = (), **traits: Any) -> None:
        entries = [dict(each) if isinstance(each, Mapping) else _entry(each) for each in layers]
        super().__init__(_layers=entries, **traits)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What each layer is, in plain values, for another selector; no marks are among them."""
        return [{**entry, **_unmarked()} for entry in self._layers]

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        path: str = proposal["value"]
        paths = [entry["path"] for entry in self._layers]
        if path and path not in paths:
            raise UnknownLayer(path, paths)
        return path

    def show_layers(self, layers: Iterable[LayerInfo]) -> None:
        """List these layers instead; those that were listed before keep what was found there."""
        kept = {
            entry["path"]: {name: entry[name] for name in ("looked", "severe", "warnings")}
            for entry in self._layers
        }
        self._layers = [{**_entry(info), **kept.get(info.path, {})} for info in layers]

    def show_measures(self, measures: Mapping[str, ChannelMeasures]) -> None:
        """Mark each layer's health: how many of its channels are dead, or not finite.

        Parameters
        ----------
        measures : mapping of path to ChannelMeasures
            Layers that it lacks keep no mark.
        """
        self.show_health({path: layer_health(found) for path, found in measures.items()})

    def show_health(self, health: Mapping[str, LayerHealth]) -> None:
        """Mark each layer's health, as `show_measures` does.

        Parameters
        ----------
        health : mapping of path to LayerHealth
            Layers that it lacks keep no mark.
        """
        self._layers = [{**entry, **_health(health.get(entry["path"]))} for entry in self._layers]

    def show_looked(self, looked: Mapping[str, Collection[str]]) -> None:
        """Mark which views of each layer have been looked at.

        Parameters
        ----------
        looked : mapping of path to collection of {'outputs', 'weights'}
            Layers that it lacks have not been looked at.
        """
        self._layers = [
            {**entry, "looked": sorted(looked.get(entry["path"], ()))} for entry in self._layers
        ]

    def show_findings(self, report: Report | None) -> None:
        """Mark how many severe findings and warnings begin at each layer.

        Parameters
        ----------
        report : Report or None
            None takes the marks away.
        """
        found = Counter((finding.layer, finding.severity) for finding in report or ())
        self._layers = [
            {
                **entry,
                "severe": found[entry["path"], "severe"],
                "warnings": found[entry["path"], "warning"],
            }
            for entry in self._layers
        ]


class UnknownLayer(ValueError, TraitError):
    """A path that no layer has, with the nearest ones.

    A TraitError, too: where the page asks for it, the trait goes back to what it was.
    """

    def __init__(self, path: str, paths: list[str]) -> None:
        near = get_close_matches(path, paths, n=3, cutoff=0.4)
        hint = f"the closest are {', '.join(map(repr, near))}" if near else f"it has {len(paths)}"
        super().__init__(f"the model has no layer {path!r}; {hint}")


def _entry(info: LayerInfo) -> dict[str, Any]:
    shape = info.output_shape
    return {
        "path": info.path,
        "kind": info.kind,
        "shape": "×".join("?" if size is None else str(size) for size in (shape or ())[1:]),
        "parameters": info.parameters,
        "level": f"{info.level_name} abstraction, {info.level} from the nearest image end",
        "relative_level": info.relative_level,
        **_unmarked(),
    }


_BLANK: Mapping[str, Any] = {
    **{"path": "", "kind": "", "shape": "", "parameters": 0},
    **{"level": "", "relative_level": 0.0},
}


def listed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What `LayerSelector.entries` gives of a layer, of which no more than the path is known."""
    return {**{name: entry.get(name, blank) for name, blank in _BLANK.items()}, **_unmarked()}


def _unmarked() -> dict[str, Any]:
    # None: nobody keeps count of what has been looked at.
    return {"looked": None, "severe": 0, "warnings": 0, **_health(None)}


def _health(health: LayerHealth | None) -> dict[str, int | None]:
    if health is None or not health.channels:
        return {"channels": None, "dead": None, "nonfinite": None}
    return {
        "channels": health.channels,
        "dead": health.dead,
        "nonfinite": health.nonfinite_channels,
    }
