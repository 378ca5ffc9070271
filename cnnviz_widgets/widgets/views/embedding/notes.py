"""What is to be known of a picture of points, in sentences."""

from __future__ import annotations

from ....analysis.embedding.tsne import FEWEST_ROWS
from ....records.points.point_picture import PointPicture

_MEANS_NOTHING = "t-SNE: distances between clusters, and their sizes, mean nothing."


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
