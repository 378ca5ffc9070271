"""A survey of many samples against one bare compiled pass over the same batches.

The small network on the shipped part of Fashion-MNIST; VGG16 and ResNet50 with fresh weights on
random images of 64×64. Both sides take each batch in turn, in one process: the ratio is of
processor time, the clock's stands in the note. TensorFlow uses all cores, on both sides. `early` is
the first third of the batches, while the strongest samples still change often, `late` the last.
Accuracy is measured against every value of every layer, held in memory.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from functools import partial
from typing import Any, NamedTuple

from tests.benchmarks.memory import peak_megabytes, printed_by
from tests.benchmarks.table import Row

# Traces, and settles on how channels are counted.
WARM_UP = 2
FEW, MANY = 1_000, 10_000
IMAGES, COLOURED, HELD = 8_000, 640, 4_000
SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# Of layers as large as that, a survey's own arrays apart.
BESIDE = 50


def rows() -> list[Row]:
    return rows_of(1)


def rows_of(part: int) -> list[Row]:
    """All rows, on a part of the samples: one in `part`."""
    return [
        _cost_row("small", IMAGES // part, 1.5),
        _cost_row("VGG16", COLOURED // part, 1.25),
        _cost_row("ResNet50", COLOURED // part, 1.6),
        *_memory_rows(part),
        _states_row(IMAGES // part),
        *_accuracy_rows(HELD // part),
    ]


def network(name: str) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    if name != "small":
        kind = getattr(keras.applications, name)
        return kind(weights=None, include_top=False, input_shape=(64, 64, 3), pooling="avg")
    L = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            L.Conv2D(32, 3, activation="relu", name="conv1"),
            L.Conv2D(32, 3, activation="relu", name="conv2"),
            L.MaxPooling2D(),
            L.Conv2D(32, 3, activation="relu", name="conv3"),
            L.Conv2D(32, 3, activation="relu", name="conv4"),
            L.GlobalAveragePooling2D(name="gap"),
            L.Dense(10, activation="softmax", name="probabilities"),
        ]
    )


def samples(name: str, count: int) -> tuple[Any, Any]:
    """Images and their labels; those of the shipped part are repeated where there are fewer."""
    import numpy as np

    from tests.benchmarks.zoo.data import scaled, training

    if name != "small":
        rng = np.random.default_rng(0)
        return rng.random((count, 64, 64, 3), dtype="float32"), rng.integers(0, 10, count)
    images, labels = training()
    chosen = np.arange(count) % len(images)
    return scaled(images, "unit")[chosen], labels[chosen]


def _cost_row(name: str, count: int, target: float) -> Row:
    """Each batch by a bare pass and by a survey, in turn."""
    import tensorflow as tf

    from cnnviz_widgets.model.survey.beginning import begin_survey
    from cnnviz_widgets.model.survey.data.survey_data import survey_data
    from cnnviz_widgets.model.survey.surveyor import Surveyor

    model, (images, labels) = network(name), samples(name, count)
    source = survey_data(images, labels)
    plan = begin_survey(model, source, labels, "activations", None).plan
    surveyor = Surveyor(model, plan)
    bare = tf.function(partial(model, training=False), autograph=False)
    times: list[tuple[float, float, float, float]] = []
    for batch in source.batches(0, plan.batch):
        if len(batch.numbers) < plan.batch:
            break
        ours = _seconds(lambda given=batch: surveyor.add(given))
        theirs = _seconds(lambda given=batch: bare(tf.constant(given.inputs)).numpy())
        times.append((*ours, *theirs))
    # What still waits is added up: it is part of the last batch's cost.
    rest = _seconds(lambda: surveyor.rules)
    times[-1] = (times[-1][0] + rest[0], times[-1][1] + rest[1], *times[-1][2:])
    steady = times[WARM_UP:]
    third = max(1, len(steady) // 3)
    ratio = _ratio(steady)
    channels = sum(info.channels or 1 for info in plan.infos.values())
    return Row(
        f"a survey of {len(plan.infos)} layers with {channels:,} channels: {name} on "
        f"{count:,} images of {images.shape[1]}×{images.shape[2]}",
        "a bare compiled pass",
        f"{ratio:.2f}×",
        f"≤ {target}×",
        ratio <= target,
        f"processor time of {len(steady)} batches of {plan.batch} in turn; early "
        f"{_ratio(steady[:third]):.2f}×, late {_ratio(steady[-third:]):.2f}×; by the clock "
        f"{_ratio(steady, clock=True):.2f}×, {sum(each[1] for each in steady):.1f} s; the first "
        f"{WARM_UP} batches {sum(each[1] for each in times[:WARM_UP]):.1f} s, with what is traced",
    )


def _seconds(work: Any) -> tuple[float, float]:
    """Of the processors, and of the clock."""
    used, began = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - used, time.perf_counter() - began


def _ratio(times: list[tuple[float, float, float, float]], *, clock: bool = False) -> float:
    ours, theirs = (sum(each[at + clock] for each in times) for at in (0, 2))
    return ours / theirs


def _memory_rows(part: int) -> list[Row]:
    few, many = (
        json.loads(printed_by("tests.benchmarks.bench_survey", str(count)).splitlines()[-1])
        for count in (FEW // part, MANY // part)
    )
    return [
        Row(
            f"memory of a survey of {many['samples']:,} images, the small network",
            f"of {few['samples']:,}",
            f"{many['peak'] - few['peak']:+.0f} MB",
            "≤ 10 MB",
            many["peak"] - few["peak"] <= 10,
            f"{many['peak']:.0f} MB against {few['peak']:.0f} MB above a bare pass, of which the "
            f"survey itself {many['store']:.1f} MB; resident set, a process each",
        ),
        Row(
            "the same",
            "what the survey holds",
            f"{many['peak'] - many['store']:+.0f} MB",
            f"≤ {BESIDE} MB",
            many["peak"] - many["store"] <= BESIDE,
            "what tracing takes is part of it",
        ),
    ]


def _memory(count: int) -> dict[str, float]:
    """In a process of its own."""
    import tensorflow as tf

    from cnnviz_widgets.analysis.survey.tally_arrays import tally_arrays
    from cnnviz_widgets.model.survey.survey import survey

    model, (images, labels) = network("small"), samples("small", count)
    bare = tf.function(partial(model, training=False), autograph=False)
    for first in range(0, 256, 64):
        bare(tf.constant(images[first : first + 64]))
    found: list[Any] = []
    peak = peak_megabytes(lambda: found.append(survey(model, images, labels=labels)))
    arrays = [
        each for layer in found[0].layers.values() for each in tally_arrays(layer.tally).values()
    ]
    store = sum(array.nbytes for array in arrays) / 2**20
    return {"samples": len(images), "peak": peak, "store": store}


def _states_row(count: int) -> Row:
    from cnnviz_widgets.model.survey import run
    from cnnviz_widgets.model.survey.survey import survey

    model, (images, labels) = network("small"), samples("small", count)
    writing: list[float] = []
    write = run.States.write

    def timed(states: Any, state: Any) -> None:
        writing.append(_seconds(lambda: write(states, state))[1])

    run.States.write = timed  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder:
            whole = _seconds(lambda: survey(model, images, labels=labels, checkpoint=folder))[1]
    finally:
        run.States.write = write  # type: ignore[method-assign]
    # The last one is the result, and is written once however long the survey is.
    share = sum(writing[:-1]) / whole
    return Row(
        f"states of a survey of {count:,} images on disk",
        "the survey",
        f"{share:.1%}",
        "≤ 3 %",
        share <= 0.03,
        f"{len(writing) - 1} states in {whole:.1f} s by the clock; the result takes "
        f"{1e3 * writing[-1]:.0f} ms more",
    )


def _accuracy_rows(count: int) -> list[Row]:
    """The small network after some training, against all its values."""
    import keras
    import numpy as np

    from cnnviz_widgets.model.survey.survey import survey

    model, (images, labels) = network("small"), samples("small", count)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images, labels, epochs=4, batch_size=128, verbose=0)
    found = survey(model, images, labels=labels)
    layers = [model.get_layer(path).output for path in found.layers]
    outputs = keras.Model(model.inputs, layers).predict(images, batch_size=64, verbose=0)
    errors: dict[str, list[float]] = {"rank": [], "coarse": [0.0], "height": []}
    apart: list[Difference] = []
    for summary, values in zip(found.layers.values(), outputs, strict=True):
        flat = values.reshape(-1, values.shape[-1])
        rank = _rank_errors(summary.quantile(SHARES), flat)
        states = summary.resolution > 0.01
        errors["rank"] += rank[~states].tolist()
        errors["coarse"] += rank[states].tolist()
        apart += _differences(summary, flat)
        errors["height"] += _height_errors(summary, flat)
    on = f"the trained small network on {count:,} images"
    rank, height = (np.array(errors[name]) for name in ("rank", "height"))
    total, curve, atoms = (
        np.array([getattr(each, name) for each in apart]) for name in ("total", "curve", "atoms")
    )
    return [
        Row(
            f"quantiles of {len(rank)} channels, {on}",
            "all values held",
            f"rank off by {rank.max():.4f} at worst",
            "≤ 0.01",
            bool(rank.max() <= 0.01),
            f"median {np.median(rank):.4f}, of {', '.join(f'{100 * q:.0f}' for q in SHARES)} %; "
            f"{len(errors['coarse']) - 1} further channels state that they may be told less "
            f"finely, and are off by {max(errors['coarse']):.4f} at worst",
        ),
        Row(
            f"densities of {len(total)} channels",
            "those of all values",
            f"total variation {np.median(total):.3f}, {total.max():.3f} at worst",
            "≤ 0.05, ≤ 0.15",
            bool(np.median(total) <= 0.05 and total.max() <= 0.15),
            f"curves {np.median(curve):.3f}, {curve.max():.3f} at worst; values that recur, which "
            f"{np.count_nonzero(atoms)} of the channels have, {np.median(atoms[atoms > 0]):.3f}, "
            f"{atoms.max():.3f} at worst: each as a point at its place, not as the bar that a grid "
            "makes of it",
        ),
        Row(
            f"heights of {len(height)} merges",
            "the tree of all values",
            f"off by {np.median(height):.4f} in the median",
            "≤ 0.002",
            bool(np.median(height) <= 0.002 and height.max() < 0.5),
            f"{height.max():.4f} at worst; channels too rare to be placed stand apart in both",
        ),
    ]


def _rank_errors(quantiles: Any, flat: Any) -> Any:
    """How far each channel's quantiles are from their ranks at the worst."""
    import numpy as np

    errors = []
    for column, found in zip(np.sort(flat, axis=0).T, quantiles, strict=True):
        # A value that recurs has all its ranks. Quantiles are float64, values float32.
        below = np.searchsorted(column, found.astype(column.dtype), "left") / len(column)
        above = np.searchsorted(column, found.astype(column.dtype), "right") / len(column)
        errors.append(np.maximum(np.maximum(below - SHARES, SHARES - above), 0).max())
    return np.array(errors)


