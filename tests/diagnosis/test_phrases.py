"""Numbers in sentences."""

from __future__ import annotations

import pytest

from cnnviz_widgets.diagnosis.phrases import percent, span


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0004, "0.04 %"),
        (0.004, "0.4 %"),
        (0.493, "49 %"),
        (0.995, "99.5 %"),
        (0.9998, "over 99.9 %"),
        (1, "100 %"),
        (12.3, "1,230 %"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0, 5, "from 0 to 5"),
        (-0.25, 1 / 3, "from -0.25 to 0.333"),
        (0, 0, "all 0"),
        (255.0, 255.0, "all 255"),
        (100.1, 100.2, "all about 100"),
    ],
)
def test_what_is_one_number_is_no_range(low: float, high: float, text: str) -> None:
    assert span(low, high) == text
