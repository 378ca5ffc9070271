"""Where the page's half of each widget lies."""

from __future__ import annotations

import os
from pathlib import Path

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
