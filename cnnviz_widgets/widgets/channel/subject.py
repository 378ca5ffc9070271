"""The layer whose channels are asked about, and what is known of its samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...model import ModelProbe
from ...model.samples.pool import Pool
from ...records.survey.survey import Survey

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class ChannelSubject:
    """A layer of a live model as it is now.

    Attributes
    ----------
    probe : ModelProbe
    path : str
        Of the layer output.
    labels : ndarray of int, shape (sample,), or None
        The class of each of the probe's samples; below 0 where it is not known.
    class_names : sequence of str
        Of these classes.
    sample_names : sequence of str
        Of the probe's samples; () where they have none.
    survey : Survey or None
        Of this model with its present weights.
    surveyed_inputs : array, dict of array, or None
        The samples that were surveyed, from number 0 on, where they are at hand.
    order : sequence of int
        Channels in the order of the tree, as far as it has them; () where there is none.
    """

    probe: ModelProbe
    path: str
    labels: NDArray[np.int64] | None = None
    class_names: Sequence[str] = ()
    sample_names: Sequence[str] = ()
    survey: Survey | None = None
    surveyed_inputs: Any = None
    order: Sequence[int] = ()
    _known: dict[str, Any] = field(default_factory=dict, repr=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What is the same for all channels of the layer, made when first it is asked for."""
        if name not in self._known:
            self._known[name] = make()
        value: T = self._known[name]
        return value

    def anew(self) -> ChannelSubject:
        """The same layer, of which nothing is known."""
        return replace(self, _known={})

    def class_name(self, number: int) -> str:
        """What a class is called."""
        names = self.class_names
        return names[number] if 0 <= number < len(names) else f"class {number}"

    def sample_name(self, number: int, *, surveyed: bool = False) -> str:
        """What a sample is called: ``sample 12 (Sneaker)``."""
        name = ""
        if not surveyed and number < len(self.sample_names):
            name = self.sample_names[number]
        of = "surveyed sample" if surveyed else "sample"
        return f"{of} {number:,}" + (f" ({name})" if name else "")


def inputs_of(source: Pool) -> Any:
    """A pool's samples, without targets."""
    samples = source.samples
    return samples if source.targets is None else samples[0]