class Difference(NamedTuple):
    """How far two channels' distributions are apart, 0 to 1 each."""

    curve: float
    """Half the area between their curves without the values that recur."""
    atoms: float
    """Half of what these values' shares differ by, each at its own place."""

    @property
    def total(self) -> float:
        """The total variation."""
        return self.curve + self.atoms


def _differences(summary: Any, flat: Any) -> list[Difference]:
    """Total variation of each channel's distribution, on a grid that holds both curves.

    A curve draws a value that recurs as a bar one grid cell wide: two grids put it up to a cell
    apart, though its place and share are known. So it is compared as the point that it is.
    """
    import numpy as np

    from cnnviz_widgets.analysis.density.channel_density import channel_density
    from cnnviz_widgets.analysis.density.types import DensityStyle

    drawn, truth = summary.density, channel_density(flat, bounds=summary.bounds)
    found = []
    for channel in range(flat.shape[1]):
        if DensityStyle.CURVE not in (drawn.style[channel], truth.style[channel]):
            continue
        grids = drawn.grid[channel], truth.grid[channel]
        grid = np.linspace(
            min(each[0] for each in grids), max(each[-1] for each in grids), 4 * len(grids[0])
        )
        curves = [
            np.interp(grid, each.grid[channel], _without_atoms(each, channel), left=0, right=0)
            for each in (drawn, truth)
        ]
        shares = [_atoms(each, channel) for each in (drawn, truth)]
        values = shares[0].keys() | shares[1].keys()
        apart = sum(abs(shares[0].get(at, 0) - shares[1].get(at, 0)) for at in values)
        area = np.trapezoid(np.abs(curves[0] - curves[1]), grid)
        found.append(Difference(float(area) / 2, apart / 2))
    return found


