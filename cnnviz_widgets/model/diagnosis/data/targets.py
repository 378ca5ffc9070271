"""Whether a model's outputs can be what its targets ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....diagnosis.facts import ModelFacts
from ....diagnosis.findings import Skipped
from ....diagnosis.measurements.data.targets import Diversity, Labels, Reach, diversity, reach
from ....diagnosis.measurements.data.tasks import class_numbers
from ...layers.activations import output_reaches
from ..subject import Seen, Subject
from .judges import Given, targets_of_output
from .runs import is_last


def with_reach(
    subject: Subject, facts: ModelFacts, seen: Seen, given: list[Given], skipped: list[Skipped]
) -> ModelFacts:
    """What is known, with the range of outputs beside targets, and labels beside outputs."""
    labels, reaches = [], []
    for each in map(_finite, given):
        if not len(each.targets):
            continue
        shape = _shape(each)
        numbers = class_numbers(shape, each.targets)
        if numbers is not None:
            labels.append(_labels(each, numbers))
        elif _fits(each.targets, shape):
            reaches.append(_reach(subject, each, skipped))
        else:
            skipped.append(Skipped(targets_of_output(each, given), _misfit(each)))
    ranges = [each for each in reaches if each is not None]
    return replace(
        facts,
        labels=max(labels, key=lambda each: each.share_unknown, default=None),
        reach=max(ranges, key=lambda each: each.share_out, default=None),
        diversity=_diversity(subject, seen, given),
    )


def _finite(given: Given) -> Given:
    """Without the samples whose targets are not all numbers."""
    return replace(given, targets=given.targets[given.finite])


def _shape(given: Given) -> tuple[int, ...]:
    """The output's shape for as many samples, with what it leaves open as the targets have it."""
    targets = given.targets.shape
    open_to = (*targets, *(0,) * len(given.info.output_shape))
    own = given.info.output_shape[1:]
    return (
        targets[0],
        *(open_to[k] if size is None else size for k, size in enumerate(own, start=1)),
    )


def _fits(targets: NDArray[Any], shape: tuple[int, ...]) -> bool:
    return targets.shape == shape or (shape[-1:] == (1,) and targets.shape == shape[:-1])


def _misfit(given: Given) -> str:
    return (
        f"their shape {given.targets.shape} fits neither the output's {given.info.output_shape} "
        "nor class labels"
    )


def _labels(given: Given, numbers: NDArray[np.int64]) -> Labels:
    counted = numbers.ravel()
    if given.ignored is not None:
        counted = counted[counted != given.ignored]
    return Labels(given.info.path, int(given.info.output_shape[-1] or 0), counted)


def _reach(subject: Subject, given: Given, skipped: list[Skipped]) -> Reach | None:
    path = given.info.path
    if not is_last(subject, path, given.number):
        skipped.append(
            Skipped(
                "unreachable-targets",
                "the model computes on after its last layer; its range is not known",
            )
        )
        return None
    bounds = output_reaches(subject.infos, subject.layers)[path]
    info = subject.infos[bounds.path]
    if bounds.range is None:
        skipped.append(
            Skipped(
                "unreachable-targets",
                f"what '{info.path}' ({info.kind}) makes of the range of what it reads is not "
                "known",
            )
        )
        return None
    return reach(
        given.targets.astype(np.float32),
        bounds.range,
        layer=info.path,
        activation=info.activation or info.kind,
    )


def _diversity(subject: Subject, seen: Seen, given: list[Given]) -> Diversity | None:
    """How far the model's images differ, beside its targets."""
    image = seen.image
    if image is None or len(image) < 2 or len(given) != 1:
        return None
    targets = given[0].targets.astype(np.float32)
    if len(targets) < 2 or targets.ndim != 4:
        return None
    if not (np.isfinite(image).all() and np.isfinite(targets).all()):
        return None
    return diversity(image, targets, layer=subject.returned[0])
