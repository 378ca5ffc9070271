"""What a layer is, and what of it is shown, in one line."""

from __future__ import annotations

from ...records.layer_picture import LayerPicture
from ...records.record_kind import WEIGHTS


def layer_facts(kind: str, parameters: int, record: LayerPicture) -> str:
    """The line beside the layer's name.

    Parameters
    ----------
    kind : str
        The layer's class.
    parameters : int
        How many parameters it has.
    record : LayerRecord
        What is shown of it.
    """
    title = kind if record.label is None else f"{kind} {record.label}"
    count = f" · {parameters:,} parameters" if parameters or record.kind == WEIGHTS else ""
    return f"{title} · {record.extent}{count}"


def input_warnings(nonfinite: int) -> list[str]:
    """What makes all that follows doubtful, in sentences: so many inputs are NaN or infinite."""
    if not nonfinite:
        return []
    return [
        f"The inputs hold {nonfinite:,} values that are NaN or infinite: "
        "what the layers make of them says little about the model."
    ]
