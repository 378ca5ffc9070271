"""TrainingBar: how far training is, and a hand on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from traitlets import Dict, Enum, Float, Int, Unicode, observe

from ....runtime.call_stack import afterwards, surely
from ....validation.messages import described
from ....validation.objects import optional_function
from ...jupyter.bundles import BundledWidget, bundle
from ...jupyter.error_text import logged_error
from ...jupyter.ownership import Owning
from ...jupyter.thread_local_sync import ThreadLocalChanges
from ...linking.traits import Finite, Whole

__all__ = ["Progress", "TrainingBar"]


class Progress(Protocol):
    """How far training is, as far as the bar shows it: a `TrainingProgress`."""

    @property
    def state(self) -> str:
        """``"training"``, ``"paused"``, ``"stopping"``, ``"ended"`` or ``"interrupted"``."""

    @property
    def step(self) -> int:
        """Training steps made."""

    @property
    def batch(self) -> int:
        """How many of them in the present epoch."""

    @property
    def steps(self) -> int | None:
        """Steps of an epoch, where they are known."""

    @property
    def epoch(self) -> int | None:
        """The present epoch, from 1."""

    @property
    def epochs(self) -> int | None:
        """Number of the last epoch."""

    @property
    def updates(self) -> int:
        """How often the views were brought up to date."""

    @property
    def skipped(self) -> int:
        """How often they were not, to spare training the time."""

    @property
    def spent(self) -> float:
        """Share of the training time that the updates took."""

    @property
    def logs(self) -> Mapping[str, float]:
        """The last losses and metrics."""

    @property
    def error(self) -> str:
        """Why the last update failed; '' where it did not."""


_OF_PROGRESS = tuple(name for name in vars(Progress) if name[0] != "_")


def _numbers_to_json(logs: Mapping[str, float], _widget: Any) -> dict[str, float | str]:
    """JSON has no NaN and no infinity; a diverged loss is what a reader most needs to see."""
    return {
        name: value
        if math.isfinite(value)
        else "NaN"
        if math.isnan(value)
        else ("Infinity" if value > 0 else "-Infinity")
        for name, value in logs.items()
    }


def _numbers_from_json(logs: Mapping[str, float | str], _widget: Any) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


class TrainingBar(Owning, ThreadLocalChanges, BundledWidget):
    """One line while a model trains: where it is, what the updates cost, pause, resume and stop.

    Parameters
    ----------
    on_pause, on_resume, on_stop : callable, optional
        What to do when the page asks for it. What they raise is shown in the page.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("training-bar.js")
    _css = bundle("training-bar.css")

    state = Enum(
        ["", "training", "paused", "stopping", "ended", "interrupted"],
        "",
        help="What training does; '' while none was followed: the bar is hidden.",
    ).tag(sync=True)
    step = Whole(0, min=0, help="Training steps made.").tag(sync=True)
    batch = Whole(0, min=0, help="How many of them in the present epoch.").tag(sync=True)
    steps = Whole(0, min=0, help="Steps of an epoch; 0: not known.").tag(sync=True)
    epoch = Whole(0, min=0, help="The present epoch, from 1; 0: not known.").tag(sync=True)
    epochs = Whole(0, min=0, help="Number of the last epoch; 0: not known.").tag(sync=True)
    updates = Whole(0, min=0, help="How often the views were brought up to date.").tag(sync=True)
    skipped = Whole(0, min=0, help="How often they were not, to spare training time.").tag(
        sync=True
    )
    spent = Finite(0.0, min=0.0, help="Share of the training time that the updates took.").tag(
        sync=True
    )
    budget = Finite(0.05, min=0.0, help="Share that they may take at most, on average.").tag(
        sync=True
    )
    logs = Dict(
        key_trait=Unicode(), value_trait=Float(), help="The last losses and metrics, by name."
    ).tag(sync=True, to_json=_numbers_to_json, from_json=_numbers_from_json)
    error = Unicode("", help="Why the last update failed; '' where it did not.").tag(sync=True)
    note = Unicode("", help="Why what the page asked for failed; '' where it did not.").tag(
        sync=True
    )

    _pause_asked = Int(0, help="How often the page asked to pause.").tag(sync=True)
    _pause_answered = Int(0).tag(sync=True)
    _resume_asked = Int(0, help="How often the page asked to resume.").tag(sync=True)
    _resume_answered = Int(0).tag(sync=True)
    _stop_asked = Int(0, help="How often the page asked to stop.").tag(sync=True)
    _stop_answered = Int(0).tag(sync=True)

    def __init__(
        self,
        on_pause: Callable[[], object] | None = None,
        on_resume: Callable[[], object] | None = None,
        on_stop: Callable[[], object] | None = None,
        **traits: Any,
    ) -> None:
        self._on = {
            "pause": optional_function("on_pause", on_pause),
            "resume": optional_function("on_resume", on_resume),
            "stop": optional_function("on_stop", on_stop),
        }
        super().__init__(**traits)

    def show(self, progress: Progress) -> None:
        """Show how far training is, in one message to the page.

        Parameters
        ----------
        progress : TrainingProgress

        Raises
        ------
        TypeError
            Something else.
        """
        lacking = [name for name in _OF_PROGRESS if not hasattr(progress, name)]
        if lacking:
            raise TypeError(f"progress must be a TrainingProgress; got {described(progress)}")
        with self.hold_sync():
            self.state = progress.state
            self.step = progress.step
            self.batch = progress.batch
            self.steps = progress.steps or 0
            self.epoch = progress.epoch or 0
            self.epochs = progress.epochs or 0
            self.updates = progress.updates
            self.skipped = progress.skipped
            self.spent = progress.spent
            self.logs = {name: float(value) for name, value in progress.logs.items()}
            self.error = progress.error

    def _let_go(self) -> None:
        self._on = dict.fromkeys(self._on)

    @observe("_pause_asked", "_resume_asked", "_stop_asked")
    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked for something: no caller is there to see an error but the reader."""
        what = change["name"].removeprefix("_").removesuffix("_asked")
        answer = afterwards(partial(setattr, self, f"_{what}_answered", change["new"]))
        with surely(answer), answer:
            try:
                do = self._on[what]
                if do is None:
                    raise TypeError(
                        f"nothing here can {what} training: TrainingBar needs on_{what}=…"
                    )
                do()
            except Exception as error:
                self.note = logged_error(self, error)
            else:
                self.note = ""
