"""Reading a live model: all layers at once, and streaming, against one bare forward pass.

Networks of ``keras.applications`` with fresh weights at 224×224. TensorFlow uses all cores, the
baseline as well.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks.memory import peak_megabytes, printed_by
from tests.benchmarks.table import Row, paired_medians

ROUNDS = 3


def rows() -> list[Row]:
    return [*_all_layers(), *_streamed(), _opened()]


def network(name: str, batch: int) -> tuple[Any, Any, Callable[[], Any]]:
    """A network, a batch for it, and its bare compiled forward pass."""
    import keras
    import numpy as np
    import tensorflow as tf

    model = getattr(keras.applications, name)(weights=None)
    x = np.random.default_rng(0).random((batch, 224, 224, 3), dtype="float32")
    function = tf.function(lambda v: model(v, training=False)).get_concrete_function(
        tf.TensorSpec(x.shape, "float32")
    )
    tensor = tf.constant(x)
    return model, x, lambda: np.asarray(function(tensor))


def _all_layers() -> list[Row]:
    import keras

    from cnnviz_widgets.model import ModelProbe

    result = []
    for name, target in (("VGG16", 1.15), ("MobileNetV2", None)):
        model, x, bare = network(name, 8)
        probe = ModelProbe(model, x)
        start = time.perf_counter()
        count = len(probe.layers)
        traced = time.perf_counter() - start
        ours, baseline = paired_medians(probe.read, bare, ROUNDS)
        result.append(
            Row(
                f"all {count} layers' outputs, {name} batch 8",
                "one bare compiled forward",
                f"{ours / baseline:.2f}×",
                f"≤ {target}×" if target else "for comparison",
                ours <= target * baseline if target else None,
                f"{ours:.2f} s against {baseline:.2f} s, median of {ROUNDS}; first trace "
                f"{traced:.2f} s more",
            )
        )
        if name != "VGG16":
            continue
        # One `predict` for each layer, timed on a few spread over the depth and scaled up; each
        # predict compiles a model of its own, as it must the first time a layer is looked at.
        times = []
        for layer in model.layers[1::7]:
            start = time.perf_counter()
            keras.Model(model.inputs, layer.output).predict(x, verbose=0)
            times.append(time.perf_counter() - start)
        every = statistics.mean(times) * count
        result.append(
            Row(
                "the same",
                "one `predict` a layer",
                f"{every / ours:.1f}×",
                "≥ 10×",
                every >= 10 * ours,
                f"{ours:.2f} s against {every:.1f} s, scaled from {len(times)} of {count} layers",
            )
        )
    return result


def _streamed() -> list[Row]:
    total, peak, bare_peak, handing, handing_bare, ours, baseline = map(
        float, printed_by("tests.benchmarks.bench_probe").split()[-7:]
    )
    return [
        Row(
            "streamed measures, ResNet50 batch 16: peak memory",
            "sum of all outputs",
            f"{peak / total:.3f}",
            "≤ 0.25",
            peak <= total / 4,
            f"{peak:.0f} MB beyond the traced model, of {total:.0f} MB; a bare pass after it takes "
            f"{bare_peak:.0f} MB more; resident set of a process of its own",
        ),
        Row(
            "the same: time, nothing measured",
            "one bare compiled forward",
            f"{handing / handing_bare:.2f}×",
            "near 1×",
            None,
            f"{handing:.2f} s against {handing_bare:.2f} s, median of {ROUNDS}; with the mean of "
            f"every output {ours:.2f} s against {baseline:.2f} s",
        ),
    ]


def _opened() -> Row:
    """A layer of very many channels, from being asked for until it is sent to the page."""
    import keras
    import numpy as np
    import tensorflow as tf

    import cnnviz_widgets as cv

    layers = [keras.layers.Conv2D(32, 3, activation="relu", name="conv")]
    layers += [keras.layers.Flatten(name="flatten"), keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((64, 64, 3)), *layers])
    x = np.random.default_rng(0).random((16, 64, 64, 3), dtype="float32")
    function = tf.function(lambda v: model(v, training=False))
    function(x)
    inspector = cv.ModelInspector(model, x)
    opened, bare = [], []
    for _ in range(5 * ROUNDS):
        inspector.layer = "conv"
        opened.append(_processor_seconds(lambda: setattr(inspector, "layer", "flatten")))
        bare.append(_processor_seconds(lambda: function(x)))
    ours, baseline = statistics.median(opened), statistics.median(bare)
    return Row(
        "opening a Flatten of 123,008 channels in the inspector, 16 samples",
        "one bare compiled forward",
        f"{ours / baseline:.1f}×",
        "≤ 20×",
        ours <= 20 * baseline,
        f"{1000 * ours:.0f} ms against {1000 * baseline:.1f} ms of the processors' time, medians "
        f"of {5 * ROUNDS} in turn",
    )


def _processor_seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _measure_streaming() -> None:
    """In a fresh process: print the sum of all outputs, both peaks in MB, and the seconds of
    streaming with a measure that does nothing and with one that reads all, each with its baseline.
    """
    from cnnviz_widgets.model import ModelProbe

    model, x, bare = network("ResNet50", 16)
    probe = ModelProbe(model, x, memory_budget=0)
    sizes: list[int] = []

    def measure(info: Any, array: Any) -> float:
        sizes.append(array.nbytes)
        return float(array.mean())

    _ = probe.layers
    # Ours first: what the allocator keeps from one pass makes the next one look smaller.
    ours_peak = peak_megabytes(lambda: probe.stream(measure))
    bare_peak = peak_megabytes(bare)
    total = sum(sizes) / 2**20
    handing = paired_medians(lambda: probe.stream(lambda info, array: None), bare, ROUNDS)
    measuring = paired_medians(lambda: probe.stream(measure), bare, ROUNDS)
    print(total, ours_peak, bare_peak, *handing, *measuring)


if __name__ == "__main__":
    _measure_streaming()
