"""What it costs to be watched while training: time, a single update, and memory.

Times are taken inside a Jupyter kernel, so that every message to the page is made and sent; no
page is open. The networks are the small one of the quickstart on the shipped part of
Fashion-MNIST, and the paper's DCGAN at full size [WL20 §2.1], version 2, of which it looks at the
discriminator's first three layers (Fig. 24). TensorFlow uses all cores.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.benchmarks.memory import printed_by
from tests.benchmarks.table import Row

# Each mode comes first, second, third and last in as many rounds.
ROUNDS = 8
# Long enough that the first and the last update, which no budget can spare, do not decide.
SMALL_EPOCHS, DISCRIMINATOR_EPOCHS = 12, 10
# `idle` is a callback that does nothing: Keras waits for each step to end where there is any.
MODES = ("without", "idle", "batch", "epoch")
SAMPLES, BATCH = 16, 64
STEPS = 12
# So many updates of a monitor with a budget are waited for, in no more steps than these.
DECIDED, MOST_STEPS = 5, 60
FEW, MANY = 100, 10_000
LIMIT = 20 * 2**20


def rows() -> list[Row]:
    return [*_training_rows(), *_update_rows(), *_memory_rows()]


def _training_rows() -> list[Row]:
    found = []
    for what, name in (
        ("small", "a small CNN on Fashion-MNIST, batch 128"),
        ("discriminator", "the paper's discriminator at 160×160, batch 64"),
    ):
        cost = _measured_in_kernel(what)
        bare = cost["without"]["seconds"]
        for mode in MODES[2:]:
            own = cost[mode]
            ratio = own["ratio"]
            default = ", the default" if mode == "epoch" else ""
            found.append(
                Row(
                    f'`fit` of {name}, with `monitor(every="{mode}", budget=0.05)`',
                    "the same without a monitor",
                    f"{ratio:.3f}×",
                    "≤ 1.07×",
                    ratio <= 1.07,
                    f"{own['seconds']:.1f} s against {bare:.1f} s, {cost['epochs']} epochs of "
                    f"{cost['steps']} steps{default}; medians of {ROUNDS} rounds in turn, the "
                    f"ratio's within each round; processor time {own['work']:.3f}×; a callback "
                    f"that does nothing {cost['idle']['ratio']:.3f}×; identical "
                    f"trainings without a monitor differ by up to {cost['swing']:.2f}×, "
                    f"{_disturbed(cost)}; {own['updates']:.0f} updates with the first and the last "
                    f"one, {own['spent']:.1%} by its own account; {SAMPLES} samples are read",
                )
            )
    return found


def _update_rows() -> list[Row]:
    cost = _measured_in_kernel("update")
    step = cost["step"]
    found = []
    for kind, samples in (("quick", cost["samples"]), ("full", BATCH)):
        update, ratio = cost[kind], cost[f"{kind} in steps"]
        is_target = kind == "quick"
        chosen = f"what `budget=0.05` chose in {cost['chosen']} of {cost['decided']} updates; "
        found.append(
            Row(
                f"one {kind} update: all layers of the paper's discriminator at 160×160 read on "
                f"{samples} of {BATCH} samples, convolutions 1–3 recorded whole and kept, one of "
                "them shown",
                f"one step of its GAN, batch {BATCH}",
                f"{ratio:.1%}",
                "≤ 15 %" if is_target else "for comparison",
                ratio <= 0.15 if is_target else None,
                f"{1e3 * update:.0f} ms against {1e3 * step:.0f} ms (discriminator on real and on "
                "fake images, generator through it, compiled); medians of "
                f"{STEPS} in turn, the ratio's within each turn, {_disturbed(cost)}; "
                f"{chosen if is_target else ''}a bare compiled forward pass on these samples "
                f"takes {1e3 * cost[f'forward {kind}']:.0f} ms, "
                f"{cost[f'forward {kind}'] / step:.1%}",
            )
        )
    return found


def _memory_rows() -> list[Row]:
    # Memory is no matter of time: both at once.
    with ThreadPoolExecutor() as pool:
        without, within = pool.map(_memory_apart, (0, LIMIT))
    what = f"memory after {MANY:,} updates"
    against = f"after {FEW}"
    how = "resident set of a process of its own, a network of three layers"
    beside = [within[count] - within[f"history_{count}"] for count in (f"{FEW}", f"{MANY}")]
    return [
        Row(
            f"{what}, history off",
            against,
            f"{without[f'{MANY}'] / without[f'{FEW}']:.3f}×",
            "≤ 1.05×",
            without[f"{MANY}"] <= 1.05 * without[f"{FEW}"],
            f"{without[f'{MANY}']:.0f} MB against {without[f'{FEW}']:.0f} MB: {how}; "
            f"{1e3 * without['seconds'] / MANY:.1f} ms an update",
        ),
        Row(
            f"`history.nbytes` after {MANY:,} updates, `memory` {LIMIT / 2**20:.0f} MB",
            "the limit",
            f"{within['nbytes'] / LIMIT:.2f}×",
            "≤ 1×",
            within["nbytes"] <= LIMIT,
            f"{within['moments']:,.0f} moments, {within['records']:,.0f} of them with a picture",
        ),
        Row(
            f"{what}, the history's {LIMIT / 2**20:.0f} MB apart",
            against,
            f"{beside[1] / beside[0]:.3f}×",
            "≤ 1.05×",
            beside[1] <= 1.05 * beside[0],
            f"{within[f'{MANY}']:.0f} MB against {within[f'{FEW}']:.0f} MB, of which the history "
            f"says {within[f'history_{MANY}']:.1f} MB and {within[f'history_{FEW}']:.1f} MB; {how}",
        ),
    ]


# Elsewhere ---------------------------------------------------------------------------------


def _measured_in_kernel(what: str, *arguments: str) -> dict[str, Any]:
    """The figures of one measurement, from a fresh kernel that sends as it would to a page."""
    import psutil
    from jupyter_client.manager import run_kernel

    repository = str(Path(__file__).parents[2])
    code = (
        "import os, sys; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'\n"
        f"sys.path.insert(0, {repository!r})\n"
        f"from tests.benchmarks import {Path(__file__).stem} as bench\n"
        f"bench.print_figures{(what, *arguments)!r}"
    )
    printed: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stdout":
            printed.append(content["text"])
        elif message["msg_type"] == "error":
            raise RuntimeError("\n".join(content["traceback"]))

    before = psutil.cpu_times()
    with run_kernel() as client:
        client.execute_interactive(code, output_hook=hear, store_history=False)
    after = psutil.cpu_times()
    # What a host of virtual machines has given to others; it is told of on Linux only.
    taken = getattr(after, "steal", 0.0) - getattr(before, "steal", 0.0)
    return {**_figures("".join(printed)), "taken": taken / (sum(after) - sum(before))}


def _disturbed(cost: dict[str, Any]) -> str:
    return f"{cost['taken']:.0%} of the cores' time taken by others on the host"


def _memory_apart(limit: int) -> dict[str, Any]:
    return _figures(printed_by("tests.benchmarks.bench_monitor", "memory", str(limit)))


def _figures(printed: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return found


def print_figures(what: str, *arguments: str) -> None:
    """One of the measurements, for a fresh process."""
    measure = {
        "small": lambda: _training(*_small(), SMALL_EPOCHS),
        "discriminator": lambda: _training(*_discriminator(), DISCRIMINATOR_EPOCHS),
        "update": _update,
        "memory": lambda: _memory(int(arguments[0])),
    }[what]
    print(json.dumps(measure()))


# What is measured --------------------------------------------------------------------------


def _small() -> tuple[Any, Any, Any, int]:
    """The quickstart's network, its images, its labels and the size of a batch."""
    import keras
    from keras import layers as L

    from tests.benchmarks.zoo.data import scaled, training

    images, labels = training()
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(16, 5, padding="same", activation="relu", name="conv1"),
            L.MaxPooling2D(name="pool1"),
            L.Conv2D(32, 3, padding="same", activation="relu", name="conv2"),
            L.MaxPooling2D(name="pool2"),
            L.Conv2D(64, 3, padding="same", activation="relu", name="conv3"),
            L.Flatten(name="flatten"),
            L.Dense(64, activation="relu", name="dense"),
            L.Dense(10, name="logits"),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, scaled(images, "unit"), labels, 128


