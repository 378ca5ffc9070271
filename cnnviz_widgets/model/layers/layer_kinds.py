"""What is known of Keras' kinds of layers, and of the operations of a graph.

One table, a row a kind and a column a property: `Kind` has the columns, the rows of operations
stand in `operation_kinds`. A kind is known by the name of the class in Keras
that a layer's class is or is made from, so that a user's subclass is what its parent is; an
operation of a functional model's graph, such as ``keras.ops.relu``, by ``ops.`` and that name, as
``Add`` is a layer and an operation. A class that stands for nothing in particular is `UNKNOWN`,
and so are a user's own.

A new kind of layer in Keras fails a test until it is placed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import keras

from ..keras_compat.layers import is_of_keras
from .kind import CARRIER, PLAIN, PREPARES, UNKNOWN, WITHIN, Kind, rows
from .operation_kinds import OPERATIONS


def _dimensions(*names: str) -> Iterable[str]:
    return [f"{name}{rank}D" for name in names for rank in (1, 2, 3)]


_NORM = Kind(finishes=True, normalises=True, vectors=True)
_CONVOLUTION = Kind(kernel=("space", "in", "out"))
_RECURRENT = Kind(recurrent=True, in_steps=True, channels_last=True)
_LSTM_GATES = ("input", "forget", "cell", "output")

_LAYERS = {
    # Lay out anew, copy, drop; in inference noise and dropout hand on what they are given.
    **rows(
        CARRIER,
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
        "Resizing",
        *_dimensions("Cropping", "SpatialDropout", "UpSampling"),
    ),
    "Reshape": replace(CARRIER, channels_last=True),
    **rows(Kind(carries=True, reach="zero"), "Masking", *_dimensions("ZeroPadding")),
    # Prepare inputs.
    "Rescaling": Kind(carries=True, reach="scaled"),
    "Normalization": Kind(carries=True, normalises=True),
    **rows(
        PREPARES,
        "AugMix",
        "AutoContrast",
        "CategoryEncoding",
        "ContrastLimitedAdaptiveHistogramEqualization",
        "CutMix",
        "Discretization",
        "Equalization",
        "HashedCrossing",
        "Hashing",
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
    ),
    **rows(
        Kind(carries=True, vocabulary=True), "IntegerLookup", "StringLookup", "TextVectorization"
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
    **rows(_NORM, "GroupNormalization", "LayerNormalization", "RMSNormalization"),
    "UnitNormalization": Kind(finishes=True, normalises=True),
    # Pooling and merging.
    **rows(replace(WITHIN, merges=True), "Average", "Concatenate", "Maximum", "Minimum"),
    **rows(
        WITHIN,
        *_dimensions(
            "AdaptiveAveragePooling",
            "AdaptiveMaxPooling",
            "AveragePooling",
            "GlobalAveragePooling",
            "GlobalMaxPooling",
            "MaxPooling",
        ),
    ),
    **rows(Kind(merges=True), "Add", "Dot", "Multiply", "Subtract"),
    # Weighing. What their activation lets out is their own.
    "Dense": Kind(kernel=("in", "out"), channels_last=True),
    **rows(_CONVOLUTION, *_dimensions("Conv")),
    **rows(Kind(kernel=("space", "out", "in")), *(f"Conv{rank}DTranspose" for rank in (1, 2, 3))),
    **rows(Kind(separable=True), "SeparableConv1D", "SeparableConv2D"),
    **rows(
        Kind(channelwise=True, kernel=("space", "in", "multiplier")),
        "DepthwiseConv1D",
        "DepthwiseConv2D",
    ),
    "Bidirectional": Kind(dense=True, whole=True),
    "EinsumDense": Kind(dense=True),
    **rows(_RECURRENT, "RNN", *_dimensions("ConvLSTM")),
    **rows(replace(_RECURRENT, dense=True), "GRU", "LSTM", "SimpleRNN"),
    "GRUCell": Kind(gates=("update", "reset", "candidate")),
    "LSTMCell": Kind(gates=_LSTM_GATES),
    "SimpleRNNCell": Kind(gates=("state",)),
    "TimeDistributed": Kind(in_steps=True),
    **rows(Kind(looks_up=True, kernel=("token", "out")), "Embedding", "ReversibleEmbedding"),
    **rows(PLAIN, "AdditiveAttention", "Attention"),
    **rows(Kind(whole=True), "GroupedQueryAttention", "MultiHeadAttention"),
    # They do what something else does, which may be anything.
    **rows(
        UNKNOWN,
        "FlaxLayer",
        "InputLayer",
        "JaxLayer",
        "Lambda",
        "Layer",
        "Pipeline",
        "SpectralNormalization",
        "StackedRNNCells",
        "TFSMLayer",
        "TorchModuleWrapper",
        "Wrapper",
    ),
}


KINDS = {**_LAYERS, **{f"ops.{name}": kind for name, kind in OPERATIONS.items()}}
"""Every kind that has been placed, by the name that `family` gives it."""

# What Keras builds a kind from and does not offer by itself.
_HIDDEN = {"ConvLSTMCell": Kind(gates=_LSTM_GATES)}


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


def gates_of(layer: Any) -> tuple[str, ...]:
    """The gates of one of Keras' recurrent cells or of a class made from one, else ()."""
    kinds = [kind.__name__ for kind in type(layer).__mro__ if is_of_keras(kind)]
    gates = [(KINDS | _HIDDEN).get(name, UNKNOWN).gates for name in kinds]
    return next(filter(None, gates), ())


_NORMALISING = ("Normalization", "Normalisation", "Norm")
