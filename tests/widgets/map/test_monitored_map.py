"""A map over a training: followed, kept by step, shown again, and told of what changed first."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.history.history import History
from cnnviz_widgets.widgets.map.map_pace import EFFECTS_EVERY, MapPace
from cnnviz_widgets.widgets.map.map_subject import MapSubject
from tests.widgets.small_training import IMAGES, LABELS, PromptMonitor, fit, small_model


@pytest.fixture(autouse=True)
def _prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("map.monitored_map", "inspector.training_session"):
        monkeypatch.setattr(f"cnnviz_widgets.widgets.{module}.TrainingMonitor", PromptMonitor)


def _mapped(**options: Any) -> tuple[Any, Any]:
    model = small_model(**options)
    return model, cv.NetworkMap(model, IMAGES[:12], labels=LABELS[:12])


def _inspected(model: Any, count: int) -> Any:
    return cv.ModelInspector(model, IMAGES[:count], labels=LABELS[:count].tolist())


def test_each_look_is_kept_and_the_last_measures_edges() -> None:
    model, shown = _mapped()
    fit(model, shown.monitor(budget=None), epochs=3)
    assert shown.moments == (0, 3, 6, 9)
    maps = shown.history.maps.between(0, 9)
    assert [each.effects_step for each in maps] == [0, 0, 0, 9]
    assert all(each.record.effects for each in maps)
    fresh = cv.NetworkMap(model, IMAGES[:12], labels=LABELS[:12])
    for path, own in fresh.record.groups.items():
        np.testing.assert_array_equal(own.profile, shown.record.groups[path].profile)
    assert shown.view.fresh and shown.view.moments == [0, 3, 6, 9] and not shown.view.error


def test_edges_of_an_earlier_look_are_told_of_and_pins_stay() -> None:
    model, shown = _mapped()
    channel = int(np.flatnonzero(shown.groups("conv1") == 0)[0])
    shown.move("conv1", [channel], 1)
    fit(model, shown.monitor(budget=None), epochs=3)
    assert channel in shown.record.groups["conv1"].pinned
    shown.show_moment(6)
    assert "as it was at step 6" in shown.view.facts and shown.view.moment == 6
    assert any("measured at step 0" in note for note in shown.view._notes)
    assert channel in shown.record.groups["conv1"].pinned
    shown.show_moment(8)
    assert "no map was kept at step 8" in shown.view.facts and shown.view.moment == 6
    with pytest.raises(ValueError, match="stays as it is"):
        shown.pin("conv1", [channel])
    shown.show_moment(None)
    assert shown.view.moment == -1 and "as it was" not in shown.view.facts


def test_an_edit_of_the_present_is_kept_with_its_moment(tmp_path: Path) -> None:
    model, shown = _mapped()
    fit(model, shown.monitor(budget=None, folder=tmp_path))
    last = shown.moments[-1]
    alive = int(np.flatnonzero(shown.groups("conv1") >= 0)[0])
    shown.pin("conv1", [alive])
    # As long as the weights are the same it is the same moment.
    shown.refresh()
    shown.pin("conv2", [int(np.flatnonzero(shown.groups("conv2") >= 0)[0])])
    kept = History.open(tmp_path).maps.at(last)
    assert kept is not None and alive in kept.record.groups["conv1"].pinned
    assert kept.record.groups["conv2"].pinned
    model.layers[0].set_weights([1.5 * each for each in model.layers[0].get_weights()])
    shown.refresh()
    shown.pin("conv1", [alive], keep=False)
    kept = History.open(tmp_path).maps.at(last)
    assert kept is not None and alive in kept.record.groups["conv1"].pinned


def test_weights_and_training_are_the_same_with_it_and_without() -> None:
    plain = small_model()
    fit(plain)
    model, shown = _mapped()
    fit(model, shown.monitor(every=1, budget=None))
    assert shown.moments == (0, 1, 2, 3)
    for mine, theirs in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_what_changed_first_is_told() -> None:
    model, shown = _mapped(rate=0.5)
    fit(model, shown.monitor(budget=None), epochs=3)
    changes = shown.changes(0, 9)
    assert (changes.first, changes.last) == (0, 9)
    since = [each.since for each in changes.stations if each.since is not None]
    assert since == sorted(since)
    assert {each.path for each in changes.stations} == {each.path for each in shown.stations}
    assert any("since step 0" in note.lower() for note in shown.view._notes)
    with pytest.raises(ValueError, match="steps 0, 3, 6, 9"):
        shown.changes(0, 4)
    with pytest.raises(ValueError, match="behind a"):
        shown.changes(9, 0)


def test_the_strip_below_tells_what_the_history_has() -> None:
    model, shown = _mapped()
    fit(model, shown.monitor(budget=None), epochs=2)
    paths, numbers = shown.history.numbers("change")
    entry = next(each for each in shown.view._stations if each["path"] == "conv1")
    told = np.array([np.nan if each is None else each for each in entry["update"]])
    np.testing.assert_allclose(told, numbers[:, paths.index("conv1")], rtol=1e-6)
    assert np.isfinite(told[1:]).all() and (told[1:] > 0).all()
    paths, numbers = shown.history.numbers("dead_share")
    np.testing.assert_allclose(entry["silent_shares"], numbers[:, paths.index("conv1")])
    # Of a moment it is what was known by then.
    shown.show_moment(3)
    entry = next(each for each in shown.view._stations if each["path"] == "conv1")
    assert len(entry["update"]) == 2
    shown.show_moment(None)
    gradients = [np.full(each.shape, 0.5, np.float32) for each in model.trainable_variables]
    with shown.monitor(budget=None) as monitor:
        monitor.update(gradients=gradients)
        entry = next(each for each in shown.view._stations if each["path"] == "conv1")
        count = sum(each.size for each in model.get_layer("conv1").get_weights())
        assert entry["gradient"] == pytest.approx(0.5 * count**0.5, rel=1e-5)


def test_a_map_that_fails_breaks_no_training_and_is_told() -> None:
    model, shown = _mapped()
    before = shown.record
    with patch.object(MapSubject, "map", side_effect=RuntimeError("no map today")):
        monitor = shown.monitor(budget=None)
        fit(model, monitor, epochs=2)
    assert monitor.progress.state == "ended" and "no map today" in shown.view.error
    assert shown.record is before and not shown.view.fresh
    assert len(shown.history) == 3 and shown.moments == ()
    fit(model, shown.monitor(budget=None))
    assert shown.view.fresh and not shown.view.error


def test_an_interrupt_loses_nothing() -> None:
    model, shown = _mapped()
    fit(model)
    fit(model, shown.monitor(budget=None))
    # The map itself is from before that.
    shown.show_moment(0)
    assert any("before this training" in note for note in shown.view._notes)
    shown.show_moment(None)
    before, kept = shown.record, shown.moments
    failing = patch.object(MapSubject, "map", side_effect=KeyboardInterrupt)
    with failing, pytest.raises(KeyboardInterrupt):
        fit(model, shown.monitor(budget=None), epochs=2)
    assert shown.record is before and shown.moments == kept and not shown.view.fresh
    fit(model, shown.monitor(budget=None))
    assert shown.view.fresh and shown.moments[:2] == kept


class _Clock:
    """Training and maps take what they are said to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("budget", [0.05, 0.2])
