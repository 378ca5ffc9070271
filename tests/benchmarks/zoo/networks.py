"""The zoo's networks: small classifiers, autoencoders and GANs for images of 28×28 pixels.

A name is that of a block: where a block is several layers, they are called ``conv1``,
``conv1_norm`` and ``conv1_act``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import keras
from keras import layers as L

from .data import Scale

Task: TypeAlias = Literal[
    "classifier", "deep", "mlp", "separable", "regressor", "autoencoder", "dense-autoencoder", "gan"
]
NOISE = 32
CLASSES = 10


@dataclass(frozen=True)
class Recipe:
    """How a network is built and trained; with a seed, all that decides its weights.

    Attributes
    ----------
    task : str
    activation, discriminator_activation : str
        Of every hidden layer; the second of the convolutions of a GAN's discriminator.
    dense_activation : str
        Of the hidden dense layers, where it is another.
    norm : bool
        Batch normalisation after every hidden layer.
    init : str
        Keras initialiser of every kernel; ``equal`` gives all weights one value, ``nearly equal``
        spreads them by a twentieth of it.
    init_scale : float
        How many times wider than Glorot's the uniform initialisation is; 1 leaves `init`.
    scale : str
        Range of the images it is trained on, and of a generator's or autoencoder's targets.
    rescaling : bool
        Whether the network divides by 255 itself.
    output : str
        Activation of the last layer; "" for the task's own.
    width : float
        Factor on the number of channels.
    first : int
        Stride and kernel of the first convolution: 0 for the usual; larger loses the image.
    dropout : float
        Before the last layer.
    sparsity : float
        L1 penalty on the hidden dense layer's outputs.
    optimizer, rate, steps, batch : training
    samples : int
        How many images it is trained on; 0 for all.
    forgotten : str
        A block which the training leaves out by mistake.
    backbone : bool
        Whether the convolutions come trained, nested, and with ``trainable = False``.
    """

    task: Task
    activation: str = "relu"
    discriminator_activation: str = "leaky_relu"
    dense_activation: str = ""
    norm: bool = False
    init: str = "glorot_uniform"
    init_scale: float = 1.0
    scale: Scale = "unit"
    rescaling: bool = False
    output: str = ""
    width: float = 1.0
    first: int = 0
    dropout: float = 0.0
    sparsity: float = 0.0
    optimizer: str = "adam"
    rate: float = 2e-3
    steps: int = 400
    batch: int = 64
    samples: int = 0
    forgotten: str = ""
    backbone: bool = False


def build(recipe: Recipe) -> tuple[Any, ...]:
    """The recipe's networks with fresh weights: (generator, discriminator) of a GAN, else one."""
    if recipe.task == "gan":
        return _generator(recipe), _discriminator(recipe)
    if recipe.backbone:
        return (_on_backbone(recipe),)
    builders = {
        "classifier": _classifier,
        "deep": _deep,
        "mlp": _mlp,
        "separable": _separable,
        "regressor": _classifier,
        "autoencoder": _autoencoder,
        "dense-autoencoder": _dense_autoencoder,
    }
    return (builders[recipe.task](recipe),)


def _initializer(recipe: Recipe) -> Any:
    if recipe.init == "equal":
        return keras.initializers.Constant(0.02)
    if recipe.init == "nearly equal":
        return keras.initializers.RandomNormal(0.02, 0.001)
    if recipe.init_scale != 1:
        return keras.initializers.VarianceScaling(recipe.init_scale**2, "fan_avg", "uniform")
    return recipe.init


def _block(
    x: Any, kind: Any, name: str, recipe: Recipe, *sizes: int, activation: str = "", **options: Any
) -> Any:
    """A layer and its activation, with normalisation between where the recipe says so."""
    activation = activation or recipe.activation
    options["kernel_initializer"] = _initializer(recipe)
    if not recipe.norm:
        return kind(*sizes, activation=activation, name=name, **options)(x)
    x = kind(*sizes, use_bias=False, name=name, **options)(x)
    x = L.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return L.Activation(activation, name=f"{name}_act")(x)


def _wide(recipe: Recipe, channels: int) -> int:
    return max(1, round(channels * recipe.width))


def _image(recipe: Recipe) -> tuple[Any, Any]:
    inputs = keras.Input((28, 28, 1))
    return inputs, L.Rescaling(1 / 255, name="rescaling")(inputs) if recipe.rescaling else inputs


def _features(x: Any, recipe: Recipe, activation: str = "") -> Any:
    """Two convolutions with strides, 28×28 to 7×7; `Recipe.first` makes the first coarse."""
    size = recipe.first or 5
    stride = recipe.first or 2
    first = _wide(recipe, 2 if recipe.first else 12)
    options = {"padding": "same", "activation": activation}
    x = _block(x, L.Conv2D, "conv1", recipe, first, size, strides=stride, **options)
    second_stride = 1 if recipe.first else 2
    return _block(
        x, L.Conv2D, "conv2", recipe, _wide(recipe, 24), 3, strides=second_stride, **options
    )


def _head(x: Any, recipe: Recipe) -> Any:
    if recipe.dropout:
        x = L.Dropout(recipe.dropout, name="dropout")(x)
    if recipe.task == "regressor":
        return L.Dense(1, activation=recipe.output or None, name="head")(x)
    initializer = _initializer(recipe)
    activation = recipe.output or "softmax"
    return L.Dense(CLASSES, activation=activation, name="head", kernel_initializer=initializer)(x)


