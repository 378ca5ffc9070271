"""Every notebook runs from top to bottom, and is committed with what it shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from .reduced import reduced

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
WIDGET = "application/vnd.jupyter.widget-view+json"
LARGEST = 3_000_000  # bytes; above it, a page that shows notebooks gives up on them

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@each_notebook
def test_runs_without_error(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A copy, as notebooks may write beside themselves.
    copy = tmp_path / "notebooks"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    # An error in a cell is raised here.
    NotebookClient(
        reduced(copy / path.name), timeout=300, resources={"metadata": {"path": str(copy)}}
    ).execute()


@each_notebook
def test_is_committed_executed(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    widgets = [output.data for output in outputs if WIDGET in output.get("data", {})]
    assert widgets
    # Without a kernel, a widget's picture is all that a reader gets to see.
    assert all("image/png" in data for data in widgets)


@each_notebook
def test_is_small_enough_to_be_shown(path: Path) -> None:
    assert path.stat().st_size < LARGEST
