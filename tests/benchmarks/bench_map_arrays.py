"""Groups of channels and the order of rows, as the map of a network draws them.

A small network of ten convolutions and a dense layer, trained here on the shipped images for 14
epochs, and what its channels make of other images, on average by class. Groups are made on 600
images and explain the class profiles of 600 others: the share of the profiles' variance between
groups, on average over those layers. Orders are rated by the sum of cosines of neighbouring rows,
each row centred, against the exact path, or bounds that no path exceeds: half the sum of each row's
two best cosines, and spanning trees with prices [Held and Karp 1970]. Seconds are the processor's,
on one thread.
"""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import pdist

from cnnviz_widgets.analysis.arrays import Floats, Integers
from cnnviz_widgets.analysis.map.agreement import adjusted_rand, group_stability
from cnnviz_widgets.analysis.map.channel_groups import (
    default_count,
    k_means_groups,
    mean_shift_groups,
    standard_rows,
    tree_groups,
    ward_groups,
    warm_groups,
)
from cnnviz_widgets.analysis.map.class_rows import class_means
from cnnviz_widgets.analysis.map.held_karp import best_path
from cnnviz_widgets.analysis.map.row_order import path_quality, quality_bound, row_order

from ..analysis.map.tree_bound import tree_bound
from .table import Row

_FILE = Path(__file__).parents[2] / "notebooks" / "data" / "fashion_mnist_10k.npz"
_PLAN = (8, 8, 0, 16, 16, 0, 16, 16, 16, 0, 32, 32, 32, 0)  # filters; 0 is a pooling
_MOMENTS = (7, 13, 14)
_HALF, _CLASSES, _COLUMNS = 600, 10, 10
_REPEATS = 5


class Trained(NamedTuple):
    """What every channel of each layer makes of the held images, by moment; and their classes."""

    means: dict[int, list[NDArray[np.float32]]]
    classes: Integers


def rows() -> list[Row]:
    """The rows of the table."""
    return [*_explained(), *_kept(), *_group_costs(), *_orders()]


@functools.cache
def _trained() -> Trained:
    import keras
    from keras import layers

    with np.load(_FILE) as file:
        images, targets, held, classes = (
            file[name] for name in ("x_train", "y_train", "x_test", "y_test")
        )
    keras.utils.set_random_seed(0)
    parts: list[Any] = [keras.Input((28, 28, 1)), layers.Rescaling(1 / 255)]
    for filters in _PLAN:
        parts.append(
            layers.Conv2D(
                filters, 3, padding="same", activation="relu", kernel_initializer="he_normal"
            )
            if filters
            else layers.MaxPooling2D(2)
        )
    parts += [layers.Flatten(), layers.Dense(32, activation="relu")]
    parts.append(layers.Dense(_CLASSES, activation="softmax"))
    network = keras.Sequential(parts)
    network.compile("adam", "sparse_categorical_crossentropy")
    drawn = [
        layer.output
        if len(layer.output.shape) == 2
        else layers.GlobalAveragePooling2D()(layer.output)
        for layer in network.layers[:-1]
        if isinstance(layer, (layers.Conv2D, layers.Dense))
    ]
    reader = keras.Model(network.inputs, drawn)
    means: dict[int, list[NDArray[np.float32]]] = {}
    for epoch in range(1, max(_MOMENTS) + 1):
        network.fit(images[..., None], targets, batch_size=64, verbose=0)
        if epoch in _MOMENTS:
            means[epoch] = reader.predict(held[: 2 * _HALF, ..., None], verbose=0)
    return Trained(means, classes[: 2 * _HALF].astype(np.int64))


def _profiles(moment: int, half: slice) -> list[Floats]:
    """The class rows of each layer on a half of the images."""
    trained = _trained()
    return [
        class_means(means[half], trained.classes[half], _CLASSES) for means in trained.means[moment]
    ]


def _living(*profiles: Floats) -> list[Floats]:
    """Standard rows of the channels that are constant in none."""
    each = [standard_rows(rows) for rows in profiles]
    living = np.all([rows.any(axis=1) for rows in each], axis=0)
    return [rows[living] for rows in each]


