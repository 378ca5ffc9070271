"""The study over seeds from a terminal, in the folder notebooks: ``python -m dcgan_study``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .checkpoints import save_checkpoint
from .faces import Faces
from .measures import Yardstick
from .networks import VERSIONS
from .scale import QUICK, Scale
from .seeds import FILE, Run, Seeds, group_name
from .seeds_runs import run_seeds, trained
from .training import Gan

# What a shell reports of a program that ended by Ctrl-C.
_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run a command; its exit status."""
    given = _parser().parse_args(arguments)
    try:
        given.command(given)
    except KeyboardInterrupt:
        print("\ninterrupted; what was done is kept, the same command goes on with it")
        return _INTERRUPTED
    except (OSError, RuntimeError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dcgan_study", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def command(name: str, function: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=text,
            description=text,
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        added.set_defaults(command=function)
        added.add_argument("--file", type=Path, default=FILE, help="where the runs are stored")
        return added

    seeds = command("seeds", _seeds, "train each version with several seeds, and store results")
    seeds.add_argument("--versions", type=int, nargs="+", choices=VERSIONS, default=VERSIONS)
    seeds.add_argument("--seeds", type=_count, default=8, help="how many, counted from 0")
    seeds.add_argument("--output", default="tanh", help="the generator's last activation")
    checkpoints = command(
        "checkpoints",
        _checkpoints,
        "train the median run of each version once more, and store its networks",
    )
    checkpoints.add_argument("--folder", type=Path, help="where to; by default that of --file")
    checkpoints.add_argument("--versions", type=int, nargs="+", choices=VERSIONS, default=VERSIONS)
    for training in (seeds, checkpoints):
        training.add_argument(
            "--faces", type=Path, help="a zip like CelebA's; default: the shipped"
        )
    seeds.add_argument("--size", type=_count, default=QUICK.size, help="pixels a side")
    seeds.add_argument("--steps", type=_count, default=QUICK.steps, help="batches of 64 a run")
    show = command("show", _show, "print the table of what is stored")
    show.add_argument("--figure", type=Path, help="write the plot of all runs to this picture")
    show.add_argument("--faces", type=Path, help="write faces of all runs to this picture")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"a number from 1 on, not {number}")
    return number


def _seeds(given: argparse.Namespace) -> None:
    scale = Scale(given.size, given.steps)
    keys = [
        (version, given.output, seed) for seed in range(given.seeds) for version in given.versions
    ]
    runs = run_seeds(
        given.file, keys, faces=_faces(given, scale.size), scale=scale, progress=_progress
    )
    for run in runs:
        print(f"\r{_told(run)}", flush=True)
    print(f"\n{Seeds.read(given.file)}")


def _checkpoints(given: argparse.Namespace) -> None:
    seeds = Seeds.read(given.file)
    faces = _faces(given, seeds.scale.size)
    yardstick = Yardstick(faces)
    for version in given.versions:
        before = seeds.typical(version)
        gan, run = trained(
            before.key, faces=faces, scale=seeds.scale, yardstick=yardstick, progress=_progress
        )
        path = (given.folder or given.file.parent) / f"v{version}.npz"
        save_checkpoint(gan, path)
        print(f"\r{_told(run)}")
        print(f"in the study: {_told(before)}")
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB", flush=True)


def _show(given: argparse.Namespace) -> None:
    seeds = Seeds.read(given.file)
    print(seeds)
    if given.figure:
        seeds.figure().savefig(given.figure, dpi=100)
    if given.faces:
        seeds.face_sheet(zoom=2).save(given.faces)


def _faces(given: argparse.Namespace, size: int) -> Faces:
    return Faces(given.faces, size=size) if given.faces else Faces(size=size)


def _progress(gan: Gan) -> None:
    print(f"\rv{gan.version} seed {gan.seed}: step {gan.step:,} ", end="", flush=True)


def _told(run: Run) -> str:
    found = run.outcome
    dead = ", ".join(f"{name} {share:.1%}" for name, share in found.dead.items())
    return (
        f"{group_name(run.key[:2])}, seed {found.seed}: {run.seconds:.0f} s, dead {dead}, "
        f"diversity {found.diversity:.2f}, distance {found.distance:.2f}"
        + ", collapsed"
        * found.collapsed
    )


if __name__ == "__main__":
    sys.exit(main())
