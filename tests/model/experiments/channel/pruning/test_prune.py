"""The smaller model does what the live one does with the channels silenced; counts by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, ablate, prune
from cnnviz_widgets.model.experiments.changed_outputs import Replacement
from cnnviz_widgets.model.experiments.exchanged_pass import run_exchanged
from cnnviz_widgets.records.channel.pruning import PruneRehearsal

from ....snapshot import differences, snapshot
from . import zoo

PROBES: dict[Callable[[], Any], ModelProbe] = {}


def probe_of(make: Callable[[], Any]) -> ModelProbe:
    """A probe of each model, made once: nothing changes them."""
    if make not in PROBES:
        rng = np.random.default_rng(5)
        model = make()
        inputs: Any = zoo.IMAGES
        if make is zoo.sequence:
            inputs = zoo.ROWS
        elif make is zoo.words:
            inputs = zoo.TOKENS
        elif make is zoo.channels_first:
            inputs = np.ascontiguousarray(np.moveaxis(zoo.IMAGES, -1, 1))
        elif make is zoo.twins:
            inputs = {side: rng.normal(size=(4, 4)).astype("float32") for side in ("left", "right")}
        PROBES[make] = ModelProbe(model, inputs)
    return PROBES[make]


def check_equal(probe: ModelProbe, rehearsal: PruneRehearsal) -> Any:
    """The smaller model, seen to do what the live one does with its channels replaced."""
    assert rehearsal.why_not is None
    small = rehearsal.smaller_model()
    how = {"remove": "silence", "merge": "first"}[rehearsal.how]
    replaced = {rehearsal.path: Replacement(rehearsal.channels, how)}
    expected = keras.tree.flatten(run_exchanged(probe, replaced))
    for mine, theirs in zip(keras.tree.flatten(small(probe.inputs)), expected, strict=True):
        scale = np.abs(theirs).max()
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5 * scale)
    assert small.count_params() == rehearsal.parameters_after
    return small


CAN = [
    (zoo.normalised, "norm", [1, 2]),
    (zoo.normalised, "pool", [0]),
    (zoo.normalised, "b", [0, 4]),
    (zoo.depthwise, "depthwise", [2, 3]),
    (zoo.depthwise, "separable", [1]),
    (zoo.depthwise, "mean", [0, 2]),
    (zoo.depthwise, "hidden", [1, 5]),
    (zoo.unpadded, "a", [0, 5]),
    (zoo.unpadded, "b", [3]),
    (zoo.generator, "a", [0, 5]),
    (zoo.sequence, "conv", [0, 2]),
    (zoo.words, "embed", [0]),
    (zoo.branches, "relu", [1, 4]),
    (zoo.branches, "join", [0, 7]),
    (zoo.branches, "c", [2]),
    (zoo.branches, "conv", [1, 2]),
    (zoo.nested, "body/first", [0, 3]),
    (zoo.nested, "body/second", [0, 3]),
    (zoo.nested, "relu", [1, 5]),
    (zoo.nested, "tail/last", [0]),
    (zoo.channels_first, "prelu", [1, 2]),
    (zoo.channels_first, "b", [0]),
    (zoo.twins, "hidden", [1, 4]),
]


@pytest.mark.parametrize(
    ("make", "path", "channels"), CAN, ids=[f"{make.__name__}-{path}" for make, path, _ in CAN]
)
def test_the_smaller_model_is_the_silenced_one(
    make: Callable[[], Any], path: str, channels: list[int]
) -> None:
    probe = probe_of(make)
    small = check_equal(probe, prune(probe, path, channels))
    assert type(small) is type(probe.model)
    for layer in small.layers:
        assert all(layer is not other for other in probe.model.layers)


CANNOT = [
    (zoo.depthwise, "a", "'separable' reads the silenced channels, they are not 0.*'depthwise'"),
    (zoo.normalised, "a", "'b' reads the silenced channels, they are not 0.*'pool'"),
    (zoo.normalised, "flat", "'flat' .Flatten. are made in a way that is not known"),
    (zoo.normalised, "head", "the model returns these channels"),
    (zoo.sequence, "wide", "'steps' lays the channels out among positions"),
    (zoo.words, "conv", "'memory' .LSTM. reads the channels in a way"),
    (zoo.branches, "a", "'sum' joins the channels with others that stay: 'a', 'b'"),
    (zoo.residual, "sum", "what 'first' makes is read before 'sum' by 'second', too"),
    (zoo.residual, "second", "taken out at 'sum'"),
    (zoo.twins, "shared", "'shared' is called 2 times"),
    (zoo.depthwise, "depthwise", "'depthwise' makes 2 channels of each"),
]


@pytest.mark.parametrize(
    ("make", "path", "why"), CANNOT, ids=[f"{make.__name__}-{path}" for make, path, _ in CANNOT]
)
def test_where_there_is_no_smaller_model_it_says_so(
    make: Callable[[], Any], path: str, why: str
) -> None:
    rehearsal = prune(probe_of(make), path, [0])
    assert rehearsal.parameters_after is rehearsal.multiplications_after is None
    with pytest.raises(ValueError, match=why):
        rehearsal.smaller_model()
    # What it would do is told all the same.
    assert rehearsal.change > 0
    assert rehearsal.why_not is not None
    assert rehearsal.why_not in rehearsal.summary


@pytest.mark.parametrize(
    ("make", "path", "channels"),
    [
        (zoo.normalised, "relu", [1, 2, 4]),
        (zoo.normalised, "b", [1, 3]),
        (zoo.nested, "relu", [0, 5]),
    ],
)
def test_one_channel_stands_for_others(
    make: Callable[[], Any], path: str, channels: list[int]
) -> None:
    probe = probe_of(make)
    rehearsal = prune(probe, path, channels, how="merge")
    small = check_equal(probe, rehearsal)
    assert small.count_params() < probe.model.count_params()


def test_where_channels_are_treated_differently_none_stands_for_another() -> None:
    rehearsal = prune(probe_of(zoo.normalised), "a", [1, 2], how="merge")
    assert "'norm' treats the channels differently" in str(rehearsal.why_not)


def test_counts_by_hand() -> None:
    rehearsal = prune(probe_of(zoo.normalised), "relu", [1, 2])
    # Convolution of 2 to 6 channels on 6 × 6; its scale, offset and averages; of 6 to 5 on 3 × 3.
    assert rehearsal.parameters_before == (9 * 2 * 6 + 6) + 4 * 6 + (9 * 6 * 5 + 5) + (45 * 3 + 3)
    assert rehearsal.parameters_after == (9 * 2 * 4 + 4) + 4 * 4 + (9 * 4 * 5 + 5) + (45 * 3 + 3)
    assert rehearsal.multiplications_before == 36 * 9 * 2 * 6 + 9 * 9 * 6 * 5 + 45 * 3
    assert rehearsal.multiplications_after == 36 * 9 * 2 * 4 + 9 * 9 * 4 * 5 + 45 * 3
    assert rehearsal.changed_layers == ("a", "norm", "b")
    # A transposed convolution multiplies at each of its input's positions.
    up = prune(probe_of(zoo.generator), "a", [0])
    assert up.multiplications_before == 64 * 9 * 2 * 6 + 256 * 16 * 6
    assert up.multiplications_after == 64 * 9 * 2 * 5 + 256 * 16 * 5
    # Depthwise 2 × 2 twice a channel; a separable one by two kernels.
    deep = prune(probe_of(zoo.depthwise), "hidden", [0])
    assert deep.multiplications_before == (
        36 * 9 * 2 * 5 + 25 * 4 * 5 * 2 + 25 * (10 + 10 * 4) + 4 * 7 + 7 * 3
    )
    # A shared layer multiplies twice, and has its weights once; a memory at each of its steps.
    assert prune(probe_of(zoo.twins), "hidden", [0]).multiplications_before == 40 + 60 + 6 + 18
    words = prune(probe_of(zoo.words), "embed", [0])
    assert words.multiplications_before == 5 * 3 * 6 * 4 + 5 * 4 * 5 * (4 + 5) + 5 * 3


def test_the_numbers_are_those_of_ablation() -> None:
    probe = probe_of(zoo.normalised)
    labels = np.array([0, 1, 2, 1])
    rehearsal = prune(probe, "relu", [1, 2], targets=labels)
    ablation = ablate(probe, "relu", [1, 2], targets=labels)
    for name in ("loss_before", "loss_after", "right_before", "right_after", "change", "answers"):
        assert getattr(rehearsal, name) == getattr(ablation, name), name
    assert rehearsal.right_after is not None
    assert rehearsal.accuracy_after == rehearsal.right_after / 4
    assert rehearsal.accuracy_before == ablation.right_before / 4  # type: ignore[operator]


def test_the_new_model_trains_and_can_be_stored(tmp_path: Path) -> None:
    probe = probe_of(zoo.nested)
    before = snapshot(probe.model)
    small = prune(probe, "relu", [1, 5]).smaller_model()
    path = tmp_path / "small.keras"
    small.save(path)
    loaded = keras.models.load_model(path)
    np.testing.assert_allclose(loaded(zoo.IMAGES), small(zoo.IMAGES), rtol=1e-5, atol=1e-6)
    small.compile("sgd", "mse")
    first = small.evaluate(zoo.IMAGES, np.zeros((4, 2)), verbose=0)
    small.fit(zoo.IMAGES, np.zeros((4, 2)), epochs=2, verbose=0)
    assert small.evaluate(zoo.IMAGES, np.zeros((4, 2)), verbose=0) < first
    assert differences(before, snapshot(probe.model)) == []


def test_weights_of_the_moment_when_it_is_made() -> None:
    probe = ModelProbe(zoo.normalised(), zoo.IMAGES)
    rehearsal = prune(probe, "relu", [0])
    probe.model.get_layer("b").kernel.assign(probe.model.get_layer("b").kernel * 2)
    check_equal(probe, rehearsal)


class Doubling(keras.Layer):
    """The user's own, with a weight."""

    def build(self, shape: Any) -> None:
        self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

    def call(self, x: Any) -> Any:
        return 2 * x * self.factor


