"""ChannelAnswers: what one channel of a live model looks for, asked part by part."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from traitlets import Bool, Dict, List, Tuple, Unicode, observe, validate

from ...runtime.newest_work import NewestWork, Superseded, Turn
from ...validation.objects import optional
from ...validation.texts import one_of
from ..jupyter.bundles import BundledWidget, bundle
from ..jupyter.error_text import logged_error
from ..jupyter.ownership import Owning
from ..jupyter.thread_local_sync import ThreadLocalSync
from ..linking.sample_selection import SampleSelection
from ..linking.traits import Whole, WidgetOf
from .answer import Answer
from .parts import PARTS
from .subject import ChannelSubject
from .work_beside import WorkBeside


class ChannelAnswers(WorkBeside, Owning, ThreadLocalSync, BundledWidget):
    """Questions about one channel, each under a heading: what is unfolded is asked.

    A question is asked beside other work, of the model as it is; a newer one ends it.

    Parameters
    ----------
    sample_selection, surveyed_selection : SampleSelection, optional
        A click on a picture selects its sample there, of those shown or of those surveyed.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("channel-answers.js")
    _css = bundle("channel-answers.css")

    sample_selection = WidgetOf(SampleSelection).tag(sync=True)
    surveyed_selection = WidgetOf(SampleSelection).tag(sync=True)
    channel = Whole(-1, min=-1, help="The channel that is asked about; -1 for none.").tag(sync=True)
    unfolded = List(Unicode(), ["patches"], help="Which questions are asked.").tag(sync=True)
    active = Bool(True, help="Whether anybody looks: what nobody sees is not asked.")
    note = Unicode(help="What is to be known of all answers; '' for nothing.").tag(sync=True)
    _titles = List(Tuple(Unicode(), Unicode(), Unicode())).tag(sync=True)
    _asks = Bool(False, help="Whether anything can be asked of what is shown.").tag(sync=True)
    _left_out = List(Unicode(), help="Questions that do not fit the model.").tag(sync=True)
    _answers = Dict(help="The answers, by the names of the questions.").tag(sync=True)

    _subject: ChannelSubject | None = None

    def __init__(
        self,
        *,
        sample_selection: SampleSelection | None = None,
        surveyed_selection: SampleSelection | None = None,
        **traits: Any,
    ) -> None:
        optional("sample_selection", sample_selection, SampleSelection)
        optional("surveyed_selection", surveyed_selection, SampleSelection)
        self._work = NewestWork(self._failed)
        super().__init__(
            sample_selection=sample_selection or SampleSelection(),
            surveyed_selection=surveyed_selection or SampleSelection(),
            _titles=[(name, part.title, part.hint) for name, part in PARTS.items()],
            **traits,
        )

    @property
    def subject(self) -> ChannelSubject | None:
        """The layer whose channels are asked about; None before there is one."""
        return self._subject

    @property
    def work(self) -> NewestWork:
        """What is being asked."""
        return self._work

    @property
    def titles(self) -> list[tuple[str, str]]:
        """Name and heading of each question, in the page's order."""
        return [(name, part.title) for name, part in PARTS.items()]

    @property
    def answered(self) -> dict[str, Any]:
        """The answers as the page has them, by the names of the questions."""
        return dict(self._answers)

    def look_at(self, subject: ChannelSubject | None, note: str = "") -> None:
        """Ask about the channels of another layer, or of the same model at another moment.

        Parameters
        ----------
        subject : ChannelSubject or None
            None: of what is shown nothing can be asked.
        note : str
            What is to be known of all answers.
        """
        with self.hold_sync():
            self._work.end()
            is_other = (
                subject is None or self._subject is None or self._subject.path != subject.path
            )
            self._subject, self.note = subject, note
            self._asks = subject is not None
            self._left_out = [] if subject is None else _unfit(subject)
            if is_other:
                self._answers = {}
        self._ask(anew=True)

    @validate("unfolded")
    def _known_parts(self, proposal: dict[str, Any]) -> list[str]:
        return [one_of("each of unfolded", name, list(PARTS)) for name in proposal["value"]]

    @observe("channel", "unfolded", "active")
    def _on_asked(self, change: dict[str, Any]) -> None:
        self._ask(anew=False)

    def _ask(self, *, anew: bool) -> None:
        subject, channel = self._subject, self.channel
        if subject is None or channel < 0 or not self.active:
            self._work.end()
            return
        asked = set(self.unfolded) - set(self._left_out)
        names = [name for name in PARTS if name in asked]
        missing = [name for name in names if anew or not self._is_answered(name, channel)]
        if missing:
            self._work.begin(lambda turn: self._answer(subject, channel, missing, turn))

    def _is_answered(self, name: str, channel: int) -> bool:
        answer = self._answers.get(name)
        return answer is not None and (answer["channel"], answer["state"]) == (channel, "done")

    def _answer(self, subject: ChannelSubject, channel: int, names: list[str], turn: Turn) -> None:
        for name in names:
            tell = partial(self._tell, turn, name, channel)
            tell("asked", self._before(name))
            try:
                # Each answer is asked under the model's lock, which is free in between.
                for answer in PARTS[name].ask(subject, channel, turn):
                    last = answer.entry()
                    tell("asked", last)
                tell("done", last)
            except Superseded:
                raise
            except Exception as error:
                words = logged_error(self, error)
                tell("failed", Answer((("doubt", words),)).entry())

    def _before(self, name: str) -> dict[str, Any]:
        """What stands until there is an answer: that to the question before."""
        answer: dict[str, Any] = self._answers.get(name, Answer().entry())
        return answer

    def _tell(
        self, turn: Turn, name: str, channel: int, state: str, answer: Mapping[str, Any]
    ) -> None:
        def put() -> None:
            entry = {**answer, "channel": channel, "state": state}
            self._answers = {**self._answers, name: entry}

        turn.tell(put)

    def _failed(self, error: Exception) -> None:
        self.note = logged_error(self, error)

    def _let_go(self) -> None:
        self._work.end()
        self._subject = None
        self._answers = {}


def _unfit(subject: ChannelSubject) -> list[str]:
    """Names of the questions that make no sense of such a model."""
    return [name for name, part in PARTS.items() if part.fits and not part.fits(subject)]
