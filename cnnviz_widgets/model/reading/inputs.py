"""From what a user gives as inputs to one checked batch that the model can be called on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...runtime.call_stack import surely
from ...runtime.interrupts import interrupts_kept
from ...validation.arrays import refuse_masked
from ...validation.scalars import whole_number
from ..keras_compat.graph import origin

DATASET_SAMPLES = 64
"""How many samples are taken from a dataset when the user names no number."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Expected:
    """What the model declares of one of its inputs."""

    name: str
    key: str | None
    shape: tuple[int | None, ...]
    dtype: str

    def __str__(self) -> str:
        return f"input '{self.name}' of shape {self.shape} and dtype {self.dtype}"


def prepare(model: Any, inputs: Any, samples: int | None) -> Any:
    """One batch for the model, in the structure it is called with, as read-only NumPy arrays.

    Parameters
    ----------
    model : keras.Model
    inputs : array, tensor, list, tuple or dict of these, tf.data.Dataset or keras.utils.PyDataset
        A list or dict for a model with several inputs. Of a dataset's elements ``(x, y)`` or
        ``(x, y, weights)`` the x are used, from as many batches as it takes. Text may be a tensor,
        a list of strings, or an array of strings, of bytes or of such objects.
    samples : int or None
        At most this many samples, the first ones. None: all that are given, and of a dataset
        the first `DATASET_SAMPLES`.

    Returns
    -------
    array, list or dict of array

    Raises
    ------
    TypeError
        For something that is no batch of numbers or of text.
    ValueError
        For a batch that is empty or does not fit the model.
    """
    if samples is not None:
        samples = whole_number("samples", samples, 1)
    expected = declared_inputs(model)
    if inputs is None:
        raise ValueError(f"no inputs: give a few samples to read the model on{_hint(expected)}")
    if isinstance(inputs, type):
        raise TypeError(f"inputs must be arrays, not the class {inputs.__name__}")
    if (batches := batches_of(inputs)) is not None:
        inputs = _from_batches(batches, DATASET_SAMPLES if samples is None else int(samples))
    given = _arrays(inputs, expected)
    if expected is not None:
        given = _match(given, expected)
    flat = [np.asarray(value) for value in keras.tree.flatten(given)]
    names = _names(given, expected)
    _check_lengths(flat, names)
    if expected is not None:
        flat = [_fit(array, want) for array, want in zip(flat, expected, strict=True)]
    if samples is not None:
        flat = [array[: int(samples)] for array in flat]
    flat = [_own(array) for array in flat]
    if expected is not None and isinstance(model, keras.Function):
        return keras.tree.pack_sequence_as(model.input, flat)
    if expected is not None:
        return flat[0]  # a sequential model has one input
    return keras.tree.pack_sequence_as(given, flat)


def count_nonfinite(inputs: Any) -> int:
    """How many values in all input arrays are NaN or infinite."""
    return sum(
        int(array.size - np.count_nonzero(np.isfinite(array)))
        for array in keras.tree.flatten(inputs)
        if np.issubdtype(array.dtype, np.inexact)
    )


def input_names(model: Any, inputs: Any) -> tuple[str, ...]:
    """What each of the model's inputs is called, in the order in which the batch's arrays stand.

    Parameters
    ----------
    model : keras.Model
    inputs : array, list or dict of array
        As `prepare` returned it.

    Returns
    -------
    tuple of str
        The key in a dict, the name of a functional model's input layer, else ``input``, and
        ``input[1]`` or the like of several.
    """
    places = [place for place, _ in keras.tree.flatten_with_path(inputs)]
    layers: list[Any] = [None] * len(places)
    if isinstance(model, keras.Function) and len(model.inputs) == len(places):
        layers = [origin(tensor).operation for tensor in model.inputs]
    return tuple(
        place[-1]
        if place and isinstance(place[-1], str)
        else layer.name
        if layer is not None
        else "input" + "".join(f"[{step}]" for step in place)
        for place, layer in zip(places, layers, strict=True)
    )


def declared_inputs(model: Any) -> list[Expected] | None:
    """What the model declares of its inputs, or None for one that declares nothing.

    Functional models and built sequential ones declare; subclassed ones take what comes.
    """
    if isinstance(model, keras.Function):
        places = keras.tree.flatten_with_path(model.input)
    elif isinstance(model, keras.Sequential) and model.built and getattr(model, "inputs", None):
        places = [((), tensor) for tensor in model.inputs]
    else:
        return None
    expected = []
    for place, tensor in places:
        key = str(place[-1]) if place and isinstance(place[-1], str) else None
        # The batch a model was first built on binds nobody: Keras itself ignores its length.
        shape = (None, *tensor.shape[1:])
        expected.append(
            Expected(key or tensor.name, key, shape, keras.backend.standardize_dtype(tensor.dtype))
        )
    return expected


