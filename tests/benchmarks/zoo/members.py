"""Who lives in the zoo: faulty networks, and as many healthy ones."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import keras
import numpy as np

from . import data, faults
from . import truth as oracle
from .data import Array, Scale
from .faults import Plant
from .networks import NOISE, Recipe, build
from .training import Trained, loss_of, prepared, trained
from .truth import CONSTANT, Truth

# Which measurements of `truth.measure` follow from which fault is for it to say; these do, too,
# and have no measure of their own.
_WRECKED = frozenset(
    {"near-zero", "uniform", "unlike-input", "concentrated-forks", "noisy-weights"}
)
_UNLEARNT = frozenset({"concentrated-forks", "noisy-weights"})
_UNTRAINED = _UNLEARNT | {"untrained"}


@dataclass(frozen=True)
class Member:
    """One network of the zoo, and what is true of it.

    Attributes
    ----------
    name : str
        Such as ``classifier, low bias in conv1``.
    fault : str
        What was done to it; "healthy" where nothing was.
    seed : int
    recipe : Recipe
    part : int
        Which network of the recipe: 0, or 1 for a GAN's discriminator.
    plant : callable or None
        Plants the fault in the trained network.
    kinds : tuple of (kind, blocks)
        What is true by the recipe itself.
    ignored : frozenset of str
        Kinds which the fault may bring with it and nobody measures.
    samples : int
        How many are shown to the diagnosis; 0 for 24 to 64, by seed.
    given : Scale or ""
        Range in which the inputs are shown, where it is not that of the training.
    has_targets, has_earlier : bool
        Whether the diagnosis is given targets, and the weights half way through the training.
    """

    name: str
    fault: str
    seed: int
    recipe: Recipe
    part: int = 0
    plant: Plant | None = None
    kinds: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ignored: frozenset[str] = frozenset()
    samples: int = 0
    given: Scale | Literal[""] = ""
    has_targets: bool = True
    has_earlier: bool = False

    @property
    def weights(self) -> Trained:
        """The trained weights, before any planting; they are trained now if they never were."""
        return trained(self.recipe, self.seed)[self.part]

    def model(self) -> Any:
        """The network as it is diagnosed: a new Keras model each time, compiled where it has
        a loss."""
        return self._made()[0]

    @functools.cached_property
    def truth(self) -> Truth:
        """What is really wrong with it."""
        model, truth = self._made()
        inputs, targets = self._batch(data.held_out, oracle.SAMPLES)
        oracle.measure(model, inputs, targets, truth)
        return truth

    @property
    def inputs(self) -> Array:
        """The samples that are shown to the diagnosis."""
        return self._shown[0]

    @property
    def targets(self) -> Array | None:
        """What the model should give for them; of a generator, real images."""
        return self._shown[1] if self.has_targets else None

    @property
    def loss(self) -> str | None:
        """Name of the loss; None for a generator, whose loss is another network's."""
        return None if self.recipe.task == "gan" and self.part == 0 else loss_of(self.recipe)

    @property
    def earlier(self) -> dict[str, dict[str, Array]] | None:
        """Every layer's weights half way through the training, by its path and their names."""
        if not self.has_earlier:
            return None
        model = build(self.recipe)[self.part]
        model.set_weights(self.weights.half_way)
        return {
            path: {weight.name: np.array(weight) for weight in layer.weights}
            for path, layer in _leaves(model)
            if layer.weights
        }

    @property
    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(self.name.encode())])

    @functools.cached_property
    def _shown(self) -> tuple[Array, Array]:
        count = self.samples or int(self._rng.integers(24, 65))
        return self._batch(data.shown, count)

    def _batch(self, source: Any, count: int) -> tuple[Array, Array]:
        images, labels = source()
        pick = self._rng.choice(len(images), count, replace=len(images) < count)
        images, labels = images[pick], labels[pick]
        if self.recipe.task != "gan":
            inputs, targets = prepared(self.recipe, images, labels)
            if self.given:
                inputs = data.scaled(images, self.given)
            return inputs, targets
        real = data.scaled(images, "signed")
        noise = self._rng.standard_normal((count, NOISE)).astype("float32")
        if self.part == 0:
            return noise, real
        generator = build(self.recipe)[0]
        generator.set_weights(trained(self.recipe, self.seed)[0].weights)
        fakes = np.asarray(generator(noise[: count // 2], training=False))
        verdicts = np.r_[np.zeros(len(fakes)), np.ones(count - len(fakes))].astype("float32")
        mixed = self._rng.permutation(count)
        inputs = np.concatenate([fakes, real[len(fakes) :]])[mixed]
        verdicts = verdicts[mixed]
        if self.given == "bytes":
            inputs = (inputs + 1) * np.float32(127.5)
        return inputs, verdicts[:, None]

    def _made(self) -> tuple[Any, Truth]:
        model = build(self.recipe)[self.part]
        model.set_weights(self.weights.weights)
        truth = Truth(ignore=set(self.ignored))
        for kind, blocks in self.kinds:
            truth.demand(kind, *blocks)
        if self.plant is not None:
            inputs, _ = self._batch(data.training, 256)
            self.plant(model, self._rng, inputs, truth)
        if self.loss is not None:
            model.compile("sgd", self.loss)
        return model, truth


# Behind ReLU convolutions a fifth of a dense layer's ReLU units are dead from the start: their
# inputs are all positive. A leaky one has none, and is healthy.
def _leaves(model: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """A model's layers and their paths, those of nested models in their places."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer, f"{above}{layer.name}/")
        else:
            yield f"{above}{layer.name}", layer


CLASSIFIER = Recipe("classifier", dense_activation="leaky_relu")
SIGMOID = replace(CLASSIFIER, dense_activation="sigmoid")
TANH = replace(CLASSIFIER, activation="tanh", dense_activation="tanh", scale="signed")
NORMALISED = replace(CLASSIFIER, norm=True, optimizer="sgd", rate=0.05, steps=300)
AUTOENCODER = Recipe("autoencoder", scale="standard", output="linear", steps=300)
LONG = replace(CLASSIFIER, steps=1000)
# It learns brightness in 0 to 255, as it stands in the file.
REGRESSOR = replace(CLASSIFIER, task="regressor", output="linear", steps=200)
TANH_AUTOENCODER = Recipe("dense-autoencoder", activation="tanh", steps=300)
GAN = Recipe("gan", scale="signed", optimizer="rmsprop", steps=250)
RELU_GAN = replace(GAN, discriminator_activation="relu")
DEEP = Recipe("deep", optimizer="sgd", rate=0.02, steps=200, width=0.75)

_CLASSIFIER_BLOCKS = ("conv1", "conv2", "dense1", "head")
_AUTOENCODER_BLOCKS = ("conv1", "conv2", "code", "dense1", "up1", "image")
_GENERATOR_BLOCKS = ("dense1", "up1", "image")
_DISCRIMINATOR_BLOCKS = ("conv1", "conv2", "dense1", "verdict")


def members(seeds: Iterable[int]) -> Iterator[Member]:
    """Every network of these seeds, the faulty ones first."""
    for seed in seeds:
        yield from faulty(seed)
        yield from healthy(seed)


def faulty(seed: int) -> Iterator[Member]:
    """The networks with a fault."""
    yield from _planted(seed)
    yield from _badly_trained(seed)
    yield from _badly_made(seed)


def _planted(seed: int) -> Iterator[Member]:
    """Faults put into networks that were trained well."""
    dense_or_convolution = ("concentrated-forks", "noisy-weights")
    plans: tuple[tuple[str, str, Recipe, int, tuple[tuple[str, Plant], ...]], ...] = (
        (
            "low bias",
            "classifier",
            CLASSIFIER,
            0,
            tuple((block, faults.low_bias(block)) for block in ("conv1", "conv2")),
        ),
        (
            "low bias",
            "normalised classifier",
            NORMALISED,
            0,
            (("conv2", faults.low_shift("conv2")),),
        ),
        (
            "low bias",
            "autoencoder",
            AUTOENCODER,
            0,
            tuple((block, faults.low_bias(block)) for block in ("conv2", "dense1")),
        ),
        (
            "low bias",
            "generator",
            RELU_GAN,
            0,
            tuple((block, faults.low_bias(block)) for block in ("dense1", "up1")),
        ),
        (
            "low bias",
            "discriminator",
            RELU_GAN,
            1,
            tuple((block, faults.low_bias(block)) for block in ("conv2", "conv1")),
        ),
        *(
            (
                fault,
                name,
                recipe,
                part,
                tuple((block, plant(block)) for block in blocks),
            )
            for fault, plant, where in (
                ("twin filters", faults.twins, _WHERE),
                ("NaN in a filter", faults.not_a_number, _WHERE),
                ("constant units", faults.constants, _WHERE),
                ("vanishing weights", faults.vanishing, _WHERE_HIDDEN),
            )
            for name, recipe, part, blocks in where
        ),
        *(
            ("blinded", name, recipe, part, (("conv1", faults.blinding("conv1")),))
            for name, recipe, part in (
                ("classifier", CLASSIFIER, 0),
                ("autoencoder", AUTOENCODER, 0),
                ("discriminator", RELU_GAN, 1),
            )
        ),
        ("saturated", "classifier", SIGMOID, 0, (("dense1", faults.saturating("dense1")),)),
        (
            "saturated",
            "tanh classifier",
            TANH,
            0,
            tuple((block, faults.saturating(block)) for block in ("conv2", "dense1")),
        ),
        (
            "saturated",
            "autoencoder",
            TANH_AUTOENCODER,
            0,
            tuple((block, faults.saturating(block)) for block in ("dense1", "dense2")),
        ),
        *(
            (
                "shuffled kernel",
                name,
                recipe,
                part,
                ((block, faults.shuffled(block, dense_or_convolution[is_dense])),),
            )
            for name, recipe, part, block, is_dense in (
                ("long trained classifier", LONG, 0, "conv2", False),
                ("autoencoder", AUTOENCODER, 0, "up1", False),
                ("generator", GAN, 0, "up1", False),
                ("classifier", CLASSIFIER, 0, "dense1", True),
                ("autoencoder", AUTOENCODER, 0, "dense1", True),
                ("generator", GAN, 0, "dense1", True),
                ("discriminator", GAN, 1, "dense1", True),
            )
        ),
    )
    for fault, name, recipe, part, ways in plans:
        block, plant = ways[seed % len(ways)]
        yield Member(f"{name}, {fault} in {block}", fault, seed, recipe, part, plant)


_WHERE = (
    ("classifier", CLASSIFIER, 0, ("conv1", "dense1", "conv2")),
    ("autoencoder", AUTOENCODER, 0, ("dense1", "conv2", "up1")),
    ("generator", GAN, 0, ("up1", "dense1")),
    ("discriminator", GAN, 1, ("conv2", "conv1", "dense1")),
)
_WHERE_HIDDEN = (
    ("classifier", CLASSIFIER, 0, ("dense1", "conv2")),
    ("tanh classifier", TANH, 0, ("conv2", "dense1")),
    ("autoencoder", AUTOENCODER, 0, ("conv2", "dense1")),
    ("generator", GAN, 0, ("dense1", "up1")),
    ("discriminator", GAN, 1, ("dense1", "conv2")),
)


def _badly_trained(seed: int) -> Iterator[Member]:
    """Faults of training: what they lead to, training decides and `truth.measure` says."""
    for name, recipe, part in (
        ("classifier", CLASSIFIER, 0),
        ("autoencoder", AUTOENCODER, 0),
        ("generator", GAN, 0),
        ("discriminator", GAN, 1),
    ):
        fast = replace(recipe, rate=100 * recipe.rate, steps=recipe.steps // 2)
        yield Member(
            f"{name}, learning rate × 100",
            "learning rate × 100",
            seed,
            fast,
            part,
            ignored=_WRECKED,
        )
    for name, recipe, part, blocks in (
        ("classifier", CLASSIFIER, 0, ("conv2", "dense1")),
        ("autoencoder", AUTOENCODER, 0, ("up1", "conv2")),
        ("generator", GAN, 0, ("dense1", "up1")),
        ("discriminator", RELU_GAN, 1, ("conv2", "dense1")),
    ):
        block = blocks[seed % len(blocks)]
        yield Member(
            f"{name}, {block} left out of training",
            "frozen layer",
            seed,
            replace(recipe, forgotten=block),
            part,
            kinds=(("frozen", (block,)),),
            # Its weights are those of the initialisation, and nothing was learnt in them.
            ignored=_UNLEARNT,
            has_earlier=True,
        )


def _badly_made(seed: int) -> Iterator[Member]:
    """Faults of structure, initialisation and data."""
    for name, recipe, part, blocks in (
        ("classifier", CLASSIFIER, 0, _CLASSIFIER_BLOCKS),
        ("tanh classifier", TANH, 0, _CLASSIFIER_BLOCKS),
        ("autoencoder", AUTOENCODER, 0, _AUTOENCODER_BLOCKS),
        ("generator", GAN, 0, _GENERATOR_BLOCKS),
        ("discriminator", GAN, 1, _DISCRIMINATOR_BLOCKS),
    ):
        yield Member(
            f"{name}, initialisation × 10",
            "initialisation × 10",
            seed,
            replace(recipe, init_scale=10.0, steps=recipe.steps // 2),
            part,
            kinds=(("wide-uniform-weights", blocks),),
            # Weights so wide stay as they were drawn: nothing was learnt in them.
            ignored=_UNLEARNT | {"saturated"},
        )
    for name, recipe, part, blocks in (
        ("classifier", CLASSIFIER, 0, _CLASSIFIER_BLOCKS),
        ("autoencoder", AUTOENCODER, 0, _AUTOENCODER_BLOCKS),
        ("generator", GAN, 0, _GENERATOR_BLOCKS),
        ("discriminator", GAN, 1, _DISCRIMINATOR_BLOCKS),
    ):
        yield Member(
            f"{name}, equal initialisation",
            "equal initialisation",
            seed,
            replace(recipe, init="equal", steps=recipe.steps // 2),
            part,
            kinds=(("duplicate", blocks[:-1]),),
            # Equal filters make equal maps, of which a single picture is left.
            ignored=_WRECKED,
        )
    for name, recipe in (
        ("classifier of images far from 0", replace(CLASSIFIER, scale="offset", steps=200)),
        ("autoencoder", replace(AUTOENCODER, scale=("unit", "signed")[seed % 2], output="")),
        ("deep classifier", DEEP),
        ("regressor", REGRESSOR),
        ("leaky regressor", replace(REGRESSOR, activation="leaky_relu", rate=0.02)),
    ):
        # Training decides how alike the maps become, and whether the signal gets through.
        yield Member(
            f"{name}, no normalisation", "no normalisation", seed, recipe, ignored=_UNLEARNT
        )
    for name, recipe, part, blocks in (
        ("classifier", CLASSIFIER, 0, _CLASSIFIER_BLOCKS),
        ("autoencoder", AUTOENCODER, 0, _AUTOENCODER_BLOCKS),
        ("generator", GAN, 0, _GENERATOR_BLOCKS),
        ("discriminator", GAN, 1, _DISCRIMINATOR_BLOCKS),
    ):
        yield Member(
            f"{name}, nearly equal initialisation",
            "nearly equal initialisation",
            seed,
            replace(recipe, init="nearly equal", steps=recipe.steps // 2),
            part,
            kinds=(("uniform", blocks[:-1]),),
            ignored=_WRECKED,
        )
    for name, recipe, part in (
        ("classifier", CLASSIFIER, 0),
        ("normalised classifier", NORMALISED, 0),
        ("autoencoder", AUTOENCODER, 0),
        ("discriminator", GAN, 1),
    ):
        yield Member(
            f"{name}, shown bytes",
            "inputs 0–255",
            seed,
            recipe,
            part,
            kinds=(("input-range", ("", "conv1")),),
            # What such inputs do to the layers behind.
            ignored=frozenset({"saturated", "unreachable-targets"} | CONSTANT),
            given="bytes",
        )
    for name, recipe, block in (
        ("signed autoencoder", replace(AUTOENCODER, scale="signed", output="relu"), "image"),
        ("signed autoencoder", replace(AUTOENCODER, scale="signed", output="sigmoid"), "image"),
        ("generator", replace(GAN, output=("relu", "sigmoid")[seed % 2]), "image"),
        ("regressor", replace(CLASSIFIER, task="regressor", output="sigmoid", steps=200), "head"),
    ):
        yield Member(
            f"{name}, {recipe.output} at the end",
            "output cannot reach targets",
            seed,
            recipe,
            kinds=(("unreachable-targets", (block,)),),
            # The last layer is pressed against the end of its range.
            ignored=frozenset({"saturated", "dead", "near-zero", "unlike-input"} | CONSTANT),
        )
    for name, recipe, part in (
        ("classifier", replace(CLASSIFIER, first=14), 0),
        ("autoencoder", replace(AUTOENCODER, first=14), 0),
        ("discriminator", replace(GAN, first=14), 1),
    ):
        yield Member(
            f"{name}, first layer 14 × 14 at once",
            "image lost",
            seed,
            recipe,
            part,
        )


def healthy(seed: int) -> Iterator[Member]:
    """The networks with nothing wrong; some of them look as if there were."""

    def member(name: str, recipe: Recipe, part: int = 0, **options: Any) -> Member:
        return Member(name, "healthy", seed, recipe, part, **options)

    yield member("classifier", CLASSIFIER)
    yield member("classifier, no targets given", CLASSIFIER, has_targets=False)
    yield member("classifier, earlier weights given", CLASSIFIER, has_earlier=True)
    yield member("classifier, 12 samples", CLASSIFIER, samples=12)
    yield member("sigmoid classifier", SIGMOID)
    yield member("tanh classifier", TANH)
    yield member("normalised classifier", NORMALISED, has_earlier=True)
    yield member("autoencoder", AUTOENCODER)
    yield member("autoencoder, earlier weights given", AUTOENCODER, has_earlier=True)
    yield member("tanh autoencoder", TANH_AUTOENCODER)
    yield member("generator", GAN)
    yield member("generator, earlier weights given", GAN, has_earlier=True)
    yield member("discriminator", GAN, 1)
    yield member("discriminator, no targets given", GAN, 1, has_targets=False)
    yield member("generator against ReLU", RELU_GAN)
    yield member("ReLU discriminator", RELU_GAN, 1)
    more = _more_healthy(seed, member)
    # Every seed has half of these: the other half costs the next one its training.
    yield from more[seed % 2 :: 2]


def _more_healthy(seed: int, member: Any) -> list[Member]:
    normalised_gan = replace(GAN, norm=True)
    bytes_ = replace(CLASSIFIER, scale="bytes", rate=5e-4)
    return [
        member("ELU classifier with dropout", _elu()),
        member(
            "leaky classifier",
            replace(CLASSIFIER, activation="leaky_relu", optimizer="rmsprop", rate=1e-3),
        ),
        member("wide classifier", replace(CLASSIFIER, width=2.0, steps=300)),
        member("narrow classifier", replace(CLASSIFIER, width=0.5)),
        member("classifier of standardised images", replace(CLASSIFIER, scale="standard")),
        member(
            "classifier that rescales bytes", replace(CLASSIFIER, rescaling=True, scale="bytes")
        ),
        member("classifier trained on bytes", bytes_),
        member("confident classifier", replace(CLASSIFIER, samples=600, steps=600)),
        member("sparse classifier, 12 samples", replace(CLASSIFIER, sparsity=2e-4), samples=12),
        member(
            "new head on a trained backbone",
            replace(CLASSIFIER, backbone=True, steps=200),
            has_earlier=True,
        ),
        member("untrained classifier", replace(CLASSIFIER, steps=0), ignored=_UNTRAINED),
        member("untrained autoencoder", replace(AUTOENCODER, steps=0), ignored=_UNTRAINED),
        member("long trained classifier", LONG),
        member(
            "He classifier with SGD",
            replace(CLASSIFIER, init="he_normal", optimizer="sgd", rate=0.02),
        ),
        member("deep normalised classifier", replace(DEEP, norm=True)),
        member("normalised classifier trained on bytes", replace(NORMALISED, scale="bytes")),
        member("dense classifier", Recipe("mlp", steps=300)),
        member("normalised dense classifier", Recipe("mlp", norm=True, steps=300)),
        member("separable classifier", Recipe("separable", steps=300)),
        member("GELU classifier", replace(CLASSIFIER, activation="gelu", scale="signed")),
        member("normalised generator", normalised_gan),
        member("normalised discriminator", normalised_gan, 1),
        member("normalised autoencoder", replace(AUTOENCODER, norm=True, scale="unit", output="")),
        member("linear-ended autoencoder", replace(AUTOENCODER, activation="elu", scale="unit")),
        member("dense autoencoder", replace(TANH_AUTOENCODER, activation="relu")),
    ]


def _elu() -> Recipe:
    return replace(CLASSIFIER, activation="elu", init="he_normal", dropout=0.3)
