"""A layer's values on a few samples, and what a survey of many says of its channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ...analysis.channel_measures import ChannelMeasures, channel_measures
from ...analysis.clustering.channel_tree import ChannelTree
from ...analysis.density.channel_density import channel_density
from ...analysis.density.types import ChannelDensity, DensityStyle
from ..cached_property import cached_property
from ..facts.output_facts import are
from ..layer_picture import LayerPicture, counted
from ..layer_record import MOST_COMPARED, LayerRecord
from ..points.sample_means import SampleMeans
from ..record_kind import OUTPUTS
from .class_profile import ClassProfile, Firing
from .layer_summary import LayerSummary


@dataclass(frozen=True, eq=False)
class SurveyedRecord(LayerRecord):
    """A record whose measures, tree and densities are a survey's; values and tiles are its own.

    Attributes
    ----------
    summary : LayerSummary
        Of the same layer with the same weights.
    """

    summary: LayerSummary = field(kw_only=True)

    @classmethod
    def of_survey(cls, record: LayerPicture, summary: LayerSummary) -> LayerPicture:
        """A live record with what a survey says of it; itself where that is of another side.

        In a layer of more channels than are compared with one another picture, tree and curves
        are of some of them, on the samples shown: the record says so then.
        """
        if record.kind != OUTPUTS or record.held_values is None:
            return record
        # What holds its values is no snapshot.
        live = cast(LayerRecord, record)
        if live.n_channels != summary.channels:
            return record
        parts: Any = {
            name: getattr(live, name) for name in ("like", "samples", "bounds", "linkage")
        }
        if live.n_channels > MOST_COMPARED:
            return TooWideForSurvey(live.values, live.path, measured=live.measures, **parts)
        return cls(live.values, live.path, summary=summary, **parts)

    @property
    def basis(self) -> str:
        """How many samples were surveyed: measures, tree and densities are of these."""
        return counted(self.summary.samples, "sample")

    @property
    def extent(self) -> str:
        """How many channels of which size, how many samples are shown and how many surveyed."""
        return f"{super().extent} shown, {self.basis} surveyed"

    @cached_property
    def measures(self) -> ChannelMeasures:
        """Range, spread and faults of each channel on all that were surveyed."""
        return self.summary.measures

    @cached_property
    def shown_measures(self) -> ChannelMeasures:
        """The same on the samples that are shown."""
        return channel_measures(self.values)

    @cached_property
    def density(self) -> ChannelDensity:
        """How each channel's values are distributed on all that were surveyed."""
        return self.summary.density

    @cached_property
    def pooled(self) -> ChannelDensity | None:
        """The density of all values together, where no channel has enough for a curve."""
        if (self.density.style == DensityStyle.CURVE).any():
            return None
        points = self.density.grid.shape[1]
        values = self.summary.evenly_spaced.reshape(-1, 1)
        return channel_density(values, points, bounds=self.bounds)

    @property
    def sample_means(self) -> SampleMeans | None:
        """Some of the samples that were surveyed."""
        return self.summary.sample_means

    @cached_property
    def firing(self) -> Firing | None:
        """On how many samples channels fire: of those surveyed, and of those shown."""
        fires = (self.values > 0).reshape(self.n_samples, -1, self.n_channels).any(axis=1)
        counts = fires.sum(axis=0, dtype=np.int64)
        return Firing(self.summary.fired, self.summary.samples, counts, self.n_samples)

    @cached_property
    def class_profile(self) -> ClassProfile | None:
        """What channels give to the classes surveyed; None without labels."""
        summary = self.summary
        if not summary.class_samples.any():
            return None
        return ClassProfile(
            summary.class_samples, summary.class_means, summary.class_fired, summary.class_lift
        )

    @property
    def rare(self) -> NDArray[np.intp]:
        """Channels that live, and fire too rarely to have a place in the tree."""
        return np.asarray(np.flatnonzero(self.summary.rare & ~self.measures.nonfinite))

    @property
    def woken(self) -> NDArray[np.intp]:
        """Channels that are zero on all samples shown, and not on all that were surveyed."""
        return np.flatnonzero(self.shown_measures.dead & ~self.measures.dead)

    @property
    def unseen(self) -> NDArray[np.intp]:
        """Channels that are zero on all samples surveyed, and not on those shown."""
        return np.flatnonzero(self.measures.dead & ~self.shown_measures.dead)

    @property
    def disagreements(self) -> Mapping[int, str]:
        """Channel → where the samples shown say something else than those surveyed."""
        total, shown = self.summary.samples, self.n_samples
        alive = self.summary.nonzero_samples
        return {
            **{
                int(k): f"dead on these {shown:,}, alive on {alive[k]:,} of {total:,}"
                for k in self.woken
            },
            **{
                int(k): f"dead on {total:,} of {total:,}, alive on these {shown:,}"
                for k in self.unseen
            },
        }

    @property
    def dead_note(self) -> str:
        """How many channels are zero on all that were surveyed, and what disagrees with that."""
        dead, woken, unseen = int(self.measures.dead.sum()), self.woken, self.unseen
        notes = []
        if dead:
            notes.append(
                f"{dead:,} of {counted(self.n_channels, 'channel')} {are(dead)} zero on all "
                f"{self.basis} surveyed."
            )
        if woken.size:
            fires = self.summary.nonzero_samples[woken]
            least, most = int(fires.min()), int(fires.max())
            span = f"{least:,}" if least == most else f"{least:,} to {most:,}"
            notes.append(
                f"{woken.size:,} {'is' if woken.size == 1 else 'are'} dead on these "
                f"{self.n_samples:,}, alive on {span} of {self.summary.samples:,}."
            )
        if unseen.size:
            notes.append(
                f"{unseen.size:,} of the dead {'is' if unseen.size == 1 else 'are'} alive on these "
                f"{self.n_samples:,}, which were not surveyed."
            )
        return " ".join(notes)

    def _unturned_tree(self) -> ChannelTree:
        return self.summary.tree(self.linkage)


class TooWideForSurvey(LayerRecord):
    """A record of a layer that was surveyed, and has too many channels for a survey's tree."""

    def _omissions(self) -> list[str]:
        return [
            *super()._omissions(),
            f"Tree, curves and points are of the {counted(self.n_samples, 'sample')} shown: a "
            f"survey has none above {MOST_COMPARED:,} channels.",
        ]