def _dense_top(x: Any, recipe: Recipe) -> Any:
    x = L.Flatten(name="flatten")(x)
    options: dict[str, Any] = {"activation": recipe.dense_activation}
    if recipe.sparsity:
        options["activity_regularizer"] = keras.regularizers.L1(recipe.sparsity)
    return _block(x, L.Dense, "dense1", recipe, _wide(recipe, 64), **options)


def _classifier(recipe: Recipe) -> Any:
    inputs, x = _image(recipe)
    outputs = _head(_dense_top(_features(x, recipe), recipe), recipe)
    return keras.Model(inputs, outputs, name=recipe.task)


def _on_backbone(recipe: Recipe) -> Any:
    """A new head on trained convolutions that stay as they are."""
    features = keras.Input((28, 28, 1))
    backbone = keras.Model(features, _features(features, recipe), name="backbone")
    backbone.trainable = False
    inputs = keras.Input((28, 28, 1))
    outputs = _head(_dense_top(backbone(inputs), recipe), recipe)
    return keras.Model(inputs, outputs, name="classifier")


def _deep(recipe: Recipe) -> Any:
    """Twelve convolutions, one behind the other."""
    inputs, x = _image(recipe)
    channels = _wide(recipe, 12)
    for number in range(1, 13):
        stride = 2 if number in (1, 4) else 1
        x = _block(
            x, L.Conv2D, f"conv{number}", recipe, channels, 3, strides=stride, padding="same"
        )
    return keras.Model(inputs, _head(L.GlobalAveragePooling2D(name="pool")(x), recipe), name="deep")


def _mlp(recipe: Recipe) -> Any:
    inputs, x = _image(recipe)
    x = L.Flatten(name="flatten")(x)
    x = _block(x, L.Dense, "dense1", recipe, _wide(recipe, 96))
    x = _block(x, L.Dense, "dense2", recipe, _wide(recipe, 48))
    return keras.Model(inputs, _head(x, recipe), name="mlp")


def _separable(recipe: Recipe) -> Any:
    inputs, x = _image(recipe)
    channels = _wide(recipe, 16)
    x = L.Conv2D(
        channels, 5, strides=2, padding="same", activation=recipe.activation, name="conv1"
    )(x)
    x = L.SeparableConv2D(
        2 * channels, 3, padding="same", activation=recipe.activation, name="conv2"
    )(x)
    x = L.MaxPooling2D(name="pool1")(x)
    x = L.SeparableConv2D(
        2 * channels, 3, padding="same", activation=recipe.activation, name="conv3"
    )(x)
    return keras.Model(
        inputs, _head(L.GlobalAveragePooling2D(name="pool2")(x), recipe), name="separable"
    )


def _image_out(x: Any, kind: Any, recipe: Recipe, default: str, **options: Any) -> Any:
    return kind(
        activation=recipe.output or default,
        name="image",
        kernel_initializer=_initializer(recipe),
        **options,
    )(x)


def _decoder(x: Any, recipe: Recipe, default: str) -> Any:
    """A dense layer and two transposed convolutions, to 28×28."""
    channels = _wide(recipe, 16)
    x = _block(x, L.Dense, "dense1", recipe, 7 * 7 * channels)
    x = L.Reshape((7, 7, channels), name="reshape")(x)
    x = _block(x, L.Conv2DTranspose, "up1", recipe, channels, 5, strides=2, padding="same")
    return _image_out(
        x, L.Conv2DTranspose, recipe, default, filters=1, kernel_size=5, strides=2, padding="same"
    )


def _autoencoder(recipe: Recipe) -> Any:
    inputs, x = _image(recipe)
    x = L.Flatten(name="flatten")(_features(x, recipe))
    x = L.Dense(24, name="code", kernel_initializer=_initializer(recipe))(x)
    default = "tanh" if recipe.scale == "signed" else "sigmoid"
    return keras.Model(inputs, _decoder(x, recipe, default), name="autoencoder")


def _dense_autoencoder(recipe: Recipe) -> Any:
    inputs, x = _image(recipe)
    x = L.Flatten(name="flatten")(x)
    x = _block(x, L.Dense, "dense1", recipe, _wide(recipe, 96))
    x = L.Dense(20, name="code", kernel_initializer=_initializer(recipe))(x)
    x = _block(x, L.Dense, "dense2", recipe, _wide(recipe, 96))
    x = _image_out(x, L.Dense, recipe, "sigmoid", units=28 * 28)
    return keras.Model(inputs, L.Reshape((28, 28, 1), name="reshape")(x), name="dense-autoencoder")


def _generator(recipe: Recipe) -> Any:
    inputs = keras.Input((NOISE,))
    return keras.Model(inputs, _decoder(inputs, recipe, "tanh"), name="generator")


def _discriminator(recipe: Recipe) -> Any:
    activation = recipe.discriminator_activation
    inputs = keras.Input((28, 28, 1))
    x = L.Flatten(name="flatten")(_features(inputs, recipe, activation))
    x = _block(x, L.Dense, "dense1", recipe, _wide(recipe, 32), activation="leaky_relu")
    x = L.Dense(1, activation="sigmoid", name="verdict", kernel_initializer=_initializer(recipe))(x)
    return keras.Model(inputs, x, name="discriminator")
