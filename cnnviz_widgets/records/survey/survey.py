"""A survey: what was added up of every layer of a model on many samples."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from numpy.typing import ArrayLike

from ...analysis.arrays import Floats
from ...analysis.clustering.chain_linkage import Linkage
from ...analysis.clustering.channel_tree import ChannelTree
from ...analysis.density.types import ChannelDensity
from ...validation.objects import instance
from ...validation.texts import known_layer, path_of
from .layer_summary import LayerSummary
from .sample_digests import SampleDigests, no_digests
from .sample_ranges import Ranges, count, named, shared, united
from .storage.folder import read_survey, write_survey
from .storage.header import Contents
from .strongest_samples import StrongestSamples
from .survey_text import as_html, as_text


@dataclass(frozen=True, eq=False, repr=False)
class Survey:
    """What a model does on many samples, one summary a layer; it never changes.

    Attributes
    ----------
    layers : mapping of str to LayerSummary
        Path → summary, in the order of execution.
    ranges : tuple of (int, int)
        The numbers of the samples that were seen, as runs: first, and one past the last;
        ascending, with gaps between them.
    model : str
        The model's name.
    weights : str
        A digest of what the model is made of and of its weights as they were: a hexadecimal
        SHA-256.
    rows : int
        At most so many places of a sample were drawn.
    classes : int
        How many classes the labels have; 0 where none are known.
    skipped : mapping of str to str
        Path → why a layer that was asked for has no summary.
    digests : KeptSamples
        Digests of the inputs of a few samples: whether other data hold the same ones.
    masked : bool
        Whether the model masks steps: those that a mask covers count as values all the same.
    """

    layers: Mapping[str, LayerSummary]
    ranges: Ranges
    model: str
    weights: str
    rows: int
    classes: int
    skipped: Mapping[str, str]
    digests: SampleDigests = field(default_factory=no_digests)
    masked: bool = False

    def __post_init__(self) -> None:
        for name in ("layers", "skipped"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        # What only shows a dict cannot be sent itself.
        parts = [getattr(self, each.name) for each in fields(self)]
        return Survey, tuple(dict(p) if isinstance(p, Mapping) else p for p in parts)

    @property
    def samples(self) -> int:
        """How many samples were seen."""
        return count(self.ranges)

    def layer(self, path: str) -> LayerSummary:
        """The summary of a layer.

        Raises
        ------
        ValueError
            There is none of it: the closest are named, or why it was skipped.
        """
        if isinstance(path, str) and path in self.skipped and path not in self.layers:
            raise ValueError(f"the layer {path!r} was not surveyed: {self.skipped[path]}")
        return self.layers[known_layer(path, self.layers, "in this survey")]

    def quantile(self, path: str, q: ArrayLike) -> Floats:
        """Quantiles of a layer's channels, as `LayerSummary.quantile`, shape (C, …)."""
        return self.layer(path).quantile(q)

    def strongest(self, path: str) -> StrongestSamples:
        """On which nine samples, and where in them, a layer's channels are strongest."""
        return self.layer(path).strongest

    def density(self, path: str) -> ChannelDensity:
        """How the values of a layer's channels are distributed."""
        return self.layer(path).density

    def tree(self, path: str, linkage: Linkage = "single") -> ChannelTree:
        """Which channels of a layer are alike, as `LayerSummary.tree`."""
        return self.layer(path).tree(linkage)

    def merge(self, other: Survey) -> Survey:
        """The survey of the samples of both; neither of them changes.

        In whatever order parts are merged, all that they count, sum up and keep comes out the
        same to the last bit. The name of the model is this one's.

        Parameters
        ----------
        other : Survey
            Of other samples of the same model, made with ``like=`` this one, or both with
            ``like=`` the same third one.

        Raises
        ------
        TypeError
            Something else.
        ValueError
            Together they are no survey: of other models, weights, layers, classes or rows;
            counted by other rules; or of the same samples.
        """
        instance("other", other, Survey)
        self._check_merge(other)
        return Survey(
            layers={
                path: replace(mine, tally=mine.tally.merged(other.layers[path].tally))
                for path, mine in self.layers.items()
            },
            ranges=united(self.ranges, other.ranges),
            model=self.model,
            weights=self.weights,
            rows=self.rows,
            classes=self.classes,
            skipped={**other.skipped, **self.skipped},
            digests=self.digests.merged(other.digests),
            masked=self.masked or other.masked,
        )

    def _check_merge(self, other: Survey) -> None:
        if self.weights != other.weights:
            raise ValueError(
                "surveys of different models, or of different weights, cannot be merged: "
                f"{other.model!r} has the digest {other.weights[:12]}…, {self.model!r} "
                f"{self.weights[:12]}…. Survey one and the same state of one model"
            )
        odd = sorted(self.layers.keys() ^ other.layers.keys())
        if odd:
            raise ValueError(
                f"surveys of different layers cannot be merged: {odd[0]!r} is in one of them only"
            )
        for noun, mine, theirs in (
            ("classes", self.classes, other.classes),
            ("rows a sample", self.rows, other.rows),
        ):
            if mine != theirs:
                raise ValueError(
                    f"surveys with different numbers of {noun} cannot be merged: {mine} and "
                    f"{theirs}. Make the second one with like=first"
                )
        for path, summary in self.layers.items():
            if not summary.tally.rule.is_like(other.layers[path].tally.rule):
                raise ValueError(
                    f"surveys that count by different rules cannot be merged: those of {path!r} "
                    "differ, as each survey chose its own by its first samples. Make the second "
                    "one with like=first"
                )
        both = shared(self.ranges, other.ranges)
        if both:
            raise ValueError(
                f"surveys of the same samples cannot be merged: both are of {named(both)}"
            )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the survey into a folder of its own, in the open format of `storage.folder`.

        The folder is made where it is missing. An earlier state of the same survey gives way:
        one of the same weights, layers, classes and rows whose samples are all in this one, too.
        It stays until this one is whole, also where the process is killed meanwhile.

        Parameters
        ----------
        path : path
            Of a folder.

        Returns
        -------
        Path
            Where it lies.

        Raises
        ------
        TypeError, ValueError
            No path; or something else is there, which is not written over: another survey, one
            that cannot be read, other files.
        OSError
            It cannot be written, as on a full disk; what was there is as it was.
        """
        folder = Path(path_of("path", path, "a folder, such as 'survey'"))
        parts = {each.name: getattr(self, each.name) for each in fields(self)}
        write_survey(Contents(**parts), folder)
        return folder

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Survey:
        """The survey that was saved in a folder: equal in every bit, and able to go on.

        Parameters
        ----------
        path : path
            Of the folder.

        Raises
        ------
        TypeError
            No path.
        FileNotFoundError
            There is no such folder, or no survey in it.
        OSError
            It cannot be read.
        ValueError
            It was written by a newer version or by something else, or is damaged.
        """
        folder = Path(path_of("path", path, "a folder, such as 'survey'"))
        return cls(**read_survey(folder)._asdict())

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)
