"""A survey: what was added up of every layer of a model on many samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .layer_summary import LayerSummary


@dataclass(frozen=True, eq=False)
class Survey:
    """What a model does on many samples, one summary a layer; it never changes.

    Attributes
    ----------
    layers : mapping of str to LayerSummary
        Path → summary, in the order of execution.
    ranges : tuple of (int, int)
        The numbers of the samples that were seen, as runs: first, and one past the last;
        ascending, with gaps between them.
    model : str
        The model's name.
    weights : str
        A digest of the model's weights as they were: a hexadecimal SHA-256.
    rows : int
        At most so many places of a sample were drawn.
    classes : int
        How many classes the labels have; 0 where none are known.
    skipped : mapping of str to str
        Path → why a layer that was asked for has no summary.
    """

    layers: Mapping[str, LayerSummary]
    ranges: tuple[tuple[int, int], ...]
    model: str
    weights: str
    rows: int
    classes: int
    skipped: Mapping[str, str]

    @property
    def samples(self) -> int:
        """How many samples were seen."""
        return sum(last - first for first, last in self.ranges)
