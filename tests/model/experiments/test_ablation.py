"""Replaced channels against hand-built copies of the nets, and the model untouched by it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelCallError, ModelProbe
from cnnviz_widgets.model.experiments import exchanged_pass
from cnnviz_widgets.model.experiments.ablation import HOWS, Ablation, ablate
from cnnviz_widgets.model.experiments.losses import checked_loss

from .. import nets
from ..snapshot import differences, snapshot

LABELS = np.array([0, 1, 1, 0])


def classifier(data_format: str = "channels_last") -> Any:
    axis = 1 if data_format == "channels_first" else -1
    keras.utils.set_random_seed(3)
    return keras.Sequential(
        [
            keras.Input((3, 8, 8) if axis == 1 else (8, 8, 3)),
            L.Conv2D(4, 3, activation="relu", data_format=data_format, name="conv1"),
            L.Conv2D(3, 3, activation="relu", data_format=data_format, name="conv2"),
            L.Flatten(name="flat"),
            L.Dense(2, activation="softmax", name="head"),
        ]
    )


def without(model: Any, layer: str, channels: list[int]) -> Any:
    """A copy whose next convolution reads nothing from these channels of `conv1`."""
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    kernel = np.array(copy.get_layer(layer).get_weights()[0])
    kernel[:, :, channels] = 0
    copy.get_layer(layer).kernel.assign(kernel)
    return copy


def test_silence_is_the_next_kernel_reading_nothing() -> None:
    model = classifier()
    model.compile(loss="sparse_categorical_crossentropy")
    copy = without(model, "conv2", [1, 3])
    copy.compile(loss="sparse_categorical_crossentropy")
    found = ablate(ModelProbe(model, nets.IMAGES), "conv1", [3, 1], targets=LABELS)
    before, after = (np.asarray(m(nets.IMAGES)) for m in (model, copy))
    change = np.linalg.norm(after - before) / np.linalg.norm(before)
    assert found.change == pytest.approx(change, rel=1e-4)
    assert found.largest_change == pytest.approx(np.abs(after - before).max(), rel=1e-4)
    assert found.loss_before == pytest.approx(
        model.evaluate(nets.IMAGES, LABELS, verbose=0), rel=1e-5
    )
    assert found.loss_after == pytest.approx(
        copy.evaluate(nets.IMAGES, LABELS, verbose=0), rel=1e-5
    )
    assert found.loss_name == "sparse_categorical_crossentropy"
    assert found.answers_changed == (before.argmax(1) != after.argmax(1)).sum()
    assert (found.channels, found.samples, found.answers) == ((1, 3), 4, 4)
    assert found.right_before == (before.argmax(1) == LABELS).sum()
    assert found.right_after == (after.argmax(1) == LABELS).sum()
    assert not found.unchanged


def test_channels_first_are_the_same_channels() -> None:
    last, first = classifier(), classifier("channels_first")
    for name in ("conv1", "conv2"):
        first.get_layer(name).set_weights(last.get_layer(name).get_weights())
    kernel, bias = last.get_layer("head").get_weights()
    kernel = kernel.reshape(4, 4, 3, 2)
    first.get_layer("head").set_weights([kernel.transpose(2, 0, 1, 3).reshape(48, 2), bias])
    for how in ("silence", "mean", "merge"):
        a = ablate(ModelProbe(last, nets.IMAGES), "conv1", [0, 2], how)
        b = ablate(ModelProbe(first, nets.IMAGES.transpose(0, 3, 1, 2)), "conv1", [0, 2], how)
        assert a.change == pytest.approx(b.change, rel=1e-4)
        assert a.change > 0.001


def rows() -> Any:
    """Three features passed on, then added up."""
    inputs = keras.Input((3,))
    passed = L.Dense(3, kernel_initializer="identity", use_bias=False, name="pass")(inputs)
    total = L.Dense(1, kernel_initializer="ones", use_bias=False, name="total")
    # Ten times the first, a hundred times the second, so that each can be told.
    return keras.Model(inputs, total(passed * np.array([1, 10, 100], "float32")))


X = np.array([[1, 2, 3], [3, 4, 9]], "float32")


@pytest.mark.parametrize(
    ("how", "channels", "after"),
    [
        ("silence", [0], [320, 940]),
        # The means over the samples are 2, 3 and 6.
        ("mean", [0], [322, 942]),
        ("mean", [0, 2], [622, 642]),
        # Of the second and third feature: 2.5 and 6.5.
        ("merge", [1, 2], [276, 718]),
    ],
)
def test_each_way_by_hand(how: Any, channels: list[int], after: list[float]) -> None:
    before = np.array([321, 943], "float32")
    found = ablate(ModelProbe(rows(), X), "pass", channels, how, targets=np.zeros((2, 1)))
    moved = np.array(after) - before
    assert found.change == pytest.approx(np.linalg.norm(moved) / np.linalg.norm(before), rel=1e-5)
    assert found.largest_change == pytest.approx(np.abs(moved).max())
    assert found.loss_before == pytest.approx(np.mean(before**2))
    assert found.loss_after == pytest.approx(np.mean(np.square(after)), rel=1e-5)
    assert found.loss_name == "mean_squared_error"
    assert (found.answers, found.answers_changed) == (None, None)


def test_the_mean_is_over_samples_and_positions_and_merging_is_not() -> None:
    model = keras.Sequential(
        [keras.Input((2, 1, 2)), L.Identity(name="same"), L.Identity(name="end")]
    )
    x = np.array([[[[0, 1]], [[2, 3]]], [[[4, 5]], [[6, 15]]]], "float32")
    silent = ablate(ModelProbe(model, x), "same", [1], targets=np.zeros_like(x), loss="mse")
    assert silent.loss_after == pytest.approx(np.mean([0, 0, 4, 0, 16, 0, 36, 0]))
    mean = ablate(ModelProbe(model, x), "same", [1], "mean", targets=np.zeros_like(x), loss="mse")
    assert mean.loss_after == pytest.approx(np.mean([0, 36, 4, 36, 16, 36, 36, 36]))
    merge = ablate(
        ModelProbe(model, x), "same", [0, 1], "merge", targets=np.zeros_like(x), loss="mse"
    )
    halves = [0.5, 0.5, 2.5, 2.5, 4.5, 4.5, 10.5, 10.5]
    assert merge.loss_after == pytest.approx(np.mean(np.square(halves)))
    assert merge.loss_name == "mse"


def test_nothing_changes_where_nothing_could() -> None:
    model = classifier()
    conv = model.get_layer("conv1")
    conv.bias.assign([0, -1e6, 0, 0])
    found = ablate(ModelProbe(model, nets.IMAGES), "conv1", [1], targets=LABELS)
    assert found.unchanged
    assert (found.change, found.largest_change, found.answers_changed) == (0, 0, 0)
    assert found.loss_before == found.loss_after
    assert found.summary == (
        "Silencing channel 1 of 'conv1' changes nothing at all on these 4 samples."
    )


def test_a_nan_channel_is_silenced_too() -> None:
    model = classifier()
    conv = model.get_layer("conv1")
    kernel = conv.get_weights()[0].copy()
    kernel[..., 2] = np.nan
    conv.kernel.assign(kernel)
    probe = ModelProbe(model, nets.IMAGES)
    found = ablate(probe, "conv1", [2], targets=LABELS)
    assert found.change == found.largest_change == np.inf
    assert np.isnan(found.loss_before)
    assert np.isfinite(found.loss_after)
    assert "goes from nan to" in found.summary
    assert ablate(probe, "conv1", [0]).unchanged  # NaN as before


def test_only_the_one_call_of_a_shared_layer_is_replaced() -> None:
    inputs = keras.Input((3,))
    shared = L.Dense(3, kernel_initializer="identity", use_bias=False, name="shared")
    model = keras.Model(inputs, shared(shared(inputs) + 1))
    probe = ModelProbe(model, X)
    zero = np.zeros((2, 3))
    # x + 1 comes out; without the first feature of the first call 1, of the second 0.
    for path, first in (("shared", 1), ("shared:1", 0)):
        found = ablate(probe, path, [0], targets=zero, loss="mse")
        after = X + 1
        after[:, 0] = first
        assert found.loss_after == pytest.approx(np.mean(after**2))


def test_inside_nested_and_subclassed_models() -> None:
    probe = ModelProbe(nets.nested(), nets.IMAGES)
    kernel = probe.weights("head")["kernel"]
    pooled = probe.outputs("backbone/pool")
    found = ablate(probe, "backbone/pool", [1])
    assert found.largest_change == pytest.approx(
        np.abs(np.outer(pooled[:, 1], kernel[1])).max(), rel=1e-4
    )
    model = nets.Subclassed()
    probe = ModelProbe(model, X)
    # A block adds three times the row's sum; the features count, too.
    found = ablate(probe, "block1", [0, 1, 2])
    assert found.change == 1
    before = probe.outputs("block1/inner")
    features = probe.outputs("block1")
    found = ablate(probe, "block1/inner", [0, 1, 2])
    moved = np.concatenate([before, before.sum(1, keepdims=True)], 1)
    whole = np.concatenate([features, features.sum(1, keepdims=True)], 1)
    assert found.change == pytest.approx(np.linalg.norm(moved) / np.linalg.norm(whole), rel=1e-5)
    with pytest.raises(ValueError, match="1 array, the model returns 2 outputs"):
        ablate(probe, "block1", [0], targets=X)
    both = {"logits": np.zeros((2, 1)), "features": np.zeros((2, 3))}
    found = ablate(probe, "block1", [0, 1, 2], targets=both)
    assert found.loss_after == 0
    assert found.loss_before == pytest.approx(
        np.mean(features**2) + np.mean(features.sum(1) ** 2), rel=1e-5
    )


def test_several_outputs_with_compiled_losses_and_weights() -> None:
    inputs = keras.Input((3,))
    body = L.Dense(4, name="body")(inputs)
    outputs = [L.Dense(2, name="a")(body), L.Dense(1, activation="sigmoid", name="b")(body)]
    model = keras.Model(inputs, outputs)
    model.compile(loss={"a": "mae", "b": "binary_crossentropy"}, loss_weights={"a": 2, "b": 0.5})
    a, b = np.ones((2, 2), "float32"), np.array([[0], [1]], "float32")
    probe = ModelProbe(model, X)
    before = snapshot(model)
    listed = ablate(probe, "body", [0], targets=[a, b])
    assert differences(before, snapshot(model)) == []
    expected = model.evaluate(X, [a, b], verbose=0, return_dict=True)["loss"]
    assert listed.loss_before == pytest.approx(expected, rel=1e-5)
    assert listed.loss_name == "mae, binary_crossentropy"
    assert ablate(probe, "body", [0], targets={"b": b, "a": a}) == listed
    assert listed.answers == 2


def test_half_precision() -> None:
    model = keras.Sequential(
        [
            keras.Input((200, 200, 1)),
            L.Conv2D(2, 1, kernel_initializer="ones", dtype="mixed_float16", name="conv"),
            L.Activation("linear", dtype="float32", name="end"),
        ]
    )
    x = np.full((2, 200, 200, 1), 4.0, "float32")
    # The sum of a channel's values is far beyond float16.
    assert ablate(ModelProbe(model, x), "conv", [0], "mean").unchanged
    assert ablate(ModelProbe(model, x), "conv", [0]).change == pytest.approx(np.sqrt(0.5))


def test_a_mask_goes_on_with_the_replaced_output() -> None:
    model = keras.Sequential(
        [
            keras.Input((4,), dtype="int32"),
            L.Embedding(5, 3, mask_zero=True, name="tokens"),
            L.LSTM(2, name="memory"),
        ]
    )
    tokens = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
    probe = ModelProbe(model, tokens)
    table = model.get_layer("tokens").embeddings
    values = np.asarray(table).copy()
    values[:, 1] = 0
    table.assign(values)
    # Were the mask lost, the padded steps would move the memory.
    assert ablate(probe, "tokens", [1]).unchanged


def test_the_loss_is_chosen_by_outputs_and_targets() -> None:
    def name(units: int, activation: str | None, targets: Any, **options: Any) -> str | None:
        model = keras.Sequential(
            [keras.Input((3,)), L.Dense(units, activation=activation, name="only")]
        )
        return ablate(ModelProbe(model, X / 9), "only", [0], targets=targets, **options).loss_name

    classes = np.array([0, 1], "uint8")
    assert name(2, "softmax", classes) == "sparse_categorical_crossentropy"
    assert name(2, None, classes[:, None]) == "sparse_categorical_crossentropy"
    assert name(2, "softmax", np.eye(2)) == "categorical_crossentropy"
    assert name(1, "sigmoid", classes) == "binary_crossentropy"
    assert name(1, "tanh", classes) == "mean_squared_error"
    assert name(2, None, np.eye(2), loss="mae") == "mae"
    assert name(2, None, np.eye(2), loss=keras.losses.Huber()) == "huber_loss"
    # Scores before a softmax are logits.
    model = keras.Sequential([keras.Input((3,)), L.Dense(2, name="only")])
    found = ablate(ModelProbe(model, X / 9), "only", [0], targets=classes)
    scores = np.asarray(model(X / 9), "float64")
    logs = scores - np.log(np.exp(scores).sum(1, keepdims=True))
    assert found.loss_before == pytest.approx(-np.mean(logs[[0, 1], [0, 1]]), rel=1e-5)


@pytest.mark.parametrize(
    ("path", "channels", "how", "options", "match"),
    [
        ("conv", [0], "silence", {}, "closest are"),
        ("conv1", [4], "silence", {}, "whole numbers between 0 and 3; got 4"),
        ("conv1", [-1], "silence", {}, "got -1"),
        ("conv1", [True], "silence", {}, r"got \[True\]"),
        ("conv1", "ab", "silence", {}, "got 'ab'"),
        ("conv1", [], "silence", {}, "at least 1 channel of 'conv1'; got 0"),
        ("conv1", [2, 2], "merge", {}, "at least 2 channels of 'conv1'; got 1"),
        ("conv1", [0], "quieten", {}, "'silence', 'mean', 'merge'; got 'quieten'"),
        ("conv1", [0], "silence", {"loss": "mse"}, "needs targets"),
        (
            "conv1",
            [0],
            "silence",
            {"targets": np.zeros(3)},
            r"each of the 4 samples; got shape \(3,\)",
        ),
        ("conv1", [0], "silence", {"targets": ["a"] * 4}, "numbers"),
        ("conv1", [0], "silence", {"targets": {"tail": LABELS}}, r"\['tail'\], not \['head'\]"),
        ("conv1", [0], "silence", {"targets": [LABELS, LABELS]}, "shape|holds"),
    ],
)
def test_what_cannot_be_tried_is_said_before_the_model_runs(
    path: str,
    channels: Any,
    how: Any,
    options: dict[str, Any],
    match: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    probe = ModelProbe(classifier(), nets.IMAGES)
    assert probe.layers

    def never(*_: Any) -> None:
        raise AssertionError("the model was run")

    monkeypatch.setattr(exchanged_pass, "forward", never)
    with pytest.raises((TypeError, ValueError), match=match):
        ablate(probe, path, channels, how, **options)


@pytest.mark.parametrize(
    ("targets", "loss", "match"),
    [
        (np.array([0, 1, 2, 0]), None, "classes from 0 to 2; the model tells 2"),
        (np.zeros((4, 3)), None, r"shape \(4, 3\) do not fit outputs of shape \(4, 2\)"),
        (np.zeros((4, 3)), "mse", "mse cannot compare"),
        (LABELS, "no_such_loss", "no_such_loss"),
    ],
)
def test_targets_that_do_not_suit_the_outputs(targets: Any, loss: Any, match: str) -> None:
    model = classifier()
    probe = ModelProbe(model, nets.IMAGES)
    before = snapshot(model)
    with pytest.raises(ValueError, match=match):
        ablate(probe, "conv1", [0], targets=targets, loss=loss)
    assert differences(before, snapshot(model)) == []


def test_sentences_and_numbers_for_people() -> None:
    facts: dict[str, Any] = {
        "path": "conv1",
        "how": "merge",
        "samples": 16,
        "loss_name": "mse",
        "largest_change": 0.25,
        "answers": 16,
        "unchanged": False,
    }
    found = Ablation(
        **facts,
        channels=(1, 2, 5),
        change=0.1234,
        loss_before=0.5,
        loss_after=0.75,
        answers_changed=5,
        right_before=12,
        right_after=9,
    )
    assert found.summary == (
        "Merging channels 1, 2 and 5 of 'conv1' changes the outputs by 12 % on 16 samples; "
        "5 of 16 answers differ; 9 are right instead of 12; the loss (mse) rises from 0.5 to 0.75."
    )
    assert found.details == (
        ("outputs changed by", "12 %"),
        ("largest change of one value", "0.25"),
        ("answers that differ", "5 of 16"),
        ("right answers before", "12 of 16"),
        ("right answers after", "9 of 16"),
        ("loss (mse) before", "0.5"),
        ("loss (mse) after", "0.75"),
    )
    assert found.numbers == {
        "samples": 16,
        "change": 0.1234,
        "changed": 5,
        "right": (12, 9),
        "loss": (0.5, 0.75),
        "unchanged": False,
    }
    blind = replace(found, right_before=None, loss_after=None, answers_changed=None)
    assert [blind.numbers[name] for name in ("changed", "right", "loss")] == [None] * 3


def noisy() -> Any:
    """Random numbers, a loss of its own and averages that training mode would move."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.Conv2D(2, 3, activity_regularizer="l2", name="conv"),
            L.BatchNormalization(name="norm"),
            Noise(name="noise"),
        ]
    )


