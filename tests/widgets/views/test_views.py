"""Grid, dendrogram, density panel and selector alone, from arrays: what they put on the wire."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image
from traitlets import TraitError

import cnnviz_widgets as cv
from cnnviz_widgets.diagnosis.findings import Finding, Measurement
from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.model import LayerInfo
from cnnviz_widgets.widgets.panels.header import InspectorHeader

RNG = np.random.default_rng(7)


def images(samples: int = 3, size: int = 4, channels: int = 6) -> np.ndarray:
    return RNG.normal(size=(samples, size, size, channels)).astype(np.float32)


def png_of(widget: object) -> Image.Image:
    data, _ = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"])))


@pytest.mark.parametrize("view", [cv.ChannelGrid, cv.Dendrogram, cv.DensityPanel])
class TestEveryView:
    @pytest.mark.parametrize(
        "shape",
        [(3, 4, 4, 6), (3, 5), (2, 7, 3), (2, 3, 4, 4, 2), (1, 4, 4, 1), (1, 1), (4,), (2, 3000)],
        ids=str,
    )
    def test_draws_values_of_any_rank(self, view: type, shape: tuple[int, ...]) -> None:
        widget = view(RNG.normal(size=shape))
        assert png_of(widget).width > 100

    @pytest.mark.parametrize(
        "values",
        [
            np.zeros((2, 3, 3, 4)),
            np.full((2, 3, 3, 4), np.nan),
            np.full((2, 3, 3, 4), 5.0),
            np.array([[[[1.0, np.inf, 0.0, np.nan]]]]),
            np.arange(24, dtype=np.uint8).reshape(2, 3, 4),
            np.array([[True, False], [True, True]]),
            np.full((2, 3), 1e300),
        ],
        ids=["zeros", "nan", "constant", "mixed", "integers", "booleans", "huge"],
    )
    def test_draws_what_is_degenerate(self, view: type, values: np.ndarray) -> None:
        assert png_of(view(values)).width > 100

    @pytest.mark.parametrize("values", ["text", np.zeros((0, 3)), np.array([1j]), 5.0])
    def test_refuses_what_is_no_layer(self, view: type, values: object) -> None:
        with pytest.raises((TypeError, ValueError)):
            view(values)

    def test_shares_the_selection_it_is_given(self, view: type) -> None:
        selection = cv.Selection()
        assert view(images(), selection=selection).selection is selection

    def test_shows_another_layer_in_its_place(self, view: type) -> None:
        widget = view(images(channels=6))
        widget.show(images(channels=9))
        assert widget.record.n_channels == 9

    def test_forgets_channels_that_the_next_layer_does_not_have(self, view: type) -> None:
        widget = view(images(channels=6))
        widget.selection.selected = (1, 5)
        widget.show(images(channels=3))
        assert widget.selection.selected == (1,)

    def test_keeps_what_it_showed_when_the_next_values_are_wrong(self, view: type) -> None:
        widget = view(images(channels=6))
        with pytest.raises(TypeError):
            widget.show(np.array(["a"]))
        assert widget.record.n_channels == 6

    def test_is_told_of_in_a_line(self, view: type) -> None:
        name = view.__name__
        assert repr(view()) == f"<{name} of nothing yet>"
        assert repr(view(images())) == f"<{name} of 6 channels>"
        one, _ = view(images(channels=1))._repr_mimebundle_()
        assert one["text/plain"] == f"<{name} of 1 channel>"

    def test_has_no_picture_before_it_has_values(self, view: type) -> None:
        data, _ = view()._repr_mimebundle_()
        assert "image/png" not in data


class TestChannelGrid:
    def test_puts_each_tile_on_the_wire_in_leaf_order(self) -> None:
        values = np.zeros((1, 1, 2, 3), np.float32)
        # Channels 0 and 2 point the same way, 1 another: 0 and 2 must stand side by side.
        values[0, 0, :, 0] = (1, 2)
        values[0, 0, :, 1] = (3, -1)
        values[0, 0, :, 2] = (10, 20)
        grid = cv.ChannelGrid(values)
        channels = np.frombuffer(grid._channels, "<i4").tolist()
        assert sorted(channels) == [0, 1, 2]
        assert abs(channels.index(0) - channels.index(2)) == 1
        assert grid._shape == [1, 3, 1, 2]
        low = dict(zip(channels, np.frombuffer(grid._low, "<f4"), strict=True))
        high = dict(zip(channels, np.frombuffer(grid._high, "<f4"), strict=True))
        assert (low[1], high[1], low[2], high[2]) == (-1, 3, 10, 20)
        codes = np.frombuffer(grid._codes, "u1").reshape(3, 2)
        assert codes[channels.index(1)].tolist() == [254, 0]

    def test_says_what_a_wide_layer_leaves_out(self) -> None:
        grid = cv.ChannelGrid(RNG.normal(size=(2, 5000)))
        assert "2,048 of 5,000 channels" in grid._notes[0]
        assert grid._shape[1] == 2048

    def test_says_which_samples_have_no_row(self) -> None:
        grid = cv.ChannelGrid(RNG.normal(size=(200, 3)))
        assert grid._shape[0] == 128
        assert "first 128 of 200 samples" in grid._notes[0]

    def test_averages_what_is_too_large_and_says_so(self) -> None:
        grid = cv.ChannelGrid(np.ones((8, 600, 600, 4), np.float32) * np.arange(4))
        assert grid._reduction[0] > 1
        assert "mean of" in grid._notes[0]
        assert len(grid._codes) <= 8 * 2**20

    def test_refuses_an_unknown_colour_map_with_the_choices(self) -> None:
        with pytest.raises(TraitError, match="viridis"):
            cv.ChannelGrid(images(), colormap="jet")

    def test_colours_are_the_channels_over_all_samples_unless_told_otherwise(self) -> None:
        grid, weights = cv.ChannelGrid(images()), cv.ParameterGrid(images())
        assert (grid.colormap, grid.value_range) == ("auto", "channel")
        assert (weights.colormap, weights.value_range) == ("auto", "layer")

    def test_the_axis_folds_again_when_it_is_fitted(self) -> None:
        axis = cv.ColumnAxis(unfolded=[3, np.int64(9)], scale=40, start=2)
        assert axis.unfolded == [3, 9]
        axis.fit()
        assert (axis.unfolded, axis.scale, axis.start) == ([], 0, 0)
        for wrong in ([-1], [True], [1.5], ["a"]):
            with pytest.raises(TraitError, match="unfolded"):
                axis.unfolded = wrong

    def test_one_message_carries_an_update(self) -> None:
        grid = cv.ChannelGrid(images())
        sent: list[object] = []
        grid._send = lambda message, buffers=None: sent.append(message)
        grid.show(images(samples=5))
        assert len(sent) == 1


class TestDendrogram:
    def test_wire_geometry_is_the_trees(self) -> None:
        values = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]])
        dendrogram = cv.Dendrogram(values)
        heights = np.frombuffer(dendrogram._heights, "<f8").reshape(-1, 3)
        # cos 45° = 0.7071 between neighbours; the zero channel is at 2 from all.
        np.testing.assert_allclose(heights[:, 2], [1 - 0.5**0.5, 1 - 0.5**0.5, 2], atol=1e-12)
        assert np.frombuffer(dendrogram._order, "<i4")[-1] == 3
        assert dendrogram._column_count == 4

    def test_a_cut_in_the_page_is_the_cut_of_the_tree(self) -> None:
        dendrogram = cv.Dendrogram(images(channels=12))
        dendrogram.cut = float(np.median(dendrogram.record.tree.heights))
        labels = dendrogram.record.tree.cut(dendrogram.cut)
        heights = np.frombuffer(dendrogram._heights, "<f8").reshape(-1, 3)[:, 2]
        # n leaves less one for each fork that stays joined.
        assert len(set(labels)) == 12 - int((heights <= dendrogram.cut).sum())

    def test_channels_that_are_not_finite_stand_apart(self) -> None:
        values = images(channels=5)
        values[..., 2] = np.nan
        dendrogram = cv.Dendrogram(values)
        assert 2 not in np.frombuffer(dendrogram._columns, "<i4")
        assert dendrogram._column_count == 5
        assert "NaN or infinity" in dendrogram._notes[0]


class TestDensityPanel:
    def test_a_curve_a_channel_up_to_64(self) -> None:
        panel = cv.DensityPanel(images(channels=64))
        assert panel.marks["every"].y.shape[0] == 64
        assert panel.marks["fan"].y.size == 0

    def test_beyond_that_the_fan(self) -> None:
        panel = cv.DensityPanel(images(channels=65))
        assert panel.marks["every"].y.size == 0
        assert panel.marks["fan"].y.shape[0] == 5

    def test_zeros_are_dots_with_their_share(self) -> None:
        values = images(channels=4)
        values[..., 1] = 0
        values[0, ..., 3] = 0
        panel = cv.DensityPanel(values)
        columns = panel.record.columns.tolist()
        shares = dict(zip(columns, panel.marks["zeros"].y, strict=True))
        assert shares[1] == 100
        assert shares[3] == pytest.approx(100 / 3)
        assert "1 of 4 channels is zero on every sample" in panel._head._notes[0]

    def test_many_channels_zeros_are_five_dots(self) -> None:
        values = images(channels=100)
        values[..., :50] = 0
        dots = cv.DensityPanel(values).marks["zeros"].y
        # Half of the channels have no zero, half nothing else; the median is between the two.
        np.testing.assert_allclose(dots, [0, 0, 50, 100, 100])

    def test_hovering_the_plot_sends_nothing_to_the_kernel(self) -> None:
        panel = cv.DensityPanel(images())
        assert not any(mark.enable_hover for mark in panel.marks.values())

    def test_closing_closes_the_plot(self) -> None:
        panel = cv.DensityPanel(images())
        figure = panel.figure
        panel.close()
        assert figure.comm is None


class TestSelection:
    def test_refuses_what_is_no_channel(self) -> None:
        with pytest.raises(TraitError):
            cv.Selection(selected=[-1])
        with pytest.raises(TraitError):
            cv.Selection(hovered=-2)

    def test_takes_what_the_page_sends(self) -> None:
        selection = cv.Selection()
        selection.set_state({"selected": [3, 1], "hovered": 5})
        assert selection.selected == (3, 1)
        assert selection.hovered == 5

    def test_drops_channels_of_what_is_no_longer_shown(self) -> None:
        selection = cv.Selection()
        selection.start("conv1")
        selection.set_state({"selected": [3], "_chosen_in": [1, "conv1"]})
        assert selection.selected == (3,)
        selection.start("conv2")
        assert selection.selected == ()
        # A click from before the page heard of it.
        selection.set_state({"selected": [3, 4], "hovered": 4, "_chosen_in": [2, "conv1"]})
        assert (selection.selected, selection.hovered) == ((), -1)
        selection.set_state({"selected": [1], "_chosen_in": [3, "conv2"]})
        assert selection.selected == (1,)


def layer(path: str, **more: object) -> LayerInfo:
    return LayerInfo(path=path, name=path, kind="Conv2D", output_shape=(None, 4, 4, 2), **more)


def finding(path: str, severity: str) -> Finding:
    measured = Measurement("share", 0.5)
    return Finding("dead", severity, path, "outputs", (), measured, None, 8, "", "", "", "")


class TestLayerSelector:
    def marks(self, selector: cv.LayerSelector, *names: str) -> dict[str, tuple]:
        return {entry["path"]: tuple(entry[name] for name in names) for entry in selector._layers}

    def test_levels_go_on_the_wire(self) -> None:
        selector = cv.LayerSelector([layer("a", level=1, relative_level=0.25)])
        assert self.marks(selector, "relative_level") == {"a": (0.25,)}
        assert "low abstraction, 1 from" in selector._layers[0]["level"]

    def test_counts_the_grave_findings_of_each_layer(self) -> None:
        selector = cv.LayerSelector([layer("a"), layer("b")])
        found = [("a", "severe"), ("a", "warning"), ("a", "note"), ("a", "severe"), ("", "severe")]
        selector.show_findings(Report(tuple(finding(*one) for one in found)))
        assert self.marks(selector, "severe", "warnings") == {"a": (2, 1), "b": (0, 0)}
        selector.show_findings(None)
        assert self.marks(selector, "severe", "warnings") == {"a": (0, 0), "b": (0, 0)}

    def test_marks_what_has_been_looked_at(self) -> None:
        selector = cv.LayerSelector([layer("a"), layer("b")])
        assert self.marks(selector, "looked") == {"a": (None,), "b": (None,)}
        selector.show_looked({"a": {"weights", "outputs"}, "elsewhere": {"outputs"}})
        assert self.marks(selector, "looked") == {"a": (["outputs", "weights"],), "b": ([],)}

    def test_layers_listed_anew_keep_what_was_found_and_looked_at(self) -> None:
        selector = cv.LayerSelector([layer("a")])
        selector.show_looked({"a": {"outputs"}})
        selector.show_findings(Report((finding("a", "warning"),)))
        selector.show_layers([layer("new"), layer("a")])
        selector.show_measures({})
        assert self.marks(selector, "looked", "warnings") == {
            "new": (None, 0),
            "a": (["outputs"], 1),
        }

    def test_refuses_a_layer_that_is_not_listed(self) -> None:
        selector = cv.LayerSelector([layer("conv1")])
        with pytest.raises(ValueError, match="conv1"):
            selector.layer = "conv2"


class TestInspectorHeader:
    def test_refuses_an_unknown_view_with_the_choices(self) -> None:
        header = InspectorHeader()
        with pytest.raises(TraitError, match="weights"):
            header.view = "gradients"
        assert header.view == "outputs"
