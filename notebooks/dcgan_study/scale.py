"""How large the study is: quick, or as the paper's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Size of the images, in pixels a side, and length of the training, in steps of a batch."""

    size: int
    steps: int
    batch: int = 64


# A minute or two a version on two cores.
QUICK = Scale(size=40, steps=1_500)
# The paper's own [WL20 §2.1]: for a GPU, or for a day.
PAPER = Scale(size=160, steps=15_000)
