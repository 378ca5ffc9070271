"""What a redundancy says of itself."""

from __future__ import annotations

from typing import Any

from cnnviz_widgets.analysis.channel.symmetries import IDENTITY, Symmetry
from cnnviz_widgets.records.channel.redundancy import AlikePair, Null, Redundancy


def found(*pairs: AlikePair, **others: Any) -> Redundancy:
    facts: dict[str, Any] = {
        "path": "conv",
        "channels": 6,
        "samples": 16,
        "compared": (0, 1, 2, 3, 4),
        "silent": (5,),
        "constant": (),
        "seldom": (),
        "nonfinite": (),
        "standing_out": sum(pair.stands_out for pair in pairs),
        "nulls": (Null("fresh", 0.8, 0.7, 300), Null("permuted", 0.2, 0.1, 500)),
        "symmetries": (IDENTITY,),
        "shift": 1,
        "notes": (),
    }
    return Redundancy(pairs=pairs, **(facts | others))


def test_groups_join_pairs_that_share_a_channel() -> None:
    pairs = [
        AlikePair(0, 1, IDENTITY, (0, 0), 0.99, True),
        AlikePair(2, 3, Symmetry(1), (0, 0), 0.98, True),
        AlikePair(1, 4, IDENTITY, (0, 0), 0.97, True),
        AlikePair(3, 4, IDENTITY, (0, 0), 0.5, False),
    ]
    assert found(*pairs).groups == ((0, 1, 4), (2, 3))
    bridge = AlikePair(3, 4, IDENTITY, (0, 0), 0.9, True)
    assert found(*pairs[:3], bridge).groups == ((0, 1, 2, 3, 4),)


def test_sentences() -> None:
    pair = AlikePair(0, 1, Symmetry(1, True), (0, -1), 0.987, True)
    assert pair.words == "1 is 0 mirrored and turned by 90°, shifted by (0, -1) (0.987)"
    assert AlikePair(0, 1, IDENTITY, (2,), 1.0, True).words == "1 is 0 shifted by 2 (1.000)"
    assert AlikePair(0, 1, IDENTITY, (), 1.0, True).words == "1 is 0 again (1.000)"
    assert found(pair).summary == (
        "1 pair is alike among 5 channels of 'conv' on 16 samples, above 0.800, the level of a "
        "freshly initialised network's own pairs (1 in 20 layers). Not compared: 1 silent."
    )
    low = AlikePair(0, 1, IDENTITY, (0, 0), 0.5, False)
    assert found(low, notes=("A note.",)).summary == (
        "No pair stands out among 5 channels of 'conv' on 16 samples: the most alike has 0.500, "
        "below 0.800, the level of a freshly initialised network's own pairs (1 in 20 layers). "
        "Not compared: 1 silent. A note."
    )
    assert found(nulls=(), silent=()).summary == (
        "No two are equal among 5 channels of 'conv' on 16 samples; they are too few to tell "
        "likeness from chance."
    )
    assert found(pair, nulls=(), silent=()).summary == (
        "1 pair is equal among 5 channels of 'conv' on 16 samples."
    )
    assert found(compared=(1,), silent=()).summary == (
        "'conv' has 1 channel that could be compared."
    )
