"""Folders that anybody may have written: a history that can be looked at, or one ValueError."""

from __future__ import annotations

import copy
import faulthandler
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import cnnviz_widgets as cv
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.onsets import Onset
from cnnviz_widgets.records.layer_health import HEALTH_NUMBERS, LayerHealth
from cnnviz_widgets.records.layer_record import LayerRecord
from cnnviz_widgets.records.parameter_record import ParameterRecord
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.place_record import NOW
from cnnviz_widgets.records.sample_subset import SampleChoice

CONV, KERNEL, DENSE = Place("conv"), Place("conv", "weights", "kernel"), Place("dense")
# A hang in C takes no signal: the process ends, and with it the test fails.
HANGS = 900
# A failure is told at once: Hypothesis would look for a smaller one for five minutes.
PLAIN = settings(
    deadline=None,
    suppress_health_check=[*HealthCheck],
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    faulthandler.dump_traceback_later(HANGS, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


def entry(path: str) -> dict[str, Any]:
    return {
        "path": path,
        "kind": "Conv2D",
        "shape": "8×8×3",
        "parameters": 30,
        "level": "low",
        "relative_level": 0.25,
        "looked": None,
        "channels": None,
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Steps 0 to 50: conv at all, its kernel at 20 and 30, dense at 50."""
    rng = np.random.default_rng(0)
    history = History(
        [entry("conv"), entry("dense")], folder=tmp_path_factory.mktemp("kept"), model="net"
    )
    for step in range(0, 60, 10):
        records: dict[Place, LayerRecord] = {CONV: LayerRecord.of(rng.random((2, 4, 4, 3)), "conv")}
        if step in (20, 30):
            records[KERNEL] = ParameterRecord.of(rng.random((3, 3, 3, 3)), "conv", name="kernel")
        if step == 50:
            records[DENSE] = LayerRecord.of(rng.random((2, 5)), "dense")
        health = {"conv": LayerHealth(channels=3, dead=1), "dense": LayerHealth(channels=5)}
        history.append(
            Moment(
                *(step, step // 20, step / 3, health, {"loss": 1 / (1 + step)}, records),
                samples=SampleChoice((0, 3), 4) if step == 20 else None,
            ),
            [Onset("dead", "conv", 20, (0,), text="dead")] if step >= 20 else [],
        )
    return Path(str(history.folder))


def look(history: History) -> None:
    """Ask for all that there is to know."""
    steps = history.steps
    assert (np.diff(steps) > 0).all()
    assert [moment.step for moment in history] == steps.tolist()
    for name in HEALTH_NUMBERS:
        paths, numbers = history.numbers(name)
        assert numbers.shape == (len(steps), len(paths))
    assert repr(history) and len(history.trouble) < 5_000
    assert "pickle" not in history.trouble and "trust" not in history.trouble
    assert history.onsets == tuple(sorted(history.onsets, key=lambda onset: onset.step))


def look_at_page(history: History) -> None:
    """Look at each moment, layer and view in the page."""
    viewer = cv.HistoryViewer(history)
    try:
        for layer in history.layers:
            viewer.selector.set_state({"layer": layer["path"]})
            for view in ("weights", "outputs"):
                viewer.header.set_state({"view": view})
                for step in [*history.steps.tolist(), NOW]:
                    viewer.story.timeline.set_state({"position": step})
                    for told in (viewer.header.error, viewer.story.timeline.note):
                        assert "Error: " not in told or told.startswith("ValueError: "), told
        for widget in (viewer.selector, viewer.header, viewer.story.timeline, *viewer.views.parts):
            state = widget.get_state()
            json.dumps(state, default=lambda value: type(value).__name__, allow_nan=False).encode()
        assert viewer.picture() is not None
    finally:
        viewer.close()


# Any JSON, and that of a folder with other values in a few places

EDGES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.5, 2**53, 2**63, -(2**63) - 1, 10**400, 1e300, 1e999),
    *("", "conv", "\ud800", "\0", "../../x", "<script>", "Infinity", "nan", [], {}, [[]], [{}]),
    *(
        [1, 2, 3],
        {"path": "conv"},
        {"path": 3},
        {"path": "\ud800"},
        [None],
        "run-0001",
        "x" * 70_000,
    ),
]
ANY = st.recursive(
    st.sampled_from(EDGES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a value has others in it."""
    found = [path]
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places_in(inner, (*path, key))
    return found


def with_other(value: Any, draw: Any) -> Any:
    """The same value with something else, or nothing, in a place or two."""
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places_in(value)))
        if not path:
            return draw(ANY)
        value = copy.deepcopy(value)
        inner = value
        for key in path[:-1]:
            inner = inner[key]
        if draw(st.integers(0, 3)) == 0:
            del inner[path[-1]]
        else:
            inner[path[-1]] = draw(ANY)
    return value


def changed(run: Path, draw: Any) -> None:
    """Change the header, or some lines."""
    header, moments = run / "history.json", run / "moments.jsonl"
    if draw(st.booleans()):
        header.write_text(json.dumps(with_other(json.loads(header.read_bytes()), draw)))
        return
    lines = moments.read_bytes().splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        lines[at] = json.dumps(with_other(json.loads(lines[at]), draw)).encode()
    moments.write_bytes(b"\n".join(lines) + b"\n")


def copy_of(run: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run, folder)
    return folder


def opened(folder: Path) -> History | None:
    """The history; None where it is refused, which only a header that says so can bring about."""
    try:
        return History.open(folder)
    except ValueError as error:
        assert "history.json" in str(error)
        return None


@settings(PLAIN, max_examples=120)
@given(data=st.data())
def test_strange_json_is_left_out_and_told(
    run: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = copy_of(run, tmp_path_factory.getbasetemp() / "json")
    changed(folder, data.draw)
    history = opened(folder)
    if history is not None:
        assert len(history) >= 3
        look(history)


@settings(PLAIN, max_examples=12)
@given(data=st.data())
def test_strange_json_is_shown_in_the_page(
    run: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = copy_of(run, tmp_path_factory.getbasetemp() / "page")
    changed(folder, data.draw)
    history = opened(folder)
    if history is not None:
        look_at_page(history)
