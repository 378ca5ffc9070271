"""What is set in a notebook that tests execute with fewer steps."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from .reduced import PARAMETERS, reduced
from .test_notebooks import NOTEBOOKS


def written(path: Path, tags: list[list[str]]) -> Path:
    """A notebook of one cell, ``steps = 1_500``, for each list of tags."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell("steps = 1_500", metadata={"tags": each}) for each in tags
    ]
    nbformat.write(notebook, path)
    return path


def test_parameters_are_set_behind_the_notebooks_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PARAMETERS, "long", "steps = 2")
    path = written(tmp_path / "long.ipynb", [[], ["parameters", "hide-input"], ["other"]])
    sources = [cell.source for cell in reduced(path).cells]
    assert sources == ["steps = 1_500", "steps = 1_500\nsteps = 2", "steps = 1_500"]
    assert nbformat.read(path, as_version=4).cells[1].source == "steps = 1_500"


def test_other_notebooks_stay_as_they_are(tmp_path: Path) -> None:
    path = written(tmp_path / "short.ipynb", [["parameters"]])
    assert reduced(path) == nbformat.read(path, as_version=4)


@pytest.mark.parametrize("tags", [[["other"]], [["parameters"], ["parameters"]]])
def test_there_must_be_one_such_cell(
    tags: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PARAMETERS, "long", "steps = 2")
    with pytest.raises(ValueError, match=r"long\.ipynb: [02] cells are tagged 'parameters'"):
        reduced(written(tmp_path / "long.ipynb", tags))


def test_each_notebook_that_is_reduced_exists() -> None:
    assert set(PARAMETERS) <= {path.stem for path in NOTEBOOKS}
