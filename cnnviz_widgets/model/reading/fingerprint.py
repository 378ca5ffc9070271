"""Telling whether a model is still the one that was traced.

A compiled function reads the present values of the weights, so training needs no new trace.
Anything else that a layer's call may depend on does: another layer, another activation, another
rate, another data type. All attributes of all layers are compared, but for those in which Keras
keeps its books while a model is called, compiled and trained.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from ..layers.call_order import parts

# Attributes that change when a layer is called.
_BOOKS_OF_LAYERS = frozenset(
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
# Attributes that change when a model is compiled, trained or used.
_BOOKS_OF_MODELS = frozenset(
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
_BOOKS = _BOOKS_OF_LAYERS | _BOOKS_OF_MODELS


class _Same:
    """Equal to another only when both hold the very same object.

    It keeps the object alive: a bare ``id`` may be given to a new one.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    __hash__ = None  # type: ignore[assignment]


Fingerprint = list[tuple[_Same, Any, dict[str, Any]]]


def fingerprint(model: Any) -> Fingerprint:
    """What the model's graph depends on; equal to a later one as long as nothing of it changed.

    Changes inside an object that an attribute refers to, other than a list, tuple, dict, set or
    NumPy array, are not seen.
    """
    return [
        (
            _Same(layer),
            _Same(type(layer).call),
            {
                name: _token(value)
                for name, value in vars(layer).items()
                if name not in _BOOKS and not name.startswith("_self_")
            },
        )
        for layer in parts(model)
    ]


def _token(value: Any, depth: int = 4) -> Any:
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        # By its text: 1, 1.0 and True are equal and not the same, NaN is not equal to itself.
        return (type(value).__name__, repr(value))
    if isinstance(value, np.ndarray) and value.dtype.kind != "O":
        content = np.ascontiguousarray(value).view(np.uint8) if value.size else value
        return (value.shape, str(value.dtype), hashlib.sha1(content.data).hexdigest())
    if depth:
        if isinstance(value, dict):
            return [(_token(k, depth - 1), _token(v, depth - 1)) for k, v in value.items()]
        if isinstance(value, (list, tuple, set, frozenset)):
            return (type(value).__name__, [_token(item, depth - 1) for item in value])
    return _Same(value)
