"""How placed points travel to the page, and what is to be known of them, in sentences."""

from __future__ import annotations

from typing import Any

from ....analysis.embedding.tsne import FEWEST_ROWS
from ....records.points.point_picture import PointPicture
from ....validation.messages import percent
from ...linking.wire_format import wire

_MEANS_NOTHING = "t-SNE: distances between clusters, and their sizes, mean nothing."


def placed_points(picture: PointPicture, method: str) -> dict[str, Any]:
    """The wire traits that change while points are placed and judged.

    Parameters
    ----------
    picture : PointPicture
    method : {'pca', 'tsne'}
        How its points were to be placed.
    """
    share = picture.variance_share
    plane = "" if share is None else f"plane: {percent(share)} of the variance"
    told = (picture.cloud.basis, plane, str(picture.scores))
    return {
        "_positions": wire(picture.positions, "f4"),
        "_shown": picture.method,
        "_summary": " · ".join(filter(None, told)),
        "_notes": notes_on(picture, method),
        "_share": -1.0,
    }


def notes_on(picture: PointPicture, method: str) -> list[str]:
    """What the picture leaves out, and what it does not say.

    Parameters
    ----------
    picture : PointPicture
    method : {'pca', 'tsne'}
        How its points were to be placed.
    """
    cloud = picture.cloud
    notes = list(cloud.notes)
    if picture.method == "tsne":
        notes.append(_MEANS_NOTHING)
    elif method == "tsne" and 0 < len(cloud) < FEWEST_ROWS:
        notes.append(f"t-SNE needs {FEWEST_ROWS} points: these are principal components.")
    return notes
