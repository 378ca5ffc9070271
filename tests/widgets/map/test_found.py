"""What the boxes of a map say of their channels."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
from keras import layers as L

from cnnviz_widgets import NetworkMap
from cnnviz_widgets.diagnosis.findings import Finding, Measurement
from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.widgets.map.drawing.found import found_by_channel

from .records import network_record


def finding(kind: str, layer: str, *channels: int, follows: tuple[str, ...] = ()) -> Finding:
    return Finding(
        kind=kind,
        severity="warning",
        layer=layer,
        view="outputs",
        channels=channels,
        measured=Measurement("share", 0.5, True),
        reference=None,
        samples=32,
        summary="",
        limits="",
        cure="",
        source="",
        follows=follows,
    )


def found(*findings: Finding) -> dict[str, dict[int, str]]:
    record = network_record()
    first, second, last = record.stations
    second = replace(second, layers=("a/conv1", "a/conv2", "a/relu"), path="a/relu")
    record = replace(
        record,
        stations=(first, second, last),
        groups={**record.groups, "a/relu": record.groups["a/conv2"]},
    )
    infos: dict[str, Any] = {
        "conv1": SimpleNamespace(channels=4, kind="Conv2D"),
        "a/conv1": SimpleNamespace(channels=5, kind="Conv2D"),
        "a/conv2": SimpleNamespace(channels=5, kind="Conv2D"),
        "a/relu": SimpleNamespace(channels=5, kind="ReLU"),
        "b/conv2": SimpleNamespace(channels=3, kind="Dense"),
    }
    told = found_by_channel(record, infos.__getitem__, [Report(findings)])
    return {path: dict(each) for path, each in told.items()}


def test_channels_are_those_of_what_makes_them_and_of_what_bends_them() -> None:
    told = found(finding("duplicate", "a/conv2", 1, 3), finding("saturated", "a/relu", 3))
    assert told == {
        "a/relu": {1: "duplicate channels", 3: "duplicate channels; saturated channels"}
    }


def test_what_is_wrong_deeper_inside_is_told_of_all() -> None:
    assert found(finding("dead", "a/conv1", 2)) == {
        "a/relu": dict.fromkeys(range(5), "dead channels in a/conv1")
    }


def test_a_finding_of_all_channels_and_the_layers_that_follow() -> None:
    told = found(finding("dead", "conv1", follows=("b/conv2",)))
    assert told == {
        "conv1": dict.fromkeys(range(4), "dead channels"),
        "b/conv2": dict.fromkeys(range(3), "dead channels"),
    }
    assert found(finding("dead", "", 1), finding("dead", "elsewhere", 1)) == {}


def residual() -> Any:
    """A network whose only block puts out nothing."""
    keras.utils.set_random_seed(1)
    given = keras.Input((6,))
    x = L.Dense(8, activation="tanh", name="first")(given)
    y = L.Dense(8, kernel_initializer="zeros", name="branch")(x)
    x = L.Add(name="sum")([x, y])
    return keras.Model(given, L.Dense(4, activation="softmax", name="head")(x))


def test_health_is_looked_for_when_it_is_shown() -> None:
    inputs = np.random.default_rng(0).normal(size=(20, 6)).astype("float32")
    shown = NetworkMap(residual(), inputs)
    words = "layers that are not missed"
    assert not any(entry["findings"] for entry in shown.view._groups)
    shown.view.facet = "health"
    told = {
        shown.view._stations[entry["station"]]["path"]
        for entry in shown.view._groups
        if words in entry["findings"]
    }
    assert told == {"sum"}
    assert any("would not be missed" in note for note in shown.view._notes)
    shown.refresh()
    assert any(entry["findings"] for entry in shown.view._groups), "still looked at"
    (finding,) = shown.diagnose()
    assert (finding.kind, finding.layer) == ("not-missed", "sum")
    shown.close()
