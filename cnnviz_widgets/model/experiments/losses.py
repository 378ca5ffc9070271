"""The loss by which a change of the model's outputs is judged: the user's, or a sensible one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...diagnosis.measurements.data.tasks import are_shares
from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ...validation.arrays import number_array, one_for_each
from ...validation.messages import closest, described
from ..keras_compat.losses import compiled_loss, new_loss
from ..reading.side_effects import no_side_effects

Array = NDArray[Any]


def targets_of(model: Any, targets: Any, samples: int) -> list[Array]:
    """The targets as one array for each of the model's outputs, in the order of the outputs.

    Parameters
    ----------
    model : keras.Model
    targets : array, list or dict of array
        A list for several outputs; a dict by the keys of the outputs, or by their names.
    samples : int
        How many samples there are; of more targets the first ones are theirs.

    Raises
    ------
    TypeError, ValueError
        They are no numbers, are not as many arrays as there are outputs, or fewer than the
        samples.
    """
    given = _by_output(model, targets)
    arrays = [number_array("targets", value) for value in given]
    for array in arrays:
        one_for_each("targets", array, samples)
    return arrays


def some_targets_of(model: Any, targets: Any, samples: int) -> list[Array | None]:
    """As `targets_of`, where some outputs may have no targets: None in a list, or no such key.

    Parameters
    ----------
    model, targets, samples
        As `targets_of`.

    Raises
    ------
    TypeError, ValueError
        As `targets_of`; also where no output has any.
    """
    names = output_keys(model)
    given = targets
    if isinstance(targets, Mapping) and names is not None and set(targets) <= set(names):
        given = dict.fromkeys(names) | dict(targets)
    arrays = [
        None if each is None else number_array("targets", each) for each in _by_output(model, given)
    ]
    if all(array is None for array in arrays):
        raise ValueError(f"targets must hold an array for one output at the least; got {targets!r}")
    for array in arrays:
        if array is not None:
            one_for_each("targets", array, samples)
    return arrays


def _by_output(model: Any, targets: Any) -> list[Any]:
    """What was given for each output, in the order of the outputs."""
    expected = _count_outputs(model)
    if isinstance(targets, Mapping):
        given = _in_order(model, targets)
    elif expected == 1 and not (isinstance(targets, (list, tuple)) and len(targets) == 1):
        given = [targets]
    elif isinstance(targets, (list, tuple)) and (expected is not None or _are_arrays(targets)):
        given = list(targets)
    else:
        given = [targets]
    if expected is not None and len(given) != expected:
        raise ValueError(
            f"targets holds {len(given)} array{'s' * (len(given) != 1)}, the model has "
            f"{expected} output{'s' * (expected != 1)}"
        )
    return given


def checked_targets(model: Any, targets: Any, samples: int) -> Any:
    """The targets of the samples in use, as whoever asks for them by that name is to have them.

    Parameters
    ----------
    model, targets, samples
        As `targets_of`; targets may be None.

    Returns
    -------
    ndarray, list of ndarray, or None
        A list for a model of several outputs.

    Raises
    ------
    TypeError, ValueError
        As `targets_of`.
    """
    if targets is None:
        return None
    arrays = [array[:samples] for array in targets_of(model, targets, samples)]
    return arrays[0] if len(arrays) == 1 else arrays


def checked_loss(loss: Any, targets: Any) -> Any:
    """A loss that Keras knows, or one to call; None for none.

    Parameters
    ----------
    loss : str, callable, keras.losses.Loss, or list or dict of these, or None
    targets : object
        What is to be compared: None where nothing is.

    Raises
    ------
    TypeError, ValueError
        Something else, a name that Keras does not know, a function that takes no targets and
        outputs, or a loss without targets.
    """
    if loss is None:
        return None
    for each in keras.tree.flatten(loss):
        _check_one_loss(each)
    if targets is None:
        raise ValueError(
            "a loss needs targets: give targets, one a sample; got "
            f"loss={loss_name(loss)!r} and none"
        )
    return loss


def _check_one_loss(loss: Any) -> None:
    if loss is None:
        return
    if isinstance(loss, type) or not (isinstance(loss, str) or callable(loss)):
        raise TypeError(
            f"loss must be the name of a loss of Keras, a Loss or a function; got {described(loss)}"
        )
    if not isinstance(loss, str):
        if not _takes_two(loss):
            raise TypeError(
                "loss must be a function of targets and outputs, loss(y_true, y_pred); got "
                f"{loss_name(loss)}{inspect.signature(loss)}"
            )
        return
    try:
        keras.losses.get(loss)
    except ValueError:
        near = closest(loss, [name for name in dir(keras.losses) if name[0] != "_"], 3)
        hint = f"; the closest are {', '.join(map(repr, near))}" if near else ""
        raise ValueError(
            f"loss must be the name of a loss of Keras, such as 'mean_squared_error'; got "
            f"{loss!r}{hint}"
        ) from None


def _takes_two(function: Callable[..., Any]) -> bool:
    """Whether a function can be called with targets and outputs; True where that cannot be told."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(None, None)
    except TypeError:
        return False
    return True


