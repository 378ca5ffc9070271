"""What an argument may be: each rule once, in the same words wherever the argument occurs.

Every rule takes the argument's name and what was given, and returns it as the code behind it
wants it. A `TypeError` says that it is of another kind, a `ValueError` that it is outside what
its kind may be; either names what was given and what was expected.
"""

from __future__ import annotations

import inspect
import math
import numbers
import operator
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

P = ParamSpec("P")
T = TypeVar("T")

# Longer ones are cut in a message: a whole array tells less than its shape.
_MOST_TOLD = 80
_MOST_LISTED = 12


def described(value: object) -> str:
    """What was given, short enough for the end of a sentence."""
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    text = repr(value)
    if len(text) > _MOST_TOLD or " at 0x" in text:
        return f"a {type(value).__module__}.{type(value).__qualname__}".replace("builtins.", "")
    return text


def closest(name: str, known: Iterable[str], count: int = 1) -> list[str]:
    """The known names that are spelt most like one; [] where none is."""
    return get_close_matches(name, list(known), count, 0.5)


def whole_number(name: str, value: Any, least: int | None = None, what: str = "") -> int:
    """A whole number; numbers of NumPy are, True and 3.0 are not.

    Parameters
    ----------
    least : int, optional
        The least that it may be.
    what : str
        What it counts, such as "of bytes".

    Raises
    ------
    TypeError, ValueError
        Another kind, or less than `least`.
    """
    expected = f"a whole number{f' {what}' if what else ''}"
    expected += "" if least is None else f", {least:,} or more"
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be {expected}; got {described(value)}")
    try:
        number = operator.index(value)
    except TypeError:  # an array of several
        raise TypeError(f"{name} must be {expected}; got {described(value)}") from None
    if least is not None and number < least:
        raise ValueError(f"{name} must be {expected}; got {number}")
    return number


def word_or_count(name: str, value: Any, words: Collection[str], what: str) -> str | int:
    """One of a few words, or a whole number from 1 on.

    Parameters
    ----------
    what : str
        What the number counts, such as "of batches".

    Raises
    ------
    TypeError, ValueError
        Anything else; a word that is none of them is a ValueError.
    """
    if isinstance(value, str) and value in words:
        return value
    try:
        return whole_number(name, value, 1, what)
    except (TypeError, ValueError) as error:
        kind = ValueError if isinstance(value, str) else type(error)
        raise kind(
            f"{name} must be {', '.join(map(repr, words))} or a whole number {what}, 1 or more; "
            f"got {described(value)}"
        ) from None


def real_number(
    name: str,
    value: Any,
    least: float = -math.inf,
    most: float = math.inf,
    what: str = "",
    *,
    finite: bool = True,
    expected: str = "",
) -> float:
    """A finite real number within bounds.

    Parameters
    ----------
    least, most : float
        The bounds, themselves allowed where they are finite.
    what : str
        What it is, such as "of seconds".
    finite : bool
        False: infinity is allowed, too.
    expected : str
        What is expected in words, where these are not enough.

    Raises
    ------
    TypeError, ValueError
        Another kind, NaN, infinity, or out of bounds.
    """
    if not expected:
        unbounded = finite and math.isinf(least) and math.isinf(most)
        expected = f"a {'finite ' * unbounded}number{f' {what}' if what else ''}"
        if math.isfinite(most):
            expected += f" from {least:g} to {most:g}"
        elif math.isfinite(least):
            expected += f", {least:g} or more"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be {expected}; got {described(value)}")
    number = _as_float(value)
    if not least <= number <= most or (finite and math.isinf(number)):
        raise ValueError(f"{name} must be {expected}; got {described(value)}")
    return number


