"""A layer's points as a still picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from ...analysis.arrays import Floats, Indices
from ...records.points.point_picture import METHODS, PointPicture
from ...records.samples.row_heads import SampleAnswers
from ..export.figures.colours import ALONE, GROUPS
from .drawing import FAINT, INK, MARGIN, PAPER, WIDTH, font, shortened

_HEIGHT = 420
_LEGEND = 200
# Page and picture mark classes alike (frontend/src/embedding/marks.ts says why).
_SHAPES = (0, 1, 0, 1, 1, 2, 3, 2)
_CORNERS = (
    (),
    ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    ((0, -1.2), (1.1, 0.8), (-1.1, 0.8)),
    ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
)
_WRONG = (198, 40, 40)
_MOST_LISTED = 20


def embedding_picture(
    picture: PointPicture, answers: SampleAnswers, places: Indices, summary: str
) -> Image.Image:
    """The points in the colours of their classes, wrong ones ringed, beside the classes' names.

    Parameters
    ----------
    picture : PointPicture
    answers : SampleAnswers
    places : ndarray of int, shape (point,) or (0,)
        Where in `answers` each point is told of; −1 where it is not.
    summary : str
        Written below the points.
    """
    image = Image.new("RGB", (WIDTH, _HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    count = len(picture.cloud)
    classes, wrong = np.full(count, -1), np.zeros(count, dtype=bool)
    if len(places) and len(answers):
        known = places >= 0
        classes[known] = answers.truth_class[places[known]]
        wrong[known] = answers.right[places[known]] == 0
    present = np.unique(classes[classes >= 0])
    bottom = _HEIGHT - 24
    width = WIDTH - (_LEGEND if len(present) else 0)
    radius = 3.5 if count <= 500 else 2.5 if count <= 3000 else 1.8
    pixels = _in_box(picture.positions, width, bottom)
    for (x, y), number, ring in zip(pixels.tolist(), classes.tolist(), wrong.tolist(), strict=True):
        _mark(draw, x, y, number, radius)
        if ring:
            reach = radius + 2.5
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=_WRONG)
    for line, number in enumerate(present[:_MOST_LISTED].tolist()):
        y = MARGIN + 8 + 18 * line
        _mark(draw, width + 12, y, number, 4)
        first = int(places[np.flatnonzero(classes == number)[0]])
        text = f"{answers.truths[first]}  {np.count_nonzero(classes == number):,}"
        draw.text((width + 24, y), shortened(text, _LEGEND - 34), INK, font(), anchor="lm")
    if len(present) > _MOST_LISTED:
        y = MARGIN + 8 + 18 * _MOST_LISTED
        draw.text((width + 24, y), _more(len(present)), FAINT, font(), anchor="lm")
    text = f"{METHODS[picture.method]} of {summary}"
    draw.text((MARGIN, _HEIGHT - 12), shortened(text, WIDTH - 20), FAINT, font(), anchor="lm")
    return image


def _more(classes: int) -> str:
    return f"and {classes - _MOST_LISTED:,} more"


def _in_box(positions: Floats, width: int, height: int) -> Floats:
    """Positions in pixels, as large as fits, both axes alike."""
    if not len(positions):
        return positions
    low, high = positions.min(axis=0), positions.max(axis=0)
    reach = np.where(high > low, high - low, 1.0)
    scale = min((width - 4 * MARGIN) / reach[0], (height - 4 * MARGIN) / reach[1])
    centred = (positions - (low + high) / 2) * scale
    pixels: Floats = centred * (1, -1) + (width / 2, height / 2)
    return pixels


def _mark(draw: ImageDraw.ImageDraw, x: float, y: float, number: int, radius: float) -> None:
    hue = ALONE if number < 0 else GROUPS[number % len(GROUPS)]
    shape = 0 if number < 0 else (_SHAPES[number % len(_SHAPES)] + number // len(_SHAPES)) % 4
    if shape:
        corners = [(x + radius * across, y + radius * down) for across, down in _CORNERS[shape]]
        draw.polygon(corners, fill=hue)
    else:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=hue)
