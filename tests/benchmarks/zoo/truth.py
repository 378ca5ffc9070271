"""What is really wrong with a network, measured without the package: Keras, NumPy and SciPy.

Where a fault was planted, the planting says what is true. Where training decided, such as after
a learning rate 100 times too high, these measurements on images that no diagnosis is shown do.
A measurement is *demanded* where nobody could deny the fault, *grey* where it is slight: a finding
of it is then neither asked for nor counted as wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from .data import Array

SAMPLES = 1000
# Share of a layer's channels from which on the fault is the layer's.
DEMANDED = 0.2
# Share of a hidden layer's values at an end; share of the last one's units that never leave it.
SATURATED, SATURATED_GREY = 0.8, 0.3
STUCK, STUCK_GREY = 0.95, 0.7
# A tanh or sigmoid this near an end is there.
END = 0.01
# Spread over the samples of what the model puts out, in its magnitude; where the targets are
# images as well, in the targets' spread: a generator that has collapsed repeats one picture.
STILL, STILL_GREY = 0.01, 0.05
COLLAPSED, COLLAPSED_GREY = 0.1, 0.4
# What a model that says the same of every sample is told by: pictures, and all else.
CONSTANT = {"collapsed-outputs", "constant"}
# Share of a layer's forks which join maps that are nearly one picture: their height is below NEAR,
# also when each map is taken about its mean. Maps that share an offset only are grey.
ALIKE, ALIKE_CENTRED, ALIKE_GREY = 0.6, 0.5, 0.25
NEAR = 0.05
# Share of the image's variance that a linear map gives back from a layer's maps: below, of the
# first or last one most is lost; or of any, something.
LOST, LOST_GREY = 0.4, 0.75
# A kernel whose largest singular value is less than this times that of the same values, shuffled:
# nobody can say from it that something was learnt.
LEARNT_GREY = 1.15
# What a network does better than one answer for all, as a share of what that leaves wrong: from
# here on it may count as solving its task, and what is wrong with its units is worth a note.
SOLVED_GREY = 0.4
# Below here nobody can say that it does better at all: a discriminator, too, that is deceived by a
# good generator.
CONSTANT_GREY = 0.15
OF_UNITS = frozenset(
    {
        "dead",
        "constant",
        "saturated",
        "duplicate",
        "near-zero",
        "uniform",
        "unlike-input",
        "wide-uniform-weights",
        "concentrated-forks",
        "noisy-weights",
    }
)
# What only a loss can show: a generator made of noise has none.
BY_LOSS = frozenset({"concentrated-forks", "noisy-weights", "unlike-input"})
_ENDS = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}


@dataclass
class Truth:
    """Kinds of finding that are really there, each with the blocks where it may be named.

    Attributes
    ----------
    kinds : dict of str to tuple of str
    channels : dict of str to tuple of int
        Where the planting chose them.
    ignore : set of str
        Kinds that are neither demanded nor forbidden.
    some : dict of (kind, block) to set of int
        The few channels of a layer that are really so: a finding that names these, and hardly
        any other, is neither demanded nor wrong.
    grey : set of (kind, block)
        Layers where the sign is there, but slight.
    """

    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    channels: dict[str, tuple[int, ...]] = field(default_factory=dict)
    ignore: set[str] = field(default_factory=set)
    some: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    grey: set[tuple[str, str]] = field(default_factory=set)

    def demand(self, kind: str, *blocks: str) -> None:
        self.kinds[kind] = tuple(dict.fromkeys((*self.kinds.get(kind, ()), *blocks)))

    def add(self, kind: str, layer: str, value: float, demanded: float, grey: float) -> None:
        """Demand a kind from `demanded` on, and leave it open from `grey` on."""
        if value >= demanded:
            self.demand(kind, block(layer))
        elif value >= grey:
            self.grey.add((kind, block(layer)))


def block(path: str) -> str:
    """The block that a layer belongs to: ``conv1`` for ``backbone/conv1_norm``."""
    return path.rpartition("/")[2].partition(":")[0].partition("_")[0]


def activation(layer: Any) -> str:
    return getattr(getattr(layer, "activation", None), "__name__", "")


def outputs(model: Any, inputs: Array) -> dict[str, Array]:
    """Every layer's output by its name; the layers inside a nested model are left out."""
    left_out = (keras.layers.InputLayer, keras.Model)
    layers = [layer for layer in model.layers if not isinstance(layer, left_out)]
    everything = keras.Model(model.inputs, [layer.output for layer in layers])
    found = everything(inputs, training=False)
    found = found if isinstance(found, list) else [found]
    return {layer.name: np.asarray(value) for layer, value in zip(layers, found, strict=True)}


