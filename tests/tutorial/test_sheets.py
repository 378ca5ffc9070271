"""Sheets of faces: every pixel where it belongs, titles, notes, and what is not finite."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from dcgan_study.sheets import NOT_FINITE, face_sheet, pixels, tiled
from PIL import Image


def faces(n: int, size: int = 8, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).uniform(-1, 1, (n, size, size, 3))
    return values.astype(np.float32)


def test_values_from_minus_one_to_one_become_all_shades_and_others_are_clipped() -> None:
    values = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 7.0, -7.0, 0.25, 0.75, 1, 1, 1])
    coded = pixels(values.reshape(1, 2, 2, 3))
    # 127.5 (x + 1), to the nearest even number where two are near.
    assert coded.ravel().tolist() == [0, 64, 128, 191, 255, 255, 0, 159, 223, 255, 255, 255]


def test_unsigned_bytes_stay_as_they_are() -> None:
    coded = np.arange(48, dtype=np.uint8).reshape(1, 4, 4, 3)
    assert np.array_equal(pixels(coded), coded)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_pixel_that_is_not_finite_is_orange_and_no_other(value: float) -> None:
    images = np.zeros((1, 2, 2, 3), np.float32)
    images[0, 1, 0, 2] = value
    coded = pixels(images)
    assert coded[0, 1, 0].tolist() == list(NOT_FINITE)
    assert (np.delete(coded.reshape(4, 3), 2, axis=0) == 128).all()


def test_images_stand_row_by_row_and_the_rest_is_white() -> None:
    images = pixels(faces(5))
    sheet = tiled(images, 3)
    assert sheet.shape == (16, 24, 3)
    for number in range(5):
        row, column = divmod(number, 3)
        place = sheet[8 * row : 8 * row + 8, 8 * column : 8 * column + 8]
        assert np.array_equal(place, images[number])
    assert (sheet[8:, 16:] == 255).all()


def test_a_face_is_enlarged_to_squares_of_its_own_colours() -> None:
    image = faces(1)
    sheet = np.asarray(face_sheet(image, zoom=3).image)
    by_pillow = Image.fromarray(pixels(image)[0]).resize((24, 24), Image.Resampling.NEAREST)
    inside = np.argwhere((sheet != 255).any(axis=2))
    top, left = inside.min(axis=0)
    assert np.array_equal(sheet[top : top + 24, left : left + 24], np.asarray(by_pillow))


def test_sets_stand_side_by_side_and_those_without_room_below() -> None:
    one = face_sheet({"v1": faces(4)}, columns=2, zoom=4).image
    two = face_sheet({"v1": faces(4), "v2": faces(4)}, columns=2, zoom=4).image
    many = face_sheet({f"v{n}": faces(4) for n in range(30)}, columns=2, zoom=4).image
    assert two.height == one.height and two.width > 2 * 64
    assert many.width <= 1_020 and many.height > 2 * one.height


def test_titles_and_a_note_are_drawn() -> None:
    bare = face_sheet(faces(2))
    titled = face_sheet({"v1 · 1,500 steps × 64": faces(2)})
    noted = face_sheet(faces(2), note="rendered faces (computer graphics)")
    assert titled.image.height > bare.image.height
    assert noted.image.height > bare.image.height
    below = np.asarray(noted.image)[-30:]
    assert (below < 128).any()


def test_a_notebook_gets_a_png_and_words_for_those_who_do_not_see_it() -> None:
    sheet = face_sheet({"v1": faces(3), "real": faces(2)}, note="rendered")
    data, metadata = sheet._repr_mimebundle_()
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as image:
        shown = np.asarray(image.convert("RGB"), float)
    # In 256 colours, of which noise like this needs the most.
    assert np.abs(shown - np.asarray(sheet.image)).mean() < 16
    for words in (data["text/plain"], metadata["image/png"]["alt"]):
        assert "v1: 3" in words and "real: 2" in words and "rendered" in words


@pytest.mark.parametrize(
    ("images", "arguments", "message"),
    [
        (np.zeros((8, 8, 3)), {}, r"got \(8, 8, 3\)"),
        (np.zeros((2, 8, 8, 1)), {}, r"got \(2, 8, 8, 1\)"),
        (np.zeros((0, 8, 8, 3)), {}, r"got \(0, 8, 8, 3\)"),
        ({}, {}, "got none"),
        (np.zeros((1, 8, 8, 3)), {"columns": 0}, "columns is a number from 1 on; got 0"),
        (np.zeros((1, 8, 8, 3)), {"zoom": 0}, "zoom is a number from 1 on; got 0"),
    ],
)
def test_what_is_no_set_of_images_is_refused(
    images: object, arguments: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        face_sheet(images, **arguments)