def test_maps_keep_to_half_of_the_budget(budget: float) -> None:
    clock = _Clock()
    pace = MapPace(budget, clock)
    spent, parts = 0.0, []
    for look in range(400):
        training = float(look)
        part = pace.choose(training, first=look == 0, final=False)
        parts.append(part)
        if part != "nothing":
            with pace.making(part):
                clock.now += (took := 0.1 if part == "groups" else 0.5)
            spent += took
        if look > 40:
            assert spent <= 0.5 * budget * training + 1e-9
    assert spent >= 0.4 * budget * 400
    made = [part for part in parts if part != "nothing"]
    at = [k for k, part in enumerate(made) if part == "all"]
    assert at and min(np.diff([-1, *at])) >= EFFECTS_EVERY
    assert pace.choose(400.0, first=False, final=True) == "all"


def test_a_budget_of_nothing_makes_the_first_and_the_last_map() -> None:
    model, shown = _mapped()
    fit(model, shown.monitor(budget=0), epochs=2)
    assert shown.moments == (0, 6)


def test_two_inspectors_each_follow_with_their_own_map() -> None:
    model = small_model()
    one, two = _inspected(model, 6), _inspected(model, 12)
    one.drawer.is_open = True
    one.drawer.tab = "map"
    fit(model, one.monitor(budget=None), two.monitor(budget=None), epochs=2)
    assert one.history.maps.steps == (0, 3, 6) and two.history.maps.steps == ()
    assert one.map.fresh and one._mapping.state.record.samples == 6
    # Nobody looks: it is made when somebody does.
    two.drawer.is_open = True
    two.drawer.tab = "map"
    assert two._mapping.state.record.samples == 12


def test_a_map_that_is_not_looked_at_is_marked_and_made_again_when_it_is() -> None:
    model = small_model()
    inspector = _inspected(model, 6)
    inspector.drawer.is_open = True
    inspector.drawer.tab = "map"
    before = inspector._mapping.state.record
    inspector.drawer.tab = "density"
    fit(model, inspector.monitor(budget=None))
    assert not inspector.map.fresh and inspector._mapping.state.record is before
    inspector.drawer.tab = "map"
    assert inspector.map.fresh and inspector._mapping.state.record is not before


