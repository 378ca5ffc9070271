"""The house's one rule of direction, and what importing a room may load."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "cnnviz_widgets"
# A room may use itself and those after it.
ROOMS = ("widgets", "model", "analysis")
MODULES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))
KERAS = ("keras", "tensorflow")
PAGE = ("anywidget", "bqplot", "ipywidgets")


def imported_by(path: Path) -> set[str]:
    """Absolute names of all modules that a file's import statements name, wherever they stand."""
    relative = path.relative_to(PACKAGE.parent).with_suffix("")
    package = ".".join(relative.parent.parts)
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            dotted = "." * node.level + (node.module or "")
            module = importlib.util.resolve_name(dotted, package)
            # What is imported from a package may be a module of it.
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_follow_the_one_direction(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    before = ROOMS[: ROOMS.index(room)]
    forbidden = {f"cnnviz_widgets.{other}" for other in before}
    if room != "model":
        forbidden.update(KERAS)
    if room != "widgets":
        forbidden.update(PAGE)
    wrong = {
        name
        for name in imported_by(path)
        if any(name == other or name.startswith(f"{other}.") for other in forbidden)
    }
    assert not wrong


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_analysis_works_without_keras_and_without_widgets() -> None:
    modules = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in MODULES
        if PACKAGE / "analysis" in path.parents and path.stem != "__init__"
    ]
    # A module that stands in sys.modules as None cannot be imported.
    run(
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({[*KERAS, *PAGE]!r}))\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
    )


@pytest.mark.parametrize(
    "statement", ["import cnnviz_widgets", "from cnnviz_widgets import ChannelGrid, DensityPanel"]
)
def test_importing_loads_no_tensorflow(statement: str) -> None:
    loaded = json.loads(run(f"{statement}\nimport json, sys\nprint(json.dumps([*sys.modules]))"))
    assert not {"keras", "tensorflow"} & set(loaded)


def test_every_name_of_the_public_list_exists() -> None:
    run("import cnnviz_widgets as cv\nfor name in cv.__all__: getattr(cv, name)")
