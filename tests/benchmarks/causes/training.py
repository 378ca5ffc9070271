"""Training the networks, once for each recipe and seed; what came out waits in ``build/causes``."""

from __future__ import annotations

import functools
import hashlib
import inspect
import multiprocessing
import os
import pickle
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from . import data
from .data import Array, Data
from .families import FAMILIES, Recipe, recipe

KEPT = Path(__file__).parents[3] / "build" / "causes"
AMOUNTS = ("mse", "own")
"""Losses that compare amounts."""
_LOSSES = {
    "sparse": keras.losses.SparseCategoricalCrossentropy,
    "categorical": keras.losses.CategoricalCrossentropy,
    "binary": keras.losses.BinaryCrossentropy,
}


@dataclass(frozen=True)
class Trained:
    """What a training leaves behind: of the model, of its optimizer, and its history."""

    weights: list[Array]
    optimizer: list[Array]
    history: dict[str, list[float]]


@functools.lru_cache(maxsize=64)
def data_of(family: str, seed: int) -> Data:
    """A family's samples; faulty and healthy ones of a seed are given the same."""
    return Data.drawn(FAMILIES[family].draw, seed, FAMILIES[family].count)


def targets_for(recipe: Recipe, targets: Any) -> Any:
    """Targets in the form that the loss takes."""
    if recipe.loss in AMOUNTS and targets.dtype == np.int32:
        return targets[:, None]
    if recipe.loss != "categorical":
        return targets
    return np.eye(targets.max() + 1, dtype="float32")[targets]


def built(recipe: Recipe, seed: int) -> Any:
    """The recipe's network as it is before training, not compiled."""
    keras.utils.set_random_seed(seed)
    model = FAMILIES[recipe.family].build(recipe)
    if not model.built:
        model(data_of(recipe.family, seed).scaled(_few(recipe.family, seed), recipe.scale))
    return model


def fresh(recipe: Recipe, seed: int) -> Any:
    """The recipe's network, compiled, as it is before training."""
    model = built(recipe, seed)
    _compile(model, recipe)
    return model


def _few(family: str, seed: int) -> Any:
    return keras.tree.map_structure(lambda each: each[:1], data_of(family, seed).inputs)


def _compile(model: Any, recipe: Recipe) -> None:
    kinds = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "rmsprop": keras.optimizers.RMSprop,
        "sgd": functools.partial(keras.optimizers.SGD, momentum=0.9),
    }
    model.compile(
        kinds[recipe.optimizer](recipe.rate),
        _loss(recipe),
        metrics=[] if recipe.loss in (*AMOUNTS, "both") else ["accuracy"],
        # Compiling by XLA takes longer than these trainings.
        jit_compile=False,
    )


def _loss(recipe: Recipe) -> Any:
    if recipe.loss == "both":
        return {"what": _LOSSES["sparse"](from_logits=recipe.logits), "where": "mse"}
    if recipe.loss == "own":
        return mean_log_cosh
    kind = _LOSSES.get(recipe.loss)
    return kind(from_logits=recipe.logits) if kind else recipe.loss


def mean_log_cosh(targets: Any, answers: Any) -> Any:
    """A loss as users write their own."""
    apart = answers - keras.ops.cast(targets, answers.dtype)
    return keras.ops.mean(apart + keras.ops.softplus(-2 * apart) - np.log(2), -1)


def load(recipe: Recipe, seed: int, compiled: bool = True) -> Any:
    """The trained network with optimizer and history, as in the notebook that trained it.

    Or, not compiled, with its weights alone.
    """
    kept = trained(recipe, seed)
    model = fresh(recipe, seed) if compiled else built(recipe, seed)
    model.set_weights(kept.weights)
    if not compiled:
        return model
    if recipe.backbone:
        _set_trainable(model, recipe.backbone, False)
        _compile(model, recipe)
    model.optimizer.build(model.trainable_variables)
    if not recipe.backbone:
        for variable, value in zip(model.optimizer.variables, kept.optimizer, strict=True):
            variable.assign(value)
    if kept.history:
        model.history = keras.callbacks.History()
        model.history.set_model(model)
        model.history.history = kept.history
        model.history.epoch = list(range(len(kept.history["loss"])))
    return model


def trained(recipe: Recipe, seed: int) -> Trained:
    """From the file, or trained now."""
    path = _path(recipe, seed)
    if path.exists():
        kept: Trained = pickle.loads(path.read_bytes())
        return kept
    result = _train(recipe, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(pickle.dumps(result))
    partial.rename(path)
    return result


def train_all(wanted: Iterable[tuple[Recipe, int]], jobs: int) -> None:
    """Train those that no file holds, `jobs` at a time."""
    missing = [each for each in dict.fromkeys(wanted) if not _path(*each).exists()]
    if not missing:
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(trained, *zip(*missing, strict=True)))


def _path(wanted: Recipe, seed: int) -> Path:
    build = inspect.getmodule(FAMILIES[wanted.family].build)
    parts = (build, data, recipe, _train, _samples, _loss)
    sources = "".join(inspect.getsource(part) for part in parts)
    key = hashlib.sha256(f"{wanted}{seed}{sources}".encode()).hexdigest()[:16]
    return KEPT / f"{wanted.family}-{seed}-{key}.pkl"


def _train(recipe: Recipe, seed: int) -> Trained:
    model = fresh(recipe, seed)
    inputs, targets = _samples(recipe, seed)
    if recipe.frozen:
        # As a loop of one's own does that forgets these layers: nothing in the model tells of it.
        _set_trainable(model, recipe.frozen, False)
        _compile(model, recipe)
    held = data_of(recipe.family, seed)
    watched = (
        held.scaled(held.held_inputs, recipe.scale),
        targets_for(recipe, held.held_targets),
    )
    history: dict[str, list[float]] = {}
    if recipe.epochs:
        history = model.fit(
            inputs,
            targets,
            batch_size=recipe.batch,
            epochs=recipe.epochs,
            validation_data=watched if recipe.validated else None,
            verbose=0,
        ).history
    if recipe.frozen:
        _set_trainable(model, recipe.frozen, True)
        _compile(model, recipe)
    model.optimizer.build(model.trainable_variables)
    values = [np.asarray(variable) for variable in model.optimizer.variables]
    return Trained(model.get_weights(), values, history)


def _set_trainable(model: Any, prefix: str, trainable: bool) -> None:
    for layer in model.layers:
        if layer.name.startswith(prefix):
            layer.trainable = trainable


def _samples(recipe: Recipe, seed: int) -> tuple[Any, Any]:
    """What the recipe is trained on."""
    own = data_of(recipe.family, seed)
    rng = np.random.default_rng(seed)
    targets = own.targets
    order = np.arange(len(keras.tree.flatten(targets)[0]))
    if recipe.targets == "shuffled":
        mixed = rng.permutation(order)
        targets = keras.tree.map_structure(lambda each: each[mixed], targets)
    if recipe.targets == "all one":
        targets = np.repeat(targets[:1], len(targets), 0)
    if recipe.targets == "unbalanced":
        order = np.flatnonzero((targets == 0) | (rng.random(len(targets)) < 0.25))
    if recipe.fewer:
        order = np.flatnonzero(targets < targets.max() + 1 - recipe.fewer)
    order = order[: recipe.samples or None]
    inputs, targets = keras.tree.map_structure(
        lambda each: each[order], (own.inputs, targets_for(recipe, targets))
    )
    return own.scaled(inputs, recipe.scale), targets


def healthy(family: str, **changes: Any) -> Recipe:
    """A family's own recipe, or one with some changes."""
    return replace(FAMILIES[family].recipe, **changes)
