"""The faces that the study trains on: CelebA's, or the rendered ones that come with it."""

from __future__ import annotations

import atexit
import functools
import operator
import os
import weakref
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .celeba_zip import CelebaZip, FacesError
from .networks import VERSIONS, check

__all__ = ["Faces", "FacesError"]

_SHIPPED = Path(__file__).parents[1] / "data" / "faces.zip"
# Batches that are decoded at the same time; each has 20 MB at the paper's size.
_AT_ONCE = min(8, os.cpu_count() or 1)

Batches = Generator[tf.Tensor, None, None]
_streams: weakref.WeakSet[Batches] = weakref.WeakSet()


@atexit.register
def _end_streams() -> None:
    """End what is still streaming while Python runs.

    Later it lets no thread run that reads ahead, and TensorFlow would wait for those for ever.
    """
    for stream in tuple(_streams):
        stream.close()


class Faces:
    """Faces in a zip laid out as CelebA's, scaled and cropped to squares [WL20 §2.1].

    The zip is read as it is needed, and never unpacked. Its file is closed when nothing refers
    to the faces any more.

    Parameters
    ----------
    path : str or os.PathLike
        ``img_align_celeba.zip``, with or without the folder of that name in it. By default 3,000
        rendered faces: computer graphics, not people.
    size : int
        Pixels a side, a multiple of 8.
    limit : int
        Bytes. If all images take no more than this at a byte a value, each is decoded once and
        held; else none is, and they are decoded as they are asked for.

    Raises
    ------
    FacesError
        There is no such file, it is no zip, is truncated, has no images in this layout, or its
        first image is broken; or the size is no multiple of 8.

    Warns
    -----
    UserWarning
        Once, where images are smaller than `size` and are scaled up.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = _SHIPPED,
        size: int = 40,
        *,
        limit: int = 256 * 2**20,
    ) -> None:
        self.size = operator.index(size)
        try:
            check(VERSIONS[0], self.size)
        except ValueError as error:
            raise FacesError(str(error)) from None
        self._zip = CelebaZip(path)
        shape = (len(self._zip), self.size, self.size, 3)
        # The system gives the memory as it is filled.
        self._held = np.empty(shape, np.uint8) if np.prod(shape) <= limit else None
        self._is_held = np.zeros(len(self._zip), bool)
        # A zip of something else, or of small images, says so here.
        self._decoded(np.array([0]))

    def __len__(self) -> int:
        return len(self._zip)

    def __repr__(self) -> str:
        return f"Faces({self._zip.path.name!r}, {len(self):,} images, {self.size}×{self.size})"

    def images(self, indices: Iterable[int]) -> NDArray[np.float32]:
        """Some images, by their place in the order of the numbers in the zip.

        Returns
        -------
        array (n, size, size, 3) in [−1, 1]

        Raises
        ------
        FacesError
            One of them is broken. Its name in the zip is given.
        IndexError
            There are not as many images.
        """
        pixels = self._decoded(np.arange(len(self))[list(indices)]).astype(np.float32)
        pixels /= 127.5
        pixels -= 1
        return pixels

    def sample(self, n: int, seed: int) -> NDArray[np.float32]:
        """`n` different images, each as likely as any other, (n, size, size, 3) in [−1, 1].

        Raises
        ------
        FacesError
            There are fewer images, or one of them is broken.
        """
        if n > len(self):
            raise self._too_few(n)
        rng = np.random.default_rng(seed)
        return self.images(rng.choice(len(self), n, replace=False))

    def batches(self, batch: int, seed: int, start: int = 0) -> Batches:
        """Batches without end, (batch, size, size, 3) in [−1, 1], from number `start` on.

        Which images batch k has depends on `seed` and k alone: what begins at `start` goes on
        exactly as if the batches before it had been taken. Every epoch has another order, and
        leaves out what does not fill a batch. Images are read and decoded ahead, in threads, by
        a ``tf.data`` pipeline that ends with the iterator, or when that is closed.

        Raises
        ------
        FacesError
            There are fewer images than a batch has; or, from the iterator, an image of the next
            batch is broken. Its name in the zip is given.
        """
        if not 0 < batch <= len(self):
            raise self._too_few(batch)
        # Of a seed or a start that cannot be, NumPy tells here, and not in a thread.
        self._chosen(start, batch, seed)
        stream = self._stream(batch, seed, start)
        _streams.add(stream)
        return stream

    def _stream(self, batch: int, seed: int, start: int) -> Batches:
        # TensorFlow keeps each function that it was ever given to call (tf.numpy_function's
        # belongs to the outermost graph, which stays): it must not keep the faces.
        itself = weakref.ref(self)
        shape = (batch, self.size, self.size, 3)

        def read(k: NDArray[np.int64]) -> tuple[NDArray[np.float32], bytes]:
            faces = itself()
            assert faces is not None  # the pipeline ends before what iterates over it
            try:
                chosen = faces._chosen(int(k), batch, seed)  # noqa: SLF001  # of itself
                return faces.images(chosen), b""
            # As an exception it would come out as TensorFlow's, under three pages of its log.
            except FacesError as error:
                return np.zeros(shape, np.float32), str(error).encode()

        def load(k: tf.Tensor) -> Any:
            return tf.numpy_function(read, [k], (tf.float32, tf.string))

        numbers = tf.data.Dataset.range(start, tf.int64.max)
        ahead = numbers.map(load, num_parallel_calls=_AT_ONCE, deterministic=True).prefetch(1)
        # TensorFlow's tuner has nothing to tune here. It sleeps ever longer, up to a minute, and a
        # pipeline that ends waits for it: told to end, it may look too early, and sleep again.
        options = tf.data.Options()
        options.autotune.enabled = False
        ahead = ahead.with_options(options)
        for images, problem in ahead:
            if problem := problem.numpy():
                raise FacesError(problem.decode())
            yield images

    def _chosen(self, k: int, batch: int, seed: int) -> NDArray[np.intp]:
        """Which images are in batch k."""
        epoch, place = divmod(k, len(self) // batch)
        return _order(len(self), seed, epoch)[place * batch : (place + 1) * batch]

    def _decoded(self, chosen: NDArray[np.intp]) -> NDArray[np.uint8]:
        if self._held is None:
            pixels = np.empty((len(chosen), self.size, self.size, 3), np.uint8)
            for row, index in zip(pixels, chosen, strict=True):
                row[:] = self._zip.image(index, self.size)
            return pixels
        # Two threads may decode the same image, to the same pixels.
        for index in chosen[~self._is_held[chosen]]:
            self._held[index] = self._zip.image(index, self.size)
            self._is_held[index] = True
        return self._held[chosen]

    def _too_few(self, wanted: int) -> FacesError:
        return FacesError(
            f"{wanted:,} images are wanted of {self._zip.path.name}, which has {len(self):,}; "
            f"take 1 to {len(self):,} at a time, or a zip of more"
        )


@functools.lru_cache(maxsize=4)
def _order(count: int, seed: int, epoch: int) -> NDArray[np.intp]:
    return np.random.default_rng((seed, epoch)).permutation(count)
