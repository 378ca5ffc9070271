"""The generators and discriminators of the study, version 1 to 3 [WL20 §2, Table 1].

| | generator v1 | v2, v3 | discriminator v1, v2 | v3 |
|---|---|---|---|---|
| 1 | dense, ReLU | dense, ReLU | conv 16, leaky | conv 16, BN, leaky |
| 2 | dense, ReLU | reshape | conv 32, leaky | conv 32, BN, leaky |
| 3 | reshape | transposed conv 32, ReLU | conv 64, leaky | conv 64, BN, leaky |
| 4 | transposed conv 32, ReLU | transposed conv 16, ReLU | flatten | flatten |
| 5 | transposed conv 16, ReLU | transposed conv 3 | dense 160, leaky | dense 160, BN, leaky |
| 6 | transposed conv 3 | | dense 1, sigmoid | dense 1, sigmoid |

All convolutions are 5×5 with stride 2. An image of S×S pixels begins as S/8 × S/8 × 64 features,
25,600 at the paper's 160×160; version 1 has a tenth as many in its first layer.
Layers have the same name wherever they are the same place: version 2 has no ``dense1``.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers as L

NOISE = 256
VERSIONS = (1, 2, 3)
# The paper names no slope; this is the one of the first DCGAN (Radford et al. 2016).
LEAK = 0.2


def generator(version: int, size: int, output: str = "tanh") -> keras.Model:
    """Noise (256,) to an image (size, size, 3).

    Parameters
    ----------
    version : {1, 2, 3}
    size : int
        Pixels a side, a multiple of 8.
    output : str
        Activation of the last layer. The paper's ``"relu"`` cannot reach the darker half of images
        in [−1, 1].

    Raises
    ------
    ValueError
        There is no such version, or the size is no multiple of 8.
    """
    check(version, size)
    side = size // 8
    features = side * side * 64
    inputs = x = keras.Input((NOISE,), name="noise")
    if version == 1:
        x = L.Dense(features // 10, activation="relu", name="dense1")(x)
    x = L.Dense(features, activation="relu", name="dense2")(x)
    x = L.Reshape((side, side, 64), name="reshape")(x)
    for name, channels, activation in (
        ("up1", 32, "relu"),
        ("up2", 16, "relu"),
        ("image", 3, output),
    ):
        x = L.Conv2DTranspose(
            channels, 5, strides=2, padding="same", activation=activation, name=name
        )(x)
    return keras.Model(inputs, x, name=f"generator_v{version}")


def discriminator(version: int, size: int) -> keras.Model:
    """An image (size, size, 3) to the probability that it is real, (1,).

    Raises
    ------
    ValueError
        There is no such version, or the size is no multiple of 8.
    """
    check(version, size)
    inputs = x = keras.Input((size, size, 3), name="image")
    for name, channels in (("conv1", 16), ("conv2", 32), ("conv3", 64)):
        x = _leaky(L.Conv2D(channels, 5, strides=2, padding="same", name=name), version)(x)
    x = L.Flatten(name="flatten")(x)
    x = _leaky(L.Dense(160, name="dense1"), version)(x)
    x = L.Dense(1, activation="sigmoid", name="verdict")(x)
    return keras.Model(inputs, x, name=f"discriminator_v{version}")


def check(version: int, size: int) -> None:
    """Raise ValueError unless there is such a version for images of this size."""
    if version not in VERSIONS:
        raise ValueError(f"version is 1, 2 or 3; got {version!r}")
    if size < 8 or size % 8:
        nearest = max(8, round(size / 8) * 8)
        raise ValueError(
            f"size is a multiple of 8, as three layers double it; got {size}, nearest is {nearest}"
        )


def _leaky(layer: Any, version: int) -> Any:
    """A layer, in version 3 its batch normalisation, and LeakyReLU."""

    def apply(x: Any) -> Any:
        x = layer(x)
        if version == 3:
            x = L.BatchNormalization(name=f"{layer.name}_norm")(x)
        return L.LeakyReLU(negative_slope=LEAK, name=f"{layer.name}_act")(x)

    return apply
