"""FindingsPanel: what a diagnosis found, by what evidence, and the cure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from traitlets import Bool, Dict, Int, List, TraitError, Unicode, validate

from ...diagnosis.findings import Finding
from ...diagnosis.report import Report
from ...validation.objects import instance, mapping
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.traits import Whole

__all__ = ["FindingsPanel"]

# A finding may concern thousands of channels; a reader looks at the first few, the views at all.
_CHANNELS_NAMED = 12


class FindingsPanel(Owning, ThreadLocalSync, BundledWidget):
    """Findings by their cause, the worst first; the chosen one shows its evidence.

    What was put away in the page stays so in later reports, until `dismissed` says otherwise.

    Parameters
    ----------
    report : Report, optional
        What to show.
    **traits
        Any trait of the widget.

    Raises
    ------
    TypeError
        What is given is no report.
    """

    _esm = bundle("findings-panel.js")
    _css = bundle("findings-panel.css")

    finding = Whole(-1, min=-1, help="Number of the chosen finding; -1 for none.").tag(sync=True)
    stale = Bool(False, help="Whether the model has changed since the diagnosis.").tag(sync=True)
    diagnosing = Bool(False, help="Whether a diagnosis is being made.").tag(sync=True)
    height = Whole(420, min=120, help="Greatest height of the list in CSS pixels.").tag(sync=True)

    dismissed = List(
        List(Unicode(), minlen=2, maxlen=2),
        help="Kind and layer of each finding that was put away; [] brings them back.",
    ).tag(sync=True)

    _select_asked = Int(0, help="How often the page asked for the chosen one's channels.").tag(
        sync=True
    )
    _report = Dict(None, allow_none=True, help="The report without its findings.").tag(sync=True)
    _findings = List(Dict()).tag(sync=True)

    def __init__(self, report: Report | None = None, **traits: Any) -> None:
        # Before the traits: `finding` is checked against it.
        state = {} if report is None else _state_of(report, {})
        self._report_shown = report
        super().__init__(**state, **traits)

    @property
    def report(self) -> Report | None:
        """The report shown; None before the first."""
        return self._report_shown

    @property
    def chosen(self) -> Finding | None:
        """The chosen finding; None while there is none."""
        if self._report_shown is None or self.finding < 0:
            return None
        chosen: Finding = self._report_shown[self.finding]
        return chosen

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """The widget and, for where no widget can run, the report's table."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None or self._report_shown is None:
            return bundle
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": self._report_shown._repr_html_()}, metadata

    def show(self, report: Report, channels: Mapping[str, int] | None = None) -> None:
        """Show this report, of which nothing is chosen yet, in one message to the page.

        Parameters
        ----------
        report : Report
        channels : mapping of str to int, optional
            How many channels each layer has, by its path: findings then say of how many.
        """
        state = _state_of(report, {} if channels is None else channels)
        with self.hold_sync():
            self.finding = -1
            self.stale = False
            self._report_shown = report
            for name, value in state.items():
                setattr(self, name, value)

    @validate("finding")
    def _known_finding(self, proposal: dict[str, Any]) -> int:
        index: int = proposal["value"]
        count = 0 if self._report_shown is None else len(self._report_shown)
        if index >= count:
            raise UnknownFinding(index, count)
        return index


class UnknownFinding(IndexError, TraitError):
    """A number that no finding of the report has.

    A TraitError, too: where the page asks for it, the trait goes back to what it was.
    """

    def __init__(self, index: int, count: int) -> None:
        choices = f"it must be -1 (none) to {count - 1}" if count else "there is none to choose"
        super().__init__(f"the report has no finding {index}; {choices}")


def _state_of(report: Report, channels: Mapping[str, int]) -> dict[str, Any]:
    """The wire traits for a report."""
    instance("report", report, Report, "diagnose(model, inputs) gives one")
    mapping("channels", channels, "layers to numbers of channels")
    whole = report.to_dict()
    findings = whole.pop("findings")
    for finding in findings:
        concerned = finding["channels"]
        finding["channel_count"] = len(concerned)
        finding["channels"] = concerned[:_CHANNELS_NAMED]
        finding["channel_names"] = finding["channel_names"][:_CHANNELS_NAMED]
        # A weight may have other rows than the layer has channels.
        known = finding["view"] == "outputs" and concerned
        finding["channel_total"] = channels.get(finding["layer"]) if known else None
    return {"_report": whole, "_findings": findings}