def _atoms(density: Any, channel: int) -> dict[float, float]:
    """Value → share of what recurs in a channel."""
    return {atom.value: atom.share for atom in density.atoms if atom.channel == channel}


def _without_atoms(density: Any, channel: int) -> Any:
    """A channel's heights without the bars of the values that recur."""
    import numpy as np

    from cnnviz_widgets.analysis.density.curve_drawing import trapezium_weights

    grid, heights = density.grid[channel], density.density[channel].copy()
    area = trapezium_weights(grid[:1], grid[-1:], grid.size)[0]
    for value, share in _atoms(density, channel).items():
        at = int(np.rint((value - grid[0]) / (grid[-1] - grid[0]) * (grid.size - 1)))
        heights[at] = max(heights[at] - share / area[at], 0.0)
    return heights


def _height_errors(summary: Any, flat: Any) -> list[float]:
    import numpy as np

    from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage

    tree = summary.tree()
    rows = flat.copy()
    rows[:, tree.zero] = 0
    truth = cosine_linkage(rows)
    apart = len(tree.zero)
    heights = [each.Z[: len(each.Z) - apart, 2] for each in (tree, truth)]
    return np.abs(heights[0] - heights[1]).tolist()


if __name__ == "__main__":
    print(json.dumps(_memory(int(sys.argv[1]))))
