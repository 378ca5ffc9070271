"""compare: what it takes, how the panel follows a choice, and what it tells."""

from __future__ import annotations

import base64
import io
from typing import Any

import keras
import numpy as np
import pytest
from ipywidgets.widgets import widget
from keras import layers as kl
from PIL import Image
from traitlets import TraitError

import cnnviz_widgets as cv
from cnnviz_widgets.analysis.tiles.tile_sheet import tile_sheet
from cnnviz_widgets.comparison.channel_matching import MatchedBy
from cnnviz_widgets.comparison.layer_comparison import LayerChange
from cnnviz_widgets.history.history import History
from cnnviz_widgets.history.moment import Moment
from cnnviz_widgets.model.experiments.model_comparison import ModelComparison
from cnnviz_widgets.records.layer_record import LayerRecord
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.snapshot import keep

IMAGES = np.random.default_rng(4).random((6, 8, 8, 1)).astype("float32")


def model(width: int = 4, name: str = "v1", last: str = "logits") -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            kl.Conv2D(width, 3, activation="relu", name="conv"),
            kl.Flatten(name="flat"),
            kl.Dense(3, name=last),
        ],
        name=name,
    )


def moment(step: int, *paths: str, seed: int = 0) -> Moment:
    random = np.random.default_rng(seed)
    return Moment(
        step,
        records={
            Place(path): keep(LayerRecord.of(random.normal(size=(6, 5, 5, 4)), path))
            for path in paths
        },
    )


def int32(buffer: bytes) -> list[int]:
    return np.frombuffer(buffer, "<i4").tolist()


@pytest.fixture
def panel() -> cv.ComparisonPanel:
    return cv.compare(model(), model(6, "v2", "out"), inputs=IMAGES, layer="conv")


def test_two_models_are_matched_by_similarity(panel: cv.ComparisonPanel) -> None:
    assert panel.head.titles == ["v1", "v2"]
    assert panel.layer == panel.head._shown == "conv"
    assert panel.match == panel.shown.match.by == "similarity"
    assert len(panel.shown.match.pairs) == 4
    assert [row["path"] for row in panel.head._layers] == [row.path_a for row in panel.changes]
    assert {row["partner"] for row in panel.head._layers} == {"conv", "flat", "out"}
    assert any("2 channels have no partner in v1" in note for note in panel.head._notes)


def test_the_page_saves_what_python_can(panel: cv.ComparisonPanel) -> None:
    assert panel.exporting in panel.children
    offered = [(what, suffix) for what, suffix in panel.exporting.offers]
    assert set(offered) == {("picture", ".png"), ("picture", ".svg"), ("numbers", ".csv")}
    for what, suffix in offered:
        name, content = panel.exporting.on_export(what, suffix)
        assert name.startswith("conv-compared") and name.endswith(suffix) and content
    panel.close()
    assert panel.exporting.comm is None


def test_nothing_is_compared_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    changes, made = ModelComparison.changes, []

    def counted(self: ModelComparison, by: MatchedBy, *progress: Any) -> list[LayerChange]:
        made.append(by)
        return changes(self, by, *progress)

    monkeypatch.setattr(ModelComparison, "changes", counted)
    panel = cv.compare(model(), model(6, "v2", "out"), inputs=IMAGES)
    assert made == ["similarity"]
    panel.match = "index"
    panel.layer = "flat"
    assert made == ["similarity", "index"]


def test_partners_stand_at_the_same_place_under_their_own_numbers(
    panel: cv.ComparisonPanel,
) -> None:
    one, other = panel.grids
    numbers = int32(one._channels)
    assert int32(other._channels) == [*numbers, 4, 5]
    pairs = panel.shown.match.pairs
    assert [int(name) for name in one.channel_names] == pairs[numbers, 0].tolist()
    assert [int(name) for name in other.channel_names[:4]] == pairs[numbers, 1].tolist()
    assert sorted(map(int, other.channel_names)) == list(range(6))
    assert one.places == other.places == 6
    assert one.selection is other.selection is panel.selection
    assert one.axis is other.axis
    assert (one.title, other.title) == ("v1 · conv", "v2 · conv")


