"""The Fréchet distance against results worked by hand and SciPy, and what it says of images."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
from dcgan_study.faces import Faces
from dcgan_study.frechet import FaceDistance, Gaussian, PrincipalComponents, frechet_distance


def gaussian(mean: list[float], covariance: object) -> Gaussian:
    return Gaussian(np.array(mean), np.array(covariance, dtype=float))


def random_gaussian(rng: np.random.Generator, features: int, rank: int | None = None) -> Gaussian:
    factor = rng.normal(size=(features, rank or features))
    return Gaussian(rng.normal(size=features), factor @ factor.T)


class TestClosedForm:
    def test_one_feature_by_hand(self) -> None:
        # (3 − 1)² + (5 − 2)²
        assert frechet_distance(gaussian([3], [[25]]), gaussian([1], [[4]])) == pytest.approx(13)

    def test_independent_features_by_hand(self) -> None:
        a = gaussian([0, 1, 2], np.diag([1, 4, 9]))
        b = gaussian([2, 1, 1], np.diag([16, 4, 1]))
        # 4 + 0 + 1 of the means; (1 − 4)² + 0 + (3 − 1)² of the standard deviations.
        assert frechet_distance(a, b) == pytest.approx(5 + 13)

    def test_a_point_and_a_distribution(self) -> None:
        point = gaussian([1, 0], np.zeros((2, 2)))
        assert frechet_distance(point, gaussian([0, 0], [[2, 1], [1, 3]])) == pytest.approx(1 + 5)
        assert frechet_distance(point, gaussian([1, 2], np.zeros((2, 2)))) == pytest.approx(4)

    def test_singular_covariances_by_hand(self) -> None:
        # Mass on two lines at a right angle has nothing to share.
        a, b = gaussian([0, 0], np.diag([4, 0])), gaussian([0, 0], np.diag([0, 9]))
        assert frechet_distance(a, b) == pytest.approx(13)

    @pytest.mark.parametrize("seed", range(5))
    def test_against_the_matrix_root_of_scipy(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        a, b = random_gaussian(rng, 6), random_gaussian(rng, 6)
        root = scipy.linalg.sqrtm(a.covariance @ b.covariance).real
        expected = np.sum((a.mean - b.mean) ** 2) + np.trace(a.covariance + b.covariance - 2 * root)
        assert frechet_distance(a, b) == pytest.approx(expected)

    def test_against_optimal_transport_of_one_feature(self) -> None:
        # The squared 2-Wasserstein distance is the mean squared difference of the quantiles.
        at = (np.arange(200_000) + 0.5) / 200_000
        difference = scipy.stats.norm.ppf(at, 0.3, 1.5) - scipy.stats.norm.ppf(at, -1.0, 0.4)
        found = frechet_distance(gaussian([0.3], [[2.25]]), gaussian([-1.0], [[0.16]]))
        assert found == pytest.approx(np.mean(difference**2), rel=1e-4)

    @pytest.mark.parametrize("rank", [3, 8])
    def test_invariance_symmetry_and_zero(self, rank: int) -> None:
        rng = np.random.default_rng(rank)
        a, b = random_gaussian(rng, 8, rank), random_gaussian(rng, 8)
        rotation = scipy.stats.ortho_group.rvs(8, random_state=1)
        turned = [
            Gaussian(rotation @ each.mean, rotation @ each.covariance @ rotation.T)
            for each in (a, b)
        ]
        distance = frechet_distance(a, b)
        assert frechet_distance(*turned) == pytest.approx(distance)
        assert frechet_distance(b, a) == pytest.approx(distance)
        assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6 * a.variance)

    def test_different_numbers_of_features(self) -> None:
        with pytest.raises(ValueError, match="3 and 2 of them"):
            frechet_distance(gaussian([0] * 3, np.eye(3)), gaussian([0] * 2, np.eye(2)))


class TestGaussian:
    def test_by_hand(self) -> None:
        found = Gaussian.of([[0, 0], [2, 0], [4, 6]])
        assert found.mean.tolist() == [2, 2]
        assert found.covariance.tolist() == [[4, 6], [6, 12]]
        assert found.variance == 16

    def test_one_feature(self) -> None:
        assert Gaussian.of([[1.0], [3.0]]).covariance.tolist() == [[2.0]]

    @pytest.mark.parametrize("features", [np.zeros((1, 4)), np.zeros((0, 4)), np.zeros(4)])
    def test_too_few(self, features: np.ndarray) -> None:
        with pytest.raises(ValueError, match="two samples or more"):
            Gaussian.of(features)

    def test_not_finite(self) -> None:
        with pytest.raises(ValueError, match="2 of 6 features are NaN or infinite"):
            Gaussian.of([[0, np.nan], [np.inf, 1], [0, 0]])


class TestPrincipalComponents:
    def test_the_variance_lies_where_it_was_put(self) -> None:
        rng = np.random.default_rng(0)
        scale = np.array([8.0, 4.0, 1.0, 0.5])
        basis = scipy.stats.ortho_group.rvs(4, random_state=2)
        images = ((rng.normal(size=(5000, 4)) * scale) @ basis).reshape(-1, 2, 2)
        found = PrincipalComponents(images, 2)
        assert found.share == pytest.approx(80 / 81.25, abs=0.005)
        covariance = np.cov(found(images), rowvar=False)
        assert np.diag(covariance) == pytest.approx([64, 16], rel=0.05)
        assert covariance[0, 1] == pytest.approx(0, abs=1e-9)
        assert found(images).mean(axis=0) == pytest.approx([0, 0], abs=1e-9)

    def test_what_cannot_be_fitted(self) -> None:
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match=r"8 components .* 8 images of 48 values"):
            PrincipalComponents(rng.normal(size=(8, 4, 4, 3)), 8)
        with pytest.raises(ValueError, match="9 images of 3 values"):
            PrincipalComponents(rng.normal(size=(9, 3)), 8)
        with pytest.raises(ValueError, match="all the same"):
            PrincipalComponents(np.ones((9, 4, 4, 3)), 4)

    def test_images_of_another_size(self) -> None:
        components = PrincipalComponents(np.random.default_rng(0).normal(size=(9, 4, 4, 3)), 2)
        with pytest.raises(ValueError, match="48 values; these have 192"):
            components(np.zeros((5, 8, 8, 3)))


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Images that vary in sixteen directions, float32 in [−1, 1]."""
    rng = np.random.default_rng(0)
    patterns = rng.normal(size=(16, 8 * 8 * 3)) / np.arange(1, 17)[:, None]
    images = np.tanh(0.5 * rng.normal(size=(600, 16)) @ patterns)
    return images.reshape(-1, 8, 8, 3).astype(np.float32)


