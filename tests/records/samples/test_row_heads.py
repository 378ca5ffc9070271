"""What is known of samples, and of answers that come in part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnnviz_widgets.records.samples.row_heads import SampleAnswers
from cnnviz_widgets.records.samples.shown_inputs import ShownInputs


def answers(right: list[int]) -> SampleAnswers:
    count = len(right)
    return replace(
        SampleAnswers.none(count, tuple("ab"[k % 2] for k in range(count))),
        answers=("a",) * count,
        right=np.array(right, np.int8),
    )


def test_those_that_were_not_looked_at_again_are_old_and_not_counted() -> None:
    before = answers([1, 0, 1, 1])
    assert (before.judged, before.right_count) == (4, 3)
    after = before.renewed(np.array([1, 2]), answers([1, 0]))
    assert after.right.tolist() == [1, 1, 0, 1]
    assert after.old.tolist() == [True, False, False, True]
    assert (after.judged, after.right_count) == (2, 1)
    assert before.right.tolist() == [1, 0, 1, 1]


def test_before_the_model_has_answered_the_truth_is_known() -> None:
    before = answers([1, 0]).unanswered()
    assert before.truths == ("a", "b")
    assert before.answers == ("", "")
    assert before.judged == 0


def test_inputs_that_are_not_in_the_pool_are_refused() -> None:
    with pytest.raises(ValueError, match="less than 3, the size of the pool; got 3"):
        ShownInputs("wrong ones", (0, 3), 3)
