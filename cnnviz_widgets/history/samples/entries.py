"""Samples and answers as plain JSON, and back (`folder`)."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import frozen
from ...analysis.thumbnails import MOST_BYTES, MOST_SIDE, Thumbnails
from ...records.samples.led_rows import LedRows
from ...records.samples.row_heads import SampleAnswers, SamplePictures
from ...records.samples.shown_inputs import ShownInputs
from ...validation.plain_json import (
    mapping,
    number,
    parsed,
    part,
    plain_number,
    sequence,
    text,
    whole,
)

MOST_SAMPLES = 2**16
"""Samples of a line; of more nothing is kept but which they were."""

# So many letters of a text, or of an answer, are kept.
_LONGEST = 2_000
_Of = TypeVar("_Of")


def plain_inputs(inputs: ShownInputs | None) -> dict[str, Any] | None:
    """Which inputs they are; null for those that were given first."""
    return None if inputs is None else asdict(inputs)


def read_inputs(inputs: Any) -> ShownInputs | None:
    """As `plain_inputs` writes it."""
    if inputs is None:
        return None
    entry = mapping(inputs, "inputs")
    return ShownInputs(
        text(part(entry, "title"), "what the inputs are"),
        tuple(_each(entry, "numbers", whole)),
        whole(part(entry, "total"), "the size of the pool"),
    )


def plain_answers(answers: SampleAnswers) -> dict[str, Any]:
    """Answers without the samples that they are to."""
    return {
        "answers": _brief(answers.answers),
        "confidence": [plain_number(round(float(each), 4)) for each in answers.confidence],
        "right": answers.right.tolist(),
        "answer_class": answers.answer_class.tolist(),
        "old": np.flatnonzero(answers.old).tolist(),
    }


def read_answers(answers: Any) -> SampleAnswers:
    """As `plain_answers` writes it; raises ValueError where they are no answers."""
    entry = mapping(answers, "answers")
    words = tuple(_each(entry, "answers", text))
    count = _fewer(len(words))
    none = SampleAnswers.none(count)
    old = np.zeros(count, np.bool_)
    old[_numbers(entry, "old", 0, count - 1)] = True
    return SampleAnswers(
        none.truths,
        words,
        np.array(_as_many(_each(entry, "confidence", _share), count), np.float32),
        _as_many(_numbers(entry, "right", -1, 1), count).astype(np.int8),
        none.truth_class,
        _as_many(_numbers(entry, "answer_class", -1, 2**31 - 1), count).astype(np.int32),
        old,
    )


def samples_line(inputs: ShownInputs | None, rows: LedRows) -> bytes:
    """The line of some inputs, with its line break.

    Raises
    ------
    ValueError
        There are more than a reader would take.
    """
    _fewer(len(rows))
    pictures = rows.pictures.pictures
    line = {
        "inputs": plain_inputs(inputs),
        "names": _brief(rows.names),
        "truths": _brief(rows.truths.truths),
        "truth_class": rows.truths.truth_class.tolist(),
        "texts": _brief(rows.pictures.texts),
        "more": _brief(rows.pictures.more),
        "pictures": None if pictures is None else _plain_pictures(pictures),
    }
    return json.dumps(line, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def read_samples(raw: bytes) -> tuple[ShownInputs | None, LedRows]:
    """As `samples_line` writes it; raises ValueError where it says nothing of use."""
    line = mapping(parsed(raw), "the line")
    truths = tuple(_each(line, "truths", text))
    count = _fewer(len(truths))
    none = SampleAnswers.none(count, truths)
    classes = _as_many(_numbers(line, "truth_class", -1, 2**31 - 1), count).astype(np.int32)
    pictures = part(line, "pictures")
    rows = LedRows(
        SamplePictures(
            None if pictures is None else _read_pictures(mapping(pictures, "pictures"), count),
            tuple(_each(line, "texts", text))[:count],
            tuple(_each(line, "more", text))[:count],
        ),
        SampleAnswers(
            *(none.truths, none.answers, none.confidence, none.right),
            classes,
            none.answer_class,
            none.old,
        ),
        tuple(_each(line, "names", text))[:count],
    )
    return read_inputs(part(line, "inputs")), rows


def _plain_pictures(pictures: Thumbnails) -> dict[str, Any]:
    return {
        "shape": list(pictures.pixels.shape),
        "low": plain_number(pictures.low),
        "high": plain_number(pictures.high),
        "note": pictures.note,
        "pixels": base64.b64encode(pictures.pixels.tobytes()).decode("ascii"),
    }


def _read_pictures(entry: dict[str, Any], most: int) -> Thumbnails:
    shape = tuple(_each(entry, "shape", whole))
    fits = len(shape) == 4 and shape[3] in (1, 3) and shape[0] <= most
    if not fits or not all(0 < side <= MOST_SIDE for side in shape[1:3]):
        raise ValueError(f"pictures have the shape {shape!s:.60}")
    size = math.prod(shape)
    coded = part(entry, "pixels")
    if not isinstance(coded, str) or size > MOST_BYTES or len(coded) > 2 * MOST_BYTES:
        raise ValueError("the pixels of the pictures are no text of their size")
    try:
        raw = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the pixels of the pictures cannot be read ({error})") from error
    if len(raw) != size:
        raise ValueError(f"the pictures have {len(raw):,} bytes, and their shape {size:,}")
    low, high = (number(part(entry, name), name) for name in ("low", "high"))
    pixels = frozen(np.frombuffer(raw, np.uint8).reshape(shape))
    return Thumbnails(pixels, low, high, text(part(entry, "note"), "the note"))


def _brief(texts: tuple[str, ...]) -> list[str]:
    return [each[:_LONGEST] for each in texts]


def _each(entry: dict[str, Any], name: str, read: Callable[[Any, str], _Of]) -> list[_Of]:
    return [read(each, f"one of {name}") for each in sequence(part(entry, name), name)]


def _numbers(entry: dict[str, Any], name: str, least: int, most: int) -> NDArray[np.int64]:
    numbers = np.array(_each(entry, name, lambda each, what: whole(each, what, least)), np.int64)
    if numbers.size and numbers.max() > most:
        raise ValueError(f"one of {name} is {numbers.max()}, and {most} is the most")
    return numbers


def _share(value: Any, name: str) -> float:
    return number(value, name)


def _as_many(values: Any, count: int) -> Any:
    if len(values) != count:
        raise ValueError(f"there are {count:,} samples and {len(values):,} numbers of them")
    return values


def _fewer(count: int) -> int:
    if count > MOST_SAMPLES:
        raise ValueError(f"{count:,} samples are more than {MOST_SAMPLES:,}")
    return count
