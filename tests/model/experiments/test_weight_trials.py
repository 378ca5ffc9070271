"""Trials of a live model without a weight's order, and with channels silent."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.measurements.training.trials import Trial
from cnnviz_widgets.model import ModelProbe, model_lock
from cnnviz_widgets.model.experiments.weight_trials import CannotExchange, Trials
from cnnviz_widgets.model.reading.call_recorder import ModelCallError

from ..snapshot import differences, snapshot

RNG = np.random.default_rng(0)


def blobs(count: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Points about four corners, and which."""
    labels = np.arange(count) % 4
    corners = 3 * np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    return (corners[labels] + RNG.normal(size=(count, 2))).astype(np.float32), labels


def learner() -> Any:
    model = keras.Sequential(
        [
            keras.Input((2,)),
            L.Dense(16, activation="relu", name="hidden"),
            L.Dense(4, activation="softmax", name="head"),
        ]
    )
    keras.utils.set_random_seed(1)
    model.compile(keras.optimizers.Adam(0.03), "sparse_categorical_crossentropy")
    model.fit(*blobs(256), epochs=6, batch_size=32, verbose=0)
    return model


@pytest.fixture(scope="module")
def trained() -> Any:
    return learner()


def in_order(model: Any, targets: Any, weight: str, inputs: Any = None, **options: Any) -> Trial:
    probe = ModelProbe(model, blobs()[0] if inputs is None else inputs)
    path, _, name = weight.rpartition("/")
    with model_lock(model):
        return Trials(probe, targets, **options).in_random_order(path, name)


def test_a_weight_that_has_learnt_is_missed(trained: Any) -> None:
    inputs, labels = blobs()
    trial = in_order(trained, labels, "hidden/kernel", inputs)
    assert trial.outcome == "worse"
    assert trial.now is not None
    assert trial.then is not None
    assert trial.now.right == np.sum(trained.predict(inputs, verbose=0).argmax(1) == labels)
    assert trial.now.loss == pytest.approx(trained.evaluate(inputs, labels, verbose=0), rel=1e-4)
    assert trial.then.right < trial.now.right


def test_the_trial_is_the_model_with_the_weight_permuted(trained: Any) -> None:
    inputs, labels = blobs()
    before = snapshot(trained)
    trial = in_order(trained, labels, "hidden/kernel", inputs, seed=5)
    assert differences(before, snapshot(trained)) == []
    twin = keras.models.clone_model(trained)
    twin.set_weights(trained.get_weights())
    kernel, bias = twin.layers[0].get_weights()
    mixed = np.random.default_rng([5, 0]).permutation(kernel.ravel()).reshape(kernel.shape)
    twin.layers[0].set_weights([mixed, bias])
    a, b = (each.predict(inputs, verbose=0) for each in (trained, twin))
    assert trial.change == pytest.approx(np.linalg.norm(b - a) / np.linalg.norm(a), rel=1e-4)
    assert trial.answers_changed == np.sum(a.argmax(1) != b.argmax(1))


def test_a_weight_that_nothing_reads_is_spared(trained: Any) -> None:
    inputs = keras.Input((2,))
    unused = L.Dense(8, name="unused")(inputs)
    gated = L.Lambda(lambda x: 0 * x, name="closed")(L.Dense(4, name="open")(unused))
    outputs = L.Add(name="add")([L.Dense(4, name="used")(inputs), gated])
    model = keras.Model(inputs, outputs)
    assert in_order(model, None, "unused/kernel").outcome == "spared"
    assert in_order(model, None, "used/kernel").outcome == "unknown"


def test_channels_are_silenced_as_in_an_ablation(trained: Any) -> None:
    inputs, labels = blobs()
    probe = ModelProbe(trained, inputs)
    with model_lock(trained):
        trials = Trials(probe, labels)
        every = trials.silenced("hidden", range(16))
        none = trials.silenced("hidden", [])
    assert every.outcome == "worse"
    assert every.then is not None
    assert every.then.right == 16  # the same answer for all
    assert (none.outcome, none.change) == ("spared", 0.0)


def test_answers_to_unrelated_targets_have_nothing_to_lose(trained: Any) -> None:
    labels = np.random.default_rng(3).integers(0, 4, 64)
    assert in_order(trained, labels, "hidden/kernel").outcome == "nothing to lose"


def test_the_loss_is_that_of_the_shares_as_they_are() -> None:
    model = keras.Sequential([keras.Input((2,)), L.Dense(2, activation="softmax")])
    model.layers[0].set_weights([np.array([[0, 1.0], [0, 0]]), np.zeros(2)])
    inputs = np.array([[60.0, 0], [-60, 0]], np.float32)  # as sure as can be, and wrong
    with model_lock(model):
        now = Trials(ModelProbe(model, inputs), np.array([0, 1])).now
    assert now is not None
    assert now.loss == pytest.approx(-np.log(1e-7), rel=1e-3)
    assert np.mean(now.gains) < 0


