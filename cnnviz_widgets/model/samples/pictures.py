"""The inputs themselves, as rows are led by them: pictures, curves, words or numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import keras
import numpy as np
from numpy.typing import NDArray

from ...analysis.thumbnails import Thumbnails, curves, thumbnails
from ...records.layer_picture import MOST_ROWS
from ...records.samples.row_heads import SamplePictures
from ...validation.messages import described
from ..layers.abstraction_levels import image_channel_axis, is_image
from ..reading.inputs import input_names
from ..reading.probe import ModelProbe

Array: TypeAlias = NDArray[Any]
Decode: TypeAlias = Callable[[Array], str] | Sequence[str]

MOST_NUMBERS = 16
"""Values of a table's row that are told as numbers: more of them are drawn as a curve."""

MOST_LETTERS = 300
"""Letters of a text that are told."""

# A sequence of so many features a step is a curve of the first one; of more, a picture.
_FEW_FEATURES = 4


@dataclass(frozen=True, eq=False)
class _Shown:
    """What one input of the model looks like."""

    name: str
    pictures: Thumbnails | None = None
    texts: tuple[str, ...] = ()


def sample_pictures(
    probe: ModelProbe, decode: Decode | None = None, inputs: Sequence[Array] | None = None
) -> SamplePictures:
    """The first samples of a probe, as far as they can be shown.

    Of several inputs the first that is a picture leads, else the first; the others are told of.

    Parameters
    ----------
    probe : ModelProbe
    decode : callable or sequence of str, optional
        Makes words of token ids: a function of one sample's ids, or the word of each id.
    inputs : sequence of ndarray, optional
        Others in the place of the probe's, one array an input, all of whose samples are shown.

    Raises
    ------
    TypeError, ValueError
        `decode` is neither, or fails; the message says on what.
    """
    if inputs is None:
        inputs = [np.asarray(each)[:MOST_ROWS] for each in keras.tree.flatten(probe.inputs)]
    arrays = list(inputs)
    names = input_names(probe.model, probe.inputs)
    embedded = _embedded(probe, names)
    shown = [
        # Where no embedding says so, to be decoded says that an input is of tokens.
        _shown(name, array, decode, name in embedded or (decode is not None and not embedded))
        for name, array in zip(names, arrays, strict=True)
    ]
    first = next((each for each in shown if each.pictures is not None), shown[0])
    others = [each for each in shown if each is not first]
    more = tuple(
        "\n".join(f"{each.name}: {_brief(each, row)}" for each in others)
        for row in range(len(arrays[0]) if others else 0)
    )
    return SamplePictures(first.pictures, first.texts, more)


def token_ids(probe: ModelProbe, decode: Decode | None = None) -> dict[str, NDArray[np.int64]]:
    """The ids of the first samples, shape (sample, token), of each input that is of tokens."""
    arrays = [np.asarray(each)[:MOST_ROWS] for each in keras.tree.flatten(probe.inputs)]
    names = input_names(probe.model, probe.inputs)
    embedded = _embedded(probe, names)
    return {
        name: array.astype(np.int64)
        for name, array in zip(names, arrays, strict=True)
        if name in embedded or (decode is not None and not embedded)
        if array.ndim == 2 and array.dtype.kind in "iuf" and _are_ids(array)
    }


def checked_decode(decode: Any) -> Decode | None:
    """What makes words of token ids.

    Raises
    ------
    TypeError
        It is neither a function nor a sequence of strings.
    """
    if decode is None:
        return None
    if callable(decode):
        return cast(Callable[[Array], str], decode)
    if not isinstance(decode, str | bytes) and isinstance(decode, Sequence | np.ndarray):
        words = [str(word) for word in decode if isinstance(word, str | np.str_)]
        if len(words) == len(decode):
            return words
    raise TypeError(
        "decode must be a function of one sample's ids, or a sequence of words, one an id; got "
        f"{described(decode)}"
    )


