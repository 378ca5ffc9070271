"""What only some facets and readings of a map show: measured when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ....diagnosis.report import Report
from ....model.map.facets.group_densities import group_densities
from ....model.map.facets.map_findings import map_findings
from ....model.map.mean_weights import mean_weights
from ....records.map.group_density import GroupDensity
from ....records.map.group_effects import GroupEffects
from ....records.map.network_record import NetworkRecord
from ....runtime.call_stack import surely
from ...jupyter.work_report import WorkReport
from ..map_subject import MapSubject
from ..map_view import MapView
from .entries import effect_entries
from .found import found_by_channel


class MeasuredFacets:
    """Densities, findings and mean weights of the map that is shown, each measured once.

    Parameters
    ----------
    view : MapView
    subject : callable
        What the map is of.
    work : WorkReport
    report : callable
        The last diagnosis of the whole model; None where there is none.
    """

    def __init__(
        self,
        view: MapView,
        subject: Callable[[], MapSubject],
        work: WorkReport,
        report: Callable[[], Report | None],
    ) -> None:
        self._view = view
        self._subject = subject
        self._work = work
        self._report = report
        self._densities: Mapping[str, Sequence[GroupDensity]] | None = None
        self._architecture: Report | None = None

    @property
    def known(self) -> tuple[Mapping[str, Sequence[GroupDensity]] | None, Report | None]:
        """What has been measured, to go back to."""
        return self._densities, self._architecture

    @known.setter
    def known(
        self, known: tuple[Mapping[str, Sequence[GroupDensity]] | None, Report | None]
    ) -> None:
        self._densities, self._architecture = known

    def forget(self, *, regrouped: bool = False) -> None:
        """Another map is shown; `regrouped`: the same one, in other groups."""
        self._densities = None
        if not regrouped:
            self._architecture = None

    def measure(self, record: NetworkRecord) -> None:
        """Measure what the facet shows.

        Raises
        ------
        ModelCallError
            The model's own call raises.
        """
        if self._view.facet == "health" and self._architecture is None:
            self.diagnose(record)
        if self._view.facet == "density" and self._densities is None:
            probe, report = self._subject().probe, self._work.reported()
            with surely(report), report:
                self._densities = group_densities(probe, record, self._work.progress)

    def diagnose(self, record: NetworkRecord) -> Report:
        """What the map tells of the architecture; raises as `measure`."""
        subject = self._subject()
        labels = subject.labels
        known = labels is not None and bool((labels >= 0).all())
        cell, report = self._work.in_cell(), self._work.reported("the diagnosis")
        with surely(*cell, report), cell[0], cell[1], report:
            self._architecture = map_findings(
                subject.probe,
                record.stations,
                labels=labels,
                targets=labels if known else None,
                progress=self._work.progress,
            )
        return self._architecture

    def entries(self, record: NetworkRecord) -> dict[str, Any]:
        """What `map_entries` takes of it."""
        reports = [each for each in (self._report(), self._architecture) if each is not None]
        info = self._subject().probe.info
        return {
            "densities": self._densities,
            "findings": found_by_channel(record, info, reports),
        }

    @property
    def notes(self) -> list[str]:
        """What was found of the architecture, a sentence each with its cure."""
        return [f"{each.summary} {each.cure}" for each in self._architecture or ()]

    def weights(self, record: NetworkRecord) -> list[Any]:
        """The mean weights between groups as they travel, where these are what is drawn."""
        if self._view.reading != "weights":
            return []
        numbers = {path: own.groups for path, own in record.groups.items()}
        weights = mean_weights(self._subject().probe, record.stations, numbers)
        shown = {
            edge: GroupEffects(np.abs(each).astype(np.float32), each.astype(np.float32))
            for edge, each in weights.items()
        }
        return effect_entries(shown, {each.path: k for k, each in enumerate(record.stations)})