class Noise(keras.Layer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = keras.random.SeedGenerator(3)

    def call(self, x: Any) -> Any:
        return x + keras.random.normal(keras.ops.shape(x), seed=self.seed)


@pytest.mark.parametrize("make", [classifier, noisy, nets.nested])
@pytest.mark.parametrize("eager", [False, True])
def test_the_model_is_untouched(make: Callable[[], Any], eager: bool) -> None:
    model = make()
    model.compile("adam", "mse", run_eagerly=eager, jit_compile=False)
    probe = ModelProbe(model, nets.IMAGES)
    model.train_on_batch(nets.IMAGES, np.zeros_like(np.asarray(model(nets.IMAGES))))
    path = probe.layers[0].path
    before = snapshot(model)
    for how in HOWS:
        targets = np.zeros((4, *probe.layers[-1].output_shape[1:]))
        found = ablate(probe, path, [0, 1], how, targets=targets)
        assert found.change > 0
    assert differences(before, snapshot(model)) == []


def test_both_passes_draw_the_same_random_numbers() -> None:
    model = noisy()
    norm = model.get_layer("norm")
    norm.gamma.assign([0, 1])
    assert ablate(ModelProbe(model, nets.IMAGES), "conv", [0]).unchanged


class Fuse:
    """How many calls go well before one raises."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.left = 1000


class Fused(keras.Layer):
    def __init__(self, fuse: Fuse, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fuse = fuse

    def call(self, x: Any) -> Any:
        self.fuse.left -= 1
        if self.fuse.left < 0:
            raise self.fuse.error
        return x * 2


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit()])
@pytest.mark.parametrize("passes", [0, 1])
def test_an_exception_in_either_pass_changes_nothing(error: BaseException, passes: int) -> None:
    fuse = Fuse(error)
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), L.Conv2D(2, 3, name="conv"), Fused(fuse, name="fused")]
    )
    model.compile("adam", "mse")
    probe = ModelProbe(model, nets.IMAGES)
    assert probe.layers
    expected = ablate(probe, "conv", [0])
    before = snapshot(model)
    fuse.left = passes
    with pytest.raises(ModelCallError if isinstance(error, ValueError) else type(error)):
        ablate(probe, "conv", [0])
    assert fuse.left == -1
    assert differences(before, snapshot(model)) == []
    fuse.left = 1000
    assert ablate(probe, "conv", [0]) == expected


def test_threads_do_not_see_each_other_s_replacements() -> None:
    model = classifier()
    probe = ModelProbe(model, nets.IMAGES)
    expected = {channel: ablate(probe, "conv1", [channel]) for channel in range(4)}
    outputs = probe.outputs("head")
    model(nets.IMAGES)  # sets Keras' note that it was called
    before = snapshot(model)
    wrong: list[Any] = []

    def try_one(channel: int) -> None:
        for _ in range(5):
            if ablate(probe, "conv1", [channel]) != expected[channel]:
                wrong.append(channel)

    def read() -> None:
        for _ in range(10):
            if not np.array_equal(probe.outputs("head"), outputs):
                wrong.append("head")
            model(nets.IMAGES)  # a pass of somebody who holds no lock

    threads = [threading.Thread(target=try_one, args=(k,)) for k in range(4)]
    threads.append(threading.Thread(target=read))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []
    assert differences(before, snapshot(model)) == []


@pytest.mark.parametrize(
    "loss",
    [
        lambda *both: keras.ops.mean(both[0] - both[1]),
        lambda true, guess, scale=2.0: scale * keras.ops.mean(true - guess),
        functools.partial(lambda scale, true, guess: scale * keras.ops.mean(true - guess), 2.0),
        # Of a function in C nobody can tell what it takes.
        np.maximum,
    ],
)
def test_a_function_that_takes_targets_and_outputs_is_a_loss(loss: Any) -> None:
    assert checked_loss(loss, np.zeros(2)) is loss
