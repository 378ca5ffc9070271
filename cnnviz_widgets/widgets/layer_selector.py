"""LayerSelector: the whole model at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import anywidget
from traitlets import Dict, Int, List, TraitError, Unicode, validate

from ..analysis.measures import ChannelMeasures
from .bundles import bundle

if TYPE_CHECKING:
    from ..model.layers import LayerInfo


class LayerSelector(anywidget.AnyWidget):
    """A list of a model's layers, of which one is chosen.

    Parameters
    ----------
    layers : iterable of LayerInfo
        In execution order, as `ModelProbe.layers` gives them.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("layer-selector.js")
    _css = bundle("layer-selector.css")

    layer = Unicode("", help="Path of the chosen layer; '' before any choice.").tag(sync=True)
    height = Int(560, min=80, help="Greatest height of the list in CSS pixels.").tag(sync=True)

    _layers = List(Dict()).tag(sync=True)
    _shown = Unicode("", help="Path of the layer that the other views show.").tag(sync=True)

    def __init__(self, layers: Iterable[LayerInfo] = (), **traits: Any) -> None:
        super().__init__(_layers=[_entry(info) for info in layers], **traits)

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        path: str = proposal["value"]
        paths = [entry["path"] for entry in self._layers]
        if path and path not in paths:
            raise UnknownLayer(path, paths)
        return path

    def show_layers(self, layers: Iterable[LayerInfo]) -> None:
        """List these layers instead."""
        self._layers = [_entry(info) for info in layers]

    def show_measures(self, measures: Mapping[str, ChannelMeasures]) -> None:
        """Mark each layer's health: how many of its channels are dead, or not finite.

        Parameters
        ----------
        measures : mapping of path to ChannelMeasures
            Layers that it lacks keep no mark.
        """
        self._layers = [{**entry, **_health(measures.get(entry["path"]))} for entry in self._layers]


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
        **_health(None),
    }


def _health(measures: ChannelMeasures | None) -> dict[str, int | None]:
    if measures is None:
        return {"channels": None, "dead": None, "nonfinite": None}
    return {
        "channels": measures.n_channels,
        "dead": int(measures.dead.sum()),
        "nonfinite": int(measures.nonfinite.sum()),
    }
