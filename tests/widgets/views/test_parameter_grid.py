"""ParameterGrid alone, from arrays and records: what it puts on the wire, and what it refuses."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from traitlets import TraitError

import cnnviz_widgets as cv
from cnnviz_widgets.analysis import LayerRecord, ParameterRecord

RNG = np.random.default_rng(11)


def kernel(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def floats(wire: bytes, *shape: int) -> np.ndarray:
    return np.frombuffer(wire, "<f4").reshape(shape)


def sent_by(grid: cv.ParameterGrid) -> list[dict]:
    """What the grid sends to the page from now on."""
    sent: list[dict] = []
    grid._send = lambda message, buffers=None: sent.append(message)
    return sent


class TestWire:
    def test_rows_are_outputs_in_leaf_order_with_their_bias(self) -> None:
        # Outputs 0 and 2 point the same way, 1 another: 0 and 2 must stand side by side.
        values = np.zeros((2, 1, 2, 3), np.float32)
        values[:, 0, :, 0] = [[1, 2], [3, 4]]
        values[:, 0, :, 1] = [[3, -1], [0, 5]]
        values[:, 0, :, 2] = [[10, 20], [30, 40]]
        grid = cv.ParameterGrid(values, [0.5, -1, 2])
        outputs = np.frombuffer(grid._outputs, "<i4").tolist()
        assert sorted(outputs) == [0, 1, 2]
        assert abs(outputs.index(0) - outputs.index(2)) == 1
        assert floats(grid._bias, 3).tolist() == [[0.5, -1, 2][output] for output in outputs]
        assert grid._shape == [3, 2, 1, 2]
        assert (grid._inputs, grid._taps, grid._kind) == (2, [1, 2], "image")
        low, high = floats(grid._low, 3, 2), floats(grid._high, 3, 2)
        row = outputs.index(1)
        assert low[row].tolist() == [-1, 0]
        assert high[row].tolist() == [3, 5]
        assert np.frombuffer(grid._columns, "<i4").tolist() == outputs

    @pytest.mark.parametrize(
        ("shape", "kind", "taps", "sheet"),
        [
            ((4, 3, 2, 5), "image", [3, 2], [5, 4, 3, 2]),
            ((4, 7, 5), "sequence", [7, 1], [5, 4, 7, 1]),
            ((4, 5), "strip", [1, 1], [5, 1, 1, 4]),
            ((4, 1, 1, 5), "strip", [1, 1], [5, 1, 1, 4]),
            ((1, 3, 3, 5), "image", [3, 3], [5, 1, 3, 3]),
        ],
        ids=str,
    )
    def test_what_a_tile_is(
        self, shape: tuple[int, ...], kind: str, taps: list[int], sheet: list[int]
    ) -> None:
        grid = cv.ParameterGrid(kernel(*shape))
        assert (grid._kind, grid._taps, grid._shape) == (kind, taps, sheet)
        assert grid._inputs == shape[0]
        assert grid._bias == b""

    def test_named_vectors_are_columns(self) -> None:
        names = ("gamma", "beta")
        record = ParameterRecord.of(
            kernel(2, 5), inputs="vector", outputs="channel", column_names=names
        )
        grid = cv.ParameterGrid(record)
        assert (grid._kind, grid._shape) == ("vector", [5, 2, 1, 1])
        assert grid._column_names == list(names)
        assert grid._words == ["vector", "channel"]

    def test_gates_go_by_their_names(self) -> None:
        names = ("update", "reset", "candidate")
        grid = cv.ParameterGrid(ParameterRecord.of(kernel(4, 3, 5), tap_names=names))
        assert (grid._tap_names, grid._taps) == (list(names), [3, 1])
        grid.show(kernel(4, 3, 5))
        assert grid._tap_names == []

    def test_zero_rows_come_last_and_those_without_a_distance_after_them(self) -> None:
        values = kernel(3, 3, 3, 5)
        values[..., 1] = 0
        values[0, 0, 0, 3] = np.nan
        grid = cv.ParameterGrid(values)
        assert np.frombuffer(grid._outputs, "<i4")[-2:].tolist() == [1, 3]
        assert (grid._zero_columns, grid._column_count) == (1, 5)
        assert 3 not in np.frombuffer(grid._columns, "<i4")

    def test_one_message_carries_an_update(self) -> None:
        grid = cv.ParameterGrid(kernel(4, 3, 3, 6), np.ones(6))
        sent = sent_by(grid)
        grid.show(kernel(2, 3, 3, 5))
        assert len(sent) == 1
        assert grid.record.n_channels == 5
        assert grid._bias == b""

    def test_selected_outputs_that_the_next_layer_lacks_are_forgotten(self) -> None:
        grid = cv.ParameterGrid(kernel(4, 6))
        grid.selection.selected = (1, 5)
        grid.show(kernel(4, 3))
        assert grid.selection.selected == (1,)


@pytest.fixture(scope="module")
def record() -> ParameterRecord:
    """A weight of 16 million numbers: the page gets means, and asks for more."""
    return ParameterRecord.of(RNG.normal(size=(40000, 400)).astype(np.float32))


class TestWindow:
    def test_the_window_asked_for_is_exact(self, record: ParameterRecord) -> None:
        grid = cv.ParameterGrid(record)
        assert grid._reduction[1] > 1
        assert "mean of" in grid._notes[0]
        sent = sent_by(grid)
        grid.set_state({"_window_asked": [7, 2, 5, 100, 130]})
        window = grid._window
        assert (window["serial"], window["rows"], window["columns"]) == (7, (2, 5), (100, 130))
        assert (window["reduction"], window["kind"]) == ([1, 1], "strip")
        answers = [message for message in sent if "_window" in message.get("state", {})]
        assert len(answers) == 1
        low, high = floats(window["low"], 3, 1), floats(window["high"], 3, 1)
        codes = np.frombuffer(window["codes"], "u1").reshape(3, 30)
        exact = record.values[100:130, record.columns[2:5]].T
        np.testing.assert_allclose(low[:, 0], exact.min(axis=1))
        # A code is half a step from its value at most: the row's range over 508.
        np.testing.assert_allclose(
            low + codes / 254 * (high - low), exact, atol=float((high - low).max()) / 500
        )

    @pytest.mark.parametrize("asked", [[1, 500, 900, 0, 10], [1, 3, 3, 0, 10], [], [1, 2]])
    def test_what_does_not_exist_has_no_answer(
        self, record: ParameterRecord, asked: list[int]
    ) -> None:
        grid = cv.ParameterGrid(record)
        grid.set_state({"_window_asked": asked})
        assert grid._window == {}

    def test_a_window_over_the_edge_ends_there(self, record: ParameterRecord) -> None:
        grid = cv.ParameterGrid(record)
        grid.set_state({"_window_asked": [1, -4, 2, 39990, 50000]})
        assert (grid._window["rows"], grid._window["columns"]) == ((0, 2), (39990, 40000))

    def test_where_tiles_are_means_the_window_has_the_tiles(self) -> None:
        values = kernel(1000, 2, 3, 1000)
        grid = cv.ParameterGrid(values)
        assert (grid._kind, grid._taps, grid._reduction) == ("strip", [2, 3], [6, 1])
        grid.set_state({"_window_asked": [1, 10, 12, 5, 8]})
        window = grid._window
        assert (window["kind"], window["shape"], window["reduction"]) == (
            "image", [2, 3, 2, 3], [1, 1],
        )  # fmt: skip
        exact = values[5:8, ..., grid.record.columns[10:12]]
        np.testing.assert_allclose(floats(window["high"], 2, 3), exact.max(axis=(1, 2)).T)

    def test_other_parameters_have_no_window_yet(self, record: ParameterRecord) -> None:
        grid = cv.ParameterGrid(record)
        grid.set_state({"_window_asked": [1, 0, 2, 0, 9]})
        grid.show(kernel(4, 5))
        assert grid._window == {}


class TestRefusals:
    @pytest.mark.parametrize(
        ("values", "bias", "error", "said"),
        [
            ("text", None, TypeError, "numbers"),
            (np.zeros((0, 3)), None, ValueError, "shape"),
            (kernel(4, 3, 3, 5), np.zeros(4), ValueError, r"5 outputs.*\(4,\)"),
            (kernel(4, 5), ["a"] * 5, TypeError, "bias"),
            (None, np.zeros(4), ValueError, "values"),
            (LayerRecord.of(kernel(4, 5)), None, TypeError, "LayerRecord"),
            (ParameterRecord.of(kernel(4, 5)), np.zeros(5), ValueError, "its own"),
        ],
        ids=["text", "empty", "bias shape", "bias text", "bias alone", "outputs", "two biases"],
    )
    def test_wrong_input_is_named(
        self, values: object, bias: object, error: type[Exception], said: str
    ) -> None:
        with pytest.raises(error, match=said):
            cv.ParameterGrid(values, bias)

    def test_what_was_shown_stays_when_the_next_values_are_wrong(self) -> None:
        grid = cv.ParameterGrid(kernel(4, 5))
        with pytest.raises(TypeError):
            grid.show(np.array(["a"]))
        assert grid.record.n_channels == 5

    def test_an_unknown_range_is_refused_with_the_choices(self) -> None:
        with pytest.raises(TraitError, match="column"):
            cv.ParameterGrid(kernel(4, 5), value_range="channel")

    def test_there_is_no_picture_before_there_are_values(self) -> None:
        assert cv.ParameterGrid().picture() is None


class TestPicture:
    @pytest.mark.parametrize(
        "values",
        [
            kernel(4, 3, 3, 5),
            kernel(4, 5),
            kernel(1, 1),
            np.zeros((4, 3, 3, 5)),
            np.full((4, 5), np.nan),
            np.full((4, 3, 5), 1e300),
        ],
        ids=["tiles", "strips", "one", "zeros", "nan", "huge"],
    )
    def test_shows_where_no_widget_can_run(self, values: np.ndarray) -> None:
        data, _ = cv.ParameterGrid(values, np.ones(values.shape[-1]))._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in data
        assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width > 100