def test_layers_of_the_user_s_own_stay_and_are_not_guessed_at() -> None:
    model = zoo.stack(
        Doubling(name="own"),
        L.Normalization(mean=1.0, variance=4.0, name="scale"),
        L.Lambda(lambda x: x * 3, name="thrice"),
        L.Conv2D(4, 3, name="conv"),
        L.Flatten(name="flat"),
        L.Dense(2, name="head"),
    )
    probe = ModelProbe(model, zoo.IMAGES)
    check_equal(probe, prune(probe, "conv", [2]))
    behind = zoo.stack(L.Conv2D(4, 3, name="conv"), Doubling(name="own"), L.Conv2D(2, 1))
    why = prune(ModelProbe(behind, zoo.IMAGES), "conv", [2]).why_not
    assert why == (
        "'own' (Doubling) has a call of its own: what it does with channels is not known here"
    )


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__(name="mine")
        self.hidden = L.Dense(3, name="hidden")
        self.head = L.Dense(2, name="head")

    def call(self, x: Any) -> Any:
        return self.head(self.hidden(x))


def test_a_model_with_a_call_of_its_own_is_rehearsed_but_not_rebuilt() -> None:
    probe = ModelProbe(Subclassed(), zoo.ROWS)
    rehearsal = prune(probe, "hidden", [0])
    assert rehearsal.multiplications_before == 15 + 6
    assert "'mine' is a Subclassed with a call of its own" in str(rehearsal.why_not)


