"""What is found excites the channel, is an input that there could be, and is judged as it must."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, NoGradients, ascend, model_lock, survey

RANDOM = np.random.default_rng(3)
IMAGES = RANDOM.uniform(0, 1, (12, 8, 8, 1)).astype("float32")


def network(*layers: Any, shape: tuple[int, ...] = (8, 8, 1), **options: Any) -> Any:
    keras.utils.set_random_seed(5)
    return keras.Sequential([keras.Input(shape), *layers], **options)


def convolution(**options: Any) -> Any:
    return L.Conv2D(3, 3, name="conv", **options)


def test_of_a_weighted_sum_the_best_input_is_found() -> None:
    inputs = RANDOM.uniform(-1, 2, (40, 6)).astype("float32")
    kernel = np.array([[1, -1, 2, -2, 0.5, 0]], "float32").T
    model = network(L.Dense(1, kernel_initializer=lambda *_, **__: kernel, name="sum"), shape=(6,))
    found = ascend(ModelProbe(model, inputs), "sum", steps=200)
    low, high = inputs.min(0), inputs.max(0)
    best = np.where(kernel[:, 0] > 0, high, low)
    np.testing.assert_allclose(found.images[0, :5], best[:5], atol=0.05)
    np.testing.assert_allclose(found.activation, best @ kernel, rtol=0.02)
    sums = inputs @ kernel
    np.testing.assert_allclose(found.best, sums.max(), rtol=1e-6)
    np.testing.assert_allclose(found.rest, np.median(sums), rtol=1e-5)
    np.testing.assert_allclose(
        found.reach, (found.activation - found.rest) / (found.best - found.rest)
    )
    assert found.best_samples == [sums.argmax()]
    assert found.reach[0] > 1 and np.isnan(found.selectivity[0])


def test_a_filter_finds_its_own_pattern() -> None:
    model = network(convolution(activation="relu"))
    kernel = np.asarray(model.layers[0].kernel)[..., 0, :]
    found = ascend(ModelProbe(model, IMAGES), "conv", steps=128)
    assert found.state == ("reached",) * 3
    assert (found.reach > 1).all() and (found.robust_reach > 0.6).all()
    # No patch between the ends could do more than one that is at them.
    most = np.maximum(kernel, 0).sum((0, 1)) + 0 * kernel.sum((0, 1))
    assert (found.activation < most).all() and (found.activation > 0.85 * most).all()
    outputs = np.asarray(model(found.images)).max((1, 2))
    np.testing.assert_allclose(outputs[range(3), range(3)], found.activation, rtol=1e-5)


def test_everywhere_is_told_by_the_mean_and_negative_by_what_goes_in() -> None:
    model = network(convolution(activation="relu"))
    probe = ModelProbe(model, IMAGES)
    found = ascend(probe, "conv", objective="everywhere")
    means = np.asarray(model(found.images)).mean((1, 2))
    np.testing.assert_allclose(found.activation, means[range(3), range(3)], rtol=1e-5)
    np.testing.assert_allclose(found.best, probe.outputs("conv").mean((1, 2)).max(0), rtol=1e-5)
    assert (found.reach > 1).all()

    negative = ascend(probe, "conv", negative=True)
    model.layers[0].activation = keras.activations.linear
    before = -np.asarray(model(negative.images)).min((1, 2))
    np.testing.assert_allclose(negative.activation, before[range(3), range(3)], rtol=1e-5)
    assert not negative.by_output and (negative.reach > 1).all()


def shut() -> Any:
    """At the mean of its inputs all of `first` is shut; a bright input opens it."""
    layers = [
        L.Conv2D(2, 1, activation="relu", kernel_initializer="ones", name="first"),
        L.Conv2D(2, 1, kernel_initializer="ones", name="second"),
    ]
    model = network(*layers)
    layers[0].bias.assign([-0.9, -0.9])
    return model


def test_rectifiers_that_are_shut_are_opened() -> None:
    probe = ModelProbe(shut(), IMAGES)
    assert probe.model(np.full((1, 8, 8, 1), IMAGES.mean(), "float32")).numpy().max() == 0
    found = ascend(probe, "second")
    assert found.state == ("reached",) * 2
    assert found.started == ("grey",) * 2
    assert (found.reach > 0.9).all()


class AsItStands(keras.Model):
    """Looks at values on its way, so that it cannot be traced."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def call(self, x: Any) -> Any:
        np.asarray(x).sum()
        return self.inner(x)