def output_pictures(output: Array) -> SamplePictures | None:
    """The pictures that a generator makes; None where they are none."""
    axis = image_channel_axis(output.shape) if is_image(output.shape) else None
    if axis is None:
        return None
    made = np.moveaxis(output[:MOST_ROWS], axis, -1)
    return SamplePictures(thumbnails(made, "What the model makes of this row's noise"))


def _embedded(probe: ModelProbe, names: Sequence[str]) -> set[str]:
    """Names of the inputs that an embedding reads."""
    embeds = [info for info in probe.layers if info.kind == "Embedding" and not info.parents]
    return {name for info in embeds for name in info.inputs if name in names}


def _shown(name: str, array: Array, decode: Decode | None, are_tokens: bool) -> _Shown:
    if array.dtype.kind in "SU":
        return _Shown(name, texts=tuple(map(_as_text, array)))
    if array.dtype.kind == "V":  # the small floats, which NumPy computes with as others
        array = array.astype(np.float32)
    is_float = np.issubdtype(array.dtype, np.floating)
    if is_image(array.shape, is_float):
        axis = image_channel_axis(array.shape)
        return _Shown(name, thumbnails(np.moveaxis(array, -1 if axis is None else axis, -1)))
    if array.ndim == 5 and array.shape[-1] <= _FEW_FEATURES:
        middle = array.shape[1] // 2
        return _Shown(name, thumbnails(array[:, middle], f"Slice {middle} of {array.shape[1]}"))
    if array.ndim == 2 and are_tokens and _are_ids(array):
        return _Shown(name, texts=tuple(_tokens(row, decode, k) for k, row in enumerate(array)))
    return _numbers(name, array)


def _numbers(name: str, array: Array) -> _Shown:
    """What is neither text nor image: curves, pictures of sequences, or the values."""
    if array.ndim == 3:
        if array.shape[2] <= _FEW_FEATURES:
            note = "" if array.shape[2] == 1 else f"Feature 0 of {array.shape[2]}"
            return _Shown(name, curves(array[..., 0], note))
        return _Shown(name, thumbnails(array[..., np.newaxis], "Time runs down"))
    flat = array.reshape(len(array), -1)
    if array.ndim <= 2 and flat.shape[1] <= MOST_NUMBERS:
        return _Shown(name, texts=tuple(", ".join(map(short_number, row)) for row in flat))
    if array.ndim == 2:
        return _Shown(name, curves(flat, f"All {flat.shape[1]:,} values in a row"))
    return _Shown(name, texts=(f"{' × '.join(map(str, array.shape[1:]))} numbers",) * len(array))


def short_number(value: Any) -> str:
    """A number in a few digits."""
    return f"{float(value):.3g}"


def _as_text(item: Any) -> str:
    words = [
        each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each)
        for each in np.ravel(item).tolist()
    ]
    return " ".join(words)[:MOST_LETTERS]


def _are_ids(array: Array) -> bool:
    if array.dtype.kind in "iu":
        return bool((array >= 0).all())
    return bool(
        np.isfinite(array).all() and (array >= 0).all() and (array == np.trunc(array)).all()
    )


def _tokens(row: Array, decode: Decode | None, number: int) -> str:
    """One sample's ids in words; else the ids without the padding behind them."""
    ids = row.astype(np.int64)
    if callable(decode):
        try:
            words = decode(ids)
        except Exception as error:
            raise ValueError(
                f"decode fails on the ids of sample {number}: {type(error).__name__}: {error}"
            ) from error
        if not isinstance(words, str):
            raise TypeError(
                f"decode must return a string for one sample's ids; got {described(words)}"
            )
        return words[:MOST_LETTERS]
    last = np.flatnonzero(ids)
    kept = ids[: last[-1] + 1] if last.size else ids[:1]
    if decode is None:
        return " ".join(map(str, kept.tolist()))[:MOST_LETTERS]
    known = [decode[k] if k < len(decode) else f"({k})" for k in kept.tolist()]
    return " ".join(known)[:MOST_LETTERS]


def _brief(shown: _Shown, row: int) -> str:
    return shown.texts[row] if shown.texts else "a picture"
