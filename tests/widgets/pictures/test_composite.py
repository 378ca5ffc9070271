"""Three channels in colour in figures: the same colours, and the same words, as on the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnviz_widgets import ChannelGrid, ParameterGrid
from cnnviz_widgets.analysis import LayerRecord, ParameterRecord
from cnnviz_widgets.records.layer_record import AttentionRecord
from cnnviz_widgets.widgets.export.figures.layer_figure import outputs_figure
from cnnviz_widgets.widgets.export.figures.look import Look
from cnnviz_widgets.widgets.export.figures.weights_figure import weights_figure
from cnnviz_widgets.widgets.pictures.composite import kernels_composite, outputs_composite

RNG = np.random.default_rng(3)


def between(low: float, high: float, *shape: int) -> Any:
    values = RNG.random(shape)
    values.flat[:2] = 0, 1
    return low + (high - low) * values


@pytest.mark.parametrize(
    ("low", "high", "note"),
    [
        (0, 0.5, "black 0, white 1"),
        (-0.2, 0.9, "black −1, white 1"),
        (-1.000001, 1, "black −1, white 1"),
        (-3, 1, "black −3, white 1, the layer's own range"),
        (0, 255, "black 0, white 255, the layer's own range"),
    ],
)
def test_outputs_are_black_to_white_by_their_range(low: float, high: float, note: str) -> None:
    composite = outputs_composite(LayerRecord.of(between(low, high, 2, 4, 5, 3)))
    assert composite is not None and composite.note == note
    assert composite.pixels.shape == (2, 4, 5, 3)


def test_channels_by_their_numbers_are_red_green_and_blue() -> None:
    values = between(0, 1, 3, 4, 4, 3)
    values[..., 2] = values[..., 0] ** 2
    record = LayerRecord.of(values)
    assert record.columns.tolist() != [0, 1, 2]
    composite = outputs_composite(record)
    assert composite is not None
    np.testing.assert_allclose(composite.pixels, 255 * values, atol=1.1)


def test_of_kernels_zero_is_grey_on_one_scale() -> None:
    kernel = np.zeros((3, 2, 2, 4), "float32")
    kernel[0, 0, 0, 1], kernel[2, 1, 1, 3] = 0.5, -0.25
    record = ParameterRecord.of(kernel, name="kernel")
    composite = kernels_composite(record)
    assert composite is not None
    assert composite.note == "grey 0, black −0.5, white 0.5 in the whole layer"
    rows = record.columns.tolist()
    assert composite.pixels[rows.index(1), 0, 0].tolist() == [255, 128, 128]
    assert composite.pixels[rows.index(3), 1, 1].tolist() == [128, 128, 64]
    none = kernels_composite(ParameterRecord.of(np.zeros((3, 2, 2, 4)), name="kernel"))
    assert none is not None and none.note == "grey 0" and (none.pixels == 128).all()


def test_what_is_not_finite_in_a_part_is_marked() -> None:
    values = between(0, 1, 1, 2, 2, 3)
    values[0, 0, 1, 2] = np.nan
    composite = outputs_composite(LayerRecord.of(values))
    assert composite is not None and composite.pixels[0, 0, 1].tolist() == [213, 94, 0]
    assert outputs_composite(LayerRecord.of(np.full((1, 2, 2, 3), np.nan))) is None


@pytest.mark.parametrize("shape", [(2, 4, 4, 4), (2, 3), (2, 5, 3), (2, 1, 1, 3), (2, 2, 4, 4, 3)])
def test_what_is_no_picture_of_three_channels_has_none(shape: tuple[int, ...]) -> None:
    assert outputs_composite(LayerRecord.of(between(0, 1, *shape))) is None


def test_heads_and_other_weights_have_none() -> None:
    assert outputs_composite(AttentionRecord.of(between(0, 1, 2, 4, 4, 3))) is None
    for record in (
        ParameterRecord.of(between(0, 1, 4, 2, 2, 3)),
        ParameterRecord.of(between(0, 1, 3, 5)),
        ParameterRecord.of(between(0, 1, 3, 2, 2, 5), tap_names=["input", "forget"]),
    ):
        assert kernels_composite(record) is None


def test_figures_draw_it_unless_it_is_hidden() -> None:
    outputs = LayerRecord.of(between(0, 1, 2, 6, 6, 3), "rgb")
    kernels = ParameterRecord.of(between(-1, 1, 3, 3, 3, 5), "conv", bias=np.ones(5), name="kernel")
    for look, told in ((Look(composite=True), True), (Look(), False)):
        assert ("RGB: black 0, white 1." in outputs_figure(outputs, look).description) is told
        assert ("RGB: grey 0, black" in weights_figure(kernels, look).description) is told


def test_still_pictures_have_it_right_of_the_channels_unless_it_is_hidden() -> None:
    values = np.zeros((2, 6, 6, 3), "float32")
    values[..., 0], values[..., 1] = 1, 0.5
    kernel = np.zeros((3, 3, 3, 5), "float32")
    kernel[0] = 0.5
    for view, colour in (
        (ChannelGrid(values), (255, 128, 0)),
        (ParameterGrid(kernel, np.ones(5)), (255, 128, 128)),
    ):
        shown = view.picture()
        assert shown is not None and colour in {each for _, each in colours_of(shown)}
        view.composite = False
        hidden = view.picture()
        assert hidden is not None and colour not in {each for _, each in colours_of(hidden)}
        view.close()


def colours_of(picture: Image.Image) -> Any:
    return picture.getcolors(picture.width * picture.height)
