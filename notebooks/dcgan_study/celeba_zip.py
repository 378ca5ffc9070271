"""Pictures out of a zip that is laid out as CelebA's, which is never unpacked."""

from __future__ import annotations

import io
import os
import re
import struct
import threading
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

# The official archive has the folder once, copies of it have it twice or not at all.
_IMAGE = re.compile(r"(img_align_celeba/)*[0-9]{6}\.jpg")
_LAYOUT = "img_align_celeba/000001.jpg, img_align_celeba/000002.jpg, …"
_WHERE = (
    "CelebA's img_align_celeba.zip is under 'Align&Cropped Images' on the project page "
    "'Large-scale CelebFaces Attributes (CelebA) Dataset' of MMLAB, The Chinese University of "
    "Hong Kong; without a path, the rendered faces that come with this study are used"
)
# A file of CelebA has about 10 kB. One larger than this would fill the memory, and be no portrait.
_LARGEST = 64 * 2**20


class FacesError(ValueError):
    """The faces cannot be read, or are not enough: what was found, expected, and the way out."""


class CelebaZip:
    """The images of a zip, in the order of their numbers.

    Parameters
    ----------
    path : str or os.PathLike
        A zip with ``img_align_celeba/000001.jpg`` and so on; without the folder will do. Other
        files in it are ignored. Of each image some 600 bytes are held, its entry in the zip.

    Raises
    ------
    FacesError
        There is no such file, it is no zip, is truncated, or has no image in this layout.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self._zip = _opened(self.path)
        self._files = sorted(
            (info for info in self._zip.infolist() if _IMAGE.fullmatch(info.filename)),
            key=lambda info: info.filename,
        )
        if not self._files:
            others = [info.filename for info in self._zip.infolist()]
            self._zip.close()
            found = f"{len(others):,} other files, such as {others[0]!r}" if others else "nothing"
            raise FacesError(
                f"{self.path}: found {found}; expected images named {_LAYOUT}. Zip their folder "
                f"as img_align_celeba, or take the official zip: {_WHERE}"
            )
        # ZipFile counts its readers without a lock.
        self._reading = threading.Lock()
        self._scaled_up = False

    def __len__(self) -> int:
        return len(self._files)

    def image(self, index: int, size: int) -> NDArray[np.uint8]:
        """An image scaled until its shorter side is `size`, cropped at the centre [WL20 §2.1].

        From several threads at once, if need be. Grey, CMYK, RGBA and palette images become RGB.

        Returns
        -------
        array (size, size, 3) of uint8

        Raises
        ------
        FacesError
            The file is broken, or no JPEG or PNG. Its name in the zip is given.

        Warns
        -----
        UserWarning
            Once, at the first image that is smaller than `size`, and is scaled up.
        """
        info = self._files[index]
        try:
            pixels, side = _decoded(self._bytes(info), size)
        except MemoryError:
            raise
        except Exception as error:
            # zipfile and PIL tell of broken files by a dozen kinds of exception.
            raise FacesError(
                f"{self.path}: {info.filename} cannot be read ({error or type(error).__name__}); "
                "expected a whole JPEG file. Take the zip anew from where it came from, or make "
                "one without this image"
            ) from error
        if side < size and not self._scaled_up:
            self._scaled_up = True
            advice = f"; up to size {side // 8 * 8} none need be" if side >= 8 else ""
            warnings.warn(
                f"{self.path.name} has images smaller than {size} pixels, which are scaled up: "
                f"the shorter side of {info.filename} has {side}{advice}",
                # Whoever makes a `Faces`, which reads the first image.
                stacklevel=4,
            )
        return pixels

    def _bytes(self, info: zipfile.ZipInfo) -> bytes:
        if info.file_size > _LARGEST:
            raise ValueError(f"it has {info.file_size:,} bytes, more than {_LARGEST:,}")
        with self._reading:
            return self._zip.read(info)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise FacesError(f"there is no file {path}. {_WHERE}") from None
    except IsADirectoryError:
        raise FacesError(
            f"{path} is a folder; expected a zip, which is read without unpacking it. {_WHERE}"
        ) from None
    except PermissionError as error:
        raise FacesError(f"{path} may not be read: {error.strerror}") from None
    # What zipfile and the modules beneath it raise on damaged directories.
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        OSError,
        OverflowError,
        ValueError,
        struct.error,
        zlib.error,
    ) as error:
        with path.open("rb") as file:
            begin = file.read(16)
        found = (
            "a zip that is truncated or damaged"
            if begin.startswith(b"PK")
            else f"no zip, it begins with {begin!r}"
        )
        raise FacesError(
            f"{path}: found {found}, of {path.stat().st_size:,} bytes ({error}); expected a whole "
            f"zip of images named {_LAYOUT}. Copy or download it anew: {_WHERE}"
        ) from error


def _decoded(data: bytes, size: int) -> tuple[NDArray[Any], int]:
    """Pixels (size, size, 3), and the shorter side that the image had."""
    # PIL would go as far as to run Ghostscript on what calls itself an image.
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
        side = min(image.size)
        # libjpeg leaves out detail that is finer than half a pixel of the result: twice as fast.
        image.draft(None, (2 * size, 2 * size))
        return np.asarray(ImageOps.fit(image.convert("RGB"), (size, size))), side