def test_a_model_that_cannot_be_traced_is_searched_as_it_stands_from_its_strongest_input() -> None:
    probe = ModelProbe(AsItStands(shut()), IMAGES)
    (path,) = (layer.path for layer in probe.layers if layer.name == "second")
    found = ascend(probe, path, [0], steps=16)
    assert not found.rules
    assert found.state == ("reached",) and found.started == ("top",)


def test_a_model_that_runs_eagerly_is_searched_too() -> None:
    model = network(convolution(activation="relu"))
    model.compile(run_eagerly=True)
    found = ascend(ModelProbe(model, IMAGES), "conv", [1], steps=24)
    assert not found.rules and found.reach[0] > 0.8


def test_silent_not_woken_and_woken_are_told_apart() -> None:
    class Steps(keras.Layer):
        """Tells bright from dark, with no way from one to the other."""

        def call(self, x: Any) -> Any:
            return keras.ops.maximum(keras.ops.sign(x - 0.98), 0.0)

    flat = [Steps(name="steps"), L.Flatten(name="flat"), L.Dense(2, name="head")]
    stuck = ascend(ModelProbe(network(*flat), IMAGES), "flat", [0, 5], steps=4)
    assert set(stuck.state) <= {"silent", "not-woken"}
    assert not stuck.believed.any()

    model = network(L.Dense(3, activation="relu", name="dense"), shape=(2,))
    model.layers[0].kernel.assign([[0, 1, 1], [0, 1, 1]])
    model.layers[0].bias.assign([-1, 0, -1.6])
    inputs = np.array([[0, 1], [1, 0], [0.5, 0.5]], "float32")
    found = ascend(ModelProbe(model, inputs), "dense")
    assert found.state == ("silent", "reached", "reached")
    assert found.reach[2] == np.inf and np.isnan(found.reach[0])
    assert found.believed.tolist() == [False, True, True]
    assert found.sentences[0] == "Silent on 3 inputs, and nothing found wakes it."
    assert found.sentences[2] == "Silent on 3 inputs; this wakes it."


def test_weights_that_are_not_finite_leave_a_channel_with_nothing_to_look_for() -> None:
    model = network(convolution(activation="relu"))
    kernel = np.asarray(model.layers[0].kernel).copy()
    kernel[..., 1] = np.nan
    model.layers[0].kernel.assign(kernel)
    found = ascend(ModelProbe(model, IMAGES), "conv", steps=8)
    assert found.state[1] == "not-woken" and np.isnan(found.reach[1])
    assert np.isfinite(found.images).all() and np.isfinite(found.reach[[0, 2]]).all()
    assert "NaN" in found.sentences[1]


def test_what_is_found_depends_on_the_seed_and_not_on_the_other_channels() -> None:
    probe = ModelProbe(network(convolution(activation="relu")), IMAGES)
    every = ascend(probe, "conv", steps=10)
    one = ascend(probe, "conv", [2], steps=10)
    np.testing.assert_allclose(one.images[0], every.images[2], atol=1e-4)
    np.testing.assert_array_equal(one.images, ascend(probe, "conv", [2], steps=10).images)
    other = ascend(probe, "conv", [2], steps=10, seed=1)
    assert np.abs(one.images - other.images).max() > 0.05


