"""Tests and benchmarks; both import what lies beside the notebooks, as a notebook does."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "notebooks"))
