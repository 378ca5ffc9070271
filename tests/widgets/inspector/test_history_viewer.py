"""HistoryViewer: what was kept of a training, without its model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances

import cnnviz_widgets as cv
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.history.onsets import Onset
from cnnviz_widgets.records.layer_health import LayerHealth
from cnnviz_widgets.records.layer_record import LayerRecord
from cnnviz_widgets.records.parameter_record import ParameterRecord
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.place_record import NOW
from cnnviz_widgets.widgets.panels.selector import LayerSelector

NASTY = "<script>alert(1)</script>"
CONV, KERNEL, NAMED = Place("conv"), Place("conv", "weights", "kernel"), Place(NASTY)
LAYERS = ["conv", NASTY, "flat"]


def entry(path: str) -> dict[str, Any]:
    """A layer as the list of an inspector keeps it."""
    return {
        "path": path,
        "name": path,
        "depth": 0,
        "kind": "Conv2D",
        "shape": "8 × 8 × 3",
        "parameters": 30,
        "level": "low",
        "relative_level": 0.0,
        "looked": None,
        "severe": 0,
        "warnings": 0,
        "channels": None,
        "dead": None,
        "nonfinite": None,
    }


def values(step: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(step).random((2, 4, 4, channels)).astype("float32")


def moment(step: int, *places: Place) -> Moment:
    """Channel 0 of conv is dead from step 20 on."""
    records: dict[Place, LayerRecord] = {}
    for place in places:
        if place.view == "weights":
            records[place] = ParameterRecord.of(values(step), place.layer, name=place.weight)
        else:
            records[place] = LayerRecord.of(values(step, 4 if place == NAMED else 3), place.layer)
    health = {path: LayerHealth(channels=3) for path in LAYERS}
    health["conv"] = LayerHealth(channels=3, dead=int(step >= 20))
    return Moment(step, step // 10, float(step), health, {"loss": 1.0}, records)


def history(**options: Any) -> History:
    """Steps 0 to 30: conv is kept at all, its kernel at 10 and 20, another layer at 30 alone."""
    found = History([entry(path) for path in LAYERS], model="net", **options)
    found.append(moment(0, CONV))
    found.append(moment(10, CONV, KERNEL))
    found.append(moment(20, CONV, KERNEL))
    found.append(moment(30, CONV, NAMED))
    return found


@pytest.fixture
def viewer() -> cv.HistoryViewer:
    return cv.HistoryViewer(history())


def check_consistent(viewer: Any) -> None:
    place = viewer._present.place
    assert viewer.layer == viewer.selector.layer == viewer.selector._shown == place.layer
    assert viewer.header.view == viewer.header._shown_view == place.view
    assert viewer.header.weight == place.weight
    assert viewer.header.title == place.layer
    assert viewer.header.facts.endswith(f"as it was at step {viewer._present.step:,}")
    timeline = viewer.story.timeline
    assert timeline._shown == timeline.position
    assert timeline.position in (NOW, viewer._step)
    if place.view == "outputs":
        views = [viewer.views.grid, viewer.views.dendrogram]
    else:
        views = [viewer.views.parameters]
    assert all(view.record is viewer.record for view in [*views, viewer.views.density])


def dead(viewer: Any, path: str = "conv") -> int:
    return next(row["dead"] for row in viewer.selector._layers if row["path"] == path)


def test_it_opens_at_the_last_moment(viewer: Any) -> None:
    check_consistent(viewer)
    assert (viewer.layer, viewer.moment.step, viewer.story.timeline.position) == ("conv", 30, 30)
    kept = viewer.history.at(30).records[CONV]
    np.testing.assert_array_equal(viewer.record.tiles.codes, kept.tiles.codes)
    assert not viewer.header.live
    assert dead(viewer) == 1
    assert viewer.story.timeline._moments == 4
    assert len(viewer.story.timeline._points) == 4 * 8


def test_moments_are_chosen_in_the_page(viewer: Any) -> None:
    viewer.selection.selected = (2,)
    viewer.story.timeline.set_state({"position": 10})
    check_consistent(viewer)
    kept = viewer.history.at(10).records[CONV]
    np.testing.assert_array_equal(viewer.record.tiles.codes, kept.tiles.codes)
    assert (dead(viewer), viewer.moment.step) == (0, 10)
    assert viewer.selection.selected == (2,)
    viewer.story.timeline.set_state({"position": NOW})
    check_consistent(viewer)
    assert viewer.moment.step == 30


def test_layers_are_chosen_in_the_page_and_in_python(viewer: Any) -> None:
    viewer.selection.selected = (2,)
    viewer.selector.set_state({"layer": NASTY})
    check_consistent(viewer)
    assert (viewer.layer, viewer.header.title) == (NASTY, NASTY)
    assert viewer.selection.selected == ()
    viewer.layer = "conv"
    check_consistent(viewer)
    np.testing.assert_array_equal(
        np.frombuffer(viewer.story.timeline._kept, bool), [True, True, True, True]
    )


def test_the_view_is_chosen_in_the_page(viewer: Any) -> None:
    assert viewer.header.has_weights
    viewer.header.set_state({"view": "weights"})
    check_consistent(viewer)
    assert viewer.record.name == viewer.header.weight == "kernel"
    # At step 30 the kernel was not kept.
    assert "not kept at step 30: it is shown as it was at step 20" in viewer.story.timeline.note
    np.testing.assert_array_equal(
        np.frombuffer(viewer.story.timeline._kept, bool), [False, True, True, False]
    )
    viewer.story.timeline.position = 10
    assert viewer.story.timeline.note == ""
    assert viewer.header.facts.endswith("step 10")
    viewer.header.set_state({"view": "outputs"})
    check_consistent(viewer)
    assert viewer.header.facts.endswith("step 10")


def test_a_layer_without_pictures_is_told(viewer: Any) -> None:
    viewer.selector.set_state({"layer": "flat"})
    assert "no picture of 'flat' was kept, only numbers; pictures: conv" in viewer.header.error
    check_consistent(viewer)
    with pytest.raises(ValueError, match="'flat'"):
        viewer.layer = "flat"
    with pytest.raises(ValueError, match="no layer 'cov'"):
        viewer.layer = "cov"
    check_consistent(viewer)
    viewer.layer = NASTY
    viewer.header.set_state({"view": "weights"})
    assert "were not kept" in viewer.header.error
    check_consistent(viewer)
    viewer.selector.set_state({"layer": "conv"})
    assert viewer.header.error == ""


def test_a_step_before_the_first_changes_nothing() -> None:
    late = History([entry("conv")])
    late.append(moment(10, CONV))
    late.append(moment(20, CONV))
    viewer = cv.HistoryViewer(late)
    viewer.story.timeline.position = 3
    assert "step 3" in viewer.story.timeline.note
    assert viewer.moment.step == 20
    assert viewer.story.timeline.position == 20
    check_consistent(viewer)


def test_wrong_histories_are_named() -> None:
    with pytest.raises(ValueError, match="no moment to show"):
        cv.HistoryViewer(History([entry("conv")]))
    with pytest.raises(TypeError, match="open_history"):
        cv.HistoryViewer("kept")
    with pytest.raises(ValueError, match="no layer 'conv9'"):
        cv.HistoryViewer(history(), layer="conv9")
    numbers = History([entry("conv")])
    numbers.append(moment(0))
    with pytest.raises(ValueError, match="only numbers"):
        cv.HistoryViewer(numbers)


def test_a_history_that_grows_is_brought_up_to_date_at_its_end(viewer: Any) -> None:
    viewer.history.append(moment(40, CONV))
    viewer.story.timeline.position = NOW
    assert viewer.moment.step == 40
    assert viewer.story.timeline._moments == 5
    check_consistent(viewer)


def test_the_order_of_an_inspector_and_back_from_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / NASTY.replace("/", "")
    written = history(folder=folder)
    viewer = cv.open_history(folder, layer=NASTY)
    check_consistent(viewer)
    assert viewer.layer == NASTY
    viewer.layer = "conv"
    for step in (0, 10, 20, 30):
        viewer.story.timeline.position = step
        kept = written.at(step).records[CONV]
        np.testing.assert_array_equal(viewer.record.tiles.codes, kept.tiles.codes)
        check_consistent(viewer)
    with pytest.raises(FileNotFoundError):
        cv.open_history(tmp_path / "nowhere")


def test_records_that_cannot_be_read_are_told_and_the_nearest_is_shown(tmp_path: Path) -> None:
    history(folder=tmp_path)
    back = History.open(tmp_path, memory=1)
    viewer = cv.HistoryViewer(back)
    # What is written last comes last.
    files = sorted(tmp_path.rglob("*.npz"), key=lambda file: file.stat().st_mtime_ns)
    for file in files:
        if any(step in file.name for step in ("10", "20")):
            file.write_bytes(b"torn")
    viewer.story.timeline.position = 10
    check_consistent(viewer)
    assert "not kept at step 10: it is shown as it was at step 0" in viewer.story.timeline.note
    assert "cannot be read" in viewer.header.warnings[0]
    for file in files:
        file.write_bytes(b"torn")
    shown = viewer.record
    viewer.story.timeline.position = 20
    assert "was not kept" in viewer.story.timeline.note
    assert viewer.record is shown
    check_consistent(viewer)


def damaged(viewer: Any) -> list[str]:
    return [
        word for word in ("record", "line", "history.json") if word in viewer.header.warnings[0]
    ]


def test_with_all_pictures_damaged_the_numbers_are_shown(tmp_path: Path) -> None:
    history(folder=tmp_path)
    for file in tmp_path.rglob("*.npz"):
        file.write_bytes(b"torn")
    before = set(_instances)
    viewer: Any = cv.open_history(tmp_path)
    assert damaged(viewer) == ["record"]
    assert viewer.record is None and viewer.header.title == "No picture can be read"
    assert (viewer.moment.step, viewer.story.timeline._moments, dead(viewer)) == (30, 4, 1)
    assert len(viewer.story.timeline._points) == 4 * 8
    assert {view.layout.display for view in viewer.views.parts} == {"none"}
    viewer.story.timeline.set_state({"position": 10})
    assert (viewer.moment.step, viewer.story.timeline._shown, dead(viewer)) == (10, 10, 0)
    viewer.story.timeline.set_state({"position": NOW})
    assert viewer.moment.step == 30
    viewer.selector.set_state({"layer": "flat"})
    assert (viewer.selector._shown, viewer.header.error) == ("flat", "")
    assert "image/png" in viewer._repr_mimebundle_()[0]
    viewer.close()
    assert set(_instances) == before
    with pytest.raises(ValueError, match=r"no picture .*cannot be read"):
        cv.open_history(tmp_path, layer="conv")


def test_a_picture_that_can_be_read_is_shown_first(tmp_path: Path) -> None:
    history(folder=tmp_path)
    for file in tmp_path.rglob("*-0.npz"):  # all outputs of conv
        file.write_bytes(b"torn")
    viewer: Any = cv.open_history(tmp_path)
    check_consistent(viewer)
    assert (viewer.layer, viewer.header.view) == (NASTY, "outputs")
    assert damaged(viewer) == ["record"]
    viewer.layer = "conv"
    check_consistent(viewer)
    assert viewer.header.view == "weights"


def test_what_is_damaged_is_told_in_the_page(tmp_path: Path) -> None:
    written = history(folder=tmp_path)
    path = Path(str(written.folder)) / "moments.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"\0" * 99 + b"\n", *lines[2:]]))
    (path.parent / "history.json").write_text("{")
    viewer: Any = cv.open_history(tmp_path)
    check_consistent(viewer)
    assert viewer.history.steps.tolist() == [0, 20, 30]
    assert damaged(viewer) == ["line", "history.json"]
    assert [row["path"] for row in viewer.selector._layers] == LAYERS
    assert viewer.selector._layers[0]["kind"] == "" and viewer.picture() is not None


def test_it_carries_a_picture_and_closes_whole() -> None:
    LayerSelector().close()
    before = set(_instances)
    viewer = cv.HistoryViewer(history())
    data, _ = viewer._repr_mimebundle_()
    assert "image/png" in data
    assert viewer.picture().height > 300
    assert "conv" in repr(viewer)
    viewer.close()
    viewer.close()
    assert set(_instances) == before
    assert len(viewer.history) == 4


ELSEWHERE = """
import sys
import cnnviz_widgets as cv