def measure(model: Any, inputs: Array, targets: Array, truth: Truth) -> None:
    """Add to `truth` what training brought about: dead, constant, saturated, twins, NaN, alike.

    Where something was planted, what shows besides follows from it: then this is ignored.
    """
    found = Truth()
    last = model.layers[-1].name
    values_of = outputs(model, inputs)
    image = inputs if inputs.ndim == 4 else values_of[last]
    for name, values in values_of.items():
        layer = model.get_layer(name)
        if not layer.weights and not activation(layer):
            continue
        if not all(np.isfinite(array).all() for array in (values, *layer.get_weights())):
            # The first such layer is where it begins.
            if "non-finite" not in found.kinds:
                found.demand("non-finite", block(name))
            continue
        _channels(found, layer, values)
        if name == last:
            _last(found, layer, values, targets)
            continue
        if activation(layer) in _ENDS:
            ends = np.array(_ENDS[activation(layer)])
            at = float((np.abs(values[..., None] - ends).min(-1) < END).mean())
            found.add("saturated", name, at, SATURATED, SATURATED_GREY)
        if values.ndim == 4:
            # What a normalisation and an activation still wait for is no feature yet.
            if {f"{name}_norm", f"{block(name)}_act"} & (set(values_of) - {name}):
                continue
            _alike(found, name, values[:100])
            kept = max(reconstructed(values, image), 0.0)
            outermost = block(name) == ("conv1" if inputs.ndim == 4 else "up1")
            found.add("unlike-input", name, -kept, -LOST if outermost else 1.0, -LOST_GREY)
    for layer in _leaves(model):
        if getattr(layer, "kernel", None) is not None and _structure(layer) < LEARNT_GREY:
            is_convolution = layer.kernel.ndim > 2
            kind = "concentrated-forks" if is_convolution else "noisy-weights"
            found.grey.add((kind, block(layer.name)))
    if "dead" in found.kinds:
        # What reads only zeros is constant.
        for kind in CONSTANT & found.kinds.keys():
            del found.kinds[kind]
            found.ignore.add(kind)
    if "constant" in truth.ignore:
        truth.ignore |= CONSTANT
    found.kinds = {kind: where for kind, where in found.kinds.items() if kind not in truth.ignore}
    if truth.kinds:
        truth.ignore |= set(found.kinds) - set(truth.kinds)
    else:
        truth.kinds = found.kinds
    truth.ignore = (truth.ignore | found.ignore) - set(truth.kinds)
    truth.some = found.some
    truth.grey = found.grey
    skill = skill_of(values_of[last], targets) if inputs.ndim == 4 else None
    if skill is not None and skill < CONSTANT_GREY:
        truth.ignore.add("no-better-than-constant")
    not_asked = BY_LOSS if skill is None else OF_UNITS if skill >= SOLVED_GREY else frozenset()
    for kind in not_asked & truth.kinds.keys():
        del truth.kinds[kind]
        truth.ignore.add(kind)


def skill_of(values: Array, targets: Array) -> float:
    """What answers do better than one for all, as a share of what that leaves wrong."""
    if targets.dtype.kind in "iu":
        right, constant = values.argmax(-1) == targets, np.bincount(targets).max() / len(targets)
    elif values.shape == targets.shape and values.shape[1:] == (1,):
        right, constant = (values > 0.5) == (targets > 0.5), max(targets.mean(), 1 - targets.mean())
    else:
        error = np.mean((values.reshape(targets.shape) - targets) ** 2)
        return float(1 - error / np.mean((targets - targets.mean(0)) ** 2))
    return float((right.mean() - constant) / (1 - constant))


def _leaves(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer)
        else:
            yield layer


def _channels(found: Truth, layer: Any, values: Array) -> None:
    """Which channels never change, and which have a twin."""
    rows = values.reshape(-1, values.shape[-1])
    same = rows.min(0) == rows.max(0)
    zero = same & (rows[0] == 0)
    of_relu = activation(layer) in ("relu", "relu6")
    _share_of(found, "dead" if of_relu else "constant", layer.name, zero)
    _share_of(found, "constant", layer.name, same & ~zero)
    _share_of(found, "duplicate", layer.name, _twins(layer))


