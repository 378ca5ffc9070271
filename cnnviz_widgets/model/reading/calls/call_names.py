"""The paths by which the calls of a pass are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import keras

from ...keras_compat.layers import inner_layers
from .layer_call import Key


class CallNames:
    """Gives each call of one pass over a model its path.

    Parameters
    ----------
    model : keras.Model
    known : mapping of key to str
        The paths, from the pass that found out which calls there are; {} in that pass.
    """

    def __init__(self, model: Any, known: Mapping[Key, str]) -> None:
        self._known = known
        # Which layer has taken which path, to tell a second layer of the same name from a
        # second call of the same layer.
        self._owners: dict[str, Any] = {}
        # Layers that the model makes in its own call get new names from Keras each time.
        self._lasting = {id(layer) for layer in inner_layers(model)}
        self._made: dict[str, list[Any]] = {}
        self._counts: Counter[str] = Counter()

    def base(self, layer: Any, parent: str) -> str:
        """A layer's path without call index, inside a block of the path `parent`."""
        prefix = f"{parent}/" if parent else ""
        name = self._lasting_name(layer)
        base, twin = f"{prefix}{name}", 0
        while self._owners.setdefault(base, layer) is not layer:
            twin += 1
            base = f"{prefix}{name}#{twin}"
        return base

    def path(self, base: str, key: Key, index: int | None) -> str:
        """The path of a call that begins, as far as it can be told by now.

        Parameters
        ----------
        base : str
        key : tuple
            As in `LayerCall`.
        index : int or None
            Its call index; by default the number of calls of this base before it.
        """
        number = self._counts[base] if index is None else index
        self._counts[base] += 1
        return self._known.get(key) or (f"{base}:{number}" if number else base)

    def _lasting_name(self, layer: Any) -> str:
        """A layer's name; of one made in this pass, without the count of all that Keras ever named.

        ``dense_7`` and ``dense_8`` are ``dense`` and ``dense_1`` then, as in every other pass.
        """
        name: str = layer.name
        if id(layer) in self._lasting or not isinstance(layer, keras.Layer):
            return name
        kind = re.sub(
            "([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", _class(layer))
        )
        if not re.fullmatch(rf"{kind}(_\d+)?", name, re.IGNORECASE):
            return name
        made = self._made.setdefault(kind.lower(), [])
        number = next((k for k, other in enumerate(made) if other is layer), len(made))
        if number == len(made):
            made.append(layer)
        return f"{kind.lower()}_{number}" if number else kind.lower()


def _class(layer: Any) -> str:
    return re.sub(r"\W+", "", type(layer).__name__)
