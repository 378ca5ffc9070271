"""One finding for one cause: what merely follows from a finding is named in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from .facts import ModelFacts
from .findings import SEVERITIES, Finding, Kind
from .signs.base import ALL_OF_OUTPUTS, SAME_IN_LAYERS, Sign
from .signs.lookup import sign_of, signs
from .signs.registry import SIGNS


def one_a_cause(findings: Iterable[Finding], model: ModelFacts) -> tuple[Finding, ...]:
    """Merge findings that follow from others, and order the rest.

    Parameters
    ----------
    findings : iterable of Finding
        All that the signs say, in any order.
    model : ModelFacts

    Returns
    -------
    tuple of Finding
        By severity, then by cause: kinds that explain others before those, the whole model before
        its layers, and these in the order of execution.
    """
    place = {path: k for k, path in enumerate(("", *model.layers))}
    rank = {kind: k for k, kind in enumerate(SIGNS)}
    left = sorted(findings, key=lambda finding: (rank[finding.kind], place[finding.layer]))
    causes: list[Finding] = []
    while left:
        cause = _Cause.of(left.pop(0), model)
        follows = [finding for finding in left if cause.explains(finding, model)]
        left = [finding for finding in left if finding not in follows]
        causes.append(cause.with_all(follows, model, place))
    for sign in signs():
        causes = _as_one(causes, sign, place)

    def order(finding: Finding) -> tuple[int, int, int]:
        return SEVERITIES.index(finding.severity), rank[finding.kind], place[finding.layer]

    return tuple(sorted(causes, key=order))


@dataclass(frozen=True)
class _Cause:
    """A finding that no other explains, and the layers behind it."""

    finding: Finding
    sign: Sign
    behind: Set[str]

    @classmethod
    def of(cls, finding: Finding, model: ModelFacts) -> _Cause:
        behind = model.descendants(finding.layer) if finding.layer else model.layers.keys()
        return cls(finding, sign_of(finding.kind), behind)

    def explains(self, other: Finding, model: ModelFacts) -> bool:
        """Whether another finding follows from this one."""
        cause, sign = self.finding, self.sign
        here, behind = other.layer == cause.layer, other.layer in self.behind
        if _names(sign.explained_anywhere(cause), other):
            return sign.accounts_for(cause, other)
        if here and other.kind == cause.kind and other.view == cause.view == "outputs":
            return True
        if _is_collapse(other, model):
            # What matters most to the user is told by itself, unless nothing of the input is left.
            return (here or behind) and sign.leaves_nothing(cause, behind)
        follows = (here and _names(sign.explained_here(cause), other)) or (
            behind and _names(sign.explained_behind(cause), other)
        )
        return follows and sign.accounts_for(cause, other)

    def with_all(
        self, follows: Iterable[Finding], model: ModelFacts, place: Mapping[str, int]
    ) -> Finding:
        """The finding, with the layers in which it shows by what it explains."""
        paths = {path for each in (self.finding, *follows) for path in (each.layer, *each.follows)}
        paths.update(path for path in self.behind if self.sign.shows_in(model.layers[path]))
        return _following(self.finding, paths, place)


def _names(kinds: Set[Kind], finding: Finding) -> bool:
    """Whether what a sign explains has the finding's kind in it."""
    if kinds >= ALL_OF_OUTPUTS and sign_of(finding.kind).of_outputs:
        return True
    return finding.kind in kinds


def _is_collapse(finding: Finding, model: ModelFacts) -> bool:
    """Whether it says that the model puts out the same for every sample."""
    layer = model.layers.get(finding.layer)
    return (
        finding.kind in ("collapsed-outputs", "constant")
        and not finding.channels
        and layer is not None
        and layer.output
    )


def _as_one(findings: list[Finding], sign: Sign, place: Mapping[str, int]) -> list[Finding]:
    """The findings, with those of one choice in many layers, and many notes, told once each."""
    own = [finding for finding in findings if finding.kind == sign.kind]
    if sign.once_from:
        choices = [finding for finding in own if sign.is_one_choice(finding)]
        findings = _merged(findings, choices, sign.once_from, place, "The same holds in")
    notes = [finding for finding in findings if finding in own and finding.severity == "note"]
    return _merged(findings, notes, SAME_IN_LAYERS, place, "Much the same is noted in")


def _merged(
    findings: list[Finding],
    alike: list[Finding],
    least: int,
    place: Mapping[str, int],
    more: str,
) -> list[Finding]:
    """The findings, with those that are alike made one at the first of at least so many layers."""
    layers = {finding.layer for finding in alike}
    if len(layers) < least:
        return findings
    first = min(alike, key=lambda finding: place[finding.layer])
    merged = replace(
        first,
        severity=min((finding.severity for finding in alike), key=SEVERITIES.index),
        summary=f"{first.summary} {more} {len(layers):,} layers in all.",
    )
    merged = _following(merged, layers.union(*(each.follows for each in alike)), place)
    return [merged, *(finding for finding in findings if finding not in alike)]


def _following(finding: Finding, paths: Set[str], place: Mapping[str, int]) -> Finding:
    """The finding as it shows in these layers."""
    others = paths - {finding.layer, ""}
    return replace(finding, follows=tuple(sorted(others, key=place.__getitem__)))
