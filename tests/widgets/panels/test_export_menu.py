"""ExportMenu: what it sends, what it says where there is nothing to send."""

from __future__ import annotations

from typing import Any

import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.widgets.panels.export_menu import ExportMenu

from ..small_training import IMAGES, small_model

Sent = list[tuple[dict[str, Any], list[bytes]]]


def listened(menu: ExportMenu, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What the menu sends beside its traits."""
    sent: Sent = []
    monkeypatch.setattr(menu, "send", lambda content, buffers: sent.append((content, buffers)))
    return sent


def test_a_file_goes_to_the_view_that_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    menu = ExportMenu(lambda what, suffix: (f"{what}{suffix}", b"content"))
    sent = listened(menu, monkeypatch)
    assert menu.offers[:2] == [["picture", ".png"], ["picture", ".svg"]]
    menu._asked = [1, "view-2", "picture", ".svg"]
    assert sent == [({"serial": 1, "view": "view-2", "name": "picture.svg"}, [b"content"])]
    assert (menu._answered, menu.error) == (1, "")
    # Nothing of the file stays in the state, which a notebook saves.
    assert not any(isinstance(value, bytes) for value in menu.get_state().values())


def test_what_goes_wrong_is_told_and_the_next_file_takes_it_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make(what: str, suffix: str) -> tuple[str, bytes]:
        if what == "report":
            raise ValueError("no report yet")
        return "a.png", b""

    menu = ExportMenu(make, {"picture": [".png"], "report": [".md"]})
    sent = listened(menu, monkeypatch)
    menu._asked = [1, "v", "report", ".md"]
    assert (menu.error, menu._answered, sent) == ("ValueError: no report yet", 1, [])
    menu._asked = [2, "v", "picture", ".png"]
    assert (menu.error, menu._answered, len(sent)) == ("", 2, 1)


def test_alone_it_says_what_it_lacks() -> None:
    menu = ExportMenu()
    menu._asked = [1, "v", "picture", ".png"]
    assert "ExportMenu needs on_export" in menu.error
    with pytest.raises(TypeError, match="on_export must be"):
        ExportMenu(3)  # type: ignore[arg-type]


def test_an_inspector_makes_every_file_that_it_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    inspector: Any = cv.ModelInspector(small_model(), IMAGES[:4])
    sent = listened(inspector.exporting, monkeypatch)
    inspector.diagnose()
    for serial, (what, suffix) in enumerate(inspector.exporting.offers, 1):
        inspector.exporting._asked = [serial, "v", what, suffix]
        assert inspector.exporting.error == ""
    names = [content["name"] for content, _ in sent]
    assert names == [
        *("conv1-outputs.png", "conv1-outputs.svg", "conv1-outputs-numbers.csv"),
        *("conv1-outputs-report.html", "conv1-outputs-report.md", "conv1-outputs-report.csv"),
        "conv1-outputs.py",
    ]
    assert all(buffers[0] for _, buffers in sent)
    inspector.close()
    assert inspector.exporting.on_export is None


def test_an_interrupt_is_told_and_waited_for_no_longer() -> None:
    def make(what: str, suffix: str) -> tuple[str, bytes]:
        raise KeyboardInterrupt

    menu = ExportMenu(make)
    with pytest.raises(KeyboardInterrupt):
        menu._asked = [1, "v", "picture", ".png"]
    assert (menu.error, menu._answered) == ("The export was interrupted.", 1)
