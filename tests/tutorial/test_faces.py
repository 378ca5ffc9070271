"""Faces out of a zip: against PIL, numbers worked by hand, and zips made to break the reader."""

from __future__ import annotations

import gc
import io
import os
import subprocess
import sys
import tracemalloc
import warnings
import weakref
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from dcgan_study.faces import Faces, FacesError
from PIL import Image

SHIPPED = Path(__file__).parents[2] / "notebooks" / "data" / "faces.zip"
# Each image decoded once and held, or decoded whenever it is asked for.
HELD, STREAMED = 2**28, 0


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(width: int, height: int, seed: int = 0) -> Image.Image:
    """Smooth noise: each image is another."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 5, 3)).astype("uint8")
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def zipped(path: Path, files: dict[str, bytes], *, deflated: bool = False) -> Path:
    method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return path


def name(number: int) -> str:
    return f"img_align_celeba/{number:06}.jpg"


def numbered(contents: Iterable[bytes]) -> dict[str, bytes]:
    return {name(number): data for number, data in enumerate(contents, 1)}


@pytest.fixture
def ten(tmp_path: Path) -> Path:
    """A zip of ten images of 16×20."""
    return zipped(tmp_path / "ten.zip", numbered(encoded(noise(16, 20, k)) for k in range(10)))


def first(batches: Iterator[Any], count: int) -> np.ndarray:
    with closing(batches):
        return np.stack([np.asarray(batch) for batch in islice(batches, count)])


# What the images are


@pytest.mark.parametrize(
    ("width", "height", "size", "box"),
    [
        # CelebA's own, at the paper's size: 178 of 218 rows, the middle ones.
        (178, 218, 160, (0, 20, 178, 198)),
        (178, 218, 104, (0, 20, 178, 198)),
        (100, 60, 40, (20, 0, 80, 60)),
        (50, 50, 48, (0, 0, 50, 50)),
        (40, 40, 40, (0, 0, 40, 40)),
    ],
)
def test_the_middle_of_the_image_scaled(
    tmp_path: Path, width: int, height: int, size: int, box: tuple[int, int, int, int]
) -> None:
    data = encoded(noise(width, height), quality=95)
    faces = Faces(zipped(tmp_path / "one.zip", numbered([data])), size)
    expected = Image.open(io.BytesIO(data)).resize((size, size), Image.Resampling.BICUBIC, box=box)
    images = faces.images([0])
    assert images.shape == (1, size, size, 3)
    assert images.dtype == np.float32
    np.testing.assert_allclose(
        images[0], np.asarray(expected).astype("float32") / 127.5 - 1, atol=1e-6
    )


def test_much_smaller_than_the_file_loses_less_than_a_grey_level(tmp_path: Path) -> None:
    # From twice the size on, libjpeg decodes at a lower resolution.
    data = encoded(noise(178, 218), quality=95)
    faces = Faces(zipped(tmp_path / "one.zip", numbered([data])), 40)
    exact = Image.open(io.BytesIO(data)).resize(
        (40, 40), Image.Resampling.BICUBIC, box=(0, 20, 178, 198)
    )
    error = (faces.images([0])[0] + 1) * 127.5 - np.asarray(exact)
    assert np.abs(error).mean() < 0.5
    assert np.abs(error).max() < 5


@pytest.mark.parametrize(
    ("data", "rgb"),
    [
        (encoded(Image.new("RGB", (8, 8), (0, 51, 255)), "PNG"), (-1, -0.6, 1)),
        (encoded(Image.new("L", (8, 8), 51), "PNG"), (-0.6, -0.6, -0.6)),
        (encoded(Image.new("RGBA", (8, 8), (0, 51, 255, 7)), "PNG"), (-1, -0.6, 1)),
        (
            encoded(Image.new("RGB", (8, 8), (0, 51, 255)).convert("P", palette=1), "PNG"),
            (-1, -0.6, 1),
        ),
        (encoded(Image.new("L", (8, 8), 255)), (1, 1, 1)),
        # Cyan takes away the red.
        (encoded(Image.new("CMYK", (8, 8), (255, 0, 0, 0))), (-1, 1, 1)),
    ],
    ids=["RGB", "grey", "RGBA", "palette", "grey JPEG", "CMYK JPEG"],
)
def test_every_mode_becomes_rgb_from_minus_one_to_one(
    tmp_path: Path, data: bytes, rgb: tuple[float, ...]
) -> None:
    faces = Faces(zipped(tmp_path / "one.zip", numbered([data])), 8)
    expected = np.broadcast_to(np.float32(rgb), (1, 8, 8, 3))
    np.testing.assert_allclose(faces.images([0]), expected, atol=0.01)


def test_the_shipped_faces_are_the_default() -> None:
    faces = Faces()
    assert (len(faces), faces.size) == (3000, 40)
    assert repr(faces) == "Faces('faces.zip', 3,000 images, 40×40)"
    with zipfile.ZipFile(SHIPPED) as file, file.open(name(3000)) as last:
        image = Image.open(last)
        assert image.size == (89, 109)
        # (109 − 89) / 2 rows above and below.
        expected = image.resize((80, 80), Image.Resampling.BICUBIC, box=(0, 10, 89, 99))
    pixels = Faces(size=80).images([2999])[0]
    np.testing.assert_allclose((pixels + 1) * 127.5, np.asarray(expected), atol=1e-4)


@pytest.mark.parametrize("limit", [HELD, STREAMED])
def test_images_by_place(ten: Path, limit: int) -> None:
    faces = Faces(ten, 16, limit=limit)
    every = faces.images(range(10))
    np.testing.assert_array_equal(faces.images([7, 2, 2, -1]), every[[7, 2, 2, 9]])
    np.testing.assert_array_equal(faces.images(np.array([3])), every[3:4])
    assert faces.images([]).shape == (0, 16, 16, 3)
    with pytest.raises(IndexError, match="10"):
        faces.images([10])


def test_a_sample_is_evenly_drawn_without_replacement(ten: Path) -> None:
    faces = Faces(ten, 16)
    every = faces.images(range(10))

    def places(images: np.ndarray) -> list[int]:
        same = (images[:, np.newaxis] == every).all(axis=(2, 3, 4))
        assert (same.sum(axis=1) == 1).all()
        return [int(place) for place in same.argmax(axis=1)]

    assert sorted(places(faces.sample(10, seed=3))) == list(range(10))
    np.testing.assert_array_equal(faces.sample(4, seed=3), faces.sample(4, seed=3))
    counts = np.bincount([p for seed in range(500) for p in places(faces.sample(2, seed))])
    # Each is drawn 100 times of 1,000, give or take 9; 4.5 of those.
    assert len(counts) == 10
    assert np.abs(counts - 100).max() < 40
    with pytest.raises(FacesError, match=r"11 images .* ten\.zip, which has 10"):
        faces.sample(11, seed=0)


# Batches


@pytest.mark.parametrize("limit", [HELD, STREAMED])
def test_a_batch_depends_on_seed_and_number_alone(ten: Path, limit: int) -> None:
    faces = Faces(ten, 16, limit=limit)
    # Three batches an epoch: nine are three epochs.
    whole = first(faces.batches(3, seed=5), 9)
    assert whole.shape == (9, 3, 16, 16, 3)
    assert whole.dtype == np.float32
    for start in range(9):
        rest = first(faces.batches(3, seed=5, start=start), 9 - start)
        np.testing.assert_array_equal(rest, whole[start:])
    np.testing.assert_array_equal(first(Faces(ten, 16).batches(3, seed=5), 9), whole)
    assert (first(faces.batches(3, seed=6), 9) != whole).any()


@pytest.mark.parametrize("limit", [HELD, STREAMED])
def test_an_epoch_has_each_image_once_and_each_epoch_its_order(ten: Path, limit: int) -> None:
    faces = Faces(ten, 16, limit=limit)
    every = {image.tobytes() for image in faces.images(range(10))}
    epochs = first(faces.batches(5, seed=0), 4).reshape(2, 10, 16, 16, 3)
    for epoch in epochs:
        assert {image.tobytes() for image in epoch} == every
    assert (epochs[0] != epochs[1]).any()


def test_a_start_far_on_is_reached_at_once(ten: Path) -> None:
    faces = Faces(ten, 16)
    far = first(faces.batches(3, seed=0, start=10**9), 2)
    np.testing.assert_array_equal(far[1:], first(faces.batches(3, seed=0, start=10**9 + 1), 1))


def test_streams_do_not_disturb_one_another(ten: Path) -> None:
    faces = [Faces(ten, 16, limit=STREAMED), Faces(ten, 8, limit=STREAMED)]
    alone = [first(each.batches(4, seed), 12) for each in faces for seed in (0, 1)]
    together = [each.batches(4, seed) for each in faces for seed in (0, 1)]
    for k, batches in enumerate(zip(*together, strict=True)):
        if k == 12:
            break
        for one, expected in zip(batches, alone, strict=True):
            np.testing.assert_array_equal(one, expected[k])


def test_a_dropped_stream_is_gone_and_the_next_begins_anew(ten: Path) -> None:
    faces = Faces(ten, 16, limit=STREAMED)
    whole = first(faces.batches(3, seed=0), 4)
    for _ in range(5):
        batches = faces.batches(3, seed=0)
        np.testing.assert_array_equal(next(batches), whole[0])
        del batches
    np.testing.assert_array_equal(first(faces.batches(3, seed=0), 4), whole)


def test_nothing_sleeps_in_a_pipeline_that_ends(ten: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Training ended up to a minute after its last step: TensorFlow's tuner slept on. Whether it
    # does is a matter of microseconds; so this looks whether there is one.
    tuned: list[bool] = []
    iterate = tf.data.Dataset.__iter__

    def noted(dataset: tf.data.Dataset) -> Iterator[Any]:
        tuned.append(dataset.options().autotune.enabled)
        return iterate(dataset)

    monkeypatch.setattr(tf.data.Dataset, "__iter__", noted)
    first(Faces(ten, 16).batches(4, seed=0), 2)
    assert tuned == [False]


def test_python_ends_while_a_stream_reads_ahead() -> None:
    code = (
        "from dcgan_study.faces import Faces\n"
        "batches = Faces(size=80, limit=0).batches(64, seed=0)\n"
        "print(next(batches).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert done.stdout == "(64, 80, 80, 3)\n"
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="lists open files by /proc")
@pytest.mark.parametrize("limit", [HELD, STREAMED])
def test_the_file_is_closed_with_the_faces(ten: Path, limit: int) -> None:
    def is_open() -> bool:
        # A file may be closed while they are listed.
        links = (Path("/proc/self/fd") / number for number in os.listdir("/proc/self/fd"))
        return str(ten) in {os.readlink(link) for link in links if link.is_symlink()}

    faces = Faces(ten, 16, limit=limit)
    batches = faces.batches(3, seed=0)
    next(batches)
    collected = weakref.ref(faces)
    del faces
    gc.collect()
    # What streams them needs them still.
    next(batches)
    assert is_open()
    del batches
    gc.collect()
    assert collected() is None
    assert not is_open()


# Memory


def test_few_images_are_decoded_once_and_held(ten: Path) -> None:
    held, streamed = Faces(ten, 16, limit=10 * 16 * 16 * 3), Faces(ten, 16, limit=7679)
    every = held.images(range(10))
    np.testing.assert_array_equal(streamed.images(range(10)), every)
    os.truncate(ten, 0)
    np.testing.assert_array_equal(held.images(range(10)), every)
    with pytest.raises(FacesError, match=name(1)):
        streamed.images(range(10))


def test_many_images_stream_in_little_memory(tmp_path: Path) -> None:
    count, size, batch = 1_500, 40, 4
    data = encoded(noise(size, size))
    path = zipped(tmp_path / "many.zip", {name(k): data for k in range(1, count + 1)})
    tracemalloc.start()
    try:
        faces = Faces(path, size, limit=2**20)
        assert len(faces) == count
        for _ in islice(faces.batches(batch, seed=0), count // batch):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # All images at a byte a value. A third of it are the zip's entries and batches on their way.
    assert peak < count * size * size * 3


# What is in the zip


def test_layouts_and_what_is_ignored(tmp_path: Path) -> None:
    one, two = encoded(Image.new("L", (8, 8), 0)), encoded(Image.new("L", (8, 8), 255))
    other = encoded(Image.new("L", (8, 8), 100))
    ignored = {
        "img_align_celeba/": b"",
        "img_align_celeba/000003.jpg/": b"",
        "list_attr_celeba.txt": b"202599",
        "__MACOSX/img_align_celeba/._000001.jpg": b"\0",
        "../img_align_celeba/000001.jpg": other,
        "/img_align_celeba/000001.jpg": other,
        "img_align_celeba/../000001.jpg": other,
        "img_align_celeba/<img src=x onerror=alert(1)>.jpg": other,
        "img_align_celeba/000001.jpg.exe": other,
        "img_align_celeba/1.jpg": other,
    }
    for folder in ("img_align_celeba/", "", "img_align_celeba/img_align_celeba/"):
        images = {f"{folder}000002.jpg": two, f"{folder}000001.jpg": one}
        path = zipped(tmp_path / "mixed.zip", {**ignored, **images}, deflated=True)
        # In the order of their numbers, not in the zip's.
        means = Faces(path, 8).images(range(2)).mean(axis=(1, 2, 3))
        np.testing.assert_allclose(means, [-1, 1], atol=0.01)
        assert len(Faces(path, 8)) == 2


def test_a_folder_in_the_users_home(ten: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(ten.parent))
    monkeypatch.setenv("USERPROFILE", str(ten.parent))
    assert len(Faces("~/ten.zip", 16)) == 10


def test_smaller_images_are_scaled_up_and_told_of_once() -> None:
    with pytest.warns(UserWarning, match=r"faces\.zip.* 160 .*000001\.jpg has 89.*size 88") as told:
        faces = Faces(size=160)
        assert faces.images(range(5)).shape == (5, 160, 160, 3)
        next(faces.batches(4, seed=0))
    assert len(told) == 1
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Faces(size=88).images(range(5))


def test_only_a_later_image_is_smaller(tmp_path: Path) -> None:
    data = numbered([encoded(noise(32, 32)), encoded(noise(40, 5)), encoded(noise(5, 40))])
    faces = Faces(zipped(tmp_path / "mixed.zip", data), 16)
    with pytest.warns(UserWarning, match=r"000002\.jpg has 5$") as told:
        assert faces.images(range(3)).shape == (3, 16, 16, 3)
    assert len(told) == 1


# What cannot be read


def no_file(folder: Path) -> Path:
    return folder / "celeba.zip"


def a_folder(folder: Path) -> Path:
    (folder / "celeba.zip").mkdir()
    return folder / "celeba.zip"


def a_page(folder: Path) -> Path:
    (folder / "celeba.zip").write_text("<!DOCTYPE html><title>Quota exceeded</title>")
    return folder / "celeba.zip"


def an_empty_file(folder: Path) -> Path:
    (folder / "celeba.zip").touch()
    return folder / "celeba.zip"


def a_truncated_zip(folder: Path) -> Path:
    data = SHIPPED.read_bytes()
    (folder / "celeba.zip").write_bytes(data[: len(data) // 2])
    return folder / "celeba.zip"


def another_zip(folder: Path) -> Path:
    files = {"photos/<b>me</b>.jpg": encoded(noise(8, 8)), "notes.txt": b""}
    return zipped(folder / "celeba.zip", files)


def an_empty_zip(folder: Path) -> Path:
    return zipped(folder / "celeba.zip", {})


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (no_file, "there is no file"),
        (a_folder, "is a folder; expected a zip"),
        (a_page, "found no zip, it begins with b'<!DOCTYPE html>"),
        (an_empty_file, "found no zip, it begins with b''"),
        (a_truncated_zip, "found a zip that is truncated or damaged"),
        (another_zip, "found 2 other files, such as 'photos/<b>me</b>.jpg'; expected images named"),
        (an_empty_zip, "found nothing; expected images named"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_no_zip_of_faces(tmp_path: Path, make: Callable[[Path], Path], found: str) -> None:
    path = make(tmp_path)
    with pytest.raises(FacesError) as raised:
        Faces(path)
    message = str(raised.value)
    assert str(path) in message
    assert found in message
    # The way out.
    assert "Large-scale CelebFaces Attributes (CelebA) Dataset" in message


@pytest.mark.parametrize("size", [42, 0, -8, 4])
def test_a_size_that_is_no_multiple_of_8(size: int) -> None:
    with pytest.raises(FacesError, match=f"multiple of 8.* got {size}, nearest is"):
        Faces(size=size)


@pytest.mark.parametrize("size", [40.0, "40", None])
def test_a_size_that_is_no_integer(size: Any) -> None:
    with pytest.raises(TypeError, match="integer"):
        Faces(size=size)


@pytest.mark.parametrize("batch", [0, -1, 11])
def test_a_batch_that_the_zip_cannot_fill(ten: Path, batch: int) -> None:
    with pytest.raises(
        FacesError, match=rf"{batch} images .* ten\.zip, which has 10; take 1 to 10"
    ):
        Faces(ten, 16).batches(batch, seed=0)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 0, "start": -1}])
def test_a_seed_or_a_start_below_zero(ten: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        Faces(ten, 16).batches(2, **wrong)


WHOLE = encoded(noise(32, 40))
BROKEN = {
    "truncated": WHOLE[: len(WHOLE) // 2],
    "header only": WHOLE[:10],
    "empty": b"",
    "text": b"<html>no image</html>",
    # Formats that PIL knows, and CelebA does not have; the last would be run by Ghostscript.
    "GIF": encoded(noise(32, 40), "GIF"),
    "EPS": encoded(noise(32, 40), "EPS"),
    # 225 million pixels in 27 kB.
    "bomb": encoded(Image.new("1", (15_000, 15_000)), "PNG"),
    "65 MB": bytes(65 * 2**20),
}


@pytest.mark.parametrize("limit", [HELD, STREAMED])
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_image_is_named(tmp_path: Path, kind: str, limit: int) -> None:
    contents = [encoded(noise(32, 40, k)) for k in range(12)]
    contents[7] = BROKEN[kind]
    faces = Faces(
        zipped(tmp_path / "faces.zip", numbered(contents), deflated=True), 16, limit=limit
    )
    found = r"faces\.zip: img_align_celeba/000008\.jpg cannot be read \(.+\); expected a whole JPEG"
    assert faces.images(range(7)).shape == (7, 16, 16, 3)
    with pytest.raises(FacesError, match=found):
        faces.images(range(12))
    with pytest.raises(FacesError, match=found):
        faces.sample(12, seed=0)
    # Three batches an epoch: one of the first three has it, and those before are whole.
    order = np.random.default_rng((0, 0)).permutation(12)
    before = int(np.flatnonzero(order == 7)[0]) // 4
    batches = faces.batches(4, seed=0)
    for k in range(before):
        np.testing.assert_array_equal(next(batches), faces.images(order[4 * k : 4 * k + 4]))
    with pytest.raises(FacesError, match=found):
        next(batches)
    # What comes after it can be had.
    assert next(faces.batches(4, seed=0, start=before + 1)).shape == (4, 16, 16, 3)


def test_a_broken_first_image_is_told_of_at_once(tmp_path: Path) -> None:
    path = zipped(tmp_path / "faces.zip", numbered([BROKEN["truncated"], WHOLE]))
    with pytest.raises(FacesError, match=r"000001\.jpg cannot be read \(.*(?i:truncated)"):
        Faces(path, 16)


@pytest.mark.filterwarnings("ignore:.*smaller than 8 pixels")
@pytest.mark.parametrize("deflated", [False, True])
def test_a_damaged_zip_is_read_or_refused_but_never_something_else(
    tmp_path: Path, deflated: bool
) -> None:
    files = numbered([encoded(noise(8, 8))])
    path = zipped(tmp_path / "faces.zip", files, deflated=deflated)
    whole = path.read_bytes()

    def refused(data: bytes) -> bool:
        path.write_bytes(data)
        try:
            faces = Faces(path, 8)
            assert faces.images(range(len(faces))).shape == (len(faces), 8, 8, 3)
        except FacesError as error:
            assert "faces.zip" in str(error)
            return True
        return False

    assert not refused(whole)
    assert all(refused(whole[:length]) for length in range(len(whole)))
    for place, byte in enumerate(whole):
        refused(whole[:place] + bytes([byte ^ 0xFF]) + whole[place + 1 :])
