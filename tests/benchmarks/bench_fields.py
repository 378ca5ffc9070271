"""What a channel sees and where it is strongest: receptive fields, patches, and their control.

Times are processor time, in one process, medians where there are rounds. Exactness is measured on
the tiny models of the tests, whose pass backward has positive weights and spreads to all that
pooling reads: whatever a value depends on has a gradient.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.benchmarks.table import Row

LAYERS = 24
IMAGES, ROUNDS = 1_000, 5
SEEDS = 200


def rows() -> list[Row]:
    return [
        *_exactness_rows(),
        *_field_time_rows(),
        *_strongest_rows(),
        *_card_rows(),
        *_control_rows(),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    work()
    return statistics.median(_seconds(work) for _ in range(rounds))


def _exactness_rows() -> list[Row]:
    """Every model of the tests: ours, and the gradient of random weights and inputs."""
    from tests.model.experiments.channel.fields.gradient_support import RULES, make_positive
    from tests.model.experiments.channel.fields.models import MODELS
    from tests.model.experiments.channel.fields.test_receptive_field import case, compared

    counts = {"cases": 0, "exact": 0, "plain": 0}
    for name in MODELS:
        # As they are drawn: gradients may cancel, and a rectifier or a maximum hides the rest.
        plain = [hull for _, hull, _ in compared(name, {})]
        make_positive(case(name).probe.model)
        for (box, hull, _), other in zip(compared(name, RULES), plain, strict=True):
            counts["cases"] += 1
            counts["exact"] += box == (None if None in hull else tuple(hull))
            counts["plain"] += other == hull
    cases = counts["cases"]
    return [
        Row(
            f"receptive fields of {cases} places of the layers of {len(MODELS)} models",
            "the support of a gradient in which nothing cancels",
            f"{counts['exact']} exact",
            "≥ 250, all exact",
            counts["exact"] == cases >= 250,
            f"of one gradient of random weights on a random input {counts['plain']} are",
        )
    ]


def _field_time_rows() -> list[Row]:
    import keras
    import numpy as np

    from cnnviz_widgets.model import ModelProbe, receptive_field

    result = []
    for name, target in (("ResNet50", 50), ("InceptionV3", None), ("DenseNet121", None)):
        model = getattr(keras.applications, name)(
            weights=None, include_top=False, input_shape=(224, 224, 3)
        )
        probe = ModelProbe(model, np.zeros((1, 224, 224, 3), dtype="float32"))
        layers = [info.path for info in probe.layers]
        chosen = [*layers[:: len(layers) // LAYERS], layers[-1]]
        times = [1e3 * _median(partial(receptive_field, probe, path), 3) for path in chosen]
        last = receptive_field(probe, layers[-1])
        result.append(
            Row(
                f"the field of all places of a layer, {name} at 224×224",
                "50 ms" if target else "for comparison",
                f"{max(times):.0f} ms at worst, {statistics.median(times):.0f} ms median",
                f"≤ {target} ms" if target else "–",
                max(times) <= target if target else None,
                f"{len(times)} of {len(layers)} layers, each the median of 3; the last one sees "
                f"{last.size[0]} positions each way, at a stride of {last.stride[0]:.0f}",
            )
        )
    return result


def _network(channels: int = 32) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    L = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(32, 3, activation="relu", name="conv1"),
            L.MaxPooling2D(),
            L.Conv2D(32, 3, activation="relu", name="conv2"),
            L.Conv2D(channels, 3, activation="relu", name="conv3"),
            L.GlobalAveragePooling2D(name="gap"),
            L.Dense(10, activation="softmax", name="probabilities"),
        ]
    )


def _images(count: int) -> tuple[Any, Any]:
    from tests.benchmarks.zoo.data import scaled, training

    images, labels = training()
    return scaled(images, "unit")[:count], labels[:count]


def _strongest_rows() -> list[Row]:
    """The same pass with nothing asked of it is the baseline."""
    from cnnviz_widgets.model import ModelProbe, layer_coherence, strongest

    (images, labels), model = _images(IMAGES), _network(64)
    probe = ModelProbe(model, images)
    bare = _median(lambda: probe.outputs("conv3"))
    ours = _median(lambda: strongest(probe, "conv3"))
    control = _median(lambda: layer_coherence(probe, "conv3", labels=labels), 3)
    return [
        Row(
            f"strongest and weakest of 64 channels on {IMAGES:,} inputs of a probe",
            "reading the layer",
            f"{ours / bare:.2f}×",
            "≤ 2×",
            ours <= 2 * bare,
            f"{ours:.2f} s against {bare:.2f} s; the values of 9×9 places, field included",
        ),
        Row(
            "the control of the same: 32 random directions, purity, affinity and likeness",
            "reading the layer",
            f"{control / bare:.2f}×",
            "for comparison",
            None,
            f"{control:.2f} s; two passes, and {9 * (64 + 32)} patches",
        ),
    ]


def _card_rows() -> list[Row]:
    from cnnviz_widgets.model import ModelProbe, strongest, survey

    (images, _), model = _images(IMAGES), _network(512)
    summed = survey(model, images, layers=["conv3"])
    probe = ModelProbe(model, images[:16])
    probe.outputs("conv3")

    def first_part() -> None:
        found = strongest(probe, "conv3", survey=summed)
        for rank in range(9):
            found.patch(17, rank, inputs=images)
            found.patch(17, rank, weakest=True, inputs=images)

    seconds = _median(first_part)
    return [
        Row(
            "the patches of one of 512 channels, 9 most and 9 least, from a survey",
            "0.3 s from click to shown",
            f"{1e3 * seconds:.0f} ms",
            "≤ 100 ms",
            seconds <= 0.1,
            "the field traced anew, all channels looked up, 18 cut out",
        )
    ]


def _control_rows() -> list[Row]:
    """How often a planted detector is told, and a channel of random weights passes for one."""
    import numpy as np

    from cnnviz_widgets.analysis.channel.random_directions import LEVEL, coherence
    from tests.analysis.channel.test_random_directions import samples, untrained

    false, told = [], []
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        points, labels = samples(rng)
        values = untrained(rng, points, 24)
        false.append(coherence(values, labels=labels).purity_chance <= LEVEL)
        values = untrained(rng, rng.normal(size=points.shape), 48)
        values[..., 5] += 9 * (labels == 2)[:, None]
        told.append(coherence(values, labels=labels).purity_chance[5] <= LEVEL)
    return [
        Row(
            f"channels of random weights that pass for coherent, {SEEDS} layers of 24",
            "the level of the test",
            f"{np.mean(false):.1%}",
            f"≤ {LEVEL:.0%}",
            bool(np.mean(false) <= LEVEL),
            "data with five classes; equals count against a channel",
        ),
        Row(
            f"detectors of a class among 48 channels that are told, of {SEEDS}",
            "planted at three times the channel's own spread",
            f"{np.mean(told):.1%}",
            "≥ 95 %",
            bool(np.mean(told) >= 0.95),
            f"250 samples, {LEVEL:.0%} level, 32 directions",
        ),
    ]