def _hint(expected: Sequence[Expected] | None) -> str:
    return "" if expected is None else "; the model expects " + " and ".join(map(str, expected))


def batches_of(value: Any, name: str = "inputs") -> Iterable[Any] | None:
    """The batches of a dataset, None for anything else.

    Raises
    ------
    TypeError
        For what is used up by being read.
    """
    if isinstance(value, Iterator):
        raise TypeError(
            f"{name} is a {type(value).__name__}, which reading would use up: give arrays, a "
            "tf.data.Dataset or a keras.utils.PyDataset, or a batch of it, next(…)"
        )
    if isinstance(value, keras.utils.PyDataset):
        length = value.num_batches
        numbers = itertools.count() if length is None else range(length)
        return (value[number] for number in numbers)
    # By its form, so that TensorFlow need not be loaded under another backend.
    if hasattr(value, "element_spec") and hasattr(value, "as_numpy_iterator"):
        dataset: Iterable[Any] = value
        return dataset
    return None


def _from_batches(dataset: Iterable[Any], samples: int) -> Any:
    batches: list[Any] = []
    taken = 0
    for element in elements_of(dataset):
        x = keras.utils.unpack_x_y_sample_weight(element)[0]
        flat = keras.tree.flatten(x)
        if not flat or any(not is_batch(value) for value in flat):
            raise ValueError(
                "the dataset's elements must be batches of dense tensors, for instance "
                f"dataset.batch(16); got {x!r:.200}"
            )
        batches.append(x)
        taken += int(flat[0].shape[0])
        if taken >= samples:
            break
    if not batches:
        raise ValueError("the dataset is empty: it yields no batch")
    columns = zip(*(keras.tree.flatten(batch) for batch in batches), strict=True)
    try:
        flat = [np.concatenate([np.asarray(part) for part in column]) for column in columns]
    except ValueError as error:
        raise ValueError(
            f"the dataset's elements do not stack to one batch of {samples} samples: {error}; "
            "it must yield batches, dataset.batch(16), of one shape"
        ) from error
    return keras.tree.pack_sequence_as(batches[0], [array[:samples] for array in flat])


def elements_of(dataset: Iterable[Any], name: str = "inputs") -> Iterator[Any]:
    """The dataset's elements; what its own code raises is told of as the dataset's."""
    try:
        elements = iter(dataset)
        while True:
            interrupts = interrupts_kept()
            with surely(interrupts), interrupts:
                element = next(elements, _NO_MORE)
            if element is _NO_MORE:
                return
            yield element
    except Exception as error:
        lines = str(error).strip().splitlines()
        said = next((line for line in lines if "Error: " in line), lines[0] if lines else "")
        raise ValueError(
            f"{name} must be a dataset that yields batches; this one fails as it is read: "
            f"{type(error).__name__}: {said}"
        ) from error


_NO_MORE = object()


def is_batch(value: Any) -> bool:
    """Whether it is an array or a dense tensor with an axis for the samples."""
    dense = isinstance(value, np.ndarray) or (
        hasattr(value, "numpy") and not hasattr(value, "row_splits")
    )
    return dense and len(value.shape) > 0


def _arrays(inputs: Any, expected: Sequence[Expected] | None) -> Any:
    """The same structure with NumPy arrays for leaves."""
    if isinstance(inputs, Mapping):
        if not inputs:
            raise ValueError(f"inputs is an empty dict{_hint(expected)}")
        return {str(name): _array(value, f"'{name}'") for name, value in inputs.items()}
    if isinstance(inputs, (list, tuple)):
        if not inputs:
            raise ValueError(f"inputs is an empty {type(inputs).__name__}{_hint(expected)}")
        takes_text = expected is None or any(want.dtype == "string" for want in expected)
        items = (bool, int, float, np.number, *((str, bytes) if takes_text else ()))
        if all(isinstance(v, items) for v in inputs) or (
            all(isinstance(v, (list, tuple)) for v in inputs)
            and (expected is None or len(expected) == 1)
        ):
            return _array(inputs, "")
        return [_array(value, f"number {k}") for k, value in enumerate(inputs)]
    return _array(inputs, "")


def _array(value: Any, which: str) -> Array:
    name = f"input {which}".strip()
    if isinstance(value, (str, bytes)) or value is None or callable(value):
        raise TypeError(f"{name} must be an array of numbers or of text, not {value!r:.80}")
    if isinstance(value, keras.KerasTensor):
        raise TypeError(f"{name} is symbolic: it has a shape but no values. Give an array")
    refuse_masked(name, value)
    try:
        array = np.asarray(value)
    except Exception as error:
        raise TypeError(
            f"{name} cannot be made an array of numbers or of text: {type(value).__name__} "
            f"({error})"
        ) from error
    array = _as_text(array)
    if array.dtype.kind in "OcmMV" and not _is_small_float(array):
        raise TypeError(
            f"{name} must be an array of numbers or of text, not {type(value).__name__} of dtype "
            f"{array.dtype}"
        )
    return array


