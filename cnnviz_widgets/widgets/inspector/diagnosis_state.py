"""The last diagnosis beside the live model: listed, marked, and stale once that has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from ...analysis.channel_measures import ChannelMeasures
from ...diagnosis.report import Report
from ...model.training.reading import Reading
from ...runtime.call_stack import meanwhile
from ..panels.drawer import Drawer
from ..panels.findings import FindingsPanel
from ..panels.header import InspectorHeader
from ..panels.selector import LayerSelector

Measures = Mapping[str, ChannelMeasures]


class DiagnosisState:
    """Shows a report in the panel of findings, in the bar and at the layers, as long as it holds.

    Parameters
    ----------
    panel : FindingsPanel
    selector : LayerSelector
    header : InspectorHeader
    drawer : Drawer

    Attributes
    ----------
    report : Report or None
        None before the first.
    """

    def __init__(
        self,
        panel: FindingsPanel,
        selector: LayerSelector,
        header: InspectorHeader,
        drawer: Drawer,
    ) -> None:
        self.report: Report | None = None
        self._panel = panel
        self._selector = selector
        self._header = header
        self._drawer = drawer
        self._measures: Measures = {}

    @property
    def present(self) -> Report | None:
        """The report, where the model is still the one that was diagnosed."""
        return None if self._panel.stale else self.report

    def made(self) -> meanwhile:
        """A context in which one is made, and the panel says so."""
        return meanwhile(self._panel, "diagnosing", True)

    def show(self, report: Report, measures: Measures) -> None:
        """Show what was found while the layers had these measures."""
        self.report = report
        self._measures = measures
        channels = {path: each.n_channels for path, each in measures.items()}
        self._panel.show(report, channels)
        self._header.show_found(Counter(finding.severity for finding in report))
        self._drawer.show_tab("findings")
        self.mark()

    def mark(self) -> None:
        """Mark what was found at the layers; they may be others than before."""
        self._selector.show_findings(self.report)

    def compare(self, measures: Measures) -> None:
        """The model was read anew: is it the one that was diagnosed?"""
        if self.report is not None:
            self._panel.stale = not _same_measures(self._measures, measures)

    def follow(self, reading: Reading) -> None:
        """A model in training was read: is it the one that was diagnosed?"""
        if reading.moment.samples is None:
            self.compare(reading.measures)
        elif self.report is not None:
            # Numbers of some samples are not those of all; but weights that moved tell as much.
            moved = any(health.change > 0 for health in reading.moment.health.values())
            self._panel.stale = self._panel.stale or moved


def _same_measures(before: Measures, after: Measures) -> bool:
    """Whether every layer puts out on the same inputs what it did before."""
    return before.keys() == after.keys() and all(
        np.array_equal(getattr(old, name), getattr(after[path], name), equal_nan=True)
        for path, old in before.items()
        for name in ("minimum", "maximum", "zero_share")
    )
