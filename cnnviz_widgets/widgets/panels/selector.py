"""LayerSelector: the whole model at a glance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from traitlets import Bool, Dict, List, TraitError, Unicode, validate

from ...analysis.channel_measures import ChannelMeasures
from ...diagnosis.report import Report
from ...records.layer_health import LayerHealth, layer_health
from ...records.record_kind import VIEW_NAMES
from ...records.sample_subset import SampleChoice
from ...validation.messages import described
from ...validation.objects import instance, mapping, optional
from ...validation.texts import known_layer, one_of
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalChanges
from ..linking.traits import Whole

if TYPE_CHECKING:
    from ...model.layers.layer_info import LayerInfo
    from ...model.layers.unseen import Unseen

_NOT_SURVEYED: Mapping[str, int] = {}


class LayerSelector(Owning, ThreadLocalChanges, BundledWidget):
    """A list of a model's layers, of which one is chosen.

    Layers of a nested model, of names that begin alike, or of a sequence that repeats are folded
    to one row. Beside the rows stand each layer's activation scale, on a logarithmic axis, and its
    share of dead channels, so that a signal that vanishes is seen at one look.

    Parameters
    ----------
    layers : iterable of LayerInfo or of mapping
        In execution order, as `ModelProbe.layers` gives them, or as `entries` did earlier. Of a
        mapping no more than the path has to be known: ``{"path": "block1/conv"}``.
    **traits
        Any trait of the widget.

    Raises
    ------
    TypeError
        A layer is neither a LayerInfo nor a mapping with a path, or says of itself what is not of
        the type that `entries` has it in.
    """

    _esm = bundle("layer-selector.js")
    _css = bundle("layer-selector.css")

    layer = Unicode("", help="Path of the chosen layer; '' before any choice.").tag(sync=True)
    height = Whole(
        560, min=80, help="Greatest height of the list in CSS pixels, where it stands alone."
    ).tag(sync=True)

    _layers = List(Dict()).tag(sync=True)
    _basis = Unicode(
        help="On which samples the dead channels are so; '' for all that there are."
    ).tag(sync=True)
    _earlier_scale = Bool(
        help="Whether some activation scales are of an earlier look than all else."
    ).tag(sync=True)
    _unseen = List(
        Unicode(), help="Where the model has values that none of the layers shows, in sentences."
    ).tag(sync=True)
    _shown = Unicode("", help="Path of the layer that the other views show.").tag(sync=True)

    def __init__(self, layers: Iterable[LayerInfo | Mapping[str, Any]] = (), **traits: Any) -> None:
        entries = layer_entries(layers)
        super().__init__(_layers=entries, **traits)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What each layer is, in plain values, for another selector; no marks are among them."""
        return [{**entry, **_unmarked()} for entry in self._layers]

    @validate("layer")
    def _known_layer(self, proposal: dict[str, Any]) -> str:
        path: str = proposal["value"]
        paths = [entry["path"] for entry in self._layers]
        try:
            return known_layer(path, paths) if path else path
        except ValueError as error:
            raise UnknownLayer(str(error)) from None

    def show_layer(self, path: str) -> None:
        """Say which layer the other views show; it is the chosen one, too."""
        with self.hold_sync():
            self.layer = path
            self._shown = path

    def show_layers(self, layers: Iterable[LayerInfo]) -> None:
        """List these layers instead; those that were listed before keep what was found there."""
        marks = {
            entry["path"]: {name: entry[name] for name in ("looked", "severe", "warnings")}
            for entry in self._layers
        }
        entries = layer_entries(layers)
        self._layers = [{**entry, **marks.get(entry["path"], {})} for entry in entries]

    def show_unseen(self, unseen: Iterable[Unseen]) -> None:
        """Say where the model has values that none of the layers listed shows.

        Parameters
        ----------
        unseen : iterable of Unseen
            As `ModelProbe.unseen` gives them.
        """
        from ...model.layers.unseen import in_words

        self._unseen = [f"{where}: {what}" for where, what in in_words(unseen)]

    def show_measures(
        self,
        measures: Mapping[str, ChannelMeasures],
        samples: SampleChoice | None = None,
        *,
        surveyed: Mapping[str, int] = _NOT_SURVEYED,
    ) -> None:
        """Mark each layer's health: its activation scale, and its dead and not finite channels.

        Parameters
        ----------
        measures : mapping of path to ChannelMeasures
            Layers that it lacks keep no mark.
        samples : SampleChoice, optional
            Which samples were looked at last, where these were not all.
        surveyed : mapping of path to int
            On how many samples the measures of some layers rest that were surveyed.
        """
        given = mapping("measures", measures, "a layer's path to its ChannelMeasures")
        for path, each in given.items():
            instance(f"measures[{path!r}]", each, ChannelMeasures)
        known = {path: each.scale for path, each in measures.items()}
        # A quick look tells no spread: what was known stays, and is said to be of an earlier look.
        earlier = {
            entry["path"]: entry["scale"]
            for entry in self._layers
            if entry["path"] in known and math.isnan(known[entry["path"]])
        }
        health = {path: layer_health(each) for path, each in measures.items()}
        with self.hold_sync():
            self._show_health(health, {**known, **earlier}, samples, surveyed)
            self._earlier_scale = any(scale is not None for scale in earlier.values())

    def show_health(
        self,
        health: Mapping[str, LayerHealth],
        samples: SampleChoice | None = None,
        scales: Mapping[str, float] | None = None,
        *,
        some_earlier: bool = False,
    ) -> None:
        """Mark each layer's health, as `show_measures` does.

        Parameters
        ----------
        health : mapping of path to LayerHealth
            Layers that it lacks keep no mark.
        samples : SampleChoice, optional
            Which samples were looked at last, where these were not all.
        scales : mapping of path to float, optional
            The activation scale of each layer of which it is known.
        some_earlier : bool
            Whether some of these are of an earlier look.
        """
        given = mapping("health", health, "a layer's path to its LayerHealth")
        for path, each in given.items():
            instance(f"health[{path!r}]", each, LayerHealth)
        optional("samples", samples, SampleChoice)
        with self.hold_sync():
            self._show_health(health, scales or {}, samples)
            self._earlier_scale = some_earlier

    def _show_health(
        self,
        health: Mapping[str, LayerHealth],
        scales: Mapping[str, float | None],
        samples: SampleChoice | None,
        surveyed: Mapping[str, int] = _NOT_SURVEYED,
    ) -> None:
        self._basis = (
            ""
            if samples is None
            else f"on all {samples.total:,} samples when these were last looked at"
        )
        self._layers = [
            {
                **entry,
                **_health(health.get(entry["path"]), scales.get(entry["path"])),
                "surveyed": surveyed.get(entry["path"]) if entry["path"] in health else None,
            }
            for entry in self._layers
        ]

    def show_looked(self, looked: Mapping[str, Collection[str]]) -> None:
        """Mark which views of each layer have been looked at.

        Parameters
        ----------
        looked : mapping of path to collection of {'outputs', 'weights'}
            Layers that it lacks have not been looked at.
        """
        given = mapping("looked", looked, "a layer's path to the views that were looked at")
        for path, views in given.items():
            if isinstance(views, str) or not isinstance(views, Collection):
                raise TypeError(f"looked[{path!r}] must be several views; got {described(views)}")
            for view in views:
                one_of(f"each of looked[{path!r}]", view, VIEW_NAMES)
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
        optional("report", report, Report, "diagnose(model, inputs) gives one")
        counts = Counter((finding.layer, finding.severity) for finding in report or ())
        self._layers = [
            {
                **entry,
                "severe": counts[entry["path"], "severe"],
                "warnings": counts[entry["path"], "warning"],
            }
            for entry in self._layers
        ]


