"""The house's rules: one direction of imports, no circle, budgets, and what a room may load."""

from __future__ import annotations

import ast
import graphlib
import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "cnnviz_widgets"
# A room may use itself and those after it; these two do not use one another.
ROOMS = (
    "widgets",
    "model",
    "comparison",
    "history",
    "diagnosis",
    "records",
    "analysis",
    "validation",
    "runtime",
)
STRANGERS = {"comparison": {"history"}}
MODULES = sorted(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))
# They offer names wherever these live.
OFFERING = {PACKAGE / "analysis" / "__init__.py"}
KERAS = ("keras", "tensorflow")
PAGE = ("anywidget", "bqplot", "ipywidgets")
MOST_LINES, MOST_FILES = 400, 12
# Each with its reason; a file that has become short enough must leave the list.
LONG: dict[str, str] = {
    "frontend/src/lib/wire/states.ts": "written by wire.py, one state after the other",
    "frontend/src/lib/wire/payloads.ts": "written by wire.py, one payload after the other",
}
FULL: dict[str, str] = {}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


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
    before = {*ROOMS[: ROOMS.index(room)], *STRANGERS.get(room, set())}
    forbidden = {f"cnnviz_widgets.{other}" for other in before if path not in OFFERING}
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


def test_no_modules_import_one_another_in_a_circle() -> None:
    by_name = {name_of(path): path for path in MODULES if path not in OFFERING}
    graph = {
        # What is imported is a module, or a name in one.
        name: {other for each in imported_by(path) for other in (each, each.rpartition(".")[0])}
        & by_name.keys() - {name}
        for name, path in by_name.items()
        # A package that offers its modules' names is imported before them.
        if path.stem != "__init__"
    }
    graphlib.TopologicalSorter(graph).prepare()


def sources() -> list[Path]:
    """Everything that is written by hand in the package, for the kernel and for the page."""
    page = PACKAGE / "frontend" / "src"
    return [*MODULES, *(path for path in sorted(page.rglob("*")) if path.suffix in (".ts", ".css"))]


def test_no_file_is_too_long() -> None:
    lines = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text().splitlines())
        for path in sources()
    }
    assert {name for name, count in lines.items() if count > MOST_LINES} == set(LONG)


def test_no_folder_holds_too_many_files() -> None:
    files = [path for path in sources() if path.name != "__init__.py"]
    counts = Counter(path.parent.relative_to(PACKAGE).as_posix() for path in files)
    assert {name for name, count in counts.items() if count > MOST_FILES} == set(FULL)


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_but_models_and_widgets_works_without_keras_and_without_widgets() -> None:
    modules = [
        name_of(path)
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] not in ("model", "widgets")
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


def test_analysis_needs_numpy_and_scipy_and_one_module_may_use_open_tsne() -> None:
    allowed = {"numpy", "scipy", "cnnviz_widgets", *sys.stdlib_module_names}
    others = {
        (path.relative_to(PACKAGE).as_posix(), name.partition(".")[0])
        for path in MODULES
        for name in imported_by(path)
        if path.is_relative_to(PACKAGE / "analysis") or name.partition(".")[0] == "openTSNE"
        if name.partition(".")[0] not in allowed
    }
    assert others == {("analysis/embedding/tsne.py", "openTSNE")}
