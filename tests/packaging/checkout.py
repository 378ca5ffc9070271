"""Copies of this repository as it comes from git: with no bundles and nothing installed."""

from __future__ import annotations

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_NOT_PART_OF_IT = shutil.ignore_patterns(
    *(".git", ".venv", "node_modules", "static", "build", "dist"),
    *("__pycache__", ".*_cache", ".hypothesis", ".ipynb_checkpoints"),
)


def copy_checkout(source: Path, copy: Path) -> Path:
    """Copy a checkout, less what git ignores, and return the copy."""
    shutil.copytree(source, copy, ignore=_NOT_PART_OF_IT)
    return copy