def _are_arrays(targets: Sequence[Any]) -> bool:
    """Whether these are arrays, one for each output, and not numbers or rows of them."""
    return all(target is None or len(getattr(target, "shape", ())) > 0 for target in targets)


def _in_order(model: Any, targets: Mapping[str, Any]) -> list[Any]:
    """The entries of a dict, by the keys of the outputs or by their names."""
    names = output_keys(model)
    if names is None:
        return [targets[name] for name in sorted(targets)]
    if set(names) != set(targets):
        raise ValueError(f"targets has the keys {sorted(targets)}, not {sorted(names)}")
    return [targets[name] for name in names]


def output_keys(model: Any) -> list[str] | None:
    """What the outputs are called, in their order; None where the model does not declare them."""
    if isinstance(model, keras.Sequential):
        return [model.layers[-1].name]
    if isinstance(model, keras.Function) and isinstance(model.output, Mapping):
        return sorted(model.output)  # as Keras flattens a dict
    names: list[str] | None = getattr(model, "output_names", None)
    return names


def _count_outputs(model: Any) -> int | None:
    """How many outputs the model declares; a subclassed model declares nothing."""
    if isinstance(model, keras.Sequential):
        return 1
    return len(keras.tree.flatten(model.output)) if isinstance(model, keras.Function) else None


