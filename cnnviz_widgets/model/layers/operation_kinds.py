"""The rows of the table of kinds that are operations of a functional model's graph.

Functions of ``keras.ops`` and of arrays, by the names of their classes in Keras.
"""

from __future__ import annotations

from dataclasses import replace

from .kind import CARRIER, PLAIN, PREPARES, WITHIN, Kind, rows


def _function(name: str) -> Kind:
    return Kind(finishes=True, bends=True, activation=name)


OPERATIONS = {
    **rows(
        CARRIER,
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
    "Reshape": replace(CARRIER, channels_last=True),
    **rows(Kind(carries=True, reach="zero"), "PadImages"),
    **rows(PREPARES, "Pad"),  # with a constant of any kind
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
    **rows(
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
    **rows(Kind(finishes=True, normalises=True), "BatchNorm", "LayerNorm", "Normalize", "RMSNorm"),
    **rows(
        Kind(alone="scales", merges=True), "Add", "Divide", "Multiply", "Subtract", "TrueDivide"
    ),
    "Negative": Kind(alone="scales"),
    **rows(Kind(alone="bends", merges=True), "Fmax", "Fmin", "Maximum", "Minimum", "Where"),
    **rows(Kind(fills=True), "EmptyLike", "FullLike", "OnesLike", "ZerosLike"),
    # Pooling, merging and reducing.
    **rows(
        replace(WITHIN, merges=True), "Append", "Concatenate", "Dstack", "Hstack", "Stack", "Vstack"
    ),
    **rows(
        WITHIN,
        "AdaptiveAveragePool",
        "AdaptiveMaxPool",
        "Amax",
        "Amin",
        "Average",
        "AveragePool",
        "Max",
        "MaxPool",
        "Mean",
        "Median",
        "Min",
        "Sort",
        "TopK",
    ),
    **rows(
        PLAIN,
        "Conv",
        "ConvTranspose",
        "DepthwiseConv",
        "Dot",
        "DotProductAttention",
        "SeparableConv",
        "Std",
        "Sum",
        "Var",
    ),
    **rows(Kind(channels_last=True), "Einsum", "Matmul", "Tensordot"),
}
