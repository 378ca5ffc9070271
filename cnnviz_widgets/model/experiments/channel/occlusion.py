"""What a channel, or the model's answer, loses when a part of one input is covered.

A patch is covered with the data's mean, and with the same patch of another sample: what only one of
the two takes away is the fill's own doing. Of the samples that can lend a patch the one is taken
which has least of what is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ....analysis.arrays import Floats, frozen
from ....analysis.channel.occlusion_grid import OcclusionGrid
from ....records.channel.occlusion import Occlusion
from ....validation.arrays import indices
from ....validation.keywords import checked_keywords
from ....validation.objects import instance
from ....validation.scalars import whole_number
from ...reading.model_lock import model_lock
from ...reading.probe import ModelProbe
from .asked_value import AskedValue
from .covered_input import CoveredInput
from .partial_pass import mapped_inputs

COARSE = 6
"""Patches along an axis, at the most, of the first look."""


@checked_keywords
def occlude(
    probe: ModelProbe,
    sample: int,
    *,
    path: str | None = None,
    channel: int | None = None,
    target: int | str | None = None,
    size: int | Sequence[int] | None = None,
    stride: int | Sequence[int] | None = None,
    fill: str | float | None = None,
    source: str | None = None,
    output: int = 0,
) -> Occlusion:
    """Cover one patch of an input after the other, and see what is lost.

    Where only a channel is asked for, the model runs no farther than its layer; else both are told
    by the same passes.

    Parameters
    ----------
    probe : ModelProbe
    sample : int
        Which of the probe's.
    path, channel : str and int, optional
        A layer output, and one of its channels, whose greatest value is asked for.
    target : int or 'answer', optional
        Which number of the model's output is asked for; ``"answer"``: the class that has the
        highest score. Default: the answer where no channel is given, else nothing.
    size : int or sequence of int, optional
        Of a patch, along each axis. Default: the odd number next to an eighth of the input.
    stride : int or sequence of int, optional
        From one patch to the next. Default: half a patch.
    fill : 'mean', 'donor' or float, optional
        What a patch is covered with: the data's mean of each channel, the same patch of another
        sample, or a number. Default: both of the first two, and the lesser loss counts.
    source : str, optional
        Which of several inputs is covered, by its name. Default: the one that has positions.
    output : int
        Which of the model's outputs.

    Returns
    -------
    Occlusion

    Raises
    ------
    TypeError, ValueError
        There is no such sample, layer, channel, input or output; the input is a table, or of words
        or whole numbers that stand for something; several inputs have positions and none is named;
        a patch is larger than the input.
    ModelCallError
        The model's call raises, or calls the layer only in compiled code.
    """
    with model_lock(instance("probe", probe, ModelProbe).model):
        question = _Question.of(
            probe,
            sample,
            path=path,
            channel=channel,
            target=target,
            fill=fill,
            source=source,
            output=output,
        )
        return question.answered(question.grid(size, stride))


@checked_keywords
def occlude_finer(
    probe: ModelProbe,
    sample: int,
    *,
    path: str | None = None,
    channel: int | None = None,
    target: int | str | None = None,
    size: int | Sequence[int] | None = None,
    stride: int | Sequence[int] | None = None,
    fill: str | float | None = None,
    source: str | None = None,
    output: int = 0,
) -> Iterator[Occlusion]:
    """As `occlude`, with a coarse answer first: at most 6 patches along each axis.

    The model's lock is free while whoever asked looks at an answer.

    Parameters
    ----------
    probe, sample, path, channel, target, size, stride, fill, source, output
        As of `occlude`.

    Returns
    -------
    iterator of Occlusion
        The last one is what `occlude` returns.

    Raises
    ------
    TypeError, ValueError, ModelCallError
        As `occlude`; what is wrong with an argument at once.
    """
    with model_lock(instance("probe", probe, ModelProbe).model):
        question = _Question.of(
            probe,
            sample,
            path=path,
            channel=channel,
            target=target,
            fill=fill,
            source=source,
            output=output,
        )
        fine = question.grid(size, stride)
    grids = [OcclusionGrid.coarse(fine, COARSE), fine]
    # Where the whole costs hardly more, there is no first look.
    if math.prod(grids[0].positions) * 2 > math.prod(fine.positions):
        grids = [fine]
    return _answers(question, grids)


def _answers(question: _Question, grids: Sequence[OcclusionGrid]) -> Iterator[Occlusion]:
    for grid in grids:
        with model_lock(question.probe.model):
            answer = question.answered(grid)
        yield answer


class _Question:
    """What is asked of a sample, and what it gives as it is."""

    def __init__(
        self,
        probe: ModelProbe,
        row: int,
        asked: AskedValue,
        covered: CoveredInput,
    ) -> None:
        self.probe = probe
        self._row = row
        self._asked = asked
        self._covered = covered

    @classmethod
    def of(
        cls,
        probe: ModelProbe,
        sample: int,
        *,
        path: str | None,
        channel: int | None,
        target: int | str | None,
        fill: str | float | None,
        source: str | None,
        output: int,
    ) -> _Question:
        """The question; the arguments are as of `occlude`."""
        row = int(indices("sample", [sample], probe.samples)[0])
        asked = AskedValue(probe, path, channel, target, output)
        covered = CoveredInput(probe, source, fill)
        asked.settle(mapped_inputs(probe.inputs, lambda array: array[[row]]))
        covered.choose_lender(row, asked)
        return cls(probe, row, asked, covered)

    def grid(
        self, size: int | Sequence[int] | None, stride: int | Sequence[int] | None
    ) -> OcclusionGrid:
        """The patches of a size and stride, along each axis."""
        shape = self._covered.shape
        sizes = _each("size", size, shape, [length // 8 | 1 for length in shape])
        for one, length in zip(sizes, shape, strict=True):
            if one > length:
                raise ValueError(
                    f"size must be {length} at the most along an axis of {length}; got {size!r}"
                )
        strides = _each("stride", stride, shape, [max(1, one // 2) for one in sizes])
        return OcclusionGrid(shape, sizes, strides)

    def answered(self, grid: OcclusionGrid) -> Occlusion:
        """What each patch of the grid takes away."""
        with self.probe.steady():
            return self._answered(grid)

    def _answered(self, grid: OcclusionGrid) -> Occlusion:
        asked, covered = self._asked, self._covered
        asked.expect(len(covered.fills) * math.prod(grid.positions))
        found = [
            asked.values(inputs)
            for fill in covered.fills
            for inputs in covered.batches(self._row, grid, fill, asked.batch)
        ]
        shape = (len(covered.fills), *grid.positions)
        before = asked.before

        def lost(name: str) -> Floats | None:
            own = getattr(before, name)
            if own is None:
                return None
            values = np.concatenate([getattr(each, name) for each in found])
            return frozen((own[0] - values).reshape(shape))

        answers = before.answers
        if answers is not None:
            flat = [each.answers for each in found if each.answers is not None]
            answers = frozen(np.concatenate(flat).reshape(shape))
        return Occlusion(
            sample=self._row,
            source=covered.source,
            grid=grid,
            fills=tuple(fill.name for fill in covered.fills),
            path=asked.path,
            channel=asked.channel,
            channel_before=None if before.channel is None else float(before.channel[0]),
            channel_losses=lost("channel"),
            target=asked.target,
            target_before=None if before.target is None else float(before.target[0]),
            target_losses=lost("target"),
            target_unit=asked.unit,
            answer=None if before.answers is None else int(before.answers[0]),
            answers=answers,
            notes=covered.notes,
        )


def _each(
    name: str,
    value: int | Sequence[int] | None,
    shape: Sequence[int],
    default: Sequence[int],
) -> tuple[int, ...]:
    """A number for each axis."""
    if value is None:
        return tuple(default)
    given = [*value] if isinstance(value, (list, tuple)) else [value] * len(shape)
    if len(given) != len(shape):
        raise ValueError(
            f"{name} must be a whole number, or one for each of {len(shape)} axes; got {value!r}"
        )
    return tuple(whole_number(name, each, 1, "of positions") for each in given)
