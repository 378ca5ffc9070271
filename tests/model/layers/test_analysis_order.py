"""The order of analysis, worked by hand for each kind of model."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.layers.analysis_order import Step, analysis_order
from cnnviz_widgets.model.layers.layer_info import LayerInfo

from .. import nets

LOW, HIGH = "low-abstraction outputs", "high-abstraction outputs"
KERNELS, DENSE = "convolution kernels", "dense weights"


def order(model: Any, inputs: Any) -> tuple[Step, ...]:
    return analysis_order(ModelProbe(model, inputs).layers)


def by_stage(steps: tuple[Step, ...]) -> dict[str, list[str]]:
    stages: dict[str, list[str]] = {}
    for step in steps:
        stages.setdefault(step.stage, []).append(step.path)
    return stages


def test_a_classifier_begins_at_its_input() -> None:
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            L.Rescaling(1 / 255, name="scale"),
            L.Conv2D(4, 3, name="conv1"),
            L.BatchNormalization(name="norm1"),
            L.ReLU(name="relu1"),
            L.MaxPooling2D(name="pool1"),
            L.Conv2D(4, 3, activation="relu", name="conv2"),
            L.Dropout(0.5, name="drop"),
            L.Flatten(name="flat"),
            L.Dense(8, activation="relu", name="dense"),
            L.Dense(2, name="head"),
        ]
    )
    steps = order(model, np.ones((2, 16, 16, 3), "float32"))
    # Levels 1 to 10; five of them are the half that is low.
    assert by_stage(steps) == {
        LOW: ["relu1", "pool1"],
        HIGH: ["conv2", "dense", "head"],
        KERNELS: ["conv1", "conv2"],
        DENSE: ["dense", "head"],
    }
    assert list(by_stage(steps)) == [LOW, HIGH, KERNELS, DENSE]
    assert {(step.stage, step.view, step.first) for step in steps} == {
        (LOW, "outputs", "grid"),
        (HIGH, "outputs", "density"),
        (KERNELS, "weights", "tree"),
        (DENSE, "weights", "tree"),
    }
    assert "black" in steps[0].look_for
    assert all(step.look_for.endswith(".") for step in steps)


def test_a_generator_begins_at_its_output() -> None:
    model = keras.Sequential(
        [
            keras.Input((8,)),
            L.Dense(20, activation="relu", name="dense1"),
            L.Dense(32, activation="relu", name="dense2"),
            L.Reshape((4, 4, 2), name="shape"),
            L.Conv2DTranspose(4, 5, strides=2, padding="same", activation="relu", name="up1"),
            L.Conv2DTranspose(4, 5, strides=2, padding="same", activation="relu", name="up2"),
            L.Conv2DTranspose(3, 5, strides=2, padding="same", activation="tanh", name="up3"),
        ]
    )
    # From the output: up3 0, up2 1, up1 2, shape 3, dense2 4, dense1 5.
    assert by_stage(order(model, np.ones((2, 8), "float32"))) == {
        LOW: ["up3", "up2", "up1"],
        HIGH: ["dense2", "dense1"],
        KERNELS: ["up3", "up2", "up1"],
        DENSE: ["dense2", "dense1"],
    }


def test_an_autoencoder_begins_at_both_ends() -> None:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            L.Conv2D(4, 3, strides=2, padding="same", name="in1"),
            L.Conv2D(4, 3, strides=2, padding="same", name="in2"),
            L.Flatten(name="flat"),
            L.Dense(3, name="code"),
            L.Dense(16, name="open"),
            L.Reshape((2, 2, 4), name="shape"),
            L.Conv2DTranspose(4, 3, strides=2, padding="same", name="out2"),
            L.Conv2DTranspose(1, 3, strides=2, padding="same", name="out1"),
        ]
    )
    # Levels 1 2 3 4 3 2 1 0.
    assert by_stage(order(model, np.ones((2, 8, 8, 1), "float32"))) == {
        LOW: ["out1", "in1", "out2", "in2"],
        HIGH: ["open", "code"],
        KERNELS: ["out1", "in1", "out2", "in2"],
        DENSE: ["open", "code"],
    }


def test_of_a_residual_block_what_others_read_stays_a_step() -> None:
    inputs = keras.Input((8, 8, 3))
    x = L.Conv2D(4, 3, padding="same", name="stem")(inputs)
    y = L.BatchNormalization(name="norm1")(x)
    y = L.Activation("relu", name="relu1")(y)
    y = L.Conv2D(4, 3, padding="same", name="conv")(y)
    y = L.BatchNormalization(name="norm2")(y)
    y = L.Add(name="add")([x, y])
    y = L.ReLU(name="relu2")(y)
    y = L.GlobalAveragePooling2D(name="pool")(y)
    model = keras.Model(inputs, L.Dense(2, name="head")(y))
    # Levels: stem 1, norm1 2, relu1 3, conv 4, norm2 5, add 6, relu2 7, pool 8, head 9.
    # The stem is read by norm1 and by add; norm1 and conv by their finishers alone.
    assert by_stage(order(model, nets.IMAGES)) == {
        LOW: ["stem", "relu1"],
        HIGH: ["norm2", "relu2", "pool", "head"],
        KERNELS: ["stem", "conv"],
        DENSE: ["head"],
    }


def test_without_an_image_end_the_inputs_are_the_near_end() -> None:
    model = keras.Sequential(
        [
            keras.Input((8,)),
            L.Dense(6, activation="relu", name="a"),
            L.Dense(4, activation="relu", name="b"),
            L.Dense(2, activation="softmax", name="c"),
        ]
    )
    steps = order(model, np.ones((2, 8), "float32"))
    assert by_stage(steps) == {LOW: ["a"], HIGH: ["b", "c"], DENSE: ["a", "b", "c"]}
    # Features have no picture worth looking at first, however near the input.
    assert [step.first for step in steps] == ["density"] * 3 + ["tree"] * 3


def test_one_layer() -> None:
    conv = keras.Sequential([keras.Input((8, 8, 3)), L.Conv2D(2, 3, name="conv")])
    assert [(s.path, s.view, s.first) for s in order(conv, nets.IMAGES)] == [
        ("conv", "outputs", "grid"),
        ("conv", "weights", "tree"),
    ]
    flat = keras.Sequential([keras.Input((8, 8, 3)), L.Flatten(name="flat")])
    assert order(flat, nets.IMAGES) == ()
    assert analysis_order([]) == ()


def test_a_shared_layer_s_weights_are_one_step() -> None:
    assert by_stage(order(nets.nested(), nets.IMAGES)) == {
        LOW: ["backbone/conv", "backbone/conv:1"],
        HIGH: ["backbone/pool", "backbone/pool:1", "sum", "head"],
        KERNELS: ["backbone/conv"],
        DENSE: ["head"],
    }


def test_sequences_tokens_and_layers_nobody_knows() -> None:
    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            L.Embedding(9, 4, name="tokens"),
            L.Conv1D(3, 2, name="conv"),
            L.LSTM(3, name="memory"),
            nets.Block(name="own"),
        ]
    )
    steps = order(model, np.ones((2, 5), "int32"))
    assert [step.path for step in steps if step.view == "outputs"] == [
        *("tokens", "conv", "memory", "own/inner", "own")
    ]
    assert [step.path for step in steps if step.stage == KERNELS] == ["conv"]
    assert [step.path for step in steps if step.stage == DENSE] == [
        *("tokens", "memory", "own/inner")
    ]


def test_a_chain_goes_through_dropout_but_not_through_a_new_shape() -> None:
    def info(path: str, kind: str, shape: tuple[int | None, ...], *parents: str) -> LayerInfo:
        return LayerInfo(path, path, kind, shape, parents=parents)

    chain = [
        info("conv", "Conv2D", (None, 8, 8, 4)),
        info("drop", "SpatialDropout2D", (None, 8, 8, 4), "conv"),
        info("norm", "BatchNormalization", (None, 8, 8, 4), "drop"),
        info("dense", "Dense", (None, 16), "norm"),
        info("shape", "Reshape", (None, 2, 2, 4), "dense"),
        info("relu", "ReLU", (None, 2, 2, 4), "shape"),
        LayerInfo("scalar", "scalar", "Lambda", (None,), channel_axis=None),
    ]
    assert [step.path for step in analysis_order(chain)] == ["norm", "dense", "relu"]
