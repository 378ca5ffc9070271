"""Where a tree is cut into groups that nobody has cut."""

from __future__ import annotations

from .dendrogram_geometry import DendrogramGeometry


def automatic_cut(geometry: DendrogramGeometry) -> float:
    """The height at which most groups hold most channels, as the page cuts a tree by itself.

    Each cut scores its number of groups times the square of the share of columns that are in one;
    one group of all scores nothing. Of the best the highest is taken, half the way to the next
    merge, so that it holds when values move a little. A column by itself is no group, and columns
    that are zero throughout are not looked at.

    Parameters
    ----------
    geometry : DendrogramGeometry
        A tree over the columns that are drawn.

    Returns
    -------
    float
        In the units of the tree's heights; half of the tallest merge where no cut leaves groups.
    """
    columns = len(geometry.columns) - geometry.zero_columns
    merges = zip(geometry.split.tolist(), geometry.heights[:, 2].tolist(), strict=True)
    inside = [(split, height) for split, height in merges if split < columns]
    joined: set[int] = set()
    groups = held = 0
    best, most = -1, 0.0
    for at, (split, height) in enumerate(inside):
        # Merges come lowest first: a neighbour that is joined already is a group.
        beside = (split - 1 in joined) + (split + 1 in joined)
        groups += 1 - beside
        held += 2 - beside
        joined.add(split)
        # Merges of one height are all below a cut, or all above it; the last is one group of all.
        is_last_of_height = at + 1 == len(inside) or inside[at + 1][1] != height
        if groups == 1 and held == columns:
            continue
        score = groups * (held / columns) ** 2
        if is_last_of_height and score >= most:
            best, most = at, score
    tallest = max((height for _, height in inside), default=0.0) or 1.0
    if best < 0:
        return tallest / 2
    above = inside[best + 1][1] if best + 1 < len(inside) else tallest
    return float((inside[best][1] + above) / 2)
