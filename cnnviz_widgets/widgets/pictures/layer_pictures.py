"""The views of a layer as one still picture, for places where no widget can run.

It shows what the widgets show at first sight: no zoom, no selection.
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from .drawing import INK, PAPER, WIDTH, font


def stacked(title: str, parts: Sequence[Image.Image]) -> Image.Image:
    """Pictures one above the other, under a title."""
    heading = Image.new("RGB", (WIDTH, 26), PAPER)
    # Pillow's own font has no multiplication sign.
    ImageDraw.Draw(heading).text((4, 5), title.replace("×", "x"), INK, font(14))
    column = [heading, *parts]
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in column)), PAPER)
    top = 0
    for part in column:
        whole.paste(part, (0, top))
        top += part.height
    # Few shades and much repetition: an indexed PNG is a fraction of the size.
    return whole.quantize(128)
