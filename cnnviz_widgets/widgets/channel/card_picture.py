"""The answers to questions about a channel, as a still picture."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from ..pictures.drawing import FAINT, INK, MARGIN, PAPER, font, hatching, shortened

_WIDTH = 720
_SIDE, _LARGE = 56, 112
_FEW = 4
_APART = 12
_LINE = 16
_LETTERS = 110
_DOUBT = (168, 74, 5)


def card_picture(
    heading: str, titles: Sequence[tuple[str, str]], answers: Mapping[str, Mapping[str, Any]]
) -> Image.Image:
    """All that was answered, one question below the other.

    Parameters
    ----------
    heading : str
    titles : sequence of (str, str)
        Name and heading of each question.
    answers : mapping of str to mapping
        As they travel, by the names of the questions.
    """
    parts = [_line(heading, 13, INK)]
    for name, title in titles:
        if name in answers:
            parts.append(_line(title, 12, INK))
            parts += _strips(answers[name]["strips"])
            for tone, sentence in answers[name]["words"]:
                color = {"doubt": _DOUBT, "faint": FAINT}.get(tone, INK)
                parts += [_line(each, 11, color) for each in textwrap.wrap(sentence, _LETTERS)]
    height = sum(part.height for part in parts) + 2 * MARGIN
    image = Image.new("RGB", (_WIDTH, height), PAPER)
    y = MARGIN
    for part in parts:
        image.paste(part, (MARGIN, y))
        y += part.height
    return image


def _line(text: str, size: int, color: tuple[int, int, int]) -> Image.Image:
    # The font has no sign for times.
    text = text.replace("×", "x")
    image = Image.new("RGB", (_WIDTH - 2 * MARGIN, _LINE + (size > 11) * 8), PAPER)
    ImageDraw.Draw(image).text((0, image.height - 2), text, color, font(size), anchor="lb")
    return image


def _strips(strips: Sequence[Mapping[str, Any]]) -> list[Image.Image]:
    """Rows of strips, as many side by side as there is room for."""
    rows: list[list[Image.Image]] = [[]]
    for strip in map(_strip, strips):
        taken = sum(each.width + _APART for each in rows[-1])
        if rows[-1] and taken + strip.width > _WIDTH - 2 * MARGIN:
            rows.append([])
        rows[-1].append(strip)
    return [_beside(row) for row in rows if row]


def _beside(strips: Sequence[Image.Image]) -> Image.Image:
    row = Image.new("RGB", (_WIDTH - 2 * MARGIN, max(each.height for each in strips)), PAPER)
    x = 0
    for strip in strips:
        row.paste(strip, (x, 0))
        x += strip.width + _APART
    return row


def _strip(strip: Mapping[str, Any]) -> Image.Image:
    """Pictures beside one another, each with its caption."""
    pictures = strip["pictures"]
    side = _LARGE if len(pictures) < _FEW else _SIDE
    width = max(len(pictures) * (side + 8), round(font().getlength(strip["title"])) + 8)
    image = Image.new("RGB", (width, side + 3 * _LINE), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((0, _LINE), strip["title"], FAINT, font(), anchor="lb")
    for number, entry in enumerate(pictures):
        x = number * (side + 8)
        image.paste(_scaled(entry, side), (x, _LINE + 4))
        caption = shortened(entry["caption"], side + 6)
        color = _DOUBT if entry["doubt"] else INK
        draw.text((x + side / 2, side + 2 * _LINE), caption, color, font(), anchor="ms")
    return image


def _scaled(entry: Mapping[str, Any], side: int) -> Image.Image:
    """A picture in a square, hatched where it is none."""
    shape = entry["height"], entry["width"], entry["channels"]
    pixels = np.frombuffer(entry["pixels"], np.uint8).reshape(shape)
    colors = np.repeat(pixels, 3, axis=2) if shape[2] == 1 else pixels
    scale = side / max(shape[:2])
    size = max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))
    image = Image.fromarray(colors).resize(size, Image.Resampling.NEAREST)
    box = Image.new("RGB", (side, side), PAPER)
    if entry["outside"]:
        outside = np.frombuffer(entry["outside"], np.uint8).reshape(shape[:2]) * np.uint8(255)
        mask = Image.fromarray(outside).resize(size, Image.Resampling.NEAREST)
        image.paste(hatching(size), mask=mask)
    box.paste(image, ((side - size[0]) // 2, (side - size[1]) // 2))
    return box
