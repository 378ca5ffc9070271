"""What a diagnosis costs: its time against bare forward passes, its memory against all outputs.

VGG16 at 224×224, batch 8; a fresh MobileNetV3Small, of which no reference is needed; DenseNet121
and NASNetMobile, large graphs, trained as far as any network with a bias that has moved; and the
paper's DCGAN at full size [WL20 §2.1]: generator v1 with its
2560×25600 dense weight, and discriminator v1, on 64 samples. Weights are fresh ones times 1.2, so
that no network passes for untrained; a reference is built where a layer looks suspicious. Each
peak is that of a process of its own, which has traced the model before. The target for memory is
set against what a bare forward pass in another process takes, since the two largest outputs that
one holds are already more than a quarter of VGG16's sum.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from tests.benchmarks.bench_probe import network
from tests.benchmarks.memory import peak_megabytes, printed_by
from tests.benchmarks.table import Row, paired_medians

ROUNDS = 3
DCGAN_SAMPLES = 64
# What `diagnose` says when it begins the reference; the layers it reads of it follow.
_REFERENCE = "diagnosis: building the same network anew for comparison"
# Samples, image size and seconds of the networks that are only timed.
_TIMED = {
    "MobileNetV3Small": (32, 64, None),
    "DenseNet121": (16, 64, 60),
    "NASNetMobile": (16, 64, 60),
}


def rows() -> list[Row]:
    vgg = _measured("VGG16")
    bare = _measured("bare")
    extra = vgg["peak"] - bare["peak"]
    return [
        Row(
            "diagnosis of VGG16 batch 8, without reference: time",
            "one bare compiled forward",
            f"{vgg['seconds'] / vgg['bare_seconds']:.2f}×",
            "≤ 3×",
            vgg["seconds"] <= 3 * vgg["bare_seconds"],
            f"{vgg['seconds']:.1f} s against {vgg['bare_seconds']:.1f} s, median of {ROUNDS}, "
            "both traced before",
        ),
        Row(
            "the same, with a new probe: the trace of the model included",
            "one bare compiled forward",
            f"{vgg['traced_seconds'] / vgg['bare_seconds']:.2f}×",
            "for comparison",
            None,
            f"{vgg['traced_seconds']:.1f} s",
        ),
        Row(
            "the same: the reference, once more",
            "one bare compiled forward",
            f"{vgg['reference_seconds'] / vgg['bare_seconds']:.2f}×"
            if vgg["suspects"]
            else "none was needed",
            "for comparison",
            None,
            f"{vgg['reference_seconds']:.1f} s to build it and to read {vgg['suspects']} layers",
        ),
        Row(
            "the same: peak memory beyond a bare forward pass",
            "sum of all outputs",
            f"{extra / vgg['outputs']:.3f}",
            "≤ 0.25",
            extra <= vgg["outputs"] / 4,
            f"{vgg['peak']:.0f} MB for the whole diagnosis, a bare pass {bare['peak']:.0f} MB; all "
            f"outputs {vgg['outputs']:.0f} MB, weights {vgg['weights']:.0f} MB",
        ),
        *(_timed_row(name) for name in _TIMED),
        *(_dcgan_row(name) for name in ("generator", "discriminator")),
    ]


def _timed_row(name: str) -> Row:
    cost = _measured(name)
    samples, size, limit = _TIMED[name]
    return Row(
        f"diagnosis of {name} at {size}×{size}, {samples} samples, trace included: time",
        f"{limit} s" if limit else "one bare compiled forward",
        f"{cost['seconds'] / limit:.2f}×"
        if limit
        else f"{cost['seconds'] / cost['bare_seconds']:.0f}×",
        "≤ 1×" if limit else "for comparison",
        cost["seconds"] <= limit if limit else None,
        f"{cost['seconds']:.1f} s, of which {cost['traced_seconds']:.1f} s to trace "
        f"{cost['layers']:.0f} layers; one bare compiled pass {cost['bare_seconds']:.3f} s",
    )


def _dcgan_row(name: str) -> Row:
    cost = _measured(name)
    return Row(
        f"diagnosis of the paper's {name} v1 at 160×160, {DCGAN_SAMPLES} samples: peak memory",
        "2 GB",
        f"{cost['peak'] / 2048:.2f}×",
        "≤ 1×",
        cost["peak"] <= 2048,
        f"{cost['peak']:.0f} MB, of weights {cost['weights']:.0f} MB and outputs "
        f"{cost['outputs']:.0f} MB; {cost['seconds']:.1f} s for the whole, "
        f"{cost['seconds'] / cost['bare_seconds']:.1f} bare forward passes",
    )


def _measured(what: str) -> dict[str, float]:
    """The figures of one fresh process."""
    figures: dict[str, float] = json.loads(
        printed_by("tests.benchmarks.bench_diagnosis_cost", what).splitlines()[-1]
    )
    return figures


def _dcgan(name: str) -> tuple[Any, Any, Callable[[], Any]]:
    import numpy as np
    import tensorflow as tf
    from dcgan_study.networks import discriminator, generator

    rng = np.random.default_rng(0)
    if name == "generator":
        model, x = generator(1, 160), rng.normal(size=(DCGAN_SAMPLES, 256)).astype("float32")
    else:
        model = discriminator(1, 160)
        x = rng.uniform(-1, 1, (DCGAN_SAMPLES, 160, 160, 3)).astype("float32")
    function = tf.function(lambda v: model(v, training=False)).get_concrete_function(
        tf.TensorSpec(x.shape, "float32")
    )
    tensor = tf.constant(x)
    return model, x, lambda: np.asarray(function(tensor))


@contextmanager
def _drawn_by_numpy() -> Iterator[None]:
    """Let NumPy draw the weights, 1.2 times as wide as Glorot's.

    TensorFlow keeps the gigabyte that drawing VGG16's takes, and every pass would then find its
    memory there, unseen.
    """
    import keras
    import numpy as np

    rng = np.random.default_rng(0)

    def draw(self: Any, shape: tuple[int, ...], dtype: Any = None) -> Any:
        limit = np.float32(1.2 * np.sqrt(6 / (np.prod(shape[:-2]) * (shape[-2] + shape[-1]))))
        values = rng.random(shape, dtype="float32")
        values *= 2 * limit
        values -= limit
        return keras.ops.convert_to_tensor(values, dtype)

    with mock.patch.object(keras.initializers.VarianceScaling, "__call__", draw):
        yield


def _timed(name: str) -> dict[str, float]:
    """One diagnosis of a network of Keras' own, by random images and labels."""
    import keras
    import numpy as np
    import tensorflow as tf

    from cnnviz_widgets.model import ModelProbe
    from cnnviz_widgets.model.diagnosis.diagnose import diagnose

    samples, size, limit = _TIMED[name]
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3))
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (samples, size, size, 3)).astype("float32")
    targets = None
    if limit:
        targets = rng.integers(0, 1000, samples)
        bias = model.layers[-1].bias
        bias.assign(rng.normal(0, 0.1, bias.shape))
    function = tf.function(lambda v: model(v, training=False))
    begin = time.perf_counter()
    count = len(ModelProbe(model, x).layers)
    traced_seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    diagnose(model, x, targets=targets)
    seconds = time.perf_counter() - begin
    tensor = tf.constant(x)
    bare_seconds, _ = paired_medians(lambda: np.asarray(function(tensor)), lambda: None, ROUNDS)
    return {
        "seconds": seconds,
        "traced_seconds": traced_seconds,
        "bare_seconds": bare_seconds,
        "layers": count,
    }


