"""Training the zoo's networks, once for each recipe and seed; the weights wait in ``build/zoo``."""

from __future__ import annotations

import functools
import hashlib
import inspect
import multiprocessing
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from . import data, networks
from .data import Array
from .networks import NOISE, Recipe, build

CACHE = Path(__file__).parents[3] / "build" / "zoo"
# Labels of the new task which a head on a trained backbone learns: tops, trousers and dresses,
# shoes and bags.
GROUPS = np.array([0, 1, 0, 1, 0, 2, 0, 2, 2, 2], "int32")


@dataclass(frozen=True)
class Trained:
    """One network's weights as Keras lists them: at the end of training, and half way."""

    weights: tuple[Array, ...]
    half_way: tuple[Array, ...]


def trained(recipe: Recipe, seed: int) -> tuple[Trained, ...]:
    """The recipe's networks, (generator, discriminator) of a GAN, trained now or some time ago."""
    file = _file(recipe, seed)
    if not file.exists():
        networks_ = train(recipe, seed)
        arrays = {
            f"{number}.{when}.{k}": array
            for number, each in enumerate(networks_)
            for when, weights in (("end", each.weights), ("half", each.half_way))
            for k, array in enumerate(weights)
        }
        CACHE.mkdir(parents=True, exist_ok=True)
        # Under its name only when it is whole: an interrupted run must leave nothing broken.
        partial = file.with_name(f"{file.stem}.{os.getpid()}.partial.npz")
        np.savez(partial, **arrays)
        partial.replace(file)
        return networks_
    with np.load(file) as stored:
        count = 1 + max(int(name.split(".")[0]) for name in stored.files)

        def weights(number: int, when: str) -> tuple[Array, ...]:
            prefix = f"{number}.{when}."
            length = sum(name.startswith(prefix) for name in stored.files)
            return tuple(stored[f"{prefix}{k}"] for k in range(length))

        return tuple(Trained(weights(k, "end"), weights(k, "half")) for k in range(count))


def train_all(wanted: Iterable[tuple[Recipe, int]]) -> None:
    """Train what was never trained, in as many processes as there are cores, one thread each.

    Networks so small leave a second core idle.
    """
    missing = [pair for pair in dict.fromkeys(wanted) if not _file(*pair).exists()]
    if not missing:
        return
    # Read by TensorFlow when a process starts it.
    one_thread = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    before = {name: os.environ.get(name) for name in one_thread}
    os.environ.update(one_thread)
    try:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(os.cpu_count(), context) as pool:
            # What is not a GAN's is quicker: the longest first leave no core waiting at the end.
            missing.sort(key=lambda pair: (pair[0].task != "gan", -pair[0].steps))
            for done in [pool.submit(_keep, *pair) for pair in missing]:
                done.result()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _keep(recipe: Recipe, seed: int) -> None:
    trained(recipe, seed)


def _file(recipe: Recipe, seed: int) -> Path:
    return CACHE / f"{recipe.task}-{seed}-{_key(recipe)}.npz"


@functools.cache
def _source() -> str:
    """What decides the weights besides recipe and seed: the code itself."""
    return "".join(map(inspect.getsource, (data, networks, sys.modules[__name__])))


def _key(recipe: Recipe) -> str:
    return hashlib.sha256(f"{recipe}{_source()}".encode()).hexdigest()[:12]


def train(recipe: Recipe, seed: int) -> tuple[Trained, ...]:
    """The recipe's networks, trained now; nothing is kept."""
    keras.utils.set_random_seed(seed)
    models = build(recipe)
    if recipe.backbone:
        _fill_backbone(models[0], recipe, seed)
    if not recipe.steps:
        return tuple(Trained(_weights(model), _weights(model)) for model in models)
    if recipe.task == "gan":
        return _train_gan(recipe, seed, *models)
    return (_train_alone(recipe, seed, *models),)


def _weights(model: Any) -> tuple[Array, ...]:
    return tuple(np.array(weight) for weight in model.get_weights())


def _fill_backbone(model: Any, recipe: Recipe, seed: int) -> None:
    base = replace(recipe, backbone=False, steps=400)
    (teacher,) = build(base)
    teacher.set_weights(trained(base, seed)[0].weights)
    backbone = model.get_layer("backbone")
    for layer in backbone.layers:
        layer.set_weights(teacher.get_layer(layer.name).get_weights() if layer.weights else [])


