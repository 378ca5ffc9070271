"""What one thread sets while another takes a message from the page is told, and at once."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from traitlets import Int, TraitError, validate

from cnnviz_widgets.widgets.jupyter.thread_local_sync import ThreadLocalChanges
from cnnviz_widgets.widgets.panels.header import InspectorHeader
from cnnviz_widgets.widgets.panels.selector import LayerSelector
from cnnviz_widgets.widgets.panels.training.timeline import Timeline
from cnnviz_widgets.widgets.panels.training.training_bar import TrainingBar


class Pair(ThreadLocalChanges):
    left = Int().tag(sync=True)
    right = Int().tag(sync=True)

    @validate("right")
    def _not_unlucky(self, proposal: dict[str, Any]) -> int:
        if proposal["value"] == 13:
            raise TraitError("13 is refused")
        value: int = proposal["value"]
        return value


def told_by(pair: Pair) -> list[tuple[str, int]]:
    told: list[tuple[str, int]] = []
    names = ["left", "right"]
    pair.observe(lambda change: told.append((change["name"], change["new"])), names)
    return told


def test_a_message_is_told_of_when_it_is_taken_whole() -> None:
    pair = Pair()
    seen: list[tuple[int, int]] = []
    pair.observe(lambda change: seen.append((pair.left, pair.right)), ["left", "right"])
    pair.set_state({"left": 1, "right": 2})
    assert seen == [(1, 2), (1, 2)]


def test_another_thread_is_not_held_back() -> None:
    pair = Pair()
    told = told_by(pair)
    with pair.hold_trait_notifications():
        pair.left = 1
        other = threading.Thread(target=lambda: setattr(pair, "right", 2))
        other.start()
        other.join()
        assert told == [("right", 2)]
        with pair.hold_trait_notifications():
            pair.left = 3
        assert told == [("right", 2)]
    assert told[1:] == [("left", 1), ("left", 3)]


def test_only_the_messages_of_the_thread_that_asks_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = Pair()
    sent: list[set[str]] = []
    monkeypatch.setattr(
        pair, "send_state", lambda key: sent.append({key} if isinstance(key, str) else set(key))
    )

    def another() -> None:
        pair.right = 2
        with pair.hold_sync():
            pair.right = 3

    with pair.hold_sync():
        pair.left = 1
        other = threading.Thread(target=another)
        other.start()
        other.join()
        assert sent == [{"right"}, {"right"}]
        pair.right = 4
    assert sent[2:] == [{"left", "right"}]


def test_another_thread_is_checked_all_the_same() -> None:
    pair = Pair()
    errors: list[Exception] = []

    def wrong() -> None:
        try:
            pair.right = 13
        except TraitError as error:
            errors.append(error)

    with pair.hold_trait_notifications():
        other = threading.Thread(target=wrong)
        other.start()
        other.join()
    assert len(errors) == 1
    assert pair.right == 0


def test_what_is_refused_is_not_set() -> None:
    pair = Pair()
    told = told_by(pair)
    with pytest.raises(TraitError, match="13 is refused"):
        pair.set_state({"left": 1, "right": 13})
    assert (pair.left, pair.right) == (1, 0)
    assert told == [("left", 1)]
    pair.left = 2
    assert told == [("left", 1), ("left", 2)]


@pytest.mark.parametrize("widget", [InspectorHeader, LayerSelector, Timeline, TrainingBar])
def test_what_training_sets_is_made_for_it(widget: type) -> None:
    assert issubclass(widget, ThreadLocalChanges)
