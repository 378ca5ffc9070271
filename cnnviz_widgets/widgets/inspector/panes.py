"""What an inspector is made of, and how it lies on the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipywidgets import Box, DOMWidget, VBox

from ..panels.ablation import AblationBar, Tried
from ..panels.findings import FindingsPanel
from ..panels.header import InspectorHeader
from ..panels.selection_bar import SelectionBar
from ..panels.selector import LayerSelector
from ..views.layer_views import LayerViews
from .selected import PYTHON_LINE

if TYPE_CHECKING:
    from ...model import ModelProbe


@dataclass(frozen=True)
class Panes:
    """The parts of an inspector of a live model.

    Attributes
    ----------
    header : InspectorHeader
    selector : LayerSelector
    findings : FindingsPanel
    ablation : AblationBar
    selection_bar : SelectionBar
    views : LayerViews
    """

    header: InspectorHeader
    selector: LayerSelector
    findings: FindingsPanel
    ablation: AblationBar
    selection_bar: SelectionBar
    views: LayerViews

    @classmethod
    def of(
        cls,
        probe: ModelProbe,
        sample_names: Sequence[str],
        on_ablation: Callable[[str, tuple[int, ...]], Tried],
        on_python: Callable[[], None],
    ) -> Panes:
        """Parts that list the layers of a model, and show none of them yet."""
        views = LayerViews(sample_names)
        selector = LayerSelector(probe.layers)
        selector.show_unseen(probe.unseen)
        ablation = AblationBar(views.selection, on_ask=on_ablation)
        return cls(
            InspectorHeader(),
            selector,
            FindingsPanel(layout={"display": "none"}),
            ablation,
            SelectionBar(views.selection, ablation, on_python, python=PYTHON_LINE),
            views,
        )


def side_by_side(
    selector: LayerSelector, beside: Sequence[DOMWidget], below: Sequence[DOMWidget]
) -> list[DOMWidget]:
    """The layers on the left, what is beside them on the right, and below both the rest."""
    views = VBox(beside)
    views.add_class("cnnviz-inspector-views")
    panes = Box([selector, views])
    panes.add_class("cnnviz-inspector-panes")
    return [panes, VBox(below)]
