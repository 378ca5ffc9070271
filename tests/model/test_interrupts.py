"""An interrupt at any moment leaves nothing behind."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Container
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
from keras import layers as L
from keras.src.backend.common import global_state

from cnnviz_widgets.model import (
    ModelCallError,
    ModelProbe,
    Reading,
    TrainingMonitor,
    TrainingProgress,
)
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.experiments.ablation import ablate
from cnnviz_widgets.model.experiments.fresh_model import fresh_probe
from cnnviz_widgets.model.experiments.losses import Loss
from cnnviz_widgets.model.keras_compat.random_numbers import apart, tensorflow_state
from cnnviz_widgets.model.layers.initial_weights import initial_weights
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.runtime.call_stack import surely

from ..interrupts import Alarm, in_process_of_its_own, interrupted_everywhere
from .check_untouched import INPUTS, World, tiny

# Into a generator that is being thrown away Python lets no interrupt out, but tells of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def info(world: World) -> None:
    world.probe.info("conv")


def read(world: World) -> None:
    world.probe.read()


def stream_gathered(world: World) -> None:
    world.probe.memory_budget = 2**20
    world.probe.stream(lambda info, array: array.sum())


def stream_in_lockstep(world: World) -> None:
    world.probe.memory_budget = 0
    world.probe.stream(lambda info, array: array.sum())


def look_steadily(world: World) -> None:
    with world.probe.steady():
        world.probe.weights("conv")


def try_ablation(world: World) -> None:
    ablate(world.probe, "conv", [0], targets=np.zeros((2, 2)))


def trace(world: World) -> None:
    ModelProbe(world.model, INPUTS).read(["dense"])


def draw_again(world: World) -> None:
    layer = world.model.layers[0]
    initial_weights(layer, layer.weights)


def draw_a_reference(world: World) -> None:
    fresh_probe(world.probe, ["conv"])


class Audience:
    """Whom a monitor reads for."""

    def __init__(self, probe: ModelProbe) -> None:
        self.probe = probe
        self.watched = [Place("conv", "outputs")]

    def on_moment(self, reading: Reading, final: bool) -> None:
        pass

    def on_training(self, progress: TrainingProgress) -> None:
        pass


def update(world: World) -> None:
    monitor = TrainingMonitor(Audience(world.probe), "batch", budget=None, smallest_interval=0)
    monitor.update()
    monitor.update()


def train_in_context(world: World) -> None:
    with TrainingMonitor(Audience(world.probe), "batch", budget=None, smallest_interval=0) as it:
        it.update()


MECHANISM = (
    "runtime/call_stack.py",
    "model/reading/call_recorder.py",
    "model/reading/calls/call_names.py",
    "model/reading/calls/layer_call.py",
    "model/reading/calls/recording.py",
    "model/reading/calls/tensors.py",
    "model/reading/lock_queue.py",
    "model/reading/model_lock.py",
    "model/keras_compat/layers.py",
    "model/keras_compat/scopes.py",
    "model/reading/side_effects.py",
)
READING = (
    *MECHANISM,
    "model/reading/passes/eager_pass.py",
    "model/reading/passes/forward_pass.py",
    "model/reading/model_reader.py",
    "model/reading/probe.py",
)
COMPILED = (*READING, "model/reading/passes/compiled_pass.py")
TRAINING = (
    "model/training/monitor.py",
    "model/training/moment_reader.py",
    "model/training/occupation.py",
    "model/training/presenter.py",
    "model/training/progress.py",
    "model/training/pacing.py",
    "model/reading/model_reader.py",
    "model/reading/probe.py",
)


class Case(NamedTuple):
    """Work to be interrupted, in which files, at each line or bytecode, and how often there."""

    work: Callable[[World], None]
    files: Container[str]
    steps: bool = False
    last: bool = True


CASES = {
    "info": Case(info, READING),
    "info, each step": Case(info, READING, steps=True, last=False),
    "read": Case(read, COMPILED),
    "stream": Case(stream_gathered, READING),
    "stream in lockstep": Case(
        stream_in_lockstep, (*READING, "model/reading/passes/compiled_pass.py")
    ),
    "steady, each step": Case(
        look_steadily,
        ("model/reading/probe.py", "model/reading/model_reader.py"),
        steps=True,
        last=False,
    ),
    "ablate": Case(
        try_ablation,
        (
            *READING,
            "model/experiments/ablation.py",
            "model/experiments/exchanged_pass.py",
            "model/experiments/losses.py",
        ),
        last=False,
    ),
    "update": Case(update, TRAINING, last=False),
    "update in a context": Case(
        train_in_context,
        (
            "model/training/monitor.py",
            "model/training/occupation.py",
            "model/training/presenter.py",
            "model/reading/lock_queue.py",
            "model/reading/model_lock.py",
        ),
    ),
    "draw again": Case(
        draw_again,
        (
            *MECHANISM,
            "model/layers/initial_weights.py",
            "model/experiments/fresh_model.py",
            "model/keras_compat/random_numbers.py",
        ),
    ),
    "draw a reference": Case(
        draw_a_reference,
        ("model/experiments/fresh_model.py", "model/keras_compat/random_numbers.py"),
        last=False,
    ),
    "trace": Case(trace, (*MECHANISM, "model/reading/passes/compiled_pass.py"), last=False),
}


@pytest.mark.parametrize("name", CASES)
def test_an_interrupt_at_each_place(name: str) -> None:
    work, files, steps, last = CASES[name]
    world = World(tiny())
    world.check()
    count = 0
    for place, error in interrupted_everywhere(lambda: work(world), files, steps=steps, last=last):
        count += 1
        assert isinstance(error, KeyboardInterrupt), (place, error)
        try:
            world.check()
        except BaseException as wrong:
            raise AssertionError(f"after an interrupt at {place}: {wrong}") from wrong
    assert count > 50


def test_random_numbers_go_on_where_they_were() -> None:
    """A reference is drawn apart from the user's own random numbers."""

    def draw() -> None:
        own = apart(7)
        with surely(own), own:
            np.random.random(3)  # noqa: NPY002

    def state() -> list[Any]:
        seeds = {name: value for name, value in tensorflow_state().items() if name == "_seed"}
        generator = global_state.get_global_attribute("global_seed_generator")
        return [random.getstate(), np.random.get_state()[1].tolist(), generator, seeds]  # noqa: NPY002

    before = state()
    for place, _error in interrupted_everywhere(
        draw, {"model/keras_compat/random_numbers.py"}, steps=True
    ):
        assert state() == before, place