def _measure(what: str) -> dict[str, float]:
    """One of the measurements, for a fresh process."""
    if what in _TIMED:
        return _timed(what)
    import numpy as np

    from cnnviz_widgets.model import ModelProbe
    from cnnviz_widgets.model.diagnosis.diagnose import diagnose
    from cnnviz_widgets.model.reading.model_reader import output_bytes

    is_vgg = what in ("VGG16", "bare")
    with _drawn_by_numpy():
        model, x, bare = network("VGG16", 8) if is_vgg else _dcgan(what)
    if what == "bare":
        return {"peak": peak_megabytes(bare)}
    probe = ModelProbe(model, x, memory_budget=64 * 2**20)
    count = len(probe.layers)
    figures = {
        # The first pass: what the allocator keeps of one makes the next one look smaller.
        "peak": peak_megabytes(lambda: diagnose(probe)),
        "weights": sum(np.asarray(weight).nbytes for weight in model.weights) / 2**20,
        "outputs": output_bytes(probe.layers, probe.samples) / 2**20,
        "layers": count,
    }
    if not is_vgg:
        seconds, bare_seconds = paired_medians(lambda: diagnose(probe), bare, 1)
        return {**figures, "seconds": seconds, "bare_seconds": bare_seconds}
    seconds, bare_seconds = paired_medians(lambda: diagnose(probe, reference=False), bare, ROUNDS)
    begin = time.perf_counter()
    diagnose(model, x, reference=False)
    traced_seconds = time.perf_counter() - begin
    reference_seconds, suspects = _reference(probe)
    return {
        **figures,
        "seconds": seconds,
        "bare_seconds": bare_seconds,
        "traced_seconds": traced_seconds,
        "reference_seconds": reference_seconds,
        "suspects": suspects,
    }


def _reference(probe: Any) -> tuple[float, int]:
    """The seconds that the reference takes in a diagnosis, and of how many layers it is read."""
    from cnnviz_widgets.model.diagnosis.diagnose import diagnose

    seen: list[tuple[str, float]] = []
    diagnose(probe, progress=lambda share, message: seen.append((message, time.perf_counter())))
    messages = [message for message, _ in seen]
    if _REFERENCE not in messages:
        return 0.0, 0
    first = messages.index(_REFERENCE)
    layers = {f"diagnosis: {info.path}" for info in probe.layers}
    after = next(k for k in range(first + 1, len(seen)) if messages[k] not in layers)
    return seen[after][1] - seen[first][1], after - first - 1


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))
