"""Training of the study's networks [WL20 §2.1], which can be interrupted and gone on with."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary
from zlib import crc32

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from . import networks
from .networks import NOISE
from .scale import QUICK, Scale

if TYPE_CHECKING:
    from cnnviz_widgets import TrainingMonitor

    from .faces import Faces
    from .training_view import TrainingView

# [WL20 §2.1]
DISCRIMINATOR_RATE = 3e-4
GENERATOR_RATE = 7e-4
# How many faces a view shows.
_SAMPLES = 16

End = Literal["finished", "stopped", "not finite"]


def noise(n: int, seed: int) -> NDArray[np.float32]:
    """Noise z ~ N(0, I) [WL20 §2.1], shape (n, 256); the first rows of a seed are always the same.

    Parameters
    ----------
    n : int
    seed : int
    """
    return np.random.default_rng(seed).standard_normal((n, NOISE), dtype=np.float32)


class Gan:
    """A generator, a discriminator, and their training: binary cross-entropy and RMSprop.

    Everything random is decided by `seed`: the initial weights, the order of the faces and the
    noise of every step. A layer that two versions have in common, of one name and shape, begins
    with the same weights in both, and both see the same faces and the same noise. No global
    random number is drawn, and no global seed set.

    Parameters
    ----------
    version : {1, 2, 3}
    faces : Faces
        Of the scale's size.
    scale : Scale
    seed : int
        From 0 on.
    output : str
        Activation of the generator's last layer.

    Attributes
    ----------
    generator, discriminator : keras.Model
        The same objects, with the same weights, throughout: an inspector made before training
        follows it.

    Raises
    ------
    ValueError
        There is no such version, the faces have another size, or the seed is below 0.
    RuntimeError
        The memory is too small for networks of this size.
    """

    def __init__(
        self,
        version: int,
        faces: Faces,
        *,
        scale: Scale = QUICK,
        seed: int = 0,
        output: str = "tanh",
    ) -> None:
        networks.check(version, scale.size)
        if faces.size != scale.size:
            raise ValueError(
                f"the scale wants faces of {scale.size} pixels a side; these have {faces.size}: "
                f"open them with size={scale.size}, or train with scale=Scale({faces.size}, …)"
            )
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise ValueError(f"seed is a whole number from 0 on; got {seed!r}")
        self.version, self.faces, self.scale, self.seed = version, faces, scale, int(seed)
        with _memory_explained(scale):
            with _random_untouched():
                self.generator = networks.generator(version, scale.size, output)
                self.discriminator = networks.discriminator(version, scale.size)
            _draw_weights(self.generator, "generator", self.seed)
            _draw_weights(self.discriminator, "discriminator", self.seed)
            self._generator_optimizer = keras.optimizers.RMSprop(GENERATOR_RATE)
            self._discriminator_optimizer = keras.optimizers.RMSprop(DISCRIMINATOR_RATE)
            self._generator_optimizer.build(self.generator.trainable_variables)
            self._discriminator_optimizer.build(self.discriminator.trainable_variables)
        # Written by the training step itself: an interrupt finds a step done with all that is
        # known of it, or not begun.
        self._losses = tf.Variable(tf.zeros((0, 2)), shape=(None, 2), trainable=False)
        self._sheets: dict[int, NDArray[np.uint8]] = {}
        # How many steps each monitor counted before it was first told of one: it counts on from
        # there. An interrupt mostly comes with a step that it is not told of.
        self._seen: WeakKeyDictionary[TrainingMonitor, int] = WeakKeyDictionary()

    @property
    def step(self) -> int:
        """How many steps have been trained."""
        return int(self._generator_optimizer.iterations.numpy())

    @property
    def losses(self) -> NDArray[np.float32]:
        """Losses of each step, shape (step, 2): the discriminator's, the generator's.

        Where the discriminator can but guess they are 2·ln 2 ≈ 1.39, for real and generated faces
        together, and ln 2 ≈ 0.69.
        """
        losses: NDArray[np.float32] = self._losses.numpy()[: self.step]
        return losses

    def generate(self, n: int = 64, seed: int = 1) -> NDArray[np.float32]:
        """Faces from noise, as the generator makes them when it is not trained.

        Parameters
        ----------
        n : int
        seed : int
            Of the `noise`.

        Returns
        -------
        ndarray of float32, shape (n, size, size, 3)
        """
        z = noise(n, seed)
        faces = np.empty((n, self.scale.size, self.scale.size, 3), np.float32)
        for start in range(0, n, self.scale.batch):
            part = slice(start, start + self.scale.batch)
            faces[part] = self._generate(z[part]).numpy()
        return faces

    def train(
        self,
        steps: int | None = None,
        monitors: Sequence[TrainingMonitor] = (),
        view: bool = True,
    ) -> None:
        """Train up to a step, from the one that was reached before.

        Interrupted, it keeps what was trained; called again it goes on, and on one CPU ends with
        the same numbers, bit for bit, as if it had not been interrupted.

        Parameters
        ----------
        steps : int, optional
            Steps in all; by default those of the scale.
        monitors : sequence of TrainingMonitor
            Of inspectors of the generator or the discriminator. They are told of each step; when
            one of them is stopped, training ends after that step.
        view : bool
            Whether the cell shows a `TrainingView`.

        Raises
        ------
        ValueError
            The steps are no number from 0 on.
        RuntimeError
            The memory is too small for this size and batch.

        Warns
        -----
        RuntimeWarning
            Without a view: the losses are no longer finite, and training has ended.
        """
        target = self.scale.steps if steps is None else steps
        if isinstance(target, bool) or not isinstance(target, int | np.integer) or target < 0:
            raise ValueError(f"steps is a number of steps from 0 on; got {steps!r}")
        target = int(target)
        end: Literal[End, "interrupted", "failed"] = "failed"
        shown: TrainingView | None = None
        try:
            with _memory_explained(self.scale):
                shown = self._view(target) if view else None
                end = self._train_to(target, tuple(monitors), shown)
        except KeyboardInterrupt:
            end = "interrupted"
            raise
        finally:
            if shown is not None:
                samples = None if end == "failed" else self.generate(_SAMPLES)
                shown.end(end, self.step, self.losses, samples)
            elif end == "not finite":
                warnings.warn(
                    f"the losses are not finite from step {self.step:,} on, where training ended; "
                    "another seed may train well",
                    RuntimeWarning,
                    stacklevel=2,
                )

    def _view(self, target: int) -> TrainingView:
        # Loads what draws, which scripts do without.
        from .training_view import TrainingView

        view = TrainingView(f"DCGAN v{self.version}", target, self._sheets)
        view.begin(self.step, self.losses, self.generate(_SAMPLES))
        return view

    def _train_to(
        self, target: int, monitors: tuple[TrainingMonitor, ...], view: TrainingView | None
    ) -> End:
        """Train with the monitors inside their ``with``, and say why training ended."""
        step = self.step
        if step and not np.isfinite(self.losses[-1]).all():
            return "not finite"
        if step >= target:
            return "finished"
        self._make_room(target)
        return self._within(monitors, monitors, target, view)

    def _within(
        self,
        outer: tuple[TrainingMonitor, ...],
        monitors: tuple[TrainingMonitor, ...],
        target: int,
        view: TrainingView | None,
    ) -> End:
        # A monitor holds its model for as long as the function that entered it runs, which an
        # ExitStack would have left at once.
        if outer:
            with outer[0]:
                return self._within(outer[1:], monitors, target, view)
        return self._loop(monitors, target, view)

    def _loop(
        self, monitors: tuple[TrainingMonitor, ...], target: int, view: TrainingView | None
    ) -> End:
        first = self.step
        for monitor in monitors:
            self._seen.setdefault(monitor, min(monitor.progress.step, first))
        with closing(self.faces.batches(self.scale.batch, self.seed, start=first)) as batches:
            for step, real in zip(range(first + 1, target + 1), batches, strict=False):
                losses = self._train_step(real)
                for monitor in monitors:
                    monitor.update(
                        logs={"d_loss": losses[0], "g_loss": losses[1]},
                        step=step - self._seen[monitor],
                    )
                if not np.isfinite(losses.numpy()).all():
                    return "not finite"
                if view is not None and view.due(step):
                    view.show(step, self.losses, self.generate(_SAMPLES))
                if step < target and any(monitor.stopped for monitor in monitors):
                    return "stopped"
        return "finished"

    def _make_room(self, target: int) -> None:
        """Let the losses of so many steps be kept."""
        kept = self.losses
        room = np.zeros((target, 2), np.float32)
        room[: len(kept)] = kept
        self._losses.assign(room)

    @tf.function
    def _train_step(self, real: tf.Tensor) -> tf.Tensor:
        """Train both networks on one batch; their losses, shape (2,)."""
        step = self._generator_optimizer.iterations
        z = tf.random.stateless_normal(
            (self.scale.batch, NOISE), tf.stack([tf.constant(self.seed, step.dtype), step.value])
        )
        entropy = keras.losses.BinaryCrossentropy()
        with tf.GradientTape() as of_discriminator, tf.GradientTape() as of_generator:
            generated = self.generator(z, training=True)
            # Apart: batch normalisation tells the two kinds from each other in a joint batch.
            on_real = self.discriminator(real, training=True)
            on_generated = self.discriminator(generated, training=True)
            discriminator_loss = entropy(tf.ones_like(on_real), on_real) + entropy(
                tf.zeros_like(on_generated), on_generated
            )
            generator_loss = entropy(tf.ones_like(on_generated), on_generated)
        discriminator_gradients = of_discriminator.gradient(
            discriminator_loss, self.discriminator.trainable_variables
        )
        generator_gradients = of_generator.gradient(
            generator_loss, self.generator.trainable_variables
        )
        losses = tf.stack([discriminator_loss, generator_loss])
        self._losses.scatter_nd_update([[step.value]], [losses])
        self._discriminator_optimizer.apply(discriminator_gradients)
        self._generator_optimizer.apply(generator_gradients)
        return losses

    @tf.function(input_signature=[tf.TensorSpec((None, NOISE))])
    def _generate(self, z: tf.Tensor) -> tf.Tensor:
        return self.generator(z, training=False)


def _draw_weights(model: Any, role: str, seed: int) -> None:
    """Draw the kernels anew, each from a seed of its own that its name and the seed decide."""
    for layer in model.layers:
        if not hasattr(layer, "kernel"):
            continue
        words = np.random.SeedSequence([seed, crc32(f"{role}/{layer.name}".encode())])
        settings = layer.kernel_initializer.get_config()
        settings["seed"] = int(words.generate_state(1)[0])
        initializer = type(layer.kernel_initializer).from_config(settings)
        layer.kernel.assign(initializer(layer.kernel.shape))


@contextmanager
def _random_untouched() -> Iterator[None]:
    """Keras' initialisers without a seed take one from Python's global random numbers."""
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)


@contextmanager
def _memory_explained(scale: Scale) -> Iterator[None]:
    """Say of an error for want of memory what needs it, and how to need less."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise RuntimeError(
            f"out of memory with images of {scale.size}×{scale.size} pixels in batches of "
            f"{scale.batch}: restart the kernel, which frees what other networks hold, or make "
            f"the Gan anew with a smaller batch or size, such as scale=Scale({QUICK.size}, "
            f"{QUICK.steps}) and faces of {QUICK.size} pixels"
        ) from error
