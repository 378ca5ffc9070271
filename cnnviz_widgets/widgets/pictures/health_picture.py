"""Health over time as a still picture, for places where no widget can run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .drawing import FAINT, INK, PAPER, WIDTH

_HEIGHT = 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 220, 24, 34
_LINE = (200, 200, 200)
# Okabe and Ito's, which colour-blind readers tell apart; of more layers the shape must do.
_COLOURS = [
    (0, 114, 178),
    (213, 94, 0),
    (0, 158, 115),
    (204, 121, 167),
    (230, 159, 0),
    (86, 180, 233),
]
_MOST_NAMED = 10


def health_picture(
    steps: NDArray[np.float64], paths: Sequence[str], values: NDArray[np.float32], title: str
) -> Image.Image:
    """A curve for each layer over the steps of a training.

    Parameters
    ----------
    steps : ndarray, shape (points,)
    paths : sequence of str
        The layers.
    values : ndarray, shape (layers, points)
        NaN makes a gap.
    title : str
        What the number is.
    """
    image = Image.new("RGB", (WIDTH, _HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(11)
    left, right, top, bottom = _LEFT, WIDTH - _RIGHT, _TOP, _HEIGHT - _BOTTOM
    draw.text((left, 4), f"{title} of each layer over the training", INK, font)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    low = min(low, 0.0) if low < high / 2 else low
    high = high if high > low else low + 1.0
    begin, end = float(steps[0]), max(float(steps[-1]), float(steps[0]) + 1)
    x = left + (steps - begin) / (end - begin) * (right - left)
    for share in (0.0, 0.5, 1.0):
        across, down = left + share * (right - left), bottom - share * (bottom - top)
        draw.line([(left, down), (right, down)], _LINE)
        draw.text((left - 8, down), f"{low + share * (high - low):.3g}", FAINT, font, anchor="rm")
        label = f"{begin + share * (end - begin):,.0f}"
        draw.text((across, bottom + 10), label, FAINT, font, anchor="mm")
    draw.text(((left + right) / 2, bottom + 25), "training step", FAINT, font, anchor="mm")
    few = len(paths) <= len(_COLOURS)
    for number, curve in enumerate(values):
        colour = _COLOURS[number] if few else FAINT
        y = bottom - (curve - low) / (high - low) * (bottom - top)
        for part in _runs(np.isfinite(curve)):
            points = list(zip(x[part].tolist(), y[part].tolist(), strict=True))
            draw.line(points if len(points) > 1 else points * 2, colour, 2)
    for number, path in enumerate(paths[:_MOST_NAMED]):
        down = top + 7 + 13 * number
        if few:
            draw.line([(right + 14, down), (right + 30, down)], _COLOURS[number], 2)
        draw.text((right + 36, down), path[:28], INK, font, anchor="lm")
    if len(paths) > _MOST_NAMED:
        more = f"and {len(paths) - _MOST_NAMED:,} more"
        draw.text((right + 36, top + 7 + 13 * _MOST_NAMED), more, FAINT, font, anchor="lm")
    return image


def _runs(known: NDArray[np.bool_]) -> list[slice]:
    """Where values follow one another without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], known, [False])).astype(np.int8)))
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2).tolist()]