def test_a_film_goes_on_from_the_pictures_before() -> None:
    model = network(convolution(activation="relu"))
    probe = ModelProbe(model, IMAGES)
    before = ascend(probe, "conv", steps=64)
    kernel = np.asarray(model.layers[0].kernel)
    model.layers[0].kernel.assign(kernel + RANDOM.normal(0, 0.02, kernel.shape))
    after = ascend(probe, "conv", start=before.images, steps=8)
    cold = ascend(probe, "conv", steps=64, seed=1)
    assert after.started == ("given",) * 3
    assert (after.reach > 0.95 * cold.reach).all()
    moved = np.abs(after.images - before.images).mean()
    assert moved < np.abs(cold.images - before.images).mean() / 2
    one = ascend(probe, "conv", [0], start=before.images[0], steps=8)
    np.testing.assert_allclose(one.images[0], after.images[0], atol=1e-4)


def turned(x: Any) -> Any:
    return keras.ops.transpose(x, (0, 2, 3, 1))


def series() -> Any:
    return network(L.Conv1D(3, 3, activation="relu", name="layer"), shape=(9, 2))


def volume() -> Any:
    return network(L.Conv3D(2, 2, activation="relu", name="layer"), shape=(4, 5, 4, 1))


def channels_first() -> Any:
    layers = [L.Permute((2, 3, 1), name="turned"), L.Conv2D(2, 3, name="layer")]
    return network(*layers, shape=(3, 6, 7))


def half() -> Any:
    layers = [L.Conv2D(3, 3, activation="relu", name="first"), L.Conv2D(2, 3, name="layer")]
    return network(*layers)


def lone() -> Any:
    return network(L.Conv2D(1, 3, activation="sigmoid", name="layer"))


def recurrent() -> Any:
    return network(L.LSTM(3, name="layer"), shape=(5, 2))