class TestFaceDistance:
    def test_the_average_face_repeated_is_at_1(self, images: np.ndarray) -> None:
        distance = FaceDistance(images, 16)
        average = np.repeat(distance.reference.mean(axis=0, keepdims=True), 300, axis=0)
        assert distance(average) == pytest.approx(1, abs=1e-5)

    def test_the_order_of_better_and_worse(self, images: np.ndarray) -> None:
        distance = FaceDistance(images, 16)
        reference, rng = distance.reference, np.random.default_rng(1)
        assert distance(reference) == pytest.approx(0, abs=1e-5)
        assert 0 < distance.floor < 0.2
        some = reference[rng.integers(0, 12, 300)]
        noise = rng.uniform(-1, 1, reference.shape).astype(np.float32)
        brighter = np.clip(reference + 0.5, -1, 1)
        for worse in (some, noise, brighter):
            assert distance(worse) > 2 * distance.floor
        one = np.repeat(reference[:1], 300, axis=0)
        assert distance(one) > 1

    def test_it_is_the_same_each_time(self, images: np.ndarray) -> None:
        first, second = FaceDistance(images, 16), FaceDistance(images.copy(), 16)
        assert first.floor == second.floor
        assert first.share == second.share

    def test_scale_of_the_features_is_taken_out(self, images: np.ndarray) -> None:
        plain, scaled = FaceDistance(images, 16), FaceDistance(images * 4, 16)
        assert scaled.floor == pytest.approx(plain.floor, rel=1e-4)


def test_the_shipped_faces_lie_mostly_in_64_components() -> None:
    distance = FaceDistance(Faces(size=16).sample(3000, seed=0))
    assert 0.85 < distance.share < 1
    assert distance.floor < 0.05