def prepared(recipe: Recipe, images: Array, labels: Array) -> tuple[Array, Array]:
    """Inputs and targets of a network that is no GAN, in the ranges of its training."""
    inputs = data.scaled(images, "bytes" if recipe.rescaling else recipe.scale)
    if recipe.task in ("autoencoder", "dense-autoencoder"):
        return inputs, data.scaled(images, "unit") if recipe.rescaling else inputs
    if recipe.task == "regressor":  # mean brightness, 0 to 255
        return inputs, images.mean((1, 2)).astype("float32")
    return inputs, GROUPS[labels] if recipe.backbone else labels


def loss_of(recipe: Recipe) -> str:
    """Name of the loss it is trained on."""
    if recipe.task in ("autoencoder", "dense-autoencoder", "regressor"):
        return "mean_squared_error"
    return "binary_crossentropy" if recipe.task == "gan" else "sparse_categorical_crossentropy"


def _optimizer(recipe: Recipe, rate: float) -> Any:
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9)
    return {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}[recipe.optimizer](
        rate
    )


def _learning(model: Any, recipe: Recipe) -> list[Any]:
    """The variables that training moves."""
    left_out = f"{recipe.forgotten}/" if recipe.forgotten else None
    return [
        variable
        for variable in model.trainable_variables
        if left_out is None or not variable.path.startswith(left_out)
    ]


def _train_alone(recipe: Recipe, seed: int, model: Any) -> Trained:
    images, labels = data.training()
    count = recipe.samples or len(images)
    inputs, targets = prepared(recipe, images[:count], labels[:count])
    order = np.random.default_rng(seed).integers(0, count, (recipe.steps, recipe.batch))
    loss = keras.losses.get(loss_of(recipe))
    optimizer = _optimizer(recipe, recipe.rate)
    variables = _learning(model, recipe)
    optimizer.build(variables)
    penalised = recipe.sparsity > 0
    x_all, y_all = tf.constant(inputs), tf.constant(targets)

    @tf.function
    def steps(picks: Any) -> None:
        for pick in picks:
            x, y = tf.gather(x_all, pick), tf.gather(y_all, pick)
            with tf.GradientTape() as tape:
                value = tf.reduce_mean(loss(y, model(x, training=True)))
                if penalised:
                    value += tf.add_n(model.losses)
            optimizer.apply(tape.gradient(value, variables), variables)

    half = recipe.steps // 2
    steps(tf.constant(order[:half]))
    half_way = _weights(model)
    steps(tf.constant(order[half : 2 * half]))
    return Trained(_weights(model), half_way)


def _train_gan(
    recipe: Recipe, seed: int, generator: Any, discriminator: Any
) -> tuple[Trained, Trained]:
    """Both in turn, real and generated images in batches of their own."""
    images, _ = data.training()
    rng = np.random.default_rng(seed)
    order = rng.integers(0, len(images), (recipe.steps, recipe.batch))
    noise = rng.standard_normal((recipe.steps, recipe.batch, NOISE)).astype("float32")
    reals = tf.constant(data.scaled(images, "signed"))
    of_generator, of_discriminator = (
        (_optimizer(recipe, rate), _learning(model, recipe))
        for rate, model in ((recipe.rate, generator), (recipe.rate / 4, discriminator))
    )
    for optimizer, variables in (of_generator, of_discriminator):
        optimizer.build(variables)
    loss = keras.losses.BinaryCrossentropy()
    yes, no = tf.ones((recipe.batch, 1)), tf.zeros((recipe.batch, 1))

    @tf.function
    def steps(picks: Any, draws: Any) -> None:
        for k in tf.range(tf.shape(picks)[0]):
            real, z = tf.gather(reals, picks[k]), draws[k]
            with tf.GradientTape(persistent=True) as tape:
                fake = generator(z, training=True)
                doubt = discriminator(fake, training=True)
                for_discriminator = loss(yes, discriminator(real, training=True)) + loss(no, doubt)
                for_generator = loss(yes, doubt)
            for value, (optimizer, variables) in (
                (for_discriminator, of_discriminator),
                (for_generator, of_generator),
            ):
                optimizer.apply(tape.gradient(value, variables), variables)

    half = recipe.steps // 2
    steps(tf.constant(order[:half]), tf.constant(noise[:half]))
    half_way = _weights(generator), _weights(discriminator)
    steps(tf.constant(order[half : 2 * half]), tf.constant(noise[half : 2 * half]))
    ends = _weights(generator), _weights(discriminator)
    return Trained(ends[0], half_way[0]), Trained(ends[1], half_way[1])
