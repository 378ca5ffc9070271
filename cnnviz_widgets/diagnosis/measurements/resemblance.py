"""How much of the image can still be read off a layer's maps [WL20 §1.3.2]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Of the number of rows: enough to keep collinear maps solvable, too little to cost R².
_RIDGE = 1e-4


def readable_share(maps: NDArray[np.floating], image: NDArray[np.floating]) -> float:
    """The share of the image's variance that a linear function of the maps predicts: held-out R².

    The image (averaged to the maps' resolution) is regressed by ridge on the channels at the same
    place, on one half of the samples, and predicted on the other half, both ways round; with
    fewer than 4 samples the halves are alternate positions. 1: the maps hold the whole image;
    0: nothing of it. [WL20 §1.3.2]: maps very unlike the image have lost information.

    Parameters
    ----------
    maps : ndarray, shape (sample, position, channel)
    image : ndarray, shape (sample, position, colour)
        The same samples and places.

    Returns
    -------
    float
        0 to 1, the mean over the colours, negative ones taken for 0; NaN where the image does
        not vary or there are too few values for the channels.
    """
    first, second = _halves(maps), _halves(image)
    shares = []
    for here, there in ((0, 1), (1, 0)):
        shares.append(_predicted(first[here], second[here], first[there], second[there]))
    return float(np.mean(shares))


def neighbour_correlation(image: NDArray[np.floating]) -> float:
    """The correlation of pixels with those beside and below them: 0 for noise, near 1 for pictures.

    Parameters
    ----------
    image : ndarray, shape (sample, height, width, colour)
        Finite.

    Returns
    -------
    float
        NaN where there are no neighbours, or the image does not vary.
    """
    count, sums, products = 0, np.zeros(2), np.zeros((2, 2))
    centre = image.mean(dtype=np.float64) if image.size else 0.0
    # A sample at a time: pairs of all of them together would take ten times the image.
    for sample in image:
        wide = sample.astype(np.float64) - centre
        for here, beside in ((wide[:, :-1], wide[:, 1:]), (wide[:-1], wide[1:])):
            pair = np.stack((here.ravel(), beside.ravel()))
            count += pair.shape[1]
            sums += pair.sum(axis=1)
            products += pair @ pair.T
    if not count:
        return float("nan")
    covariance = products - np.outer(sums, sums) / count
    # What is left of equal numbers is rounding.
    if covariance.diagonal().min() <= 1e-12 * max(count * centre**2, products.max()):
        return float("nan")
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))


def _halves(values: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    channels = values.shape[-1]
    rows = values.astype(np.float64)
    parts = (rows[::2], rows[1::2]) if len(rows) >= 4 else (rows[:, ::2], rows[:, 1::2])
    return parts[0].reshape(-1, channels), parts[1].reshape(-1, channels)


def _predicted(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    new_x: NDArray[np.float64],
    new_y: NDArray[np.float64],
) -> float:
    if len(x) < 2 * x.shape[1] or len(new_x) < 2:
        return float("nan")
    centre, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1.0
    z = (x - centre) / scale
    gram = z.T @ z + _RIDGE * len(z) * np.eye(z.shape[1])
    mean = y.mean(axis=0)
    weights = np.linalg.solve(gram, z.T @ (y - mean))
    guess = (new_x - centre) / scale @ weights + mean
    about = ((new_y - new_y.mean(axis=0)) ** 2).sum(axis=0)
    if not np.any(about > 0):
        return float("nan")
    left = ((new_y - guess) ** 2).sum(axis=0)
    varying = about > 0
    return float(np.mean(np.maximum(0.0, 1 - left[varying] / about[varying])))
