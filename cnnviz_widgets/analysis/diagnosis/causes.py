"""One finding for one cause: what merely follows from a finding is named in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..findings import SEVERITIES, Finding, Kind
from . import thresholds
from .facts import ModelFacts

_OUTPUT_KINDS: frozenset[Kind] = frozenset(
    {"dead", "constant", "saturated", "near-zero", "uniform", "unlike-input"}
)
_UNLEARNT: frozenset[Kind] = frozenset(
    {"concentrated-forks", "noisy-weights", "uniform", "unlike-input"}
)
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
    "saturated": frozenset({"constant", "uniform", "near-zero"}),
    "frozen": frozenset({"concentrated-forks", "noisy-weights"}),
    "near-zero": frozenset({"uniform", "unlike-input", "constant"}),
    "concentrated-forks": frozenset({"uniform", "unlike-input"}),
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
    kept.sort(key=lambda finding: (SEVERITIES.index(finding.severity), place[finding.layer]))
    return tuple(kept)


# What spoils everything behind it goes first, then what explains others in its own layer.
_ORDER: tuple[Kind, ...] = (
    "non-finite",
    "input-range",
    "unreachable-targets",
    "wide-uniform-weights",
    "duplicate",
    "dead",
    "near-zero",
    "saturated",
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
    if here and finding.kind in _EXPLAINS_HERE.get(cause.kind, ()):
        return not _is_part(cause)
    if cause.kind == "non-finite":
        if finding.kind == "non-finite":
            # Weights that are damaged themselves are a cause of their own.
            return behind and finding.view == "outputs"
        return (here or behind) and finding.kind in _OUTPUT_KINDS
    if cause.kind == "input-range":
        return finding.kind in _OUTPUT_KINDS
    if cause.kind == "wide-uniform-weights":
        alike = finding.kind == cause.kind
        return alike or ((here or behind) and finding.kind in ("uniform", "unlike-input"))
    if cause.kind == "unreachable-targets":
        # What cannot be learnt leaves no trace of learning.
        at_end = here and finding.kind in ("saturated", "constant", "near-zero", "dead")
        return at_end or finding.kind in _UNLEARNT
    if cause.kind in ("dead", "constant") and _is_whole(cause):
        return behind and finding.kind in _OUTPUT_KINDS
    if cause.kind == "near-zero" and not cause.measured.is_share:
        return behind and finding.kind in _OUTPUT_KINDS
    if cause.kind == "dead" and cause.severity != "note":
        if finding.kind == "constant" and cause.severity == "severe":
            return behind and finding.layer in returned
        return behind and finding.kind in ("near-zero", "uniform", "unlike-input")
    if cause.kind in ("duplicate", "frozen", "concentrated-forks", "noisy-weights"):
        collapsed = finding.kind == "constant" and finding.layer in returned
        spoilt = collapsed or finding.kind in ("uniform", "unlike-input")
        return behind and cause.severity != "note" and spoilt
    return False


def _is_part(cause: Finding) -> bool:
    """Whether too little of the layer is concerned to explain what else is wrong with it."""
    return cause.severity == "note"


def _is_whole(cause: Finding) -> bool:
    if cause.kind == "dead":
        return cause.measured.value >= thresholds.WHOLLY
    return not cause.channels