def test_the_timeline_leads_to_the_map_of_a_moment_with_the_model_and_without(
    tmp_path: Path,
) -> None:
    model = small_model()
    inspector = _inspected(model, 6)
    inspector.drawer.is_open = True
    inspector.drawer.tab = "map"
    fit(model, inspector.monitor(budget=None, folder=tmp_path), epochs=2)
    timeline = inspector.following.story.timeline
    timeline.position = 3
    assert inspector.map.moment == 3 and "as it was at step 3" in inspector.map.facts
    inspector.map._asked = [1, "moment", "", [], -1]
    assert timeline.position == -1 and inspector.map.moment == -1
    viewer = cv.open_history(tmp_path)
    assert viewer.map.view.moment == 6
    viewer.story.timeline.position = 0
    assert "as it was at step 0" in viewer.map.view.facts
    viewer.map.view._asked = [1, "refresh", "", [], -1]
    assert "live model" in viewer.map.view.error
    layer = viewer.layer
    alive = viewer.map.view._groups[0]["channels"]
    viewer.map.view._asked = [2, "select", layer, np.frombuffer(alive, "<i4").tolist(), -1]
    assert list(viewer.selection.selected) == np.frombuffer(alive, "<i4").tolist()


def test_a_history_without_maps_has_no_tab_for_them(tmp_path: Path) -> None:
    model = small_model()
    inspector = cv.ModelInspector(model, IMAGES[:6])
    fit(model, inspector.monitor(budget=None, folder=tmp_path))
    viewer = cv.open_history(tmp_path)
    assert viewer.map.view.moments == []
    assert "map" not in dict(viewer.drawer.tabs)


def test_another_history_begins_without_the_steps_of_the_one_before(tmp_path: Path) -> None:
    model, shown = _mapped()
    fit(model, shown.monitor(budget=None))
    shown.monitor(budget=None, folder=tmp_path)
    assert shown.moments == () and len(shown.history) == 0
    shown.pin("conv1", [int(np.flatnonzero(shown.groups("conv1") >= 0)[0])])
    assert shown.moments == ()
    with pytest.raises(ValueError, match="none was kept"):
        shown.show_moment(0)


def test_a_closed_map_does_not_stand_in_the_way() -> None:
    model, shown = _mapped()
    monitor = shown.monitor(budget=None)
    shown.close()
    fit(model, monitor)
    assert monitor.progress.state == "ended" and not monitor.progress.error


def test_a_quick_look_has_a_map_of_all_samples_with_their_own_classes() -> None:
    model = small_model()
    inspector = _inspected(model, 12)
    inspector.drawer.tab = "map"
    fit(model, inspector.monitor(budget=None, samples=3), epochs=2)
    quick = inspector.history.maps.at(3)
    assert inspector.history.at(3).samples is not None and quick.record.samples == 12
    plain = cv.NetworkMap(model, IMAGES[:12], labels=LABELS[:12])
    last = inspector.history.maps.at(6)
    for path, own in plain.record.groups.items():
        np.testing.assert_allclose(own.profile, last.record.groups[path].profile, atol=1e-5)


def test_a_damaged_map_is_told_of_and_the_others_are_shown(tmp_path: Path) -> None:
    model = small_model()
    inspector = _inspected(model, 6)
    inspector.drawer.tab = "map"
    fit(model, inspector.monitor(budget=None, folder=tmp_path), epochs=2)
    [file] = tmp_path.glob("run-*/maps/*6.npz")
    file.write_bytes(file.read_bytes()[:-40])
    viewer = cv.open_history(tmp_path)
    assert "as it was at step 3 (no map was kept at step 6)" in viewer.map.view.facts
    assert viewer.map.view.moments == [0, 3] and "step 6" in viewer.history.trouble


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda shown: shown.monitor("now"), "every"),
        (lambda shown: shown.monitor(budget=2), "budget"),
        (lambda shown: shown.monitor(samples=0), "samples"),
        (lambda shown: shown.monitor(memory=-1), "memory"),
        (lambda shown: shown.monitor(folder=3), "folder"),
        (lambda shown: shown.monitor(layers=[]), "layers"),
        (lambda shown: shown.show_moment("first"), "step"),
        (lambda shown: shown.show_moment(-2), "step"),
        (lambda shown: shown.show_moment(4), "none was kept"),
        (lambda shown: shown.changes(0, 1), "none was kept"),
        (lambda shown: shown.changes(None, 1), "a must be"),
    ],
)
def test_wrong_settings_are_told_and_change_nothing(call: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        call(_untrained())
    assert _untrained().history is None and _untrained().moments == ()


@cache
def _untrained() -> Any:
    return _mapped()[1]