def _discriminator() -> tuple[Any, Any, Any, int]:
    """The paper's, with as many images; labels by chance keep it from being right too soon."""
    import keras
    import numpy as np

    from tests.model.dcgan import discriminator

    images = _large_images(8 * BATCH)
    labels = np.random.default_rng(0).integers(0, 2, len(images))
    model = discriminator(2, 160)
    model.compile(keras.optimizers.RMSprop(3e-4), "binary_crossentropy")
    return model, images, labels, BATCH


def _large_images(count: int) -> Any:
    """Images (count, 160, 160, 3) in [−1, 1], as smooth as photographs, and with their grain."""
    import numpy as np
    from scipy.ndimage import zoom

    rng = np.random.default_rng(0)
    coarse = rng.standard_normal((count, 20, 20, 3)).astype("float32")
    grain = rng.standard_normal((count, 160, 160, 3), dtype="float32")
    return np.tanh(zoom(coarse, (1, 8, 8, 1), order=1) + grain / 20)


def _training(model: Any, x: Any, y: Any, batch: int, epochs: int) -> dict[str, Any]:
    """Seconds of `fit` in each mode, from the same weights, in turn."""
    import keras

    from cnnviz_widgets import ModelInspector

    class Idle(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            """Nothing."""

    inspector = ModelInspector(model, x[:SAMPLES])
    begin = model.get_weights()
    found: dict[str, list[dict[str, float]]] = {mode: [] for mode in MODES}
    for number in range(ROUNDS + 1):
        turn = number % len(MODES)
        for mode in MODES[turn:] + MODES[:turn]:
            model.set_weights(begin)
            monitors = [inspector.monitor(mode, budget=0.05)] if mode in ("batch", "epoch") else []
            callbacks = [Idle()] if mode == "idle" else monitors
            start, busy = time.perf_counter(), time.process_time()
            # The first round traces and fills caches; a short one does.
            model.fit(
                x, y, batch, epochs if number else 1, shuffle=False, verbose=0, callbacks=callbacks
            )
            figures = {
                "seconds": time.perf_counter() - start,
                "busy": time.process_time() - busy,
            }
            for monitor in monitors:
                progress = monitor.progress
                if progress.error:
                    raise RuntimeError(progress.error)
                figures |= {"updates": progress.updates, "spent": progress.spent}
            if number:
                found[mode].append(figures)
    for runs in found.values():
        for run, bare in zip(runs, found["without"], strict=True):
            run["ratio"] = run["seconds"] / bare["seconds"]
            run["work"] = run["busy"] / bare["busy"]
    medians = {
        mode: {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        for mode, runs in found.items()
    }
    times = [run["seconds"] for run in found["without"]]
    swing = max(times) / min(times)
    return {**medians, "epochs": epochs, "steps": -(-len(x) // batch), "swing": swing}


def _update() -> dict[str, Any]:
    """Seconds of a step of the paper's GAN, and of a quick and of a full update after it."""
    import numpy as np
    import tensorflow as tf

    from cnnviz_widgets import ModelInspector
    from cnnviz_widgets.model.training.monitor import QUICK_SAMPLES
    from tests.model.dcgan import discriminator, generator

    made, judge = generator(2, 160), discriminator(2, 160)
    images = _large_images(BATCH)
    layers = ["conv1", "conv2", "conv3"]

    def inspected(**options: Any) -> tuple[Any, Any]:
        inspector = ModelInspector(judge, images, layer="conv1")
        inspector.monitor(layers=layers)
        return inspector, _at_every_step(inspector, **options)

    monitors = {"quick": inspected(samples=QUICK_SAMPLES)[1], "full": inspected(samples="all")[1]}
    step = _gan_step(made, judge, tf.constant(images))
    forward = tf.function(lambda x: judge(x, training=False))
    few, all_ = tf.constant(images[:QUICK_SAMPLES]), tf.constant(images)
    work: dict[str, Callable[[], object]] = {
        "step": step,
        **{kind: monitor.update for kind, monitor in monitors.items()},
        "forward quick": lambda: np.asarray(forward(few)),
        "forward full": lambda: np.asarray(forward(all_)),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for number in range(STEPS + 3):
        for name, function in work.items():
            start = time.perf_counter()
            function()
            # The first ones trace, and see the trees' order for the first time.
            if number >= 3:
                times[name].append(time.perf_counter() - start)
    for monitor in monitors.values():
        _check(monitor, STEPS + 3)

    # What a user gets who sets nothing: after the first update, which is full.
    inspector, monitor = inspected(budget=0.05)
    for _ in range(MOST_STEPS):
        step()
        monitor.update()
        if monitor.progress.updates > DECIDED:
            break
    later = [moment.samples is not None for moment in list(inspector.history)[1:]]
    return {
        **{name: statistics.median(seconds) for name, seconds in times.items()},
        **{
            f"{kind} in steps": statistics.median(np.divide(times[kind], times["step"]))
            for kind in monitors
        },
        "samples": QUICK_SAMPLES,
        "chosen": sum(later),
        "decided": len(later),
    }


def _gan_step(made: Any, judge: Any, real: Any) -> Callable[[], object]:
    """A step as the paper trains: the discriminator first, then the generator through it."""
    import keras
    import tensorflow as tf

    from tests.model.dcgan import NOISE

    loss = keras.losses.BinaryCrossentropy()
    of_made, of_judge = (keras.optimizers.RMSprop(rate) for rate in (7e-4, 3e-4))
    yes, no = tf.ones((BATCH, 1)), tf.zeros((BATCH, 1))

    def fake() -> Any:
        return made(tf.random.normal((BATCH, NOISE)), training=True)

    @tf.function
    def step() -> Any:
        images = fake()
        with tf.GradientTape() as tape:
            wrong = loss(yes, judge(real, training=True)) + loss(no, judge(images, training=True))
        variables = judge.trainable_variables
        of_judge.apply(tape.gradient(wrong, variables), variables)
        with tf.GradientTape() as tape:
            found_out = loss(yes, judge(fake(), training=True))
        variables = made.trainable_variables
        of_made.apply(tape.gradient(found_out, variables), variables)
        return wrong, found_out

    return lambda: [float(value) for value in step()]


def _memory(limit: int) -> dict[str, Any]:
    """Megabytes of this process after few and after many updates, and what the history has."""
    import keras
    import numpy as np
    import psutil
    from keras import layers as L

    from cnnviz_widgets import ModelInspector

    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            L.Conv2D(4, 3, activation="relu", name="conv"),
            L.Flatten(name="flatten"),
            L.Dense(2, name="logits"),
        ]
    )
    rng = np.random.default_rng(0)
    kernel = model.layers[0].kernel
    steps = rng.normal(0, 0.1, (16, *kernel.shape)).astype("float32")
    inspector = ModelInspector(model, rng.random((8, 8, 8, 1), dtype="float32"))
    inspector.monitor(memory=limit)
    monitor = _at_every_step(inspector)
    process = psutil.Process()
    figures: dict[str, Any] = {}
    start = time.perf_counter()
    for number in range(1, MANY + 1):
        # A step of training would only add memory of its own.
        kernel.assign(steps[number % len(steps)])
        monitor.update()
        if number in (FEW, MANY):
            gc.collect()
            figures[f"{number}"] = process.memory_info().rss / 2**20
            history = inspector.history
            figures[f"history_{number}"] = 0 if history is None else history.nbytes / 2**20
    _check(monitor, MANY)
    figures["seconds"] = time.perf_counter() - start
    if history is not None:
        figures |= {
            "nbytes": history.nbytes,
            "moments": len(history),
            "records": int(history.holds(history.places[0]).sum()),
        }
    return figures


def _at_every_step(inspector: Any, *, budget: float | None = None, **options: Any) -> Any:
    """A monitor that skips nothing but what a budget forbids, however fast the steps come."""
    from cnnviz_widgets.model.training.monitor import TrainingMonitor

    return TrainingMonitor(
        inspector, "batch", budget=budget, first=False, smallest_interval=0.0, **options
    )


def _check(monitor: Any, updates: int) -> None:
    progress = monitor.progress
    if progress.error or progress.updates != updates:
        raise RuntimeError(progress.error or f"{progress.updates} updates instead of {updates}")


if __name__ == "__main__":
    print_figures(*sys.argv[1:])
