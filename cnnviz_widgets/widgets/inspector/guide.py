"""The way through a model in the method's order, and what of it has been walked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...model.layers.analysis_order import Step


class Guide:
    """Which steps of the order of analysis have been looked at, and which comes next.

    Parameters
    ----------
    steps : sequence of Step
        As `analysis_order` gives them [WL20 §1.3.1].
    """

    def __init__(self, steps: Sequence[Step] = ()) -> None:
        self.steps = tuple(steps)
        self._looked: set[tuple[str, str]] = set()

    def follow(self, steps: Sequence[Step]) -> None:
        """Lead through other steps from now on; what has been looked at is remembered."""
        self.steps = tuple(steps)

    def look(self, path: str, view: str) -> None:
        """Remember that a view of a layer has been looked at."""
        self._looked.add((path, view))

    def number(self, path: str, view: str) -> int:
        """The place of a view in the order, from 0; −1 for one that is no step."""
        places = ((step.path, step.view) == (path, view) for step in self.steps)
        return next((number for number, is_it in enumerate(places) if is_it), -1)

    def next(self, path: str, view: str) -> Step | None:
        """The first step after the present one that has not been looked at.

        After the last one those that were passed over come; None once all have been seen.
        """
        here = self.number(path, view) + 1
        waiting = [*self.steps[here:], *self.steps[:here]]
        unseen = (step for step in waiting if (step.path, step.view) not in self._looked)
        return next(unseen, None)

    def previous(self, path: str, view: str) -> Step | None:
        """The step before the present one; None at the beginning, and where it is no step."""
        here = self.number(path, view)
        return self.steps[here - 1] if here > 0 else None

    def looked(self, paths: Iterable[str]) -> dict[str, set[str]]:
        """The views of each of these layers that have been looked at."""
        return {path: {view for seen, view in self._looked if seen == path} for path in paths}
