"""LayerAnswers: what all channels of a layer of a live model are asked together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from traitlets import Bool, Dict, List, Tuple, Unicode, observe, validate

from ....model import model_lock
from ....model.survey.model_stamp import weights_stamp
from ....runtime.newest_work import NewestWork, Superseded, Turn
from ....validation.objects import optional
from ....validation.texts import one_of
from ...jupyter.bundles import BundledWidget, bundle
from ...jupyter.error_text import logged_error
from ...jupyter.ownership import Owning
from ...jupyter.thread_local_sync import ThreadLocalSync
from ...linking.selection import Selection
from ...linking.traits import WidgetOf
from ..subject import ChannelSubject
from ..work_beside import WorkBeside
from .filters_part import filters
from .layer_answer import LayerAnswer
from .patience import Patience
from .sheet_part import contact_sheet

Ask: TypeAlias = Callable[[ChannelSubject, Patience], Iterator[LayerAnswer]]
"""Gives one answer after another, each in place of the one before."""


class LayerPart(NamedTuple):
    """A question about a layer.

    Attributes
    ----------
    title : str
        Its heading in the page.
    hint : str
        What is done, in a few words.
    ask : Ask
    """

    title: str
    hint: str
    ask: Ask


PARTS = {
    "filters": LayerPart("Blank and redundant filters", "of the whole layer", filters),
    "sheet": LayerPart("What excites each channel", "by gradient ascent", contact_sheet),
}
"""By their names."""


class LayerAnswers(WorkBeside, Owning, ThreadLocalSync, BundledWidget):
    """Questions about a whole layer, each under a heading: what is unfolded is asked.

    It takes long, so nothing is asked anew by itself when the weights change: the page says that
    what it shows is of earlier ones.

    Parameters
    ----------
    selection : Selection, optional
        Where a click selects channels.
    before : NewestWork, optional
        What is to be done before, where both wait for the model: it takes less long.
    **traits
        Any trait of the widget.
    """

    _esm = bundle("layer-answers.js")
    _css = bundle("layer-answers.css")

    selection = WidgetOf(Selection).tag(sync=True)
    unfolded = List(Unicode(), help="Which questions are asked.").tag(sync=True)
    active = Bool(True, help="Whether anybody looks: what nobody sees is not asked.")
    _rows = List([0, 0], help="Which channels the selection's numbers stand for.").tag(sync=True)
    _titles = List(Tuple(Unicode(), Unicode(), Unicode())).tag(sync=True)
    _asks = Bool(False, help="Whether anything can be asked of what is shown.").tag(sync=True)
    _answers = Dict(help="The answers, by the names of the questions.").tag(sync=True)
    _again = List([0, ""], help="Serial, and the question to ask anew.").tag(sync=True)

    _subject: ChannelSubject | None = None
    _latest: ChannelSubject | None = None
    _stamp: tuple[bytes, ...] = ()

    def __init__(
        self,
        *,
        selection: Selection | None = None,
        before: NewestWork | None = None,
        **traits: Any,
    ) -> None:
        optional("selection", selection, Selection)
        optional("before", before, NewestWork)
        self._before = before
        self._work = NewestWork(lambda error: logged_error(self, error))
        super().__init__(
            selection=selection or Selection(),
            _titles=[(name, part.title, part.hint) for name, part in PARTS.items()],
            **traits,
        )

    @property
    def answered(self) -> dict[str, Any]:
        """The answers as the page has them, by the names of the questions."""
        return dict(self._answers)

    def look_at(self, subject: ChannelSubject | None, first: int = 0, count: int = 0) -> None:
        """Ask about another layer, or find out whether answers still hold.

        Parameters
        ----------
        subject : ChannelSubject or None
            None: of what is shown nothing can be asked.
        first, count : int
            The selection's numbers stand for so many channels of the layer, from the first on.
        """
        before = self._subject
        if subject is not None and before is not None and _are_of_one(subject, before):
            self._latest, self._rows = subject, [first, count]
            if self._holds_something and self._stamp != _stamp_of(subject):
                self._work.end()
                self._answers = {name: _old(each) for name, each in self._answers.items()}
            return
        with self.hold_sync():
            self._work.end()
            self._subject = self._latest = subject
            self._asks = subject is not None
            self._rows = [first, count]
            self._answers = {}
        self._ask()

    @validate("unfolded")
    def _known_parts(self, proposal: dict[str, Any]) -> list[str]:
        return [one_of("each of unfolded", name, list(PARTS)) for name in proposal["value"]]

    @observe("unfolded", "active")
    def _on_asked(self, change: dict[str, Any]) -> None:
        self._ask()

    @observe("_again")
    def _on_again(self, change: dict[str, Any]) -> None:
        """The page asks again what failed, or is of earlier weights."""
        _, name = change["new"]
        self._answers = {each: answer for each, answer in self._answers.items() if each != name}
        self._ask()

    @property
    def _holds_something(self) -> bool:
        return any(answer["state"] != "old" for answer in self._answers.values())

    def _ask(self) -> None:
        if self._answers and not self._holds_something and self._latest is not None:
            # Of these weights nothing is known.
            self._subject, self._stamp = self._latest.anew(), ()
        subject = self._subject
        names = [name for name in PARTS if name in self.unfolded] if self.active else []
        missing = [name for name in names if not self._stands(name)]
        if subject is None or not missing:
            self._work.end()
            return
        self._work.begin(lambda turn: self._answer(subject, missing, turn))

    def _stands(self, name: str) -> bool:
        return name in self._answers and self._answers[name]["state"] in ("done", "old")

    def _answer(self, subject: ChannelSubject, names: list[str], turn: Turn) -> None:
        patience = Patience(turn, self._before)
        if not self._answers or not self._stamp:
            self._stamp = _stamp_of(subject)
        for name in names:
            tell = partial(self._tell, turn, name)
            last = LayerAnswer()
            tell("asked", last)
            try:
                # Each answer is asked under the model's lock, which is free in between.
                for last in PARTS[name].ask(subject, patience):
                    tell("asked", last)
                # Of weights that change meanwhile an answer is of neither.
                tell("done" if self._stamp == _stamp_of(subject) else "old", last)
            except Superseded:
                raise
            except Exception as error:
                words = logged_error(self, error)
                tell("failed", LayerAnswer((("doubt", words),), sheet=last.sheet))

    def _tell(self, turn: Turn, name: str, state: str, answer: LayerAnswer) -> None:
        def put() -> None:
            self._answers = {**self._answers, name: _entry(answer, state)}

        turn.tell(put)

    def _let_go(self) -> None:
        self._work.end()
        self._subject = self._latest = None
        self._answers = {}


def _entry(answer: LayerAnswer, state: str) -> dict[str, Any]:
    return {
        "state": state,
        "words": [(tone, text) for tone, text in answer.words],
        "choices": [choice.entry() for choice in answer.choices],
        "sheet": answer.sheet,
    }


def _are_of_one(one: ChannelSubject, other: ChannelSubject) -> bool:
    """Whether they are the same layer of the same model, asked by the same inputs."""
    return one.probe is other.probe and one.path == other.path


def _old(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "state": "old"}


def _stamp_of(subject: ChannelSubject) -> tuple[bytes, ...]:
    model = subject.probe.model
    with model_lock(model):
        return weights_stamp(model)
