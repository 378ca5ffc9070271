"""What every kind of finding has in common."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, ClassVar, Literal

from ..findings import Comparison, Evidence, Finding, Kind, Measurement, Severity, View

if TYPE_CHECKING:  # what was measured takes longer to load than a finding
    from ..facts import LayerFacts, ModelFacts
    from ..measurements.stations import NetworkFacts

SAME_IN_LAYERS = 3
"""Layers in which one finding about weights holds from which it is one about the whole network."""

ALL_OF_OUTPUTS: frozenset[Kind] = frozenset({"all of outputs"})
"""For every kind whose sign is `of_outputs`, in what a sign explains."""

FAILED_TASK: frozenset[Kind] = frozenset({"no-better-than-constant"})
"""What any severe finding before it explains."""

NOT_AS_TRAINED: frozenset[Kind] = FAILED_TASK | {
    *("saturated", "dead", "near-zero", "collapsed-outputs", "constant", "uniform"),
    *("unlike-input", "concentrated-forks", "noisy-weights"),
}
"""What shows anywhere in a model that did not learn its task, or is not asked as it was trained."""

BEYOND = "METHOD §3, beyond [WL20]"


class Sign:
    """A kind of finding: how it is told, in what words, and what it explains of others.

    A sign has a `judge`, or `findings` of its own where one layer alone does not tell; `of_network`
    where it is told of the stations of a network's map, which a plain diagnosis does not measure.

    Attributes
    ----------
    kind : str
        As `Finding.kind`; also the sign's place in `registry.SIGNS`.
    title : str
        What the page calls it.
    source : str
        Where sign and cure come from.
    cure : str
        One sentence; "" where it depends on what was found.
    view : {'outputs', 'weights'}
        Where to look at it.
    of_outputs : bool
        Whether outputs show it that are made from spoilt inputs, whatever the layer does.
    explains : set of str
        Kinds that follow from it in its own layer; `ALL_OF_OUTPUTS` stands for many.
    spoils : set of str
        Kinds that follow from it in the layers behind.
    anywhere : set of str
        Kinds that follow from it wherever in the model they show, as from what spoils its training.
    once_from : int
        In how many layers it is told as one finding, since one choice for the whole network made
        it; 0 for never.
    suspects_by : {'outputs', 'picture'}
        What of its suspects is measured in the freshly initialised architecture: all of their
        outputs, or how much of the image can be read off them.
    """

    kind: ClassVar[Kind]
    title: ClassVar[str]
    source: ClassVar[str]
    cure: ClassVar[str] = ""
    view: ClassVar[View] = "outputs"
    of_outputs: ClassVar[bool] = False
    explains: ClassVar[Set[Kind]] = frozenset()
    spoils: ClassVar[Set[Kind]] = frozenset()
    anywhere: ClassVar[Set[Kind]] = frozenset()
    once_from: ClassVar[int] = 0
    suspects_by: ClassVar[Literal["outputs", "picture"]] = "outputs"

    # --- What is found ---------------------------------------------------------------------------

    def findings(self, model: ModelFacts) -> Iterator[Finding]:
        """All findings of this kind, in the order of execution."""
        for layer in model:
            yield from self.judge(layer, model)

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """The findings of this kind about one layer."""
        yield from ()

    def of_network(self, network: NetworkFacts) -> Iterator[Finding]:
        """All findings of this kind about a network's stations, in the order of execution."""
        yield from ()

    def suspects(self, model: ModelFacts) -> list[str]:
        """Paths of the layers for which a freshly initialised reference decides."""
        return []

    def on_trial(self, model: ModelFacts) -> list[tuple[str, str]]:
        """What a trial on the live model decides, the worst first: a layer's path and its weight.

        The weight is tried in random order; "" stands for the layer's channels, of which as many
        more are silenced as are silent.
        """
        return []

    def finding(  # noqa: PLR0913  # the fields of a finding
        self,
        layer: LayerFacts | str,
        severity: Severity,
        measured: Measurement,
        summary: str,
        *,
        channels: tuple[int, ...] = (),
        view: View | None = None,
        reference: Comparison | None = None,
        samples: int | None = None,
        limits: str = "",
        cure: str | None = None,
        source: str | None = None,
        weight: str = "",
        evidence: Evidence | None = None,
    ) -> Finding:
        """A finding of this kind; what is not given is the sign's own.

        Parameters
        ----------
        layer : LayerFacts or str
            A path alone needs `samples`; "" is the model as a whole.
        samples : int, optional
            Default: those of the layer's outputs; 0 for weights.
        """
        view = self.view if view is None else view
        if isinstance(layer, str):
            path = layer
        else:
            path = layer.path
            if samples is None:
                samples = layer.outputs.samples if view == "outputs" else 0
        assert samples is not None
        return Finding(
            kind=self.kind,
            severity=severity,
            layer=path,
            view=view,
            channels=channels,
            measured=measured,
            reference=reference,
            samples=samples,
            summary=summary,
            limits=limits,
            cure=self.cure if cure is None else cure,
            source=self.source if source is None else source,
            weight=weight,
            evidence=evidence,
        )

    # --- What it explains of others --------------------------------------------------------------

    def explained_here(self, cause: Finding) -> Set[Kind]:
        """Kinds that this finding explains in its own layer: a note concerns too little of it."""
        return frozenset() if cause.severity == "note" else self.explains

    def explained_behind(self, cause: Finding) -> Set[Kind]:
        """Kinds that this finding explains in the layers behind."""
        return frozenset() if cause.severity == "note" else self.spoils

    def explained_anywhere(self, cause: Finding) -> Set[Kind]:
        """Kinds that this finding explains wherever they show: a severe one also a failed task."""
        if cause.severity == "note":
            return frozenset()
        return self.anywhere | (FAILED_TASK if cause.severity == "severe" else frozenset())

    def accounts_for(self, cause: Finding, other: Finding) -> bool:
        """Whether `other`, of a kind and at a layer that it explains, is one that follows."""
        return True

    def leaves_nothing(self, cause: Finding, behind: bool) -> bool:
        """Whether nothing of the input is left in the finding's own layer, or `behind` it."""
        return False

    def shows_in(self, layer: LayerFacts) -> bool:
        """Whether the same cause shows in a layer behind, which has no finding of its own."""
        return False

    def is_one_choice(self, finding: Finding) -> bool:
        """Whether a finding is one of those told once, see `once_from`."""
        return True


def by_share(share: float, severe: float, warning: float) -> Severity:
    """The severity of what concerns this share of a layer's channels."""
    return "severe" if share >= severe else "warning" if share >= warning else "note"
