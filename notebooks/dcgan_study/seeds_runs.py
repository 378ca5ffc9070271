"""Training one version after another, seed after seed, and storing what came out."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import networks
from .measures import Yardstick
from .scale import Scale
from .seeds import FACES, Run, Seeds
from .training import Gan

if TYPE_CHECKING:
    from .faces import Faces

# Of the faces that are kept.
_NOISE_SEED = 1
# How often progress is told.
_STEPS = 100

Progress = Callable[[Gan], None]


def trained(
    key: tuple[int, str, int],
    *,
    faces: Faces,
    scale: Scale,
    yardstick: Yardstick,
    progress: Progress,
) -> tuple[Gan, Run]:
    """Train one version with one seed, and measure it.

    Parameters
    ----------
    key : (int, str, int)
        Version, activation of the generator's last layer, and seed.
    faces : Faces
    scale : Scale
    yardstick : Yardstick
        Of the same faces.
    progress : callable
        Given the `Gan` every 100 steps.
    """
    version, output, seed = key
    gan = Gan(version, faces, scale=scale, seed=seed, output=output)
    begin = time.perf_counter()
    for target in [*range(_STEPS, scale.steps, _STEPS), scale.steps]:
        gan.train(target, view=False)
        progress(gan)
        if gan.step < target:  # its losses are not finite
            break
    seconds = time.perf_counter() - begin
    return gan, Run(yardstick.measure(gan), gan.step, seconds)


def run_seeds(
    path: str | os.PathLike[str],
    keys: Iterable[tuple[int, str, int]],
    *,
    faces: Faces,
    scale: Scale,
    progress: Progress,
) -> Iterator[Run]:
    """Train what a file does not have yet, and store each run as soon as it is done.

    Parameters
    ----------
    path : path
        Of the file; it may be there or not. No other process may write to it meanwhile.
    keys : iterable of (int, str, int)
        As `trained` takes them.
    faces : Faces
    scale : Scale
    progress : callable
        Given the `Gan` that is trained, every 100 steps.

    Yields
    ------
    Run
        Those that were not there yet.

    Raises
    ------
    ValueError
        The file's runs were made with other settings or libraries.
    """
    yardstick = Yardstick(faces)
    seeds = _opened(Path(path), _settings(faces, scale, yardstick), yardstick)
    done = {run.key for run in seeds.runs}
    for key in keys:
        if key in done:
            continue
        gan, run = trained(key, faces=faces, scale=scale, yardstick=yardstick, progress=progress)
        seeds = seeds.plus(run, gan.generate(FACES, _NOISE_SEED))
        seeds.write()
        yield run


def _opened(path: Path, settings: dict[str, Any], yardstick: Yardstick) -> Seeds:
    """The file's runs, if they can be gone on with; none if there is no file."""
    machine = _machine()
    if not path.exists():
        return Seeds(path, settings, machine, yardstick.landmarks())
    seeds = Seeds.read(path)
    differing = [
        f"{name} {old.get(name)!r} there, {new[name]!r} here"
        for old, new in ((seeds.settings, settings), (seeds.machine, machine))
        for name in new
        if old.get(name) != new[name]
    ]
    if differing:
        raise ValueError(
            f"the runs in {os.fspath(path)!r} were made otherwise ({'; '.join(differing)}): they "
            "cannot be compared with new ones. Give another file (--file), or delete this one"
        )
    return seeds


def _settings(faces: Faces, scale: Scale, yardstick: Yardstick) -> dict[str, Any]:
    return {
        "size": scale.size,
        "steps": scale.steps,
        "batch": scale.batch,
        "leak": networks.LEAK,
        "faces": len(faces),
        "compared": len(yardstick.distance.reference),
        "components": yardstick.distance.components,
        "share_of_variance": round(yardstick.distance.share, 4),
    }


def _machine() -> dict[str, Any]:
    packages = ("tensorflow", "keras", "numpy", "scipy")
    return {
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{package: installed(package) for package in packages},
    }
