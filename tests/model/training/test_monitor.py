"""Following a training: what is shown when, and that training never notices."""

from __future__ import annotations

import gc
import logging
import signal
import threading
import tracemalloc
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model import (
    ModelProbe,
    MomentReader,
    Reading,
    TrainingMonitor,
    TrainingProgress,
    model_lock,
)
from cnnviz_widgets.model.training.monitor import QUICK_SAMPLES
from cnnviz_widgets.records.place import Place

from .. import nets

X = np.random.default_rng(0).normal(size=(24, 8, 8, 3)).astype("float32")
Y = np.random.default_rng(1).integers(0, 2, 24)
PATIENCE = 60.0


class Audience:
    """Notes what it is told."""

    def __init__(self, model: Any, watched: Sequence[Place] = ()) -> None:
        self.probe = ModelProbe(model, X[:4])
        self.watched = watched
        self.readings: list[Reading] = []
        self.finals: list[bool] = []
        self.told: list[TrainingProgress] = []
        self.on_reading: Callable[[Reading], object] = lambda reading: None

    def on_moment(self, reading: Reading, final: bool) -> None:
        self.readings.append(reading)
        self.finals.append(final)
        self.on_reading(reading)

    def on_training(self, progress: TrainingProgress) -> None:
        self.told.append(progress)

    @property
    def steps(self) -> list[int]:
        return [reading.moment.step for reading in self.readings]

    @property
    def states(self) -> list[str]:
        """The states one after the other."""
        found = [progress.state for progress in self.told]
        return [state for k, state in enumerate(found) if k == 0 or found[k - 1] != state]


def small(seed: int = 3, **compiled: Any) -> Any:
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            L.RandomFlip(name="flip"),
            L.Conv2D(4, 3, activation="relu", name="conv"),
            L.BatchNormalization(name="norm"),
            L.Dropout(0.3, name="drop"),
            L.Flatten(name="flat"),
            L.Dense(2, name="head"),
        ]
    )
    return with_loss(model, **compiled)


def with_loss(model: Any, **compiled: Any) -> Any:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", compiled.pop("loss", loss), **compiled)
    return model


def monitor_of(audience: Audience, every: Any = "batch", **options: Any) -> TrainingMonitor:
    options = {"budget": None, "smallest_interval": 0, **options}
    return TrainingMonitor(audience, every, **options)


def fit(model: Any, monitor: Any, **options: Any) -> Any:
    callbacks = [] if monitor is None else [monitor]
    options = {"epochs": 2, "batch_size": 8, "verbose": 0, "callbacks": callbacks, **options}
    return model.fit(X, Y, **options)


# In fit ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "steps"),
    [("epoch", [0, 3, 6]), ("batch", [0, 1, 2, 3, 4, 5, 6, 6]), (2, [0, 2, 4, 6, 6])],
)
def test_when_the_model_is_read(every: Any, steps: list[int]) -> None:
    """3 batches an epoch; the first and the last state are always read."""
    audience = Audience(small())
    fit(audience.probe.model, monitor_of(audience, every))
    assert audience.steps == steps
    assert audience.finals == [False] * (len(steps) - 1) + [True]
    assert audience.states == ["training", "ended"]
    last = audience.told[-1]
    assert (last.step, last.batch, last.steps, last.epoch, last.epochs) == (6, 3, 3, 2, 2)
    assert (last.updates, last.skipped, last.error) == (len(steps), 0, "")
    assert set(last.logs) == {"loss"}
    assert audience.readings[1].moment.epoch == 1
    seconds = [reading.moment.seconds for reading in audience.readings]
    assert seconds == sorted(seconds)
    assert seconds[0] == 0


def test_a_budget_of_nothing_leaves_the_first_and_the_last() -> None:
    audience = Audience(small())
    fit(audience.probe.model, monitor_of(audience, "batch", budget=0))
    assert audience.steps == [0, 6]
    assert audience.told[-1].skipped == 6
    audience = Audience(small())
    fit(audience.probe.model, monitor_of(audience, "batch", budget=0, first=False))
    assert audience.steps == [6]


