"""Trained networks in small files: half precision, one file a version."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import keras
import numpy as np

from cnnviz_widgets.model.layers.layer_info import activation_name

from . import networks
from .networks import discriminator, generator
from .scale import QUICK

if TYPE_CHECKING:
    from .training import Gan

RESULTS = Path(__file__).parent / "results"
_ABOUT = "about"


class CheckpointError(ValueError):
    """A file holds no networks, or others than those asked for."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained generator and discriminator.

    Attributes
    ----------
    version : int
    size : int
        Pixels a side.
    output : str
        The generator's last activation.
    seed, step : int
        Of the training, and how many steps it took.
    generator, discriminator : keras.Model
    """

    version: int
    size: int
    output: str
    seed: int
    step: int
    generator: keras.Model
    discriminator: keras.Model


def checkpoint_path(version: int) -> Path:
    """Where the trained networks that come with the study are."""
    return RESULTS / f"v{version}.npz"


def save_checkpoint(gan: Gan, path: str | os.PathLike[str]) -> None:
    """Store both networks of a training in a NumPy archive.

    Half precision keeps three digits of each weight: what the networks put out changes in the
    third digit. The archive has an array for each weight, named by its layer's path such as
    ``generator/dense2/kernel``, and what they are, as JSON, in ``about``.

    Parameters
    ----------
    gan : Gan
    path : path
        Of a file; its folder must be there.

    Raises
    ------
    CheckpointError
        A weight is not finite, or beyond half precision's 65,504.
    """
    path = Path(path)
    about = {
        "version": gan.version,
        "size": gan.scale.size,
        "output": activation_name(gan.generator.layers[-1]),
        "seed": gan.seed,
        "step": gan.step,
        "leak": networks.LEAK,
    }
    arrays = {_ABOUT: np.array(json.dumps(about))}
    for name, variable in _variables(gan.generator, gan.discriminator):
        with np.errstate(over="ignore"):
            arrays[name] = variable.numpy().astype(np.float16)
        if not np.isfinite(arrays[name]).all():
            raise CheckpointError(
                f"{name} of version {gan.version}, seed {gan.seed}, is not finite in half "
                "precision: this training failed, or its weights are huge; store another seed's"
            )
    temporary = path.with_name(f".{path.name}")
    with open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)
    os.replace(temporary, path)


def load_checkpoint(
    version: int, path: str | os.PathLike[str] | None = None, *, size: int = QUICK.size
) -> Checkpoint:
    """Trained networks: of the study, or from a file of `save_checkpoint`.

    Parameters
    ----------
    version : {1, 2, 3}
    path : path, optional
        By default the one that comes with the study: of all its seeds at the quick scale the
        median one by its distance from real faces, neither the best nor the worst.
    size : int
        Pixels a side that are expected.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    CheckpointError
        It holds no networks, or those of another version or size, or it is damaged.
    ValueError
        There is no such version.
    """
    networks.check(version, size)
    path = checkpoint_path(version) if path is None else Path(path)
    arrays = _read(path)
    about = _about(arrays, path)
    for name, asked in (("version", version), ("size", size)):
        if about[name] != asked:
            raise CheckpointError(
                f"{path.name} has networks of {name} {about[name]}, not {asked}: ask for {name} "
                f"{about[name]}, or give the path of another file"
            )
    if about["leak"] != networks.LEAK:
        raise CheckpointError(
            f"{path.name} was trained with LeakyReLU's slope {about['leak']}; networks.LEAK is "
            f"{networks.LEAK}: python -m dcgan_study checkpoints trains again"
        )
    pair = generator(version, size, about["output"]), discriminator(version, size)
    variables = dict(_variables(*pair))
    wrong = [
        f"{name} {tuple(variable.shape)}"
        for name, variable in variables.items()
        if name not in arrays or arrays[name].shape != tuple(variable.shape)
    ]
    if wrong:
        raise CheckpointError(
            f"{path.name} does not hold the networks of version {version} at {size}×{size} "
            f"pixels that it says it holds: {', '.join(wrong[:3])} missing or of another shape"
        )
    for name, variable in variables.items():
        variable.assign(arrays[name].astype(np.float32))
    kept = {name: about[name] for name in ("version", "size", "output", "seed", "step")}
    return Checkpoint(**kept, generator=pair[0], discriminator=pair[1])


def _variables(*pair: Any) -> Iterator[tuple[str, Any]]:
    """The variables of both networks, the running averages among them, by their names here."""
    for role, model in zip(("generator", "discriminator"), pair, strict=True):
        for layer in model.layers:
            for variable in layer.variables:
                yield f"{role}/{layer.name}/{variable.name}", variable


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        # A single array, which is no archive, is no context either.
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"there is no {os.fspath(path)!r}; python -m dcgan_study checkpoints, run in the "
            "folder notebooks, makes those of the study"
        ) from error
    except (ValueError, EOFError, OSError, TypeError, AttributeError, BadZipFile) as error:
        raise CheckpointError(
            f"{os.fspath(path)!r} is no archive of networks, or is damaged "
            f"({type(error).__name__}: {error})"
        ) from error


def _about(arrays: dict[str, np.ndarray], path: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads(str(arrays[_ABOUT]))
        if {"version", "size", "output", "seed", "step", "leak"} <= about.keys():
            return about
    except (KeyError, ValueError, AttributeError):
        pass
    raise CheckpointError(
        f"{os.fspath(path)!r} is a NumPy archive, but not of networks: {_ABOUT!r} is not in it, or "
        "does not say which networks they are. save_checkpoint(gan, path) writes one that does"
    )
