"""Sheets of faces: several sets of images side by side in one still picture.

They are drawn with Pillow, pixel by pixel: a plot would resample the images, and a checkerboard,
which is how a generator fails, would come out as something else. The paper is white and the ink
black in every theme; the picture needs neither kernel nor widget.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

PAPER, INK, FAINT = (255, 255, 255), (33, 33, 33), (97, 97, 97)
# The colour that the widgets give to what is not finite.
NOT_FINITE = (213, 94, 0)
# Pixels a side that a face has at least, where the zoom is left to choose.
_READABLE = 72
_WIDEST = 1_000
_GAP = 1
_BETWEEN = 20
_MARGIN = 10
_TITLE_SIZE, _NOTE_SIZE = 15, 12
_TITLE_ROOM, _NOTE_ROOM = 26, 22


def pixels(images: ArrayLike) -> NDArray[np.uint8]:
    """Images as 8-bit pixels.

    Parameters
    ----------
    images : array_like, shape (n, height, width, 3)
        Numbers in [−1, 1], those beyond are clipped; NaN and infinity become orange. Unsigned
        8-bit integers are taken as they are.

    Raises
    ------
    ValueError
        They have another shape.
    """
    values = np.asarray(images)
    if values.ndim != 4 or values.shape[-1] != 3 or 0 in values.shape:
        raise ValueError(
            "images have the shape (n, height, width, 3), with one image or more; "
            f"got {values.shape}"
        )
    if values.dtype == np.uint8:
        return values
    finite = np.isfinite(values)
    within = np.clip(np.where(finite, values, 0.0), -1.0, 1.0)
    coded = np.rint((within + 1.0) * 127.5).astype(np.uint8)
    return np.where(finite.all(axis=-1, keepdims=True), coded, np.uint8(NOT_FINITE))


def tiled(images: ArrayLike, columns: int) -> NDArray[np.uint8]:
    """Images row by row in one sheet, edge to edge; what is left of the last row is white.

    Parameters
    ----------
    images : array_like, shape (n, height, width, 3)
        As `pixels` takes them.
    columns : int

    Returns
    -------
    ndarray of uint8, shape (rows · height, columns · width, 3)
    """
    coded = pixels(images)
    n, height, width, _ = coded.shape
    rows = -(-n // columns)
    full = np.full((rows * columns, height, width, 3), 255, np.uint8)
    full[:n] = coded
    grid = full.reshape(rows, columns, height, width, 3)
    return grid.swapaxes(1, 2).reshape(rows * height, columns * width, 3)


class FaceSheet:
    """A still picture of faces that a cell shows.

    Attributes
    ----------
    image : PIL.Image.Image
    description : str
        What is seen, for readers who do not see it.
    """

    def __init__(self, image: Image.Image, description: str) -> None:
        self.image = image
        self.description = description

    def save(self, path: str | Path) -> None:
        """Write the picture to a file, whose ending names the format."""
        self.image.save(path)

    def __repr__(self) -> str:
        return f"<{self.description}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        # A third of the size, and no eye sees it: a notebook may be 3 MB.
        coded = self.image.quantize(256)
        with io.BytesIO() as file:
            coded.save(file, "PNG", optimize=True)
            png = base64.b64encode(file.getvalue()).decode("ascii")
        return {"text/plain": repr(self), "image/png": png}, {
            "image/png": {"alt": self.description}
        }


def face_sheet(
    images: ArrayLike | Mapping[str, ArrayLike],
    columns: int = 8,
    zoom: int | None = None,
    note: str = "",
) -> FaceSheet:
    """Sets of images side by side, each under its title.

    >>> study.face_sheet({"v1": v1.generate(16), "v2": v2.generate(16)}, columns=4)

    Parameters
    ----------
    images : array_like, shape (n, height, width, 3), or mapping of str to such
        As `pixels` takes them; a mapping has a title for each set. Sets that find no room beside
        the others begin a new line.
    columns : int
        Of a set.
    zoom : int, optional
        Pixels of the picture for a pixel of an image; by default as many as make a face readable.
    note : str
        What is to be known of the images, as that they are rendered. It stands below them.

    Raises
    ------
    ValueError
        There is nothing to show, a shape is another, or columns or zoom are below 1.
    """
    sets = dict(images) if isinstance(images, Mapping) else {"": images}
    if not sets:
        raise ValueError("face_sheet needs images, or a mapping of titles to images; got none")
    for name, value in (("columns", columns), ("zoom", 1 if zoom is None else zoom)):
        if value < 1:
            raise ValueError(f"{name} is a number from 1 on; got {value!r}")
    drawn = {title: _zoomed(pixels(each), columns, zoom) for title, each in sets.items()}
    heading = _TITLE_ROOM if any(drawn) else 0
    lines = _lines(
        {title: max(part.width, _text_width(title)) for title, part in drawn.items()}, _WIDEST
    )
    places: dict[str, tuple[int, int]] = {}
    width, y = 0, _MARGIN
    for line in lines:
        x = _MARGIN
        for title, room in line:
            places[title] = (x, y)
            width = max(width, x + room)
            x += room + _BETWEEN
        y += heading + max(drawn[title].height for title, _ in line) + _BETWEEN
    bottom = y - _BETWEEN + (_NOTE_ROOM if note else 0)
    width = max(width, _MARGIN + _text_width(note, _NOTE_SIZE))
    image = Image.new("RGB", (width + _MARGIN, bottom + _MARGIN), PAPER)
    draw = ImageDraw.Draw(image)
    for title, (x, y) in places.items():
        if title:
            draw.text((x, y + heading / 2), title, INK, _font(_TITLE_SIZE), anchor="lm")
        image.paste(drawn[title], (x, y + heading))
    draw.text((_MARGIN, bottom - _NOTE_ROOM / 2 + 4), note, FAINT, _font(_NOTE_SIZE), anchor="lm")
    counted = "; ".join(
        f"{title}: {len(np.asarray(each))}" if title else f"{len(np.asarray(each))}"
        for title, each in sets.items()
    )
    return FaceSheet(image, f"Faces, {counted}" + (f" ({note})" if note else ""))


def _zoomed(coded: NDArray[np.uint8], columns: int, zoom: int | None) -> Image.Image:
    """One set, each pixel a square, with a line of paper between the images."""
    if zoom is None:
        zoom = -(-_READABLE // max(coded.shape[1:3]))
    large = coded.repeat(zoom, axis=1).repeat(zoom, axis=2)
    spaced = np.pad(large, ((0, 0), (0, _GAP), (0, _GAP), (0, 0)), constant_values=255)
    sheet = tiled(spaced, min(columns, len(coded)))
    return Image.fromarray(sheet[:-_GAP, :-_GAP])


def _lines(rooms: Mapping[str, int], widest: int) -> list[list[tuple[str, int]]]:
    """Which sets stand in one line, each with the width that it takes."""
    lines: list[list[tuple[str, int]]] = []
    taken = 0
    for title, room in rooms.items():
        if not lines or taken + room > widest:
            lines.append([])
            taken = 0
        lines[-1].append((title, room))
        taken += room + _BETWEEN
    return lines


def _text_width(text: str, size: int = _TITLE_SIZE) -> int:
    return round(_font(size).getlength(text) + 0.5)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow's own font lacks signs such as ×; matplotlib brings one that has them.
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf"), size)
