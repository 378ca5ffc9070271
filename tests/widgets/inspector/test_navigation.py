"""Going back to what was kept of a training, to another layer, and to the present."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.place_record import NOW

from ..small_training import STEPS, fit, inspected, outputs_of
from .trainings import Each, check_consistent, each_batch, marks

pytestmark = pytest.mark.usefixtures("every_update")


def test_going_back_shows_what_was_kept(trained: Any) -> None:
    timeline = trained.following.story.timeline
    timeline.set_state({"position": 2})
    kept = trained.history.at(2).records[Place("conv1")]
    check_consistent(trained)
    np.testing.assert_array_equal(trained.record.tiles.codes, kept.tiles.codes)
    assert trained.header.facts.endswith("· as it was at step 2")
    assert "6 channels" in trained.header.facts
    assert "kept in the history" in " ".join(trained.grid._notes)
    assert timeline.note == ""
    trained.layer = "conv2"
    check_consistent(trained)
    assert trained.record.n_channels == 5
    assert trained.header.facts.endswith("step 2")
    timeline.set_state({"position": NOW})
    check_consistent(trained)
    np.testing.assert_allclose(
        trained.record.values, outputs_of(trained.probe.model, "conv2"), rtol=1e-5, atol=1e-6
    )


def test_the_selection_goes_along_into_the_past(trained: Any) -> None:
    trained.selection.selected = (1, 4)
    trained.dendrogram.cut = 0.2
    for position in (2, 3, NOW):
        trained.following.story.timeline.position = position
        assert trained.selection.selected == (1, 4)
        assert trained.dendrogram.cut == 0.2


def test_a_layer_that_was_not_kept_is_shown_as_it_is_now(trained: Any) -> None:
    timeline = trained.following.story.timeline
    timeline.position = 2
    trained.selector.set_state({"layer": "logits"})
    check_consistent(trained)
    assert trained.layer == "logits"
    assert timeline.position == NOW
    assert "logits, outputs, was not kept" in timeline.note
    np.testing.assert_allclose(
        trained.record.values, outputs_of(trained.probe.model, "logits"), rtol=1e-5, atol=1e-6
    )
    # The note was about that choice, and goes with the next.
    trained.selector.set_state({"layer": "conv1"})
    assert timeline.note == ""
    assert timeline.position == NOW


@pytest.mark.parametrize("leave", ["refresh", "layer", "position"])
def test_a_moment_without_the_layer_shows_the_nearest_that_has_it(leave: str) -> None:
    inspector = inspected()
    model = inspector.probe.model
    fit(model, each_batch(inspector))
    inspector.layer = "logits"
    fit(model, each_batch(inspector))
    timeline = inspector.following.story.timeline
    assert inspector.history.holds(Place("logits")).tolist() == [False] * 3 + [True] * 4
    timeline.position = 1
    assert timeline.position == 1
    assert "not kept at step 1: it is shown as it was at step 3" in timeline.note
    assert inspector.header.facts.endswith("as it was at step 3")
    assert not inspector.ablation.enabled
    if leave == "refresh":
        inspector.refresh()
    elif leave == "layer":
        inspector.layer = "conv1"
        assert inspector.header.facts.endswith("as it was at step 1")
    else:
        timeline.position = 4
    assert timeline.note == ""
    check_consistent(inspector)


def test_weights_in_the_past(trained: Any) -> None:
    trained.view = "weights"
    fit(trained.probe.model, each_batch(trained))
    timeline = trained.following.story.timeline
    timeline.position = 8
    check_consistent(trained)
    assert (trained.view, trained.weight) == ("weights", "kernel")
    kernel = trained.history.at(8).records[Place("conv1", "weights", "kernel")]
    np.testing.assert_array_equal(trained.record.tiles.codes, kernel.tiles.codes)
    trained.header.set_state({"view": "outputs"})
    check_consistent(trained)
    assert trained.header.facts.endswith("step 6")
    assert trained.picture() is not None
    trained.header.set_state({"view": "weights"})
    assert trained.weight == "kernel"
    with pytest.raises(ValueError, match="no weight 'nought'"):
        trained.weight = "nought"
    check_consistent(trained)


def test_training_does_not_pull_the_reader_out_of_the_past(trained: Any) -> None:
    timeline = trained.following.story.timeline
    timeline.position = 2
    shown = trained.record
    marked = marks(trained)
    monitor = each_batch(trained)
    seen = []
    fit(trained.probe.model, monitor, Each(lambda batch: seen.append(trained.record)))
    assert len(seen) == STEPS and all(record is shown for record in seen)
    assert marks(trained) == marked
    check_consistent(trained)
    # What is shown is kept on.
    assert trained.history.holds(Place("conv1")).all()
    assert trained.history.steps[-1] == 3 * STEPS
    timeline.position = NOW
    np.testing.assert_allclose(
        trained.record.values, outputs_of(trained.probe.model, "conv1"), rtol=1e-5, atol=1e-6
    )


def test_reading_again_diagnosing_and_a_finding_lead_to_the_present(trained: Any) -> None:
    kernel, bias = trained.probe.model.get_layer("conv1").get_weights()
    bias[:2] = -100
    trained.probe.model.get_layer("conv1").set_weights([kernel, bias])
    timeline = trained.following.story.timeline

    def is_present() -> None:
        check_consistent(trained)
        assert timeline.position == NOW
        np.testing.assert_allclose(
            trained.record.values, outputs_of(trained.probe.model, "conv1"), rtol=1e-5, atol=1e-6
        )

    timeline.position = 2
    trained.refresh()
    is_present()
    timeline.position = 2
    trained.header.set_state({"_diagnose_asked": 1})
    is_present()
    timeline.position = 2
    dead = next(at for at, found in enumerate(trained.report) if found.kind == "dead")
    # Of the very layer that is shown, so that nothing but the moment changes.
    assert trained.report[dead].layer == trained.layer
    trained.findings.set_state({"finding": dead})
    is_present()
    timeline.position = 2
    trained.findings.set_state({"_select_asked": 1})
    is_present()
    assert trained.selection.selected == (0, 1)


def test_no_trial_in_the_past(trained: Any) -> None:
    assert trained.ablation.enabled
    trained.following.story.timeline.position = 2
    assert not trained.ablation.enabled
    # Sent before the page knew.
    trained.ablation.set_state({"_asked": [1, "silence", [1], "conv1"]})
    assert "as it was at step 2" in trained.ablation.error
    assert trained.ablation._answered == 1
    trained.following.story.timeline.position = NOW
    assert trained.ablation.enabled


@pytest.mark.parametrize(("position", "step"), [(10**6, 6), (5, 4)])
def test_a_step_between_moments_is_the_one_before(position: int, step: int) -> None:
    inspector = inspected()
    fit(inspector.probe.model, inspector.monitor(2, None), epochs=2)
    assert inspector.history.steps.tolist() == [0, 2, 4, 6]
    inspector.following.story.timeline.position = position
    check_consistent(inspector)
    assert inspector.header.facts.endswith(f"step {step}")


def test_no_step_before_the_first_and_none_without_a_history() -> None:
    inspector = inspected()
    timeline = inspector.following.story.timeline
    timeline.position = 3
    assert "not kept" in timeline.note
    check_consistent(inspector)
    assert timeline.position == NOW


def test_the_present_that_cannot_be_read_leaves_the_reader_in_the_past(
    trained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeline = trained.following.story.timeline
    timeline.position = 2
    shown = trained.record

    def fail(*arguments: Any, **options: Any) -> None:
        raise MemoryError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(trained.probe, "outputs", fail)
        patch.setattr(trained.probe, "stream", fail)
        timeline.set_state({"position": NOW})
        assert "no room" in timeline.note
        check_consistent(trained)
        assert (timeline.position, trained.record) == (2, shown)
        with pytest.raises(MemoryError):
            trained.refresh()
        check_consistent(trained)
        assert timeline.position == 2
        trained.selector.set_state({"layer": "logits"})
        assert "no room" in trained.header.error
        check_consistent(trained)
        assert (trained.layer, timeline.position) == ("conv1", 2)
    timeline.set_state({"position": NOW})
    assert timeline.note == trained.header.error == ""
    check_consistent(trained)


def test_what_the_folder_lost_is_told(tmp_path) -> None:
    inspector = inspected()
    fit(inspector.probe.model, each_batch(inspector, folder=tmp_path, memory=1))
    for file in tmp_path.rglob("*.npz"):
        file.write_bytes(b"no longer a record")
    inspector.following.story.timeline.position = 1
    check_consistent(inspector)
    assert inspector._display.requested == NOW
    assert "cannot be read" in " ".join(inspector.header.warnings)
