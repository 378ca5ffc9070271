"""What came out of many trainings, the failures too: stored, read, as a table and as plots.

``python -m dcgan_study seeds`` makes the file. GAN training is unstable: one run says little of a
version, so several are kept, each with its own seed, and none is left out.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnviz_widgets.diagnosis.phrases import listed

from .measures import MEASURES, Measure, Outcome
from .scale import Scale
from .sheets import FaceSheet, face_sheet, tiled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULTS = Path(__file__).parent / "results"
FILE = RESULTS / "seeds.json"
# So many of a run are kept.
FACES = 8
_CELL = "text-align:left;vertical-align:top;padding:4px 8px;white-space:nowrap"
# Colours at full resolution: halved, as is usual, they take a failed generator's checkerboard with
# them. A block of JPEG, 8×8 pixels, never lies on two faces.
_JPEG: dict[str, Any] = {"format": "JPEG", "quality": 85, "subsampling": 0, "optimize": True}


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes
    ----------
    outcome : Outcome
    steps : int
        Fewer than those of the study where the losses were no longer finite.
    seconds : float
        From the first step to the last, beside whatever else the machine did.
    """

    outcome: Outcome
    steps: int
    seconds: float

    @property
    def key(self) -> tuple[int, str, int]:
        """Version, output and seed: no two runs of a study have the same."""
        return self.outcome.version, self.outcome.output, self.outcome.seed


