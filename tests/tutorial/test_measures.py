"""What is measured of a training, on networks whose weights were set so that it is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.cluster.hierarchy
import scipy.stats
from dcgan_study.faces import Faces
from dcgan_study.measures import COLLAPSED, MEASURES, Outcome, Yardstick, measure
from dcgan_study.scale import Scale
from dcgan_study.training import Gan
from keras import Model

SIZE = 16


@pytest.fixture(scope="module")
def faces() -> Faces:
    return Faces(size=SIZE)


@pytest.fixture(scope="module")
def yardstick(faces: Faces) -> Yardstick:
    return Yardstick(faces)


def gan_of(faces: Faces, version: int = 1, output: str = "tanh") -> Gan:
    return Gan(version, faces, scale=Scale(SIZE, 4, batch=16), seed=3, output=output)


def generate_only(gan: Gan, colour: list[float]) -> None:
    """Make the generator put out one colour, whatever the noise is."""
    layer = gan.generator.get_layer("image")
    layer.kernel.assign(np.zeros(layer.kernel.shape))
    layer.bias.assign(np.arctanh(colour))


class TestGenerator:
    def test_dead_units(self, faces: Faces, yardstick: Yardstick) -> None:
        gan = gan_of(faces)
        for name, share in (("dense1", 4), ("dense2", 2)):
            layer = gan.generator.get_layer(name)
            bias = np.full(layer.bias.shape, 10.0)
            bias[: bias.size // share] = -1000.0
            layer.bias.assign(bias)
        assert yardstick.measure(gan).dead == {"dense1": 6 / 25, "dense2": 0.5}

    def test_versions_2_and_3_have_one_dense_layer(
        self, faces: Faces, yardstick: Yardstick
    ) -> None:
        for version in (2, 3):
            found = yardstick.measure(gan_of(faces, version))
            assert found.dead.keys() == {"dense2"}
            assert (found.version, found.output, found.seed) == (version, "tanh", 3)

    def test_one_image_for_every_noise(self, faces: Faces, yardstick: Yardstick) -> None:
        gan = gan_of(faces)
        generate_only(gan, [0.5, 0.0, -0.5])
        found = yardstick.measure(gan)
        assert found.diversity == pytest.approx(0, abs=1e-6)
        assert found.collapsed
        # A point is as far as the reference's own variance and the way to its mean, which the
        # features of one such image tell.
        real = yardstick.distance.reference
        features = yardstick.distance._features
        at = features(np.broadcast_to(np.float32([0.5, 0.0, -0.5]), (1, SIZE, SIZE, 3)))
        known = features(real)
        way = np.sum((at - known.mean(axis=0)) ** 2)
        assert found.distance == pytest.approx(1 + way / known.var(axis=0, ddof=1).sum(), rel=1e-3)

    def test_not_finite(self, faces: Faces, yardstick: Yardstick) -> None:
        gan = gan_of(faces)
        gan.generator.get_layer("image").bias.assign([np.nan, 0, 0])
        found = yardstick.measure(gan)
        assert math.isnan(found.diversity)
        assert math.isnan(found.distance)
        assert found.collapsed

    def test_what_a_last_relu_cannot_reach(self, faces: Faces, yardstick: Yardstick) -> None:
        assert yardstick.measure(gan_of(faces)).unreachable == 0
        found = yardstick.measure(gan_of(faces, output="relu"))
        assert found.output == "relu"
        expected = np.mean(yardstick.distance.reference < 0)
        assert 0.2 < expected < 0.9
        assert found.unreachable == pytest.approx(expected, abs=1e-4)


class TestDiscriminator:
    @pytest.mark.parametrize("version", [1, 3])
    def test_fork_spread_against_scipy(
        self, faces: Faces, yardstick: Yardstick, version: int
    ) -> None:
        gan = gan_of(faces, version)
        gan.train(view=False)
        found = yardstick.measure(gan).forks
        real = yardstick.distance.reference[:64]
        for name in ("conv1", "conv2", "conv3"):
            layer = gan.discriminator.get_layer(f"{name}_act")
            values = Model(gan.discriminator.input, layer.output)(real, training=False).numpy()
            channels = values.reshape(-1, values.shape[-1]).T.astype(np.float64)
            tree = scipy.cluster.hierarchy.linkage(channels, "single", "cosine")
            assert found[name] == pytest.approx(scipy.stats.iqr(tree[:, 2]), abs=1e-5)

    def test_no_channel_that_has_a_direction(self, faces: Faces, yardstick: Yardstick) -> None:
        gan = gan_of(faces)
        layer = gan.discriminator.get_layer("conv2")
        layer.kernel.assign(np.zeros(layer.kernel.shape))
        found = yardstick.measure(gan).forks
        assert math.isnan(found["conv2"])
        assert math.isnan(found["conv3"])
        assert found["conv1"] > 0


class TestAgainstRealFaces:
    def test_diversity_is_relative(self, yardstick: Yardstick) -> None:
        real = yardstick.distance.reference
        assert yardstick.diversity(real) == pytest.approx(1)
        assert yardstick.diversity(real * 0.25) == pytest.approx(0.25, rel=1e-5)
        assert yardstick.diversity(real[:1].repeat(5, axis=0)) == 0

    def test_landmarks(self, yardstick: Yardstick) -> None:
        found = yardstick.landmarks()
        assert found["real faces"]["distance"] == yardstick.distance.floor < 0.05
        assert found["average face"]["distance"] == pytest.approx(1, abs=1e-3)
        assert found["average face"]["diversity"] == 0
        assert found["noise"]["distance"] > 0.5
        # Evenly drawn from [−1, 1]: √⅓.
        spread = np.std(yardstick.distance.reference, axis=0).mean()
        assert found["noise"]["diversity"] == pytest.approx(math.sqrt(1 / 3) / spread, rel=1e-2)

    def test_the_same_each_time(self, faces: Faces, yardstick: Yardstick) -> None:
        gan = gan_of(faces, 2)
        gan.train(view=False)
        assert measure(gan) == yardstick.measure(gan) == measure(gan)

    def test_the_networks_stay_as_they_are(self, faces: Faces, yardstick: Yardstick) -> None:
        gan = gan_of(faces, 3)
        before = [v.numpy() for v in gan.generator.variables + gan.discriminator.variables]
        yardstick.measure(gan)
        after = [v.numpy() for v in gan.generator.variables + gan.discriminator.variables]
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(one, other)


def test_how_numbers_are_told() -> None:
    outcome = Outcome(
        version=2,
        output="tanh",
        seed=0,
        dead={"dense2": 0.025},
        diversity=0.8449,
        distance=math.nan,
        forks={"conv1": 0.1, "conv2": 0.2, "conv3": 0.3},
        unreachable=0.0,
    )
    assert {each.name: each.text(each.of(outcome)) for each in MEASURES} == {
        "dead units, dense1": "–",
        "dead units, dense2": "2 %",
        "diversity": "0.84",
        "distance from real faces": "–",
        "fork spread, conv1": "0.10",
        "fork spread, conv2": "0.20",
        "fork spread, conv3": "0.30",
    }
    assert 0 < COLLAPSED < 0.8449
    assert not outcome.collapsed
