"""What a layer, a model or a variable keeps of itself that Keras offers no way to ask for."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras


def is_of_keras(thing: Any) -> bool:
    """Whether a class or function is one of Keras' own.

    By the name of its package, which is ``keras.src`` from 3.0 on and was ``keras`` before.
    """
    module: str = thing.__module__
    return module.partition(".")[0] == "keras"


def inner_layers(layer: Any, *, itself: bool = True) -> list[Any]:
    """A layer and all layers inside it, the outer ones first (3.8: ``_flatten_layers``).

    ``Model.layers`` has only the next ones, and a layer offers none. Missing: nothing can be read.
    """
    layers: list[Any] = layer._flatten_layers(include_self=itself)
    return layers


def stack_of(sequential: Any) -> list[Any]:
    """What a sequential model was made of, its input layer too (3.8: ``_layers``).

    ``Sequential.layers`` leaves the input layer out. Missing: such a model has no reference.
    """
    layers: list[Any] = sequential._layers
    return layers


def uses_flash_attention(layer: Any) -> bool:
    """Whether an attention layer makes no weights (3.7: ``_flash_attention``).

    The switch can be read of Keras as a whole only. Missing: no layer is of that kind.
    """
    return bool(getattr(layer, "_flash_attention", False))


def attention_axes(layer: Any) -> int:
    """Over how many axes of tokens a layer attends (3.8: ``_attention_axes``); 0 if it keeps none.

    Missing: it is a layer of one axis.
    """
    return len(getattr(layer, "_attention_axes", None) or ())


class CallNotes(NamedTuple):
    """What a layer has noted of its last call (3.8).

    A call clears the losses of the one before, which a training loop may still be about to add up,
    and there is no public way to put them back. Missing: no model can be read, as it would not be
    left untouched.
    """

    losses: list[Any]
    loss_ids: set[Any]
    called: bool

    @classmethod
    def of(cls, layer: Any) -> CallNotes:
        """The notes as they are now."""
        return cls(list(layer._losses), set(layer._loss_ids), layer._called)

    def put_back(self, layer: Any) -> None:
        """Have the layer the notes again; in place, as Keras holds on to the very containers."""
        layer._losses[:] = self.losses
        layer._loss_ids.clear()
        layer._loss_ids.update(self.loss_ids)
        # Not by the attribute, which Keras would track.
        vars(layer)["_called"] = self.called


def tracked_contents(value: Any) -> Any:
    """The plain container in which a tracked one keeps its items; any other value itself.

    Keras tracks what a layer's attributes hold by a ``Tracker`` (3.8). TensorFlow wraps some dicts
    (``__wrapped__``) and keeps the items of some lists in an attribute of theirs (``_storage``,
    2.18). Missing: what is inside is not put back where building a model fails.
    """
    value = getattr(value, "__wrapped__", value)
    is_wrapper = isinstance(value, list) and "_storage" in getattr(value, "__dict__", {})
    return vars(value) if is_wrapper or type(value).__name__ == "Tracker" else value


def copy_mask(tensor: Any, of: Any) -> None:
    """Have a tensor the mask of another one, if that has one.

    From 3.8 on layers hand masks to one another by ``_keras_mask``. Missing: the layers after it
    see no mask.
    """
    if hasattr(of, "_keras_mask"):
        tensor._keras_mask = of._keras_mask


def lambda_output_shape(layer: Any) -> Any:
    """What a ``Lambda`` was told of its output's shape (3.8: ``_output_shape``).

    Its configuration has it as code. Missing: such a layer has no reference.
    """
    return layer._output_shape


def initializer_of(variable: Any) -> Any:
    """What a variable that is not yet drawn will be drawn by (3.8: ``_initializer``).

    None where there is nothing, or where Keras does not tell: then such a weight is not compared
    with a newly drawn one.
    """
    return getattr(variable, "_initializer", None)


def bring_weights_up_to_date(model: Any) -> None:
    """Have a model in training the weights that were trained.

    On JAX training works on copies (3.8: ``jax_state_sync``, undocumented); no other backend's
    model has the method, and needs it.
    """
    if hasattr(model, "jax_state_sync"):
        model.jax_state_sync()


def is_concrete(tensor: Any) -> bool:
    """Whether a tensor has values, and is no placeholder in something that is being traced.

    TensorFlow's has a method for its values, and JAX offers no test for its tracers. Missing:
    layers inside compiled loops are taken for readable, and reading them raises.
    """
    if keras.backend.backend() == "jax":
        return "Tracer" not in type(tensor).__name__
    return hasattr(tensor, "numpy")


# Attributes that change when a layer is called (3.8). A name too many costs nothing; one that is
# missing makes each look at a model that was called meanwhile trace it anew.
BOOKS_OF_LAYERS = frozenset(
    {
        "_auto_config",
        "_build_shapes_dict",
        "_called",
        "_inbound_nodes",
        "_input_spec",
        "_lock",
        "_loss_ids",
        "_losses",
        "_losses_override",
        "_metrics",
        "_nodes",
        "_nodes_by_depth",
        "_operations_by_depth",
        "_outbound_nodes",
        "_saved_model_arg_spec",
        "_saved_model_inputs_spec",
        "_tracked",
        "_tracker",
    }
)
# Attributes that change when a model is compiled, trained or used (3.8; younger is
# `_compiled_trainable_state`).
BOOKS_OF_MODELS = frozenset(
    {
        "_compile_config",
        "_compile_loss",
        "_compile_metrics",
        "_compiled_trainable_state",
        "_compute_loss_has_training_arg",
        "_distribute_strategy",
        "_eval_epoch_iterator",
        "_initial_epoch",
        "_jax_state",
        "_jax_state_synced",
        "_jit_compile",
        "_loss_tracker",
        "compiled",
        "history",
        "loss",
        "optimizer",
        "predict_function",
        "steps_per_execution",
        "stop_evaluating",
        "stop_predicting",
        "stop_training",
        "test_function",
        "train_function",
        "unrolled_steps_per_execution",
    }
)


def is_book(name: str) -> bool:
    """Whether an attribute is one in which Keras, or TensorFlow's tracking, keeps its books."""
    return name in BOOKS_OF_LAYERS or name in BOOKS_OF_MODELS or name.startswith("_self_")