class Loss:
    """A loss of the model's outputs against targets.

    Regularisation and losses that layers add themselves are not in it: no change of outputs
    could be told by them.

    Parameters
    ----------
    model : keras.Model
    loss : str, callable, keras.losses.Loss, or list or dict of these, or None
        None: what the model was compiled with; where it was not, a sensible one by outputs and
        targets. Class numbers and scores of classes: sparse categorical cross-entropy; shares
        that sum to 1: categorical cross-entropy; outputs of a sigmoid: binary cross-entropy;
        anything else of equal shape: mean squared error.
    targets : list of array
        One for each output.
    outputs : tensor, or list or dict of tensor
        What the model returned.
    activations : sequence of str or None
        Name of the last activation before each output, where it is known.

    Attributes
    ----------
    name : str

    Raises
    ------
    ValueError
        If the targets do not fit the outputs.
    """

    def __init__(
        self,
        model: Any,
        loss: Any,
        targets: Sequence[Array],
        outputs: Any,
        activations: Sequence[str | None],
    ) -> None:
        flat = keras.tree.flatten(outputs)
        if len(flat) != len(targets):
            raise ValueError(
                f"targets holds {len(targets)} array{'s' * (len(targets) != 1)}, the model "
                f"returns {len(flat)} output{'s' * (len(flat) != 1)}"
            )
        weights = None
        if loss is None:
            loss, weights = compiled_loss(model)
        if loss is None:
            chosen = [
                sensible_loss(np.asarray(output), target, activation)
                for output, target, activation in zip(flat, targets, activations, strict=True)
            ]
            loss = chosen[0] if len(chosen) == 1 else keras.tree.pack_sequence_as(outputs, chosen)
        self.name = ", ".join(dict.fromkeys(map(loss_name, keras.tree.flatten(loss))))
        self._model = model
        self._targets = list(targets)
        names = getattr(model, "output_names", None)
        try:
            # One of our own: the model's keeps what it has seen.
            self._loss = new_loss(loss, weights, None if len(flat) != len(names or flat) else names)
        except Exception as error:
            raise ValueError(f"loss {self.name} is none for this model: {error}") from error

    def __call__(self, outputs: Any, targets: Sequence[Array] | None = None) -> float:
        """The mean loss over the samples, as a number; raises as `tensor`."""
        return float(self.tensor(outputs, targets))

    def tensor(self, outputs: Any, targets: Sequence[Array] | None = None) -> Any:
        """The mean loss over the samples, through which gradients go.

        Parameters
        ----------
        outputs : tensor, or list or dict of tensor
        targets : list of array, optional
            Default: those that it was made with.

        Raises
        ------
        ValueError
            If targets and outputs do not suit the loss.
        """
        given = self._targets if targets is None else targets
        wanted = [keras.ops.convert_to_tensor(target) for target in given]
        alone, interrupts = no_side_effects(self._model), interrupts_kept()
        try:
            with surely(alone, interrupts), alone, interrupts:
                losses = self._loss(keras.tree.pack_sequence_as(outputs, wanted), outputs)
                # A loss that does not reduce gives one number a sample.
                return keras.ops.mean(losses)
        except Exception as error:
            shapes = [tuple(output.shape) for output in keras.tree.flatten(outputs)]
            raise ValueError(
                f"the loss {self.name} cannot compare targets of shape "
                f"{_shapes(target.shape for target in given)} with outputs of shape "
                f"{_shapes(shapes)}: {error}"
            ) from error


def _shapes(shapes: Any) -> str:
    return ", ".join(str(tuple(shape)) for shape in shapes)


def loss_name(loss: Any) -> str:
    """What a loss is called."""
    if loss is None or isinstance(loss, str):
        return str(loss).lower().replace(" ", "_")
    return str(getattr(loss, "__name__", None) or getattr(loss, "name", type(loss).__name__))


def sensible_loss(output: Array, target: Array, activation: str | None) -> Any:
    """A loss for one output that the user has named none for.

    Parameters
    ----------
    output, target : ndarray
    activation : str or None
        The last one before the output, where it is known.

    Raises
    ------
    ValueError
        If the target does not fit the output.
    """
    gives_shares = are_shares(output)
    is_class = target.shape in (output.shape[:-1], (*output.shape[:-1], 1))
    if output.shape[-1:] > (1,) and is_class and target.dtype.kind in "iu":
        classes = output.shape[-1]
        if target.min() < 0 or target.max() >= classes:
            low, high = target.min(), target.max()
            numbers = f" from {low} to {high}" if low < high else f", all {low}"
            raise ValueError(
                f"targets are numbers of classes{numbers}; the model tells "
                f"{classes} classes apart, 0 to {classes - 1}"
            )
        is_probability = activation == "softmax" or gives_shares
        return keras.losses.SparseCategoricalCrossentropy(from_logits=not is_probability)
    if target.shape not in (output.shape, output.shape[:-1] if output.shape[-1:] == (1,) else ()):
        raise ValueError(
            f"targets of shape {target.shape} do not fit outputs of shape {output.shape}"
        )
    if target.min() >= 0 and target.max() <= 1:
        if output.ndim == 2 and gives_shares:
            return "categorical_crossentropy"
        if activation == "sigmoid":
            return "binary_crossentropy"
    return "mean_squared_error"
