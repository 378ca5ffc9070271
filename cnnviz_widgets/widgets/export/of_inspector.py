"""What of an inspector, of a history and of a comparison can be written into a file."""

from __future__ import annotations

from typing import Any, cast

from ...analysis.clustering.automatic_cut import automatic_cut
from ...records.facts.parameter_facts import ParameterPicture
from ...records.layer_picture import LayerPicture
from ...records.record_kind import OUTPUTS, WEIGHTS
from ..views.layer_views import LayerViews
from .exports import Exports
from .figures.drawing import Drawing
from .figures.layer_figure import outputs_figure
from .figures.look import Look
from .figures.weights_figure import weights_figure
from .numbers import health_numbers, layer_numbers


def inspector_exports(inspector: Any) -> Exports:
    """What of an inspector can be written into a file.

    Parameters
    ----------
    inspector : ModelInspector
    """

    def numbers() -> dict[str, list[Any]]:
        return layer_numbers(inspector.probe.layers, inspector.measures, inspector.report)

    side = inspector.weight or inspector.view
    return Exports(
        f"{inspector.layer}-{side}",
        lambda: _figure(inspector.record, inspector.views, side, inspector.header.facts),
        numbers,
        lambda: inspector.report,
        lambda: _code(inspector),
    )


def viewer_exports(viewer: Any) -> Exports:
    """What of a history can be written into a file: the moment that is shown.

    Parameters
    ----------
    viewer : HistoryViewer
    """
    moment = viewer.moment
    return Exports(
        f"{viewer.layer}-step-{moment.step}",
        lambda: _figure(viewer.record, viewer.views, viewer.header.view, viewer.header.facts),
        lambda: health_numbers(viewer.history.layers, moment.health),
    )


def _figure(
    record: LayerPicture | None, views: LayerViews, side: str, facts: str
) -> Drawing | None:
    """The figure of what the views of a layer show, as they show it."""
    if record is None:
        return None
    is_weights = record.kind == WEIGHTS
    view: Any = views.parameters if is_weights else views.grid
    cut = (views.parameters if is_weights else views.dendrogram).cut
    look = Look(
        title=f"{record.path} · {side}" if record.path else side,
        facts=facts,
        colormap=view.colormap,
        value_range=view.value_range,
        # Where nobody has cut it the page does so itself.
        cut=automatic_cut(record.dendrogram) if cut is None else cut,
        selected=tuple(views.selection.selected),
        sample_labels=views.grid.sample_labels,
        class_names=() if is_weights else views.grid.class_names,
        composite=view.composite,
    )
    if is_weights:
        # Of its kind is no other.
        return weights_figure(cast(ParameterPicture, record), look)
    return outputs_figure(record, look)


def _code(inspector: Any) -> str:
    """Lines that show the same again, of the same model on the same inputs."""
    given = [f"layer={inspector.layer!r}"]
    if inspector.view != OUTPUTS.name:
        given.append(f"view={inspector.view!r}")
    lines = [
        "import cnnviz_widgets as cv",
        "",
        f"inspector = cv.ModelInspector(model, inputs, {', '.join(given)})",
    ]
    if inspector.weight:
        lines.append(f"inspector.weight = {inspector.weight!r}")
    is_weights = inspector.view == WEIGHTS.name
    name, tree, tiles = (
        ("parameters", inspector.parameters, inspector.parameters)
        if is_weights
        else ("dendrogram", inspector.dendrogram, inspector.grid)
    )
    if tree.cut is not None:
        lines.append(f"inspector.{name}.cut = {tree.cut!r}")
    for trait in ("colormap", "value_range", "composite"):
        value = getattr(tiles, trait)
        if value != tiles.traits()[trait].default_value:
            lines.append(f"inspector.{'parameters' if is_weights else 'grid'}.{trait} = {value!r}")
    if inspector.selection.selected:
        lines.append(f"inspector.selection.selected = {tuple(inspector.selection.selected)!r}")
    return "\n".join([*lines, "inspector", ""])
