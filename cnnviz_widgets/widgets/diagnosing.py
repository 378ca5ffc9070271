"""`diagnose` as users call it: with its progress in the cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike, NDArray

from ..analysis.findings import Report
from ..analysis.validation import spelt
from ..model import diagnosis
from .cell_progress import CellProgress


@spelt
def diagnose(
    model: Any,
    inputs: Any = None,
    *,
    targets: ArrayLike | None = None,
    loss: Any = None,
    reference: bool = True,
    earlier: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
    seed: int = 0,
) -> Report:
    """What is wrong with a live model, on what evidence, and what cures it [WL20 §1.3.2–1.3.5].

    The model is read, never changed. In a notebook a long diagnosis shows how far it is; it can
    be interrupted at any moment.

    Parameters
    ----------
    model : keras.Model or ModelProbe
    inputs : array, tensor, list or dict of them, tf.data.Dataset or keras.utils.PyDataset
        What the model is shown, 32 to 64 samples: fewer leave more questions open. Not needed
        with a ModelProbe, which has its own.
    targets, loss, reference, earlier, seed
        As `cnnviz_widgets.model.diagnosis.diagnose`.

    Returns
    -------
    Report
        The worst finding first: a table in a notebook, text in a terminal, `to_dict()` for
        machines.

    Raises
    ------
    TypeError, ValueError
        No model, or inputs that do not fit it.
    ModelCallError
        The model's own call raises.
    """
    with CellProgress() as cell:
        return diagnosis.diagnose(
            model,
            inputs,
            targets=targets,
            loss=loss,
            reference=reference,
            earlier=earlier,
            seed=seed,
            progress=cell.tell,
        )
