"""Whether two surveys are of the same samples, as far as a few digests tell."""

from __future__ import annotations

import numpy as np

from cnnviz_widgets.analysis.survey.kept_samples import IN_ROWS
from cnnviz_widgets.records.survey.sample_digests import (
    are_same_samples,
    as_pairs,
    digests_from,
    no_digests,
)

from .surveys import digests_of


def test_parts_merge_to_the_whole_in_any_order() -> None:
    whole = digests_of(np.arange(2000))
    assert len(whole.numbers) == IN_ROWS
    one, two, three = (digests_of(np.arange(at, at + 500)) for at in (0, 500, 1000))
    parts = digests_of(np.arange(1500, 2000)).merged(three.merged(one).merged(two))
    assert as_pairs(parts) == as_pairs(whole)
    assert as_pairs(digests_from(as_pairs(whole))) == as_pairs(whole)
    assert digests_from(as_pairs(whole)).arrays["digest"].dtype == np.uint64


def test_same_samples_are_those_of_which_all_in_common_are_equal() -> None:
    few, many = digests_of(np.arange(700)), digests_of(np.arange(2000))
    assert are_same_samples(few, many)
    assert are_same_samples(many, few)
    assert not are_same_samples(many, digests_of(np.arange(2000), 1))
    assert not are_same_samples(few, digests_of(np.arange(700, 2000)))
    assert not are_same_samples(few, no_digests())
    pairs = as_pairs(many)
    number, digest = pairs[40]
    other = [*pairs[:40], (number, digest ^ 1), *pairs[41:]]
    assert not are_same_samples(many, digests_from(other))
