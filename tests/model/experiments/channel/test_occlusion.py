"""Occlusion against one covered input at a time, and a planted feature found."""

from __future__ import annotations

import itertools
import threading
from functools import cache
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelCallError, ModelProbe, model_lock, occlude, occlude_finer
from cnnviz_widgets.model.experiments.channel import partial_pass
from cnnviz_widgets.records.channel.occlusion import Occlusion

from ...nets import Subclassed

RNG = np.random.default_rng(4)
IMAGES = RNG.normal(size=(6, 9, 7, 2)).astype("float32")


@cache
def network(softmax: bool = False, channels_first: bool = False) -> Any:
    options = {"data_format": "channels_first"} if channels_first else {}
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            keras.Input((2, 9, 7) if channels_first else (9, 7, 2)),
            L.Conv2D(5, 3, activation="relu", name="conv", **options),
            L.GlobalMaxPooling2D(name="peak", **options),
            L.Dense(3, activation="softmax" if softmax else None, name="head"),
        ]
    )


def one_by_one(model: Any, fill: Any, patches: list[tuple[slice, slice]]) -> list[Any]:
    """The model called with the first sample, each time with another patch covered."""
    found = []
    for patch in patches:
        image = IMAGES[0].copy()
        image[patch] = np.broadcast_to(fill, image.shape)[patch]
        conv = np.asarray(model.get_layer("conv")(image[None]))
        found.append((conv[0].max((0, 1)), np.asarray(model(image[None]))[0]))
    return found