viewer = cv.open_history(sys.argv[1])
for layer in ("conv1", "conv2"):
    viewer.layer = layer
    for step in viewer.history.steps:
        viewer.story.timeline.position = int(step)
        assert viewer.header.facts.endswith(f"step {step}"), viewer.header.facts
        assert viewer.story.timeline.note == "", viewer.story.timeline.note
viewer.header.set_state({"view": "weights"})
assert viewer.picture() is not None
heavy = [name for name in ("keras", "tensorflow", "torch", "jax") if name in sys.modules]
assert not heavy, heavy
assert not [name for name in sys.modules if name.startswith("cnnviz_widgets.model")]
print(viewer.record.tiles.codes.tobytes().hex()[:64], *viewer.history.steps)
"""


def test_a_training_is_seen_again_in_a_process_without_keras(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnviz_widgets.widgets.inspector import training_session

    from ..small_training import PromptMonitor, fit, inspected

    monkeypatch.setattr(training_session, "TrainingMonitor", PromptMonitor)
    inspector = inspected()
    fit(
        inspector.probe.model,
        inspector.monitor("batch", None, layers=["conv1", "conv2"], folder=tmp_path),
    )
    inspector.layer = "conv2"
    fit(inspector.probe.model, inspector.monitor(folder=tmp_path, layers=["conv1"]))
    inspector.view = "weights"
    inspector.monitor(folder=tmp_path)
    here = cv.HistoryViewer(inspector.history, layer="conv2")
    there = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, tmp_path], capture_output=True, text=True, check=False
    )
    assert there.returncode == 0, there.stderr
    codes, *steps = there.stdout.split()
    assert codes == here.record.tiles.codes.tobytes().hex()[:64]
    assert [int(step) for step in steps] == inspector.history.steps.tolist()


def test_channels_of_the_output_have_the_names_that_the_inspector_had(tmp_path: Path) -> None:
    from ..small_training import IMAGES, fit, small_model

    names = ["ape", "bee", NASTY]
    inspector = cv.ModelInspector(small_model(), IMAGES[:4], class_names=names)
    inspector.layer = "logits"
    fit(inspector.probe.model, inspector.monitor(folder=tmp_path, layers=["conv1", "logits"]))
    inspector.view = "weights"
    fit(inspector.probe.model, inspector.monitor(folder=tmp_path, layers=["conv1", "logits"]))
    viewer = cv.open_history(tmp_path, layer="logits")
    views = (viewer.views.grid, viewer.views.dendrogram, viewer.views.density)
    assert all(view.class_names == names for view in views)
    viewer.header.view = "weights"
    assert viewer.record.name == "kernel"
    assert viewer.views.density.class_names == names
    viewer.layer = "conv1"
    assert all(view.class_names == [] for view in views)
    # A reader of before passes over what it does not know.
    header = json.loads((Path(viewer.history.folder) / "history.json").read_bytes())
    assert header["version"] == 1
    named = [layer["path"] for layer in header["layers"] if "class_names" in layer]
    assert named == ["logits"]


def test_names_that_are_not_as_many_as_the_channels_are_none() -> None:
    found = History([{**entry("conv"), "class_names": ["a", "b"]}])
    found.append(moment(0, CONV))
    assert cv.HistoryViewer(found).views.grid.class_names == []


# Marks -----------------------------------------------------------------------------------------


def press(timeline: Any, kind: str, layer: str, step: int) -> None:
    """As the page does where a mark, or the button of the first dead channel, is pressed."""
    timeline.set_state({"position": step, "_mark": [timeline._mark[0] + 1, kind, layer]})


def test_a_mark_leads_to_its_moment_and_its_layer() -> None:
    kept = History([entry(path) for path in LAYERS], model="net")
    onsets = [
        Onset("dead", "conv", 20, channels=(0,), text="dead"),
        Onset("frozen", "conv", 10, text="frozen"),
        Onset("dead", "flat", 10, channels=(0,), text="dead"),
    ]
    for step in (0, 10, 20):
        kept.append(moment(step, NAMED, *([CONV, KERNEL] if step else [])), onsets=onsets)
    viewer = cv.HistoryViewer(kept, layer=NASTY)
    timeline = viewer.story.timeline
    for _ in range(2):
        press(timeline, "dead", "conv", 20)
        check_consistent(viewer)
        assert (viewer.layer, viewer._step, viewer._present.place) == ("conv", 20, CONV)
        assert timeline.note == ""
        viewer.layer = NASTY
    press(timeline, "frozen", "conv", 10)
    check_consistent(viewer)
    assert (viewer._present.place, viewer._step) == (KERNEL, 10)
    # Of this one there are only numbers: the moment is shown all the same.
    press(timeline, "dead", "flat", 20)
    check_consistent(viewer)
    assert (viewer._present.place, viewer._step) == (KERNEL, 20)
    assert timeline.note == "No picture of flat was kept, only numbers."
