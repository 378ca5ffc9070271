"""What is said of a picture is what its numbers allow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.records.channel.ascent import Ascent


def ascent(**fields: Any) -> Ascent:
    one = np.ones(1)
    usual: dict[str, Any] = {
        "path": "conv",
        "channels": np.zeros(1, dtype=np.intp),
        "images": np.zeros((1, 2, 2, 1), np.float32),
        "reach": one,
        "robust_reach": one,
        "selectivity": one,
        "state": ("reached",),
        "activation": one,
        "best": one,
        "rest": np.zeros(1),
        "best_samples": np.zeros(1, dtype=np.intp),
        "started": ("grey",),
        "objective": "once",
        "negative": False,
        "by_output": True,
        "steps": 64,
        "seed": 0,
        "samples": 1200,
        "source": "image",
        "low": np.zeros(1),
        "high": one,
    }
    return Ascent(**{**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "sentence", "believed"),
    [
        ({"reach": np.array([1.234])}, "Reach 1.23 of the best of 1,200 inputs; 1.00 if moved.", 1),
        (
            {"reach": np.array([0.4])},
            "Not found: reach 0.40 of the best of 1,200 inputs. Do not read it.",
            0,
        ),
        ({"reach": np.array([np.inf]), "samples": 1}, "Silent on 1 input; this wakes it.", 1),
        (
            {"reach": np.array([np.nan]), "samples": 1},
            "Found; how strongly it can be excited 1 input cannot tell.",
            0,
        ),
        (
            {"state": ("silent",), "reach": np.array([np.nan])},
            "Silent on 1,200 inputs, and nothing found wakes it.",
            0,
        ),
        (
            {"state": ("silent",), "negative": True},
            "No lower on any of 1,200 inputs, and nothing found lowers it.",
            0,
        ),
        (
            {"state": ("not-woken",)},
            "Not woken, neither from grey nor from its own strongest input.",
            0,
        ),
        (
            {"state": ("not-woken",), "started": ("top",)},
            "Not woken from its own strongest input.",
            0,
        ),
        (
            {"state": ("not-woken",), "started": ("given",)},
            "Not woken from what was given.",
            0,
        ),
        (
            {"state": ("not-woken",), "best": np.array([np.nan])},
            "Its values are NaN or infinite: there is nothing to look for.",
            0,
        ),
    ],
)
def test_each_state_has_its_sentence(fields: dict[str, Any], sentence: str, believed: bool) -> None:
    found = ascent(**fields)
    assert found.sentences == (sentence,)
    assert found.believed.tolist() == [bool(believed)]