def test_rows_and_columns_of_the_output_are_called_by_their_classes() -> None:
    names = ["ape", "bee", "<b>cat</b>"]
    before = cv.ModelInspector(model(), IMAGES, class_names=names)
    panel = cv.compare(before, model(6, "v2", "out"), layer="logits")
    called = {f"{number} ({name})" for number, name in enumerate(names)}
    assert {row["names"][0] for row in panel.head._pairs} == called
    assert {row["names"][1] for row in panel.head._pairs} == called
    assert all(set(grid.channel_names) == called for grid in panel.grids)
    assert panel.densities.head.class_names == names
    panel.layer = "conv"
    assert panel.head._pairs[0]["names"] == [str(n) for n in panel.head._pairs[0]["channels"]]
    assert panel.densities.head.class_names == []
    assert not any("class_names" in note for note in panel.head._notes)
    panel.close()


def test_names_that_are_more_or_fewer_than_the_channels_are_told_of() -> None:
    before = cv.ModelInspector(model(), IMAGES, class_names=["ape", "bee"])
    panel = cv.compare(before, model(6, "v2", "out"), layer="logits")
    told = [note for note in panel.head._notes if "class_names" in note]
    assert told[0].startswith("class_names has 2 names, and logits has 3 channels: ")
    panel.layer = "conv"
    assert not any("class_names" in note for note in panel.head._notes)
    panel.close()


def test_each_grid_has_what_it_shows(panel: cv.ComparisonPanel) -> None:
    one, other = panel.grids
    assert one.record is panel.shown.a and other.record is panel.shown.b
    assert repr(other) == "<ChannelGrid of 6 channels>"
    # Tiles of 6 × 6 pixels, a column each: the pictures differ as the layers do.
    pictures = [np.asarray(grid.picture()) for grid in panel.grids]
    assert all((picture < 255).any() for picture in pictures)
    assert pictures[0].shape != pictures[1].shape or (pictures[0] != pictures[1]).any()
    png = one._repr_mimebundle_()[0]["image/png"]
    assert Image.open(io.BytesIO(base64.b64decode(png))).width > 100


