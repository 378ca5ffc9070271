"""How numbers are written in the sentences of a report."""

from __future__ import annotations

from collections.abc import Sequence


def some_of(some: int, all_: int, noun: str) -> str:
    """``784 of 1,600 units``, ``all 12 channels``, ``the one unit``."""
    if some == all_:
        return f"the one {noun.removesuffix('s')}" if all_ == 1 else f"all {all_:,} {noun}"
    return f"{some:,} of {all_:,} {noun}"


def span(low: float, high: float, point: str = "all") -> str:
    """``from 0 to 5``; ``all 5`` where that is one number, ``all about 5`` where it reads so.

    Parameters
    ----------
    low, high : float
    point : str
        What to say of numbers that are all alike.
    """
    first, last = f"{low:.3g}", f"{high:.3g}"
    if first != last:
        return f"from {first} to {last}"
    return f"{point} {first}" if low == high else f"{point} about {first}"


def are(some: int) -> str:
    """``is`` or ``are``."""
    return "is" if some == 1 else "are"


def samples(count: int) -> str:
    """``all 64 samples``, ``the one sample``."""
    return "the one sample" if count == 1 else f"all {count:,} samples"


def listed(names: Sequence[str], most: int = 4) -> str:
    """``a, b and c``, and how many more there are."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def capital(sentence: str) -> str:
    """The sentence with a capital first letter, unless it begins with a layer's name."""
    return sentence[:1].upper() + sentence[1:]
