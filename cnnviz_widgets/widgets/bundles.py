"""Where the page's half of each widget lies."""

from __future__ import annotations

from pathlib import Path

_STATIC = Path(__file__).parent.parent / "static"


def bundle(name: str) -> Path:
    """Path of a built front-end file.

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
    return path
