"""InspectorHeader: which layer is shown, whether work goes on, and what went wrong."""

from __future__ import annotations

import anywidget
from traitlets import Float, Int, List, Unicode

from .bundles import bundle


class InspectorHeader(anywidget.AnyWidget):
    """The inspector's first lines: title, progress, warnings and errors."""

    _esm = bundle("inspector-header.js")
    _css = bundle("inspector-header.css")

    title = Unicode().tag(sync=True)
    facts = Unicode(help="Kind, shape and samples in one line.").tag(sync=True)
    message = Unicode(help="What is being done just now; '' when nothing is.").tag(sync=True)
    progress = Float(-1.0, help="Share of the work done, 0 to 1; -1: unknown.").tag(sync=True)
    error = Unicode(help="What went wrong last; '' once something has worked.").tag(sync=True)
    warnings = List(Unicode()).tag(sync=True)
    _asked = Int(0, help="How often the page asked to read again.").tag(sync=True)
    _answered = Int(0).tag(sync=True)
