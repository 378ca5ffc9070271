"""The list of a model's layers that a history keeps, as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..validation.messages import described
from ..validation.objects import mapping


def plain_layers(layers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The layers as they come back from a file."""
    if isinstance(layers, (str, Mapping)) or not isinstance(layers, Iterable):
        raise TypeError(f"layers must be several dicts; got {described(layers)}")
    for each in layers:
        mapping("each of layers", each, "names to plain values")
    try:
        plain: list[dict[str, Any]] = json.loads(json.dumps(list(layers), allow_nan=False))
    except RecursionError as error:
        raise ValueError(
            "layers must hold plain values that JSON knows, not endless ones"
        ) from error
    except (TypeError, ValueError) as error:
        raise type(error)(f"layers must hold plain values that JSON knows: {error}") from error
    return plain
