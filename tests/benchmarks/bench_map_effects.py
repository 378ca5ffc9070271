"""Effects between groups of channels, all in one pass, against one group silenced at a time.

Three small networks trained on the shipped part of Fashion-MNIST: a plain one of ten convolutions,
one with nearly every kind of joint, and that of Keras' CIFAR example; 32 samples, 6 groups a
station by Ward's method on class means. One by one is what the package falls back to: operation by
operation, as far as the last station that is looked at; compiled, the same trace with one group a
pass, beside the samples as they are. Seconds are the processors', on one thread, traced before.
ResNet50 has fresh weights and 12 stations at the first and last block of each size. Exactness is
measured on all kinds of models that the tests know.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers as L
from scipy.cluster.hierarchy import fcluster, ward
from scipy.stats import spearmanr

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.map.ablating.copies import Window
from cnnviz_widgets.model.map.ablating.one_by_one import one_by_one
from cnnviz_widgets.model.map.ablating.slots import Joints, Slots
from cnnviz_widgets.model.map.ablating.traced_copies import TracedCopies
from cnnviz_widgets.model.map.effects import group_effects
from cnnviz_widgets.model.map.mean_weights import mean_weights
from cnnviz_widgets.model.reading.probe import reader_of
from cnnviz_widgets.records.map.station import Station
from cnnviz_widgets.runtime.progress import no_progress
from tests.benchmarks.memory import peak_megabytes, printed_by
from tests.benchmarks.table import Row
from tests.benchmarks.zoo.data import FILE
from tests.model.map.map_nets import KINDS, groups_of, stations_of

SAMPLES, GROUPS, TRAINED_ON, EPOCHS, ROUNDS = 32, 6, 2000, 4, 5
Reads = dict[str, tuple[str, ...]]


def rows() -> list[Row]:
    """The rows of the table."""
    networks = {name: _trained(*make()) for name, make in NETWORKS.items()}
    return [
        _exact(),
        *(_cost(name, *network) for name, network in networks.items()),
        *_large(),
        *(_fidelity(name, *network) for name, network in networks.items()),
    ]


def plain() -> tuple[Any, Reads]:
    """Ten convolutions in four sizes, a dense layer."""
    layers: list[Any] = [keras.Input((28, 28, 1))]
    names = []
    for size, channels in enumerate(([8] * 2, [16] * 2, [16] * 3, [32] * 3)):
        for number, count in enumerate(channels):
            names.append(f"conv{size}{number}")
            layers.append(L.Conv2D(count, 3, padding="same", activation="relu", name=names[-1]))
        layers.append(L.MaxPooling2D(name=f"pool{size}"))
    layers += [L.Flatten(), L.Dense(128, activation="relu", name="dense")]
    model = keras.Sequential([*layers, L.Dense(10, activation="softmax", name="head")])
    return model, _in_a_row(*names, "dense", "head")


def mixed() -> tuple[Any, Reads]:
    """Residual, depthwise, separable, branches, nested, attention, transposed."""
    same: dict[str, Any] = {"padding": "same", "activation": "relu"}
    given = keras.Input((28, 28, 1))
    x = L.Conv2D(16, 3, padding="same", use_bias=False)(given)
    x = p = L.MaxPooling2D(name="pool")(L.ReLU(name="first")(L.BatchNormalization()(x)))
    y = L.Conv2D(16, 3, name="res_a", **same)(x)
    x = L.ReLU(name="sum")(L.Add()([p, L.Conv2D(16, 3, padding="same", name="res_b")(y)]))
    x = L.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)
    x = L.Activation("swish", name="deep")(L.BatchNormalization()(x))
    x = L.SeparableConv2D(24, 3, name="apart", **same)(x)
    a, b = (L.Conv2D(12, size, name=f"side{size}", **same)(x) for size in (1, 5))
    x = L.AveragePooling2D(2, name="half")(L.Concatenate()([a, b]))
    inner = keras.Input((7, 7, 24))
    z = L.LayerNormalization(name="norm")(L.Conv2D(24, 3, **same)(inner))
    x = L.Reshape((49, 24))(keras.Model(inner, z, name="nested")(x))
    x = L.LayerNormalization(name="heard")(
        L.Add()([x, L.MultiHeadAttention(4, 6, name="mha")(x, x)])
    )
    x = L.Reshape((7, 7, 24))(x)
    x = L.Conv2DTranspose(16, 3, strides=2, name="up", **same)(x)
    x = L.Conv2D(24, 3, strides=2, name="last", **same)(x)
    x = L.Dense(48, activation="relu", name="dense")(L.Flatten()(x))
    x = L.Dense(10, activation="softmax", name="head")(L.Dropout(0.3)(x))
    reads: Reads = {"first": (), "res_a": ("first",), "res_b": ("res_a",)}
    reads |= {"sum": ("first", "res_b"), "deep": ("sum",), "apart": ("deep",)}
    reads |= {"side1": ("apart",), "side5": ("apart",), "nested/norm": ("side1", "side5")}
    reads |= {"mha": ("nested/norm",), "heard": ("nested/norm", "mha"), "up": ("heard",)}
    return keras.Model(given, x), reads | {"last": ("up",), "dense": ("last",), "head": ("dense",)}


def cifar() -> tuple[Any, Reads]:
    """The network of Keras' CIFAR-10 example."""
    layers: list[Any] = [keras.Input((28, 28, 1))]
    for size, channels in ((1, 32), (2, 64)):
        layers += [
            L.Conv2D(channels, 3, padding="same", activation="relu", name=f"conv{size}a"),
            L.Conv2D(channels, 3, activation="relu", name=f"conv{size}b"),
            L.MaxPooling2D(),
            L.Dropout(0.25),
        ]
    layers += [L.Flatten(), L.Dense(512, activation="relu", name="dense"), L.Dropout(0.5)]
    model = keras.Sequential([*layers, L.Dense(10, activation="softmax", name="head")])
    return model, _in_a_row("conv1a", "conv1b", "conv2a", "conv2b", "dense", "head")