class UnknownLayer(ValueError, TraitError):
    """A path that no layer has.

    A TraitError, too: where the page asks for it, the trait goes back to what it was.
    """


def layer_entries(layers: Iterable[LayerInfo | Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the list shows of each layer."""
    if isinstance(layers, (str, Mapping)) or not isinstance(layers, Iterable):
        raise TypeError(f"layers must be several LayerInfos; got {described(layers)}")
    entries = []
    for each in layers:
        if isinstance(each, Mapping) and isinstance(each.get("path"), str):
            entries.append(_checked(each))
        elif _is_info(each):
            entries.append(_entry(each))
        else:
            raise TypeError(
                "each of layers must be a LayerInfo, or a mapping with a path as `entries` has "
                f"them, such as {{'path': 'conv1'}}; got {described(each)}"
            )
    return entries


def _checked(layer: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of which all is known or blank, and of the type that the page expects."""
    entry = {**_BLANK, **_unmarked(), **layer}
    for name, blank in _BLANK.items():
        is_text = isinstance(blank, str)
        if not isinstance(entry[name], str if is_text else (int, float)):
            raise TypeError(
                f"{name!r} of layer {layer['path']!r} must be a {'string' if is_text else 'number'}"
                f", as `entries` has it; got {described(entry[name])}"
            )
    return entry


def _is_info(layer: LayerInfo | Mapping[str, Any]) -> TypeGuard[LayerInfo]:
    return all(hasattr(layer, name) for name in ("path", "kind", "output_shape", "level_name"))


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
    return {"looked": None, "severe": 0, "warnings": 0, "surveyed": None, **_health(None, None)}


def _health(health: LayerHealth | None, scale: float | None) -> dict[str, float | None]:
    known = scale if scale is not None and math.isfinite(scale) else None
    if health is None or not health.channels:
        return {"channels": None, "dead": None, "nonfinite": None, "scale": known}
    return {
        "channels": health.channels,
        "dead": health.dead,
        "nonfinite": health.nonfinite_channels,
        "scale": known,
    }