KINDS: dict[str, tuple[Callable[[], Any], tuple[int, ...]]] = {
    "series": (series, (9, 2)),
    "volume": (volume, (4, 5, 4, 1)),
    "channels first": (channels_first, (3, 6, 7)),
    "one channel": (lone, (8, 8, 1)),
    "odd sizes": (lambda: network(L.Conv2D(2, 3, name="layer"), shape=(7, 5, 3)), (7, 5, 3)),
    "recurrent": (recurrent, (5, 2)),
    "two layers": (half, (8, 8, 1)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_of_every_kind_are_searched_for_between_their_ends(kind: str) -> None:
    make, shape = KINDS[kind]
    scale = RANDOM.uniform(1, 3, (1, shape[0], 1, 1) if kind == "channels first" else shape[-1:])
    inputs = (scale * RANDOM.uniform(-1, 2, (10, *shape))).astype("float32")
    found = ascend(ModelProbe(make(), inputs), "layer", steps=32)
    assert found.images.shape[1:] == shape and found.images.dtype == np.float32
    assert "not-woken" not in found.state
    assert np.nanmedian(found.reach) > 0.9
    axes = (0, 2, 3) if kind == "channels first" else tuple(range(inputs.ndim - 1))
    low, high = inputs.min(axes), inputs.max(axes)
    np.testing.assert_allclose(found.low, low)
    np.testing.assert_allclose(found.high, high)
    assert (found.images.min(axes) >= low - 1e-4).all()
    assert (found.images.max(axes) <= high + 1e-4).all()


def test_mixed_precision_finds_as_well() -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = half()
    finally:
        keras.config.set_dtype_policy(before)
    found = ascend(ModelProbe(model, IMAGES), "layer", steps=32)
    assert found.state == ("reached",) * 2 and (found.reach > 0.9).all()


def test_pixels_as_whole_numbers_are_searched_for_in_their_own_scale() -> None:
    pixels = (255 * IMAGES).astype("uint8")
    model = network(L.Rescaling(1 / 255, name="scaled"), convolution(activation="relu"))
    found = ascend(ModelProbe(model, pixels), "conv", steps=24)
    assert found.images.max() > 128 and (found.reach > 0.8).all()


def test_words_are_refused_by_the_name_of_the_input() -> None:
    words = keras.Input((4,), dtype="int32", name="words")
    model = keras.Model(words, L.Embedding(9, 3, name="vectors")(words))
    with pytest.raises(NoGradients, match=r"'words' holds whole numbers \(int32\)"):
        ascend(ModelProbe(model, np.arange(8).reshape(2, 4)), "vectors")


def test_a_generators_noise_stays_on_its_sphere_and_what_it_draws_is_shown() -> None:
    layers = [
        L.Dense(32, activation="relu", name="dense"),
        L.Reshape((4, 4, 2), name="grid"),
        L.Conv2DTranspose(1, 4, 2, "same", activation="tanh", name="drawn"),
    ]
    model = network(*layers, shape=(16,))
    noise = RANDOM.normal(size=(64, 16)).astype("float32")
    found = ascend(ModelProbe(model, noise), "dense", range(8))
    lengths = np.linalg.norm(found.images, axis=1)
    np.testing.assert_allclose(lengths, np.sqrt((noise**2).sum(1).mean()), rtol=1e-4)
    assert np.median(found.reach) > 1
    assert found.drawn is not None
    np.testing.assert_allclose(found.drawn, model(found.images), atol=1e-6)


def test_of_several_inputs_the_others_stay_those_of_the_strongest_sample() -> None:
    image, extra = keras.Input((8, 8, 1), name="image"), keras.Input((2,), name="extra")
    pooled = L.GlobalMaxPooling2D(name="pool")(convolution()(image))
    both = L.Dense(2, name="both")(L.Concatenate(name="cat")([pooled, extra]))
    model = keras.Model([image, extra], both)
    others = RANDOM.normal(size=(12, 2)).astype("float32")
    found = ascend(ModelProbe(model, [IMAGES, others]), "both", steps=16)
    assert found.source == "image" and found.images.shape == (2, 8, 8, 1)
    again = np.asarray(model([found.images, others[found.best_samples]]))
    np.testing.assert_allclose(again[range(2), range(2)], found.activation, rtol=1e-4)
    assert ascend(ModelProbe(model, [IMAGES, others]), "both", source="extra").images.shape == (
        2,
        2,
    )


def test_a_generator_of_classes_is_asked_for_its_noise() -> None:
    noise, number = keras.Input((6,), name="noise"), keras.Input((), dtype="int32", name="class")
    drawn = L.Dense(9, name="dense")(
        L.Concatenate(name="both")([noise, L.Embedding(3, 2, name="classes")(number)])
    )
    model = keras.Model([noise, number], L.Reshape((3, 3, 1), name="image")(drawn))
    noises, classes = RANDOM.normal(size=(9, 6)).astype("float32"), np.arange(9) % 3
    found = ascend(ModelProbe(model, [noises, classes]), "dense", [0, 4], steps=8)
    assert found.source == "noise" and found.drawn is not None
    again = np.asarray(model([found.images, classes[found.best_samples]]))
    np.testing.assert_allclose(found.drawn, again, atol=1e-6)


def test_inputs_with_holes_are_searched_for_without_any() -> None:
    holes = IMAGES.copy()
    holes[:, 0, 0] = np.nan
    probe = ModelProbe(network(convolution(activation="relu")), holes)
    for start in ("grey", "top"):
        found = ascend(probe, "conv", steps=16, start=start)
        assert np.isfinite(found.images).all()


class FixedBatch(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = L.Dense(3, activation="relu", name="dense")

    def call(self, x: Any) -> Any:
        return self.dense(keras.ops.reshape(x, (12, 64)))


def test_a_model_that_takes_one_length_of_batch_only_is_given_that() -> None:
    found = ascend(ModelProbe(FixedBatch(), IMAGES), "dense", [0, 2], steps=16)
    assert found.images.shape == (2, 8, 8, 1) and (found.reach > 1).all()


def test_of_a_layer_of_very_many_units_a_few_are_searched_for() -> None:
    model = network(L.Flatten(name="flat"), L.Dense(25_600, activation="relu", name="wide"))
    found = ascend(ModelProbe(model, IMAGES), "wide", [3, 25_599], steps=8)
    assert found.channels.tolist() == [3, 25_599] and found.state == ("reached",) * 2


def test_a_survey_tells_of_more_inputs_as_long_as_the_weights_are_its_own() -> None:
    model = network(convolution(activation="relu"))
    many = RANDOM.uniform(0, 1, (40, 8, 8, 1)).astype("float32")
    seen = survey(model, many)
    probe = ModelProbe(model, many[:4])
    found = ascend(probe, "conv", steps=4, survey=seen)
    np.testing.assert_allclose(found.best, np.asarray(model(many)).max((0, 1, 2)), rtol=1e-5)
    assert found.samples == 40
    assert ascend(probe, "conv", steps=4).samples == 4
    model.layers[0].kernel.assign(2 * model.layers[0].kernel)
    with pytest.raises(ValueError, match="other weights"):
        ascend(probe, "conv", survey=seen)


def test_progress_rises_to_1_and_what_it_raises_ends_the_search() -> None:
    probe = ModelProbe(network(convolution(activation="relu")), IMAGES)
    shares: list[float] = []
    ascend(probe, "conv", steps=20, progress=lambda share, path: shares.append(share))
    assert shares == sorted(shares) and shares[-1] == 1 and len(shares) > 2

    def stop(share: float, path: str) -> None:
        raise InterruptedError(path)

    with pytest.raises(InterruptedError, match="conv"):
        ascend(probe, "conv", progress=stop)


def test_it_has_its_turn_between_two_steps_of_training_in_another_thread() -> None:
    model = network(convolution(activation="relu"), L.Flatten(), L.Dense(2, name="head"))
    model.compile("sgd", "mse")
    probe, lock = ModelProbe(model, IMAGES), model_lock(model)
    trains, done = threading.Event(), threading.Event()
    steps: list[float] = []

    def train() -> None:
        lock.occupy(sys._getframe())
        while not done.is_set():
            steps.append(float(model.train_on_batch(IMAGES, np.zeros((12, 2)))))
            trains.set()
            lock.give_way()

    thread = threading.Thread(target=train, daemon=True)
    thread.start()
    try:
        assert trains.wait(60)
        found = ascend(probe, "conv", steps=8)
    finally:
        done.set()
        thread.join(60)
    assert found.state == ("reached",) * 3
    assert not thread.is_alive() and np.isfinite(steps).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"path": "nothing"}, "there is no layer 'nothing'; the closest"),
        ({"channels": [3]}, "channels must be whole numbers between 0 and 2; got 3"),
        ({"steps": 0}, "steps must be a whole number, 1 or more; got 0"),
        ({"start": "white"}, "start must be 'grey' or 'top'; got 'white'"),
        ({"start": np.zeros((2, 8, 8, 1))}, r"of the shape \(3, 8, 8, 1\), .* \(2, 8, 8, 1\)"),
        ({"start": np.full((8, 8, 1), np.nan)}, "start must be finite"),
        ({"objective": "twice"}, "objective must be 'once' or 'everywhere'; got 'twice'"),
        ({"source": "sound"}, "source must be"),
    ],
)
def test_what_does_not_fit_is_refused(arguments: dict[str, Any], words: str) -> None:
    probe = ModelProbe(network(convolution(activation="relu")), IMAGES)
    with pytest.raises(ValueError, match=words):
        ascend(probe, **{"path": "conv", **arguments})


def test_on_another_backend_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = ModelProbe(network(convolution()), IMAGES)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(NoGradients, match="with TensorFlow as Keras' backend only"):
        ascend(probe, "conv")


def test_inputs_without_a_range_are_refused() -> None:
    probe = ModelProbe(network(convolution()), np.ones((2, 8, 8, 1), "float32"))
    with pytest.raises(ValueError, match="no range to draw in"):
        ascend(probe, "conv")


def test_the_record_does_not_change() -> None:
    found = ascend(ModelProbe(network(convolution(activation="relu")), IMAGES), "conv", steps=2)
    for values in (found.images, found.reach, found.channels, found.best, found.low):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0
    assert repr(found).startswith("<Ascent of 3 channels of 'conv': ")
