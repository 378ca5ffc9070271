"""Numbers in sentences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import cnnviz_widgets
from cnnviz_widgets.diagnosis.phrases import span
from cnnviz_widgets.validation.messages import percent


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


@pytest.mark.parametrize("share", [1e-9, 4e-4, 0.4949, 0.995, 0.9994, 0.9996, 1 - 1e-9])
def test_what_is_neither_none_nor_all_never_reads_so(share: float) -> None:
    assert not re.match(r"(0|100)(\.0)? %", percent(share))


def test_nobody_else_writes_a_percentage() -> None:
    package = Path(cnnviz_widgets.__file__).parent
    sources = [path for path in package.rglob("*.py") if "node_modules" not in path.parts]
    assert len(sources) > 100
    itself = package / "validation" / "messages.py"
    rounded = [
        f"{path.relative_to(package)}: {line.strip()}"
        for path in sources
        if path != itself
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r":\.\d%\}|100 \* .*:\.\d\w\} %", line)
    ]
    assert not rounded


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
