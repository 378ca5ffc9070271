"""Losses of each batch, recovered from the means that Keras tells, against those by hand."""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.history.training_logs import LogCurve, LogTable, TrainingLogs
from cnnviz_widgets.model import ModelProbe, TrainingMonitor
from cnnviz_widgets.model.training.batch_logs import BatchLogs

RNG = np.random.default_rng(5)
X = RNG.normal(size=(42, 3)).astype("float32")
Y = RNG.normal(size=(42, 1)).astype("float32")


class Audience:
    """Gathers the logs of all readings."""

    watched = ()

    def __init__(self, model: Any) -> None:
        self.probe = ModelProbe(model, X[:2])
        self.table = LogTable()
        self.ends: list[int] = []

    def on_moment(self, reading: Any, final: bool) -> None:
        self.table.extend(reading.batches)

    def on_training(self, progress: Any) -> None:
        assert not progress.error


class Raw(keras.Model):
    """Tells the loss of each batch as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = L.Dense(1)

    def call(self, x: Any) -> Any:
        return self.dense(x)

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y = data
        return {"loss": keras.ops.mean((self(x) - y) ** 2)}


class Tracked(Raw):
    """Tells the loss as a mean of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[Any]:
        return [self.tracker]

    def train_step(self, data: Any) -> dict[str, Any]:
        self.tracker.update_state(super().train_step(data)["loss"])
        return {"loss": self.tracker.result()}


def trained(model: Any = None, x: Any = X[:40], y: Any = Y[:40], **fit: Any) -> TrainingLogs:
    """What is told of a training that changes no weight, in batches of eight."""
    if model is None:
        model = keras.Sequential([keras.Input((3,)), L.Dense(1)])
    model.build((None, 3))
    if not model.compiled:
        model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"])
    audience = Audience(model)
    monitor = TrainingMonitor(audience, every=3, budget=None)
    model.fit(x, y, batch_size=8, shuffle=False, verbose=0, callbacks=[monitor], **fit)
    return audience.table.logs


def losses(model: Any, x: Any = X[:40], y: Any = Y[:40], size: int = 8) -> np.ndarray:
    errors = (np.asarray(model(x)) - y) ** 2
    return np.array([errors[at : at + size].mean() for at in range(0, len(x), size)])


def plain(curve: LogCurve) -> tuple[str, list[int], np.ndarray]:
    return curve.of, curve.steps.tolist(), curve.means


def test_each_batch_has_its_own_loss_and_metric_over_two_epochs() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(1)])
    logs = trained(model, epochs=2)
    of, steps, means = plain(logs.curves["loss"])
    assert (of, steps) == ("batch", list(range(1, 11)))
    np.testing.assert_allclose(means, np.tile(losses(model), 2), rtol=1e-4)
    absolute = np.abs(np.asarray(model(X[:40])) - Y[:40]).reshape(5, 8).mean(axis=1)
    np.testing.assert_allclose(logs.curves["mae"].means, np.tile(absolute, 2), rtol=1e-4)
    assert logs.epochs == ((0, 1), (5, 2))


def test_a_last_batch_that_is_smaller_comes_out_between_the_mean_and_its_own() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(1)])
    told = trained(model, X, Y).curves["loss"].means
    own = losses(model, X, Y)
    np.testing.assert_allclose(told[:-1], own[:-1], rtol=1e-4)
    before = own[:-1].mean()
    assert 0 < (told[-1] - before) / (own[-1] - before) < 1


def test_several_steps_at_once_are_one_point_with_their_mean() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse", steps_per_execution=2)
    curve = trained(model).curves["loss"]
    own = losses(model)
    assert curve.counts.sum() == 5
    by_hand = [own[0:2].mean(), own[2:4].mean(), own[4]]
    np.testing.assert_allclose(curve.means, by_hand, rtol=1e-4)


