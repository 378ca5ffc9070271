"""What is said of a signal over depth, and when it is worth saying."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...measurements.training.signal import Signal, Trend, fading, stretches

CHANGE, CHANGE_THAT_SHOWS = 1e4, 1e3
"""By how much the signal changes in all: gains of a third to three a layer, as usual
initialisations and trainings leave them, do not add up to the first within eight layers. The
second, what half precision can hold beside a bias, where the outputs show that it is lost."""

CHANGE_OF_GRADIENTS = 1e3
"""The same of gradients, which are heard only where the task is not solved: a learning rate at
which the last layers learn moves the others by a thousandth of that."""

CERTAIN = 1e6
"""From here on nothing is left of the signal in float32, whose digits end at 6e-8."""


def trends(
    scales: Sequence[float],
    normalised: Sequence[bool],
    trend_of: Callable[[Sequence[float]], Trend | None],
) -> Iterator[Trend]:
    """The trend in each stretch of layers that no normalisation divides."""
    for first, last in stretches(scales, normalised):
        trend = trend_of(scales[first : last + 1])
        if trend is not None:
            yield trend.behind(first)


def fades(signal: Signal, change: float) -> Trend | None:
    """The fall that goes on to the end, or to where nothing at all is left."""
    left = len(signal.forward)
    while left and signal.forward[left - 1] == 0:
        left -= 1
    found = [
        trend
        for trend in trends(signal.forward, signal.normalised, fading)
        if trend.last == left - 1 and trend.change <= 1 / change
    ]
    return found[-1] if found else None


def over_depth(signal: Signal, trend: Trend) -> str:
    """Where the signal was how large."""
    first, last = signal.layers[trend.first], signal.layers[trend.last]
    return (
        f"samples differ by {signal.scale(trend.first):.2g} in {first}, and by "
        f"{signal.scale(trend.last):.2g} in {last} ({trend.layers} layers)"
    )
