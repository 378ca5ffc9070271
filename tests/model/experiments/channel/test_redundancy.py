"""Planted copies are found with the way in which they are copies; random layers have none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.analysis.channel.symmetries import Symmetry, symmetries_of
from cnnviz_widgets.model import ModelProbe, redundant
from cnnviz_widgets.model.experiments.channel import redundancy as module
from cnnviz_widgets.records.channel.redundancy import AlikePair, Redundancy

from ...nets import Subclassed


def pictures(shape: tuple[int, ...], seed: int = 0, count: int = 32) -> Any:
    """Smooth random ones, as natural images are."""
    rng = np.random.default_rng(seed)
    size = shape[:-1]
    axes = tuple(range(1, 1 + len(size)))
    far = np.sqrt(sum(np.square(each) for each in np.meshgrid(*map(np.fft.fftfreq, size))))
    waves = np.fft.fftn(rng.normal(size=(count, *shape)), axes=axes)
    waves /= (far.T + 1 / size[0])[..., None]
    values = np.fft.ifftn(waves, axes=axes).real.astype("float32")
    return values / values.std()


IMAGES = pictures((12, 12, 1))


def network(*layers: Any, shape: tuple[int, ...] = (12, 12, 1), seed: int = 3) -> Any:
    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input(shape), *layers])


def conv(channels: int = 12, name: str = "conv", **options: Any) -> Any:
    return L.Conv2D(channels, 3, activation="relu", name=name, **options)


def plant(layer: Any, copies: dict[int, Callable[[Any], Any]], of: int = 2) -> None:
    """Have channels of a layer a kernel that is made of another one's."""
    kernel, bias = layer.get_weights()
    for channel, make in copies.items():
        kernel[..., channel] = make(kernel[..., of])
        bias[channel] = bias[of]
    layer.set_weights([kernel, bias])


def standing_out(found: Redundancy) -> dict[tuple[int, int], AlikePair]:
    return {(pair.first, pair.second): pair for pair in found.pairs if pair.stands_out}


@pytest.mark.parametrize("way", symmetries_of((3, 3))[1:], ids=lambda way: way.words)
def test_a_turned_copy_is_found_with_the_way_it_is_turned(way: Symmetry) -> None:
    model = network(conv(padding="same"))
    plant(model.layers[0], {7: lambda kernel: way.applied(kernel, (0, 1))})
    found = redundant(ModelProbe(model, IMAGES), "conv", fresh=way.turns == 1)
    assert standing_out(found).keys() == {(2, 7)}
    pair = standing_out(found)[2, 7]
    assert (pair.symmetry, pair.shift) == (way, (0, 0))
    assert pair.correlation > 0.999
    assert found.groups == ((2, 7),)
    assert found.nulls
    assert found.nulls[0].level == max(null.level for null in found.nulls)


def test_a_shifted_and_a_plain_copy_are_found() -> None:
    model = network(conv(padding="same"))
    kernel, bias = model.layers[0].get_weights()
    kernel[2, ..., 2] = 0
    model.layers[0].set_weights([kernel, bias])
    plant(model.layers[0], {5: lambda own: np.roll(own, 1, 0), 9: lambda own: 3 * own})
    found = redundant(ModelProbe(model, IMAGES), "conv")
    pairs = standing_out(found)
    assert {key: pair.shift for key, pair in pairs.items()} == {
        (2, 5): (-1, 0),
        (2, 9): (0, 0),
        (5, 9): (1, 0),
    }
    assert found.groups == ((2, 5, 9),)
    assert pairs[2, 5].words == "5 is 2 shifted by (-1, 0) (1.000)"
    unshifted = redundant(ModelProbe(model, IMAGES), "conv", shift=0, fresh=False)
    assert standing_out(unshifted).keys() == {(2, 9)}


def test_in_a_deep_layer_a_copy_reads_permuted_channels() -> None:
    """The kernels are not alike under any turn: only what they answer is."""
    model = network(conv(8, "first", padding="same"), conv(padding="same"))
    # The first layer has each filter and the same one mirrored.
    kernel, bias = model.layers[0].get_weights()
    kernel[..., 4:] = kernel[:, ::-1, :, :4]
    model.layers[0].set_weights([kernel, bias])
    swapped = [4, 5, 6, 7, 0, 1, 2, 3]
    plant(model.layers[1], {7: lambda own: own[:, ::-1][:, :, swapped]})
    found = redundant(ModelProbe(model, IMAGES), "conv")
    assert standing_out(found).keys() == {(2, 7)}
    assert standing_out(found)[2, 7].symmetry == Symmetry(mirrored=True)


def test_a_noisy_copy_stands_out_and_is_not_called_equal() -> None:
    model = network(conv(8, "first"), conv(16))
    rng = np.random.default_rng(0)
    plant(model.layers[1], {7: lambda own: own + 0.1 * own.std() * rng.normal(size=own.shape)})
    found = redundant(ModelProbe(model, IMAGES), "conv")
    assert standing_out(found).keys() == {(2, 7)}
    assert found.nulls[0].level < standing_out(found)[2, 7].correlation < 0.9999


