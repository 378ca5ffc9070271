"""Write down what the package says now: ``python -m tests.golden.make``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from . import cases

STORED = Path(__file__).parent / "stored"


def main() -> None:
    shutil.rmtree(STORED, ignore_errors=True)
    STORED.mkdir()
    for name in ("reports", "names"):
        text = json.dumps(getattr(cases, name)(), indent=1, sort_keys=True)
        (STORED / f"{name}.json").write_text(f"{text}\n")
    for name in ("records", "pictures"):
        np.savez_compressed(STORED / f"{name}.npz", **getattr(cases, name)())
    for path, content in cases.history_files().items():
        file = STORED / "history" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    main()