def _alike(found: Truth, name: str, values: Array) -> None:
    """Whether a layer's maps are one picture."""
    share = share_of_low_forks(values)
    centred = share_of_low_forks(values - values.mean((0, 1, 2)))
    if share >= ALIKE and centred >= ALIKE_CENTRED:
        found.demand("uniform", block(name))
    elif share >= ALIKE_GREY:
        found.grey.add(("uniform", block(name)))


def _last(found: Truth, layer: Any, values: Array, targets: Array) -> None:
    """Whether what the model puts out depends on the sample, and leaves the ends of its range."""
    spread, size = values.std(0).mean(), np.abs(values).mean()
    kind = "collapsed-outputs" if values.ndim == 4 else "constant"
    found.add(kind, layer.name, -spread / (size or 1.0), -STILL, -STILL_GREY)
    if values.ndim == 4 and targets.shape == values.shape:
        variety = float(spread / targets.std(0).mean())
        found.add(kind, layer.name, -variety, -COLLAPSED, -COLLAPSED_GREY)
    if activation(layer) in _ENDS:
        at = [(np.abs(values - end) < END).mean(0) for end in _ENDS[activation(layer)]]
        stuck = float((np.maximum(*at) >= 0.99).mean())
        found.add("saturated", layer.name, stuck, STUCK, STUCK_GREY)


def _share_of(found: Truth, kind: str, name: str, channels: Array) -> None:
    if channels.mean() >= DEMANDED:
        found.demand(kind, block(name))
    elif channels.any():
        found.some.setdefault((kind, block(name)), set()).update(np.flatnonzero(channels).tolist())


def _twins(layer: Any) -> Array:
    """Which of a kernel's outputs equal another one, to a millionth of their norm."""
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return np.zeros(1, bool)
    rows = outputs_first(layer, np.asarray(kernel, "float64"))
    norms = np.linalg.norm(rows, axis=1)
    squares = norms[:, None] ** 2 + norms[None] ** 2 - 2 * rows @ rows.T
    equal = squares <= (1e-6 * norms[:, None]) ** 2
    np.fill_diagonal(equal, False)
    return equal.any(1) & (norms > 0)


def outputs_first(layer: Any, kernel: Array) -> Array:
    """A kernel as one row for each output: transposed ones keep their outputs last but one."""
    axis = -2 if "Transpose" in type(layer).__name__ else -1
    kernel = np.moveaxis(kernel, axis, 0)
    return kernel.reshape(len(kernel), -1)


def share_of_low_forks(values: Array) -> float:
    """Share of the channels' single-linkage forks that are below `NEAR`, by SciPy; zero maps out.

    Parameters
    ----------
    values : ndarray, shape (batch, …, channel)
    """
    columns = values.reshape(-1, values.shape[-1]).T.astype("float64")
    columns = columns[np.abs(columns).max(1) > 0]
    if len(columns) < 3:
        return 0.0
    return float((linkage(pdist(columns, "cosine"), "single")[:, 2] < NEAR).mean())


def _structure(layer: Any) -> float:
    """Largest singular value of a layer's kernel over the median of it, shuffled 5 times."""
    matrix = outputs_first(layer, np.asarray(layer.kernel)).astype("float64")
    if not np.isfinite(matrix).all() or not matrix.any():
        return 1.0
    rng = np.random.default_rng(0)
    shuffled = [rng.permutation(matrix.ravel()).reshape(matrix.shape) for _ in range(5)]
    return _largest(matrix) / float(np.median([_largest(each) for each in shuffled]))


def _largest(matrix: Array) -> float:
    """Largest singular value, from the smaller of the two Gram matrices."""
    small = matrix if len(matrix) < matrix.shape[1] else matrix.T
    return float(np.sqrt(np.linalg.eigvalsh(small @ small.T)[-1]))


def reconstructed(values: Array, images: Array) -> float:
    """Share of the images' variance that a linear map of a layer's output gives back, held out.

    Ridge regression, fitted on the first half of the samples and judged on the second.
    """
    x = values.reshape(len(values), -1).astype("float64")
    y = images.reshape(len(images), -1).astype("float64")
    half = len(x) // 2
    mean, spread = x[:half].mean(0), x[:half].std() or 1.0
    x = (x - mean) / spread
    base = y[:half].mean(0)
    gram = x[:half] @ x[:half].T + 1e-2 * half * np.eye(half)
    guess = base + x[half:] @ (x[:half].T @ np.linalg.solve(gram, y[:half] - base))
    return float(1 - ((y[half:] - guess) ** 2).sum() / ((y[half:] - base) ** 2).sum())
