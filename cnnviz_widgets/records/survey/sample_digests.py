"""Whether two surveys, or a survey and data, are of the same samples: by digests of a few of them.

Digests are kept of the samples that `KeptSamples` keeps, so that two surveys of the same samples
keep those of the same ones, in whatever parts they were made.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...analysis.survey.kept_samples import IN_ROWS, KeptSamples

SampleDigests = KeptSamples
"""Its array ``digest`` (k,) holds 64 bits of a hash of each sample's inputs, as uint64."""


def no_digests() -> SampleDigests:
    """Of no sample."""
    none = {"digest": np.zeros(0, dtype=np.uint64)}
    return KeptSamples(np.zeros(0, dtype=np.int64), none, IN_ROWS)


def digests_from(pairs: Iterable[tuple[int, int]]) -> SampleDigests:
    """Those of samples' numbers and digests, in the order in which they are kept."""
    numbers, digests = zip(*pairs, strict=True) if (pairs := list(pairs)) else ((), ())
    return KeptSamples(
        np.array(numbers, dtype=np.int64),
        {"digest": np.array(digests, dtype=np.uint64)},
        IN_ROWS,
    )


def as_pairs(digests: SampleDigests) -> list[tuple[int, int]]:
    """Number and digest of each."""
    return list(zip(digests.numbers.tolist(), digests.arrays["digest"].tolist(), strict=True))


def are_same_samples(one: SampleDigests, other: SampleDigests) -> bool:
    """Whether samples of the same number are the same, as far as both have digests.

    False where they have none in common.
    """
    _, mine, theirs = np.intersect1d(
        one.numbers, other.numbers, assume_unique=True, return_indices=True
    )
    equal = one.arrays["digest"][mine] == other.arrays["digest"][theirs]
    return bool(mine.size and equal.all())
