"""What a rehearsal says of itself."""

from __future__ import annotations

from typing import Any

from cnnviz_widgets.records.channel.pruning import PruneRehearsal


def rehearsal(**others: Any) -> PruneRehearsal:
    facts: dict[str, Any] = {
        "path": "conv",
        "channels": (1, 2),
        "how": "remove",
        "layer_channels": 8,
        "samples": 16,
        "change": 0.125,
        "unchanged": False,
        "answers": 16,
        "answers_changed": 3,
        "right_before": 12,
        "right_after": 11,
        "loss_name": "mse",
        "loss_before": 0.5,
        "loss_after": 0.75,
        "parameters_before": 1000,
        "parameters_after": 750,
        "multiplications_before": 8000,
        "multiplications_after": 4000,
        "uncounted": (),
        "changed_layers": ("conv",),
        "why_not": None,
    }
    return PruneRehearsal(**(facts | others))


def test_sentences() -> None:
    assert rehearsal().summary == (
        "Without 2 of 8 channels of 'conv' 3 of 16 answers differ; 11 are right instead of 12; "
        "the loss (mse) is 0.75 instead of 0.5; 25 % fewer parameters and 50 % fewer "
        "multiplications."
    )
    assert rehearsal(unchanged=True, how="merge").summary == (
        "Without 1 of 8 channels of 'conv' nothing changes on 16 samples; 25 % fewer parameters "
        "and 50 % fewer multiplications."
    )
    bare = rehearsal(
        answers=None, answers_changed=None, right_before=None, right_after=None,
        loss_before=None, loss_after=None, parameters_after=None, why_not="it is none",
    )  # fmt: skip
    assert bare.summary == (
        "Without 2 of 8 channels of 'conv' the outputs change by 12 %. There is no smaller "
        "model: it is none."
    )


def test_shares() -> None:
    assert (rehearsal().accuracy_before, rehearsal().accuracy_after) == (0.75, 0.6875)
    assert rehearsal(right_after=None).accuracy_after is None
