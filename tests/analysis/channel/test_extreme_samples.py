"""The strongest samples of channels, against looking at every value."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.extreme_samples import extreme_samples, nonfinite_values
from cnnviz_widgets.analysis.survey.strongest import NO_SAMPLE


def by_hand(
    values: np.ndarray, count: int, sign: int, channel: int
) -> list[tuple[float, int, int]]:  # type: ignore[type-arg]
    entries = []
    for sample, own in enumerate(values.reshape(len(values), -1, values.shape[-1])):
        column = own[:, channel]
        known = [(sign * float(v), -k) for k, v in enumerate(column) if np.isfinite(v)]
        if known:
            best, place = max(known)
            entries.append((best, sample, -place))
    return sorted(entries, key=lambda entry: (-entry[0], entry[1]))[:count]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("shape", [(7, 3, 4, 5), (7, 6, 5), (7, 5), (1, 2, 2, 1), (3, 4, 1)])
@pytest.mark.parametrize("count", [1, 4, 9])
def test_as_looking_at_every_value(shape: tuple[int, ...], count: int, sign: int) -> None:
    rng = np.random.default_rng(len(shape) + count)
    values = rng.integers(-2, 3, shape).astype("float32")  # many are equal
    values[rng.random(shape) < 0.1] = np.nan
    values[rng.random(shape) < 0.05] = np.inf
    found = extreme_samples(values, count, sign)
    for channel in range(shape[-1]):
        rows = [
            (float(v), int(s), int(p))
            for v, s, p in zip(
                found.values[:, channel],
                found.samples[:, channel],
                found.places[:, channel],
                strict=True,
            )
            if s != NO_SAMPLE
        ]
        assert rows == by_hand(values, count, sign, channel)


def test_a_channel_without_a_number_has_no_sample() -> None:
    values = np.zeros((3, 2, 2), dtype="float32")
    values[..., 1] = np.nan
    found = extreme_samples(values, 2)
    assert found.samples[:, 0].tolist() == [0, 1]
    assert (found.samples[:, 1] == NO_SAMPLE).all() and (found.values[:, 1] == -np.inf).all()


def test_zeros_of_either_sign_are_equal() -> None:
    values = np.array([[-0.0], [0.0], [-0.0]], dtype="float32")
    assert extreme_samples(values, 3).samples[:, 0].tolist() == [0, 1, 2]
    assert extreme_samples(values, 3, -1).samples[:, 0].tolist() == [0, 1, 2]


def test_what_it_is_given_stays_as_it_was() -> None:
    values = np.full((4, 3, 2), np.nan, dtype="float32")
    values.flags.writeable = False
    extreme_samples(values, 2)
    assert np.isnan(values).all()


def test_values_that_are_not_finite_are_counted() -> None:
    values = np.full((3, 2, 4), 3e38, dtype="float32")
    values[0, 0, 1], values[2, 1, 1], values[1, :, 2] = np.inf, -np.inf, np.nan
    assert nonfinite_values(values).tolist() == [0, 2, 2, 0]
