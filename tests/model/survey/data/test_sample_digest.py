"""Digests of samples: the same however they are handed over, others for others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.model.survey.data.sample_digest import batch_digests, with_batch
from cnnviz_widgets.model.survey.data.survey_data import RawBatch
from cnnviz_widgets.records.survey.sample_digests import as_pairs, no_digests

X = np.random.default_rng(0).normal(size=(600, 3, 2)).astype("float32")


def batch(inputs: Any, first: int = 0, count: int = 600) -> RawBatch:
    return RawBatch(inputs, None, np.arange(first, first + count))


def digests(inputs: Any) -> list[int]:
    return batch_digests(batch(inputs, 0, 4), np.arange(4)).tolist()


def test_they_do_not_hang_on_batches() -> None:
    whole = with_batch(no_digests(), batch(X))
    parts = no_digests()
    for first in range(0, 600, 7):
        part = X[first : first + 7]
        parts = with_batch(parts, batch(part, first, len(part)))
    assert as_pairs(parts) == as_pairs(whole)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (X[:4], X[:4].astype("float64")),
        (np.arange(4, dtype="int8"), np.arange(4, dtype="uint32")),
        (np.array(["a", "bc", "", "d"]), np.array([b"a", b"bc", b"", b"d"], object)),
        ([X[:4], np.arange(4)], [X[:4], np.arange(4)]),
    ],
)
def test_equal_numbers_are_equal(one: Any, other: Any) -> None:
    assert digests(one) == digests(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (X[:4], X[:4] * np.float32(1.0001)),
        (X[:4], X[:4].reshape(4, 6)),
        (np.arange(4), np.arange(4) + 1),
        (np.array([["a", "bc"]] * 4), np.array([["ab", "c"]] * 4)),
        ([X[:4], np.arange(4)], [X[:4], np.arange(4) + 1]),
    ],
)
def test_others_are_others(one: Any, other: Any) -> None:
    assert digests(one)[0] != digests(other)[0]