def test_half_precision_and_weights_that_are_no_numbers() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = zoo.unpadded()
    finally:
        keras.config.set_dtype_policy("float32")
    probe = ModelProbe(model, zoo.IMAGES)
    rehearsal = prune(probe, "b", [1])
    small = rehearsal.smaller_model()
    assert small.layers[0].dtype_policy.name == "mixed_float16"
    spoilt = zoo.unpadded()
    spoilt.get_layer("norm").beta.assign(np.full(6, np.nan))
    found = prune(ModelProbe(spoilt, zoo.IMAGES), "a", [0])
    assert "they are not the same everywhere" in str(found.why_not)


def test_all_channels_or_wrong_ones_are_refused() -> None:
    probe = probe_of(zoo.normalised)
    assert "'relu' would have no channel left" in str(prune(probe, "relu", range(6)).why_not)
    with pytest.raises(ValueError, match="between 0 and 5; got 6"):
        prune(probe, "relu", [6])
    with pytest.raises(ValueError, match="'remove' or 'merge'; got 'silence'"):
        prune(probe, "relu", [1], how="silence")
    with pytest.raises(ValueError, match="at least 2 channels"):
        prune(probe, "relu", [1], how="merge")


def test_a_kept_record_says_that_its_model_is_gone() -> None:
    rehearsal = prune(probe_of(zoo.normalised), "relu", [1])
    with pytest.raises(ValueError, match="rehearse again"):
        replace(rehearsal, maker=None).smaller_model()


def test_another_thread_trains_meanwhile() -> None:
    model = zoo.normalised()
    model.compile("sgd", "mse", jit_compile=False)
    probe = ModelProbe(model, zoo.IMAGES)
    made: list[Any] = []

    def rehearse() -> None:
        for _ in range(3):
            made.append(prune(probe, "relu", [1]).smaller_model())

    other = threading.Thread(target=rehearse)
    other.start()
    model.fit(zoo.IMAGES, np.zeros((4, 3)), epochs=10, verbose=0)
    other.join(120)
    assert len(made) == 3
    assert {small.count_params() for small in made} == {made[0].count_params()}