def a_number(name: str, value: Any) -> float:
    """Any real number, NaN and infinity among them.

    Raises
    ------
    TypeError
        Another kind.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number; got {described(value)}")
    return _as_float(value)


def _as_float(value: Any) -> float:
    """The number as a float; one that is too large for any is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def flag(name: str, value: Any) -> bool:
    """True or False: a word such as "no" would count as true.

    Raises
    ------
    TypeError
        Anything else.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; got {described(value)}")
    return bool(value)


def one_of(name: str, value: Any, choices: Collection[str]) -> str:
    """One of a few words.

    Raises
    ------
    ValueError
        None of them.
    """
    if not isinstance(value, str) or value not in choices:
        listed = " or ".join(map(repr, choices)) if len(choices) < 3 else _listed(choices)
        raise ValueError(
            f"{name} must be {'' if len(choices) < 3 else 'one of '}{listed}; got "
            f"{described(value)}"
        )
    return value


def known_layer(path: Any, known: Iterable[str], why: str = "") -> str:
    """The path of one of these layers.

    Parameters
    ----------
    why : str
        What the layers are that may be named, where these are not all: "kept in pictures".

    Raises
    ------
    ValueError
        There is none; the closest ones are named.
    """
    paths = list(dict.fromkeys(known))
    if isinstance(path, str) and path in paths:
        return path
    if not isinstance(path, str):
        raise ValueError(
            f"a layer is named by its path, a string such as {paths[0] if paths else ''!r}; got "
            f"{described(path)}"
        )
    # The last name counts most: users leave out the model a layer is inside of.
    close = [other for other in paths if other.rpartition("/")[2] == path.rpartition("/")[2]]
    close += get_close_matches(path, paths, 5, 0.4)
    close = list(dict.fromkeys(close))[:5] or paths[:5]
    named = f"the closest are {', '.join(map(repr, close))}" if close else "there is none at all"
    raise ValueError(f"there is no layer {path!r}{f' {why}' if why else ''}; {named}")


def instance(name: str, value: Any, kind: type[T], hint: str = "") -> T:
    """Something of a class.

    Parameters
    ----------
    hint : str
        Where one is to be had, such as "compare(a, b) makes one".

    Raises
    ------
    TypeError
        Something else, or the class itself.
    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        told = f"; {hint}" if hint else ""
        raise TypeError(f"{name} must be {article} {kind.__name__}; got {described(value)}{told}")
    return value


def optional(name: str, value: T | None, kind: type[T], hint: str = "") -> T | None:
    """Something of a class, as `instance` has it, or None."""
    return None if value is None else instance(name, value, kind, hint)


def optional_function(name: str, value: T) -> T:
    """Something to call, or None.

    Raises
    ------
    TypeError
        Anything else.
    """
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function or None; got {described(value)}")
    return value


def text(name: str, value: Any) -> str:
    """A string.

    Raises
    ------
    TypeError
        Anything else.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string; got {described(value)}")
    return value


def texts(name: str, value: Any) -> list[str]:
    """Several strings in an order of their own.

    Raises
    ------
    TypeError
        One string, a mapping, a set, or something else than strings in it.
    """
    if isinstance(value, str):
        raise TypeError(f"{name} must be several strings, not one: [{value!r}]")
    ordered = isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, (bytes, range))
    if not ordered or (isinstance(value, np.ndarray) and value.ndim != 1):
        raise TypeError(f"{name} must be a list of strings; got {described(value)}")
    for number, each in enumerate(value):
        if not isinstance(each, str):
            raise TypeError(
                f"{name} must be a list of strings; got {described(each)} as number {number}"
            )
    return [str(each) for each in value]


def mapping(name: str, value: Any, what: str) -> Mapping[Any, Any]:
    """A mapping, such as a dict.

    Parameters
    ----------
    what : str
        Of what to what: "a layer's path to its measures".

    Raises
    ------
    TypeError
        Anything else.
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict from {what}; got {described(value)}")
    return value


def several(name: str, value: Any, what: str) -> list[Any]:
    """Several things, in any container; of a mapping its keys.

    Parameters
    ----------
    what : str
        What they are, such as "paths of layers".

    Raises
    ------
    TypeError
        A string, or nothing that holds others.
    """
    if isinstance(value, str):
        raise TypeError(f"{name} must be several {what}, not one: [{value!r}]")
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be several {what}; got {described(value)}")
    return list(value)


def each_instance(name: str, value: Any, kind: type[T]) -> list[T]:
    """Several things of a class.

    Raises
    ------
    TypeError
        No several, or something else among them.
    """
    each_of = several(name, value, f"{kind.__name__}s")
    return [instance(f"each of {name}", each, kind) for each in each_of]


def path_of(name: str, value: Any) -> str:
    """Where a file or folder is.

    Raises
    ------
    TypeError, ValueError
        No path, an empty one, or one that no system knows.
    """
    if not isinstance(value, (str, os.PathLike)) or isinstance(os.fspath(value), bytes):
        raise TypeError(f"{name} must be a path, a string or a Path; got {described(value)}")
    path = os.fspath(value)
    try:
        known = bool(path.strip()) and b"\0" not in os.fsencode(path)
    except UnicodeError:  # half a letter
        known = False
    if not known:
        raise ValueError(f"{name} must be the path of a folder, such as 'history'; got {path!r}")
    return str(path)