def test_what_is_no_plain_mean_stays_as_it_was_told_and_says_so() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(1)])
    root = keras.metrics.RootMeanSquaredError(name="root")
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=[root], weighted_metrics=["mae"])
    curves = trained(model, sample_weight=np.linspace(0.1, 2, 40)).curves
    assert (curves["loss"].of, curves["root"].of, curves["mae"].of) == ("batch", *2 * ["running"])
    errors = (np.asarray(model(X[:40])) - Y[:40]) ** 2
    by_hand = [np.sqrt(errors[: 8 * n].mean()) for n in range(1, 6)]
    np.testing.assert_allclose(curves["root"].means, by_hand, rtol=1e-4)


@pytest.mark.parametrize("kind", [Raw, Tracked])
@pytest.mark.filterwarnings("ignore:.*does not have a `build\\(\\)` method.*")
def test_a_step_of_the_models_own_may_tell_either(kind: type) -> None:
    model = kind()
    model(X[:2])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    curve = trained(model, epochs=2).curves["loss"]
    assert curve.of == "batch"
    np.testing.assert_allclose(curve.means, np.tile(losses(model), 2), rtol=1e-4)


def test_validation_is_of_epochs_and_a_loss_that_is_nan_stays_nan() -> None:
    y = Y[:40].copy()
    y[17] = np.nan
    logs = trained(y=y, epochs=2, validation_data=(X[40:], Y[40:]))
    loss, val = logs.curves["loss"].means, logs.curves["val_loss"]
    # Its gradient makes the weights NaN, too.
    assert np.isnan(loss).tolist() == [False, False, *8 * [True]]
    assert (val.of, val.steps.tolist()) == ("epoch", [5, 10])


def test_an_infinite_loss_hides_its_epoch_and_not_the_next() -> None:
    logs, model = BatchLogs(), keras.Sequential([keras.Input((3,)), L.Dense(1)])
    model.compile("sgd", "mse")
    logs.begin_training(model)
    for epoch, means in enumerate([[1.0, np.inf, np.inf], [2.0, 1.5, 1.0]]):
        logs.begin_epoch(3 * epoch, 1 + epoch)
        for batch, mean in enumerate(means):
            logs.add(3 * epoch + batch + 1, batch + 1, {"loss": mean})
    expected = [1.0, np.inf, np.nan, 2.0, 1.0, 0.0]
    np.testing.assert_array_equal(logs.take().curves["loss"].means, expected)


def test_a_loop_of_ones_own_tells_numbers_of_each_step() -> None:
    model = keras.Sequential([keras.Input((3,)), L.Dense(1)])
    audience = Audience(model)
    with TrainingMonitor(audience, every=2, budget=None) as monitor:
        for step, value in enumerate([3.0, 1.0, 2.0, 0.5]):
            monitor.update({"loss": value, "text": "x"}, epoch=1 + step // 2)
        monitor.update()
    logs = audience.table.logs
    assert plain(logs.curves["loss"])[:2] == ("batch", [1, 2, 3, 4])
    assert logs.curves["loss"].means.tolist() == [3.0, 1.0, 2.0, 0.5]
    assert list(logs.curves) == ["loss"]
    assert [number for _, number in logs.epochs] == [1, 2]


class Lazy:
    """A number that is fetched from a device when somebody asks."""

    fetched = 0

    def __init__(self, value: float) -> None:
        self.value = value

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        Lazy.fetched += 1
        return np.asarray(self.value)


def test_what_is_on_a_device_is_fetched_when_it_is_asked_for_and_seldom() -> None:
    logs, Lazy.fetched = BatchLogs(), 0
    for step in range(1, 1001):
        logs.add(step, 0, {"loss": Lazy(1 / step)})
    assert Lazy.fetched == 0
    curve = logs.take().curves["loss"]
    assert Lazy.fetched == len(curve) <= 64
    np.testing.assert_allclose(curve.means, 1 / curve.steps)
    assert not logs.logs


def test_a_batch_costs_microseconds() -> None:
    logs, told = BatchLogs(), {"loss": 0.5, "accuracy": 0.25, "top5": 0.75}
    begin = time.perf_counter()
    for step in range(20_000):
        logs.add(step, 0, told)
    logs.take()
    assert (time.perf_counter() - begin) / 20_000 < 100e-6  # some 4 µs; a busy machine has more
