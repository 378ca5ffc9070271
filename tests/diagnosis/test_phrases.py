"""Numbers in sentences."""

from __future__ import annotations

import pytest

from cnnviz_widgets.diagnosis.phrases import percent


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
