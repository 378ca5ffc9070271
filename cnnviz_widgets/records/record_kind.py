"""The sides of a layer that a record can be of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RecordKind:
    """One side of a layer.

    Attributes
    ----------
    name : str
        As the `view` of a `Place` has it.
    noun : str
        What has a curve each.
    stored_as : str
        As the arrays of a snapshot have it; "" where there are no snapshots of it.
    more_values : str
        How one has more values of each, in a sentence; "" where there are no more.
    """

    name: str
    noun: str
    stored_as: str = ""
    more_values: str = ""


OUTPUTS = RecordKind("outputs", "channel", "outputs", "More samples give curves.")
WEIGHTS = RecordKind("weights", "row", "parameters")
ATTENTION = RecordKind("attention", "head", "attention", "More samples give curves.")

VIEW_NAMES = tuple(kind.name for kind in (OUTPUTS, WEIGHTS, ATTENTION))
"""What a `Place` can be a view of."""

OF_SAMPLES = {kind.stored_as: kind for kind in (OUTPUTS, ATTENTION)}
"""What has a row a sample, by the word that snapshots have for it."""
