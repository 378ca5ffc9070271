"""Being reached by the page while a cell runs."""

from __future__ import annotations

from typing import Any

from ipywidgets import Widget

from .widget_tree import parts_of


def answer_while_busy(widget: Widget) -> None:
    """Let a widget's messages, and those of its parts, be handled where the page sends them.

    JupyterLab sends a widget's messages to a subshell, a thread beside the one that runs cells.
    From ipykernel 7.4.0 on the kernel overrules it: a message goes to the shell that last sent
    something to the page, so that a widget made, or updated, by a cell waits for the end of it.
    That serves requests that the kernel makes of the page; these widgets make none.
    """
    for part in parts_of(widget):
        comm: Any = part.comm
        if hasattr(comm, "_reply_subshell_for"):
            comm._reply_subshell_for = _as_sent


def _as_sent(data: object, default: str | None) -> str | None:
    """The subshell that the page chose."""
    return default
