"""Activation scales of layers that nobody has looked at: in training, after it, and in its past."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv

from ...small_training import IMAGES, fit, inspected
from ..trainings import Each, each_batch

pytestmark = pytest.mark.usefixtures("every_update")

LAYERS = ("conv1", "conv2", "flatten", "logits")


def scales(widget: Any) -> dict[str, float | None]:
    return {entry["path"]: entry["scale"] for entry in widget.selector._layers}


def now(inspector: Any) -> dict[str, float]:
    """As a reading of all by hand tells them."""
    model = inspector.probe.model
    made = cv.ModelInspector(model, IMAGES[:4])
    known = scales(made)
    made.close()
    return {path: float(known[path] or 0) for path in LAYERS}


def test_every_layer_has_its_scale_at_the_end() -> None:
    inspector = inspected(rate=0.5)
    before = scales(inspector)
    fit(inspector.probe.model, each_batch(inspector), epochs=2)
    after = scales(inspector)
    assert {path: after[path] for path in LAYERS} == pytest.approx(now(inspector), rel=1e-4)
    assert after["logits"] != before["logits"]
    assert not inspector.selector._earlier_scale
    inspector.close()


def test_meanwhile_each_layer_has_its_turn() -> None:
    inspector = inspected(rate=0.5)
    seen: list[set[str]] = []
    follow = inspector._display.follow

    def noted(reading: Any) -> None:
        follow(reading)
        seen.append(set(reading.moment.scales))
        assert all(scales(inspector)[path] is not None for path in LAYERS)

    inspector._display.follow = noted
    fit(inspector.probe.model, each_batch(inspector), epochs=3)
    assert seen[0] == seen[-1] == set(LAYERS)
    # What is shown, and one more.
    assert all("conv1" in each and len(each) <= 2 for each in seen[1:-1])
    assert set.union(*seen[1:-1]) == set(LAYERS)
    inspector.close()


def test_the_past_knows_them_with_the_model_and_without(tmp_path: Path) -> None:
    inspector = inspected(rate=0.5)
    first, then = now(inspector), dict[int, dict[str, float]]()
    model = inspector.probe.model
    fit(
        model,
        each_batch(inspector, folder=tmp_path),
        Each(lambda batch: then.setdefault(batch, now(inspector))),
        epochs=2,
    )
    last = max(then)
    timeline = inspector.following.story.timeline
    for step, expected in ((0, first), (last, then[last])):
        timeline.position = step
        assert {path: scales(inspector)[path] for path in LAYERS} == pytest.approx(expected, 1e-3)
        assert not inspector.selector._earlier_scale
    timeline.position = 2
    assert scales(inspector)["conv1"] == pytest.approx(then[2]["conv1"], rel=1e-3)
    # Of layers that had no turn at this step the last that was known, which is said.
    assert None not in scales(inspector).values() and inspector.selector._earlier_scale
    inspector.close()
    viewer = cv.open_history(tmp_path)
    assert {path: scales(viewer)[path] for path in LAYERS} == pytest.approx(then[last], 1e-3)
    viewer.story.timeline.position = 0
    assert {path: scales(viewer)[path] for path in LAYERS} == pytest.approx(first, 1e-3)
    viewer.close()


@pytest.mark.parametrize("broken", [7, {"conv1": "much"}, {"conv1": {}}])
def test_scales_that_cannot_be_read_cost_no_moment(tmp_path: Path, broken: Any) -> None:
    inspector = inspected()
    fit(inspector.probe.model, each_batch(inspector, folder=tmp_path))
    inspector.close()
    [run] = tmp_path.iterdir()
    lines = [json.loads(line) for line in (run / "moments.jsonl").read_bytes().splitlines()]
    lines[-1]["scales"] = broken
    (run / "moments.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    history = cv.History.open(tmp_path)
    assert len(history) == len({line["step"] for line in lines})
    assert history[-1].scales == {} and "scales" in history.trouble


def test_other_inputs_have_scales_of_their_own() -> None:
    inspector = inspected()
    model = inspector.probe.model
    fit(model, each_batch(inspector))
    inspector.set_inputs(10 * IMAGES[:4])
    fit(model, each_batch(inspector))
    steps = inspector.history.steps
    known, some_earlier = inspector.history.samples.scales.at(int(steps[-2]))
    assert not some_earlier or np.isfinite(list(known.values())).all()
    assert inspector.history.samples.scales.at(-5) == ({}, False)
    inspector.close()
