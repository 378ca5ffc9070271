"""Executes notebooks in place, as they are committed: ``make notebooks``.

``python -m tests.notebooks.execute 01`` takes those whose names begin with 01.
What TensorFlow logs while it starts is left out: it differs from machine to machine.
"""

from __future__ import annotations

import os
import sys

import nbformat
from nbclient import NotebookClient

from .test_notebooks import FOLDER, NOTEBOOKS, REPOSITORY


def execute(names: list[str]) -> None:
    """Run the notebooks whose names begin with one of these; all of them without a name."""
    os.environ["PYTHONPATH"] = str(REPOSITORY)
    for path in NOTEBOOKS:
        if names and not path.name.startswith(tuple(names)):
            continue
        print(path.name)
        notebook = nbformat.read(path, as_version=4)
        # The widgets' state would be megabytes; their pictures are in the outputs.
        NotebookClient(
            notebook,
            timeout=600,
            store_widget_state=False,
            resources={"metadata": {"path": str(FOLDER)}},
        ).execute()
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            cell.metadata.pop("execution", None)
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
        nbformat.write(notebook, path)


if __name__ == "__main__":
    execute(sys.argv[1:])
