"""What is known of Keras' kinds of layers, of the operations of a graph, and of activations.

One table, a row a kind and a column a property. A kind is known by the name of the class in Keras
that a layer's class is or is made from, so that a user's subclass is what its parent is; an
operation of a functional model's graph, such as ``keras.ops.relu``, by ``ops.`` and that name, as
``Add`` is a layer and an operation. A class that stands for nothing in particular is `UNKNOWN`,
and so are a user's own.

A new kind of layer in Keras fails a test until it is placed here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import keras

from ..keras_compat.layers import is_of_keras

Reach: TypeAlias = Literal["same", "zero", "scaled"]


@dataclass(frozen=True)
class Kind:
    """One row: what is known of a kind of layer.

    Attributes
    ----------
    known : bool
        Whether anything is.
    carries : bool
        It only lays out anew, pads, copies or drops what it is given, or prepares inputs: nothing
        to look at in an analysis.
    finishes : bool
        It finishes what the layer before it began: an activation, a normalisation.
    bends : bool
        It applies a function to each value, or a softmax, whatever its ``activation`` says.
    activation : str or None
        Which one, by its name in ``keras.activations``, where the kind tells.
    reach : {'same', 'zero', 'scaled'} or None
        How the range of what it puts out follows from that of what it reads, in inference:
        ``"same"``: values of its input or between them; ``"zero"``: these and 0; ``"scaled"``:
        these times a scale, plus an offset. None: in no such way.
    channelwise : bool
        It has weights, but each of its channels comes from the same channel of its input only.
    normalises : bool
        It brings values to a magnitude of about 1, whatever it reads.
    vectors : bool
        Its weights are vectors with a number for each channel that it normalises.
    dense : bool
        Its weights are dense in all but the names of their axes.
    looks_up : bool
        It looks rows up in a table: what it puts out is no function of magnitudes.
    alone : {'scales', 'bends'} or None
        What an operation that merges several tensors does with a single one and numbers: scale or
        shift it, as `Rescaling` does, or bend it, as ``maximum(x, 0)`` does.
    fills : bool
        It takes only the shape of what it is given: its values are nobody's.
    """

    known: bool = True
    carries: bool = False
    finishes: bool = False
    bends: bool = False
    activation: str | None = None
    reach: Reach | None = None
    channelwise: bool = False
    normalises: bool = False
    vectors: bool = False
    dense: bool = False
    looks_up: bool = False
    alone: Literal["scales", "bends"] | None = None
    fills: bool = False


UNKNOWN = Kind(known=False)


def _rows(kind: Kind, *names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, kind)


def _dimensions(*names: str) -> Iterable[str]:
    return [f"{name}{rank}D" for name in names for rank in (1, 2, 3)]


_CARRIER = Kind(carries=True, reach="same")
_PREPARES = Kind(carries=True)
_WITHIN = Kind(reach="same")
_PLAIN = Kind()
_NORM = Kind(finishes=True, normalises=True, vectors=True)

_LAYERS = {
    # Lay out anew, copy, drop; in inference noise and dropout hand on what they are given.
    **_rows(
        _CARRIER,
        "ActivityRegularization",
        "AlphaDropout",
        "CenterCrop",
        "Dropout",
        "Flatten",
        "GaussianDropout",
        "GaussianNoise",
        "Identity",
        "Permute",
        "RepeatVector",
        "Reshape",
        "Resizing",
        *_dimensions("Cropping", "SpatialDropout", "UpSampling"),
    ),
    **_rows(Kind(carries=True, reach="zero"), "Masking", *_dimensions("ZeroPadding")),
    # Prepare inputs.
    "Rescaling": Kind(carries=True, reach="scaled"),
    "Normalization": Kind(carries=True, normalises=True),
    **_rows(
        _PREPARES,
        "AugMix",
        "AutoContrast",
        "CategoryEncoding",
        "ContrastLimitedAdaptiveHistogramEqualization",
        "CutMix",
        "Discretization",
        "Equalization",
        "HashedCrossing",
        "Hashing",
        "IntegerLookup",
        "MaxNumBoundingBoxes",
        "MelSpectrogram",
        "MixUp",
        "RandAugment",
        "RandomBrightness",
        "RandomColorDegeneration",
        "RandomColorJitter",
        "RandomContrast",
        "RandomCrop",
        "RandomElasticTransform",
        "RandomErasing",
        "RandomFlip",
        "RandomGaussianBlur",
        "RandomGrayscale",
        "RandomHue",
        "RandomInvert",
        "RandomPerspective",
        "RandomPosterization",
        "RandomRotation",
        "RandomSaturation",
        "RandomSharpness",
        "RandomShear",
        "RandomTranslation",
        "RandomZoom",
        "STFTSpectrogram",
        "Solarization",
        "StringLookup",
        "TextVectorization",
    ),
    # Activations.
    "Activation": Kind(finishes=True),
    "ELU": Kind(finishes=True, bends=True),
    "LeakyReLU": Kind(finishes=True, bends=True),
    "PReLU": Kind(finishes=True, bends=True, channelwise=True),
    "ReLU": Kind(finishes=True, bends=True),
    "Softmax": Kind(finishes=True, bends=True, activation="softmax"),
    # Normalisations.
    "BatchNormalization": replace(_NORM, channelwise=True),
    **_rows(_NORM, "GroupNormalization", "LayerNormalization", "RMSNormalization"),
    "UnitNormalization": Kind(finishes=True, normalises=True),
    # Pooling and merging.
    **_rows(
        _WITHIN,
        "Average",
        "Concatenate",
        "Maximum",
        "Minimum",
        *_dimensions(
            "AdaptiveAveragePooling",
            "AdaptiveMaxPooling",
            "AveragePooling",
            "GlobalAveragePooling",
            "GlobalMaxPooling",
            "MaxPooling",
        ),
    ),
    **_rows(_PLAIN, "Add", "Dot", "Multiply", "Subtract"),
    # Weighing. What their activation lets out is their own.
    **_rows(
        _PLAIN,
        "Dense",
        "SeparableConv1D",
        "SeparableConv2D",
        *_dimensions("Conv", "ConvLSTM"),
        *(f"Conv{rank}DTranspose" for rank in (1, 2, 3)),
    ),
    **_rows(Kind(channelwise=True), "DepthwiseConv1D", "DepthwiseConv2D"),
    **_rows(Kind(dense=True), "Bidirectional", "EinsumDense", "GRU", "LSTM", "SimpleRNN"),
    **_rows(Kind(looks_up=True), "Embedding", "ReversibleEmbedding"),
    **_rows(
        _PLAIN,
        "AdditiveAttention",
        "Attention",
        "GroupedQueryAttention",
        "MultiHeadAttention",
    ),
    # They do what something else does, which may be anything.
    **_rows(
        UNKNOWN,
        "FlaxLayer",
        "GRUCell",
        "InputLayer",
        "JaxLayer",
        "LSTMCell",
        "Lambda",
        "Layer",
        "Pipeline",
        "RNN",
        "SimpleRNNCell",
        "SpectralNormalization",
        "StackedRNNCells",
        "TFSMLayer",
        "TimeDistributed",
        "TorchModuleWrapper",
        "Wrapper",
    ),
}


def _function(name: str) -> Kind:
    return Kind(finishes=True, bends=True, activation=name)


_OPERATIONS = {
    **_rows(
        _CARRIER,
        "BroadcastTo",
        "Cast",
        "Copy",
        "CropImages",
        "DepthToSpace",
        "Diagonal",
        "ExpandDims",
        "Flip",
        "Fliplr",
        "Flipud",
        "GetItem",
        "Moveaxis",
        "Ravel",
        "Rearrange",
        "Repeat",
        "Reshape",
        "Resize",
        "Roll",
        "Rot90",
        "Slice",
        "SpaceToDepth",
        "Split",
        "Squeeze",
        "StopGradient",
        "Swapaxes",
        "Take",
        "TakeAlongAxis",
        "Tile",
        "Transpose",
        "Unstack",
    ),
    **_rows(Kind(carries=True, reach="zero"), "PadImages"),
    **_rows(_PREPARES, "Pad"),  # with a constant of any kind
    # keras.activations, and what NumPy has of the kind.
    "Celu": _function("celu"),
    "Elu": _function("elu"),
    "Exp": _function("exponential"),
    "Gelu": _function("gelu"),
    "HardSigmoid": _function("hard_sigmoid"),
    "HardSilu": _function("hard_silu"),
    "HardTanh": _function("hard_tanh"),
    "HardShrink": _function("hard_shrink"),
    "LeakyRelu": _function("leaky_relu"),
    "LogSigmoid": _function("log_sigmoid"),
    "LogSoftmax": _function("log_softmax"),
    "Mish": _function("mish"),
    "ReLU": Kind(finishes=True, bends=True),
    "Relu": _function("relu"),
    "Relu6": _function("relu6"),
    "Selu": _function("selu"),
    "Sigmoid": _function("sigmoid"),
    "Silu": _function("silu"),
    "SoftShrink": _function("soft_shrink"),
    "Softmax": _function("softmax"),
    "Softplus": _function("softplus"),
    "Softsign": _function("softsign"),
    "SparsePlus": _function("sparse_plus"),
    "SparseSigmoid": _function("sparse_sigmoid"),
    "Sparsemax": _function("sparsemax"),
    "Squareplus": _function("squareplus"),
    "Tanh": _function("tanh"),
    "TanhShrink": _function("tanh_shrink"),
    "Threshold": _function("threshold"),
    **_rows(
        Kind(finishes=True, bends=True),
        "Abs",
        "Absolute",
        "Arctan",
        "Clip",
        "Cos",
        "Erf",
        "Expm1",
        "Fabs",
        "Heaviside",
        "Log",
        "Log1p",
        "Power",
        "Reciprocal",
        "Rsqrt",
        "Sign",
        "Sin",
        "Sinh",
        "Sqrt",
        "Square",
    ),
    "Glu": Kind(bends=True),
    **_rows(Kind(finishes=True, normalises=True), "BatchNorm", "LayerNorm", "Normalize", "RMSNorm"),
    **_rows(
        Kind(alone="scales"), "Add", "Divide", "Multiply", "Negative", "Subtract", "TrueDivide"
    ),
    **_rows(Kind(alone="bends"), "Fmax", "Fmin", "Maximum", "Minimum", "Where"),
    **_rows(Kind(fills=True), "EmptyLike", "FullLike", "OnesLike", "ZerosLike"),
    # Pooling, merging and reducing.
    **_rows(
        _WITHIN,
        "AdaptiveAveragePool",
        "AdaptiveMaxPool",
        "Amax",
        "Amin",
        "Append",
        "Average",
        "AveragePool",
        "Concatenate",
        "Dstack",
        "Hstack",
        "Max",
        "MaxPool",
        "Mean",
        "Median",
        "Min",
        "Sort",
        "Stack",
        "TopK",
        "Vstack",
    ),
    **_rows(
        _PLAIN,
        "Conv",
        "ConvTranspose",
        "DepthwiseConv",
        "Dot",
        "DotProductAttention",
        "Einsum",
        "Matmul",
        "SeparableConv",
        "Std",
        "Sum",
        "Tensordot",
        "Var",
    ),
}

KINDS = {**_LAYERS, **{f"ops.{name}": kind for name, kind in _OPERATIONS.items()}}
"""Every kind that has been placed, by the name that `family` gives it."""


@dataclass(frozen=True)
class Activation:
    """One row: what is known of an activation function.

    Attributes
    ----------
    low, high : float
        Smallest and largest value it lets out, to the digits that matter.
    saturates : bool
        Bounded on both sides, with a slope of next to nothing at the ends.
    underflows : bool
        Exactly 0 is where its numbers underflow, or an end of its range: no unit dies of it.
    """

    low: float = -math.inf
    high: float = math.inf
    saturates: bool = False
    underflows: bool = False


_SHARE = Activation(0.0, 1.0, underflows=True)
_SWITCH = Activation(0.0, 1.0, saturates=True, underflows=True)
_POSITIVE = Activation(0.0, underflows=True)

ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(0.0),
    "relu6": Activation(0.0, 6.0),
    "sigmoid": _SWITCH,
    "hard_sigmoid": _SWITCH,
    "sparse_sigmoid": _SWITCH,
    "softmax": _SHARE,
    "sparsemax": _SHARE,
    "log_softmax": Activation(high=0.0, underflows=True),
    "tanh": Activation(-1.0, 1.0, saturates=True),
    "hard_tanh": Activation(-1.0, 1.0),
    "softsign": Activation(-1.0, 1.0, saturates=True),
    "softplus": _POSITIVE,
    "sparse_plus": _POSITIVE,
    "exponential": _POSITIVE,
    "squareplus": _POSITIVE,
    "log_sigmoid": Activation(high=0.0, underflows=True),
    "elu": Activation(-1.0),
    "celu": Activation(-1.0),
    "selu": Activation(-1.7581),
    "silu": Activation(-0.2785),
    "swish": Activation(-0.2785),
    "hard_silu": Activation(-0.375),
    "hard_swish": Activation(-0.375),
    "gelu": Activation(-0.17),
    "mish": Activation(-0.3089),
}
_NO_ACTIVATION = Activation()


def activation_of(name: str | None) -> Activation:
    """The row of an activation; that of one of which nothing is known where it is not listed."""
    return ACTIVATIONS.get(name or "", _NO_ACTIVATION)


def family(layer: Any) -> str:
    """The kind that a layer's or an operation's class is or is made from, as `KINDS` names it.

    Parameters
    ----------
    layer : keras.Layer or keras.Operation

    Returns
    -------
    str
        ``""`` for one that is made from nothing that has been placed.
    """
    prefix = "" if isinstance(layer, keras.Layer) else "ops."
    for kind in type(layer).__mro__:
        if is_of_keras(kind) and (name := prefix + kind.__name__) in KINDS:
            return "" if name == "Layer" else name
    return ""


def kind_of(layer: Any) -> Kind:
    """The row of a layer or an operation.

    Of a subclass with a ``call`` of its own it is not said how its range follows from its input's.
    A class of no known kind whose name says that it normalises is taken at its word.
    """
    kind = kind_named(family(layer), type(layer).__name__)
    caller = next((cls for cls in type(layer).__mro__ if "call" in vars(cls)), type(layer))
    if kind.reach and (not is_of_keras(caller) or "call" in vars(layer)):
        return replace(kind, reach=None)
    return kind


def kind_named(family: str | None, name: str) -> Kind:
    """The row of a class called `name`, given its `family`; None where that was not looked for."""
    kind = KINDS.get(name if family is None else family, UNKNOWN)
    if not kind.known and not family and name.endswith(_NORMALISING):
        return Kind(finishes=True, normalises=True)
    return kind


_NORMALISING = ("Normalization", "Normalisation", "Norm")