def _as_text(array: Array) -> Array:
    """Strings and bytes, however an array holds them, as NumPy's own fixed-width ones."""
    if array.dtype.kind == "T":
        array = array.astype(np.object_)
    if array.dtype.kind != "O" or not array.size:
        return array
    kinds = {type(item) for item in array.ravel()}
    if all(issubclass(kind, str) for kind in kinds):
        return array.astype(np.str_)
    if not all(issubclass(kind, (str, bytes)) for kind in kinds):
        return array
    coded = [item.encode() if isinstance(item, str) else item for item in array.ravel()]
    return np.array(coded, dtype=np.bytes_).reshape(array.shape)


def _is_small_float(array: Array) -> bool:
    """bfloat16 and the 8-bit floats are of NumPy's kind V."""
    return "float" in array.dtype.name


def _match(given: Any, expected: Sequence[Expected]) -> list[Array]:
    """The given arrays in the order of the declared inputs."""
    expectation = _hint(expected)
    if isinstance(given, Mapping):
        keys = [want.key or want.name for want in expected]
        if set(given) != set(keys):
            raise ValueError(
                f"inputs has the keys {sorted(given)}, not {sorted(keys)}{expectation}"
            )
        return [given[key] for key in keys]
    several = given if isinstance(given, list) else [given]
    if len(several) != len(expected):
        raise ValueError(
            f"inputs holds {len(several)} array{'s' * (len(several) != 1)}, the model has "
            f"{len(expected)} input{'s' * (len(expected) != 1)}{expectation}"
        )
    return several


def _names(given: Any, expected: Sequence[Expected] | None) -> list[str]:
    if expected is not None:
        return [want.name for want in expected]
    return [
        str(place[-1]) if place else "inputs" for place, _ in keras.tree.flatten_with_path(given)
    ]


def _check_lengths(arrays: Sequence[Array], names: Sequence[str]) -> None:
    for array, name in zip(arrays, names, strict=True):
        if array.ndim == 0:
            raise ValueError(f"input '{name}' must be a batch of samples, not the number {array}")
        if array.shape[0] == 0:
            raise ValueError(f"input '{name}' is empty: its shape is {array.shape}, no samples")
    lengths = {name: array.shape[0] for array, name in zip(arrays, names, strict=True)}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the inputs differ in their number of samples: {lengths}")


def _way_to_fit(shape: tuple[int, ...], want: Expected) -> str:
    """What would make them fit, where that is plain; else ''."""

    def fits(sizes: Sequence[int]) -> bool:
        declared = want.shape[1:]
        return len(sizes) == len(declared) and all(
            size in (None, have) for size, have in zip(declared, sizes, strict=True)
        )

    if fits(shape):
        return "; is it a single sample? Of one make a batch: inputs[None]"
    if len(shape) > 2 and fits((*shape[2:], shape[1])):
        return "; do channels stand first? Move them: np.moveaxis(inputs, 1, -1)"
    if len(shape) > 2 and fits((shape[-1], *shape[1:-1])):
        return "; do channels stand last? Move them: np.moveaxis(inputs, -1, 1)"
    return ""


def _fit(array: Array, want: Expected) -> Array:
    """The array in the shape and dtype that one input declares."""
    is_text = array.dtype.kind in "SU"
    if is_text != (want.dtype == "string"):
        raise TypeError(f"inputs of dtype {array.dtype} do not fit {want}")
    if array.ndim == len(want.shape) - 1 and want.shape[-1] == 1:
        fitted = array[..., np.newaxis]  # as Keras does: grey images without a channel axis
    elif array.ndim == len(want.shape) + 1 and array.shape[-1] == 1:
        fitted = array[..., 0]
    else:
        fitted = array
    fits = fitted.ndim == len(want.shape) and all(
        size is None or size == have
        for size, have in zip(want.shape[1:], fitted.shape[1:], strict=False)
    )
    if not fits:
        raise ValueError(
            f"inputs of shape {array.shape} do not fit {want}{_way_to_fit(array.shape, want)}"
        )
    if is_text:
        return fitted
    if want.dtype.startswith(("int", "uint")) and not _are_whole(fitted):
        raise TypeError(
            f"inputs of dtype {array.dtype} with fractions or non-finite values do not fit {want}"
        )
    return fitted if "bfloat" in want.dtype else fitted.astype(want.dtype, copy=False)


def _are_whole(array: Array) -> bool:
    if array.dtype.kind in "iub":
        return True
    return bool(np.all(np.isfinite(array)) and np.all(array == np.trunc(array)))


def _own(array: Array) -> Array:
    """A read-only copy, so that what the user does to his array later changes nothing here."""
    narrow = array.dtype == np.float64 and keras.config.floatx() == "float32"
    own = np.array(array, dtype=np.float32 if narrow else array.dtype, order="C")
    own.flags.writeable = False
    return own
