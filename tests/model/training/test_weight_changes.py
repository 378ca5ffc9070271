"""Norms and changes of weights, against numbers worked out by hand or by NumPy at once."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.model.training import weight_changes
from cnnviz_widgets.model.training.weight_changes import (
    MOST_COMPARED,
    WeightChanges,
    gradients_by_variable,
)


def dense(kernel: Any, bias: Any) -> Any:
    kernel = np.asarray(kernel, "float32")
    layer = L.Dense(kernel.shape[1])
    layer.build((None, kernel.shape[0]))
    layer.set_weights([kernel, np.asarray(bias, "float32")])
    return layer


def test_norm_and_change_by_hand() -> None:
    layer = dense([[3.0], [0.0]], [4.0])
    changes = WeightChanges()
    first = changes.look({"a": layer})["a"]
    assert first.norm == 5
    assert math.isnan(first.change)
    assert math.isnan(first.gradient_norm)
    layer.set_weights([np.array([[3.0], [1.0]], "float32"), np.array([4.0], "float32")])
    assert changes.look({"a": layer})["a"].change == pytest.approx(1 / 5)
    assert changes.look({"a": layer})["a"].change == 0  # frozen


def test_a_look_again_does_not_count_as_one_more() -> None:
    layer = dense([[1.0]], [0.0])
    changes = WeightChanges()
    changes.look({"a": layer})
    layer.set_weights([np.array([[1.5]], "float32"), np.zeros(1, "float32")])
    assert changes.look({"a": layer})["a"].change == 0.5
    assert changes.look({"a": layer}, again=True)["a"].change == 0.5
    assert changes.look({"a": layer})["a"].change == 0


@pytest.mark.parametrize("scale", [1e-35, 1e-20, 1.0, 1e20, 1e35])
def test_extreme_weights_against_float64(scale: float) -> None:
    rng = np.random.default_rng(0)
    before, after = rng.normal(size=(2, 300, 70)) * scale
    layer = dense(before, np.zeros(70))
    changes = WeightChanges()
    norm = changes.look({"a": layer})["a"].norm
    layer.set_weights([after.astype("float32"), np.zeros(70, "float32")])
    assert norm == pytest.approx(np.linalg.norm(before), rel=1e-5)
    expected = np.linalg.norm(after - before) / np.linalg.norm(before)
    assert changes.look({"a": layer})["a"].change == pytest.approx(expected, rel=1e-5)


def test_a_tiny_move_is_one() -> None:
    """Its square vanishes in float32; the layer is not frozen all the same."""
    layer = dense([[1.0]], [0.0])
    changes = WeightChanges()
    changes.look({"a": layer})
    layer.set_weights([np.ones((1, 1), "float32"), np.array([1e-30], "float32")])
    assert changes.look({"a": layer})["a"].change == pytest.approx(1e-30)


def test_zero_and_nonfinite_weights() -> None:
    layer = dense([[0.0], [0.0]], [0.0])
    changes = WeightChanges()
    assert changes.look({"a": layer})["a"].norm == 0
    assert changes.look({"a": layer})["a"].change == 0
    layer.set_weights([np.array([[np.nan], [1.0]], "float32"), np.array([np.inf], "float32")])
    health = changes.look({"a": layer})["a"]
    assert health.nonfinite == 2
    assert math.isnan(health.norm)
    assert math.isnan(health.change) or math.isinf(health.change)


def test_a_large_weight_is_compared_at_evenly_spread_places() -> None:
    """A step that divides the width would leave out all channels but some."""
    rng = np.random.default_rng(0)
    before = rng.normal(size=(2**13, 2**8)).astype("float32")
    layer = dense(before, np.zeros(2**8))
    changes = WeightChanges()
    assert changes.look({"a": layer})["a"].norm == pytest.approx(np.linalg.norm(before), rel=1e-5)
    sizes = [array.size for array in changes._last["a"].values()]
    assert max(sizes) <= MOST_COMPARED
    for channel in (0, 1, 100, 255):
        after = before.copy()
        after[:, channel] += 1
        layer.set_weights([after, np.zeros(2**8, "float32")])
        expected = np.linalg.norm(after - before) / np.linalg.norm(before)
        assert changes.look({"a": layer})["a"].change == pytest.approx(expected, rel=0.05)
        layer.set_weights([before, np.zeros(2**8, "float32")])
        changes.look({"a": layer})


def test_a_layer_rebuilt_is_not_compared() -> None:
    changes = WeightChanges()
    changes.look({"a": dense(np.ones((2, 3)), np.zeros(3))})
    assert math.isnan(changes.look({"a": dense(np.ones((3, 2)), np.zeros(2))})["a"].change)


def test_shared_layers_and_blocks_are_told_of_once() -> None:
    layer = dense([[3.0]], [4.0])
    inner = dense([[1.0]], [0.0])
    block = keras.Sequential([keras.Input((1,)), inner])
    found = WeightChanges().look(
        {"a": layer, "a:1": layer, "flat": L.Flatten(), "block/in": inner, "block": block}
    )
    assert set(found) == {"a", "block/in"}


# Gradients ---------------------------------------------------------------------------------


def small() -> Any:
    return keras.Sequential(
        [keras.Input((4,)), L.Dense(3, name="one"), L.Dense(2, name="two", use_bias=False)]
    )


def looked(model: Any, gradients: Any) -> dict[str, float]:
    layers = {layer.name: layer for layer in model.layers}
    found = WeightChanges().look(layers, gradients_by_variable(model, gradients))
    return {path: health.gradient_norm for path, health in found.items()}


def test_gradients_in_order_and_by_path() -> None:
    model = small()
    given = [np.full((4, 3), 1.0, "float32"), None, keras.ops.ones((3, 2)) * 2]
    expected = {"one": math.sqrt(12), "two": math.sqrt(24)}
    assert looked(model, given) == pytest.approx(expected)
    assert looked(model, tuple(given)) == pytest.approx(expected)
    paths = [variable.path for variable in model.trainable_variables]
    assert looked(model, dict(zip(paths, given, strict=True))) == pytest.approx(expected)
    assert math.isnan(looked(model, [None, None, given[2]])["one"])
    assert looked(model, [given[0] * 0, None, None])["one"] == 0


def test_gradients_of_a_tape_and_sparse_ones() -> None:
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("a tape is TensorFlow's")
    model = keras.Sequential([keras.Input((2,)), L.Embedding(5, 3, name="one")])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(np.array([[1, 1]])))
    gradients = tape.gradient(loss, model.trainable_variables)
    assert isinstance(gradients[0], tf.IndexedSlices)
    # The one row is used twice: 2 in each of its three numbers.
    assert looked(model, gradients)["one"] == pytest.approx(math.sqrt(12))


def test_wrong_gradients_are_named() -> None:
    model = small()
    with pytest.raises(ValueError, match="model's 3 trainable variables; got 1"):
        gradients_by_variable(model, [None])
    with pytest.raises(ValueError, match="no 'head'"):
        gradients_by_variable(model, {"head": None})
    with pytest.raises(TypeError, match="got ndarray"):
        gradients_by_variable(model, np.zeros(3))


def test_no_weight_takes_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_changes, "MOST_COMPARED", 10)
    changes = WeightChanges()
    layer = dense(np.ones((37, 3)), np.zeros(3))
    for _ in range(3):
        changes.look({"a": layer})
    kept = [
        array.size for moment in (changes._before, changes._last) for array in moment["a"].values()
    ]
    assert max(kept) <= 10
