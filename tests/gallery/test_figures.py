"""Every figure of the method, 1 to 11, drawn from one model whose weights are set by hand.

`METHOD §1` says what each figure is. The model is small enough to know the answers apart from
the package: kernels are formulas of their indices, the convolution is summed up in NumPy, trees
are SciPy's. What is looked at is what the widgets send to the page.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage, to_tree

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.widgets.pictures.parameters_picture import parameters_picture
from cnnviz_widgets.widgets.views.channel_grid import ChannelGrid
from cnnviz_widgets.widgets.views.dendrogram import Dendrogram
from cnnviz_widgets.widgets.views.density_panel import DensityPanel
from cnnviz_widgets.widgets.views.layer_views import LayerViews
from cnnviz_widgets.widgets.views.parameter_grid import ParameterGrid

SAMPLES = 64
Y, X, IN = np.indices((3, 3, 3))
# (height, width, in, out), the paper's order and Keras'. Channel 1 is three times channel 0,
# channel 2 is nothing: with its bias below zero, ReLU lets nothing through.
CONV = np.stack([Y - X + IN, 3 * (Y - X + IN), 0 * Y, Y + X - 2 * IN], axis=-1).astype(float)
CONV_BIAS = np.array([0.0, 0.0, -1.0, 0.5])
# (height, width, out, in): each entry names its own place in thousandths.
UP = np.einsum("k...,k->...", np.indices((2, 2, 2, 4)), [10, 1, 1000, 100]) / 1000
UP_BIAS = np.array([0.25, -0.25])
J = np.arange(128)
# (in, out): feature 1 is half of feature 0, feature 2 is nothing.
DENSE = np.stack([J % 5 - 2, (J % 5 - 2) / 2, 0 * J, J // 16 - 3], axis=-1).astype(float)
DENSE_BIAS = np.array([1.0, 2.0, -3.0, 4.0])


@pytest.fixture(scope="module")
def probe() -> ModelProbe:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 3)),
            L.Conv2D(4, 3, activation="relu", name="conv"),
            L.Conv2DTranspose(2, 2, strides=2, name="up"),
            L.Flatten(name="flat"),
            L.Dense(4, activation="relu", name="dense"),
        ]
    )
    model.set_weights([CONV, CONV_BIAS, UP, UP_BIAS, DENSE, DENSE_BIAS])
    images = np.random.default_rng(3).normal(size=(SAMPLES, 6, 6, 3)).astype("float32")
    return ModelProbe(model, images)


def conv_outputs(probe: ModelProbe) -> NDArray[np.float64]:
    """The convolution, summed up tap by tap."""
    images = np.asarray(probe.inputs, dtype=float)
    total = np.zeros((SAMPLES, 4, 4, 4)) + CONV_BIAS
    for y in range(3):
        for x in range(3):
            total += images[:, y : y + 4, x : x + 4] @ CONV[y, x]
    return np.maximum(total, 0)


def dense_outputs(probe: ModelProbe) -> NDArray[np.float64]:
    maps = conv_outputs(probe)
    # Stride and size are both 2: each pixel becomes its own 2 × 2 block.
    raised = np.einsum("bhwi,yxoi->bhywxo", maps, UP).reshape(SAMPLES, 8, 8, 2) + UP_BIAS
    return np.maximum(raised.reshape(SAMPLES, 128) @ DENSE + DENSE_BIAS, 0)


def outputs(probe: ModelProbe, path: str) -> LayerRecord:
    return LayerRecord.of(probe.outputs(path), path)


def weights(probe: ModelProbe, path: str) -> ParameterRecord:
    (part,) = probe.parameters(path)
    return ParameterRecord.of(
        part.values,
        path,
        bias=part.bias,
        name=part.name,
        inputs=part.inputs,
        outputs=part.outputs,
        column_names=part.columns,
    )


def array(view: Any, name: str, dtype: str) -> NDArray[Any]:
    return np.frombuffer(getattr(view, name), np.dtype(dtype).newbyteorder("<"))


def tiles(view: Any) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """Codes (rows, columns, h, w), and the least and greatest value of each tile."""
    shape = view._shape
    codes = array(view, "_codes", "u1").reshape(shape)
    low, high = (array(view, name, "f4").reshape(shape[:2]) for name in ("_low", "_high"))
    return codes, low, high


def assert_tiles(view: Any, expected: NDArray[Any]) -> None:
    """Each tile shows these values from its least, black, to its greatest, white, by itself."""
    codes, low, high = tiles(view)
    assert codes.shape == expected.shape
    least, greatest = expected.min(axis=(2, 3)), expected.max(axis=(2, 3))
    np.testing.assert_allclose(low, least, atol=1e-4)
    np.testing.assert_allclose(high, greatest, atol=1e-4)
    extent = (greatest - least)[:, :, None, None]
    share = np.divide(
        expected - least[:, :, None, None], extent, where=extent > 0, out=0 * expected
    )
    assert np.abs(codes / 254 - share).max() <= 0.5 / 254 + 1e-5


def assert_tree(view: Any, items: NDArray[Any], zero: list[int]) -> None:
    """Forks as high as SciPy's, leaves in an order that crosses no branch, zero items at 2.

    Parameters
    ----------
    items : ndarray, shape (item, value)
        Each item's values, laid flat by hand.
    zero : list of int
        The items that are zero throughout.
    """
    finite = np.setdiff1d(np.arange(len(items)), zero)
    reference = linkage(items[finite], "single", "cosine")
    forks = array(view, "_heights", "f8")
    expected = np.concatenate([reference[:, 2], [2.0] * len(zero)])
    np.testing.assert_allclose(forks.reshape(-1, 3)[:, 2], expected, atol=1e-5)
    order = array(view, "_columns", "i4").tolist()
    assert order[len(finite) :] == zero
    place = {int(item): order.index(item) for item in finite}
    for node in to_tree(reference, rd=True)[1]:
        places = sorted(place[int(finite[leaf])] for leaf in node.pre_order())
        assert places == list(range(places[0], places[0] + len(places)))


def assert_densities(record: LayerRecord, items: NDArray[Any]) -> None:
    """Exact zeros counted by hand; the curve holds what is left of the mass."""
    zeros = (items == 0).mean(axis=1)
    head, density = DensityPanel(record)._head, record.density
    drawn = array(head, "_channels", "i4")
    assert sorted(drawn) == list(range(len(items)))
    np.testing.assert_allclose(array(head, "_zero_share", "f4"), zeros[drawn], atol=1e-7)
    mass = np.trapezoid(density.density, density.grid, axis=1)
    np.testing.assert_allclose(mass, 1 - zeros, atol=0.01)


def test_figure_1_outputs_of_a_convolution_as_tiles(probe: ModelProbe) -> None:
    record = outputs(probe, "conv")
    grid = ChannelGrid(record)
    channels = array(grid, "_channels", "i4")
    assert (grid._kind, sorted(channels)) == ("image", [0, 1, 2, 3])
    assert_tiles(grid, conv_outputs(probe).transpose(0, 3, 1, 2)[:, channels])
    # The dead channel is a column of black tiles.
    marks = array(grid, "_marks", "u1").reshape(SAMPLES, 4)
    assert (marks[:, channels == 2] == 1).all()


def test_figure_2_dendrogram_orders_the_columns(probe: ModelProbe) -> None:
    record = outputs(probe, "conv")
    tree, grid = Dendrogram(record), ChannelGrid(record)
    maps = conv_outputs(probe).reshape(-1, 4).T
    assert_tree(tree, maps, zero=[2])
    # Three times as bright is the same picture: distance 0, side by side.
    order = array(grid, "_channels", "i4").tolist()
    assert abs(order.index(0) - order.index(1)) == 1
    assert array(tree, "_heights", "f8").reshape(-1, 3)[0, 2] == pytest.approx(0, abs=1e-6)
    assert array(tree, "_columns", "i4").tolist() == order


def test_figure_3_density_of_each_channel(probe: ModelProbe) -> None:
    record = outputs(probe, "conv")
    assert_densities(record, conv_outputs(probe).reshape(-1, 4).T)
    assert record.density.zero_share[2] == 1


def test_figure_4_outputs_of_a_dense_layer_as_a_heat_map(probe: ModelProbe) -> None:
    grid = ChannelGrid(outputs(probe, "dense"))
    features = array(grid, "_channels", "i4")
    _, low, _ = tiles(grid)
    assert (grid._kind, grid._shape) == ("vector", [SAMPLES, 4, 1, 1])
    np.testing.assert_allclose(low, dense_outputs(probe)[:, features], rtol=1e-3, atol=1e-3)
    assert features[-1] == 2


def test_figure_5_density_of_each_feature(probe: ModelProbe) -> None:
    record = outputs(probe, "dense")
    assert_densities(record, dense_outputs(probe).T)


def test_figure_6_kernel_of_a_convolution_as_tiles(probe: ModelProbe) -> None:
    grid = ParameterGrid(weights(probe, "conv"))
    rows = array(grid, "_outputs", "i4")
    # From (height, width, in, out): a row an output channel, a column an input channel.
    assert_tiles(grid, CONV.transpose(3, 2, 0, 1)[rows])
    np.testing.assert_array_equal(array(grid, "_bias", "f4"), CONV_BIAS[rows])
    codes, _, _ = tiles(grid)
    # y − x from −2 in the upper right to 2 in the lower left, whatever the input adds.
    ramp = [[127, 64, 0], [191, 127, 64], [254, 191, 127]]
    for column in range(3):
        np.testing.assert_allclose(codes[list(rows).index(0), column], ramp, atol=1)


def test_figure_6_kernel_of_a_transposed_convolution_as_tiles(probe: ModelProbe) -> None:
    grid = ParameterGrid(weights(probe, "up"))
    rows = array(grid, "_outputs", "i4")
    # From (height, width, out, in): Keras keeps the outputs before the inputs here.
    assert_tiles(grid, UP.transpose(2, 3, 0, 1)[rows])
    np.testing.assert_array_equal(array(grid, "_bias", "f4"), UP_BIAS[rows])
    _, low, high = tiles(grid)
    # Output 1, input 3: entries 1.300 to 1.311.
    assert low[list(rows).index(1), 3] == pytest.approx(1.300)
    assert high[list(rows).index(1), 3] == pytest.approx(1.311)


def test_figure_7_dendrogram_of_the_output_channels(probe: ModelProbe) -> None:
    grid = ParameterGrid(weights(probe, "conv"))
    assert_tree(grid, CONV.reshape(-1, 4).T, zero=[2])
    # By hand: ⟨A, B⟩ = −36, ‖A‖² = 81, ‖B‖² = 108.
    heights = array(grid, "_heights", "f8").reshape(-1, 3)[:, 2]
    np.testing.assert_allclose(heights, [0, 1 + 36 / np.sqrt(81 * 108), 2], atol=1e-12)
    # The leaf in row i is the output in row i.
    np.testing.assert_array_equal(array(grid, "_columns", "i4"), array(grid, "_outputs", "i4"))


def test_figure_8_density_of_each_output_channel(probe: ModelProbe) -> None:
    record = weights(probe, "conv")
    assert_densities(record, CONV.reshape(-1, 4).T)
    # y − x + in = 0 in 3 + 2 + 1 of 27 places, y + x − 2 in = 0 in 1 + 3 + 1.
    np.testing.assert_allclose(record.density.zero_share, [6 / 27, 6 / 27, 1, 5 / 27])


def test_figure_9_weight_of_a_dense_layer_as_a_heat_map(probe: ModelProbe) -> None:
    grid = ParameterGrid(weights(probe, "dense"))
    rows = array(grid, "_outputs", "i4")
    assert grid._kind == "strip"
    # From (in, out): a row an output feature, 128 input features across.
    assert_tiles(grid, DENSE.T[rows][:, None, None, :])
    np.testing.assert_array_equal(array(grid, "_bias", "f4"), DENSE_BIAS[rows])
    assert grid._words == ["input feature", "output feature"]


def test_figure_10_dendrogram_of_the_output_features(probe: ModelProbe) -> None:
    grid = ParameterGrid(weights(probe, "dense"))
    assert_tree(grid, DENSE.T, zero=[2])
    rows = array(grid, "_outputs", "i4").tolist()
    assert abs(rows.index(0) - rows.index(1)) == 1
    assert rows[-1] == 2


def test_figure_11_density_of_each_output_feature(probe: ModelProbe) -> None:
    record = weights(probe, "dense")
    assert_densities(record, DENSE.T)
    # J % 5 = 2 for 26 of 128, J // 16 = 3 for 16 of them.
    np.testing.assert_allclose(record.density.zero_share, [26 / 128, 26 / 128, 1, 16 / 128])


def test_still_picture_of_figures_6_and_7() -> None:
    """Two outputs of one input, 1 × 2 taps: their pixels where the layout puts them."""
    values = np.array([[[[0.0, 5.0, 0.0], [1.0, 2.0, 0.0]]]])
    record = ParameterRecord.of(values, bias=[0.0, 1.0, np.nan])
    picture = parameters_picture(record)
    pixels = np.asarray(picture).astype(int)
    # Tree 150 and numbers 44 pixels wide, tiles 88 × 44 from 20 down, then a gap of 8.
    first, second, last = (20 + 44 * row + 22 for row in range(3))
    left, right = 194 + 20, 194 + 65
    rows = [first, second] if record.columns[0] == 0 else [second, first]
    # From 0 to 5, the greatest of the layer: black, two steps of magma, pale yellow.
    assert pixels[rows[0], left].sum() < 10
    assert pixels[rows[1], left].tolist() == [252, 253, 191]
    fifth, two_fifths = pixels[rows[0], right].sum(), pixels[rows[1], right].sum()
    assert 100 < fifth < two_fifths < 500
    assert set(pixels[last, 194:280, 0]) >= {168, 255}  # stripes: all zero
    bias = pixels[[*rows, last], 194 + 88 + 8 + 10].tolist()
    assert bias == [[0, 0, 4], [252, 253, 191], [213, 94, 0]]
    views = LayerViews()
    views.show(record)
    whole = views.picture("kernel")
    assert whole.width == picture.width
    assert whole.height > picture.height
