"""The control of a live layer's channels."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.analysis.channel.random_directions import coherence
from cnnviz_widgets.model import ModelProbe, layer_coherence

RNG = np.random.default_rng(0)
LABELS = np.repeat(np.arange(5), 24)


def network(channels: int = 24) -> Any:
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            L.Conv2D(channels, 3, activation="relu", name="conv"),
            L.GlobalAveragePooling2D(name="gap"),
            L.Dense(5, name="head"),
        ]
    )


def marked(share: float) -> Any:
    """Noise, with a cross somewhere in those of class 3: in its second plane."""
    images = RNG.normal(size=(len(LABELS), 6, 6, 2)).astype("float32")
    for number in np.flatnonzero((LABELS == 3) & (RNG.random(len(LABELS)) < share)):
        y, x = RNG.integers(0, 4, 2)
        images[number, y : y + 3, x + 1, 1] += 2
        images[number, y + 1, x : x + 3, 1] += 2
    return images


def test_a_detector_of_a_planted_cross_is_more_coherent_than_directions() -> None:
    model = network(48)
    kernel, bias = model.get_layer("conv").get_weights()
    kernel[:, :, 1] = 0  # no other channel sees the second plane
    kernel[..., 7] = 0
    kernel[:, 1, 1, 7] = kernel[1, :, 1, 7] = 1
    model.get_layer("conv").set_weights([kernel, bias])
    found = layer_coherence(ModelProbe(model, marked(1.0)), "conv", labels=LABELS)
    assert found.by == "purity" and found.measured.purity[7] == 1
    assert found.coherent[7]
    assert found.sentence(7).startswith("More coherent than a random direction: 0 of 32")
    assert found.sentence_on_patches(7).startswith(
        "Its patches are more alike than those of random directions: 0 of 32; p = 0.03"
    )


def test_an_untrained_channel_is_not_and_it_is_said() -> None:
    found = layer_coherence(ModelProbe(network(), marked(0.0)), "conv", labels=LABELS)
    assert found.coherent.sum() <= max(2, found.expected)
    channel = int(np.flatnonzero(found.compared & ~found.coherent)[0])
    assert found.sentence(channel).startswith("No more coherent than a random direction: ")
    assert f"{found.as_large(channel)} of 32 are as pure or more; p = " in found.sentence(channel)


def test_what_an_edge_detector_sees_is_alike_though_it_is_of_no_class() -> None:
    """Edges of any place in noise, in samples of any class."""
    rng = np.random.default_rng(2)
    keras.utils.set_random_seed(2)
    images = rng.normal(size=(len(LABELS), 12, 12, 1)).astype("float32")
    for number, x in enumerate(rng.integers(2, 10, len(LABELS))):
        images[number, :, x:] += 1
    model = keras.Sequential(
        [keras.Input((12, 12, 1)), L.Conv2D(48, 5, name="conv"), L.GlobalAveragePooling2D()]
    )
    kernel, bias = model.get_layer("conv").get_weights()
    kernel[..., 3] = np.array([-1, -1, 0, 1, 1])[:, None]
    model.get_layer("conv").set_weights([kernel, bias])
    found = layer_coherence(ModelProbe(model, images), "conv", labels=LABELS)
    assert not found.coherent[3] and found.measured.likeness_chance[3] <= 0.05
    others = np.delete(found.measured.likeness_chance, 3)
    assert (others <= 0.05).mean() <= 0.1


def test_words_have_no_patches_to_compare() -> None:
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            L.Embedding(9, 3),
            L.Conv1D(2, 3, name="conv"),
            L.GlobalMaxPooling1D(),
        ]
    )
    found = layer_coherence(ModelProbe(model, RNG.integers(0, 9, (30, 6))), "conv")
    assert found.sentence_on_patches(0) == "" and found.sentence(0) != ""


def test_it_is_the_comparison_of_the_layer_s_values() -> None:
    probe = ModelProbe(network(5), marked(0.5))
    found = layer_coherence(probe, "conv", labels=LABELS, count=4, directions=19)
    assert "more coherent than 19 random directions, by purity" in repr(found)
    assert (found.features, found.directions, found.seen) == ("gap", 19, 120)
    expected = coherence(
        probe.outputs("conv"),
        labels=LABELS,
        features=probe.outputs("gap"),
        count=4,
        directions=19,
        name="conv",
    )
    np.testing.assert_array_equal(found.measured.purity, expected.purity)
    np.testing.assert_allclose(found.measured.affinity, expected.affinity)
    np.testing.assert_allclose(
        found.measured.affinity_of_directions, expected.affinity_of_directions
    )


def test_without_labels_affinity_decides_by_features_of_choice() -> None:
    probe = ModelProbe(network(4), marked(0.5))
    found = layer_coherence(probe, "conv")
    assert found.by == "affinity" and "are as alike or more" in found.sentence(0)
    by_layer = layer_coherence(probe, "conv", features="head")
    by_numbers = layer_coherence(probe, "conv", features=probe.outputs("head"))
    assert (by_layer.features, by_numbers.features) == ("head", "given")
    np.testing.assert_allclose(by_layer.measured.affinity, by_numbers.measured.affinity)


def test_a_dead_channel_is_not_compared() -> None:
    model = network(4)
    model.get_layer("conv").bias.assign([-100.0, 0, 0, 0])
    found = layer_coherence(ModelProbe(model, marked(0.0)), "conv", labels=LABELS)
    assert not found.compared[0] and not found.coherent[0]
    assert found.sentence(0) == "Its strongest 9 cannot be told from others of the same value."


def test_channels_first_is_compared_by_channels() -> None:
    first = "channels_first"
    model = keras.Sequential(
        [keras.Input((2, 5, 5)), L.DepthwiseConv2D(3, data_format=first, name="c")]
    )
    probe = ModelProbe(model, RNG.normal(size=(20, 2, 5, 5)))
    assert layer_coherence(probe, "c").measured.affinity.shape == (2,)


def test_wrong_arguments_are_told_what_was_expected() -> None:
    probe = ModelProbe(network(4), marked(0.0))
    with pytest.raises(ValueError, match=r"labels must be of all 120 samples; got 3"):
        layer_coherence(probe, "conv", labels=[0, 1, 2])
    with pytest.raises(
        ValueError, match=r"numbers of shape \(120, …\), a row for each sample; got an"
    ):
        layer_coherence(probe, "conv", features=np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"there is no layer 'hed'; the closest are 'head'"):
        layer_coherence(probe, "conv", features="hed")
    with pytest.raises(ValueError, match=r"labels must be 0 or more, of one sample at least"):
        layer_coherence(probe, "conv", labels=np.full(120, -1))
    with pytest.raises(ValueError, match=r"count must be a whole number of samples, 2 or more"):
        layer_coherence(probe, "conv", count=1)
    with pytest.raises(ValueError, match=r"channel must be below 4; got 4"):
        layer_coherence(probe, "conv").sentence(4)
