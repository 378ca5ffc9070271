"""Selected values and named selections, against the model and against what is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.widgets.inspector.selected import PYTHON_LINE

from ..small_training import IMAGES, LABELS, outputs_of, small_model


@pytest.fixture
def inspector() -> Any:
    model = small_model()
    return cv.ModelInspector(
        model, IMAGES[:4], targets=LABELS[:4], labels=list("pqrs"), layer="conv1"
    )


def test_they_are_what_the_layer_puts_out(inspector: Any) -> None:
    inspector.selection.selected = (3, 1)
    found = inspector.selected_values()
    expected = outputs_of(inspector.probe.model, "conv1")[:4][..., [3, 1]]
    np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-6)
    assert (found.layer, found.view, found.weight, found.step) == ("conv1", "outputs", "", -1)
    assert (found.channels, found.channel_names) == ((3, 1), ())
    assert (found.samples, found.sample_names) == ((0, 1, 2, 3), ("p", "q", "r", "s"))
    assert found.exact
    assert repr(found).startswith("<SelectedValues of 2 channels of conv1, outputs: 4 ×")


def test_what_is_done_to_them_does_not_change_what_is_shown(inspector: Any) -> None:
    inspector.selection.selected = (0,)
    before = inspector.record.values.copy()
    inspector.selected_values().values[...] = 7
    np.testing.assert_array_equal(inspector.record.values, before)


def test_of_weights_they_are_rows_of_the_weight(inspector: Any) -> None:
    inspector.view = "weights"
    inspector.selection.selected = (2,)
    found = inspector.selected_values()
    kernel = inspector.probe.model.get_layer("conv1").get_weights()[0]
    assert (found.view, found.weight, found.samples, found.sample_names) == (
        "weights",
        "kernel",
        (),
        (),
    )
    np.testing.assert_allclose(
        np.sort(found.values.ravel()), np.sort(kernel[..., 2].ravel()), rtol=1e-6
    )


def test_of_the_past_they_are_those_of_the_picture(trained: Any) -> None:
    trained.following.story.timeline.position = 2
    trained.selection.selected = (1,)
    found = trained.selected_values()
    assert (found.step, found.exact) == (2, False)
    assert found.values.shape[0] == len(found.samples)
    assert found.values.shape[-1] == 1
    viewer = cv.HistoryViewer(trained.history)
    viewer.selection.selected = (0,)
    assert not viewer.selected_values().exact
    viewer.close()


@pytest.mark.parametrize(
    ("selected", "message"),
    [((), "no channel of 'conv1' is selected"), ((1, 400), "has 6 channels; 400 is selected")],
)
def test_what_cannot_be_given_is_told(inspector: Any, selected: Any, message: str) -> None:
    inspector.selection.selected = selected
    with pytest.raises(ValueError, match=message):
        inspector.selected_values()


def test_the_copied_line_works_whatever_the_variable_is_called(inspector: Any) -> None:
    other = cv.ModelInspector(small_model(), IMAGES[:2], layer="conv1")
    inspector.selection.selected = (1,)
    other.selection.selected = (2,)

    def run() -> tuple[int, ...]:
        names: dict[str, Any] = {}
        exec(PYTHON_LINE, names)
        channels: tuple[int, ...] = names["selected"].channels
        return channels

    assert inspector._display._panes.selection_bar.python == PYTHON_LINE
    assert run() == (2,)  # made last
    inspector._display._panes.selection_bar.set_state({"_python_asked": 1})
    assert run() == (1,)  # asked for last
    inspector.close()
    assert run() == (2,)  # open
    other.close()


def test_without_an_inspector_the_line_says_what_is_missing() -> None:
    from cnnviz_widgets.widgets.inspector import selected

    selected._remembered.clear()
    with pytest.raises(RuntimeError, match="no inspector is open: make one"):
        cv.selected_values()


class TestNamedSelections:
    def test_they_are_kept_a_layer(self, inspector: Any) -> None:
        inspector.selections["edges"] = [3, 1, 3]
        inspector.selections[" spots "] = np.array([0])
        assert dict(inspector.selections) == {"edges": (3, 1), "spots": (0,)}
        inspector.layer = "conv2"
        assert len(inspector.selections) == 0
        inspector.selections["edges"] = [2]
        inspector.layer = "conv1"
        assert inspector.selections["edges"] == (3, 1)
        # The rows of its kernel are the same channels.
        inspector.view = "weights"
        assert "edges" in inspector.selections
        del inspector.selections["edges"]
        assert repr(inspector.selections) == "{'spots': (0,)}"

    def test_the_page_has_them_and_gives_them(self, inspector: Any) -> None:
        inspector.selections["edges"] = [3]
        of = inspector.selection._numbers_of
        assert inspector.selection._named == {of: {"edges": [3]}}
        inspector.selection.set_state({"_named": {of: {"<b>": [1, 2]}}})
        assert dict(inspector.selections) == {"<b>": (1, 2)}
        inspector.selection.selected = inspector.selections["<b>"]

    @pytest.mark.parametrize(
        ("name", "channels", "error", "message"),
        [
            ("", [1], ValueError, "name must have a letter"),
            (3, [1], TypeError, "name"),
            ("a", [], ValueError, "'a' must have one channel or more"),
            ("a", [-1], ValueError, "channels"),
            ("a", [1.5], TypeError, "channels"),
            ("a", 3, TypeError, "channels"),
        ],
    )
    def test_wrong_ones_are_refused(
        self, inspector: Any, name: Any, channels: Any, error: type[Exception], message: str
    ) -> None:
        with pytest.raises(error, match=message):
            inspector.selections[name] = channels

    def test_one_that_there_is_not_names_those_that_there_are(self, inspector: Any) -> None:
        inspector.selections["edges"] = [1]
        with pytest.raises(KeyError, match=r"'corners'; there are: 'edges'"):
            inspector.selections["corners"]
        with pytest.raises(KeyError, match="corners"):
            del inspector.selections["corners"]
