"""Stored networks do what the trained ones did, and a wrong file says so."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from dcgan_study import networks
from dcgan_study.checkpoints import (
    CheckpointError,
    checkpoint_path,
    load_checkpoint,
    save_checkpoint,
)
from dcgan_study.faces import Faces
from dcgan_study.networks import VERSIONS
from dcgan_study.scale import Scale
from dcgan_study.training import Gan, noise

from cnnviz_widgets.analysis import channel_measures
from cnnviz_widgets.model import ModelProbe

SIZE = 16


def trained(version: int, seed: int = 0) -> Gan:
    gan = Gan(version, Faces(size=SIZE), scale=Scale(SIZE, 12, batch=16), seed=seed)
    gan.train(view=False)
    return gan


@pytest.fixture(scope="module")
def gans() -> dict[int, Gan]:
    return {version: trained(version) for version in (1, 3)}


def dead_share(generator: keras.Model) -> float:
    return channel_measures(ModelProbe(generator, noise(64, 1)).outputs("dense2")).dead_share


class TestRoundTrip:
    @pytest.mark.parametrize("version", [1, 3])
    def test_outputs_agree_to_half_precision(
        self, gans: dict[int, Gan], version: int, tmp_path: Path
    ) -> None:
        gan = gans[version]
        save_checkpoint(gan, tmp_path / "own.npz")
        loaded = load_checkpoint(version, tmp_path / "own.npz", size=SIZE)
        assert (loaded.version, loaded.size, loaded.seed, loaded.step) == (version, SIZE, 0, 12)
        assert loaded.output == "tanh"
        made = gan.generate(32)
        again = np.asarray(loaded.generator(noise(32, 1), training=False))
        # A weight is off by 2⁻¹¹ of itself at most; the sums of some hundred by little more.
        assert np.abs(again - made).max() < 4 * 2**-11
        real = gan.faces.sample(32, 0)
        verdicts = [
            np.asarray(model(real, training=False))
            for model in (gan.discriminator, loaded.discriminator)
        ]
        assert np.abs(verdicts[1] - verdicts[0]).max() < 4 * 2**-11
        assert not np.array_equal(again, made)

    def test_the_weights_are_the_rounded_ones(self, gans: dict[int, Gan], tmp_path: Path) -> None:
        """Running averages of batch normalisation among them."""
        save_checkpoint(gans[3], tmp_path / "own.npz")
        loaded = load_checkpoint(3, tmp_path / "own.npz", size=SIZE)
        for before, after in zip(
            [*gans[3].generator.variables, *gans[3].discriminator.variables],
            [*loaded.generator.variables, *loaded.discriminator.variables],
            strict=True,
        ):
            rounded = before.numpy().astype(np.float16).astype(np.float32)
            np.testing.assert_array_equal(after.numpy(), rounded)
        moved = loaded.discriminator.get_layer("conv1_norm").moving_variance.numpy()
        assert not np.allclose(moved, 1)

    def test_dead_units_stay_dead(self, gans: dict[int, Gan], tmp_path: Path) -> None:
        gan = gans[1]
        kernel, bias = gan.generator.get_layer("dense2").get_weights()
        bias[: bias.size // 4] = -100.0
        gan.generator.get_layer("dense2").set_weights([kernel, bias])
        save_checkpoint(gan, tmp_path / "own.npz")
        loaded = load_checkpoint(1, tmp_path / "own.npz", size=SIZE)
        assert dead_share(gan.generator) >= 0.25
        assert dead_share(loaded.generator) == dead_share(gan.generator)


class TestWrongFiles:
    @pytest.fixture
    def path(self, gans: dict[int, Gan], tmp_path: Path) -> Path:
        save_checkpoint(gans[3], tmp_path / "own.npz")
        return tmp_path / "own.npz"

    def test_another_version(self, path: Path) -> None:
        with pytest.raises(CheckpointError, match="networks of version 3, not 2: ask for version"):
            load_checkpoint(2, path, size=SIZE)

    def test_another_size(self, path: Path) -> None:
        with pytest.raises(CheckpointError, match="networks of size 16, not 40"):
            load_checkpoint(3, path)

    def test_no_such_version(self, path: Path) -> None:
        with pytest.raises(ValueError, match="version is 1, 2 or 3; got 4"):
            load_checkpoint(4, path)

    def test_another_slope(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        trained_with = networks.LEAK
        monkeypatch.setattr(networks, "LEAK", 0.05)
        with pytest.raises(CheckpointError, match=rf"slope {trained_with}; networks.LEAK is 0.05"):
            load_checkpoint(3, path, size=SIZE)

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="dcgan_study checkpoints"):
            load_checkpoint(3, tmp_path / "none.npz")

    @pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"PK\x03\x04 and no more"])
    def test_no_archive(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "own.npz").write_bytes(content)
        with pytest.raises(CheckpointError, match="no archive of networks, or is damaged"):
            load_checkpoint(3, tmp_path / "own.npz")

    def test_truncated(self, path: Path) -> None:
        data = path.read_bytes()
        for length in (len(data) // 3, len(data) - 30):
            path.write_bytes(data[:length])
            with pytest.raises(CheckpointError, match="damaged"):
                load_checkpoint(3, path, size=SIZE)

    def test_an_array_and_no_archive(self, tmp_path: Path) -> None:
        np.save(tmp_path / "own.npy", np.zeros(3))
        with pytest.raises(CheckpointError, match="no archive of networks"):
            load_checkpoint(3, tmp_path / "own.npy")

    def test_an_archive_of_something_else(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "own.npz", x=np.zeros(3))
        with pytest.raises(CheckpointError, match="not of networks"):
            load_checkpoint(3, tmp_path / "own.npz")
        np.savez(tmp_path / "own.npz", about=np.array(json.dumps({"version": 3})))
        with pytest.raises(CheckpointError, match="does not say which"):
            load_checkpoint(3, tmp_path / "own.npz")

    def test_arrays_missing_or_of_another_shape(self, path: Path) -> None:
        with np.load(path) as archive:
            arrays = dict(archive)
        del arrays["generator/up1/bias"]
        arrays["discriminator/conv2/kernel"] = np.zeros((3, 3, 16, 32), np.float16)
        np.savez(path, **arrays)
        with pytest.raises(CheckpointError, match=r"up1/bias \(32,\), .*conv2/kernel \(5, 5,"):
            load_checkpoint(3, path, size=SIZE)

    @pytest.mark.parametrize("value", [np.nan, 1e6])
    def test_weights_that_half_precision_cannot_hold(self, tmp_path: Path, value: float) -> None:
        gan = trained(2)
        gan.generator.get_layer("image").bias.assign([value, 0, 0])
        with pytest.raises(CheckpointError, match=r"generator/image/bias of version 2, seed 0"):
            save_checkpoint(gan, tmp_path / "own.npz")
        assert not list(tmp_path.iterdir())


class TestThoseOfTheStudy:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_they_are_those_of_the_table(self, version: int) -> None:
        from dcgan_study.seeds import Seeds

        run = Seeds.read().typical(version)
        loaded = load_checkpoint(version)
        assert (loaded.seed, loaded.step, loaded.output) == (run.outcome.seed, run.steps, "tanh")
        assert dead_share(loaded.generator) == pytest.approx(run.outcome.dead["dense2"], abs=2e-3)

    def test_they_are_small(self) -> None:
        folder = checkpoint_path(1).parent
        assert sum(file.stat().st_size for file in folder.rglob("*")) < 5e6
