"""`cosine_linkage` against SciPy's `pdist` and `linkage`, in time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import cophenet, linkage
from scipy.spatial.distance import pdist

from cnnviz_widgets.analysis.clustering.cosine_linkage import cosine_linkage

from .table import Row, paired_medians

# Items, values of each, and the speed-up aimed at.
SIZES = ((64, 25600, 4.0), (512, 12544, 7.0), (2048, 784, 3.5))
WIDE = (25600, 64)
_BASELINE = "SciPy `pdist` + `linkage`"


def activations(items: int, values: int) -> NDArray[np.float64]:
    """ReLU outputs as a layer gives them, shape (values, items): related, half of them zero."""
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((values, 16)) @ rng.standard_normal((16, items))
    matrix += rng.standard_normal((values, items))
    return np.maximum(matrix, 0, out=matrix)


def scipy_linkage(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a user without this package would write."""
    table: NDArray[np.float64] = linkage(pdist(matrix.T, "cosine"), "single")
    return table


def rows() -> list[Row]:
    """The rows of the table."""
    return [row for size in SIZES for row in _compared(*size)] + _wide()


def _compared(items: int, values: int, target: float) -> list[Row]:
    matrix = activations(items, values)
    ours, baseline = paired_medians(
        lambda: cosine_linkage(matrix), lambda: scipy_linkage(matrix), rounds=3
    )
    error = np.abs(cophenet(cosine_linkage(matrix).Z) - cophenet(scipy_linkage(matrix))).max()
    what = f"`cosine_linkage`, float64, {items} items × {values} values"
    times = f"{1e3 * ours:.1f} ms against {1e3 * baseline:.1f} ms, median of 3"
    ratio = baseline / ours
    return [
        Row(what, _BASELINE, f"{ratio:.1f}× faster", f"≥ {target:g}×", ratio >= target, times),
        Row(
            what,
            "SciPy `cophenet`",
            f"largest difference {error:.0e}",
            "≤ 1e-12",
            bool(error <= 1e-12),
            f"all {items * (items - 1) // 2:,} pairs",
        ),
    ]


def _wide() -> list[Row]:
    """Each way once, in a process of its own, so that neither finds the other's memory."""
    ours, baseline = _measured_apart("ours"), _measured_apart("scipy")
    what = f"`cosine_linkage`, float64, {WIDE[0]:,} items × {WIDE[1]} values"
    ratio = baseline["seconds"] / ours["seconds"]
    error = np.abs(np.array(ours["heights"]) - np.array(baseline["heights"])).max()
    times = f"{ours['seconds']:.2f} s against {baseline['seconds']:.1f} s, once each"
    found = [
        Row(what, _BASELINE, f"{ratio:.1f}× faster", "≥ 6×", ratio >= 6, times),
        Row(
            what,
            "heights of SciPy `linkage`",
            f"largest difference {error:.0e}",
            "≤ 1e-12",
            bool(error <= 1e-12),
            f"all {WIDE[0] - 1:,} merges",
        ),
    ]
    if ours["megabytes"] is None or baseline["megabytes"] is None:
        return [*found, Row(what, _BASELINE, "", "≤ 1/50 of the memory", None, "needs Linux")]
    share = baseline["megabytes"] / ours["megabytes"]
    note = (
        f"{ours['megabytes']:.0f} MB against {baseline['megabytes']:.0f} MB beyond the values: "
        "the process's peak"
    )
    return [
        *found,
        Row(what, _BASELINE, f"1/{share:.0f} of the memory", "≤ 1/50", share >= 50, note),
    ]


def _measured_apart(which: str) -> dict[str, Any]:
    """Seconds, peak megabytes and heights of one way, from a fresh interpreter."""
    command = [sys.executable, "-m", __name__, which]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(answer.stdout)
    return measured


def _measure(which: str) -> dict[str, Any]:
    matrix = activations(*WIDE)
    function = {"ours": lambda: cosine_linkage(matrix).Z, "scipy": lambda: scipy_linkage(matrix)}
    before = _resident("VmRSS", forget_peak=True)
    start = time.perf_counter()
    table = function[which]()
    seconds = time.perf_counter() - start
    after = _resident("VmHWM")
    return {
        "seconds": seconds,
        "megabytes": None if before is None or after is None else after - before,
        "heights": table[:, 2].tolist(),
    }


def _resident(line: str, *, forget_peak: bool = False) -> float | None:
    """Megabytes of memory this process has now (VmRSS) or had at most (VmHWM), on Linux."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    if forget_peak:
        Path("/proc/self/clear_refs").write_text("5")
    (value,) = (text.split()[1] for text in status.read_text().splitlines() if line in text)
    return int(value) * 1024 / 1e6


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))
