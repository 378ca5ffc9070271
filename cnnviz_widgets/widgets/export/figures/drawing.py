"""A drawing of lines, texts and pictures, that is written as vectors or as pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from PIL import Image

Anchor: TypeAlias = Literal["start", "middle", "end"]
Point: TypeAlias = tuple[float, float]

INK, FAINT, LINE, PAPER = "#212121", "#616161", "#bdbdbd", "#ffffff"
SELECTED, NOT_FINITE = "#1976d2", "#d55e00"


@dataclass(frozen=True)
class Box:
    """A rectangle, in pixels of 1/96 inch from the drawing's upper left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


@dataclass(frozen=True)
class Polyline:
    """A line through points."""

    points: Sequence[Point]
    colour: str
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Area:
    """A rectangle: filled, hatched, or an outline where neither."""

    box: Box
    fill: str = ""
    stroke: str = ""
    stroke_width: float = 1.0
    hatched: bool = False


@dataclass(frozen=True)
class Words:
    """A line of text; `y` is its middle."""

    x: float
    y: float
    text: str
    size: float = 11.0
    colour: str = FAINT
    anchor: Anchor = "start"
    bold: bool = False


@dataclass(frozen=True)
class Raster:
    """A picture of pixels within a box; its pixels stay apart however large they become."""

    box: Box
    image: Image.Image


Shape: TypeAlias = Polyline | Area | Words | Raster


@dataclass
class Drawing:
    """Shapes on white paper, the first at the bottom.

    Attributes
    ----------
    width, height : float
        In pixels of 1/96 inch.
    title, description : str
        What it shows, for who cannot see it.
    """

    width: float
    height: float = 0.0
    title: str = ""
    description: str = ""
    shapes: list[Shape] = field(default_factory=list)

    def line(
        self, *points: Point, colour: str = INK, width: float = 1.0, dashed: bool = False
    ) -> None:
        """Draw a line through points."""
        self.shapes.append(Polyline(points, colour, width, dashed))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        colour: str = FAINT,
        anchor: Anchor = "start",
        *,
        size: float = 11.0,
        bold: bool = False,
    ) -> None:
        """Write a line whose middle is at `y`."""
        if text:
            self.shapes.append(Words(x, y, text, size, colour, anchor, bold))

    def area(self, box: Box, fill: str = "", stroke: str = "", width: float = 1.0) -> None:
        """Fill or outline a rectangle."""
        self.shapes.append(Area(box, fill, stroke, width))

    def hatch(self, box: Box) -> None:
        """Hatch a rectangle, as what is zero throughout is."""
        self.shapes.append(Area(box, hatched=True))

    def raster(self, box: Box, image: Image.Image) -> None:
        """Put pixels into a rectangle."""
        self.shapes.append(Raster(box, image))
