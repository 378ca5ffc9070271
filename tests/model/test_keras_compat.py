"""What is used of Keras that is private: it is still there, and used in one place only."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L
from keras.src.backend.common import global_state

import cnnviz_widgets
from cnnviz_widgets.model.keras_compat import graph, layers, losses, quantised, scopes
from cnnviz_widgets.model.keras_compat.random_numbers import (
    OF_KERAS,
    OF_TENSORFLOW,
    tensorflow_state,
)
from cnnviz_widgets.model.keras_compat.traced_functions import body_of

from . import nets

MODEL = Path(cnnviz_widgets.__file__).parent / "model"
VERSION = tuple(map(int, keras.version().split(".")[:2]))


def functional() -> Any:
    return nets.nested()


def tensor() -> Any:
    return functional().inputs[0]


def compiled() -> Any:
    model = nets.sequential()
    model.compile("sgd", ["mse"], loss_weights=[2.0])
    model.train_on_batch(nets.IMAGES, np.zeros((4, 2)))
    return model


def quantised_dense(mode: str) -> Any:
    layer = L.Dense(4)
    layer.build((None, 8))
    layer.quantize(mode)
    return layer


def quantised_einsum() -> Any:
    layer = L.EinsumDense("ab,bc->ac", 4)
    layer.build((None, 8))
    layer.quantize("int8")
    return layer


def tensorflow_context() -> Any:
    from tensorflow.python.eager import context

    return context.context()


def keras_history() -> Any:
    return graph.origin(functional().outputs[0]).operation


# Whose they are, since which version of Keras, and the names. A name that has gone: see in
# `keras_compat` what comes of it, and what the new Keras has in its place.
PRIVATE: list[tuple[Callable[[], Any], tuple[int, int], tuple[str, ...]]] = [
    (tensor, (3, 8), ("_keras_history",)),
    (functional, (3, 8), ("_nodes_by_depth", "_outputs_struct", "_flatten_layers")),
    (keras_history, (3, 8), ("_inbound_nodes", "_auto_config")),
    (nets.sequential, (3, 8), ("_layers",)),
    (lambda: L.Dense(2), (3, 8), ("_losses", "_loss_ids", "_called", "_tracker")),
    (lambda: L.Lambda(abs), (3, 8), ("_output_shape",)),
    (compiled, (3, 8), ("_compile_loss", "_compile_metrics", "_loss_tracker")),
    (lambda: compiled()._compile_loss, (3, 8), ("_user_loss", "_user_loss_weights")),
    (lambda: quantised_dense("int8"), (3, 8), ("quantization_mode", "_kernel", "kernel_scale")),
    (lambda: quantised_dense("int4"), (3, 12), ("_orig_input_dim", "_orig_output_dim")),
    (
        quantised_einsum,
        (3, 8),
        ("_kernel_squeeze_axes", "_kernel_expand_axes", "_kernel_transpose_axes"),
    ),
]


@pytest.mark.parametrize(("make", "since", "names"), PRIVATE)
def test_each_private_name_is_still_there(
    make: Callable[[], Any], since: tuple[int, int], names: tuple[str, ...]
) -> None:
    if since > VERSION:
        pytest.skip(f"since Keras {since}")
    owner = make()
    assert [name for name in names if not hasattr(owner, name)] == []


def test_books_are_attributes_that_keras_has() -> None:
    model = compiled()
    model.fit(nets.IMAGES, np.zeros((4, 2)), verbose=0)
    model.evaluate(nets.IMAGES, np.zeros((4, 2)), verbose=0)
    model.predict(nets.IMAGES, verbose=0)
    both = [*layers.inner_layers(functional()), *layers.inner_layers(model)]
    present = {name for each in both for name in vars(each)}
    # These come with a loop of one's own, with JAX, with another Keras.
    rare = {
        *("_losses_override", "_tracked", "_compiled_trainable_state", "_jax_state"),
        *("_jax_state_synced", "_compile_config", "_eval_epoch_iterator", "_initial_epoch"),
    }
    assert (layers.BOOKS_OF_LAYERS | layers.BOOKS_OF_MODELS) - present <= rare
    assert layers.is_book("_called") and not layers.is_book("activation")


def test_a_graph_is_read() -> None:
    model = functional()
    operation, node = graph.origin(model.outputs[0])
    assert operation is model.get_layer("head")
    assert node in graph.nodes_of(operation)
    assert graph.origin(model.inputs[0]).operation is model.layers[0]
    names = [each.operation.name for each in graph.executed_nodes(model)]
    assert sorted(names) == ["backbone", "backbone", "half", "head", "sum"]
    assert names[-1] == "head"
    assert graph.as_output(model, ["head"]) == "head"
    arguments = graph.constructor_arguments(model.layers[0])
    assert arguments is not None and arguments["batch_shape"] is None


def test_a_copied_tensor_is_called_after_the_one_it_is_a_copy_of() -> None:
    inputs = keras.Input((4,))
    middle, head = L.Dense(3)(inputs), L.Dense(2)
    end = head(middle)
    keras.Model(middle, end)
    first, second = [node.outputs[0].name for node in graph.nodes_of(head)]
    assert second == first + graph.COPY_SUFFIX


def test_a_function_that_a_graph_calls_is_looked_into() -> None:
    import tensorflow as tf

    inner = tf.function(lambda x: tf.nn.relu(x) + 1)
    traced = tf.function(inner).get_concrete_function(tf.TensorSpec((2,), tf.float32)).graph
    call = next(op for op in traced.get_operations() if op.type.endswith("PartitionedCall"))
    body = body_of(call)
    assert len(body.inputs) == len(call.inputs) and len(body.outputs) == len(call.outputs)
    assert "Relu" in {op.type for op in body.get_operations()}


def test_layers_inside_and_stacks() -> None:
    model = nets.sequential()
    assert layers.inner_layers(model)[0] is model
    assert layers.inner_layers(model, itself=False)[1:] == model.layers
    first, *others = layers.stack_of(model)
    assert type(first).__name__ == "InputLayer"
    assert others == model.layers
    assert layers.is_of_keras(L.Dense) and not layers.is_of_keras(nets.Block)


def test_what_a_call_notes_is_put_back() -> None:
    layer = L.Dense(2, activity_regularizer="l2")
    layer(np.ones((1, 3), "float32"))
    notes = layers.CallNotes.of(layer)
    assert len(notes.losses) == 1
    layer(np.ones((1, 3), "float32"))
    assert layer.losses[0] is not notes.losses[0]
    notes.put_back(layer)
    assert layer.losses[0] is notes.losses[0]


def test_tracked_containers_and_what_is_inside() -> None:
    layer = L.Dense(2)
    tracker = vars(layer)["_tracker"]
    assert layers.tracked_contents(tracker) is vars(tracker)
    plain = [1]
    assert layers.tracked_contents(plain) is plain


def test_masks_losses_initialisers_and_shapes() -> None:
    masked = L.Masking()(np.zeros((1, 2, 3), "float32"))
    other = keras.ops.zeros((1, 2, 3))
    layers.copy_mask(other, of=masked)
    assert other._keras_mask is masked._keras_mask
    assert losses.compiled_loss(compiled()) == (["mse"], [2.0])
    assert losses.compiled_loss(nets.sequential()) == (None, None)
    ones = np.ones((2, 2), "float32")
    assert float(losses.new_loss("mse", None, None)(ones, 3 * ones)) == 4.0
    softmax = keras.activations.softmax(ones)
    assert losses.is_corrected(softmax) == (keras.backend.backend() == "tensorflow")
    assert not losses.is_corrected(ones)
    assert layers.lambda_output_shape(L.Lambda(abs, output_shape=(3,))) == (3,)
    with scopes.nothing_waits(), keras.StatelessScope(initialize_variables=False):
        waiting = L.Dense(2, kernel_initializer="ones")
        waiting.build((None, 3))
    assert isinstance(layers.initializer_of(waiting.kernel), keras.initializers.Ones)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="of TensorFlow")
def test_scopes_and_seeds_of_tensorflow_are_still_there() -> None:
    state = tensorflow_context()._thread_local_data
    assert [name for name in scopes.SCOPES_OF_TENSORFLOW if not hasattr(state, name)] == []
    keras.utils.set_random_seed(3)
    assert [name for name in OF_TENSORFLOW if name not in tensorflow_state()] == []


def test_keras_still_keeps_its_scopes_under_these_names() -> None:
    """Each is looked for in the text of Keras: most exist only while they last."""
    source = Path(keras.src.__file__).parent
    names = {*scopes.SCOPES_OF_KERAS, *scopes.STACKS_OF_KERAS, *OF_KERAS, scopes.WAITING_VARIABLES}
    names -= {"remat_scope_stack"} if VERSION < (3, 9) else set()
    for path in source.rglob("*.py"):
        text = path.read_text()
        names = {name for name in names if f'"{name}"' not in text}
    assert names == set()


def test_a_scope_tells_whether_it_was_entered() -> None:
    scope = keras.StatelessScope()
    assert not scopes.was_entered(scope)
    with scope:
        assert scopes.was_entered(scope)


def test_what_waits_to_be_drawn_is_as_it_was() -> None:
    before = scopes.get_global(scopes.WAITING_VARIABLES, [])
    with scopes.nothing_waits():
        scopes.get_global(scopes.WAITING_VARIABLES).append(1)
    assert global_state.get_global_attribute(scopes.WAITING_VARIABLES) is before
    assert before == []


@pytest.mark.parametrize("mode", ["int8", "float8"])
def test_quantised_layers(mode: str) -> None:
    layer = quantised_dense(mode)
    assert quantised.mode_of(layer) == mode
    assert quantised.kept_by(layer, quantised.MAIN["kernel"]) is not None
    assert any(part is layer.kernel_scale for part in quantised.beside(layer))
    assert quantised.mode_of(L.Dense(2)) is None


# Names that no other file may spell: what is private, and modules without a public name.
NAMES = {name for _, _, names in PRIVATE for name in names if name.startswith("_")} | {
    *("_keras_mask", "_initializer", "_thread_local_data", "_int4_unpacked_column_size"),
}


def private_uses(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and not _is_own(node.value):
            found |= {node.attr} & NAMES
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value} & NAMES
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names]
            modules = [getattr(node, "module", None) or "", *names]
            found |= {
                each for each in modules if each.startswith(("keras.src", "tensorflow.python"))
            }
    return found


def _is_own(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id == "self"


def test_nothing_private_of_keras_is_used_anywhere_else() -> None:
    compat = MODEL / "keras_compat"
    wrong = {
        str(path.relative_to(MODEL)): uses
        for path in sorted(MODEL.rglob("*.py"))
        if compat not in path.parents and (uses := private_uses(path))
    }
    assert wrong == {}
    assert set().union(*map(private_uses, compat.glob("*.py"))) >= {"_keras_history", "_losses"}
