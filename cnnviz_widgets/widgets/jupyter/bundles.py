"""Where the page's half of each widget lies, and how the page gets what all have in common."""

from __future__ import annotations

import os
from pathlib import Path

import anywidget
from ipywidgets import Widget
from traitlets import Unicode, default

_STATIC = Path(__file__).parents[2] / "static"


def bundle(name: str) -> str | Path:
    """A built front-end file: its text, or with ``ANYWIDGET_HMR=1`` its path.

    A class that has the path lets anywidget show each new build in widgets that are open. It
    watches for that with a signal that never lets a widget go again, closed or not, nor what the
    widget leads to (anywidget 0.11, its issue 929): that is for work on the front end alone.

    Raises
    ------
    FileNotFoundError
        The front end was not built, as in a checkout that was never installed.
    """
    path = _STATIC / name
    if not path.is_file():
        raise FileNotFoundError(
            f"{name} is missing from cnnviz_widgets' built front end; install the package "
            "(pip install .), or run 'npm ci && npm run build' in cnnviz_widgets/frontend"
        )
    return path if os.environ.get("ANYWIDGET_HMR") == "1" else path.read_text(encoding="utf-8")


class SharedProgram(Widget):
    """What the bundles of several widgets have in common: the page gets it once from a kernel.

    anywidget sends with each widget all that its program consists of. What every one of them
    would bring again, they lead to instead. It closes with the last widget that does.
    """

    script = Unicode(help="The text of a module.").tag(sync=True)
    style = Unicode(help="The text of a style sheet.").tag(sync=True)

    def __repr__(self) -> str:
        """Without the texts."""
        return object.__repr__(self)

    def close(self) -> None:
        """Close it; the page, which holds what is closed as long as its kernel, empties it."""
        global _latest
        if self.comm is not None:
            self.script = self.style = ""
        super().close()
        if _latest is self:
            _latest = None


_latest: SharedProgram | None = None


def _shared_program() -> SharedProgram:
    """The one that is open, or a new one."""
    global _latest
    program = _latest
    if program is None or program.comm is None:
        texts = {"script": "shared.js", "style": "shared.css"}
        program = SharedProgram(
            **{key: (_STATIC / name).read_text("utf-8") for key, name in texts.items()}
        )
        _latest = program
    return program


class BundledWidget(anywidget.AnyWidget):
    """A widget whose half in the page is a bundle of ours: ``_esm = bundle("….js")``, ``_css``."""

    _program = anywidget.WidgetTrait().tag(sync=True)

    @default("_program")
    def _default_program(self) -> SharedProgram:
        return _shared_program()