NETWORKS = {"plain": plain, "mixed": mixed, "CIFAR-10": cifar}


def _in_a_row(*names: str) -> Reads:
    return dict(zip(names, [(), *((name,) for name in names)], strict=False))


def _trained(model: Any, reads: Reads) -> tuple[ModelProbe, list[Station], dict[str, Any]]:
    with np.load(FILE) as data:
        images = data["x_train"][:TRAINED_ON, ..., None].astype("float32") / 255
        labels = data["y_train"][:TRAINED_ON].astype("int32")
        others = data["x_test"][:200, ..., None].astype("float32") / 255
        classes = data["y_test"][:200].astype("int32")
    keras.utils.set_random_seed(0)
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(images, labels, epochs=EPOCHS, batch_size=64, verbose=0)
    probe = ModelProbe(model, others[:SAMPLES])
    groups = ModelProbe(model, others).stream(
        lambda info, values: _grouped(np.moveaxis(values, info.channel_axis or -1, -1), classes),
        list(reads),
    )
    return probe, stations_of(probe, reads), groups


def _grouped(values: Any, classes: Any) -> Any:
    """Ward's groups of channels by their class means; those that are silent are in none."""
    pooled = values.reshape(len(values), -1, values.shape[-1]).mean(axis=1)
    means = np.stack([pooled[classes == number].mean(axis=0) for number in range(10)], axis=1)
    spread = means.std(axis=1, keepdims=True)
    lives = np.flatnonzero(spread[:, 0] > 1e-6)
    scaled = (means[lives] - means[lives].mean(axis=1, keepdims=True)) / spread[lives]
    groups = np.full(len(means), -1)
    groups[lives] = fcluster(ward(scaled), min(GROUPS, len(lives)), "maxclust") - 1
    return groups


def _exact() -> Row:
    worst, edges = ("", 0.0), 0
    for kind, make in KINDS.items():
        keras.utils.set_random_seed(4)
        model, inputs, reads = make()
        probe = ModelProbe(model, inputs)
        stations = stations_of(probe, reads)
        groups = groups_of(stations)
        effects, _, _ = group_effects(probe, stations, groups)
        joints = Joints.of(stations, reader_of(probe).description().infos)
        sums = one_by_one(probe, joints, Slots.of(joints, groups), no_progress)
        for edge, other in sums.effects(joints.edges, groups).items():
            size = np.abs(other.rms).max() or 1.0
            for ours, theirs in ((effects[edge].rms, other.rms), (effects[edge].mean, other.mean)):
                worst = max(worst, (kind, float(np.abs(ours - theirs).max() / size)), key=_second)
            edges += 1
    return Row(
        f"effects of {edges} edges of {len(KINDS)} kinds of models, in one pass",
        "one group silenced at a time",
        f"off by {worst[1]:.1e} at worst",
        "≤ 1e-4",
        worst[1] <= 1e-4,
        f"of the largest effect of an edge; the worst is {worst[0]}; {', '.join(KINDS)}",
    )


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _cost(name: str, probe: ModelProbe, stations: list[Station], groups: dict[str, Any]) -> Row:
    joints = Joints.of(stations, reader_of(probe).description().infos)
    slots = Slots.of(joints, groups)
    start = time.process_time()
    group_effects(probe, stations, groups)
    first = time.process_time() - start
    ours = _seconds(lambda: group_effects(probe, stations, groups))
    theirs = _seconds(lambda: one_by_one(probe, joints, slots, no_progress), 1)
    compiled = _seconds(lambda: _compiled_one_by_one(probe, joints, groups), 1)
    count = sum(int(each.max()) + 1 for each in slots.groups.values())
    return Row(
        f"effects of {count} groups on {len(joints.edges)} edges, the {name} network",
        "one group silenced at a time",
        f"1/{theirs / ours:.0f}",
        "≤ 1/5",
        ours <= theirs / 5,
        f"{ours:.2f} s against {theirs:.2f} s, {slots.count + 1} copies of {SAMPLES} samples; the "
        f"first time {first:.2f} s, with what is traced; one at a time, compiled: {compiled:.2f} s",
    )


