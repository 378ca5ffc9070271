"""How far generated images are from real ones: the Fréchet distance of PCA features.

What it sees: whether the average image is right, and whether the images vary as real ones do, in
size and together, in their coarse appearance: light, colours, pose, outline of hair and face. One
face for every noise is far from real faces, and so is noise.
What it does not see: sharpness, as fine detail is in none of its features; anything in how the
images are distributed beyond means and covariances; and memorising, as a generator that repeated
the faces it was trained on would score best. It needs no network: one that was trained on
other data is not to be had offline, and one trained on a few thousand faces would judge by what
it happened to learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """A normal distribution of `k` features.

    Attributes
    ----------
    mean : ndarray of float64, shape (k,)
    covariance : ndarray of float64, shape (k, k)
        Symmetric, no eigenvalue below zero; it may be singular.
    """

    mean: Floats
    covariance: Floats

    @property
    def variance(self) -> float:
        """The mean squared distance from the mean."""
        return float(np.trace(self.covariance))

    @classmethod
    def of(cls, features: ArrayLike) -> Gaussian:
        """The one with the mean and the (unbiased) covariance of samples.

        Parameters
        ----------
        features : array_like, shape (sample, k)
            At least two samples; with no more than k of them the covariance is singular.

        Raises
        ------
        ValueError
            Too few samples, another shape, NaN or infinity.
        """
        samples = np.asarray(features, dtype=np.float64)
        if samples.ndim != 2 or len(samples) < 2:
            raise ValueError(
                "a covariance needs two samples or more, an array of shape (sample, feature); "
                f"got shape {samples.shape}"
            )
        if not np.isfinite(samples).all():
            raise ValueError(
                f"{np.count_nonzero(~np.isfinite(samples)):,} of {samples.size:,} features are "
                "NaN or infinite: there is no distance to them"
            )
        return cls(samples.mean(axis=0), np.atleast_2d(np.cov(samples, rowvar=False)))


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """The squared Fréchet (2-Wasserstein) distance of two normal distributions.

    |m_a − m_b|² + tr(A + B − 2 (A½ B A½)½), with means m and covariances A and B, as Heusel et
    al. 2017 use it: 0 for equal ones, in the features' unit squared.

    Parameters
    ----------
    a, b : Gaussian
        Of the same features.

    Raises
    ------
    ValueError
        They have different numbers of features.

    Notes
    -----
    The trace of the square root is the sum of the roots of the eigenvalues of A½ B A½, which is
    symmetric: they are real, and rounding below zero can be cut off. The root of A B, the usual
    way, is taken of a matrix that is not symmetric, and comes out complex where A is singular.
    """
    if a.mean.shape != b.mean.shape:
        raise ValueError(
            f"both need the same features; there are {a.mean.size} and {b.mean.size} of them"
        )
    values, vectors = scipy.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    product = scipy.linalg.eigvalsh(root @ b.covariance @ root)
    overlap = np.sqrt(np.maximum(product, 0.0)).sum()
    between = np.sum((a.mean - b.mean) ** 2)
    # Equal distributions may come out a rounding below zero.
    return max(0.0, float(between + a.variance + b.variance - 2 * overlap))


class PrincipalComponents:
    """The directions in which images vary most; their coordinates are features.

    Parameters
    ----------
    images : ndarray, shape (n, ...)
        To fit them to; more of them than `components`.
    components : int

    Attributes
    ----------
    share : float
        Of the images' variance that lies in these directions, 0 to 1.

    Raises
    ------
    ValueError
        There are not enough images, or they have fewer pixels, or do not vary.
    """

    def __init__(self, images: NDArray[np.floating], components: int) -> None:
        pixels = images.reshape(len(images), -1)
        if min(len(pixels) - 1, pixels.shape[1]) < components:
            raise ValueError(
                f"{components} components need more images than that, and as many values in each; "
                f"got {len(pixels)} images of {pixels.shape[1]:,} values"
            )
        self._mean = pixels.mean(axis=0)
        _, singular, directions = np.linalg.svd(pixels - self._mean, full_matrices=False)
        variances = singular.astype(np.float64) ** 2
        if not variances.sum():
            raise ValueError(f"the {len(pixels)} images are all the same: they have no components")
        self._directions = directions[:components].copy()
        self.share = float(variances[:components].sum() / variances.sum())

    def __call__(self, images: NDArray[np.floating]) -> NDArray[np.floating]:
        """The features of images, shape (n, components).

        Parameters
        ----------
        images : ndarray, shape (n, ...)
            Of the shape of those fitted to.

        Raises
        ------
        ValueError
            They are of another shape.
        """
        pixels = images.reshape(len(images), -1)
        if pixels.shape[1] != self._mean.size:
            raise ValueError(
                f"the components are of images of {self._mean.size:,} values; "
                f"these have {pixels.shape[1]:,}"
            )
        return (pixels - self._mean) @ self._directions.T


class FaceDistance:
    """The Fréchet distance of images from real faces, in units of the real faces' own variance.

    1 is the distance of the average face alone, repeated; 0 that of the real faces themselves. As
    many images as there are in the reference should be given: with fewer, the distance is larger.

    Half of the real faces define the features, the other half is what is compared with. A
    generator was trained on both.

    Parameters
    ----------
    real : ndarray, shape (n, size, size, 3)
        In random order; the first half is fitted to.
    components : int
        Of the pixels.

    Attributes
    ----------
    components : int
    share : float
        Of the variance of the half that is fitted to, so much lies in the components.
    reference : ndarray, shape (n − n // 2, size, size, 3)
        The half that is compared with.
    floor : float
        The distance of one half from the other: what is left with so many images, although both
        are drawn from the same faces.
    """

    def __init__(self, real: NDArray[np.floating], components: int = 64) -> None:
        half = len(real) // 2
        self._features = PrincipalComponents(real[:half], components)
        self.components = components
        self.share = self._features.share
        self.reference = real[half:]
        self._real = Gaussian.of(self._features(self.reference))
        self.floor = self(real[:half])

    def __call__(self, images: NDArray[np.floating]) -> float:
        """The distance of images, shape (n, size, size, 3), from the reference.

        Raises
        ------
        ValueError
            Fewer than two images, another size, NaN or infinity.
        """
        found = Gaussian.of(self._features(images))
        return frechet_distance(found, self._real) / self._real.variance