def test_one_class_alone_cannot_tell(trained: Any) -> None:
    trial = in_order(trained, np.zeros(64, int), "hidden/kernel")
    assert trial.outcome == "nothing to lose"


@pytest.mark.parametrize("targets", [np.zeros((64, 7)), np.full(64, 9)])
def test_targets_that_do_not_fit_are_refused(trained: Any, targets: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"targets|cannot compare"):
        in_order(trained, targets, "hidden/kernel")


def test_the_loss_of_groups_is_asked_where_right_answers_do_not_decide(trained: Any) -> None:
    inputs, labels = blobs()
    right = in_order(trained, labels, "hidden/kernel", inputs)
    assert right.now is not None
    assert right.now.gains == ()
    assert len(right.now.right_gains) == 8
    wrong = in_order(trained, (labels + 1) % 4, "hidden/kernel", inputs)
    assert wrong.now is not None
    assert len(wrong.now.gains) == 8


def test_a_loss_that_raises_is_refused(trained: Any) -> None:
    def wrong(targets: Any, outputs: Any) -> Any:
        raise RuntimeError("no")

    with pytest.raises(ValueError, match="cannot compare"):
        in_order(trained, blobs()[1], "hidden/kernel", loss=wrong)


def test_several_outputs_and_a_dict_of_them() -> None:
    inputs = keras.Input((2,))
    hidden = L.Dense(8, name="hidden")(inputs)
    heads = [L.Dense(1, name=name)(hidden) for name in "ab"]
    values, _ = blobs()
    targets = [values[:, :1], values[:, 1:]]
    listed = keras.Model(inputs, heads)
    named = keras.Model(inputs, dict(zip("ab", heads, strict=True)))
    for model, given in ((listed, targets), (named, dict(zip("ab", targets, strict=True)))):
        model.compile("sgd", "mse")
        trial = in_order(model, given, "hidden/kernel", values)
        assert trial.now is not None
        total = model.evaluate(values, given, verbose=0, return_dict=True)["loss"]
        assert trial.now.loss == pytest.approx(total, rel=1e-3)
        assert len(trial.now.gains) == 8


class Twice(keras.Model):
    """A shared layer, read from a subclassed model."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = L.Dense(2, name="shared")

    def call(self, x: Any) -> Any:
        return self.shared(keras.ops.tanh(self.shared(x)))


def test_a_shared_weight_is_exchanged_in_all_calls() -> None:
    model, (values, _) = Twice(), blobs()
    model(values)
    trial = in_order(model, None, "shared/kernel", values)
    before = np.asarray(model(values))
    kernel, bias = model.shared.get_weights()
    mixed = np.random.default_rng([0, 0]).permutation(kernel.ravel()).reshape(2, 2)
    model.shared.set_weights([mixed, bias])
    after = np.asarray(model(values))
    change = np.linalg.norm(after - before) / np.linalg.norm(before)
    assert trial.change == pytest.approx(change, rel=1e-4)


def test_one_sample_decides_nothing(trained: Any) -> None:
    trial = in_order(trained, np.zeros(1, int), "hidden/kernel", blobs(1)[0])
    assert trial.outcome in ("nothing to lose", "spared")


def test_what_acts_otherwise_than_stored_cannot_be_exchanged() -> None:
    model = keras.Sequential([keras.Input((16,)), L.Dense(8, name="dense")])
    model.layers[0].enable_lora(2)
    with pytest.raises(CannotExchange, match="LoRA"):
        in_order(model, None, "dense/kernel", RNG.normal(size=(4, 16)))
    with pytest.raises(CannotExchange, match="no weight"):
        in_order(model, None, "dense/colonel", RNG.normal(size=(4, 16)))


def test_half_precision_is_exchanged_too() -> None:
    model = keras.Sequential([keras.Input((16,)), L.Dense(8, dtype="bfloat16", name="dense")])
    assert in_order(model, None, "dense/kernel", RNG.normal(size=(4, 16))).change > 0.1


def test_a_model_that_raises_says_where() -> None:
    def raising(x: Any) -> Any:
        if not isinstance(x, keras.KerasTensor) and float(keras.ops.max(x)) > 1e9:
            raise RuntimeError("too large")
        return x

    inputs = keras.Input((2,))
    hidden = L.Dense(2, name="dense")(inputs)
    model = keras.Model(inputs, L.Lambda(raising, output_shape=(2,))(hidden))
    model.compile(run_eagerly=True)
    probe = ModelProbe(model, np.ones((4, 2)))
    with model_lock(model):
        trials = Trials(probe)
        model.get_layer("dense").set_weights([np.full((2, 2), 1e10), np.zeros(2)])
        with pytest.raises(ModelCallError, match="too large"):
            trials.in_random_order("dense", "kernel")
