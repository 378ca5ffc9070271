"""Importing the package, against the two widget libraries that it stands on.

Each import in an interpreter of its own, timed inside it, with every file read before.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

from tests.benchmarks.table import Row

ROUNDS = 5
BASELINE = "import ipywidgets, bqplot"
PACKAGE = "import cnnviz_widgets"
# The names are imported when they are first used, so the package alone would prove nothing.
VIEWS = (
    f"{PACKAGE}\n"
    "from cnnviz_widgets import ChannelGrid, Dendrogram, DensityPanel, LayerSelector, Selection"
)
INSPECTOR = "from cnnviz_widgets import ModelInspector"
HEAVY = ("tensorflow", "keras", "jax", "torch")

_TIMED = """
import json, sys, time
start = time.perf_counter()
exec({code!r})
seconds = time.perf_counter() - start
print(json.dumps({{"seconds": seconds, "loaded": [m for m in {heavy!r} if m in sys.modules]}}))
"""


def rows() -> list[Row]:
    """The rows of the table."""
    baseline, package, views = _medians(BASELINE, PACKAGE, VIEWS)
    beyond = views["seconds"] - baseline["seconds"]
    # Loading TensorFlow takes seconds, and no target hangs on it.
    alone, inspector = _medians(BASELINE, INSPECTOR, rounds=3)
    return [
        Row(
            "`import cnnviz_widgets`",
            f"`{BASELINE}`",
            f"{package['seconds'] / baseline['seconds']:.3f}×",
            "for comparison",
            None,
            f"{1e3 * package['seconds']:.1f} ms against {1e3 * baseline['seconds']:.0f} ms, "
            f"median of {ROUNDS}; the names are imported when they are first used",
        ),
        Row(
            "import of every view of plain arrays, and `Selection`",
            f"`{BASELINE}`",
            f"{beyond:.2f} s more",
            "≤ 0.5 s more",
            beyond <= 0.5,
            f"{views['seconds']:.2f} s against {baseline['seconds']:.2f} s, median of {ROUNDS}",
        ),
        Row(
            "the same: what is loaded",
            ", ".join(HEAVY),
            ", ".join(views["loaded"]) or "none of them",
            "no TensorFlow",
            "tensorflow" not in views["loaded"],
            "by `sys.modules`, after the import",
        ),
        Row(
            f"`{INSPECTOR}`",
            f"`{BASELINE}`",
            f"{inspector['seconds'] - alone['seconds']:.1f} s more",
            "for comparison",
            None,
            f"{inspector['seconds']:.1f} s against {alone['seconds']:.2f} s, median of 3; loads "
            f"{' and '.join(inspector['loaded']) or 'none of the frameworks'}",
        ),
    ]


def _medians(*codes: str, rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Median seconds of each import, and what it loaded; in turn, after a warm-up each."""
    runs: list[list[dict[str, Any]]] = [[] for _ in codes]
    for number in range(rounds + 1):
        for code, found in zip(codes, runs, strict=True):
            measured = _timed(code)
            # The first run writes bytecode and fills the system's file cache.
            if number > 0:
                found.append(measured)
    return [
        {
            "seconds": statistics.median(run["seconds"] for run in found),
            "loaded": found[0]["loaded"],
        }
        for found in runs
    ]


def _timed(code: str) -> dict[str, Any]:
    program = _TIMED.format(code=code, heavy=HEAVY)
    answer = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    measured: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return measured
