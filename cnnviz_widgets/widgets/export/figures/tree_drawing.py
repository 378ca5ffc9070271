"""A tree over its columns, or beside its rows, in the colours of a cut's groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ....records.layer_picture import LayerPicture
from ...pictures.drawing import tree_scale
from .drawing import FAINT, INK, LINE, SELECTED, Box, Drawing, Point
from .places import Places

_BROKEN = 22.0
_MERGED = 1.6


def groups_of(record: LayerPicture, cut: float | None) -> list[int] | None:
    """The group of each column, counted from the left; None without a cut."""
    if cut is None:
        return None
    labels = record.tree.cut(cut)
    return [int(labels[channel]) for channel in record.columns]


def draw_tree(
    drawing: Drawing, record: LayerPicture, places: Places, box: Box, cut: float | None
) -> None:
    """Draw forks, axis and cut over columns, with the leaves at the box' lower edge.

    Channels that are zero throughout stand beyond a break, at 2 or more.
    """
    _Tree(drawing, record, places, cut, box.bottom, box.top, lies=False).draw(box.left)


def draw_lying_tree(
    drawing: Drawing, record: LayerPicture, places: Places, box: Box, cut: float | None
) -> None:
    """The same beside rows, with the leaves at the box' right edge."""
    _Tree(drawing, record, places, cut, box.right, box.left, lies=True).draw(box.bottom)


class _Tree:
    def __init__(
        self,
        drawing: Drawing,
        record: LayerPicture,
        places: Places,
        cut: float | None,
        leaves: float,
        root: float,
        *,
        lies: bool,
    ) -> None:
        self._drawing = drawing
        self._record = record
        self._places = places
        self._cut = cut
        self._leaves = leaves
        self._far = root
        self._lies = lies
        self._scale = tree_scale(record.dendrogram)
        self._root = root + (np.sign(leaves - root) * _BROKEN if self._scale.broken else 0.0)

    def draw(self, axis: float) -> None:
        """Draw it with its axis at this place."""
        self._forks()
        self._axis(axis)
        if self._cut is not None:
            self._cut_line(axis, self._cut)

    def _at(self, heights: NDArray[np.float64]) -> NDArray[np.float64]:
        share = heights / self._scale.tallest
        below = self._leaves + share * (self._root - self._leaves)
        return np.where(self._scale.is_apart(heights), self._far, below)

    def _points(self, *points: Point) -> list[Point]:
        """From along the leaves and away from them to across and down."""
        return [(y, x) for x, y in points] if self._lies else list(points)

    def _forks(self) -> None:
        geometry, tree = self._record.dendrogram, self._record.tree
        along, away = self._places.at(geometry.feet), self._at(geometry.heights)
        column = {int(channel): number for number, channel in enumerate(self._record.columns)}
        for fork, ((a, b), (foot_a, foot_b, bar)) in enumerate(
            zip(along.tolist(), away.tolist(), strict=True)
        ):
            colour, width = INK, 1.0
            if self._cut is not None and geometry.heights[fork, 2] <= self._cut:
                start, stop = geometry.span[fork]
                drawn = next(
                    (column[int(each)] for each in tree.order[start:stop] if int(each) in column), 0
                )
                colour, width = self._places.colours[drawn], _MERGED
            elif self._cut is not None:
                colour = FAINT
            corners = self._points((a, foot_a), (a, bar), (b, bar), (b, foot_b))
            self._drawing.line(*corners, colour=colour, width=width)

    def _axis(self, at: float) -> None:
        draw = self._drawing
        draw.line(*self._points((at, self._leaves), (at, self._root)), colour=LINE)
        marks = [(self._leaves, "0"), (self._root, f"{self._scale.tallest:.2g}")]
        if self._scale.broken:
            marks.append((self._far, f"{self._scale.end:.2g}"))
        for away, words in marks:
            if self._lies:
                draw.words(away, at + 10, words, anchor="middle")
            else:
                draw.words(at - 6, away, words, anchor="end")

    def _cut_line(self, at: float, cut: float) -> None:
        away = float(self._at(np.array(min(cut, self._scale.end))))
        ends = self._points((at, away), (self._places.end, away))
        if self._lies:
            # Dashed lines are level: a fine one will do.
            self._drawing.line(*ends, colour=SELECTED, width=0.75)
        else:
            self._drawing.line(*ends, colour=SELECTED, dashed=True)
            self._drawing.words(at - 34, away, f"cut {cut:.2g}", SELECTED, "end", bold=True)
