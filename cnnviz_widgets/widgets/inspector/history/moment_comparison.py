"""Two moments of a history beside one another, over the panes of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ipywidgets import Button, VBox

from ....history.history import History
from ....records.layer_picture import counted
from ....records.place import Place
from ...jupyter.error_text import Refusal
from ...panels.training.timeline import Timeline

if TYPE_CHECKING:
    from ...comparison.comparison_panel import ComparisonPanel


class MomentComparison:
    """A box for a comparison: empty, and hidden, until there is one.

    A box among the page's own widgets is seen wherever these are, in full screen too; an output
    of a cell of its own is not.

    Parameters
    ----------
    timeline : Timeline
        Learns whether there is one, and may close it.

    Attributes
    ----------
    box : VBox
    panel : ComparisonPanel or None
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self.panel: ComparisonPanel | None = None
        self._closer = Button(description="Close", tooltip="Close the comparison (Esc)")
        self._closer.on_click(lambda _: self.close())
        self.box = VBox([], layout={"display": "none"})
        self.box.add_class("cnnviz-moments-compared")
        timeline.observe(self._on_comparing, "comparing")

    def show(self, history: History, layer: str, a: int, b: int) -> str | None:
        """Compare a layer's outputs at the moments nearest to two steps that kept them.

        Returns
        -------
        str or None
            Which other moments were taken, if any.

        Raises
        ------
        Refusal
            No two moments kept them, or both steps are nearest to one.
        """
        # A history is looked at without Keras until then.
        from ....model.experiments.model_comparison import ModelComparison, MomentSide
        from ...comparison.comparison_panel import ComparisonPanel

        place = Place(layer)
        with history.lock:
            steps = history.steps[history.holds(place)]
            if steps.size < 2:
                kept = counted(steps.size, "moment")
                raise Refusal(
                    f"The outputs of {layer} were kept at {kept}, and a comparison needs two: "
                    f"monitor(layers=[{layer!r}]) keeps them at each"
                )
            taken = [int(steps[np.argmin(abs(steps - step))]) for step in (a, b)]
            if taken[0] == taken[1]:
                raise Refusal(f"Both marks lead to step {taken[0]:,}: mark another moment")
            sides = [MomentSide(history.at(step), f"step {step:,}") for step in taken]
        entry = next((each for each in history.layers if each["path"] == layer), {})
        names: list[str] = entry.get("class_names", [])
        panel = ComparisonPanel(ModelComparison(*sides), layer=layer, class_names=names)
        self.close()
        self.panel = panel
        self.box.children = (self._closer, panel)
        self.box.layout.display = None
        self._timeline.comparing = True
        if taken == [a, b]:
            return None
        return f"{layer} was kept at steps {taken[0]:,} and {taken[1]:,}, which are compared."

    def close(self) -> None:
        """Take the comparison away, if there is one."""
        panel, self.panel = self.panel, None
        self.box.layout.display = "none"
        self.box.children = ()
        self._timeline.comparing = False
        if panel is not None:
            panel.close()

    def _on_comparing(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            self.close()
