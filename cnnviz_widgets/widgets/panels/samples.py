"""SamplesBar: what samples the model is shown, how many it gets right, and how to show others."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Sequence
from functools import partial
from typing import Any

from traitlets import Bool, Callable, Int, List, Unicode, observe

from ...records.samples.row_heads import SampleAnswers
from ...runtime.call_stack import afterwards, surely
from ...validation.objects import instance, optional_function
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.error_text import logged_error
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.traits import Whole, WidgetOf
from ..views.channel_grid import ChannelGrid

__all__ = ["SamplesBar"]


class SamplesBar(Owning, ThreadLocalSync, BundledWidget):
    """A button that says what the model is shown; it opens a list of the samples.

    Rows are sorted in the page. What shows the model other samples is asked for: those picked,
    all wrong ones, the least sure, some at random, those of a class, and the next or the previous
    of them.

    Parameters
    ----------
    grid : ChannelGrid
        Its rows are led by the samples.
    on_ask : callable, optional
        ``on_ask(what, numbers)`` shows others: `what` is ``"given"``, ``"these"``, ``"wrong"``,
        ``"unsure"``, ``"random"``, ``"class"``, ``"next"`` or ``"previous"``, `numbers` those of
        the samples picked or of the class. What it raises is shown in the page.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("samples-bar.js")
    _css = bundle("samples-bar.css")

    grid = WidgetOf(ChannelGrid).tag(sync=True)
    on_ask = Callable(None, allow_none=True, help="Shows the model other samples.")
    samples = Int(0, min=0, help="How many samples the model is shown.").tag(sync=True)
    judged = Int(0, min=0, help="How many answers are right or wrong.").tag(sync=True)
    right = Int(0, min=0, help="How many of these are right.").tag(sync=True)
    step = Whole(-1, min=-1, help="The training step they are of; -1: as it stands.").tag(sync=True)
    chosen = Unicode("", help="What they are, in words; '' as they were given.").tag(sync=True)
    pool = Unicode("", help="What others are chosen from, in words.").tag(sync=True)
    choices = List(Unicode(), help="What can be asked for.").tag(sync=True)
    classes = List(Unicode(), help="Names of the classes that can be chosen.").tag(sync=True)
    has_next = Bool(False, help="Whether there are more of what was chosen.").tag(sync=True)
    has_previous = Bool(False, help="Whether there are some before.").tag(sync=True)
    error = Unicode("", help="Why the last choice failed; '' where it did not.").tag(sync=True)

    _asked = List([0, "", []], help="Serial, what is asked for, and numbers.").tag(sync=True)
    _answered = Int(0, help="Serial of the last choice that was made or refused.").tag(sync=True)

    def __init__(
        self,
        grid: ChannelGrid,
        on_ask: Function[[str, tuple[int, ...]], None] | None = None,
        **traits: Any,
    ) -> None:
        instance("grid", grid, ChannelGrid)
        optional_function("on_ask", on_ask)
        super().__init__(grid=grid, on_ask=on_ask, **traits)

    def show_answers(self, answers: SampleAnswers, step: int = -1) -> None:
        """Say how many samples there are, and how many answers are right.

        Parameters
        ----------
        answers : SampleAnswers
        step : int
            The training step that they are of; -1: of the model as it stands.
        """
        with self.hold_sync():
            self.samples = len(answers)
            self.judged, self.right = answers.judged, answers.right_count
            self.step = step

    def show_choice(self, chosen: str, *, has_previous: bool, has_next: bool) -> None:
        """Say which samples are shown, and whether there are more before and after them."""
        with self.hold_sync():
            self.chosen = chosen
            self.has_previous, self.has_next = has_previous, has_next

    def offer(self, pool: str, choices: Sequence[str], classes: Sequence[str]) -> None:
        """Say what others can be chosen, from where, and of which classes."""
        with self.hold_sync():
            self.pool = pool
            self.choices, self.classes = list(choices), list(classes)

    def _let_go(self) -> None:
        self.set_trait("on_ask", None)

    @observe("_asked")
    def _on_asked(self, change: dict[str, Any]) -> None:
        """The page asked for others: no caller is there to see an error but the reader."""
        serial, what, numbers = change["new"]
        answer = afterwards(partial(setattr, self, "_answered", serial))
        with surely(answer), answer:
            try:
                if self.on_ask is None:
                    raise TypeError("nothing here can choose samples: SamplesBar needs on_ask=…")
                self.on_ask(what, tuple(numbers))
            except Exception as error:
                self.error = logged_error(self, error)
            except BaseException:
                self.error = "The choice was interrupted; what is shown is from before."
                raise
            else:
                self.error = ""
