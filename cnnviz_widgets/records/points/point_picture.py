"""The points of a layer where they are drawn, and what the drawing is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...analysis.arrays import Floats
from ...analysis.embedding.alignment import aligned
from ...analysis.embedding.moments import Placed, start_from
from ...analysis.embedding.neighbours import Neighbours, nearest_rows
from ...analysis.embedding.principal import principal_components
from ...analysis.embedding.scores import UNJUDGED, Look, Scores, scores
from ...analysis.embedding.tsne import FEWEST_ROWS, Tell, neighbour_count, tsne
from .point_cloud import PointCloud

Method: TypeAlias = Literal["pca", "tsne"]

METHODS: dict[Method, str] = {"pca": "PCA", "tsne": "t-SNE"}
"""How points can be placed, and what the page calls it."""


@dataclass(frozen=True, eq=False)
class PointPicture:
    """Points where they are drawn.

    Attributes
    ----------
    cloud : PointCloud
    path : str
        Of the layer.
    method : {'pca', 'tsne'}
        How they were placed.
    positions : ndarray of float64, shape (point, 2)
        Right and up.
    scores : Scores
        None of them before `judged`.
    """

    cloud: PointCloud
    path: str
    method: Method
    positions: Floats
    scores: Scores = UNJUDGED

    @property
    def can_be_better(self) -> bool:
        """Whether there are enough points for t-SNE."""
        return len(self.cloud) >= FEWEST_ROWS

    @property
    def variance_share(self) -> float | None:
        """How much of the values' variance the plane shows; None of t-SNE, or where none is."""
        variance = float(np.einsum("ij,ij->", self.cloud.values, self.cloud.values))
        if self.method != "pca" or not variance:
            return None
        # It may have been turned to lie as another one: by that nothing is lost.
        centred = self.positions - self.positions.mean(axis=0)
        return min(1.0, float(np.einsum("ij,ij->", centred, centred)) / variance)

    def neighbours(self, look: Look | None = None) -> Neighbours:
        """The nearest rows of each, as t-SNE needs them."""
        return nearest_rows(self.cloud.values, neighbour_count(len(self.cloud)), look=look)

    def by_tsne(self, neighbours: Neighbours, tell: Tell | None = None) -> PointPicture:
        """The same points placed by t-SNE, which goes on from where they are if it placed them.

        Raises
        ------
        ImportError
            openTSNE is not installed.
        """
        start = self.positions if self.method == "tsne" else None
        placed = tsne(self.cloud.values, start, neighbours=neighbours, tell=tell)
        return replace(self, method="tsne", positions=aligned(placed, self.positions))

    def judged(
        self,
        labels: NDArray[np.integer],
        raw_accuracy: float | None,
        neighbours: Neighbours | None = None,
        look: Look | None = None,
    ) -> PointPicture:
        """The same with its scores; see `scores` for the parameters."""
        found = scores(
            self.cloud.values,
            self.positions,
            labels,
            raw_accuracy,
            neighbours=neighbours,
            look=look,
        )
        return replace(self, scores=found)


def point_picture(
    cloud: PointCloud, path: str, method: Method, last: PointPicture | None
) -> PointPicture:
    """Points as they can be drawn at once.

    Parameters
    ----------
    cloud : PointCloud
    path : str
        Of the layer.
    method : {'pca', 'tsne'}
        What is asked for. t-SNE takes time: until it is there its last picture of the same layer
        stands, or principal components.
    last : PointPicture, optional
        What was drawn before, of this layer or of another one: the same points stay near.

    Returns
    -------
    PointPicture
        Of the method that it could have at once.
    """
    before = np.full((len(cloud), 2), np.nan)
    if not len(cloud):
        return PointPicture(cloud, path, "pca", before)
    if last is not None and last.cloud.subject == cloud.subject:
        ids = last.cloud.ids
        order = np.argsort(ids)
        before = Placed(ids[order], last.positions[order]).at(cloud.ids)
    if method == "tsne" and last is not None and (last.method, last.path) == ("tsne", path):
        start = start_from(cloud.values, before)
        if start is not None:
            return PointPicture(cloud, path, "tsne", start)
    positions = aligned(principal_components(cloud.values), before)
    return PointPicture(cloud, path, "pca", positions)
