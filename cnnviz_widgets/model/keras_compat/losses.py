"""The loss that a model was compiled with, and one of our own that is like it."""

from __future__ import annotations

from typing import Any

from keras.src.trainers.compile_utils import CompileLoss


def compiled_loss(model: Any) -> tuple[Any, Any]:
    """The loss that a model was compiled with, and the weights of its parts, as the user gave them.

    ``(None, None)`` for a model that was not compiled. ``model.loss`` keeps the loss, and nothing
    keeps the weights but ``_compile_loss`` (3.8). Missing: a sensible loss is chosen.
    """
    compiled = getattr(model, "_compile_loss", None)
    return (None, None) if compiled is None else (compiled._user_loss, compiled._user_loss_weights)


def new_loss(loss: Any, weights: Any, names: Any) -> Any:
    """A loss that treats structures of outputs and targets as a model's own does.

    The model's keeps what it has seen, and its class has no public name (3.8). Missing: this
    module cannot be imported, and with it nothing that judges by a loss.
    """
    return CompileLoss(loss, weights, output_names=names)


def is_corrected(output: Any) -> bool:
    """Whether Keras takes the logits behind an output, whatever a cross-entropy was told.

    On TensorFlow what a softmax or sigmoid puts out has a note of what it read
    (3.8: ``_keras_logits``), which every cross-entropy looks for. Any layer in between loses it.
    Missing: such a loss is told as one that Keras does not correct.
    """
    return hasattr(output, "_keras_logits")