def test_random_layers_have_none_at_the_level() -> None:
    """5 % of layers may: of 6 one or none, with a chance of 97 %."""
    wrong = 0
    for seed in range(6):
        model = network(conv(name="a"), conv(), seed=100 + seed)
        probe = ModelProbe(model, pictures((12, 12, 1), seed))
        wrong += redundant(probe, "conv" if seed % 2 else "a", seed=seed).standing_out > 0
    assert wrong <= 1


def test_sequences_turn_round_and_rectangles_half_round() -> None:
    model = network(L.Conv1D(12, 5, padding="same", name="conv"), shape=(30, 2))
    plant(model.layers[0], {7: lambda own: own[::-1]})
    found = redundant(ModelProbe(model, pictures((30, 2))), "conv")
    assert standing_out(found)[2, 7].symmetry == Symmetry(mirrored=True)
    assert len(found.symmetries) == 2
    wide = network(conv(padding="same"), shape=(8, 12, 1))
    plant(wide.layers[0], {7: lambda own: np.rot90(own, 2)})
    found = redundant(ModelProbe(wide, pictures((8, 12, 1))), "conv", fresh=False)
    assert len(found.symmetries) == 4
    assert standing_out(found)[2, 7].symmetry == Symmetry(2)


def test_without_positions_channels_are_compared_as_they_are() -> None:
    model = network(L.Flatten(), L.Dense(20, name="dense"))
    plant(model.layers[1], {7: lambda own: own})
    found = redundant(ModelProbe(model, IMAGES), "dense", fresh=False)
    assert standing_out(found).keys() == {(2, 7)}
    assert found.notes == ("The layer has no positions: its channels are compared as they are.",)
    made = network(L.Dense(18, name="wide"), L.Reshape((3, 3, 2)), conv(padding="same"), shape=(4,))
    noise = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    found = redundant(ModelProbe(made, noise), "conv", fresh=False)
    assert found.symmetries == (Symmetry(),)
    assert "No input has rows and columns" in found.notes[0]


def test_channels_that_cannot_be_compared_stand_apart() -> None:
    model = network(conv(padding="same"))
    kernel, bias = model.layers[0].get_weights()
    kernel[..., [1, 4]], bias[1], bias[4] = 0, -1, 2
    kernel[..., 6] = np.nan
    bias[8] = -5 * np.abs(kernel[..., 8]).sum()
    # Only a single bright pixel wakes it.
    images = IMAGES.copy()
    images[3, 5, 5] = 30 * np.sign(kernel[1, 1, 0, 8])
    bias[8] = -25 * np.abs(kernel[1, 1, 0, 8])
    model.layers[0].set_weights([kernel, bias])
    found = redundant(ModelProbe(model, images), "conv", fresh=False)
    assert (found.silent, found.constant, found.nonfinite) == ((1,), (4,), (6,))
    assert found.seldom == (8,)
    assert found.compared == (0, 2, 3, 5, 7, 9, 10, 11)
    assert "Not compared: 1 silent, 1 constant, 1 too seldom active, 1 not finite." in found.summary


def test_a_layer_that_is_all_nan_or_silent_has_no_pairs() -> None:
    model = network(conv())
    for value, name in ((np.nan, "nonfinite"), (0.0, "silent")):
        model.layers[0].set_weights([np.full((3, 3, 1, 12), value), np.full(12, value)])
        found = redundant(ModelProbe(model, IMAGES), "conv")
        assert len(getattr(found, name)) == 12
        assert found.pairs == found.nulls == found.compared == ()
        assert "has 0 channels that could be compared" in found.summary


def test_it_is_the_same_whatever_runs_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    model = network(conv(padding="same"))
    plant(model.layers[0], {7: lambda own: np.rot90(own)})
    expected = redundant(ModelProbe(model, IMAGES), "conv", fresh=False)
    model.run_eagerly = True
    assert redundant(ModelProbe(model, IMAGES), "conv", fresh=False) == expected
    first = network(
        conv(padding="same", data_format="channels_first"), L.Flatten(), shape=(1, 12, 12)
    )
    first.layers[0].set_weights(model.layers[0].get_weights())
    turned = redundant(ModelProbe(first, np.moveaxis(IMAGES, -1, 1)), "conv", fresh=False)
    assert standing_out(turned)[2, 7].symmetry == Symmetry(1)


def test_wide_layers_are_refused_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHANNELS", 11)
    with pytest.raises(ValueError, match="'conv' has 12 channels; at most 11"):
        redundant(ModelProbe(network(conv()), IMAGES), "conv")


def test_without_a_reference_it_says_so() -> None:
    rows = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
    found = redundant(ModelProbe(Subclassed(), rows), "block0/inner")
    # Three units: any two random mixtures of them may be as alike.
    assert [null.name for null in found.nulls] == ["mixtures"]
    assert found.nulls[0].level > 0.999
    assert "freshly initialised" in found.notes[1]


def test_another_thread_trains_meanwhile() -> None:
    model = network(conv(padding="same"), L.GlobalAveragePooling2D(), L.Dense(1))
    model.compile("sgd", "mse", jit_compile=False)
    probe = ModelProbe(model, IMAGES)
    found: list[Redundancy] = []
    other = threading.Thread(target=lambda: found.append(redundant(probe, "conv", fresh=False)))
    other.start()
    model.fit(IMAGES, np.zeros(32), epochs=5, verbose=0)
    other.join(120)
    assert len(found) == 1
