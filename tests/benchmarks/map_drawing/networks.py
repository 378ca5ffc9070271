"""Effects of groups on groups: of networks trained here, and made up in the shape of ResNet50.

An `Effects` is what the page draws a map of. Until the map's own engine measures it, small chains
are measured here by silencing one group after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers as L
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from ..zoo.data import held_out, scaled, training

SAMPLES = 64


@dataclass(frozen=True)
class Effects:
    """What each group of a station does to each group of a later one.

    Attributes
    ----------
    name : str
    columns : tuple of int
        Groups in each column.
    pairs : dict of (int, int) to (rms, mean), arrays (K, K) each
        By the columns of parent and child: the RMS and the mean change of the child's channels, in
        their own standard deviations, when the parent's group is set to zero.
    """

    name: str
    columns: tuple[int, ...]
    pairs: dict[tuple[int, int], tuple[NDArray[Any], NDArray[Any]]]

    def as_json(self) -> dict[str, Any]:
        """As `measure.ts` reads it."""
        pairs = [
            {"from": parent, "to": child, "rms": rms.tolist(), "mean": mean.tolist()}
            for (parent, child), (rms, mean) in self.pairs.items()
        ]
        return {"name": self.name, "columns": self.columns, "pairs": pairs}


def trained(name: str, plan: tuple[int | str, ...], seed: int) -> Effects:
    """A chain of convolutions (a number: channels) and poolings ("P"), trained for an epoch."""
    keras.utils.set_random_seed(seed)
    stages = [_stage(step) for step in plan if step != "P"]
    for at, step in enumerate(plan):
        if step == "P":
            stages[sum(each != "P" for each in plan[:at]) - 1].append(L.MaxPooling2D())
    stages += [[L.Flatten(), L.Dense(32, "relu", kernel_initializer="he_normal")], [L.Dense(10)]]
    layers = [layer for stage in stages for layer in stage]
    model = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    images, labels = training()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(scaled(images, "unit"), labels, 64, epochs=1, verbose=0)
    inputs, classes = held_out()
    return _measured(name, stages, scaled(inputs[:SAMPLES], "unit"), classes[:SAMPLES])


def _stage(channels: int | str) -> list[keras.Layer]:
    return [
        L.Conv2D(channels, 3, padding="same", activation="relu", kernel_initializer="he_normal")
    ]


def _measured(
    name: str, stages: list[list[keras.Layer]], inputs: NDArray[Any], classes: NDArray[Any]
) -> Effects:
    def through(stage: list[keras.Layer], values: Any) -> NDArray[Any]:
        for layer in stage:
            values = layer(values)
        return np.asarray(values)

    outputs = [through(stages[0], inputs)]
    for stage in stages[1:]:
        outputs.append(through(stage, outputs[-1]))
    groups = [_grouped(output, classes) for output in outputs]
    pairs = {}
    for at, stage in enumerate(stages[1:]):
        before, after = outputs[at], outputs[at + 1]
        spread = after.std(axis=tuple(range(after.ndim - 1)), dtype=np.float64)
        effects = []
        for group in range(groups[at].max() + 1):
            change = after - through(stage, np.where(groups[at] == group, 0, before))
            flat = change.reshape(-1, change.shape[-1]).astype(np.float64)
            both = np.sqrt(np.mean(flat**2, axis=0)), flat.mean(axis=0)
            effects.append([_by_group(value, spread, groups[at + 1]) for value in both])
        rms, mean = np.stack(effects).transpose(1, 0, 2)
        pairs[at, at + 1] = rms, mean
    return Effects(name, tuple(int(each.max()) + 1 for each in groups), pairs)


def _grouped(output: NDArray[Any], classes: NDArray[Any]) -> NDArray[Any]:
    """Group of each channel (C,): Ward on class means; −1 for one that is constant."""
    pooled = output.reshape(len(output), -1, output.shape[-1]).mean(axis=1, dtype=np.float64)
    profile = np.stack([pooled[classes == each].mean(axis=0) for each in np.unique(classes)], 1)
    living = profile.std(axis=1) > 1e-5 * np.abs(profile).max(axis=1)
    groups = np.full(len(profile), -1)
    rows = profile[living]
    rows = (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)
    count = len(rows) if len(rows) <= 10 else int(np.clip(round(np.sqrt(len(rows))), 2, 8))
    groups[living] = fcluster(linkage(rows, "ward"), count, "maxclust") - 1
    return groups


def _by_group(
    change: NDArray[Any], spread: NDArray[Any], groups: NDArray[Any]
) -> NDArray[np.float64]:
    """Means over the living channels of each group (K,), in standard deviations."""
    scaled = change / np.where(spread > 0, spread, np.inf)
    return np.array([scaled[groups == group].mean() for group in range(groups.max() + 1)])


def made_up(name: str, columns: int, groups: int, skips: int, seed: int) -> Effects:
    """Random effects with a structure: factors common to several groups, under noise.

    Each station hands on a few factors; a group takes part in one or two of them. Some stations
    act on one that is two columns on as well, as a shortcut does.
    """
    random = np.random.default_rng(seed)
    pairs = {}
    steps = [(at, at + 1) for at in range(columns - 1)]
    steps += [(int(at), int(at) + 2) for at in random.permutation(columns - 2)[:skips]]
    for step in steps:
        factors = int(random.integers(2, 4))
        sides = random.gamma(0.3, size=(2, groups, factors)) * random.choice(
            [-1, 1], (2, 1, factors)
        )
        mean = sides[0] @ sides[1].T + 0.15 * random.standard_normal((groups, groups))
        rms = np.hypot(mean, 0.1 * random.random((groups, groups)))
        pairs[step] = rms, mean
    return Effects(name, (groups,) * columns, pairs)
