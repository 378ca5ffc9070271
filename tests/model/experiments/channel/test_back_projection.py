"""Back-projection against a deconvnet and guided backpropagation by hand, in double precision."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, NoGradients, model_lock, project_back
from cnnviz_widgets.model.reading.probe import reader_of
from cnnviz_widgets.records.channel.projection import RULES

from .projecting.models import IMAGES, Parts, between

RNG = np.random.default_rng(5)
CHANNEL = 4  # of the last convolution, fires on the first image
SHARP = tuple(rule for rule in RULES if rule != "plain")


@cache
def small_vgg() -> Any:
    """Five convolutions, two poolings; biases of all signs."""
    keras.utils.set_random_seed(3)
    layers: list[Any] = []
    for number, channels in enumerate((6, 6, 8, 8, 10)):
        layers.append(
            L.Conv2D(channels, 3, padding="same", activation="relu", name=f"conv{number}")
        )
        if number in (1, 3):
            layers.append(L.MaxPooling2D(2, name=f"pool{number}"))
    model = keras.Sequential([keras.Input((16, 16, 3)), *layers])
    for layer in layers:
        for weight in layer.weights[1:]:
            weight.assign(RNG.normal(0, 0.1, weight.shape))
    return model


# By hand -------------------------------------------------------------------------------------


def correlated(x: Any, kernel: Any) -> Any:
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    rows, columns = x.shape[:2]
    return sum(
        padded[i : i + rows, j : j + columns] @ kernel[i, j] for i in range(3) for j in range(3)
    )


def convolved(y: Any, kernel: Any) -> Any:
    """With the filters turned, as a deconvnet does."""
    return correlated(y, kernel[::-1, ::-1].transpose(0, 1, 3, 2))


def windows(x: Any) -> Any:
    rows, columns, channels = x.shape
    blocks = x.reshape(rows // 2, 2, columns // 2, 2, channels).transpose(0, 2, 4, 1, 3)
    return blocks.reshape(rows // 2, columns // 2, channels, 4)


def unpooled(y: Any, switches: Any) -> Any:
    rows, columns, channels = y.shape
    blocks = np.zeros((rows, columns, channels, 4))
    np.put_along_axis(blocks, switches[..., None], y[..., None], -1)
    spread = blocks.reshape(rows, columns, channels, 2, 2).transpose(0, 3, 1, 4, 2)
    return spread.reshape(2 * rows, 2 * columns, channels)


def by_hand(layers: Sequence[Any], image: Any, channel: int, rule: str, place: Any = None) -> Any:
    """The place, the activation, and what it leads back to."""
    values, steps = image.astype("float64"), []
    for layer in layers:
        if isinstance(layer, L.Conv2D):
            kernel, bias = (np.asarray(weight, "float64") for weight in layer.weights)
            values = np.maximum(correlated(values, kernel) + bias, 0)
            steps.append((kernel, values > 0))
        else:
            blocks = windows(values)
            values = blocks.max(-1)
            steps.append((None, blocks.argmax(-1)))
    if place is None:
        place = np.unravel_index(values[..., channel].argmax(), values.shape[:2])
    back = np.zeros_like(values)
    back[(*place, channel)] = activation = values[(*place, channel)]
    for kernel, kept in reversed(steps):
        if kernel is None:
            back = unpooled(back, kept)
            continue
        if rule != "plain":
            back = np.maximum(back, 0)
        if rule != "deconv":
            back = back * kept
        back = convolved(back, kernel)
    return tuple(map(int, place)), activation, back


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("path", ["conv2", "pool3", "conv4"])
def test_a_map_is_what_the_same_gives_by_hand(rule: Any, path: str) -> None:
    model = small_vgg()
    names = [layer.name for layer in model.layers]
    layers = model.layers[: names.index(path) + 1]
    probe = ModelProbe(model, IMAGES)
    fires = probe.outputs(path).max(axis=(1, 2)) > 0
    for sample, channel in np.argwhere(fires)[::7]:
        found = project_back(probe, path, int(channel), int(sample), rule=rule, fresh=False)
        place, activation, expected = by_hand(layers, IMAGES[sample], channel, rule)
        assert found.place == place
        assert found.map.shape == IMAGES.shape[1:]
        # One that is next to nothing has its rounding from what it is the difference of.
        assert found.activation == pytest.approx(activation, rel=1e-5, abs=1e-6)
        ratio = found.map / found.activation - expected / activation
        assert np.abs(ratio).max() <= 2e-6 * np.abs(expected / activation).max()
        assert found.sentence == rule
        assert found.covered == found.activations == sum("conv" in each.name for each in layers)


def test_any_place_can_be_asked_for() -> None:
    probe = ModelProbe(small_vgg(), IMAGES)
    values = probe.outputs("conv2")[1]
    y, x, channel = (int(each) for each in np.argwhere(values > 0)[3])
    found = project_back(probe, "conv2", channel, 1, place=(y, x), rule="guided", fresh=False)
    layers = small_vgg().layers[:4]
    _, _, expected = by_hand(layers, IMAGES[1], channel, "guided", (y, x))
    assert found.place == (y, x)
    assert np.abs(found.map - expected).max() <= 1e-5 * np.abs(expected).max()
    y, x = (int(each) for each in np.argwhere(values[..., channel] == 0)[0])
    with pytest.raises(ValueError, match=r"does not fire at .* its activation is 0"):
        project_back(probe, "conv2", channel, 1, place=(y, x), fresh=False)


@pytest.mark.parametrize("rule", RULES)
def test_functional_nested_and_subclassed_give_the_same(rule: Any) -> None:
    model = small_vgg()
    inner = keras.Sequential([keras.Input((16, 16, 3)), *model.layers[:4]], name="inner")
    x = y = keras.Input((16, 16, 3))
    for layer in (inner, *model.layers[4:]):
        y = layer(y)
    nested, subclassed = keras.Model(x, y), Parts(model.layers)
    subclassed(IMAGES)
    found = [
        project_back(ModelProbe(each, IMAGES), "conv4", CHANNEL, 0, rule=rule, fresh=False)
        for each in (model, nested, subclassed)
    ]
    for other in found[1:]:
        np.testing.assert_array_equal(other.map, found[0].map)
        assert (other.sentence, other.place) == (rule, found[0].place)


# Faults --------------------------------------------------------------------------------------


def test_a_channel_that_does_not_fire_is_refused() -> None:
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), L.Conv2D(2, 3, activation="relu", name="conv")]
    )
    model.layers[0].bias.assign([-1e3, 1e3])
    probe = ModelProbe(model, np.ones((2, 4, 4, 1), "float32"))
    for rule in RULES:
        with pytest.raises(ValueError, match=r"does not fire anywhere on sample 1"):
            project_back(probe, "conv", 0, 1, rule=rule)
    alone = project_back(probe, "conv", 1, 1)
    assert (alone.likeness_to_others, alone.others, alone.place) == (None, 0, (0, 0))
    linear = keras.Sequential([keras.Input((4, 4, 1)), L.Conv2D(2, 3, name="conv")])
    linear.layers[0].bias.assign([np.nan, 1])
    with pytest.raises(ValueError, match="is nan on sample 0"):
        project_back(ModelProbe(linear, np.ones((2, 4, 4, 1))), "conv", 0, 0)


class Untraceable(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.conv = L.Conv2D(3, 3, activation="relu", name="conv")

    def call(self, x: Any) -> Any:
        x = self.conv(x)
        if float(keras.ops.sum(x)) > -1:
            x = x + 0
        return x


def test_what_cannot_be_traced_has_the_plain_gradient_only() -> None:
    model = Untraceable()
    model.run_eagerly = True
    probe = ModelProbe(model, IMAGES)
    values = probe.outputs("conv")[0]
    channel = int(values.max((0, 1)).argmax())
    found = project_back(probe, "conv", channel, 0, fresh=False)
    kernel = np.asarray(model.conv.kernel)[..., channel]
    y, x = found.place
    assert found.map[y : y + 3, x : x + 3] == pytest.approx(found.activation * kernel, rel=1e-5)
    assert (found.covered, found.activations, found.sentence) == (None, None, "plain")
    for rule in SHARP:
        with pytest.raises(NoGradients, match="needs one that can be traced"):
            project_back(probe, "conv", channel, 0, rule=rule)


def test_whole_numbers_that_are_looked_up_have_no_map() -> None:
    layers = [L.Embedding(9, 4), L.Dense(3, name="dense")]
    model = keras.Sequential([keras.Input((5,), dtype="int32"), *layers])
    probe = ModelProbe(model, np.ones((2, 5), "int32"))
    with pytest.raises(NoGradients, match="whole numbers"):
        project_back(probe, "dense", 0, 0)


def test_other_kinds_of_inputs_and_layers() -> None:
    one, two = keras.Input((6, 2), name="series"), keras.Input((3,), name="table")
    x = L.GlobalMaxPooling1D()(L.Conv1D(4, 2, activation="relu", name="conv")(one))
    y = L.Dense(4, activation="relu", name="both")(L.Concatenate()([x, two]))
    model = keras.Model([one, two], y)
    inputs = [RNG.normal(size=(4, 6, 2)), RNG.normal(size=(4, 3))]
    probe = ModelProbe(model, inputs)
    sample, channel = (int(each) for each in np.argwhere(probe.outputs("both") > 0)[0])
    table = project_back(probe, "both", channel, sample, source="table", rule="guided")
    assert table.map.shape == (3,)
    assert (table.place, table.source) == ((), "table")
    # Only the rectifiers between the table and the layer are on the way.
    assert table.covered == 1
    series = project_back(probe, "both", channel, sample, source="series", place=(), rule="guided")
    assert (series.map.shape, series.covered) == ((6, 2), 2)
    pixels = RNG.integers(0, 255, (2, 8, 8, 1)).astype("uint8")
    first = L.Conv2D(2, 3, data_format="channels_first", name="conv")
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), L.Rescaling(1 / 255), L.Permute((3, 1, 2)), first]
    )
    found = project_back(ModelProbe(model, pixels), "conv", 1, 0, place=(2, 3))
    kernel = np.asarray(first.kernel)[..., 1] / 255
    assert found.map[2:5, 3:6] == pytest.approx(found.activation * kernel, rel=1e-4)


def test_the_trace_follows_the_weights() -> None:
    probe = between(L.ReLU())
    traces = reader_of(probe).description().traces
    before = project_back(probe, "last", 0, 0, rule="guided", fresh=False)
    assert len(traces) == 1
    last = probe.model.layers[-1]
    last.kernel.assign(last.kernel * 2)
    after = project_back(probe, "last", 0, 0, rule="guided", fresh=False)
    assert len(reader_of(probe).description().traces) == 1
    np.testing.assert_allclose(after.map, 4 * before.map, rtol=1e-5)
    assert after.sentence == "guided"


def test_it_waits_for_the_model_and_runs_in_another_thread() -> None:
    probe = between(L.ReLU())
    found: list[Any] = []
    thread = threading.Thread(
        target=lambda: found.append(project_back(probe, "last", 0, 0, rule="deconv", fresh=False))
    )
    with model_lock(probe.model):
        thread.start()
        thread.join(0.1)
        assert not found
    thread.join()
    assert found[0].sentence == "deconv"


# How far it is to be believed ----------------------------------------------------------------


def test_likeness_is_of_maps_at_the_same_place() -> None:
    probe = ModelProbe(small_vgg(), IMAGES)
    found = project_back(probe, "conv4", CHANNEL, 0, rule="guided")
    values = probe.outputs("conv4")[(0, *found.place)]
    others = [k for k in np.flatnonzero(values > 0) if k != CHANNEL]
    assert found.others == len(others) > 1
    layers = small_vgg().layers
    maps = [
        by_hand(layers, IMAGES[0], k, "guided", found.place)[2].ravel() for k in [CHANNEL, *others]
    ]
    unit = [each / np.linalg.norm(each) for each in maps]
    expected = np.mean([unit[0] @ each for each in unit[1:]])
    assert found.likeness_to_others == pytest.approx(expected, abs=1e-5)
    assert found.likeness_to_fresh is not None
    assert 0 < found.fresh <= 10


def test_guided_maps_are_more_alike_than_gradients() -> None:
    probe = ModelProbe(small_vgg(), IMAGES)
    guided, plain = (
        project_back(probe, "conv4", CHANNEL, 0, rule=rule).likeness_to_others
        for rule in ("guided", "plain")
    )
    assert guided is not None
    assert plain is not None
    assert guided > plain


def test_without_a_fresh_network_the_reason_is_told() -> None:
    class Fixed(keras.Layer):
        def __init__(self, thing: Any) -> None:
            super().__init__()
            self.thing = thing

        def call(self, x: Any) -> Any:
            return x

    probe = between(Fixed(object()), L.ReLU())
    found = project_back(probe, "last", 0, 0)
    assert found.likeness_to_fresh is None
    assert "no freshly initialised network" in found.notes[0]