@pytest.mark.parametrize("traced", [False, True])
def test_each_position_is_what_the_model_says_of_that_covered_input(
    traced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if traced:
        monkeypatch.setattr(partial_pass, "WORTH_A_TRACE", 1)
    monkeypatch.setattr(partial_pass, "MOST_IN_BATCH", 4)  # several batches, the last one short
    model = network()
    found = occlude(
        ModelProbe(model, IMAGES), 0, path="conv", channel=3, target=1, size=(3, 2), stride=2
    )
    assert found.grid.starts == ((0, 2, 4, 6), (0, 2, 4, 5))
    patches = [(slice(y, y + 3), slice(x, x + 2)) for y, x in itertools.product(*found.grid.starts)]
    conv = np.asarray(model.get_layer("conv")(IMAGES)).max((1, 2))
    scores = np.asarray(model(IMAGES))
    lender = int(found.fills[1].removeprefix("sample "))
    # Of the samples but this one that which has least of both, by rank.
    ranks = sum(np.argsort(np.argsort(each[1:])) for each in (conv[:, 3], scores[:, 1]))
    assert lender == 1 + int(np.argmin(ranks))
    assert found.channel_losses is not None
    assert found.target_losses is not None
    assert found.answers is not None
    for number, fill in enumerate((IMAGES.mean((0, 1, 2)), IMAGES[lender])):
        expected = one_by_one(model, fill, patches)
        for name, losses in (
            ("channel", [conv[0, 3] - peaks[3] for peaks, _ in expected]),
            ("target", [scores[0, 1] - answer[1] for _, answer in expected]),
        ):
            np.testing.assert_allclose(
                getattr(found, f"{name}_losses")[number].ravel(), losses, rtol=1e-4, atol=1e-5
            )
        answers = [answer.argmax() for _, answer in expected]
        assert found.answers[number].ravel().tolist() == answers
    assert found.map.shape == (4, 4)
    np.testing.assert_array_equal(found.map, found.channel_map)
    assert found.channel_before == pytest.approx(conv[0, 3], rel=1e-5)
    assert found.target_before == pytest.approx(scores[0, 1], rel=1e-5)
    assert (found.answer, found.target_unit) == (scores[0].argmax(), "score")


def test_of_two_fills_the_lesser_loss_counts() -> None:
    probe = ModelProbe(network(), IMAGES)
    both = occlude(probe, 2, target=0, size=3)
    mean, donor = (occlude(probe, 2, target=0, size=3, fill=fill).map for fill in ("mean", "donor"))
    agree = np.sign(mean) == np.sign(donor)
    np.testing.assert_allclose(np.abs(both.map[agree]), np.minimum(*np.abs([mean, donor]))[agree])
    assert (both.map[~agree] == 0).all()
    number = occlude(probe, 2, target=0, size=3, fill=0)
    assert number.fills == ("0",)
    assert number.map.shape == mean.shape


def test_shares_count_by_their_odds() -> None:
    model, plain = network(softmax=True), network()
    model.set_weights(plain.get_weights())
    probe = ModelProbe(model, IMAGES)
    found = occlude(probe, 0, target=1, size=3, fill="mean")
    scores = np.asarray(plain(IMAGES[:1]), "float64")[0]
    odds = scores[1] - np.log(np.exp(scores[[0, 2]]).sum())
    assert found.target_unit == "log-odds"
    assert found.target_before == pytest.approx(odds, abs=1e-4)
    # Without a target it is the answer.
    assert occlude(probe, 0, size=3).target == scores.argmax()
    one = keras.Sequential(
        [keras.Input((9, 7, 2)), L.Flatten(), L.Dense(1, activation="sigmoid", name="head")]
    )
    yes = occlude(ModelProbe(one, IMAGES), 0, size=3, fill="mean")
    share = np.asarray(one(IMAGES[:1]), "float64")[0, 0]
    assert yes.target_before == pytest.approx(np.log(share / (1 - share)), rel=1e-3)
    assert yes.answer == int(share > 0.5)


class Counted(keras.Layer):
    """Counts its calls where nobody else sees it."""

    calls = 0

    def call(self, x: Any) -> Any:
        Counted.calls += 1
        return x


def test_a_channel_alone_stops_at_its_layer() -> None:
    model = keras.Sequential(
        [keras.Input((9, 7, 2)), L.Conv2D(3, 3, name="conv"), Counted(), L.Flatten(), L.Dense(2)]
    )
    probe = ModelProbe(model, IMAGES)
    assert probe.layers
    Counted.calls = 0
    alone = occlude(probe, 0, path="conv", channel=1, size=3)
    assert Counted.calls == 0
    assert alone.answers is alone.target is alone.flips is None
    both = occlude(probe, 0, path="conv", channel=1, target="answer", size=3, fill="mean")
    assert Counted.calls > 0
    assert both.channel_losses is not None
    assert alone.channel_losses is not None
    np.testing.assert_allclose(both.channel_losses[0], alone.channel_losses[0], atol=1e-5)


def test_coarse_first_and_then_the_whole() -> None:
    probe = ModelProbe(network(), IMAGES)
    steps = [*occlude_finer(probe, 0, path="conv", channel=0, size=1, stride=1)]
    assert [step.grid.positions for step in steps] == [(5, 6), (9, 7)]
    whole = occlude(probe, 0, path="conv", channel=0, size=1, stride=1)
    np.testing.assert_allclose(steps[-1].map, whole.map, atol=1e-6)
    assert not np.isnan(steps[0].pixels).any()
    assert len([*occlude_finer(probe, 0, size=5, stride=3)]) == 1
    # An answer that nobody waits for costs nothing, and holds nothing.
    waiting = occlude_finer(probe, 0, size=1, stride=1)
    next(waiting)
    other = threading.Thread(target=lambda: model_lock(probe.model).acquire(5))
    other.start()
    other.join(10)
    assert not other.is_alive()


def with_crosses(count: int, seed: int) -> tuple[Any, Any, Any]:
    """Noise; half of the pictures of class 1 have a cross, and class 0 has none."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(0, 0.6, (count, 14, 14, 1)).astype("float32")
    labels = rng.integers(0, 2, count)
    places = np.full((count, 2), -1)
    cross = np.zeros((5, 5, 1), np.float32)
    cross[2], cross[:, 2] = 1, 1
    for k in np.flatnonzero(labels == 1)[::2]:
        y, x = places[k] = rng.integers(0, 10, 2)
        images[k, y : y + 5, x : x + 5] = np.maximum(images[k, y : y + 5, x : x + 5], cross)
    return images, labels, places


def test_a_planted_cross_is_found_where_it_is() -> None:
    images, labels, places = with_crosses(600, 0)
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((14, 14, 1)),
            L.Conv2D(6, 5, activation="relu", name="conv"),
            L.GlobalMaxPooling2D(),
            L.Dense(2, name="head"),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, jit_compile=False)
    model.fit(images, labels, batch_size=50, epochs=8, verbose=0)
    fresh, _, places = with_crosses(160, 1)
    crossed = np.flatnonzero(places[:, 0] >= 0)
    assert len(crossed) >= 30
    probe = ModelProbe(model, fresh)
    # The channel that tells class 1 most.
    peaks = probe.outputs("conv").max((1, 2))
    channel = int(np.argmax(peaks[crossed].mean(0) - peaks[places[:, 0] < 0].mean(0)))
    hits = {"target": 0, "channel": 0}
    for sample in crossed.tolist():
        both = occlude(probe, sample, path="conv", channel=channel, target=1, size=5, stride=1)
        for name in hits:
            losses = getattr(both, f"{name}_map")
            at = np.array(np.unravel_index(losses.argmax(), losses.shape)) + 2
            inside = (places[sample] <= at) & (at < places[sample] + 5)
            hits[name] += bool(inside.all())
    assert min(hits.values()) >= 0.95 * len(crossed), (hits, len(crossed))


def test_sequences_channels_first_and_several_inputs() -> None:
    sound = keras.Sequential(
        [keras.Input((20, 2)), L.Conv1D(3, 4, name="conv"), L.GlobalMaxPooling1D(), L.Dense(2)]
    )
    waves = RNG.normal(size=(3, 20, 2)).astype("float32")
    found = occlude(ModelProbe(sound, waves), 1, path="conv", channel=2, size=4, stride=3)
    assert found.map.shape == (7,)
    first, last = network(channels_first=True), network()
    first.set_weights(last.get_weights())
    turned = occlude(
        ModelProbe(first, np.ascontiguousarray(np.moveaxis(IMAGES, -1, 1))), 0, target=1, size=3
    )
    plain = occlude(ModelProbe(last, IMAGES), 0, target=1, size=3)
    np.testing.assert_allclose(turned.map, plain.map, atol=1e-5)
    image, other, table = (
        keras.Input(shape, name=name)
        for name, shape in (("image", (9, 7, 2)), ("other", (9, 7, 2)), ("table", (3,)))
    )
    joined = L.Concatenate()([L.Flatten()(image), L.Flatten()(other), table])
    model = keras.Model([image, other, table], L.Dense(2)(joined))
    rows = RNG.normal(size=(6, 3)).astype("float32")
    probe = ModelProbe(model, [IMAGES, 2 * IMAGES, rows])
    with pytest.raises(ValueError, match="several inputs can be covered, 'image', 'other'"):
        occlude(probe, 0)
    assert occlude(probe, 0, source="other", size=3).source == "other"
    with pytest.raises(ValueError, match="'table' cannot be covered in patches: is a table"):
        occlude(probe, 0, source="table")
    with pytest.raises(ValueError, match=r"one of the model's inputs, 'image', .*got 'picture'"):
        occlude(probe, 0, source="picture")


def test_tables_words_and_single_samples() -> None:
    rows = RNG.normal(size=(4, 3)).astype("float32")
    with pytest.raises(ValueError, match=r"is a table: its columns have no neighbours"):
        occlude(ModelProbe(Subclassed(), rows), 0)
    words = keras.Sequential([keras.Input((5,), dtype="int32"), L.Embedding(9, 4), L.Flatten()])
    with pytest.raises(ValueError, match="whole numbers, such as of words"):
        occlude(ModelProbe(words, np.ones((2, 5), "int32")), 0)
    alone = ModelProbe(network(), IMAGES[:1])
    found = occlude(alone, 0, size=3)
    assert found.fills == ("mean",)
    assert "no other sample" in found.summary
    with pytest.raises(ValueError, match="patches of another sample"):
        occlude(alone, 0, fill="donor")


def test_bytes_a_fixed_batch_and_half_precision() -> None:
    images = RNG.integers(0, 255, (4, 8, 8, 3)).astype("uint8")
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(4, 8, 8, 3), dtype="uint8"),
            L.Rescaling(1 / 255),
            L.Conv2D(2, 3, name="conv", dtype="mixed_float16"),
            L.Flatten(),
            L.Dense(2, dtype="float32"),
        ]
    )
    found = occlude(ModelProbe(model, images), 1, path="conv", channel=0, target=0, size=3)
    assert np.isfinite(found.map).all()
    assert found.map.shape == (6, 6)
    free = keras.Sequential([keras.Input((8, 8, 3)), *model.layers])
    same = occlude(ModelProbe(free, images), 1, path="conv", channel=0, target=0, size=3)
    np.testing.assert_allclose(found.map, same.map, atol=1e-2)


def test_weights_that_are_no_numbers_give_a_map_of_none() -> None:
    model = keras.models.clone_model(network())
    model.get_layer("conv").bias.assign(np.full(5, np.nan))
    found = occlude(ModelProbe(model, IMAGES), 0, path="conv", channel=0, target="answer", size=3)
    assert np.isnan(found.map).all()
    assert found.strongest is None
    assert found.summary


def test_a_wide_layer_is_asked_as_any_other() -> None:
    model = keras.Sequential(
        [keras.Input((4, 4, 1)), L.Flatten(), L.Dense(25_600, name="wide"), L.Reshape((160, 160))]
    )
    found = occlude(
        ModelProbe(model, RNG.normal(size=(2, 4, 4, 1)).astype("float32")),
        0,
        path="wide",
        channel=25_599,
        size=2,
    )
    assert found.map.shape == (3, 3)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"sample": 6}, "sample must be whole numbers between 0 and 5; got 6"),
        ({"path": "conv"}, "path and channel go together"),
        ({"channel": 1}, "path and channel go together"),
        ({"path": "conv", "channel": 5}, "channel must be .* 4; got 5"),
        ({"path": "cnov", "channel": 0}, "the closest are 'conv'"),
        ({"target": 3}, "target must be whole numbers between 0 and 2; got 3"),
        ({"target": "best"}, "target must be .*'answer'.*got 'best'"),
        ({"size": 8}, "size must be 7 at the most along an axis of 7; got 8"),
        ({"size": (3, 3, 3)}, "one for each of 2 axes"),
        ({"stride": 0}, "stride must be a whole number of positions, 1 or more"),
        ({"fill": "zero"}, "fill must be 'mean' or 'donor'; got 'zero'"),
        ({"output": 1}, "output must be whole numbers and 0 is the only one; got 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(options: dict[str, Any], match: str) -> None:
    given = {"sample": 0, **options}
    with pytest.raises((TypeError, ValueError), match=match):
        occlude(ModelProbe(network(), IMAGES), **given)


def test_pictures_as_outputs_and_layers_that_raise() -> None:
    model = keras.Sequential([keras.Input((9, 7, 2)), L.Conv2D(2, 3, name="conv")])
    with pytest.raises(ValueError, match="is no list of scores"):
        occlude(ModelProbe(model, IMAGES), 0)

    class Broken(keras.layers.Layer):
        broken = False

        def call(self, x: Any) -> Any:
            if self.broken:
                raise ValueError("no")
            return x

    layer = Broken()
    model = keras.Sequential([keras.Input((9, 7, 2)), layer, L.Flatten(), L.Dense(2)])
    probe = ModelProbe(model, IMAGES)
    assert probe.layers
    layer.broken = True
    with pytest.raises(ModelCallError, match="no"):
        occlude(probe, 0)


def test_another_thread_trains_meanwhile() -> None:
    model = keras.models.clone_model(network())
    model.compile("sgd", "mse", jit_compile=False)
    probe = ModelProbe(model, IMAGES)
    found: list[Occlusion] = []
    other = threading.Thread(target=lambda: found.extend(occlude(probe, 0) for _ in range(3)))
    other.start()
    model.fit(IMAGES, np.zeros((6, 3)), epochs=20, verbose=0)
    other.join(120)
    assert len(found) == 3