# 2 of the 4 samples that `Audience` reads.
TWO = (0, 3)


def rested_on(audience: Audience) -> list[Any]:
    """Which samples each reading rests on; None: all."""
    choices = [reading.moment.samples for reading in audience.readings]
    return [None if choice is None else choice.numbers for choice in choices]


@pytest.mark.parametrize(
    ("samples", "between"), [(2, TWO), (4, None), (99, None), ("all", None), (None, None)]
)
def test_how_many_samples_are_looked_at(samples: Any, between: Any) -> None:
    """All of them first and last, whatever is wanted in between; 4 are no more than 16."""
    audience = Audience(small(), [Place("conv")])
    fit(audience.probe.model, monitor_of(audience, "batch", samples=samples))
    assert rested_on(audience) == [None, *[between] * 6, None]
    for reading in audience.readings:
        rows = reading.records[Place("conv")].shape[0]
        assert rows == (4 if reading.moment.samples is None else 2)
    assert audience.told[-1].error == ""


def test_what_an_early_end_left_is_looked_at_on_all_samples() -> None:
    audience = Audience(small())
    monitor = monitor_of(audience, "batch", samples=2)
    audience.on_reading = lambda reading: monitor.stop() if reading.moment.step == 2 else None
    fit(audience.probe.model, monitor)
    assert rested_on(audience) == [None, TWO, TWO, None]


def test_what_an_interrupt_left_is_looked_at_on_all_samples() -> None:
    audience = Audience(small())
    monitor = monitor_of(audience, 2, samples=2)
    interrupt = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: (
            signal.raise_signal(signal.SIGINT) if batch == 2 else None
        )
    )
    with pytest.raises(KeyboardInterrupt):
        fit(audience.probe.model, monitor, callbacks=[monitor, interrupt])
    monitor.catch_up()
    assert audience.steps == [0, 2, 3]
    assert rested_on(audience) == [None, TWO, None]
    assert audience.finals[-1]


