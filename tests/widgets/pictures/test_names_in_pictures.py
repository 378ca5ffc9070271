"""The names in a still picture: each within its room, and plainly cut where it has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import ImageDraw, ImageFont

from cnnviz_widgets.analysis import LayerRecord
from cnnviz_widgets.widgets.pictures.grid_picture import grid_picture

LONG = "pedestrian crossing"


def written(monkeypatch: pytest.MonkeyPatch, channels: int, names: list[str]) -> list[str]:
    """What the still picture of a layer with these channels and two samples writes, in order."""
    texts: list[str] = []
    plain = ImageDraw.ImageDraw.text

    def text(self: ImageDraw.ImageDraw, xy: Any, text: str, *rest: Any, **more: Any) -> None:
        texts.append(text)
        plain(self, xy, text, *rest, **more)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    values = np.random.default_rng(5).normal(size=(2, channels)).astype("float32")
    grid_picture(LayerRecord(values), ["tram", LONG], channel_names=names)
    return texts


def test_each_column_with_room_has_its_class_and_what_is_cut_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["0 (tram)", f"1 ({LONG})", "2 (lorry)"]
    _, first, second, third, row, last = written(monkeypatch, 3, names)
    assert [first, third, row] == ["0 (tram)", "2 (lorry)", "tram"]
    for cut, whole, room in ((second, names[1], 88), (last, LONG, 84)):
        assert cut.endswith("…")
        assert whole.startswith(cut[:-1])
        assert room / 2 < ImageFont.load_default(11).getlength(cut) <= room


def test_narrow_columns_have_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = written(monkeypatch, 100, [])
    numbers = [int(text) for text in texts if text.isdigit()]
    assert 1 < len(numbers) < 100
    assert [text for text in texts if "…" in text] == [texts[-1]]
