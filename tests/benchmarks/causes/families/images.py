"""Networks that are given pictures, and answer with a class or with numbers."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers as L

from .. import data
from .recipe import Family, Parts, Recipe


def _colour_cnn(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    x = parts.conv(x, 12, "edges", strides=2)
    x = parts.conv(x, 24, "corners", strides=2)
    x = parts.dense(L.Flatten(name="flat")(x), 32, "hidden")
    return keras.Model(inputs, parts.head(x, 6))


def _bn_cnn(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(14, 1)
    x = parts.normed_conv(x, 12, "trunk_a", 5, 2)
    x = parts.normed_conv(x, 24, "trunk_b", 3, 2)
    x = parts.dense(L.Flatten(name="flat")(x), 40, "hidden")
    return keras.Model(inputs, parts.head(x, 10))


def _resnet(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    x = parts.normed_conv(x, 16, "stem", strides=2)
    for number in (1, 2, 3):
        y = parts.normed_conv(x, 16, f"res{number}_first")
        y = parts.normed_conv(y, 16, f"res{number}_second", activation="linear")
        x = L.Activation(recipe.activation, name=f"res{number}_relu")(
            L.Add(name=f"res{number}_add")([x, y])
        )
    x = L.GlobalMaxPooling2D(name="pooled")(x)
    return keras.Model(inputs, parts.head(x, 6))


def _mobile(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    x = parts.normed_conv(x, 12, "stem", strides=2)
    for number, channels, strides in ((1, 16, 1), (2, 24, 2), (3, 24, 1)):
        x = parts.depthwise(x, f"dw{number}", strides)
        x = parts.normed_conv(x, channels, f"pw{number}", 1)
    x = L.GlobalMaxPooling2D(name="pooled")(x)
    return keras.Model(inputs, parts.head(x, 6))


def _efficient(recipe: Recipe) -> Any:
    """Inverted bottlenecks with gates."""
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    x = parts.normed_conv(x, 12, "stem", strides=2)
    for number, channels, strides in ((1, 12, 1), (2, 20, 2)):
        y = parts.normed_conv(x, 3 * x.shape[-1], f"mb{number}_expand", 1)
        y = parts.gate(parts.depthwise(y, f"mb{number}_dw", strides), f"mb{number}_se")
        y = parts.normed_conv(y, channels, f"mb{number}_project", 1, activation="linear")
        x = L.Add(name=f"mb{number}_add")([x, y]) if y.shape == x.shape else y
    x = parts.normed_conv(x, 48, "top", 1)
    return keras.Model(inputs, parts.head(L.GlobalAveragePooling2D(name="pooled")(x), 6))


def _gated_cnn(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    for number, channels in ((1, 16), (2, 24), (3, 24)):
        x = parts.conv(x, channels, f"block{number}", strides=2 if number < 3 else 1)
        x = parts.gate(x, f"se{number}")
    return keras.Model(inputs, parts.head(L.GlobalMaxPooling2D(name="pooled")(x), 6))


def _deep_cnn(recipe: Recipe) -> Any:
    """Twenty-four convolutions, one behind the other."""
    parts = Parts(recipe)
    inputs, x = parts.image(14, 1)
    for number in range(1, 25):
        x = parts.conv(x, 10, f"step{number:02}", strides=2 if number in (1, 6) else 1)
    return keras.Model(inputs, parts.head(L.Flatten(name="flat")(x), 10))


def _locator(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    x = parts.conv(x, 12, "look", 5, 2)
    x = parts.conv(x, 16, "find", strides=2)
    x = parts.dense(L.Flatten(name="flat")(x), 32, "hidden")
    return keras.Model(inputs, parts.head(x, 3, "place"))


def _tagger(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    x = parts.conv(x, 16, "local")
    x = L.MaxPooling2D(name="halved")(x)
    x = parts.conv(x, 24, "wider", strides=2)
    x = parts.dense(L.Flatten(name="flat")(x), 48, "hidden")
    return keras.Model(inputs, parts.head(x, 4, "tags"))


def _siamese(recipe: Recipe) -> Any:
    """Both pictures through one trunk; the answer is made of the difference."""
    parts = Parts(recipe)
    inputs, x = parts.image(14, 1)
    x = parts.conv(x, 10, "strokes", 5, 2)
    x = parts.conv(x, 16, "forms", strides=2)
    trunk = keras.Model(inputs, parts.dense(L.Flatten(name="flat")(x), 24, "code"), name="trunk")
    left, right = (keras.Input((14, 14, 1), name=name) for name in ("left", "right"))
    apart = L.Subtract(name="difference")([trunk(left), trunk(right)])
    x = parts.dense(L.Multiply(name="squared")([apart, apart]), 16, "weighing")
    return keras.Model({"left": left, "right": right}, parts.head(x, 1, "same"))


def _two_inputs(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    picture, x = parts.image(data.SIDE, 3, "picture")
    facts = keras.Input((2,), name="facts")
    x = parts.conv(x, 8, "view", 5, 2)
    x = parts.dense(L.Flatten(name="flat")(x), 16, "seen")
    y = parts.dense(facts, 24, "read")
    x = parts.dense(L.Concatenate(name="both")([x, y]), 32, "joined")
    return keras.Model({"picture": picture, "facts": facts}, parts.head(x, 4))


def _two_heads(recipe: Recipe) -> Any:
    parts = Parts(recipe)
    inputs, x = parts.image(data.SIDE, 3)
    x = parts.conv(x, 16, "near", strides=2)
    x = parts.conv(x, 24, "far", strides=2)
    x = parts.dense(L.Flatten(name="flat")(x), 48, "shared")
    where = L.Dense(3, name="where")(parts.dense(x, 24, "placing"))
    return keras.Model(inputs, {"what": parts.head(x, 6, "what"), "where": where})


FAMILIES = {
    family.recipe.family: family
    for family in (
        Family(Recipe("colour-cnn", epochs=15), _colour_cnn, data.coloured, 1600),
        Family(
            Recipe("bn-cnn", scale="standard", optimizer="rmsprop", validated=True),
            _bn_cnn,
            data.fashion,
            1200,
        ),
        Family(Recipe("resnet", scale="signed", optimizer="adamw"), _resnet, data.coloured),
        Family(
            Recipe("mobile", activation="relu6", scale="bytes", rescaling=True, epochs=12),
            _mobile,
            data.coloured,
            1600,
        ),
        Family(
            Recipe("efficient", activation="swish", head="linear", logits=True, epochs=10),
            _efficient,
            data.coloured,
        ),
        Family(Recipe("gated-cnn", scale="signed", epochs=10), _gated_cnn, data.coloured),
        Family(Recipe("deep-cnn", rate=1e-3, epochs=12), _deep_cnn, data.fashion, 1200),
        Family(
            Recipe("locator", head="linear", loss="own", epochs=12, validated=True),
            _locator,
            data.placed,
            1600,
        ),
        Family(
            Recipe("tagger", head="sigmoid", loss="binary", epochs=12),
            _tagger,
            data.labelled,
            2400,
        ),
        Family(
            Recipe("two-heads", scale="signed", loss="both", epochs=15),
            _two_heads,
            data.named_and_placed,
            1600,
        ),
        Family(
            Recipe("siamese", head="sigmoid", loss="binary"),
            _siamese,
            data.pairs,
        ),
        Family(
            Recipe("two-inputs", optimizer="sgd", rate=0.05, epochs=20), _two_inputs, data.counted
        ),
    )
}
