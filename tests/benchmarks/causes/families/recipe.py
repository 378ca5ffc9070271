"""What decides a network and its training, and the parts that all families are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers as L

from ..data import Draw


@dataclass(frozen=True)
class Recipe:
    """How a network is built and trained; with a seed, all that decides its weights.

    Attributes
    ----------
    family : str
        A key of `FAMILIES`.
    activation : str
        Of hidden layers.
    head : str
        Activation of the last layer; ``softmax twice`` has another softmax behind it.
    fewer : int
        How many outputs are missing.
    init, init_scale : str, float
        Keras initialiser of the kernels; how many times wider than He's they are drawn.
    penalty, strength : str, float
        ``l1``, ``l2`` (of kernels) or ``activity`` (of outputs), and its factor.
    kl : float
        Factor of the KL divergence of a VAE.
    dropout : float
        Before the last layer.
    narrow : bool
        Whether a layer of one unit is squeezed in before the last.
    momentum : float
        Of the averages of BatchNormalization.
    rescaling : bool
        Whether the network divides by 255 itself.
    scale : str
        Range of the inputs it is trained on: a case of `data.in_range`.
    loss, logits : str, bool
        ``sparse``, ``categorical``, ``binary``, ``own``, ``both`` of two heads, or a name of Keras;
        whether from logits.
    optimizer, rate, epochs, batch : training
    samples : int
        How many samples it is trained on; 0 for the family's own count.
    targets : str
        ``shuffled`` among the samples, ``all one``, ``unbalanced`` classes, or "" as they are.
    validated : bool
        Whether training watches held-out samples, so that its history holds them.
    frozen : str
        Layers whose names begin so are left out of the training …
    backbone : str
        … or are trained, and then set to ``trainable = False``.
    """

    family: str
    activation: str = "relu"
    head: str = "softmax"
    fewer: int = 0
    init: str = ""
    init_scale: float = 1.0
    penalty: str = ""
    strength: float = 0.0
    kl: float = 0.0
    dropout: float = 0.0
    narrow: bool = False
    momentum: float = 0.9
    rescaling: bool = False
    scale: str = "unit"
    loss: str = "sparse"
    logits: bool = False
    optimizer: str = "adam"
    rate: float = 3e-3
    epochs: int = 8
    batch: int = 32
    samples: int = 0
    targets: str = ""
    validated: bool = False
    frozen: str = ""
    backbone: str = ""


@dataclass(frozen=True)
class Family:
    """Networks of one architecture for one task.

    Attributes
    ----------
    recipe : Recipe
        Of the healthy one.
    build : callable
        A recipe's network with fresh weights, not compiled.
    draw : callable
        The data.
    count : int
        How many samples to train on.
    """

    recipe: Recipe
    build: Callable[[Recipe], Any]
    draw: Draw
    count: int = 800


class Parts:
    """Layers as a recipe has them."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def options(self) -> dict[str, Any]:
        """Initialiser and penalty of a hidden layer."""
        recipe = self.recipe
        options: dict[str, Any] = {
            "kernel_initializer": recipe.init
            or keras.initializers.VarianceScaling(2 * recipe.init_scale**2)
        }
        if recipe.penalty:
            where = "activity" if recipe.penalty == "activity" else "kernel"
            kind = keras.regularizers.L1 if recipe.penalty == "l1" else keras.regularizers.L2
            options[f"{where}_regularizer"] = kind(recipe.strength)
        return options

    def dense(self, x: Any, units: int, name: str, activation: str = "") -> Any:
        activation = activation or self.recipe.activation
        return L.Dense(units, activation=activation, name=name, **self.options())(x)

    def conv(self, x: Any, channels: int, name: str, size: int = 3, strides: int = 1) -> Any:
        """A convolution over one axis or two, and its activation."""
        kind = L.Conv1D if len(x.shape) == 3 else L.Conv2D
        return kind(
            channels,
            size,
            strides=strides,
            padding="same",
            activation=self.recipe.activation,
            name=name,
            **self.options(),
        )(x)

    def normed(self, x: Any, layer: Any, activation: str = "") -> Any:
        """A layer without bias, BatchNormalization, activation."""
        name = layer.name
        x = L.BatchNormalization(momentum=self.recipe.momentum, name=f"{name}_bn")(layer(x))
        return L.Activation(activation or self.recipe.activation, name=f"{name}_out")(x)

    def normed_conv(
        self,
        x: Any,
        channels: int,
        name: str,
        size: int = 3,
        strides: int = 1,
        activation: str = "",
    ) -> Any:
        layer = L.Conv2D(
            channels,
            size,
            strides=strides,
            padding="same",
            use_bias=False,
            name=name,
            **self.options(),
        )
        return self.normed(x, layer, activation)

    def depthwise(self, x: Any, name: str, strides: int = 1, activation: str = "") -> Any:
        layer = L.DepthwiseConv2D(3, strides=strides, padding="same", use_bias=False, name=name)
        return self.normed(x, layer, activation)

    def gate(self, x: Any, name: str) -> Any:
        """Squeeze and excite: each channel times a share that the whole picture decides."""
        channels = x.shape[-1]
        share = L.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
        share = L.Conv2D(max(2, channels // 4), 1, activation="relu", name=f"{name}_reduce")(share)
        share = L.Conv2D(channels, 1, activation="sigmoid", name=f"{name}_expand")(share)
        return L.Multiply(name=f"{name}_gated")([x, share])

    def image(self, side: int, channels: int, name: str | None = None) -> tuple[Any, Any]:
        """The input, and what the first layer is given."""
        inputs = keras.Input((side, side, channels), name=name)
        if self.recipe.rescaling:
            return inputs, L.Rescaling(1 / 255, name="to_unit")(inputs)
        return inputs, inputs

    def head(self, x: Any, units: int, name: str = "answer") -> Any:
        """Narrow layer and dropout, where there are any, and the last layer."""
        recipe = self.recipe
        if recipe.narrow:
            x = self.dense(x, 1, "narrow")
        if recipe.dropout:
            x = L.Dropout(recipe.dropout, name="drop")(x)
        activation, _, twice = recipe.head.partition(" ")
        init = recipe.init or "glorot_uniform"
        units -= recipe.fewer
        x = L.Dense(units, activation=activation, name=name, kernel_initializer=init)(x)
        return L.Softmax(name="probabilities")(x) if twice else x