def as_array(name: str, value: Any) -> NDArray[Any]:
    """Anything that NumPy can make an array of.

    Raises
    ------
    TypeError, ValueError
        It holds something else, or lists of different lengths.
    """
    if value is None or callable(value) or isinstance(value, (Mapping, set, frozenset)):
        raise TypeError(f"{name} must be an array of numbers; got {described(value)}")
    refuse_masked(name, value)
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be an array of numbers, all rows of one length; got "
            f"{described(value)} ({error})"
        ) from error
    except Exception as error:  # whatever its own way to become an array raises
        raise TypeError(
            f"{name} must be an array of numbers; got {described(value)} ({error})"
        ) from error


def refuse_masked(name: str, value: Any) -> None:
    """Refuse an array of which some values are masked: what stands there is none of the data.

    Raises
    ------
    TypeError
        It is one.
    """
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise TypeError(
            f"{name} must be an array without masked values, such as filled(…) gives; got "
            f"{value.mask.sum():,} masked ones in {described(value)}"
        )


def number_array(name: str, value: Any) -> NDArray[Any]:
    """An array of real numbers.

    Raises
    ------
    TypeError, ValueError
        As `as_array`; also for complex numbers, text, dates and objects.
    """
    array = as_array(name, value)
    # bfloat16 and the 8-bit floats are unstructured 'void' to NumPy; real void is no number.
    small = array.dtype.kind == "V" and array.dtype.names is None and array.dtype.type != np.void
    if array.dtype.kind not in "biuf" and not small:
        raise TypeError(
            f"{name} must be real numbers (floating, integer or boolean); got "
            f"{described(value)} of dtype {array.dtype}"
        )
    return array


def indices(name: str, value: Any, count: int) -> NDArray[np.intp]:
    """Numbers of things that there are `count` of, in a row; it may be empty.

    Raises
    ------
    TypeError, ValueError
        No whole numbers, no single row of them, or one that there is not.
    """
    expected = f"{name} must be whole numbers between 0 and {count - 1}"
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{expected}; got {described(value)}")
    given = value if hasattr(value, "__array__") or not isinstance(value, Iterable) else [*value]
    array = as_array(name, given)
    if array.ndim != 1:
        raise ValueError(f"{expected}, in one row; got shape {array.shape}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{expected}; got {described(value)} of dtype {array.dtype}")
    outside = array[(array < 0) | (array >= count)]
    if outside.size:
        raise ValueError(f"{expected}; got {outside[0]}")
    return array.astype(np.intp)


def one_for_each(name: str, array: NDArray[Any], samples: int) -> NDArray[Any]:
    """An array with an entry for each of the samples in use, at the least; those, the first ones.

    Raises
    ------
    ValueError
        There are fewer.
    """
    if array.ndim == 0 or len(array) < samples:
        told = f"shape {array.shape}" if array.ndim else f"the single {array.item()!r}"
        raise ValueError(
            f"{name} must have one entry for each of the {samples} samples; got {told}"
        )
    return array[:samples]


def ascending_steps(name: str, value: Any) -> NDArray[np.int64]:
    """Training steps: whole numbers from 0 on, each more than the one before.

    Raises
    ------
    TypeError, ValueError
        Something else.
    """
    array = number_array(name, value)
    if array.ndim != 1:
        raise ValueError(
            f"{name} must be one-dimensional; got the shape {array.shape} of {described(value)}"
        )
    if array.dtype.kind == "b":
        raise TypeError(f"{name} must be whole numbers; got {described(value)}")
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.trunc(array))).all():
        raise ValueError(f"{name} must be whole numbers from 0 on; got {array}")
    # Unsigned numbers would wrap around where they descend.
    steps = array.astype(np.int64)
    if steps.size and (steps[0] < 0 or (np.diff(steps) <= 0).any()):
        raise ValueError(f"{name} must ascend from 0 or more; got {array}")
    return steps


def known_keywords(of: str, given: Iterable[str], known: Collection[str]) -> None:
    """Refuse keywords that there are not, and name the one that may have been meant.

    Raises
    ------
    TypeError
        There is one.
    """
    for name in given:
        if name in known:
            continue
        near = closest(name, known)
        hint = f"did you mean {near[0]!r}?" if near else f"it takes {_listed(sorted(known))}"
        raise TypeError(f"{of} takes no argument {name!r}; {hint}")


def spelt(function: Callable[P, T]) -> Callable[P, T]:
    """Refuse keywords that a function does not take, as `known_keywords` does."""
    known = frozenset(inspect.signature(function).parameters) - {"self"}
    name = function.__qualname__.removesuffix(".__init__")

    @wraps(function)
    def checked(*args: P.args, **keywords: P.kwargs) -> T:
        known_keywords(name, keywords, known)
        return function(*args, **keywords)

    return checked


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:_MOST_LISTED]
    more = len(names) - len(shown)
    return ", ".join(map(repr, shown)) + (f" and {more} more" if more else "")
