"""What real models keep of their training."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.diagnosis.training_record import loss_history, optimisation

from ..snapshot import differences, snapshot

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 6)).astype(np.float32)
LABELS = (X @ RNG.normal(size=(6, 3))).argmax(1)


def net(regularizer: Any = None, **dense: Any) -> Any:
    keras.utils.set_random_seed(1)
    hidden = L.Dense(16, activation="relu", kernel_regularizer=regularizer, name="hidden", **dense)
    return keras.Sequential([keras.Input((6,)), hidden, L.Dense(3, "softmax", name="head")])


def trained(model: Any, rate: float = 0.01, epochs: int = 15, **options: Any) -> Any:
    optimizer = keras.optimizers.Adam(rate)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(X, LABELS, epochs=epochs, verbose=0, **options)
    return model


def of_kind(model: Any, kind: str, **options: Any) -> list[Finding]:
    return [each for each in diagnose(model, X, **options) if each.kind == kind]


def test_the_optimizer() -> None:
    assert optimisation(net()) is None
    model = trained(net(), epochs=2)
    known = optimisation(model)
    assert known is not None
    assert (known.rate, known.steps) == (pytest.approx(0.01), 4)
    falling = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    model.compile(keras.optimizers.SGD(falling), "mse")
    known = optimisation(model)
    assert known is not None
    assert (known.rate, known.steps) == (1.0, 0)


def test_a_rate_of_nearly_nothing_is_an_untrained_model() -> None:
    (finding,) = of_kind(trained(net(), rate=1e-7), "untrained")
    assert finding.severity == "warning"
    assert "in 30 steps" in finding.summary
    assert 0 < finding.measured.value < 1e-3
    assert "1e-07" in finding.cure


def test_averages_that_are_counted_are_no_training() -> None:
    model = keras.Sequential(
        [keras.Input((6,)), L.Dense(8), L.BatchNormalization(), L.ReLU(), L.Dense(3, "softmax")]
    )
    assert len(of_kind(trained(model, rate=1e-8), "untrained")) == 1


def test_a_trained_model_is_not() -> None:
    assert of_kind(trained(net()), "untrained") == []
    model = net()
    model.get_layer("hidden").trainable = False
    assert of_kind(trained(model), "untrained") == []


def test_memorised_by_the_history_of_fit() -> None:
    model = trained(net(), epochs=40, validation_data=(X, RNG.permutation(LABELS)))
    (finding,) = of_kind(model, "memorised")
    assert "EarlyStopping" in finding.cure
    assert of_kind(trained(net(), validation_data=(X, LABELS)), "memorised") == []


@pytest.mark.parametrize(
    "logs",
    [{}, {"loss": []}, {"loss": [1.0, np.nan]}, {"loss": 3}, {"val_loss": [1.0]}],
)
def test_histories_that_tell_nothing(logs: Any) -> None:
    assert loss_history(logs) is None


def test_histories_by_hand() -> None:
    logs = {"loss": [2, 1], "val_loss": [3.0, 4.0], "acc": [0.5, 0.9], "val_acc": [0.4, 0.3]}
    known = loss_history(logs)
    assert known is not None
    assert (known.training, known.validation, known.best) == ((2, 1), (3, 4), 0)
    assert (known.right, known.validation_right) == (0.9, 0.3)
    # Validation in some epochs only: which it belongs to is not known.
    sparse = loss_history({**logs, "val_loss": [3.0]})
    assert sparse is not None
    assert sparse.validation == ()


def test_a_history_may_be_given_in_any_form() -> None:
    logs = {"loss": np.linspace(1, 0.01, 20).tolist(), "val_loss": np.linspace(1, 4, 20).tolist()}
    kept = History([])
    for step, (loss, others) in enumerate(zip(*logs.values(), strict=True)):
        kept.append(Moment(2 * step, logs={"loss": 9.0}))  # a batch, no epoch
        kept.append(Moment(2 * step + 1, logs={"loss": loss, "val_loss": others}))
    model = trained(net())
    for history in (logs, SimpleNamespace(history=logs), kept):
        (finding,) = [
            each
            for each in diagnose(model, X, targets=LABELS, history=history)
            if each.kind == "memorised"
        ]
        assert finding.measured.value == pytest.approx(4)
    with pytest.raises(TypeError, match=r"history must be what fit returned.*3"):
        diagnose(model, X, history=3)


def test_a_penalty_that_draws_kernels_in() -> None:
    model = trained(net(keras.regularizers.L1(10.0)), epochs=60)
    before = snapshot(model)
    (finding,) = of_kind(model, "penalty-dominates", targets=LABELS)
    assert differences(before, snapshot(model)) == []
    assert finding.layer == "hidden"
    assert "regularizers.L2" in finding.cure
    assert of_kind(trained(net("l2")), "penalty-dominates", targets=LABELS) == []


class Sampling(keras.Layer):
    """Adds the KL divergence and draws."""

    def __init__(self, weight: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weight = weight
        self.seed = keras.random.SeedGenerator(1)

    def call(self, given: Any) -> Any:
        mean, log = given
        kl = -0.5 * keras.ops.mean(1 + log - mean**2 - keras.ops.exp(log))
        self.add_loss(self.weight * kl)
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.seed)
        return mean + keras.ops.exp(0.5 * log) * noise


def autoencoder(weight: float) -> Any:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6,))
    hidden = L.Dense(32, "relu")(inputs)
    latents = [L.Dense(3, name=name)(hidden) for name in ("mean", "log")]
    drawn = Sampling(weight, name="drawn")(latents)
    model = keras.Model(inputs, L.Dense(6)(L.Dense(32, "relu")(drawn)))
    model.compile(keras.optimizers.Adam(0.01), "mse")
    model.fit(X, X, epochs=150, verbose=0)
    return model


def test_a_divergence_that_leaves_latents_nothing() -> None:
    (finding,) = of_kind(autoencoder(100.0), "penalty-dominates")
    assert "mean and log" in finding.summary
    assert of_kind(autoencoder(0.01), "penalty-dominates") == []


def test_a_model_whose_call_raises_apart_from_the_graph_is_diagnosed_all_the_same() -> None:
    class Picky(keras.Layer):
        def call(self, x: Any) -> Any:
            self.add_loss(keras.ops.mean(x))
            return x

    model = keras.Sequential([keras.Input((6,)), Picky(), L.Dense(3)])
    model.compile("sgd", lambda y, p: 1 / 0)
    report = diagnose(model, X, targets=np.zeros((64, 3), np.float32))
    assert report.layers == 2