@dataclass(frozen=True)
class Seeds:
    """The runs of a study.

    Attributes
    ----------
    path : Path
        Of the file they are in. A folder ``faces`` beside it has a picture of each run.
    settings : mapping of str to object
        What all runs have in common: scale, networks, how they were measured.
    machine : mapping of str to object
        Versions of Python and libraries, and number of cores.
    landmarks : mapping of str to mapping of str to float
        See `Yardstick.landmarks`.
    runs : tuple of Run
        By version, output and seed.
    yours : tuple of Outcome
        Shown beside the runs, see `beside`.
    """

    path: Path
    settings: Mapping[str, Any]
    machine: Mapping[str, Any]
    landmarks: Mapping[str, Mapping[str, float]]
    runs: tuple[Run, ...] = ()
    yours: tuple[Outcome, ...] = ()

    @classmethod
    def read(cls, path: str | os.PathLike[str] = FILE) -> Seeds:
        """The runs that are stored in a file.

        Parameters
        ----------
        path : path
            By default the file that comes with the study.

        Raises
        ------
        FileNotFoundError
            There is none.
        ValueError
            It is not such a file, or damaged.
        """
        path = Path(path)
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            runs = tuple(_run(line) for line in stored["runs"])
            return cls(path, stored["settings"], stored["machine"], stored["landmarks"], runs)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"there is no {os.fspath(path)!r}; python -m dcgan_study seeds, run in the folder "
                "notebooks, makes one"
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{os.fspath(path)!r} is no file of the study over seeds, or is damaged "
                f"({type(error).__name__}: {error}); python -m dcgan_study seeds makes one"
            ) from error

    def write(self) -> None:
        """Store the runs in the file; it is there as a whole or as it was before."""
        head = {
            "settings": self.settings,
            "machine": self.machine,
            "landmarks": self.landmarks,
        }
        lines = ",\n".join(f"  {json.dumps(_line(run), allow_nan=False)}" for run in self.runs)
        text = f'{json.dumps(head, indent=1)[:-2]},\n "runs": [\n{lines}\n ]\n}}\n'
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _replace(self.path, text.encode())

    def plus(self, run: Run, faces: NDArray[np.floating]) -> Seeds:
        """These and one more run, which replaces an earlier one of its version, output and seed.

        Parameters
        ----------
        run : Run
        faces : ndarray, shape (8, size, size, 3)
            What it generates; stored at once, in a file of its own.
        """
        path = self._picture(run)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}")
        Image.fromarray(tiled(faces, FACES)).save(temporary, **_JPEG)
        os.replace(temporary, path)
        others = (other for other in self.runs if other.key != run.key)
        return replace(self, runs=tuple(sorted((*others, run), key=lambda each: each.key)))

    def beside(self, *yours: Outcome) -> Seeds:
        """The same runs, with your own marked in table and figure.

        Parameters
        ----------
        *yours : Outcome
            From `measure`.
        """
        return replace(self, yours=yours)

    @property
    def scale(self) -> Scale:
        """How large the networks' images were, and how long each run was to be."""
        return Scale(*(self.settings[name] for name in ("size", "steps", "batch")))

    def faces(self, run: Run) -> NDArray[np.uint8]:
        """Faces that a run generates, shape (8, size, size, 3).

        Raises
        ------
        FileNotFoundError
            Their file is gone.
        """
        with Image.open(self._picture(run)) as image:
            strip = np.asarray(image.convert("RGB"))
        return np.stack(np.split(strip, FACES, axis=1))

    def group(self, version: int, output: str = "tanh") -> tuple[Run, ...]:
        """The runs of a version, by seed."""
        return tuple(run for run in self.runs if run.key[:2] == (version, output))

    @property
    def groups(self) -> tuple[tuple[int, str], ...]:
        """Version and output of which there are runs, tanh first."""
        found = {run.key[:2] for run in self.runs}
        return tuple(sorted(found, key=lambda group: (group[1] != "tanh", group)))

    def typical(self, version: int, output: str = "tanh") -> Run:
        """The median run of a version by its distance from real faces: neither best nor worst.

        Of an even number of runs it is the better one of the two in the middle. A run without a
        distance counts as the farthest.

        Raises
        ------
        ValueError
            There is no run of this version.
        """
        runs = self.group(version, output)
        if not runs:
            raise ValueError(
                f"there is no run of version {version!r} with {output!r} in {self.path.name}; "
                f"there are {', '.join(map(group_name, self.groups)) or 'none'}"
            )
        ranked = sorted(runs, key=lambda run: np.nan_to_num(run.outcome.distance, nan=np.inf))
        return ranked[(len(ranked) - 1) // 2]

    def figure(self) -> Figure:
        """Each measure in a panel, each version a column, each run a dot, the collapsed crosses."""
        from .seeds_figure import measures_figure

        return measures_figure(self)

    def face_sheet(self, zoom: int = 1) -> FaceSheet:
        """Faces of every run, a version beside the other, a row a seed.

        Parameters
        ----------
        zoom : int
            Pixels of the picture for a pixel of a face.
        """
        sets = {
            f"{group_name(group)}: {_collapsed(self.group(*group))}": np.concatenate(
                [self.faces(run) for run in self.group(*group)]
            )
            for group in self.groups
        }
        return face_sheet(sets, FACES, zoom, "Generated faces, a row a seed, the first at the top.")

    def __str__(self) -> str:
        rows = self._table()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = (
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )
        return "\n".join((self._about(), "", *lines, "", self._landmarks()))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rows = (
            "".join(
                f'<{tag} style="{_CELL}">{escape(cell)}</{tag}>'
                for tag, cell in zip(("th", *(["td"] * len(row[1:]))), row, strict=True)
            )
            for row in self._table()
        )
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return (
            f'<div style="overflow-x:auto"><p>{escape(self._about())}</p>'
            f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table><p>{escape(self._landmarks())}</p></div>"
        )

    def _about(self) -> str:
        scale = self.settings
        return (
            f"{len(self.runs)} run{'s' * (len(self.runs) != 1)} of {scale['steps']:,} steps at "
            f"{scale['size']}×{scale['size']} pixels, batch {scale['batch']}: median "
            "(lowest–highest)."
        )

    def _landmarks(self) -> str:
        """What the numbers of known images are."""
        told = {measure.landmark: measure for measure in MEASURES if measure.landmark}
        parts = (
            f"{name}: "
            + ", ".join(f"{key} {told[key].text(value)}" for key, value in numbers.items())
            for name, numbers in self.landmarks.items()
        )
        return f"For comparison, {'; '.join(parts)}."

    def _table(self) -> list[list[str]]:
        """A row a measure, a column a version."""
        names = ["runs", "collapsed", *(measure.name for measure in MEASURES)]
        columns = [["", *names]]
        for group in self.groups:
            outcomes = [run.outcome for run in self.group(*group)]
            collapsed = sum(outcome.collapsed for outcome in outcomes)
            heading = [group_name(group), str(len(outcomes)), f"{collapsed} of {len(outcomes)}"]
            columns.append([*heading, *(_spread(measure, outcomes) for measure in MEASURES)])
        for outcome in self.yours:
            name = f"yours, {group_name((outcome.version, outcome.output))}"
            heading = [name, "1", "yes" if outcome.collapsed else "no"]
            columns.append([*heading, *(measure.text(measure.of(outcome)) for measure in MEASURES)])
        return [list(row) for row in zip(*columns, strict=True)]

    def _picture(self, run: Run) -> Path:
        version, output, seed = run.key
        return self.path.parent / "faces" / f"v{version}_{output}_{seed}.jpg"


def group_name(group: tuple[int, str]) -> str:
    """``v2``; ``v2 relu`` for an output other than tanh."""
    version, output = group
    return f"v{version}" if output == "tanh" else f"v{version} {output}"


def _spread(measure: Measure, outcomes: Sequence[Outcome]) -> str:
    """``46 % (45–47 %)``: median and range of the numbers that there are."""
    values = np.array([measure.of(outcome) for outcome in outcomes])
    values = values[~np.isnan(values)]
    if not values.size:
        return measure.text(math.nan)
    if values.size == 1:
        return measure.text(values[0])
    low, high = measure.text(values.min()), measure.text(values.max())
    return f"{measure.text(np.median(values))} ({low.removesuffix(' %')}–{high})"


def _collapsed(runs: Sequence[Run]) -> str:
    """``seeds 2 and 5 collapsed``, ``all collapsed``, ``none collapsed``."""
    seeds = [str(run.outcome.seed) for run in runs if run.outcome.collapsed]
    if len(seeds) in (0, len(runs)):
        return "all collapsed" if seeds else "none collapsed"
    return f"seed{'s' * (len(seeds) > 1)} {listed(seeds, len(seeds))} collapsed"


def _line(run: Run) -> dict[str, Any]:
    """A run as JSON knows it: null for NaN, six digits."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items()}
        if isinstance(value, float):
            return float(f"{value:.6g}") if math.isfinite(value) else None
        return value

    return {**plain(asdict(run.outcome)), "steps": run.steps, "seconds": round(run.seconds, 1)}


def _run(line: dict[str, Any]) -> Run:
    def number(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: number(each) for name, each in value.items()}
        return math.nan if value is None else value

    known = {name: number(value) for name, value in line.items()}
    steps, seconds = known.pop("steps"), known.pop("seconds")
    return Run(Outcome(**known), steps, seconds)


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}")
    temporary.write_bytes(data)
    os.replace(temporary, path)
