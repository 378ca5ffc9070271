"""Training: what the seed decides, interruptions, monitors, and what may go wrong."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from dcgan_study import networks
from dcgan_study.faces import Faces
from dcgan_study.scale import Scale
from dcgan_study.training import Gan, noise

import cnnviz_widgets as cv

SHIPPED = Path(__file__).parents[2] / "notebooks" / "data" / "faces.zip"
SCALE = Scale(size=8, steps=6, batch=8)


class Eventful:
    """The shipped faces; once, while a batch is fetched, something happens.

    Parameters
    ----------
    faces : Faces
    at : int
        Number of that batch, from 0.
    event : callable
    """

    def __init__(self, faces: Faces, at: int, event: Callable[[], object]) -> None:
        self.size, self.faces, self.at, self.event = faces.size, faces, at, event
        self.opened = self.closed = 0

    def batches(self, batch: int, seed: int, start: int = 0) -> Generator[tf.Tensor, None, None]:
        self.opened += 1
        try:
            for number, images in enumerate(self.faces.batches(batch, seed, start), start):
                if number == self.at:
                    self.at = -1
                    self.event()
                yield images
        finally:
            self.closed += 1


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def faces() -> Faces:
    # Nothing is held: a few batches are all that is decoded.
    return Faces(SHIPPED, size=SCALE.size, limit=0)


def state(gan: Gan) -> list[np.ndarray]:
    """All that training changes."""
    owners: list[Any] = [
        gan.generator,
        gan.discriminator,
        gan._generator_optimizer,
        gan._discriminator_optimizer,
    ]
    variables = [variable for owner in owners for variable in owner.variables]
    return [variable.numpy() for variable in variables] + [gan.losses]


def assert_same(one: Gan, other: Gan) -> None:
    for mine, theirs in zip(state(one), state(other), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def weights(model: Any) -> dict[str, np.ndarray]:
    return {weight.path: weight.numpy() for weight in model.weights}


# What the seed decides --------------------------------------------------------------------------


def test_the_seed_decides_weights_and_nothing_else_does(faces: Faces) -> None:
    alone = Gan(3, faces, scale=SCALE, seed=5)
    keras.utils.set_random_seed(99)
    Gan(1, faces, scale=SCALE, seed=4)
    beside = Gan(3, faces, scale=SCALE, seed=5)
    assert_same(alone, beside)
    other = Gan(3, faces, scale=SCALE, seed=6)
    assert not np.array_equal(state(alone)[0], state(other)[0])


def test_no_global_seed_is_set_and_no_global_number_drawn(faces: Faces) -> None:
    def drawn() -> list[float]:
        return [float(tf.random.uniform(())), random.random()]

    keras.utils.set_random_seed(3)
    expected = drawn()
    keras.utils.set_random_seed(3)
    Gan(2, faces, scale=SCALE).train(2, view=False)
    assert drawn() == expected


def test_versions_begin_with_the_same_weights_where_they_have_the_same_layers(
    faces: Faces,
) -> None:
    first, second = (Gan(version, faces, scale=SCALE, seed=2) for version in (1, 2))
    for role in ("generator", "discriminator"):
        one, other = weights(getattr(first, role)), weights(getattr(second, role))
        shared = [name for name in one if name in other and one[name].shape == other[name].shape]
        assert len(shared) >= 6
        for name in shared:
            np.testing.assert_array_equal(one[name], other[name])


def test_kernels_are_drawn_as_the_layers_say(faces: Faces) -> None:
    gan = Gan(2, faces, scale=SCALE, seed=1)
    kernel = gan.discriminator.get_layer("conv3").kernel.numpy()
    # Glorot and Bengio: uniform within ±√(6 / (fan in + fan out)).
    bound = np.sqrt(6 / (25 * 32 + 25 * 64))
    assert np.abs(kernel).max() <= bound
    assert kernel.std() == pytest.approx(bound / np.sqrt(3), rel=0.01)
    assert abs(kernel.mean()) < bound / 100


def test_noise_is_normal_and_its_first_rows_stay() -> None:
    drawn = noise(400, 7)
    assert drawn.shape == (400, networks.NOISE) and drawn.dtype == np.float32
    assert abs(drawn.mean()) < 0.01 and drawn.std() == pytest.approx(1, abs=0.01)
    np.testing.assert_array_equal(noise(3, 7), drawn[:3])


def test_faces_are_the_generators_for_that_noise(faces: Faces) -> None:
    gan = Gan(1, faces, scale=SCALE)
    made = gan.generate(11, seed=4)
    assert made.dtype == np.float32
    expected = gan.generator(noise(11, 4), training=False)
    np.testing.assert_allclose(made, expected, atol=1e-6)


# One step ---------------------------------------------------------------------------------------


def test_one_step_is_that_of_the_paper(faces: Faces) -> None:
    gan = Gan(3, faces, scale=SCALE, seed=0)
    real = next(faces.batches(SCALE.batch, 0))
    z = tf.random.stateless_normal((SCALE.batch, networks.NOISE), (0, 0))
    generator, discriminator = (
        keras.models.clone_model(model) for model in (gan.generator, gan.discriminator)
    )
    generator.set_weights(gan.generator.get_weights())
    discriminator.set_weights(gan.discriminator.get_weights())
    with tf.GradientTape(persistent=True) as tape:
        generated = generator(z, training=True)
        on_real, on_generated = (discriminator(x, training=True) for x in (real, generated))
        of_discriminator = -tf.reduce_mean(tf.math.log(on_real)) - tf.reduce_mean(
            tf.math.log(1 - on_generated)
        )
        of_generator = -tf.reduce_mean(tf.math.log(on_generated))
    gan.train(1, view=False)
    np.testing.assert_allclose(gan.losses[0], [of_discriminator, of_generator], rtol=1e-4)
    for loss, rate, before, after in (
        (of_discriminator, 3e-4, discriminator, gan.discriminator),
        (of_generator, 7e-4, generator, gan.generator),
    ):
        gradients = tape.gradient(loss, before.trainable_variables)
        for gradient, old, new in zip(
            gradients, before.trainable_variables, after.trainable_variables, strict=True
        ):
            # RMSprop's first step, with ρ = 0.9 and ε = 1e-7.
            change = -rate * gradient / np.sqrt(0.1 * np.square(gradient) + 1e-7)
            np.testing.assert_allclose(new - old, change, rtol=0.01, atol=6e-6)
    averages = [weight for weight in gan.discriminator.weights if "moving" in weight.path]
    expected = [weight for weight in discriminator.weights if "moving" in weight.path]
    assert len(averages) == 8
    for mine, theirs in zip(averages, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-3, atol=1e-5)


# Interrupted and gone on with -------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(faces: Faces) -> Gan:
    gan = Gan(3, faces, scale=SCALE, seed=1)
    gan.train(view=False)
    return gan


def test_training_ends_at_the_scale(whole: Gan) -> None:
    assert whole.step == SCALE.steps
    assert whole.losses.shape == (SCALE.steps, 2) and whole.losses.dtype == np.float32
    assert np.isfinite(whole.losses).all()


@pytest.mark.parametrize("at", [0, 1, 4])
def test_interrupted_while_it_fetches_and_gone_on_with_it_ends_the_same(
    faces: Faces, whole: Gan, at: int
) -> None:
    interrupted = Eventful(faces, at, interrupt)
    gan = Gan(3, interrupted, scale=SCALE, seed=1)
    networks_before = gan.generator, gan.discriminator, gan.generator.weights[0]
    with pytest.raises(KeyboardInterrupt):
        gan.train(view=False)
    assert gan.step == at and len(gan.losses) == at
    assert interrupted.opened == interrupted.closed == 1
    gan.train(view=False)
    assert_same(gan, whole)
    assert (gan.generator, gan.discriminator, gan.generator.weights[0]) == networks_before


def test_steps_given_one_by_one_end_the_same(faces: Faces, whole: Gan) -> None:
    gan = Gan(3, faces, scale=SCALE, seed=1)
    for steps in (2, 2, 1, 5, 6):
        gan.train(steps, view=False)
    assert_same(gan, whole)


def test_a_training_can_go_beyond_its_scale_and_not_back(faces: Faces, whole: Gan) -> None:
    gan = Gan(3, faces, scale=Scale(8, 3, batch=8), seed=1)
    gan.train(view=False)
    gan.train(SCALE.steps, view=False)
    assert_same(gan, whole)
    gan.train(4, view=False)
    assert gan.step == SCALE.steps


# Followed ---------------------------------------------------------------------------------------


@pytest.fixture
def gan_and_inspectors(faces: Faces) -> Iterator[tuple[Gan, list[cv.ModelInspector]]]:
    gan = Gan(3, faces, scale=SCALE, seed=1)
    inspectors = [
        cv.ModelInspector(gan.generator, noise(4, 0)),
        cv.ModelInspector(gan.discriminator, faces.images(range(4))),
    ]
    yield gan, inspectors
    for inspector in inspectors:
        inspector.close()


def monitors_of(inspectors: list[cv.ModelInspector]) -> list[cv.TrainingMonitor]:
    return [inspector.monitor("batch", budget=None) for inspector in inspectors]


def test_monitors_change_nothing_and_see_every_end(
    gan_and_inspectors: tuple[Gan, list[cv.ModelInspector]], whole: Gan
) -> None:
    gan, inspectors = gan_and_inspectors
    gan.train(monitors=monitors_of(inspectors), view=False)
    assert_same(gan, whole)
    for inspector in inspectors:
        moment = inspector.history[-1]
        assert moment.step == SCALE.steps
        assert moment.logs == pytest.approx(
            dict(zip(("d_loss", "g_loss"), whole.losses[-1], strict=True))
        )
    np.testing.assert_allclose(
        inspectors[0].probe.outputs("image"), gan.generate(4, seed=0), atol=1e-6
    )


@pytest.mark.parametrize("new_monitors", [False, True])
def test_interrupted_after_a_monitors_update_and_gone_on_with_it_ends_the_same(
    gan_and_inspectors: tuple[Gan, list[cv.ModelInspector]], whole: Gan, new_monitors: bool
) -> None:
    gan, inspectors = gan_and_inspectors
    monitors = monitors_of(inspectors)
    update = monitors[0].update

    def interrupted(**arguments: Any) -> None:
        update(**arguments)
        if gan.step == 3:
            monitors[0].update = update
            interrupt()

    monitors[0].update = interrupted
    with pytest.raises(KeyboardInterrupt):
        gan.train(monitors=monitors, view=False)
    assert gan.step == 3 and len(gan.losses) == 3
    assert [monitor.progress.state for monitor in monitors] == ["interrupted"] * 2
    gan.train(monitors=monitors_of(inspectors) if new_monitors else monitors, view=False)
    assert_same(gan, whole)
    # Also the second one, which missed the step at which the first one was interrupted.
    assert [inspector.history.steps[-1] for inspector in inspectors] == [SCALE.steps] * 2


def test_stopped_in_one_inspector_it_ends_after_that_step_and_goes_on(
    gan_and_inspectors: tuple[Gan, list[cv.ModelInspector]], whole: Gan, faces: Faces
) -> None:
    gan, inspectors = gan_and_inspectors
    monitors = monitors_of(inspectors)
    gan.faces = Eventful(faces, 2, monitors[1].stop)
    gan.train(monitors=monitors, view=False)
    assert gan.step == 3
    gan.train(monitors=monitors, view=False)
    assert_same(gan, whole)


def test_an_inspector_made_late_counts_as_the_training_does(
    gan_and_inspectors: tuple[Gan, list[cv.ModelInspector]],
) -> None:
    gan, inspectors = gan_and_inspectors
    gan.train(4, view=False)
    gan.train(monitors=monitors_of(inspectors), view=False)
    assert [inspector.history[-1].step for inspector in inspectors] == [SCALE.steps] * 2


# What may go wrong ------------------------------------------------------------------------------


class Bright:
    """The shipped faces, of which one batch is not finite."""

    def __init__(self, faces: Faces, at: int) -> None:
        self.size, self.faces, self.at = faces.size, faces, at

    def batches(self, batch: int, seed: int, start: int = 0) -> Generator[tf.Tensor, None, None]:
        for number, images in enumerate(self.faces.batches(batch, seed, start), start):
            yield images * (np.inf if number == self.at else 1)


def test_a_training_whose_losses_are_not_finite_ends_says_so_and_does_not_go_on(
    faces: Faces,
) -> None:
    gan = Gan(2, Bright(faces, at=2), scale=SCALE)
    with pytest.warns(RuntimeWarning, match="not finite from step 3 on"):
        gan.train(view=False)
    assert gan.step == 3 and not np.isfinite(gan.losses[-1]).all()
    with pytest.warns(RuntimeWarning, match="not finite from step 3 on"):
        gan.train(view=False)
    assert gan.step == 3


def test_too_little_memory_is_told_with_the_way_out(faces: Faces) -> None:
    # More than a processor can address.
    gan = Gan(2, Eventful(faces, 1, lambda: tf.zeros(2**50)), scale=SCALE)
    with pytest.raises(RuntimeError, match=r"8×8 pixels in batches of 8: .* smaller") as caught:
        gan.train(view=False)
    assert isinstance(caught.value.__cause__, tf.errors.ResourceExhaustedError)
    assert gan.step == 1


@pytest.mark.parametrize(
    ("version", "scale", "seed", "message"),
    [
        (4, SCALE, 0, "version is 1, 2 or 3; got 4"),
        (1, Scale(12, 2), 0, "got 12"),
        (1, Scale(16, 2), 0, "faces of 16 pixels a side; these have 8"),
        (1, SCALE, -1, "got -1"),
        (1, SCALE, 1.5, "got 1.5"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    faces: Faces, version: int, scale: Scale, seed: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Gan(version, faces, scale=scale, seed=seed)


@pytest.mark.parametrize("steps", [-1, 2.5, True, "all"])
def test_what_is_no_number_of_steps_is_refused(faces: Faces, steps: Any) -> None:
    with pytest.raises(ValueError, match="steps is a number of steps from 0 on"):
        Gan(2, faces, scale=SCALE).train(steps, view=False)
