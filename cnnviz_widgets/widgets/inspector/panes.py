"""What an inspector is made of, and how it lies on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ipywidgets import Box, DOMWidget

from ...records.channel.pruning import PruneRehearsal
from ..map.map_view import MapView
from ..panels.ablation import AblationBar, Tried
from ..panels.drawer import Drawer, tab_class
from ..panels.findings import FindingsPanel
from ..panels.header import InspectorHeader
from ..panels.samples import SamplesBar
from ..panels.selection_bar import SelectionBar
from ..panels.selector import LayerSelector
from ..views.layer_views import LayerViews
from .selected import PYTHON_LINE

if TYPE_CHECKING:
    from ...model import ModelProbe
    from ..channel.channel_answers import ChannelAnswers
    from ..channel.layer.layer_answers import LayerAnswers
    from ..channel.layer.prune_panel import PrunePanel

TABS = {
    "findings": "Findings",
    "density": "Density",
    "points": "Points",
    "trials": "Trials",
    "channel": "Channel",
    "map": "Map",
}
"""The drawer's tabs, by their names."""


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
    drawer : Drawer
    samples : SamplesBar
    answers : ChannelAnswers
        Beneath the card of a channel.
    layer_answers : LayerAnswers
        Of all its layer's, below.
    pruning : PrunePanel
    map : MapView
    """

    header: InspectorHeader
    selector: LayerSelector
    findings: FindingsPanel
    ablation: AblationBar
    selection_bar: SelectionBar
    views: LayerViews
    drawer: Drawer
    samples: SamplesBar
    answers: ChannelAnswers
    layer_answers: LayerAnswers
    pruning: PrunePanel
    map: MapView

    @classmethod
    def of(
        cls,
        probe: ModelProbe,
        sample_names: Sequence[str],
        on_ablation: Callable[[str, tuple[int, ...]], Tried],
        on_pruning: Callable[[str, tuple[int, ...]], PruneRehearsal],
        on_python: Callable[[], None],
    ) -> Panes:
        """Parts that list the layers of a model, and show none of them yet."""
        # It asks live models, and loads Keras; a history is shown without.
        from ..channel.channel_answers import ChannelAnswers
        from ..channel.layer.layer_answers import LayerAnswers
        from ..channel.layer.prune_panel import PrunePanel

        views = LayerViews(sample_names)
        selector = LayerSelector(probe.layers)
        selector.show_unseen(probe.unseen)
        answers = ChannelAnswers(
            sample_selection=views.sample_selection,
            surveyed_selection=views.embedding.surveyed_selection,
            active=False,
        )
        ablation = AblationBar(views.selection, on_ask=on_ablation)
        return cls(
            InspectorHeader(),
            selector,
            FindingsPanel(),
            ablation,
            SelectionBar(
                views.selection,
                ablation,
                on_python,
                sample_selection=views.sample_selection,
                surveyed_selection=views.embedding.surveyed_selection,
                chooses_samples=True,
                python=PYTHON_LINE,
            ),
            views,
            Drawer(list(TABS.items()), tab="density", wide=["map"]),
            SamplesBar(views.grid, surveyed_selection=views.embedding.surveyed_selection),
            answers,
            LayerAnswers(selection=views.selection, before=answers.work, active=False),
            PrunePanel(views.selection, on_ask=on_pruning),
            MapView(views.selection, active=False),
        )

    def framed(self, bar: Sequence[DOMWidget], foot: Sequence[DOMWidget]) -> list[DOMWidget]:
        """All of them in a frame, with more parts of the bar and the foot.

        Parameters
        ----------
        bar : sequence of DOMWidget
        foot : sequence of DOMWidget
        """
        tabs = {
            "findings": [self.findings],
            "density": self.views.in_tab("density"),
            "points": self.views.in_tab("points"),
            "trials": [self.ablation],
            "channel": [self._card_and_answers()],
            "map": [self.map],
        }
        middle = [*self.views.in_tab(""), self.selection_bar]
        return framed([self.header, *bar], self.selector, middle, self.drawer, tabs, foot)

    def _card_and_answers(self) -> Box:
        """One below the other in one tab."""
        for asked in (self.answers, self.layer_answers):
            look_while_open(self.drawer, "channel", asked)
        box = Box([self.views.card, self.answers, self.layer_answers, self.pruning])
        box.add_class("cnnviz-tab-parts")
        return box


def framed(
    bar: Sequence[DOMWidget],
    selector: LayerSelector,
    main: Sequence[DOMWidget],
    drawer: Drawer,
    tabs: Mapping[str, Sequence[DOMWidget]],
    foot: Sequence[DOMWidget],
) -> list[DOMWidget]:
    """The children of a frame: everything in its pane, which the page's style lays out.

    Parameters
    ----------
    bar : sequence of DOMWidget
        Along the top.
    selector : LayerSelector
        At the left.
    main : sequence of DOMWidget
        In the middle, from top to bottom.
    drawer : Drawer
        At the right.
    tabs : dict of str to sequence of DOMWidget
        What each tab of the drawer shows.
    foot : sequence of DOMWidget
        Along the foot.
    """
    for name, panels in tabs.items():
        for panel in panels:
            panel.add_class("cnnviz-tab")
            panel.add_class(tab_class(name))
            if hasattr(panel, "active"):
                look_while_open(drawer, name, panel)
    panels = [panel for several in tabs.values() for panel in several]
    panes = {
        "bar": bar,
        "layers": [selector],
        "main": main,
        "drawer": [drawer, *panels],
        "foot": foot,
    }
    boxes = []
    for name, children in panes.items():
        box = Box(children)
        box.add_class(f"cnnviz-frame-{name}")
        boxes.append(box)
    body = Box(boxes)
    body.add_class("cnnviz-frame-body")
    return [body]


def look_while_open(drawer: Drawer, tab: str, panel: DOMWidget) -> None:
    """Have a panel work while its tab is open."""

    def look(change: object = None) -> None:
        panel.active = drawer.is_open and drawer.tab == tab

    drawer.observe(look, ["tab", "is_open"])
    look()