class Slow:
    """A clock that counts steps: one second each, and as long for each look as is said."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(("look", "quick"), [(0.02, False), (0.2, True)])
def test_quick_looks_where_full_ones_would_not_fit_in_the_budget(look: float, quick: bool) -> None:
    """A twentieth of a step of a second are 0.05 s."""
    clock = Slow()
    model = small()
    audience = Audience(model)
    audience.probe = ModelProbe(model, X)  # 24 of them
    audience.on_reading = lambda reading: setattr(clock, "now", clock.now + look)
    monitor = monitor_of(audience, "batch", budget=0.05, clock=clock)
    with monitor:
        for _ in range(40):
            clock.now += 1.0
            monitor.update()
    kinds = rested_on(audience)
    assert kinds[0] is kinds[-1] is None
    numbers = kinds[1]
    assert (numbers is not None) == quick
    assert set(kinds[1:-1]) == {numbers}
    if numbers is not None:
        assert len(numbers) == QUICK_SAMPLES


@pytest.mark.parametrize("samples", [0, -1, 2.5, True, "some", [4]])
def test_wrong_numbers_of_samples(samples: Any) -> None:
    expected = r"'all' or a whole number of samples \(or None\), 1 or more; got"
    with pytest.raises((TypeError, ValueError), match=expected):
        monitor_of(Audience(small()), samples=samples)


def test_steps_go_on_over_several_fits_and_from_where_a_history_ended() -> None:
    audience = Audience(small())
    monitor = monitor_of(audience, "epoch", first_step=10)
    fit(audience.probe.model, monitor, epochs=1)
    fit(audience.probe.model, monitor, epochs=3, initial_epoch=1)
    assert audience.steps == [10, 13, 16, 19]  # what the first fit left had been shown
    assert [reading.moment.epoch for reading in audience.readings] == [None, 1, 2, 3]
    assert audience.finals == [False, True, False, True]


def test_several_steps_an_execution() -> None:
    model = small(steps_per_execution=2)
    audience = Audience(model)
    fit(model, monitor_of(audience, 3), batch_size=6)  # 4 batches an epoch
    assert audience.steps == [0, 4, 6, 8]
    assert audience.told[-1].step == 8


def test_early_stopping_that_puts_weights_back_is_seen() -> None:
    model = small()
    audience = Audience(model, [Place("head", "weights")])
    stop = keras.callbacks.EarlyStopping("loss", patience=0, restore_best_weights=True, mode="max")
    fit(model, None, epochs=5, callbacks=[stop, monitor_of(audience, "epoch")])
    last = audience.readings[-1]
    assert audience.finals[-1]
    assert audience.steps[-1] < 15
    kernel = np.asarray(model.get_layer("head").kernel)
    np.testing.assert_array_equal(last.records[Place("head", "weights")].values, kernel)


def test_validation_and_a_train_step_of_ones_own() -> None:
    class Own(keras.Model):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def train_step(self, data: Any) -> Any:
            return super().train_step(data)

        def call(self, x: Any, training: bool = False) -> Any:
            return self.inner(x, training=training)

    inner = small()
    audience = Audience(inner)  # what is looked at is a part of what is trained
    fit(with_loss(Own(inner)), monitor_of(audience, "epoch"), validation_data=(X, Y))
    assert audience.steps == [0, 3, 6]
    assert {"loss", "val_loss"} <= set(audience.readings[-1].moment.logs)
    assert audience.told[-1].error == ""


@pytest.mark.parametrize("kind", ["nested", "subclassed", "eager"])
def test_models_of_other_kinds(kind: str) -> None:
    if kind == "nested":
        model = with_loss(nets.nested())
    elif kind == "eager":
        model = small(run_eagerly=True)
    else:
        inputs = keras.Input((8, 8, 3))
        block = nets.Block(name="block")
        model = with_loss(keras.Model(inputs, L.Dense(2)(L.Flatten()(block(inputs)))))
    audience = Audience(model)
    fit(model, monitor_of(audience, "epoch"))
    assert audience.steps == [0, 3, 6]
    assert audience.told[-1].error == ""


def test_a_callback_alone_and_callbacks_from_another_thread() -> None:
    """Where Keras thinks it may (JAX), it calls a lone callback from beside the training."""
    model = small()
    audience = Audience(model)
    monitor = monitor_of(audience, "batch")
    fit(model, None, callbacks=monitor, epochs=1)
    assert audience.steps == [0, 1, 2, 3, 3]
    readers: set[int] = set()
    audience.on_reading = lambda reading: readers.add(threading.get_ident())
    callbacks = keras.callbacks.CallbackList([monitor], model=model, epochs=1, steps=2)
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    for batch in range(2):
        callbacks.on_train_batch_begin(batch)
        beside = threading.Thread(target=callbacks.on_train_batch_end, args=(batch, {"loss": 1.0}))
        beside.start()
        beside.join(PATIENCE)
    callbacks.on_epoch_end(0)
    callbacks.on_train_end()
    assert audience.steps[5:] == [4, 5, 5]
    assert readers == {threading.get_ident()}


def test_a_fit_of_another_model_says_so() -> None:
    audience = Audience(small())
    other = small()
    other.name = "other"
    fit(other, monitor_of(audience, "epoch"))
    assert "this fit trains 'other', which has none of the weights" in audience.told[-1].error


def trained(
    audience_of: Callable[[Any], Audience] | None, samples: int | None = None
) -> tuple[Any, list[Any], Any]:
    model = small()
    audience = audience_of(model) if audience_of is not None else None
    keras.utils.set_random_seed(11)
    monitor = None if audience is None else monitor_of(audience, "batch", samples=samples)
    history = fit(model, monitor, validation_data=(X[:8], Y[:8]))
    return (
        history.history,
        [*model.get_weights(), *map(np.asarray, model.optimizer.variables)],
        (
            np.random.random(),  # noqa: NPY002 - the generator that users seed
            float(keras.random.uniform(())),
        ),
    )


def raising(model: Any) -> Audience:
    audience = Audience(model)

    def fail(reading: Reading) -> None:
        raise ZeroDivisionError("no view of it")

    audience.on_reading = fail
    return audience


@pytest.mark.parametrize(
    ("audience_of", "samples"),
    [(Audience, None), (Audience, 2), (raising, None)],
    ids=["watching", "quick", "raising"],
)
def test_training_is_the_same_bit_for_bit(
    audience_of: Callable[[Any], Audience], samples: int | None
) -> None:
    """Augmentation, dropout, batch normalisation, Adam: losses, weights and random numbers."""
    losses, weights, drawn = trained(None)
    others, other_weights, other_drawn = trained(audience_of, samples)
    assert others == losses
    assert drawn == other_drawn
    for one, other in zip(weights, other_weights, strict=True):
        np.testing.assert_array_equal(one, other)


# What goes wrong ---------------------------------------------------------------------------


def test_an_audience_that_raises_is_told_and_training_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    audience = raising(small())
    with caplog.at_level(logging.ERROR):
        fit(audience.probe.model, monitor_of(audience, "batch"))
    assert audience.told[-1].error == "ZeroDivisionError: no view of it"
    assert audience.told[-1].step == 6
    assert len(caplog.records) == 1  # said once, not at each update


def test_a_model_that_cannot_be_read_any_more() -> None:
    keras.utils.set_random_seed(0)
    model = nets.Raising()
    model.compile("sgd", "mse", run_eagerly=True)
    audience = Audience(model)
    monitor = monitor_of(audience, "batch")
    with monitor:
        monitor.update()
        model.second.error = ZeroDivisionError("in the layer")
        monitor.update()
        model.second.error = None
        monitor.update()
    errors = [progress.error for progress in audience.told]
    assert any("in the layer" in error for error in errors)
    assert errors[-1] == ""
    assert audience.steps == [0, 1, 3, 3]


def test_words_that_raise_break_nothing() -> None:
    audience = Audience(small())

    def fail(progress: TrainingProgress) -> None:
        raise ZeroDivisionError

    audience.on_training = fail  # type: ignore[method-assign]
    fit(audience.probe.model, monitor_of(audience))
    assert audience.steps[-1] == 6


class Interrupts(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if batch == 1:
            signal.raise_signal(signal.SIGINT)


def others_can_read(model: Any) -> bool:
    """Whether another thread has the model within moments, and nobody is said to train it."""
    had: list[bool] = []

    def read() -> None:
        lock = model_lock(model)
        training = lock.training
        with lock.within(PATIENCE):
            had.append(not training)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return had == [True]


@pytest.mark.parametrize("where", ["in a step", "in a reading"])
def test_an_interrupt_leaves_all_usable(where: str) -> None:
    audience = Audience(small())
    model = audience.probe.model
    monitor = monitor_of(audience, "epoch")
    callbacks: list[Any] = [monitor]
    if where == "in a step":
        callbacks.append(Interrupts())
    else:
        audience.on_reading = lambda reading: signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit(model, monitor, callbacks=callbacks)
    assert others_can_read(model)
    assert monitor.progress.state == "interrupted"
    audience.on_reading = lambda reading: None
    audience.readings.clear()
    fit(model, monitor)
    # What the interrupted training left was shown first.
    assert audience.steps == ([1, 4, 7] if where == "in a step" else [3, 6])
    assert monitor.progress.state == "ended"


def test_an_error_in_fit_leaves_all_usable() -> None:
    audience = Audience(small())
    monitor = monitor_of(audience)

    def fail(epoch: int, logs: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        callbacks = [monitor, keras.callbacks.LambdaCallback(on_epoch_end=fail)]
        fit(audience.probe.model, monitor, callbacks=callbacks)
    assert others_can_read(audience.probe.model)
    assert monitor.progress.state == "interrupted"


# Pause and stop, from other threads ------------------------------------------------------------


def test_stop_ends_fit_at_the_end_of_the_batch() -> None:
    audience = Audience(small())
    monitor = monitor_of(audience, "batch")
    audience.on_reading = lambda reading: reading.moment.step == 2 and monitor.stop()
    fit(audience.probe.model, monitor, epochs=50)
    assert audience.steps == [0, 1, 2, 2]
    assert audience.states == ["training", "stopping", "ended"]
    assert monitor.stopped
    audience.on_reading = lambda reading: None
    fit(audience.probe.model, monitor, epochs=1)
    assert not monitor.stopped
    assert audience.steps[-1] == 5


def test_pause_lets_others_read_until_resume() -> None:
    audience = Audience(small())
    model = audience.probe.model
    monitor = monitor_of(audience, "batch")
    paused = threading.Event()
    seen: list[Any] = []

    def tell(progress: TrainingProgress) -> None:
        audience.told.append(progress)
        if progress.state == "paused":
            paused.set()

    audience.on_training = tell  # type: ignore[method-assign]

    def watch() -> None:
        assert paused.wait(PATIENCE)
        lock = model_lock(model)
        assert lock.training
        with lock.within(PATIENCE):
            seen.append(audience.probe.outputs("conv"))
        seen.append(monitor.progress.step)
        monitor.resume()

    other = threading.Thread(target=watch, daemon=True)
    other.start()
    audience.on_reading = lambda reading: reading.moment.step == 2 and monitor.pause()
    fit(model, monitor)
    other.join(PATIENCE)
    assert [np.shape(item) for item in seen] == [(4, 6, 6, 4), ()]
    assert seen[1] == 2
    assert audience.states == ["training", "paused", "training", "ended"]
    assert audience.steps[-1] == 6


@pytest.mark.parametrize("how", ["stop", "interrupt"])
def test_a_pause_ends_by_stop_and_by_an_interrupt(how: str) -> None:
    audience = Audience(small())
    monitor = monitor_of(audience, "batch")

    def tell(progress: TrainingProgress) -> None:
        audience.told.append(progress)
        if progress.state == "paused":
            if how == "stop":
                monitor.stop()
            else:
                signal.raise_signal(signal.SIGINT)

    audience.on_training = tell  # type: ignore[method-assign]
    audience.on_reading = lambda reading: reading.moment.step == 2 and monitor.pause()
    if how == "stop":
        fit(audience.probe.model, monitor)
        assert audience.states == ["training", "paused", "stopping", "ended"]
    else:
        with pytest.raises(KeyboardInterrupt):
            fit(audience.probe.model, monitor)
        assert audience.states[-1] == "interrupted"
        assert others_can_read(audience.probe.model)
        audience.on_training = audience.told.append  # type: ignore[method-assign]
        fit(audience.probe.model, monitor)
        assert audience.states[-1] == "ended"


def test_readers_are_served_during_training_and_validation() -> None:
    audience = Audience(small())
    model = audience.probe.model
    done = threading.Event()
    reads: list[int] = []
    errors: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                assert audience.probe.outputs("head").shape == (4, 2)
                reads.append(1)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    fit(model, monitor_of(audience, "batch"), epochs=4, validation_data=(X, Y))
    done.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert not errors
    assert len(reads) > 3
    assert audience.steps[-1] == 12


# Loops of one's own ------------------------------------------------------------------------


def test_update_counts_calls_and_the_with_shows_both_ends() -> None:
    audience = Audience(small())
    monitor = monitor_of(audience, 2)
    with monitor:
        for step in range(5):
            monitor.update({"loss": keras.ops.convert_to_tensor(0.5 * step), "note": "text"})
    assert audience.steps == [0, 2, 4, 5]
    assert audience.finals == [False, False, False, True]
    assert audience.readings[1].moment.logs == {"loss": 0.5}
    assert audience.states == ["training", "ended"]
    assert others_can_read(audience.probe.model)


def test_update_alone() -> None:
    audience = Audience(small())
    monitor = monitor_of(audience, "epoch")  # every call is due: the caller chose the place

    def loop(steps: range) -> None:
        for step in steps:
            monitor.update(step=step, epoch=7)

    loop(range(3))
    assert monitor.progress.state == "ended"
    assert others_can_read(audience.probe.model)
    loop(range(3))  # the cell once more
    monitor.end()
    assert audience.steps == [0, 1, 2, 2, 3, 4, 4]
    assert {reading.moment.epoch for reading in audience.readings} == {7}
    with pytest.raises(ZeroDivisionError), monitor:
        raise ZeroDivisionError
    assert monitor.progress.state == "interrupted"


def test_a_gan_has_two_monitors_in_one_loop() -> None:
    """Two readers want both models, in either order, while one thread trains both."""
    pair = [Audience(small(1)), Audience(small(2))]
    monitors = [monitor_of(audience, 5) for audience in pair]
    done = threading.Event()
    reads = [0, 0]
    errors: list[BaseException] = []

    def read(number: int, order: list[Audience]) -> None:
        first, second = order
        try:
            while not done.is_set():
                try:
                    with first.probe.steady(), model_lock(second.probe.model):
                        second.probe.outputs("head")
                        first.probe.outputs("head")
                        reads[number] += 1
                except TimeoutError:
                    continue  # each had the one that the other wanted
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=read, args=args, daemon=True)
        for args in ((0, pair), (1, pair[::-1]))
    ]
    for thread in threads:
        thread.start()
    for _ in range(60):
        for monitor in monitors:
            monitor.update()
    done.set()
    for monitor in monitors:
        monitor.end()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert not errors
    assert min(reads) > 0
    assert [audience.steps[-1] for audience in pair] == [60, 60]


def test_gradients_reach_the_layers_and_wrong_ones_break_nothing() -> None:
    audience = Audience(small())
    model = audience.probe.model
    monitor = monitor_of(audience, "batch", first=False)
    gradients = [np.full(v.shape, 2.0, "float32") for v in model.trainable_variables]
    with monitor:
        monitor.update(gradients=gradients)
        monitor.update(gradients=gradients[:1])
    health = audience.readings[0].moment.health
    assert health["conv"].gradient_norm == pytest.approx(2 * np.sqrt(4 * 27 + 4))
    assert np.isnan(health["drop"].gradient_norm)
    assert any("trainable variables; got 1" in progress.error for progress in audience.told)


# Arguments, memory -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"every": 0}, "got 0"),
        ({"every": True}, "got True"),
        ({"every": "epochs"}, "got 'epochs'"),
        ({"every": 1.5}, "got 1.5"),
        ({"budget": -0.1}, "got -0.1"),
        ({"budget": 1.5}, "got 1.5"),
        ({"budget": float("nan")}, "got nan"),
        ({"first_step": -1}, "got -1"),
        ({"smallest_interval": -1}, "got -1"),
    ],
)
def test_wrong_arguments_are_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        TrainingMonitor(Audience(small()), **options)


def test_a_reader_that_goes_on_remembers() -> None:
    audience = Audience(small())
    reader = MomentReader(audience.probe)
    for _ in range(2):
        fit(audience.probe.model, monitor_of(audience, "epoch", reader=reader), epochs=1)
    assert not np.isnan(audience.readings[2].moment.health["conv"].change)


def test_the_monitor_keeps_no_trained_model_alive() -> None:
    inner = small()
    outer = with_loss(keras.Sequential([keras.Input((8, 8, 3)), inner]))
    monitor = monitor_of(Audience(inner), "epoch")
    with pytest.raises(KeyboardInterrupt):
        fit(outer, monitor, callbacks=[monitor, Interrupts()])
    gone = weakref.ref(outer)
    del outer
    gc.collect()
    assert gone() is None
    assert monitor.model is None


def test_many_updates_take_no_memory() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8, 8, 3)), L.Flatten(), L.Dense(2, name="head")])
    audience = Audience(model, [Place("head")])
    audience.on_reading = lambda reading: audience.readings.clear()
    audience.on_training = lambda progress: None  # type: ignore[method-assign]
    monitor = monitor_of(audience, "batch")
    kernel = model.get_layer("head").kernel

    def updates(count: int) -> None:
        for _ in range(count):
            kernel.assign(kernel * 0.999)
            monitor.update()
            audience.finals.clear()

    tracemalloc.start()
    # TensorFlow's and Python's own stores fill first.
    updates(600)
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    updates(300)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000
