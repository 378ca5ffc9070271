"""SamplesBar: what samples the model is shown, how many it gets right, and how to show others."""

from __future__ import annotations

from collections.abc import Callable as Function
from collections.abc import Sequence
from functools import partial
from typing import Any

from anywidget import WidgetTrait
from traitlets import Bool, Callable, Float, Int, List, Unicode, observe

from ...records.samples.row_heads import SampleAnswers
from ...runtime.call_stack import afterwards, surely
from ...validation.objects import instance, optional, optional_function
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.error_text import error_in_page, logged_error
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.sample_selection import SampleSelection
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
        ``"unsure"``, ``"random"``, ``"class"``, ``"surveyed"``, ``"next"`` or ``"previous"``,
        `numbers` those of the samples picked or of the class. What it raises is shown in the page.
    surveyed_selection : SampleSelection, optional
        Selected ones of the samples surveyed, of which the model can be shown some.
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
    _surveyed = WidgetTrait().tag(sync=True)
    _wrong = List(Int(), help="Numbers of the samples with wrong answers.").tag(sync=True)
    has_next = Bool(False, help="Whether there are more of what was chosen.").tag(sync=True)
    has_previous = Bool(False, help="Whether there are some before.").tag(sync=True)
    error = Unicode("", help="Why the last choice failed; '' where it did not.").tag(sync=True)

    survey = Unicode("", help="How many samples were surveyed; '' before a survey.").tag(sync=True)
    survey_stale = Bool(False, help="Whether it is of earlier weights.").tag(sync=True)
    surveying = Unicode("", help="How far a survey is, in words; '' while none goes on.").tag(
        sync=True
    )
    survey_share = Float(-1.0, help="The same as a share, 0 to 1; −1: not known.").tag(sync=True)
    can_survey = Bool(False, help="Whether there is a pool to survey.").tag(sync=True)

    _survey_asked = Int(0, help="How often the page asked for a survey.").tag(sync=True)
    _stop_asked = Int(0, help="How often the page asked to end it.").tag(sync=True)
    _asked = List([0, "", []], help="Serial, what is asked for, and numbers.").tag(sync=True)
    _answered = Int(0, help="Serial of the last choice that was made or refused.").tag(sync=True)

    def __init__(
        self,
        grid: ChannelGrid,
        on_ask: Function[[str, tuple[int, ...]], None] | None = None,
        *,
        surveyed_selection: SampleSelection | None = None,
        **traits: Any,
    ) -> None:
        optional("surveyed_selection", surveyed_selection, SampleSelection)
        instance("grid", grid, ChannelGrid)
        optional_function("on_ask", on_ask)
        self._on_survey: Function[[], None] | None = None
        self._on_stop: Function[[], None] | None = None
        super().__init__(grid=grid, on_ask=on_ask, _surveyed=surveyed_selection, **traits)

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
            self._wrong = answers.wrong.tolist()
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

    def offer_survey(
        self, on_survey: Function[[], None] | None, on_stop: Function[[], None]
    ) -> None:
        """What begins a survey of the pool, None where there is none, and what ends any survey."""
        self._on_survey, self._on_stop = on_survey, on_stop
        self.can_survey = on_survey is not None

    def show_survey(self, samples: str, *, is_stale: bool) -> None:
        """Say what was surveyed, ``8,000 samples``, and whether that is of earlier weights."""
        with self.hold_sync():
            self.survey = samples
            self.survey_stale = bool(samples) and is_stale

    def show_surveying(self, share: float, message: str) -> None:
        """Say how far a survey is, below 0 where that is not known; "" at its end."""
        with self.hold_sync():
            self.survey_share = share
            self.surveying = message

    def _let_go(self) -> None:
        self.set_trait("on_ask", None)
        self._on_survey = self._on_stop = None

    @observe("_survey_asked", "_stop_asked")
    def _on_survey_asked(self, change: dict[str, Any]) -> None:
        """Begin or end a survey, which goes on beside all else: what fails is said by itself."""
        do = self._on_survey if change["name"] == "_survey_asked" else self._on_stop
        if do is not None:
            with error_in_page(self):
                do()

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
