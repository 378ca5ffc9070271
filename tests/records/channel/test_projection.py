"""What a projection says of itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.records.channel.projection import Projection


def projection(**others: Any) -> Projection:
    facts: dict[str, Any] = {
        "path": "conv",
        "channel": 7,
        "sample": 4,
        "place": (3, 2),
        "activation": 1.5,
        "rule": "guided",
        "map": np.zeros((8, 8, 1), "float32"),
        "source": "image",
        "covered": 3,
        "uncovered": (),
        "likeness_to_others": None,
        "others": 0,
        "likeness_to_fresh": None,
        "fresh": 0,
    }
    return Projection(**facts | others)


def test_a_rule_has_its_name_only_where_it_covers_all() -> None:
    assert projection().sentence == "guided"
    assert projection(rule="deconv").sentence == "deconv"
    some = projection(uncovered=(("SiLU", 2),))
    assert some.sentence == "guided for 3 of 5 activations; 2 SiLU: plain there"
    assert some.activations == 5
    kinds = projection(covered=0, uncovered=(("ELU", 2), ("clip", 1)))
    assert kinds.sentence == "guided for 0 of 3 activations; 2 ELU, 1 clip: plain there"
    none = projection(covered=0)
    assert none.sentence == "guided: no activation on the way, as plain"
    plain = projection(rule="plain", covered=None)
    assert (plain.sentence, plain.activations) == ("plain", None)


@pytest.mark.parametrize(
    ("others", "fresh", "doubt"),
    [
        (0.84, 0.75, "mostly the picture, not the network"),
        (0.1, 0.5, "mostly the picture, not the network"),
        (0.64, 0.48, "mostly the picture, not the channel"),
        (0.5, None, "mostly the picture, not the channel"),
        (0.1, -0.06, None),
        (-0.9, None, None),
        (None, None, None),
    ],
)
def test_what_is_the_same_without_the_network_is_doubted(
    others: float | None, fresh: float | None, doubt: str | None
) -> None:
    found = projection(likeness_to_others=others, others=12, likeness_to_fresh=fresh, fresh=9)
    assert found.doubt == doubt
    few = projection(likeness_to_others=others, others=2, likeness_to_fresh=fresh, fresh=2)
    assert few.doubt is None


def test_the_summary_says_all() -> None:
    assert projection(place=(), notes=("A note.",)).summary == (
        "Channel 7 of 'conv' is 1.5 on sample 4; guided. A note."
    )
    found = projection(likeness_to_others=0.84, others=12, likeness_to_fresh=0.75, fresh=9)
    assert found.summary == (
        "Channel 7 of 'conv' is 1.5 at (3, 2) on sample 4; guided. Cosine of the map 0.84 to 12 "
        "other channels and 0.75 to a freshly initialised network: mostly the picture, not the "
        "network."
    )
    one = projection(likeness_to_others=0.1, others=1)
    assert one.summary.endswith("Cosine of the map 0.10 to 1 other channel.")
