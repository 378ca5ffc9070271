"""Where a model has values that no entry of its list of layers shows, and why.

Seen is what a layer returns, or an operation of a functional model's graph. What else a model's own
code does to values in Python, and layers that run once for every step or inside compiled loops,
leave nothing to be shown. Which values these are is told by the very objects: what a layer is given
and no layer has returned comes from a function.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ...diagnosis.phrases import listed
from .call_order import is_structure

Reason: TypeAlias = Literal["functions", "steps", "compiled"]


@dataclass(frozen=True)
class Unseen:
    """Values in one place of the model that are not listed.

    Attributes
    ----------
    path : str
        Of the layer or block inside which they are, without call index; ``""`` for the model.
    kind : str
        Name of its class.
    why : {'functions', 'steps', 'compiled'}
        ``"functions"``: its code hands values through functions that are no layers. ``"steps"``:
        it runs the layers inside it once for each step. ``"compiled"``: it calls layers inside a
        compiled loop, branch or function.
    names : tuple of str
        With ``"functions"`` the paths of the layers that read such values, and ``""`` where the
        model returns them; else the names of the layers that are not listed.
    """

    path: str
    kind: str
    why: Reason
    names: tuple[str, ...]

    def is_before(self, path: str) -> bool:
        """Whether a call of the layer at this path reads such values."""
        return self.why == "functions" and any(
            name and (path == name or path.startswith((f"{name}:", f"{name}[")))
            for name in self.names
        )

    @property
    def sentence(self) -> str:
        """What is not seen there, and what makes it visible, in one sentence."""
        if self.why == "steps":
            return f"it runs {listed(self._inside)} once for each step, which are not listed"
        if self.why == "compiled":
            return f"it calls {listed(self._inside)} in compiled code, which are not listed"
        readers = [f"before {name}" for name in self._inside if name]
        readers += ["at its end"] * ("" in self.names)
        return (
            f"what its code makes with functions is not listed ({listed(readers)}); layers in "
            "their place, such as ReLU, would be"
        )

    @property
    def _inside(self) -> tuple[str, ...]:
        """The names as seen from inside the place."""
        return tuple(name.removeprefix(f"{self.path}/") for name in self.names)


_THE_MODEL = "the model's own call"


def in_words(unseen: Iterable[Unseen]) -> list[tuple[str, str]]:
    """The places and what is not seen there, for people; places that are alike are told as one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for each in unseen:
        alike.setdefault((each.kind, each.sentence), []).append(each.path)
    return [
        (f"{listed(paths) if all(paths) else _THE_MODEL} ({kind})", sentence)
        for (kind, sentence), paths in alike.items()
    ]


class BlindSpots:
    """Gathers during a pass what it could not show."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Reason], tuple[str, dict[str, None]]] = {}

    def functions_before(self, block: Any, base: str, reader: str) -> None:
        """Take note that inside a block a reader was given what no layer returned."""
        self._add(block, base, "functions", reader)

    def passed_over(self, block: Any, base: str, layer: Any, *, in_steps: bool) -> None:
        """Take note of a layer that was called inside a block and could not be recorded."""
        # A cell's steps are what the block around it returns.
        if not in_steps:
            self._add(block, base, "compiled", layer.name)
        elif layer is not getattr(block, "cell", None) and not is_structure(layer):
            self._add(block, base, "steps", layer.name)

    def gathered(self) -> tuple[Unseen, ...]:
        """Everything that was noted, in the order in which it was met."""
        return tuple(
            Unseen(path, kind, why, tuple(names))
            for (path, why), (kind, names) in self._found.items()
        )

    def _add(self, block: Any, base: str, why: Reason, name: str) -> None:
        _, names = self._found.setdefault((base, why), (type(block).__name__, {}))
        names[name] = None