def _count(channels: int) -> int:
    return max(3, min(8, channels // 4))


def _explained() -> list[Row]:
    ways: dict[str, Callable[[Floats], Integers]] = {
        "single linkage": lambda rows: tree_groups(linkage(rows, "single"), _count(len(rows))),
        "Ward": lambda rows: ward_groups(rows, _count(len(rows))),
        "k-means": lambda rows: k_means_groups(rows, _count(len(rows))),
        "mean shift": mean_shift_groups,
    }
    shares: dict[str, list[float]] = {way: [] for way in ways}
    last = max(_MOMENTS)
    halves = (_profiles(last, slice(_HALF)), _profiles(last, slice(_HALF, None)))
    for one, other in zip(*halves, strict=True):
        made_on, rated_on = _living(one, other)
        for way, grouping in ways.items():
            shares[way].append(_between(rated_on, grouping(made_on)))
    base = float(np.mean(shares.pop("single linkage")))
    return [
        Row(
            f"class profiles on other images explained by groups, {way}",
            "single linkage",
            f"R² {np.mean(share):.2f} against {base:.2f}",
            "≥ 0.70",
            bool(np.mean(share) >= 0.70),
            f"least of {len(share)} layers {min(share):.2f}; a quarter as many groups as "
            "channels, 3 to 8" + ("; here as many as come about" * (way == "mean shift")),
        )
        for way, share in shares.items()
    ]


def _between(rows: Floats, groups: Integers) -> float:
    """The share of the rows' variance that lies between groups."""
    inside = sum(
        ((rows[groups == group] - rows[groups == group].mean(axis=0)) ** 2).sum()
        for group in np.unique(groups)
    )
    return 1 - float(inside) / float(((rows - rows.mean(axis=0)) ** 2).sum())


def _kept() -> list[Row]:
    result = []
    for before, after in itertools.pairwise(_MOMENTS):
        fresh, warm, pins, kept = [], [], 0, 0
        for one, other in zip(
            _profiles(before, slice(_HALF)), _profiles(after, slice(_HALF)), strict=True
        ):
            earlier, later = _living(one, other)
            count = default_count(len(earlier), _COLUMNS)
            groups = k_means_groups(earlier, count)
            fresh.append(adjusted_rand(groups, k_means_groups(later, count, seed=1)))
            warm.append(adjusted_rand(groups, warm_groups(later, groups, pinned={}, count=count)))
            pinned = {at: int(groups[at] + 1) % count for at in range(0, len(groups), 5)}
            edited = warm_groups(later, groups, pinned=pinned, count=count)
            pins += len(pinned)
            kept += sum(int(edited[at]) == group for at, group in pinned.items())
        beside = after - before == 1
        met = (bool(np.mean(warm) >= 0.85) or not beside) and kept == pins
        result.append(
            Row(
                f"groups from epoch {before} to {after}, begun from the last ones",
                "k-means afresh",
                f"adjusted Rand {np.mean(warm):.2f} against {np.mean(fresh):.2f}; {kept} of "
                f"{pins} pins kept",
                "≥ 0.85, every pin" if beside else "every pin",
                met,
                f"mean of {len(warm)} layers, least {min(warm):.2f}; k-means, √channels groups; "
                "every fifth channel pinned to a group not its own in a run of its own",
            )
        )
    return result


def _group_costs() -> list[Row]:
    return [
        *(_cost_of_groups(2048, columns) for columns in (10, 1000)),
        *(_cost_of_stability(channels) for channels in (32, 512)),
    ]


def _cost_of_groups(channels: int, columns: int) -> Row:
    many = standard_rows(_noisy(channels, columns))
    seconds = _seconds(lambda: ward_groups(many, 8))
    theirs = _seconds(lambda: linkage(many, "ward"))
    return Row(
        f"Ward's groups of {channels:,} channels by {columns:,} columns",
        "SciPy's `linkage` of the rows",
        f"{seconds:.2f} s, {seconds / theirs:.2f}× the time",
        "≤ 0.3 s",
        seconds <= 0.3,
        f"SciPy {theirs:.2f} s; k-means {_seconds(lambda: k_means_groups(many, 8)):.2f} s, "
        f"mean shift {_seconds(lambda: mean_shift_groups(many)):.2f} s",
    )


def _cost_of_stability(channels: int) -> Row:
    random = np.random.default_rng(0)
    values, classes = random.random((600, channels)), random.integers(_CLASSES, size=600)
    profiles = class_means(values, classes, _CLASSES)

    def regroup(rows: Floats) -> Integers:
        return ward_groups(standard_rows(rows), 6)

    groups = regroup(profiles)
    once = _seconds(lambda: regroup(profiles))
    all_draws = _seconds(lambda: group_stability(values, classes, groups, regroup))
    return Row(
        f"stability of the groups of {channels} channels, 20 draws of 600 samples",
        "one Ward grouping",
        f"{all_draws / once:.0f}× the time",
        "≤ 30×",
        all_draws <= 30 * once,
        f"{1000 * all_draws:.1f} ms against {1000 * once:.2f} ms",
    )


def _orders() -> list[Row]:
    living = np.concatenate([_living(rows)[0] for rows in _profiles(14, slice(_HALF))])
    random = np.random.default_rng(0)
    ours, leaves, seconds, sets = [], [], [], 30
    for each in range(sets):
        rows = living[random.choice(len(living), 13 + each % 4, replace=False)]
        exact = path_quality(rows, best_path(_cosines(rows)))
        start = time.process_time()
        order = row_order(rows)
        seconds.append(time.process_time() - start)
        ours.append(path_quality(rows, order) / exact)
        leaves.append(path_quality(rows, _leaf_order(rows)) / exact)
    result = [
        Row(
            "order of 13 to 16 rows",
            "Held–Karp's exact path",
            f"{min(ours):.4f} of its quality, at worst",
            "≥ 0.999",
            min(ours) >= 0.999,
            f"{sets} sets of rows of all layers, mean {np.mean(ours):.4f}; optimal leaf ordering "
            f"{np.mean(leaves):.3f}; {1000 * np.mean(seconds):.0f} ms each",
        )
    ]
    few = living[random.choice(len(living), 12, replace=False)]
    result.append(
        Row(
            "order of 12 rows, exact",
            "optimal leaf ordering (SciPy)",
            f"{1000 * _seconds(lambda: row_order(few)):.1f} ms",
            "for comparison",
            None,
            f"quality {path_quality(few, row_order(few)):.2f} against "
            f"{path_quality(few, _leaf_order(few)):.2f}",
        )
    )
    return [*result, *(_order_of_many(living, count) for count in (512, 2048))]


def _order_of_many(living: Floats, count: int) -> Row:
    random = np.random.default_rng(0)
    picked = living[random.integers(len(living), size=count)]
    rows = np.abs(picked * (1 + 0.3 * random.standard_normal(picked.shape)))
    start = time.process_time()
    order = row_order(rows)
    seconds = time.process_time() - start
    quality, simple = path_quality(rows, order), quality_bound(rows)
    measured = f"{quality / simple:.3f} of half of each row's two best"
    how = "rows of the network, each cell off by 30 %"
    if count > 1000:
        return Row(
            f"order of {count:,} rows",
            "the clock",
            f"{seconds:.2f} s; {measured}",
            "≤ 3 s",
            seconds <= 3,
            how,
        )
    bound = min(simple, tree_bound(_cosines(rows), quality, 200))
    return Row(
        f"order of {count:,} rows",
        "the closer of the bounds",
        f"{quality / bound:.3f} of it in {seconds:.2f} s",
        "≥ 0.99 in ≤ 1 s",
        quality >= 0.99 * bound and seconds <= 1,
        f"{how}; {measured}, which no order has more than {bound / simple:.3f} of; optimal leaf "
        f"ordering {path_quality(rows, _leaf_order(rows)) / simple:.3f}",
    )


def _noisy(count: int, columns: int) -> Floats:
    random = np.random.default_rng(0)
    centres = random.standard_normal((12, columns))
    return centres[random.integers(12, size=count)] + random.standard_normal((count, columns))


def _cosines(rows: Floats) -> Floats:
    standard = standard_rows(rows)
    cosines: Floats = standard @ standard.T / rows.shape[1]
    return cosines


def _leaf_order(rows: Floats) -> Integers:
    distances = np.maximum(pdist(standard_rows(rows), "cosine"), 0)
    tree = optimal_leaf_ordering(linkage(distances, "average"), distances)
    return np.asarray(leaves_list(tree), dtype=np.int64)


def _seconds(function: Callable[[], object]) -> float:
    """The median of some runs after a first one, of the processor's time."""
    function()
    seconds = []
    for _ in range(_REPEATS):
        start = time.process_time()
        function()
        seconds.append(time.process_time() - start)
    return float(np.median(seconds))
