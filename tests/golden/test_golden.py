"""Nothing that the package says of fixed models has changed."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from . import cases
from .make import STORED

# Sums of float32 come out otherwise on another processor.
CLOSE = {"rel_tol": 1e-4, "abs_tol": 1e-5}


def differences(now: Any, then: Any, where: str = "") -> list[str]:
    """Where two plain structures differ, numbers beyond rounding."""
    if isinstance(now, dict) and isinstance(then, dict) and now.keys() == then.keys():
        return [each for key in now for each in differences(now[key], then[key], f"{where}/{key}")]
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        pairs = enumerate(zip(now, then, strict=True))
        return [each for k, (one, two) in pairs for each in differences(one, two, f"{where}/{k}")]
    if isinstance(now, float) and isinstance(then, float | int):
        same = math.isclose(now, then, **CLOSE) or (math.isnan(now) and math.isnan(then))
        return [] if same else [f"{where}: {then} is now {now}"]
    return [] if now == then else [f"{where}: {then!r} is now {now!r}"]


@pytest.mark.parametrize("name", ["reports", "names"])
def test_texts_and_numbers_are_the_same(name: str) -> None:
    now = json.loads(json.dumps(getattr(cases, name)()))
    assert not differences(now, json.loads((STORED / f"{name}.json").read_text()))


@pytest.mark.parametrize("name", ["records", "pictures"])
def test_arrays_are_the_same(name: str) -> None:
    now = getattr(cases, name)()
    with np.load(STORED / f"{name}.npz") as stored:
        assert [*now] == [*stored]
        wrong = [key for key in now if not _alike(now[key], stored[key])]
    assert not wrong


def _alike(now: np.ndarray, then: np.ndarray) -> bool:
    if now.shape != then.shape or now.dtype != then.dtype:
        return False
    if now.dtype.kind not in "fiub":
        return bool(np.array_equal(now, then))
    # A value on the edge between two shades of 256 may fall on the other side.
    slack = 1 if now.dtype == np.uint8 else 1e-5
    return bool(
        np.allclose(now.astype(float), then.astype(float), 1e-4, atol=slack, equal_nan=True)
    )


def test_a_history_has_the_same_files() -> None:
    now = cases.history_files()
    folder = STORED / "history"
    then = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert sorted(now) == sorted(then)
    assert not [name for name in now if not name.endswith(".npz") and now[name] != then[name]]