class Hiding(L.Layer):  # type: ignore[misc]
    """Ends in what code in C makes of an interrupt."""

    def call(self, inputs: Any) -> Any:
        if self.name == "armed":
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt as interrupt:
                raise SystemError("a result with an exception set") from interrupt
        return inputs


class TestAnInterruptThatBecameAnotherError:
    """It is the user's wish to stop, and no error of the model's."""

    @pytest.fixture
    def model(self) -> Any:
        model = keras.Sequential([keras.Input((3,)), Hiding(name="hiding"), L.Dense(2)])
        model.layers[0].name = "armed"
        return model

    X = np.ones((4, 3), "float32")

    @pytest.mark.parametrize("run_eagerly", [False, True])
    def test_in_a_pass(self, model: Any, run_eagerly: bool) -> None:
        model.compile("sgd", "mse", run_eagerly=run_eagerly)
        with pytest.raises(KeyboardInterrupt):
            ModelProbe(model, self.X).read()

    def test_while_a_model_is_built(self) -> None:
        model = keras.Sequential([Hiding(name="armed"), L.Dense(2)])
        with pytest.raises(KeyboardInterrupt):
            ModelProbe(model, self.X)

    def test_in_a_loss(self, model: Any) -> None:
        def loss(wanted: Any, given: Any) -> Any:
            return Hiding(name="armed").call(given)

        with pytest.raises(KeyboardInterrupt):
            Loss(model, loss, [self.X[:, :2]], self.X[:, :2], [None])(self.X[:, :2])

    def test_in_a_dataset(self, model: Any) -> None:
        class Data(keras.utils.PyDataset):
            def __len__(self) -> int:
                return 1

            def __getitem__(self, number: int) -> Any:
                return Hiding(name="armed").call(number)

        with pytest.raises(KeyboardInterrupt):
            ModelProbe(model, Data())

    def test_in_a_diagnosis(self, model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        model.layers[0].name = "idle"
        monkeypatch.setattr(L.Dense, "get_config", lambda self: Hiding(name="armed").call(0))
        with pytest.raises(KeyboardInterrupt):
            diagnose(model, self.X)

    def test_while_a_monitor_reads(self, model: Any) -> None:
        model.layers[0].name = "idle"
        audience = Audience(ModelProbe(model, self.X))
        audience.on_moment = lambda reading, final: Hiding(name="armed").call(0)  # type: ignore
        model.compile("sgd", "mse")
        with pytest.raises(KeyboardInterrupt):
            model.fit(self.X, self.X[:, :2], verbose=0, callbacks=[TrainingMonitor(audience)])


def test_300_real_signals() -> None:
    in_process_of_its_own(real_signals)


def real_signals(seed: int) -> None:
    rng = random.Random(seed)
    world, alarm = World(tiny()), Alarm()
    works = [info, read, stream_gathered, stream_in_lockstep, look_steadily, try_ablation, trace]
    took: dict[Any, float] = {}
    for work in works:
        begin = time.perf_counter()
        work(world)
        took[work] = time.perf_counter() - begin
    interrupts = 0
    while interrupts < 300:
        work = rng.choice(works)
        seconds = max(rng.random() * took[work], 1e-5)
        error = alarm.interrupt(lambda work=work: work(world), seconds)
        interrupts += error is not None
        # TensorFlow's own code makes another error of some interrupts; it is none of the model's.
        assert not isinstance(error, ModelCallError)
        world.check()
