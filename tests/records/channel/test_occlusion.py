"""What an occlusion says of itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.occlusion_grid import OcclusionGrid
from cnnviz_widgets.records.channel.occlusion import Occlusion

GRID = OcclusionGrid((5, 3), (2, 1), (3, 1))
LOSSES = np.array([[[0.0, 1.0, -2.0], [4.0, 0.5, 0.0]], [[0.0, 2.0, -1.0], [3.0, -0.5, 0.0]]])


def occlusion(**others: Any) -> Occlusion:
    facts: dict[str, Any] = {
        "sample": 4,
        "source": "image",
        "grid": GRID,
        "fills": ("mean", "sample 2"),
        "path": "conv",
        "channel": 7,
        "channel_before": 8.0,
        "channel_losses": LOSSES,
        "target": None,
        "target_before": None,
        "target_losses": None,
        "target_unit": None,
        "answer": None,
        "answers": None,
    }
    return Occlusion(**(facts | others))


def test_what_all_fills_agree_on_counts() -> None:
    found = occlusion()
    assert found.map.tolist() == [[0, 1, -1], [3, 0, 0]]
    assert found.strongest == ((3, 5), (0, 1))
    assert found.pixels.shape == (5, 3)
    assert found.summary == "Channel 7 of 'conv' loses most at 3–4 × 0–0 of sample 4: 3 of 8."
    with pytest.raises(ValueError, match="read-only"):
        found.map[0] = 1


def test_a_target_and_flips() -> None:
    answers = np.array([[[1, 0, 0], [2, 1, 1]], [[1, 1, 0], [0, 2, 1]]])
    both = occlusion(
        target=1, target_before=2.0, target_losses=-LOSSES, answer=1, answers=answers,
        target_unit="score",
    )  # fmt: skip
    assert both.flips is not None
    assert both.flips.tolist() == [[False, False, True], [True, False, False]]
    assert both.target_map is not None
    assert both.target_map.tolist() == [[0, -1, 1], [-3, 0, 0]]
    assert both.summary.endswith("; the answer changes at 2 of 6 places.")
    alone = occlusion(
        path=None, channel=None, channel_before=None, channel_losses=None,
        target=1, target_before=2.0, target_losses=-np.abs(LOSSES), notes=("A note.",),
    )  # fmt: skip
    assert alone.before == 2
    assert alone.strongest is None
    assert alone.summary == "No patch of sample 4 takes anything from output 1. A note."
