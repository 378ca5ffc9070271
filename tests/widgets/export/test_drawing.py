"""A drawing in vectors and in pixels: both show the same at the same place."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import cnnviz_widgets
from cnnviz_widgets.widgets.export.figures.colours import (
    ALONE,
    GROUPS,
    group_colours,
)
from cnnviz_widgets.widgets.export.figures.drawing import Box, Drawing
from cnnviz_widgets.widgets.export.figures.places import Places
from cnnviz_widgets.widgets.export.figures.png_file import (
    png_file,
    png_image,
    shortened,
    text_width,
)
from cnnviz_widgets.widgets.export.figures.svg_file import svg_file

SVG = "{http://www.w3.org/2000/svg}"


def drawing() -> Drawing:
    made = Drawing(200, 100, title="A <title>", description="what it shows")
    made.area(Box(10, 20, 30, 40), fill="#ff0000")
    made.line((0, 90), (200, 90), colour="#0000ff", width=4)
    made.line((0, 80), (200, 80), dashed=True)
    pixels = np.array([[[0, 255, 0], [0, 0, 0]]], dtype=np.uint8)
    made.raster(Box(100, 0, 40, 20), Image.fromarray(pixels))
    made.hatch(Box(150, 40, 40, 30))
    made.words(10, 70, "bold & <b>", "#123456", "middle", bold=True)
    return made


def test_in_pixels_everything_stands_at_its_place() -> None:
    image = png_image(drawing(), 3)
    assert image.size == (600, 300)
    at = {(25, 40): (255, 0, 0), (5, 40): (255, 255, 255), (100, 90): (0, 0, 255)}
    at |= {(110, 10): (0, 255, 0), (130, 10): (0, 0, 0)}
    assert {place: image.getpixel((3 * place[0], 3 * place[1])) for place in at} == at
    hatched = np.asarray(image.crop((450, 120, 570, 210)))
    assert 0.1 < (hatched < 250).any(axis=2).mean() < 0.6
    dashes = np.asarray(image)[240, :, 0] < 128
    assert 0.4 < dashes.mean() < 0.8


def test_narrow_areas_side_by_side_are_hatched_as_one() -> None:
    made, whole = Drawing(60, 20), Drawing(60, 20)
    whole.hatch(Box(0, 0, 60, 20))
    for left in range(60):
        made.hatch(Box(left, 0, 1, 20))
    assert np.array_equal(png_image(made), png_image(whole))
    made.hatch(Box(10, 5, 0, 3))  # of no width at all
    png_image(made, 1)


def test_a_picture_knows_how_large_it_is_to_be_printed() -> None:
    image = Image.open(io.BytesIO(png_file(drawing())))
    assert image.size == (600, 300)
    assert image.info["dpi"] == pytest.approx((288, 288), abs=0.1)


def test_in_vectors_lines_and_texts_are_no_pixels() -> None:
    root = ElementTree.fromstring(svg_file(drawing()))
    assert root.get("viewBox") == "0 0 200 100"
    assert root.findtext(f"{SVG}title") == "A <title>"
    assert root.findtext(f"{SVG}desc") == "what it shows"
    solid, dashed = root.findall(f"{SVG}polyline")
    assert (solid.get("points"), solid.get("stroke-width")) == ("0,90 200,90", "4")
    assert dashed.get("stroke-dasharray")
    [words] = root.findall(f"{SVG}text")
    assert (words.text, words.get("text-anchor")) == ("bold & <b>", "middle")
    [picture] = root.findall(f"{SVG}image")
    png = base64.b64decode(picture.get("href", "").removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(png)).size == (2, 1)
    assert "pixelated" in picture.get("style", "")


def test_names_that_xml_cannot_write_do_not_break_the_file() -> None:
    made = Drawing(50, 20)
    made.words(0, 10, "a\x00b\x1bc\ud800d ü 漢")
    [words] = ElementTree.fromstring(svg_file(made)).findall(f"{SVG}text")
    assert words.text == "a�b�c�d ü 漢"


def test_a_long_name_is_shortened_in_no_time_to_its_room() -> None:
    name = shortened("n" * 3000, 80)
    assert name.endswith("…") and 40 < text_width(name) <= 80
    assert shortened("short", 80) == "short"


def luminance(colour: str) -> float:
    parts = np.array(list(bytes.fromhex(colour[1:]))) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_hues_of_groups_are_read_on_white() -> None:
    assert len(set(GROUPS)) == 8
    assert min(1.05 / (luminance(hue) + 0.05) for hue in GROUPS) >= 4.5
    assert 1.05 / (luminance(ALONE) + 0.05) >= 3


def test_colours_of_groups_are_those_of_the_page() -> None:
    plots = Path(cnnviz_widgets.__file__).parent / "frontend/src/lib/plots"
    text = (plots / "group-colors.ts").read_text(encoding="utf-8")
    [light] = re.findall(r"const LIGHT = \[(.*)\]", text)
    assert tuple(re.findall(r'"(#[0-9a-f]{6})"', light)) == GROUPS
    assert f': "{ALONE}"' in text


def test_groups_are_counted_from_the_left_and_what_is_alone_is_grey() -> None:
    labels = [0, 0, 1, 2, 2, 2, -1, -1]
    a, b = GROUPS[:2]
    assert group_colours(labels) == [a, a, ALONE, b, b, b, ALONE, ALONE]
    many = [number // 2 for number in range(20)]
    assert group_colours(many)[16] == GROUPS[0]


def test_tiles_fill_their_room_with_gaps_between_groups() -> None:
    places = Places.within(10, 100, 4, 48, [0, 0, 1, 2])
    assert places.end == pytest.approx(110)
    assert np.diff(places.starts) - places.size == pytest.approx([0, 6, 6])
    assert [(run.start, run.stop) for run in places.runs] == [(0, 2), (2, 3), (3, 4)]
    # A fork between leaves stands between the middles of their tiles.
    assert places.at(np.array([1.0])) == pytest.approx([places.middles[:2].mean()])
    small = Places.within(0, 1000, 3, 48, None)
    assert (small.size, small.end, small.colours) == (48, 144, ("", "", ""))


@pytest.mark.parametrize("count", [1, 600, 2048])
def test_however_many_tiles_they_stay_in_their_room(count: int) -> None:
    places = Places.within(5, 300, count, 48, list(range(count)))
    assert places.size > 0 and places.end <= 305 + 1e-9
    assert re.fullmatch(r"#[0-9a-f]{6}", places.colours[0])
