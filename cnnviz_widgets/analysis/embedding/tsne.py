"""t-SNE by openTSNE, where that is installed: the one module of `analysis` that needs it.

openTSNE is the kept implementation that can start from given positions: so the next moment of a
layer is a small step from the last, where scikit-learn's would begin anew. It is given exact
neighbours: its own search for 1,000 rows or more would first build an index.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from ..arrays import Floats
from .neighbours import Neighbours, nearest_rows
from .principal import principal_components

INSTALL = "pip install cnnviz_widgets[embedding]"
"""What brings openTSNE."""

FEWEST_ROWS = 5
"""Fewer rows have no neighbourhoods to be kept."""

PERPLEXITY = 30.0
"""About so many neighbours of each row are kept near it (openTSNE's and scikit-learn's default)."""

# Iterations with the attraction exaggerated and then without, and from given positions, where
# more of them bring no more trustworthiness (benchmark `embedding`).
_EARLY, _LATE, _NEXT = 250, 500, 60
_EXAGGERATION = 12.0
# The rate of the first iterations kept for all: greater ones cost trustworthiness. Of few rows the
# usual n / 12 hardly moves them.
_LEAST_RATE = 50.0
_EVERY = 10
# From so many rows on forces are interpolated on a grid: with fewer, a tree of them is faster.
_GRID_FROM = 3000

Tell = Callable[[float], object]
"""Called now and then with the share that is done; what it raises ends the work."""


def has_tsne() -> bool:
    """Whether openTSNE is installed."""
    return find_spec("openTSNE") is not None


def neighbour_count(rows: int) -> int:
    """How many neighbours of each of so many rows are asked for."""
    return min(rows - 1, int(3 * PERPLEXITY))


def tsne(
    values: Floats,
    start: Floats | None = None,
    *,
    neighbours: Neighbours | None = None,
    tell: Tell | None = None,
) -> Floats:
    """Positions at which rows that are near one another lie together.

    Parameters
    ----------
    values : ndarray of float64, shape (row, feature)
        As `point_rows` gives them; `FEWEST_ROWS` or more.
    start : ndarray of float64, shape (row, 2), optional
        Positions of t-SNE to go on from, such as those of the moment before; by default it
        begins with principal components. There is no chance in it.
    neighbours : Neighbours, optional
        The `neighbour_count` nearest rows of each, where they are known.
    tell : callable, optional

    Returns
    -------
    ndarray of float64, shape (row, 2)

    Raises
    ------
    ImportError
        openTSNE is not installed; the message says how to get it.
    ValueError
        There are too few rows.
    """
    if len(values) < FEWEST_ROWS:
        raise ValueError(f"t-SNE needs {FEWEST_ROWS} rows or more; got {len(values)}")
    try:
        import openTSNE
        from openTSNE.affinity import PerplexityBasedNN
        from openTSNE.nearest_neighbors import PrecomputedNeighbors
    except ImportError as error:
        raise ImportError(f"t-SNE needs openTSNE: {INSTALL}") from error
    near = neighbours or nearest_rows(values, neighbour_count(len(values)), look=_looking(tell))
    affinities = PerplexityBasedNN(
        knn_index=PrecomputedNeighbors(near.rows, near.distances),
        perplexity=min(PERPLEXITY, (len(values) - 1) / 3),
    )
    total = _EARLY + _LATE if start is None else _NEXT
    begun = _from_components(values) if start is None else np.array(start, dtype=np.float64)
    embedding = openTSNE.TSNEEmbedding(
        begun, affinities, negative_gradient_method="fft" if len(values) >= _GRID_FROM else "bh"
    )
    rate = max(len(values) / _EXAGGERATION, _LEAST_RATE)
    done = 0
    if start is None:
        settings = {"exaggeration": _EXAGGERATION, "momentum": 0.5, "learning_rate": rate}
        embedding = embedding.optimize(_EARLY, **settings, **_told(tell, 0, total))
        done = _EARLY
    settings = {"momentum": 0.8, "learning_rate": rate}
    embedding = embedding.optimize(total - done, **settings, **_told(tell, done, total))
    return np.array(embedding, dtype=np.float64)


def _from_components(values: Floats) -> Floats:
    """Principal components, so small that all points still pull at one another."""
    positions = principal_components(values)
    spread = positions[:, 0].std()
    if spread > 0:
        positions *= 1e-4 / spread
    # Rows that are the same would stay in one place for ever.
    return positions + 1e-6 * np.random.default_rng(0).standard_normal(positions.shape)


def _looking(tell: Tell | None) -> Callable[[], object] | None:
    return None if tell is None else lambda: tell(0.0)


def _told(tell: Tell | None, done: int, total: int) -> dict[str, object]:
    """Settings by which openTSNE tells how far it is."""
    if tell is None:
        return {}

    def say(iteration: int, error: float, embedding: object) -> None:
        tell((done + iteration) / total)

    return {"callbacks": say, "callbacks_every_iters": _EVERY}
