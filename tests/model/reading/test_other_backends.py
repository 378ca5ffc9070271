"""Models on a Keras backend other than TensorFlow, which must then not be loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys
import numpy as np
import keras
from keras import layers as L
from cnnviz_widgets.model import ModelProbe
loaded_by_keras = "tensorflow" in sys.modules

inner = keras.Sequential([L.Conv2D(2, 3, name="conv"), L.Dropout(0.5, name="drop")], name="inner")
inputs = keras.Input((8, 8, 3))
model = keras.Model(inputs, L.Dense(2, name="head")(L.Flatten(name="flat")(inner(inputs) * 2.0)))
x = np.ones((3, 8, 8, 3), "float32")
for budget in (0, 2**30):
    probe = ModelProbe(model, x, memory_budget=budget)
    shapes = probe.stream(lambda info, array: array.shape)
    assert shapes == {
        "inner/conv": (3, 6, 6, 2), "inner/drop": (3, 6, 6, 2), "flat": (3, 72), "head": (3, 2)
    }, shapes
np.testing.assert_allclose(probe.outputs("head"), model(x), rtol=1e-5)
assert [info.level for info in probe.layers] == [1, 2, 3, 4]
assert ("tensorflow" in sys.modules) == loaded_by_keras
print("read on", keras.backend.backend())
"""


def test_jax_backend() -> None:
    pytest.importorskip("jax")
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": "jax"},
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "read on jax"
