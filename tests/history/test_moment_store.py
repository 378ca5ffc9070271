"""Moments in memory after an interrupt, wherever it came."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from cnnviz_widgets.analysis import LayerRecord
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.moment_store import MomentStore, bytes_of
from cnnviz_widgets.records.layer_health import HEALTH_FIELDS, LayerHealth
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.snapshot import Snapshot, keep

CONV, DENSE = Place("conv"), Place("dense")


@pytest.fixture(scope="module")
def kept() -> Snapshot:
    return keep(LayerRecord.of(np.arange(12.0).reshape(3, 4), "conv"))


def moment(step: int, *paths: str) -> Moment:
    health = LayerHealth(channels=4, weight_norm=step)
    return Moment(step, health=dict.fromkeys(paths or ("conv", "dense"), health))


class _Interrupts:
    """Raises KeyboardInterrupt after so many traced lines of the modules that hold moments."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, frame: object, event: str, argument: object) -> object:
        name = frame.f_code.co_filename  # type: ignore[attr-defined]
        if not name.endswith(("moment_store.py", "number_table.py")):
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
        return self


def _after_interrupts(kept: Snapshot) -> Iterator[tuple[MomentStore, int]]:
    """Stores in which the twelfth moment's adding and thinning was interrupted, at each line."""
    for after in itertools.count(1):
        store = MomentStore(2**12)
        for step in range(12):
            store.add(moment(step), {CONV: kept}, {})
        before = sys.gettrace()
        sys.settrace(_Interrupts(after))
        try:
            store.add(moment(12), {CONV: kept}, {})
            store.add(moment(12, "conv", "dense", "new"), {DENSE: kept}, {})
            store.limit_numbers(store.number_bytes - 1)
            store.limit_records(store.record_bytes // 2)
        except KeyboardInterrupt:
            sys.settrace(before)
            yield store, after
            continue
        finally:
            sys.settrace(before)
        return


def test_an_interrupt_at_any_line_leaves_the_store_readable_and_is_mended(kept: Snapshot) -> None:
    interrupted = 0
    for store, _after in _after_interrupts(kept):
        interrupted += 1
        for _ in range(2):
            steps = [entry.step for entry in store.entries]
            assert steps == sorted(set(steps))
            norms = store.numbers("weight_norm")
            assert norms[:, store.paths.index("conv")].tolist() == steps
            for index, step in enumerate(steps):
                assert store.health(index)["conv"][HEALTH_FIELDS.index("weight_norm")] == step
            store.add(moment(20 + store.entries[-1].step), {CONV: kept}, {})
        held = [entry for entry in store.entries if entry.records]
        assert store.record_bytes == sum(entry.record_bytes for entry in held)
        store.limit_records(2 * bytes_of(kept))
        assert sum(bool(entry.records) for entry in store.entries) <= 2
    assert interrupted > 50
