"""The health panel: which numbers, layers and points go on the wire."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz_widgets.records.layer_health import HEALTH_NUMBERS
from cnnviz_widgets.widgets.panels.selector import LayerSelector
from cnnviz_widgets.widgets.panels.training.health import HealthPanel
from cnnviz_widgets.widgets.panels.training.timeline import Timeline


def values_of(panel: HealthPanel) -> np.ndarray:
    """Numbers × layers × points."""
    head = panel._head
    shape = (len(head._numbers), len(head._paths), len(head._steps) // 8)
    return np.frombuffer(head._values, "<f4").reshape(shape)


def test_numbers_layers_and_points_in_this_order() -> None:
    panel = HealthPanel()
    dead = np.array([[0.0, 0.5], [0.25, 0.5], [1.0, 0.5]])
    panel.show([0, 5, 9], ["a", "<b>"], {"dead_share": dead, "own": dead + 1}, {"own": "mine"})
    assert panel._head._paths == ["a", "<b>"]
    np.testing.assert_array_equal(values_of(panel), [dead.T, dead.T + 1])
    assert np.frombuffer(panel._head._steps, "<f8").tolist() == [0, 5, 9]
    first, own = panel._head._numbers
    assert (first["title"], first["look"]) == (HEALTH_NUMBERS["dead_share"].title, "share")
    assert first["explanation"] == HEALTH_NUMBERS["dead_share"].explanation
    assert (own["name"], own["title"], own["look"]) == ("own", "mine", "value")


def test_infinity_is_a_gap_and_a_number_of_nothing_but_gaps_is_not_known() -> None:
    panel = HealthPanel()
    change = np.array([[np.nan], [np.inf], [0.5]])
    gaps = np.full((3, 1), np.nan)
    panel.show([0, 1, 2], ["a"], {"change": change, "gradient_norm": gaps})
    np.testing.assert_array_equal(values_of(panel)[0, 0], [np.nan, np.nan, 0.5])
    assert [number["known"] for number in panel._head._numbers] == [True, False]


def test_layers_with_weights_come_first_in_the_order_given() -> None:
    paths = [f"layer{i}" for i in range(100)]
    norms = np.zeros((2, 100))
    norms[:, 40:100] = 2.0
    norms[:, 3] = np.nan
    panel = HealthPanel()
    panel.show([0, 1], paths, {"weight_norm": norms})
    assert panel._head._paths == [*paths[:4], *paths[40:]]
    assert panel._head._layers == 100
    # Where nothing is known of weights the first ones are drawn.
    panel.show([0, 1], paths, {"dead_share": norms})
    assert panel._head._paths == paths[:64]


def test_a_large_history_is_under_two_megabytes_and_keeps_its_extremes() -> None:
    rng = np.random.default_rng(3)
    numbers = {name: rng.normal(size=(5000, 64)) for name in HEALTH_NUMBERS}
    panel = HealthPanel()
    panel.show(np.arange(5000), [f"layer{i}" for i in range(64)], numbers)
    assert len(panel._head._values) + len(panel._head._steps) < 2_000_000
    assert panel._head._moments == 5000
    drawn = values_of(panel)
    assert drawn.shape[2] <= 400
    for row, whole in zip(drawn, numbers.values(), strict=True):
        np.testing.assert_array_equal(row.max(1), whole.astype(np.float32).max(0))
        np.testing.assert_array_equal(row[:, -1], whole.astype(np.float32)[-1])


@pytest.mark.parametrize(
    ("steps", "paths", "numbers"),
    [
        ([], ["a"], {"change": np.zeros((0, 1))}),
        ([], [], {}),
        ([3], [], {"change": np.zeros((1, 0))}),
    ],
)
def test_nothing_to_draw_shows_no_plot(steps: list, paths: list, numbers: dict) -> None:
    panel = HealthPanel()
    assert panel.figure not in panel.children
    panel.show(steps, paths, numbers)
    assert panel.figure not in panel.children
    panel.show([3], ["a"], {"change": [[1.0]]})
    assert panel.figure in panel.children


@pytest.mark.parametrize(
    ("steps", "numbers", "message"),
    [
        ([[0, 1]], {}, r"\(1, 2\)"),
        ([0, 1], {"change": np.zeros((2, 3))}, r"'change'.*2 moments.*2 layers.*\(2, 3\)"),
        ([0, 1], {"change": np.zeros(2)}, r"\(2,\)"),
    ],
)
def test_wrong_shapes_are_refused_by_name(steps: list, numbers: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HealthPanel().show(steps, ["a", "b"], numbers)


def test_it_is_told_of_in_a_line() -> None:
    panel = HealthPanel()
    panel.show([0, 5, 9], ["conv", "dense"], {"dead_share": np.zeros((3, 2))})
    assert repr(panel) == "<HealthPanel of 2 layers at 3 moments>"


def test_the_number_that_is_drawn_can_be_set() -> None:
    panel = HealthPanel(number="change")
    assert panel.number == "change"
    panel.number = "maximum"
    assert panel._head.number == "maximum"


@pytest.mark.parametrize("shown", [False, True])
def test_closing_takes_the_plot_along_and_leaves_what_is_shared(shown: bool) -> None:
    from ipywidgets.widgets.widget import _instances

    selector, timeline = LayerSelector(), Timeline()
    before = set(_instances)
    panel = HealthPanel(selector, timeline)
    if shown:
        panel.show([3], ["a"], {"change": [[1.0]]})
    assert set(_instances) > before
    panel.close()
    assert set(_instances) == before
    panel.close()
