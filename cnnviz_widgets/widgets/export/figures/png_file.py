"""A drawing as pixels, for print."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .drawing import LINE, PAPER, Area, Drawing, Polyline, Raster, Words

# Pixels for each of the drawing's; those are 1/96 inch, so that there are 288 to an inch.
SCALE = 3
_INCH = 96
# Fonts that systems have, with more letters than the one that comes with Pillow.
_FONTS = ("DejaVuSans.ttf", "Arial.ttf", "arial.ttf", "LiberationSans-Regular.ttf", "Helvetica.ttc")
_BOLD = ("DejaVuSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf", "LiberationSans-Bold.ttf")
# What Pillow's own font lacks of what is written here.
_WITHOUT = str.maketrans({"×": "x", "–": "-", "−": "-", "→": ">", "²": "2"})
_ANCHORS = {"start": "lm", "middle": "mm", "end": "rm"}
_HATCH = 6

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@cache
def font(size: float, bold: bool = False) -> tuple[Font, bool]:
    """The font of texts, and whether it is one of the system's."""
    for name in (*(_BOLD if bold else ()), *_FONTS):
        try:
            return ImageFont.truetype(name, size), True
        except OSError:  # not on this system
            continue
    return ImageFont.load_default(size), False


def text_width(text: str, size: float = 11.0) -> float:
    """How wide a text becomes, in the drawing's pixels."""
    return float(font(size)[0].getlength(text))


def shortened(text: str, width: float, size: float = 11.0) -> str:
    """The text, or as much of its beginning as is that wide, with an ellipsis."""
    if len(text) <= width and text_width(text, size) <= width:
        return text
    # No more than these fit, however narrow.
    text = text[: max(1, int(width / 2))]
    while len(text) > 1 and text_width(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text}…"


def png_image(drawing: Drawing, scale: float = SCALE) -> Image.Image:
    """The drawing as pixels, `scale` of them for each of its own, white where nothing is."""
    size = (round(drawing.width * scale), round(drawing.height * scale))
    return _Canvas(Image.new("RGB", size, PAPER), scale).drawn(drawing)


def png_file(drawing: Drawing, scale: float = SCALE) -> bytes:
    """The drawing as the bytes of a PNG that knows how large it is to be printed."""
    with io.BytesIO() as file:
        inch = scale * _INCH
        png_image(drawing, scale).save(file, "PNG", optimize=True, dpi=(inch, inch))
        return file.getvalue()


class _Canvas:
    """Draws shapes into an image."""

    def __init__(self, image: Image.Image, scale: float) -> None:
        self._image = image
        self._scale = scale
        self._draw = ImageDraw.Draw(image)

    def drawn(self, drawing: Drawing) -> Image.Image:
        for shape in drawing.shapes:
            if isinstance(shape, Polyline):
                self._polyline(shape)
            elif isinstance(shape, Area):
                self._area(shape)
            elif isinstance(shape, Words):
                self._words(shape)
            else:
                self._raster(shape)
        return self._image

    def _polyline(self, shape: Polyline) -> None:
        points = [(x * self._scale, y * self._scale) for x, y in shape.points]
        width = max(1, round(shape.width * self._scale))
        if not shape.dashed:
            self._draw.line(points, shape.colour, width, joint="curve")
            return
        # Dashed lines are level here, and have two ends.
        (left, y), (right, _) = points
        dash, period = 4 * self._scale, 7 * self._scale
        while left < right:
            self._draw.line([(left, y), (min(left + dash, right), y)], shape.colour, width)
            left += period

    def _area(self, shape: Area) -> None:
        left, top, right, bottom = self._corners(shape)
        if shape.hatched:
            self._hatch(left, top, right, bottom)
            return
        width = max(1, round(shape.stroke_width * self._scale))
        self._draw.rectangle(
            (left, top, max(left, right - 1), max(top, bottom - 1)),
            shape.fill or None,
            shape.stroke or None,
            width if shape.stroke else 0,
        )

    def _hatch(self, left: int, top: int, right: int, bottom: int) -> None:
        # By the place on the paper: lines go on from one area to the next, however narrow.
        x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
        is_line = (x + y) % round(_HATCH * self._scale) < max(1, round(2 * self._scale))
        mask = Image.fromarray(is_line)
        if mask.width and mask.height:
            self._draw.rectangle((left, top, right - 1, bottom - 1), PAPER)
            self._image.paste(LINE, (left, top), mask)

    def _words(self, shape: Words) -> None:
        face, is_full = font(shape.size * self._scale, shape.bold)
        text = shape.text if is_full else shape.text.translate(_WITHOUT)
        place = (shape.x * self._scale, shape.y * self._scale)
        self._draw.text(place, text, shape.colour, face, anchor=_ANCHORS[shape.anchor])

    def _raster(self, shape: Raster) -> None:
        left, top, right, bottom = self._corners(shape)
        size = (max(1, right - left), max(1, bottom - top))
        is_larger = size[0] >= shape.image.width and size[1] >= shape.image.height
        how = Image.Resampling.NEAREST if is_larger else Image.Resampling.BOX
        self._image.paste(shape.image.resize(size, how), (left, top))

    def _corners(self, shape: Area | Raster) -> tuple[int, int, int, int]:
        box = shape.box
        left, top, right, bottom = (
            round(each * self._scale) for each in (box.left, box.top, box.right, box.bottom)
        )
        return left, top, right, bottom