def _compiled_one_by_one(probe: ModelProbe, joints: Joints, groups: dict[str, Any]) -> None:
    run = TracedCopies(probe, joints)
    two = np.concatenate([probe.inputs] * 2)
    for path, of in groups.items():
        for group in range(int(of.max()) + 1):
            run([two], Slots.of(joints, {path: np.where(of == group, 0, -1)}), Window(0, 1, 1))


def _seconds(function: Callable[[], object], rounds: int = ROUNDS) -> float:
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        function()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def _large() -> list[Row]:
    ours, bare, first, peak, whole = map(
        float, printed_by("tests.benchmarks.bench_map_effects").split()[-5:]
    )
    what = "effects of 6 groups a station, ResNet50 at 224×224, 8 samples"
    return [
        Row(
            what,
            "one bare compiled forward",
            f"{ours / bare:.1f}×",
            "≤ 20×",
            ours <= 20 * bare,
            f"{ours:.2f} s against {bare:.2f} s of processor time; the first time {first:.2f} s, "
            "with what is traced",
        ),
        Row(
            "the same: peak memory",
            "the probe after a pass of its own",
            f"{peak:.0f} MB more",
            "≤ 1,500 MB",
            peak <= 1500,
            f"resident set of a process of its own; all layers' outputs are {whole:.0f} MB",
        ),
    ]


def _fidelity(name: str, probe: ModelProbe, stations: list[Station], groups: dict[str, Any]) -> Row:
    effects, _, _ = group_effects(probe, stations, groups)
    weights = mean_weights(probe, stations, groups)
    ranks = [
        spearmanr(np.abs(weights[edge]).ravel(), effects[edge].rms.ravel())[0] for edge in weights
    ]
    signs = [
        np.average(
            np.sign(weights[edge]) == np.sign(effects[edge].mean),
            weights=np.abs(effects[edge].mean) + 1e-12,
        )
        for edge in weights
    ]
    return Row(
        f"mean weight between groups, {len(weights)} edges of the trained {name} network",
        "exact effects",
        f"rank correlation {np.nanmean(ranks):.2f}",
        "≤ 0.2: no default",
        bool(np.nanmean(ranks) <= 0.2),
        f"mean over edges, from {np.nanmin(ranks):.2f} to {np.nanmax(ranks):.2f}; of the effects' "
        f"magnitude {np.mean(signs):.0%} has the weight's sign; {len(effects) - len(weights)} "
        "edges have no mean weight",
    )


def _measure_large() -> None:
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    model = keras.applications.ResNet50(weights=None)
    images = np.random.default_rng(0).normal(size=(8, 224, 224, 3)).astype("float32")
    probe = ModelProbe(model, images)
    blocks = [
        f"conv{size}_block{n}_out"
        for size, last in ((2, 3), (3, 4), (4, 6), (5, 3))
        for n in (1, last)
    ]
    names = ("conv1_relu", "pool1_pool", *blocks, "avg_pool", "predictions")
    stations = stations_of(probe, _in_a_row(*names))
    groups = {each.path: np.arange(each.channels) % GROUPS for each in stations}
    function = tf.function(lambda batch: model(batch, training=False))
    function(images)
    probe.stream(lambda info, values: None, names)
    taken: list[float] = []

    def run() -> None:
        start = time.process_time()
        group_effects(probe, stations, groups)
        taken.append(time.process_time() - start)

    peak = peak_megabytes(run)
    bare: list[float] = []
    for _ in range(3):
        bare.append(_seconds(lambda: function(images), 3))
        run()
    whole = sum(4 * 8 * np.prod([n or 1 for n in info.output_shape]) for info in probe.layers)
    print(statistics.median(taken[1:]), statistics.median(bare), taken[0], peak, whole / 2**20)


if __name__ == "__main__":
    _measure_large()
