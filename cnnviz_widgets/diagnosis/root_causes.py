"""One finding for one cause: what merely follows from a finding is named in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from . import thresholds
from .facts import ModelFacts
from .findings import SEVERITIES, Finding, Kind

_OUTPUT_KINDS: frozenset[Kind] = frozenset(
    {"dead", "constant", "saturated", "near-zero", "uniform", "unlike-input"}
)
# What one wrong choice for the whole network does to each of its layers, and in how many layers it
# is told as one finding.
_TOLD_ONCE: dict[Kind, int] = {
    "duplicate": thresholds.SAME_IN_LAYERS,
    "frozen": thresholds.SAME_IN_LAYERS,
    "wide-uniform-weights": 2,
}
# Kinds of the same layer that a kind explains.
_EXPLAINS_HERE: dict[Kind, frozenset[Kind]] = {
    "dead": frozenset(
        {
            "near-zero",
            "uniform",
            "unlike-input",
            "frozen",
            "concentrated-forks",
            "noisy-weights",
        }
    ),
    "constant": frozenset({"near-zero", "uniform", "unlike-input", "frozen"}),
    "saturated": frozenset({"dead", "constant", "uniform", "near-zero", "unlike-input"}),
    "frozen": frozenset({"concentrated-forks", "noisy-weights"}),
    "near-zero": frozenset({"uniform", "unlike-input", "constant"}),
    # Kernels without anything in common lose the image; they do not make maps alike.
    "concentrated-forks": frozenset({"unlike-input"}),
    "duplicate": frozenset({"uniform", "concentrated-forks", "noisy-weights"}),
    "wide-uniform-weights": frozenset({"concentrated-forks", "noisy-weights", "frozen"}),
}


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
        By severity, then in the order of execution, the whole model first.
    """
    place = {path: k for k, path in enumerate(model.layers)}
    place[""] = -1
    returned = {layer.path for layer in model if layer.output}
    left = sorted(findings, key=lambda finding: (place[finding.layer], finding.kind))
    kept: list[Finding] = []
    while left:
        cause = left.pop(_first_cause(left))
        reach = _reach(cause, model)
        follows = set(cause.follows)
        rest = []
        for finding in left:
            if _explained(finding, cause, reach, returned):
                follows.add(finding.layer)
                follows.update(finding.follows)
            else:
                rest.append(finding)
        if cause.kind == "non-finite":
            follows.update(
                path for path in reach if model.layers[path].outputs.measures.nonfinite.any()
            )
        follows -= {cause.layer, ""}
        kept.append(replace(cause, follows=tuple(sorted(follows, key=place.__getitem__))))
        left = rest
    for kind, fewest in _TOLD_ONCE.items():
        kept = _told_once(kept, kind, fewest, place)
    kept.sort(key=lambda finding: (SEVERITIES.index(finding.severity), place[finding.layer]))
    return tuple(kept)


def _told_once(
    findings: list[Finding], kind: Kind, fewest: int, place: Mapping[str, int]
) -> list[Finding]:
    """The findings, with those of one kind in many layers made one at the first of them."""
    alike = [
        finding
        for finding in findings
        if finding.kind == kind and (kind != "duplicate" or finding.measured.value >= 1)
    ]
    layers = {finding.layer for finding in alike}
    if len(layers) < fewest:
        return findings
    first = min(alike, key=lambda finding: place[finding.layer])
    follows = layers.union(*(finding.follows for finding in alike)) - {first.layer}
    merged = replace(
        first,
        severity=min((finding.severity for finding in alike), key=SEVERITIES.index),
        summary=f"{first.summary} The same holds in {len(layers):,} layers in all.",
        follows=tuple(sorted(follows, key=place.__getitem__)),
    )
    return [merged, *(finding for finding in findings if finding not in alike)]


# What spoils everything behind it goes first, then what explains others in its own layer.
_ORDER: tuple[Kind, ...] = (
    "non-finite",
    "input-range",
    "unreachable-targets",
    "wide-uniform-weights",
    "duplicate",
    "saturated",
    "dead",
    "near-zero",
    "constant",
    "frozen",
    "concentrated-forks",
    "noisy-weights",
)


def _first_cause(findings: Sequence[Finding]) -> int:
    for kind in _ORDER:
        for k, finding in enumerate(findings):
            if finding.kind == kind:
                return k
    return 0


def _reach(cause: Finding, model: ModelFacts) -> set[str]:
    """The layers that the cause can spoil."""
    return set(model.layers) if not cause.layer else model.descendants(cause.layer)


def _explained(finding: Finding, cause: Finding, reach: set[str], returned: set[str]) -> bool:
    here = finding.layer == cause.layer
    if here and finding.kind == cause.kind and finding.view == cause.view == "outputs":
        return True
    behind = finding.layer in reach
    if finding.kind == "constant" and finding.layer in returned and not finding.channels:
        # What matters most to the user is told by itself, unless nothing of the input is left.
        stuck = here and cause.kind == "saturated" and cause.severity == "severe"
        return stuck or ((here or behind) and _leaves_nothing(cause))
    if here and finding.kind in _EXPLAINS_HERE.get(cause.kind, ()):
        # Units of a ReLU6 that are stuck at 6 say nothing of those that are at 0.
        other = finding.kind == "dead" and cause.kind == "saturated"
        if other and set(finding.channels) - set(cause.channels) and cause.channels:
            return False
        return not _is_part(cause)
    if cause.kind == "non-finite":
        if finding.kind == "non-finite":
            # Weights that are damaged themselves are a cause of their own.
            return behind and finding.view == "outputs"
        return (here or behind) and finding.kind in _OUTPUT_KINDS
    if cause.kind == "input-range":
        return finding.kind in _OUTPUT_KINDS and finding.severity != "note"
    if cause.kind == "wide-uniform-weights":
        return (here or behind) and finding.kind in ("uniform", "unlike-input")
    if cause.kind == "unreachable-targets":
        return (here or behind) and finding.kind in ("saturated", "constant", "near-zero", "dead")
    if cause.kind == "unlike-input":
        return behind and finding.kind == "unlike-input"  # what is lost stays lost
    if cause.kind in ("dead", "constant") and _is_whole(cause):
        return behind and finding.kind in _OUTPUT_KINDS
    if cause.kind == "near-zero" and not cause.measured.is_share:
        return behind and finding.kind in _OUTPUT_KINDS
    if cause.kind == "dead" and cause.severity != "note":
        return behind and finding.kind in ("near-zero", "uniform", "unlike-input")
    if cause.kind in ("duplicate", "frozen", "concentrated-forks", "noisy-weights"):
        spoilt = finding.kind in ("uniform", "unlike-input")
        return behind and cause.severity != "note" and spoilt
    return False


def _is_part(cause: Finding) -> bool:
    """Whether too little of the layer is concerned to explain what else is wrong with it."""
    return cause.severity == "note"


def _is_whole(cause: Finding) -> bool:
    if cause.kind == "dead":
        return cause.measured.value >= thresholds.WHOLLY
    return not cause.channels


def _leaves_nothing(cause: Finding) -> bool:
    """Whether behind the cause the input cannot be told from any other."""
    if cause.kind == "dead":
        return cause.measured.value >= 1
    return cause.kind == "non-finite" or (cause.kind == "constant" and not cause.channels)
