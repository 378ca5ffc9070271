"""The layer selector's own part: what it says of each layer, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import cnnviz_widgets as cv
from cnnviz_widgets.analysis.channel_measures import ChannelMeasures, channel_measures
from cnnviz_widgets.records.layer_health import layer_health

RNG = np.random.default_rng(0)
# Channels of spreads 1, 2 and 3, far from one another.
VALUES = RNG.normal(size=(4000, 3)) * (1.0, 2.0, 3.0) + (0.0, 50.0, -700.0)


def quick(values: Any) -> ChannelMeasures:
    """As a training's quick look measures them."""
    return channel_measures(values, spread=False)


def sent(selector: cv.LayerSelector, name: str) -> dict[str, Any]:
    return {entry["path"]: entry[name] for entry in selector._layers}


class TestScales:
    def test_go_to_the_page(self) -> None:
        selector = cv.LayerSelector([{"path": "a"}, {"path": "b"}])
        assert sent(selector, "scale") == {"a": None, "b": None}
        selector.show_measures({"a": channel_measures(VALUES)})
        assert sent(selector, "scale") == {"a": pytest.approx(2.16, abs=0.05), "b": None}
        assert not selector._earlier_scale

    def test_of_a_quick_look_stay_what_they_were_and_are_said_to(self) -> None:
        selector = cv.LayerSelector([{"path": "a"}, {"path": "b"}])
        selector.show_measures({"a": channel_measures(VALUES)})
        before = sent(selector, "scale")["a"]
        selector.show_measures({"a": quick(VALUES * 100), "b": quick(VALUES)})
        assert sent(selector, "scale") == {"a": before, "b": None}
        assert sent(selector, "dead") == {"a": 0, "b": 0}
        assert selector._earlier_scale
        selector.show_measures({"a": channel_measures(VALUES * 100)})
        assert sent(selector, "scale")["a"] == pytest.approx(100 * before)
        assert not selector._earlier_scale

    def test_of_a_past_moment_are_not_known(self) -> None:
        selector = cv.LayerSelector([{"path": "a"}])
        selector.show_measures({"a": channel_measures(VALUES)})
        selector.show_measures({"a": quick(VALUES)})
        selector.show_health({"a": layer_health(quick(VALUES))})
        assert sent(selector, "scale") == {"a": None}
        assert not selector._earlier_scale

    def test_are_no_part_of_what_another_selector_is_given(self) -> None:
        selector = cv.LayerSelector([{"path": "a"}])
        selector.show_measures({"a": channel_measures(VALUES)})
        assert selector.entries[0]["scale"] is None


class TestLayersGiven:
    def test_a_path_is_enough(self) -> None:
        selector = cv.LayerSelector([{"path": "conv"}])
        (entry,) = selector._layers
        assert entry["path"] == "conv"
        assert (entry["kind"], entry["shape"], entry["parameters"]) == ("", "", 0)
        # What is known of a layer is what another selector is made of.
        assert cv.LayerSelector(selector.entries)._layers == selector.entries

    @pytest.mark.parametrize(
        ("layer", "named"),
        [
            ({"name": "conv"}, ["{'name': 'conv'}", "path"]),
            ({"path": 3}, ["{'path': 3}", "path"]),
            ({"path": "conv", "kind": None}, ["'kind' of layer 'conv'", "string", "None"]),
            ({"path": "conv", "parameters": "40"}, ["'parameters'", "number", "'40'"]),
            ({"path": "conv", "shape": (3, 3)}, ["'shape'", "string", "(3, 3)"]),
        ],
    )
    def test_a_wrong_one_is_named_with_what_was_expected(
        self, layer: dict[str, Any], named: list[str]
    ) -> None:
        with pytest.raises(TypeError) as refused:
            cv.LayerSelector([layer])
        for word in named:
            assert word in str(refused.value)