def test_a_grid_shows_another_layout_and_its_own_again() -> None:
    values = np.zeros((2, 1, 1, 3), np.float32)
    values[:, 0, 0] = [[1, 2, 3], [3, 2, 1]]
    record = LayerRecord.of(values)
    grid = cv.ChannelGrid(record)
    own = np.asarray(grid.picture())
    turned = tile_sheet(values, columns=[2, 0])
    grid.show_columns(record, turned, np.array([2, 0]), np.arange(2))
    assert int32(grid._channels) == [2, 0] and grid._shape[:2] == [2, 2]
    assert (
        np.asarray(grid.picture()).shape != own.shape or (np.asarray(grid.picture()) != own).any()
    )
    grid.show(record)
    assert (np.asarray(grid.picture()) == own).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"record": None}, "record must be a LayerRecord; got None"),
        ({"tiles": None}, "tiles must be a TileSheet; got None"),
        ({"channels": np.array([0, 9])}, "channels must be whole numbers between 0 and 2; got 9"),
        ({"channels": np.array([0])}, "must be 2 columns and 2 rows; got"),
        ({"samples": np.arange(3)}, "must be 2 columns and 2 rows; got"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(change: dict[str, object], message: str) -> None:
    values = np.arange(6.0).reshape(2, 1, 1, 3)
    whole = {
        "record": LayerRecord.of(values),
        "tiles": tile_sheet(values, columns=[2, 0]),
        "channels": np.array([2, 0]),
        "samples": np.arange(2),
    }
    grid = cv.ChannelGrid()
    with pytest.raises((TypeError, ValueError), match=message):
        grid.show_columns(**{**whole, **change})
    assert grid.record is None and grid._channels == b""


def test_a_selection_is_of_pairs(panel: cv.ComparisonPanel) -> None:
    panel.selection.selected = (2, 0, 5)
    pairs = [tuple(pair) for pair in panel.shown.match.pairs.tolist()]
    assert panel.selected_channels == (pairs[2], pairs[0])


def test_rows_come_most_changed_first(panel: cv.ComparisonPanel) -> None:
    rows = panel.head._pairs
    assert [row["number"] for row in rows] == panel.shown.order.tolist()
    first = rows[0]
    assert first["channels"] == panel.shown.match.pairs[first["number"]].tolist()
    assert first["distance"] == panel.shown.match.distance[first["number"]]
    assert panel.densities.head._most == first["number"]


def test_curves_are_those_of_the_columns(panel: cv.ComparisonPanel) -> None:
    head, shown = panel.densities.head, panel.shown
    assert int32(head._numbers_b) == list(range(6))
    channels = int32(head._channels_b)
    assert channels == [*shown.match.pairs[:, 1], *shown.match.only_b]
    grid = np.frombuffer(head._grid_b, "<f8").reshape(6, 2)
    np.testing.assert_allclose(grid[:, 0], shown.b.curves.grid[channels, 0])
    points = shown.b.density.grid.shape[1]
    last = grid[:, 0] + grid[:, 1] * (points - 1)
    np.testing.assert_allclose(last, shown.b.curves.grid[channels, -1])
    assert len(head._density_b) == 4 * 6 * points


def test_another_layer_is_chosen_in_python_or_in_the_page(panel: cv.ComparisonPanel) -> None:
    panel.selection.selected = (1,)
    panel.layer = "out"
    assert panel.layer == panel.head.layer == panel.head._shown == "logits"
    assert panel.selection.selected == ()
    assert panel.shown.b.path == "out"
    panel.head.set_state({"layer": "flat"})
    assert panel.layer == panel.head._shown == "flat"


def test_a_layer_that_is_not_there_is_refused_and_taken_back(panel: cv.ComparisonPanel) -> None:
    with pytest.raises(ValueError, match="no layer 'nope' to compare; the closest are 'conv'"):
        panel.layer = "nope"
    assert panel.layer == "conv"
    panel.head.set_state({"layer": "nope"})
    assert panel.head.layer == panel.layer == "conv"
    assert "nope" in panel.head.error
    panel.head.set_state({"layer": "flat"})
    assert panel.head.error == ""


def test_matching_is_changed_by_the_page(panel: cv.ComparisonPanel) -> None:
    panel.head.set_state({"match": "index"})
    assert panel.match == panel.head._matched == panel.shown.match.by == "index"
    assert panel.shown.match.pairs.tolist() == [[i, i] for i in range(4)]
    assert [row["number"] for row in panel.head._pairs] == panel.shown.order.tolist()


def test_moments_are_compared_by_number_and_have_no_choice() -> None:
    panel = cv.compare(moment(0, "conv", "pool"), moment(1400, "conv", seed=1))
    assert panel.head.titles == ["step 0", "step 1,400"]
    assert panel.shown.match.by == "index"
    assert panel.head._can_match is False
    assert panel.head._alone == [{"path": "pool", "kind": "", "where": "not kept at step 1,400"}]
    with pytest.raises(TraitError, match="keep their numbers"):
        panel.match = "similarity"


def test_an_inspector_is_compared_with_a_moment_of_before() -> None:
    names = [f"sample {i}" for i in range(6)]
    inspector = cv.ModelInspector(model(), IMAGES, labels=names)
    values = inspector.probe.outputs("conv")
    before = Moment(0, records={Place("conv"): keep(LayerRecord.of(values, "conv"))})
    panel = cv.compare(before, inspector)
    assert panel.head.titles == ["step 0", "now"]
    assert panel.changes[0].change < 1e-3
    assert panel.grids[1].sample_labels == names


def test_live_models_are_read_again() -> None:
    one, other = model(), model(name="v2")
    panel = cv.compare(one, other, inputs=IMAGES, layer="conv")
    other.set_weights(one.get_weights())
    panel.refresh()
    assert panel.layer == "conv"
    assert all(change.change < 1e-6 for change in panel.changes if not change.dead_a)


def test_an_error_while_reading_leaves_what_was_shown(
    panel: cv.ComparisonPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    shown = panel.shown
    monkeypatch.setattr(panel.comparison, "read", fail)
    with pytest.raises(KeyboardInterrupt):
        panel.layer = "flat"
    assert panel.shown is shown
    assert panel.layer == panel.head.layer == "conv"
    assert "interrupted" in panel.head.error
    assert panel.head.message == ""


def test_inputs_of_one_serve_the_other_and_equal_names_are_told_apart() -> None:
    panel = cv.compare(cv.ModelProbe(model(), IMAGES), model())
    assert panel.head.titles == ["v1 (first)", "v1 (second)"]
    assert panel.comparison.same_samples


def test_names_from_a_model_stay_text() -> None:
    name = "<script>alert(1)"
    panel = cv.compare(model(name=name), model(name="v2"), inputs=IMAGES)
    assert panel.head.titles[0] == name


def test_one_channel_of_zeros_and_nan() -> None:
    values = [np.zeros((1, 3)), np.full((1, 3), np.nan)]
    sides = [
        Moment(i, records={Place("x"): keep(LayerRecord.of(array, "x"))})
        for i, array in enumerate(values)
    ]
    panel = cv.compare(*sides)
    assert panel.head._pairs[0]["distance"] is None
    assert panel.head._layers[0]["change"] == 2
    assert panel.picture() is not None


def test_more_pairs_than_are_listed_are_counted() -> None:
    random = np.random.default_rng(0)
    sides = [
        Moment(i, records={Place("x"): keep(LayerRecord.of(random.normal(size=(3, 300)), "x"))})
        for i in range(2)
    ]
    panel = cv.compare(*sides)
    assert (len(panel.head._pairs), panel.head._total) == (200, 300)


def test_what_cannot_be_compared_is_named() -> None:
    with pytest.raises(TypeError, match=r"a must be a ModelInspector.*; got 'model.keras'"):
        cv.compare("model.keras", model(), inputs=IMAGES)
    with pytest.raises(TypeError, match="b is a model, and there is nothing to show it"):
        cv.compare(moment(0, "conv"), model())
    with pytest.raises(TypeError, match=r"a is a whole history: .*history\[0\]"):
        cv.compare(History([]), moment(0, "conv"))
    with pytest.raises(ValueError, match="no layer 'x' to compare"):
        cv.compare(model(), model(name="v2"), inputs=IMAGES, layer="x")
    with pytest.raises(ValueError, match=r"no layer in common.*inspector\.monitor"):
        cv.compare(moment(0, "conv"), moment(1, "pool"))


def test_the_output_carries_a_picture(panel: cv.ComparisonPanel) -> None:
    data, _ = panel._repr_mimebundle_()
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as image:
        assert image.width == 960
        assert len(image.getcolors(256) or range(257)) > 8


def test_closing_leaves_no_widget_behind() -> None:
    one, other = model(), model(name="v2")
    before = set(widget._instances)
    cv.compare(one, other, inputs=IMAGES).close()
    assert set(widget._instances) == before


def test_a_comparison_that_fails_leaves_no_widget_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "cnnviz_widgets.model.experiments.model_comparison.ModelComparison.changes", fail
    )
    before = set(widget._instances)
    with pytest.raises(KeyboardInterrupt):
        cv.compare(model(), model(name="v2"), inputs=IMAGES)
    assert set(widget._instances) == before
