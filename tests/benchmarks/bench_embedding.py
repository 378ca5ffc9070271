"""t-SNE of a layer's samples against scikit-learn's, and its step to the next moment.

Made-up ReLU outputs of 64 channels and ten classes that overlap, and the same a little later in a
training. Each way is run once in a process of its own: what it imports and builds at its first call
counts. Seconds are the processors', on one thread.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import numpy as np

from cnnviz_widgets.analysis.embedding.alignment import movement
from cnnviz_widgets.analysis.embedding.rows import point_rows
from cnnviz_widgets.analysis.embedding.trust import trustworthiness

from ..analysis.embedding.clouds import two_moments
from .table import Row

SIZES = (1000, 2000, 10_000)
_BASELINE = "scikit-learn's `TSNE`, as it comes"
# What seeds and orders of summation change.
_SAME_TRUST = 0.005


def rows() -> list[Row]:
    """The rows of the table."""
    return [row for size in SIZES for row in _of_size(size)]


def _of_size(size: int) -> list[Row]:
    ours, theirs = _measured_apart("ours", size), _measured_apart("theirs", size)
    what = f"t-SNE, {size:,} samples"
    ratio = ours["seconds"] / theirs["seconds"]
    step = ours["next"] / ours["seconds"]
    fresh = _measured_apart("fresh", size)
    return [
        Row(
            f"{what}, first call included",
            _BASELINE,
            f"{ratio:.2f}× the time",
            "≤ 1.3×",
            ratio <= 1.3,
            f"{ours['seconds']:.1f} s against {theirs['seconds']:.1f} s",
        ),
        Row(
            f"{what}, trustworthiness",
            _BASELINE,
            f"{ours['trust']:.3f} against {theirs['trust']:.3f}",
            f"≥ its own − {_SAME_TRUST}",
            ours["trust"] >= theirs["trust"] - _SAME_TRUST,
            "10 neighbours",
        ),
        Row(
            f"{what}, next moment",
            "the first one",
            f"{step:.2f}× the time",
            "≤ 1/3",
            step <= 1 / 3,
            f"{ours['next']:.1f} s; trustworthiness {ours['next_trust']:.3f}, "
            f"begun anew {fresh['trust']:.3f}",
        ),
        Row(
            f"{what}, movement to the next moment",
            "begun anew",
            f"{ours['movement']:.3f} against {fresh['movement']:.3f} of the spread",
            "≤ 0.03",
            ours["movement"] <= 0.03,
            "median, after turning the one to the other",
        ),
    ]


def _measured_apart(which: str, size: int) -> dict[str, Any]:
    """Seconds and trustworthiness of one way, from a fresh interpreter."""
    command = [sys.executable, "-m", __name__, which, str(size)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return measured


def _measure(which: str, size: int) -> dict[str, float]:
    before, after, _ = two_moments(size)
    values, later = point_rows(before).values, point_rows(after).values
    start = time.process_time()
    if which == "theirs":
        from sklearn.manifold import TSNE

        placed = TSNE(random_state=0, n_jobs=1).fit_transform(before).astype(np.float64)
        seconds = time.process_time() - start
        return {"seconds": seconds, "trust": trustworthiness(values, placed) or 0.0}
    from cnnviz_widgets.analysis.embedding.tsne import tsne

    placed = tsne(values)
    seconds = time.process_time() - start
    if which == "fresh":
        anew = tsne(later)
        return {
            "trust": trustworthiness(later, anew) or 0.0,
            "movement": movement(placed, anew),
        }
    start = time.process_time()
    on = tsne(later, placed)
    return {
        "seconds": seconds,
        "next": time.process_time() - start,
        "trust": trustworthiness(values, placed) or 0.0,
        "next_trust": trustworthiness(later, on) or 0.0,
        "movement": movement(placed, on),
    }


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], int(sys.argv[2]))))
