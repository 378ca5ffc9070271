"""Networks that draw pictures, or are given tables, series or words."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers as L
from keras import ops

from .. import data
from .recipe import Family, Parts, Recipe


def _unet(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    fine = parts.conv(x, 8, "down1")
    coarse = parts.conv(L.MaxPooling2D(name="pool1")(fine), 16, "down2")
    x = parts.conv(L.MaxPooling2D(name="pool2")(coarse), 16, "deepest")
    x = L.Concatenate(name="skip2")([L.UpSampling2D(name="grow2")(x), coarse])
    x = parts.conv(x, 16, "up2")
    x = L.Concatenate(name="skip1")([L.UpSampling2D(name="grow1")(x), fine])
    x = parts.conv(x, 8, "up1")
    if recipe.dropout:
        x = L.Dropout(recipe.dropout, name="drop")(x)
    activation, _, twice = recipe.head.partition(" ")
    x = L.Conv2D(3 - recipe.fewer, 1, activation=activation, name="pixels")(x)
    return keras.Model(inputs, L.Softmax(name="probabilities")(x) if twice else x)


def _decoded(parts: Parts, x: Any) -> Any:
    """From a code to a picture of 14×14."""
    x = parts.dense(x, 7 * 7 * 8, "unfold")
    x = L.Reshape((7, 7, 8), name="plane")(x)
    x = L.Conv2DTranspose(
        16, 3, strides=2, padding="same", activation=parts.recipe.activation, name="enlarge"
    )(x)
    return L.Conv2D(1, 3, padding="same", activation=parts.recipe.head, name="picture")(x)


def _encoded(parts: Parts) -> tuple[Any, Any]:
    inputs, x = parts.image(14, 1)
    x = parts.conv(x, 12, "encode1", strides=2)
    x = parts.conv(x, 16, "encode2", strides=2)
    return inputs, L.Flatten(name="flat")(x)


def _autoencoder(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = _encoded(parts)
    code = L.Dense(1 if recipe.narrow else 8, name="code")(x)
    return keras.Model(inputs, _decoded(parts, code))


@keras.saving.register_keras_serializable("causes")
class Sampling(L.Layer):
    """Draws a code from its mean and log variance, and adds the KL divergence to the loss."""

    def __init__(self, weight: float, **options: Any) -> None:
        super().__init__(**options)
        self.weight = weight
        self.draws = keras.random.SeedGenerator(0)

    def call(self, mean: Any, spread: Any, training: bool = False) -> Any:
        divergence = ops.square(mean) + ops.exp(spread) - spread - 1
        self.add_loss(self.weight * ops.mean(ops.sum(divergence, -1)) / 2)
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), seed=self.draws)
        return mean + ops.exp(spread / 2) * noise


def _vae(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = _encoded(parts)
    mean, spread = L.Dense(6, name="mean")(x), L.Dense(6, name="log_variance")(x)
    code = Sampling(recipe.kl, name="latent")(mean, spread)
    return keras.Model(inputs, _decoded(parts, code))


def _generator(recipe: Recipe) -> Any:
    inputs = keras.Input((data.NOISE,))
    return keras.Model(inputs, _decoded(Parts(recipe), inputs))


def _mlp(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs = keras.Input((10,))
    x = parts.dense(inputs, 48, "first")
    x = parts.dense(x, 32, "second")
    return keras.Model(inputs, parts.head(x, 3))


def _deep_mlp(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    x = inputs = keras.Input((10,))
    for number in range(1, 13):
        x = parts.dense(x, 32, f"level{number:02}")
    return keras.Model(inputs, parts.head(x, 3))


def _regression(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs = keras.Input((10,))
    x = parts.dense(inputs, 48, "first")
    x = parts.dense(x, 24, "second")
    return keras.Model(inputs, parts.head(x, 1, "amount"))


@keras.saving.register_keras_serializable("causes")
class Decider(keras.Model):
    """Yes or no of a table, written as a class."""

    def __init__(self, recipe: Recipe, **options: Any) -> None:
        super().__init__(**options)
        parts = Parts(recipe)
        self.first = L.Dense(32, activation=recipe.activation, name="first", **parts.options())
        self.second = L.Dense(24, activation=recipe.activation, name="second", **parts.options())
        self.answer = L.Dense(1, activation=recipe.head, name="answer")

    def call(self, inputs: Any) -> Any:
        return self.answer(self.second(self.first(inputs)))


def _series_cnn(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs = keras.Input((32, 2))
    x = parts.conv(inputs, 16, "waves", 5, 2)
    x = parts.conv(x, 24, "beats", 5, 2)
    return keras.Model(inputs, parts.head(L.GlobalMaxPooling1D(name="pooled")(x), 3))


def _recurrent(kind: Any) -> Any:
    def build(recipe: Recipe) -> Any:
        parts = Parts(recipe)
        inputs = keras.Input((32, 2))
        x = kind(20, name="memory")(inputs)
        x = parts.dense(x, 16, "hidden")
        return keras.Model(inputs, parts.head(x, 3))

    return build


def _reader(recipe: Recipe) -> Any:
    """Reads both ways, and skips what a mask leaves out."""
    inputs = keras.Input((data.LENGTH,), dtype="int32")
    x = L.Embedding(data.WORDS, 8, mask_zero=True, name="words")(inputs)
    x = L.Bidirectional(L.LSTM(10, name="reading"), name="both_ways")(x)
    return keras.Model(inputs, Parts(recipe).head(x, 1, "more"))


@keras.saving.register_keras_serializable("causes")
class Positions(L.Layer):
    """A learnt vector for each place, added to what stands there."""

    def build(self, shape: Any) -> None:
        self.table = self.add_weight(shape=shape[1:], initializer="uniform", name="table")

    def call(self, x: Any) -> Any:
        return x + self.table


def _transformer(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs = keras.Input((data.LENGTH,), dtype="int32")
    x = L.Embedding(data.WORDS, 16, name="words")(inputs)
    x = Positions(name="positions")(x)
    for number in (1, 2):
        y = L.LayerNormalization(name=f"norm{number}a")(x)
        y = L.MultiHeadAttention(2, 8, name=f"attention{number}")(y, y)
        x = L.Add(name=f"after_attention{number}")([x, y])
        y = L.LayerNormalization(name=f"norm{number}b")(x)
        y = parts.dense(y, 32, f"widen{number}")
        y = L.Dense(16, name=f"return{number}")(y)
        x = L.Add(name=f"after_mlp{number}")([x, y])
    x = L.GlobalAveragePooling1D(name="pooled")(L.LayerNormalization(name="last_norm")(x))
    return keras.Model(inputs, parts.head(x, 3))


_TABLE = {"scale": "standard", "epochs": 15}
_PICTURE = {"loss": "mse", "head": "sigmoid", "epochs": 12}
FAMILIES = {
    family.recipe.family: family
    for family in (
        Family(Recipe("unet", epochs=10), _unet, data.segmented, 600),
        Family(Recipe("autoencoder", **_PICTURE), _autoencoder, data.garments),
        Family(Recipe("vae", kl=1e-4, **_PICTURE), _vae, data.garments),
        Family(
            Recipe(
                "generator", activation="leaky_relu", scale="", loss="mse", head="tanh", epochs=12
            ),
            _generator,
            data.noise,
        ),
        Family(Recipe("mlp", **_TABLE), _mlp, data.table, 1500),
        Family(
            Recipe("deep-mlp", optimizer="rmsprop", rate=1e-3, scale="standard", epochs=30),
            _deep_mlp,
            data.table,
            1500,
        ),
        Family(
            Recipe("regression", head="linear", loss="mse", validated=True, **_TABLE),
            _regression,
            data.amounts,
            1500,
        ),
        Family(
            Recipe("subclassed", head="sigmoid", loss="binary", optimizer="adamw", **_TABLE),
            Decider,
            data.chosen,
            1500,
        ),
        Family(Recipe("series-cnn", scale="standard"), _series_cnn, data.series),
        Family(Recipe("lstm", scale="standard", rate=5e-3), _recurrent(L.LSTM), data.series),
        Family(
            Recipe("gru", activation="tanh", scale="standard", rate=5e-3),
            _recurrent(L.GRU),
            data.series,
        ),
        Family(
            Recipe("reader", scale="", head="sigmoid", loss="binary", optimizer="rmsprop"),
            _reader,
            data.rows_of_words,
        ),
        Family(Recipe("transformer", scale="", epochs=20), _transformer, data.sentences, 1500),
    )
}
