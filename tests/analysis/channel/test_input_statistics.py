"""The range, the colours and the spectrum of inputs, against inputs that have known ones."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.analysis.channel.input_statistics import input_statistics, natural_spectrum

RANDOM = np.random.default_rng(0)


def test_the_range_is_each_channels_own_and_of_finite_values() -> None:
    inputs = RANDOM.uniform([0, -2], [1, 5], (30, 4, 4, 2))
    inputs[0, 0, 0] = np.nan, np.inf
    found = input_statistics(inputs)
    finite = np.where(np.isfinite(inputs), inputs, np.nan)
    np.testing.assert_allclose(found.low, np.nanmin(finite, (0, 1, 2)))
    np.testing.assert_allclose(found.high, np.nanmax(finite, (0, 1, 2)))
    np.testing.assert_allclose(found.mean, np.nanmean(finite, (0, 1, 2)))


def test_colours_vary_as_the_inputs_do() -> None:
    mixing = np.array([[1, 0, 0], [0.9, 0.2, 0], [-0.5, 0, 0.4]])
    inputs = RANDOM.normal(size=(400, 6, 6, 3)) @ mixing.T
    colours = input_statistics(inputs).colours
    drawn, real = colours @ colours.T, mixing @ mixing.T
    np.testing.assert_allclose(drawn / drawn[0, 0], real / real[0, 0], atol=0.03)
    assert np.sqrt((colours**2).sum(1)).max() == pytest.approx(1)


def test_the_spectrum_is_that_of_the_inputs_and_of_nature_where_there_are_few() -> None:
    noise = input_statistics(RANDOM.normal(size=(500, 8, 8, 1))).spectrum
    np.testing.assert_allclose(noise, 1, atol=0.25)
    waves = np.cos(2 * np.pi * 2 * np.arange(16) / 16 + RANDOM.uniform(0, 7, (500, 1)))[..., None]
    strongest = input_statistics(waves).spectrum
    assert strongest.shape == (9,) and strongest.argmax() == 2
    few = input_statistics(RANDOM.normal(size=(1, 8, 8, 1))).spectrum
    nature = natural_spectrum((8, 8))
    assert np.corrcoef(few.ravel(), nature.ravel())[0, 1] > 0.8
    for spectrum in (noise, strongest, few, nature):
        assert (spectrum**2).mean() == pytest.approx(1)


def test_natures_spectrum_falls_with_the_frequency_in_every_direction() -> None:
    nature = natural_spectrum((6, 10, 8))
    assert nature.shape == (6, 10, 5)
    np.testing.assert_allclose(nature[0, 0, 1] / nature[0, 0, 2], 2)
    np.testing.assert_allclose(nature[1, 0, 0], nature[-1, 0, 0])
    np.testing.assert_allclose(natural_spectrum(()), 1)


def test_rows_of_a_table_have_no_spectrum_and_a_repeated_column_does_no_harm() -> None:
    column = RANDOM.normal(size=(20, 1))
    found = input_statistics(np.concatenate([column, column, np.ones((20, 1))], 1))
    assert found.spectrum.shape == ()
    assert np.isfinite(np.linalg.inv(found.colours)).all()
    assert found.low[2] == found.high[2] == 1


@pytest.mark.parametrize(
    ("inputs", "words"),
    [(np.full((3, 2), np.nan), "no value"), (np.ones((4, 3, 3, 1)), "all values .* the same")],
)
def test_without_a_range_there_is_nothing_to_draw_in(inputs: np.ndarray, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        input_statistics(inputs)
