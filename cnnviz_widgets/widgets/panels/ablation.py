"""AblationBar: try on the live model what it does without the selected channels."""

from __future__ import annotations

import math
from collections.abc import Callable as Function
from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from traitlets import Bool, Callable, Dict, Int, List, Unicode, observe, validate

from ...runtime.call_stack import afterwards, surely
from ...validation.objects import optional, optional_function
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.error_text import logged_error
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.selection import Selection
from ..linking.traits import WidgetOf
from ..views.layer_view import unchangeable

__all__ = ["AblationBar", "Tried"]

HOWS = ("silence", "mean", "merge")
_MOST_TRIALS = 30


class Tried(Protocol):
    """What came of a trial, as far as the bar shows it.

    Where it has `numbers`, too, as an `Ablation` has, they stand in the table instead of the
    summary.
    """

    @property
    def summary(self) -> str:
        """One sentence, numbers included."""

    @property
    def details(self) -> Sequence[tuple[str, str]]:
        """Pairs of a label and a value, both ready to be read."""


class AblationBar(Owning, ThreadLocalSync, BundledWidget):
    """A table of what came of silencing, levelling or merging the selected channels.

    Alone it has the buttons for these, too; in an inspector they are where channels are selected.

    Parameters
    ----------
    selection : Selection, optional
        Selected channels; that of the layer's views.
    on_ask : callable, optional
        ``on_ask(how, channels)`` runs the trial: `how` is ``"silence"``, ``"mean"`` or
        ``"merge"``, `channels` a tuple of channel numbers; it returns a `Tried`. What it raises
        is shown in the page.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("ablation-bar.js")
    _css = bundle("ablation-bar.css")

    selection = WidgetOf(Selection).tag(sync=True)
    on_ask = Callable(None, allow_none=True, help="Runs a trial.")
    layer = Unicode("", help="Path of the layer whose channels are selected.").tag(sync=True)
    enabled = Bool(True, help="Whether what is shown can be tried.").tag(sync=True)
    reason = Unicode("", help="Why not, where it is not enabled.").tag(sync=True)
    trials = List(
        Dict(), help="What came of the last trials, the newest first; [] clears them."
    ).tag(sync=True)
    error = Unicode("", help="Why the last trial failed; '' where it did not.").tag(sync=True)

    _asked = List([0, "", [], ""], help="Serial, how, channels, and the layer meant.").tag(
        sync=True
    )
    _started = Int(0, help="Serial of the last trial that was begun.").tag(sync=True)
    _answered = Int(0, help="Serial of the last trial that ended.").tag(sync=True)

    def __init__(
        self,
        selection: Selection | None = None,
        on_ask: Function[[str, tuple[int, ...]], Tried] | None = None,
        **traits: Any,
    ) -> None:
        optional("selection", selection, Selection)
        optional_function("on_ask", on_ask)
        super().__init__(
            selection=Selection() if selection is None else selection, on_ask=on_ask, **traits
        )

    def _let_go(self) -> None:
        self.set_trait("on_ask", None)

    @validate("selection")
    def _given_once(self, proposal: dict[str, Any]) -> Any:
        return unchangeable(self, "selection", proposal["value"])

    @observe("_asked")
    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked for a trial: no caller is there to see an error but the reader."""
        serial, how, channels, layer = change["new"]
        answer = afterwards(partial(setattr, self, "_answered", serial))
        with surely(answer), answer:
            self._started = serial
            try:
                trial = self._tried(how, tuple(channels), layer)
            except Exception as error:
                self.error = logged_error(self, error)
            except BaseException:
                self.error = "The trial was interrupted."
                raise
            else:
                self.error = ""
                self.trials = [trial, *self.trials][:_MOST_TRIALS]

    def _tried(self, how: str, channels: tuple[int, ...], layer: str) -> dict[str, Any]:
        if self.on_ask is None:
            raise TypeError("nothing here can run a trial: AblationBar needs on_ask=…")
        if how not in HOWS:
            raise ValueError(f"how must be one of {', '.join(HOWS)}; got {how!r}")
        if layer != self.layer:
            # The same numbers are other channels there.
            raise ValueError(f"the channels of {layer!r} were meant, but {self.layer!r} is shown")
        trial = self.on_ask(how, channels)
        return {
            "how": how,
            "channels": list(channels),
            "layer": layer,
            "summary": trial.summary,
            "details": [[str(label), str(value)] for label, value in trial.details],
            "numbers": _as_sent(getattr(trial, "numbers", None)),
        }


def _as_sent(value: Any) -> Any:
    """Numbers without what JSON has no word for: NaN and infinity are None."""
    if isinstance(value, dict):
        return {name: _as_sent(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_as_sent(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
