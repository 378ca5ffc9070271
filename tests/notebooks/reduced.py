"""Notebooks as tests execute them: a training that takes minutes gets fewer steps."""

from __future__ import annotations

from pathlib import Path

import nbformat

# By the notebook's name, what is set behind its own parameters, as papermill would set them: in
# the cell that is tagged `parameters`.
PARAMETERS = {
    "04_tune_a_dcgan": "scale = study.Scale(size=40, steps=60)",
    # Without tracing, which takes longer than so few steps; two kinds of five, one less deep.
    "06_the_map": (
        "images, epochs, seeds, samples = 64, 1, (0,), 20\n"
        'kinds = ("deep", "narrow")\n'
        "import plain_networks, tensorflow\n"
        'plain_networks.PLANS["deep"] = (4, "halve", 4, "halve", *[4] * 10)\n'
        "tensorflow.config.run_functions_eagerly(True)"
    ),
}


def reduced(path: Path) -> nbformat.NotebookNode:
    """A notebook, with what `PARAMETERS` has for its name.

    Raises
    ------
    ValueError
        It should be reduced, and not exactly one of its cells is tagged ``parameters``.
    """
    notebook = nbformat.read(path, as_version=4)
    parameters = PARAMETERS.get(path.stem)
    if parameters is None:
        return notebook
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    if len(cells) != 1:
        raise ValueError(
            f"{path.name}: {len(cells)} cells are tagged 'parameters'; tag the one cell that sets "
            "how long it trains"
        )
    cells[0].source += f"\n{parameters}"
    return notebook
