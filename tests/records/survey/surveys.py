"""Surveys of arrays that stand for the outputs of layers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnviz_widgets.analysis.survey.kept_samples import IN_ROWS, KeptSamples
from cnnviz_widgets.analysis.survey.sample_hash import hashed
from cnnviz_widgets.records.survey.layer_summary import LayerSummary
from cnnviz_widgets.records.survey.sample_digests import SampleDigests, no_digests
from cnnviz_widgets.records.survey.survey import Survey

from ...analysis.survey.passes import ROWS, add, bits, empty, in_order, rule_of

CLASSES = 3
SAMPLES = 300
DIGEST = "ab" * 32


def outputs() -> dict[str, NDArray[Any]]:
    rng = np.random.default_rng(0)
    images = np.maximum(rng.normal(size=(SAMPLES, 5, 4, 7)) - 0.5, 0)
    images[..., 2] = 0
    images[40, 1, 1, 3] = np.nan
    return {
        "net/conv": images.astype(np.float32),
        "net/wide": rng.normal(size=(SAMPLES, 530)).astype(np.float32),
        "net/dense": rng.normal(size=(SAMPLES, 4)).astype(np.float32),
    }


def labels() -> NDArray[Any]:
    return np.random.default_rng(1).integers(-1, CLASSES, SAMPLES)


def digests_of(numbers: NDArray[Any], salt: int = 0) -> SampleDigests:
    """Of samples that are told apart by their numbers, or of others by another salt."""
    digests = KeptSamples(numbers, {"digest": hashed(numbers, salt)}, IN_ROWS)
    return no_digests().merged(digests)


def survey_of(first: int, last: int, batch: int = 50, salt: int = 0, **other: Any) -> Survey:
    """A survey of some of the samples."""
    layers = {}
    for path, values in outputs().items():
        tally = empty(values, CLASSES, rule=rule_of(values))
        add(tally, values, in_order(first, last, batch), labels())
        layers[path] = LayerSummary(path, tally, (0.0, np.inf), "Conv2D", (None, 6.0))
    parts: dict[str, Any] = {
        "layers": layers,
        "ranges": ((first, last),) if last > first else (),
        "model": "net",
        "weights": DIGEST,
        "rows": ROWS,
        "classes": CLASSES,
        "skipped": {"net/odd": "it holds no values"},
        "digests": digests_of(np.arange(first, last), salt),
    }
    return Survey(**(parts | other))


def survey_bits(survey: Survey) -> dict[str, dict[str, bytes]]:
    return {path: bits(summary.tally) for path, summary in survey.layers.items()}
