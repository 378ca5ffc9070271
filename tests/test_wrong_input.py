"""Every public name refuses what it cannot take, by one rule for each argument.

A rule says what an argument is expected to be, and holds values that it is not. `TAKES` says
which public name takes which argument; every value of the rule is tried with every name. What is
refused names what was given and what was expected, and leaves no widget open.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from ipywidgets.widgets import widget
from keras import layers as kl
from traitlets import TraitError

import cnnviz_widgets as cv
from cnnviz_widgets import analysis as an
from cnnviz_widgets import model as mo
from cnnviz_widgets.validation.messages import described

NAN = float("nan")
VALUES = np.random.default_rng(0).random((4, 3, 3, 5)).astype("float32")
IMAGES = np.random.default_rng(1).random((8, 6, 6, 1)).astype("float32")


def small_model(name: str = "small") -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            kl.Conv2D(4, 3, activation="relu", name="conv"),
            kl.Flatten(name="flat"),
            kl.Dense(3, activation="softmax", name="head"),
        ],
        name=name,
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


class Things:
    """What is right, made once: the wrong value is the only one in a call."""

    @cached_property
    def model(self) -> keras.Model:
        return small_model()

    @cached_property
    def probe(self) -> cv.ModelProbe:
        return cv.ModelProbe(self.model, IMAGES)

    @cached_property
    def inspector(self) -> cv.ModelInspector:
        return cv.ModelInspector(self.model, IMAGES, targets=np.arange(8) % 3)

    @cached_property
    def monitor(self) -> cv.TrainingMonitor:
        return self.inspector.monitor()

    @cached_property
    def record(self) -> an.LayerRecord:
        return an.LayerRecord.of(VALUES, "conv")

    @cached_property
    def history(self) -> cv.History:
        history = cv.History([{"path": "conv"}, {"path": "head"}])
        for step in (0, 10):
            history.append(an.Moment(step, records={an.Place("conv"): an.keep(self.record)}))
        return history

    @cached_property
    def viewer(self) -> cv.HistoryViewer:
        return cv.HistoryViewer(self.history)

    @cached_property
    def panel(self) -> cv.ComparisonPanel:
        return cv.compare(self.history[0], self.history[1])

    @cached_property
    def map(self) -> cv.NetworkMap:
        return cv.NetworkMap(self.model, IMAGES)

    @cached_property
    def report(self) -> an.Report:
        return cv.diagnose(self.probe, reference=False)

    @cached_property
    def widgets(self) -> dict[str, Any]:
        return {
            "AblationBar": cv.AblationBar(),
            "ChannelGrid": cv.ChannelGrid(VALUES),
            "ColumnAxis": cv.ColumnAxis(),
            "ComparisonPanel": self.panel,
            "Dendrogram": cv.Dendrogram(VALUES),
            "DensityPanel": cv.DensityPanel(VALUES),
            "Embedding": cv.Embedding(VALUES),
            "FindingsPanel": cv.FindingsPanel(self.report),
            "HealthPanel": cv.HealthPanel(),
            "HistoryViewer": self.viewer,
            "LayerSelector": cv.LayerSelector([{"path": "conv"}]),
            "ModelInspector": self.inspector,
            "ParameterGrid": cv.ParameterGrid(VALUES),
            "SampleSelection": cv.SampleSelection(),
            "Selection": cv.Selection(),
            "Timeline": cv.Timeline(),
            "TrainingBar": cv.TrainingBar(),
        }

    def all(self) -> None:
        """Make all of it now: what is open after a refusal is then the refused one's."""
        for name in dir(type(self)):
            if name[0] != "_" and name != "all":
                getattr(self, name)


THINGS = Things()


def its(name: str) -> Any:
    return THINGS.widgets[name]


@dataclass(frozen=True)
class Rule:
    """What an argument is expected to be, as every refusal says it, and values that it is not."""

    expected: str
    wrong: tuple[Any, ...]


def one_only(y_pred: Any) -> float:
    """No loss: it compares nothing."""
    return 0.0


class OneOnly:
    """The same, as an object that can be called."""

    def __call__(self, y_pred: Any) -> float:
        return one_only(y_pred)


class Opaque:
    """Nothing that anybody knows."""


def failing_dataset() -> Any:
    def batches() -> Any:
        yield IMAGES[:2]
        raise RuntimeError("the disk is gone")

    signature = tf.TensorSpec((None, 6, 6, 1), "float32")
    return tf.data.Dataset.from_generator(batches, output_signature=signature)


AXIS, SELECTION = cv.ColumnAxis(), cv.Selection()
MASKED = np.ma.masked_greater(VALUES, 0.5)
NO_NUMBERS = (
    np.array([1j]), np.array(["a"]), np.array([None, 1]), [[1], [1, 2]], Opaque, MASKED, b"\1\2",
    iter([1.0, 2.0]), {1: 2.0}.values(), np.zeros((2, 2), "m8[s]"), [[10**400, 1]],
)  # fmt: skip
NO_WHOLE = (NAN, 2.5, "8", None, True, [1], np.array([1, 2]), -1)
NO_NUMBER = (NAN, "1", True, 1j, [1], np.True_, 10**400, -(10**400))

RULES = {
    # Arrays
    "values": Rule(
        "values must", (*NO_NUMBERS, "text", 5.0, np.zeros((0, 3)), {"a": 1}, {1, 2},
                        np.array(["2020-01-01"], "datetime64[D]"))
    ),
    "bias": Rule("bias must", (*NO_NUMBERS, "text", 5.0, np.zeros(3))),
    "like": Rule("order must be whole numbers between 0 and 4", ([9], [-1], [0.5], "ab", [[0, 1]])),
    "columns": Rule("columns must be whole numbers between 0 and 4", ([9], [-1], [0.5], "ab")),
    "rows": Rule("rows must be whole numbers between 0 and 3", ([4], [-1], [True], "ab")),
    "channels": Rule(
        "must be whole numbers between 0 and 3", ([4], [-1], [0.5], ["a"], "ab", [[0, 1]], [True])
    ),
    "inputs": Rule("input", (
        "images", IMAGES[:, :5], IMAGES[:0], np.array([None] * 8), 1j * IMAGES, 5.0, [], {},
        np.ma.masked_greater(IMAGES, 0.5),
        Opaque, failing_dataset(),
    )),
    "targets": Rule("targets", (
        np.zeros(3), np.array(["a"] * 8), 1j * np.zeros(8), [[1], [1, 2]], "labels", 5,
        np.array([None] * 8), {"tail": np.zeros(8)}, Opaque,
    )),
    "inputs of points": Rule("inputs must", ("images", IMAGES[:3], IMAGES[:0], 1j * IMAGES, 5.0,
                                             np.array([None] * 8))),
    "predictions": Rule("predictions must", ([0, 1], [0.5] * 8, "cats", 5, 1j * np.ones((8, 3)))),
    "sample_selection": Rule("sample_selection must be a SampleSelection", (SELECTION, 5, "all")),
    "labels": Rule("label", ([0, 1], [0.5] * 8, [9] * 8, [-1] * 8, "cats", 5, {"a": 1},
                             np.eye(8)[:, :3], [[1], [1, 2]] * 4)),
    "class_names": Rule("class_names must be", ({"a": 1}, "abc", 5, ["a", 1], {"a", "b"}, [None])),
    "loss": Rule("loss must be", (
        "nope", 5, keras.losses.MeanSquaredError, "mean_squared_eror", len, one_only,
        lambda y_true, y_pred, weights: 0.0, lambda *, y_true, y_pred: 0.0, OneOnly(),
    )),
    "steps": Rule("steps must", ([NAN, 1], [1, 0], [-1, 0], [0.5, 1], ["a", "b"], [[0, 1]], 5,
                                 [True, False], None, [1j, 2])),
    # Numbers
    "memory": Rule("memory must be a whole number of bytes, 0 or more", NO_WHOLE),
    "memory_budget": Rule("memory_budget must be a whole number of bytes, 0 or more", NO_WHOLE),
    "limit_bytes": Rule("limit_bytes must be a whole number of bytes, 0 or more", NO_WHOLE),
    "budget of bytes": Rule("budget must be a whole number of bytes, 1 or more", (*NO_WHOLE, 0)),
    "budget": Rule("budget must be the share of the training time",
                   (NAN, "5 %", -0.1, 1.5, True, 10**400)),
    "every": Rule("every must be 'epoch', 'batch' or a whole number of batches, 1 or more",
                  (0, "minute", NAN, None, True)),
    "quick samples": Rule("samples must be 'all' or a whole number", (0, "few", 2.5, True, NAN)),
    "samples": Rule("samples must be a whole number, 1 or more", (0, "8", 2.5, True, NAN)),
    "step": Rule("step must be a whole number", (NAN, 2.5, "8", True, [1])),
    "seed": Rule("seed must be a whole number, 0 or more", (-1, NAN, "0", 1.5, None)),
    "several samples": Rule("samples must be a whole number of samples, 2 or more",
                            (1, "8", 2.5, True, NAN, None)),
    "shift": Rule("shift must be a whole number of positions, 0 or more",
                  (-1, NAN, "1", 1.5, None, True)),
    "sample": Rule("sample must be whole numbers between 0 and 7", (8, -1, 0.5, "a", True, None)),
    "one sample": Rule("sample must be whole numbers between 0 and 7", (8, -1, 0.5, "a", True)),
    "position": Rule("place must be",
                     (0, (0,), (-1, 0), (0, 99), (0.5, 0), "ab", (True, False), {0})),
    "target": Rule("target must be", ("best", 0.5, 3, -1, True, [1])),
    "size": Rule("size must be", (0, 7, 2.5, True, "3", (3, 3, 3))),
    "stride": Rule("stride must be", (0, 2.5, True, "3", (3, 3, 3))),
    "output": Rule("output must be", (1, -1, 0.5, True, "head")),
    "count": Rule("count must be a whole number of samples, 1 or more", (0, NAN, "8", None)),
    "count of several": Rule("count must be a whole number of samples, 2 or more",
                             (1, NAN, "8", None)),
    "directions": Rule("directions must be a whole number, 1 or more", (0, NAN, "8", None)),
    "index": Rule("each index must be", (-1, 4, 0.5, "0", None, True)),
    "channel": Rule("channel must be", (-1, 4, 0.5, "0", True)),
    "ascent steps": Rule("steps must be a whole number, 1 or more", (0, NAN, "8", None, True)),
    "ascent start": Rule("start must be", ("bottom", [1, 2], {"a": 1})),
    "ascent moment": Rule("moment must be a whole number, 0 or more", (-1, NAN, "last", True)),
    "objective": Rule("objective must be 'once' or 'everywhere'", ("twice", 5, None)),
    "labels of samples": Rule("labels must be one whole number for each", ([1, 2], "cats", 5)),
    "rank": Rule("rank must be", (-1, 9, 0.5, "0", None, True)),
    "points": Rule("points must be a whole number, 16 or more", (3, NAN, "8", None)),
    "first_step": Rule("first_step must be a whole number of steps, 0 or more", (-1, NAN, "8")),
    "smallest_interval": Rule("smallest_interval must be a number of seconds, 0 or more",
                              (-1, *NO_NUMBER)),
    "height": Rule("height", (-1, NAN, "tall", None, True)),
    "start": Rule("start", (-1, *NO_NUMBER, float("inf"))),
    "cut": Rule("cut", (*NO_NUMBER, float("inf"))),
    "hovered": Rule("hovered", (-2, NAN, "3", None, True)),
    "selected": Rule("selected", ((-1,), (NAN,), ("3",), 3, (True,), None)),
    # Words
    "layer": Rule("layer", ("cnov", 5, Opaque, ["conv"], "")),
    "view": Rule(
        "view must be one of 'outputs', 'weights', 'attention'", ("inputs", None, 5, ["outputs"])
    ),
    "how": Rule("how must be one of 'silence', 'mean', 'merge'", ("quieten", None, 5)),
    "how to take out": Rule("how must be 'silence' or 'mean'", ("remove", None, 5)),
    "how to prune": Rule("how must be 'remove' or 'merge'", ("silence", None, 5)),
    "fill": Rule("fill must be", ("zero", NAN, True, [0], Opaque)),
    "projection": Rule("rule must be one of 'plain', 'guided', 'deconv'", ("relu", None, 5)),
    "source": Rule("source must be one of the model's inputs", ("images", 5, ["image"])),
    "one source": Rule("source must be 'input'", ("images", 5, ["image"])),
    "kind": Rule("kind must be one of 'dead', 'non-finite', 'frozen'", ("sick", None, 5)),
    "folder": Rule("folder must be", ("", "  ", 5, b"history", ["history"], "a\0b")),
    "flag": Rule("must be True or False", ("no", 1, None)),
    "text": Rule("must be a string", (5, None, b"x")),
    "texts": Rule("strings", ("abc", 5, [1, 2], {"a": 1})),
    # Things
    "labels of classes": Rule("labels", ([0.5] * 8, [-1] * 8, "cats", {"a": 1}, [[1], [1, 2]] * 4)),
    "columns of a map": Rule("columns must be", (1, 25, "8", 2.5, True, None)),
    "groups": Rule("groups", (0, -1, 2.5, True, "wards", [3], ("ward", 3), {"conv": 0})),
    "pins": Rule("pins", (5, [0], {"conv": 3}, {"conv": {0: -1}}, {"conv": {"a": 0}})),
    "pinned layer": Rule("layer", ({"cnov": {0: 1}},)),
    "expanded": Rule("expanded must be", (5, "conv")),
    "expanded layers": Rule("layer", (["cnov"], [None])),
    "earlier map": Rule("previous must be a NetworkRecord", (5, "last", {})),
    "features": Rule("features must", (5, IMAGES[:3], 1j * IMAGES, {"a": 1}, Opaque)),
    "survey": Rule("survey must be a Survey", (5, "survey", {})),
    "layers of a survey": Rule("layer", (5, "conv", [5], {"path": "conv"}, [None])),
    "other": Rule("other must be a Survey", (None, 5, "survey", {})),
    "model": Rule("model must be a", (None, "vgg16", keras.Model, 5, kl.Dense(2))),
    "probe": Rule("probe must be a ModelProbe", (None, 5, "conv", Opaque)),
    "selection": Rule("selection must be a Selection", (AXIS, 5, "all", cv.Selection)),
    "axis": Rule("axis must be a ColumnAxis", (SELECTION, 5, "x", cv.ColumnAxis)),
    "selector": Rule("selector must be a LayerSelector", (SELECTION, 5)),
    "timeline": Rule("timeline must be a Timeline", (SELECTION, 5)),
    "record": Rule("record must be a LayerRecord", (None, 5, VALUES)),
    "report": Rule("report must be a Report", (5, "fine", [])),
    "history": Rule("history must be a History", (None, "history", 5, cv.History)),
    "moment": Rule("moment must be a Moment", (None, 5, "last")),
    "comparison": Rule("comparison must be a ModelComparison", (None, 5, (1, 2))),
    "inspector": Rule("inspector must be a ModelInspector", (None, 5, cv.ModelInspector)),
    "density": Rule("density must be a ChannelDensity", (None, VALUES)),
    "tree": Rule("tree must be a ChannelTree", (None, VALUES)),
    "measures": Rule("measures", (5, VALUES, {"conv": 5})),
    "health": Rule("health", (5, {"conv": 5})),
    "progress": Rule("progress must be a TrainingProgress", (None, 5, 0.5)),
    "place": Rule("place must be a Place", (None, "conv", ("conv",), 5)),
    "function": Rule("must be a function or None", (5, "print", [print])),
    "layers": Rule("layers", (5, "conv", [5], {"path": "conv"}, [None])),
    "side": Rule("must be a ModelInspector, a ModelProbe, a Keras model, a Survey or a moment",
                 (None, 5, "v1", keras.Model)),
    "lockable": Rule("model must be a Keras model", (None, "vgg16", 5)),
}  # fmt: skip


def with_targets(**wrong: Any) -> Any:
    return cv.diagnose(THINGS.model, IMAGES, **wrong)


def view(kind: type) -> dict[str, Callable[[Any], Any]]:
    """What every view of a layer takes."""
    name = kind.__name__
    return {
        "values": kind,
        "values: show": lambda wrong: its(name).show(wrong),
        "selection": lambda wrong: kind(selection=wrong),
    }


TAKES: dict[str, dict[str, Callable[[Any], Any]]] = {
    "AblationBar": {
        "selection": lambda wrong: cv.AblationBar(wrong),
        "function": lambda wrong: cv.AblationBar(on_ask=wrong),
    },
    "ChannelGrid": {
        **view(cv.ChannelGrid),
        "axis": lambda wrong: cv.ChannelGrid(VALUES, axis=wrong),
        "height": lambda wrong: cv.ChannelGrid(height=wrong),
        "height: set": lambda wrong: setattr(its("ChannelGrid"), "height", wrong),
    },
    "ColumnAxis": {
        "start": lambda wrong: cv.ColumnAxis(start=wrong),
        "start: set": lambda wrong: setattr(its("ColumnAxis"), "start", wrong),
    },
    "ComparisonPanel": {
        "comparison": lambda wrong: cv.ComparisonPanel(wrong),
        "layer": lambda wrong: cv.ComparisonPanel(THINGS.panel.comparison, layer=wrong),
        "texts": lambda wrong: cv.ComparisonPanel(THINGS.panel.comparison, sample_labels=wrong),
        "class_names": lambda wrong: cv.ComparisonPanel(THINGS.panel.comparison, class_names=wrong),
    },
    "Dendrogram": {
        **view(cv.Dendrogram),
        "axis": lambda wrong: cv.Dendrogram(axis=wrong),
        "cut": lambda wrong: cv.Dendrogram(cut=wrong),
        "height": lambda wrong: cv.Dendrogram(height=wrong),
    },
    "DensityPanel": {
        **view(cv.DensityPanel),
        "axis": lambda wrong: cv.DensityPanel(VALUES, axis=wrong),
        "flag": lambda wrong: cv.DensityPanel(VALUES, log_y=wrong),
        "flag: set": lambda wrong: setattr(its("DensityPanel"), "log_y", wrong),
        "class_names: set": lambda wrong: setattr(its("DensityPanel"), "class_names", wrong),
    },
    "FindingsPanel": {
        "report": lambda wrong: cv.FindingsPanel(wrong),
        "report: show": lambda wrong: its("FindingsPanel").show(wrong),
        "height": lambda wrong: cv.FindingsPanel(height=wrong),
    },
    "HealthPanel": {
        "selector": lambda wrong: cv.HealthPanel(selector=wrong),
        "timeline": lambda wrong: cv.HealthPanel(timeline=wrong),
        "text": lambda wrong: cv.HealthPanel(number=wrong),
        "steps": lambda wrong: its("HealthPanel").show(wrong, ["a"], {"zero_share": [[0], [0]]}),
        "texts": lambda wrong: its("HealthPanel").show([0], wrong, {"zero_share": [[0]]}),
    },
    "History": {
        "layers": lambda wrong: cv.History(wrong),
        "memory": lambda wrong: cv.History([], memory=wrong),
        "memory: open": lambda wrong: cv.History.open("history", memory=wrong),
        "folder": lambda wrong: cv.History([], folder=wrong),
        "folder: open": lambda wrong: cv.History.open(wrong),
        "text": lambda wrong: cv.History([], model=wrong),
        "moment": lambda wrong: THINGS.history.append(wrong),
        "step": lambda wrong: THINGS.history.at(wrong),
        "place": lambda wrong: THINGS.history.holds(wrong),
        "kind": lambda wrong: THINGS.history.first(wrong),
    },
    "HistoryViewer": {
        "history": lambda wrong: cv.HistoryViewer(wrong),
        "layer": lambda wrong: cv.HistoryViewer(THINGS.history, layer=wrong),
    },
    "LayerSelector": {
        "layers": lambda wrong: cv.LayerSelector(wrong),
        "layers: show": lambda wrong: its("LayerSelector").show_layers(wrong),
        "height": lambda wrong: cv.LayerSelector(height=wrong),
        "measures": lambda wrong: its("LayerSelector").show_measures(wrong),
        "health": lambda wrong: its("LayerSelector").show_health(wrong),
        "report": lambda wrong: its("LayerSelector").show_findings(wrong),
    },
    "ModelInspector": {
        "model": lambda wrong: cv.ModelInspector(wrong, IMAGES),
        "inputs": lambda wrong: cv.ModelInspector(THINGS.model, wrong),
        "targets": lambda wrong: cv.ModelInspector(THINGS.model, IMAGES, targets=wrong),
        "targets: set": lambda wrong: setattr(THINGS.inspector, "targets", wrong),
        "labels": lambda wrong: cv.ModelInspector(
            THINGS.model, IMAGES, labels=wrong, class_names=["a", "b", "c"]
        ),
        "class_names": lambda wrong: cv.ModelInspector(THINGS.model, IMAGES, class_names=wrong),
        "layer": lambda wrong: cv.ModelInspector(THINGS.model, IMAGES, layer=wrong),
        "layer: set": lambda wrong: setattr(THINGS.inspector, "layer", wrong),
        "view": lambda wrong: cv.ModelInspector(THINGS.model, IMAGES, view=wrong),
        "every": lambda wrong: THINGS.inspector.monitor(wrong),
        "budget": lambda wrong: THINGS.inspector.monitor(budget=wrong),
        "quick samples": lambda wrong: THINGS.inspector.monitor(samples=wrong),
        "memory": lambda wrong: THINGS.inspector.monitor(memory=wrong),
        "folder": lambda wrong: THINGS.inspector.monitor(folder=wrong),
    },
    "ModelProbe": {
        "model": lambda wrong: cv.ModelProbe(wrong, IMAGES),
        "inputs": lambda wrong: cv.ModelProbe(THINGS.model, wrong),
        "samples": lambda wrong: cv.ModelProbe(THINGS.model, IMAGES, samples=wrong),
        "memory_budget": lambda wrong: cv.ModelProbe(THINGS.model, IMAGES, memory_budget=wrong),
        "layer: info": lambda wrong: THINGS.probe.info(wrong),
        "layer: outputs": lambda wrong: THINGS.probe.outputs(wrong),
        "layer: weights": lambda wrong: THINGS.probe.weights(wrong),
        "layer: parameters": lambda wrong: THINGS.probe.parameters(wrong),
        "count": lambda wrong: THINGS.probe.some(wrong),
    },
    "ParameterGrid": {
        **view(cv.ParameterGrid),
        "axis": lambda wrong: cv.ParameterGrid(axis=wrong),
        "bias": lambda wrong: cv.ParameterGrid(VALUES, wrong),
        "height": lambda wrong: cv.ParameterGrid(height=wrong),
        "cut": lambda wrong: cv.ParameterGrid(cut=wrong),
    },
    "Embedding": {
        **view(cv.Embedding),
        "axis": lambda wrong: cv.Embedding(VALUES, axis=wrong),
        "labels": lambda wrong: cv.Embedding(IMAGES, wrong, ["a", "b"]),
        "class_names": lambda wrong: cv.Embedding(IMAGES, np.zeros(8, int), wrong),
        "predictions": lambda wrong: cv.Embedding(IMAGES, predictions=wrong),
        "inputs of points": lambda wrong: cv.Embedding(IMAGES, inputs=wrong),
        "sample_selection": lambda wrong: cv.Embedding(sample_selection=wrong),
        "height": lambda wrong: cv.Embedding(height=wrong),
        "text": lambda wrong: its("Embedding").start(wrong),
    },
    "SampleSelection": {
        "hovered": lambda wrong: cv.SampleSelection(hovered=wrong),
        "selected": lambda wrong: cv.SampleSelection(selected=wrong),
        "text": lambda wrong: its("SampleSelection").start(wrong),
    },
    "Selection": {
        "hovered": lambda wrong: cv.Selection(hovered=wrong),
        "hovered: set": lambda wrong: setattr(its("Selection"), "hovered", wrong),
        "selected": lambda wrong: cv.Selection(selected=wrong),
        "text": lambda wrong: its("Selection").start(wrong),
    },
    "Timeline": {
        "function": lambda wrong: cv.Timeline(wrong),
        "steps": lambda wrong: its("Timeline").show(wrong, [True, True]),
    },
    "TrainingBar": {
        "function": lambda wrong: cv.TrainingBar(on_stop=wrong),
        "progress": lambda wrong: its("TrainingBar").show(wrong),
    },
    "TrainingMonitor": {
        "inspector": lambda wrong: cv.TrainingMonitor(wrong),
        "every": lambda wrong: cv.TrainingMonitor(THINGS.inspector, wrong),
        "budget": lambda wrong: cv.TrainingMonitor(THINGS.inspector, budget=wrong),
        "quick samples": lambda wrong: cv.TrainingMonitor(THINGS.inspector, samples=wrong),
        "first_step": lambda wrong: cv.TrainingMonitor(THINGS.inspector, first_step=wrong),
        "smallest_interval": lambda wrong: cv.TrainingMonitor(
            THINGS.inspector, smallest_interval=wrong
        ),
        "flag": lambda wrong: cv.TrainingMonitor(THINGS.inspector, first=wrong),
        "step": lambda wrong: THINGS.monitor.update(step=wrong),
    },
    "compare": {
        "side": lambda wrong: cv.compare(wrong, THINGS.model, inputs=IMAGES),
        "inputs": lambda wrong: cv.compare(THINGS.model, small_model("other"), inputs=wrong),
        "layer": lambda wrong: cv.compare(THINGS.history[0], THINGS.history[1], layer=wrong),
    },
    "diagnose": {
        "model": lambda wrong: cv.diagnose(wrong, IMAGES),
        "inputs": lambda wrong: cv.diagnose(THINGS.model, wrong),
        "targets": lambda wrong: cv.diagnose(THINGS.model, IMAGES, targets=wrong),
        "loss": lambda wrong: with_targets(targets=np.arange(8) % 3, loss=wrong),
        "flag": lambda wrong: cv.diagnose(THINGS.model, IMAGES, reference=wrong),
        "seed": lambda wrong: cv.diagnose(THINGS.model, IMAGES, seed=wrong),
        "class_names": lambda wrong: cv.diagnose(THINGS.model, IMAGES, class_names=wrong),
    },
    "survey": {
        "model": lambda wrong: cv.survey(wrong, IMAGES),
        "labels of classes": lambda wrong: cv.survey(THINGS.model, IMAGES, labels=wrong),
        "function": lambda wrong: cv.survey(THINGS.model, IMAGES, progress=wrong),
        "layers of a survey": lambda wrong: cv.survey(THINGS.model, IMAGES, layers=wrong),
    },
    "Survey": {"other": lambda wrong: cv.survey(THINGS.model, IMAGES).merge(wrong)},
    "model.survey": {
        "labels of classes": lambda wrong: mo.survey(THINGS.model, IMAGES, labels=wrong),
        "function": lambda wrong: mo.survey(THINGS.model, IMAGES, key=wrong),
    },
    "open_history": {"folder": lambda wrong: cv.open_history(wrong)},
    # analysis
    "analysis.ChannelTree": {"like": lambda wrong: an.cosine_linkage(VALUES).near(wrong)},
    "analysis.LayerRecord": {
        "values": lambda wrong: an.LayerRecord.of(wrong),
        "like": lambda wrong: an.LayerRecord.of(VALUES, like=wrong),
        "text": lambda wrong: an.LayerRecord.of(VALUES, wrong),
    },
    "analysis.Moment": {
        "step": lambda wrong: an.Moment(wrong),
        "health": lambda wrong: an.Moment(0, health=wrong),
    },
    "analysis.Onset": {
        "kind": lambda wrong: an.Onset(wrong, "conv", 0),
        "step": lambda wrong: an.Onset("dead", "conv", wrong),
    },
    "analysis.ParameterRecord": {
        "values": lambda wrong: an.ParameterRecord.of(wrong),
        "bias": lambda wrong: an.ParameterRecord.of(VALUES, bias=wrong),
        "like": lambda wrong: an.ParameterRecord.of(VALUES, like=wrong),
        "texts": lambda wrong: an.ParameterRecord.of(VALUES, column_names=wrong),
    },
    "analysis.SampleChoice": {"count": lambda wrong: an.SampleChoice.evenly(wrong, 8)},
    "analysis.History": {
        "memory": lambda wrong: an.History([], memory=wrong),
        "folder": lambda wrong: an.History([], folder=wrong),
    },
    "analysis.channel_density": {
        "values": lambda wrong: an.channel_density(wrong),
        "points": lambda wrong: an.channel_density(VALUES, wrong),
        "function": lambda wrong: an.channel_density(VALUES, progress=wrong),
    },
    "analysis.channel_measures": {
        "values": lambda wrong: an.channel_measures(wrong),
        "flag": lambda wrong: an.channel_measures(VALUES, spread=wrong),
    },
    "analysis.cosine_linkage": {
        "values": lambda wrong: an.cosine_linkage(wrong),
        "function": lambda wrong: an.cosine_linkage(VALUES, progress=wrong),
    },
    "analysis.dendrogram_geometry": {"tree": lambda wrong: an.dendrogram_geometry(wrong)},
    "analysis.density_fan": {
        "density": lambda wrong: an.density_fan(wrong),
        "points": lambda wrong: an.density_fan(an.channel_density(VALUES), wrong),
    },
    "analysis.keep": {
        "record": lambda wrong: an.keep(wrong),
        "budget of bytes": lambda wrong: an.keep(THINGS.record, wrong),
    },
    "analysis.picture_values": {"record": lambda wrong: an.picture_values(wrong)},
    "analysis.record_arrays": {"record": lambda wrong: an.record_arrays(wrong)},
    "analysis.tile_sheet": {
        "values": lambda wrong: an.tile_sheet(wrong),
        "columns": lambda wrong: an.tile_sheet(VALUES, columns=wrong),
        "rows": lambda wrong: an.tile_sheet(VALUES, rows=wrong),
        "budget of bytes": lambda wrong: an.tile_sheet(VALUES, budget=wrong),
    },
    # model
    "model.ModelProbe": {
        "model": lambda wrong: mo.ModelProbe(wrong, IMAGES),
        "memory_budget": lambda wrong: mo.ModelProbe(THINGS.model, IMAGES, memory_budget=wrong),
    },
    "model.MomentReader": {
        "probe": lambda wrong: mo.MomentReader(wrong),
        "step": lambda wrong: mo.MomentReader(THINGS.probe).read(step=wrong),
        "samples": lambda wrong: mo.MomentReader(THINGS.probe).read(step=0, samples=wrong),
    },
    "model.Pace": {
        "budget": lambda wrong: mo.Pace(wrong),
        "every": lambda wrong: mo.Pace(0.1, wrong),
        "smallest_interval": lambda wrong: mo.Pace(0.1, "batch", wrong),
    },
    "model.TrainingMonitor": {
        "inspector": lambda wrong: mo.TrainingMonitor(wrong),
        "every": lambda wrong: mo.TrainingMonitor(THINGS.inspector, wrong),
        "budget": lambda wrong: mo.TrainingMonitor(THINGS.inspector, budget=wrong),
    },
    "model.ablate": {
        "probe": lambda wrong: mo.ablate(wrong, "conv", [0]),
        "layer": lambda wrong: mo.ablate(THINGS.probe, wrong, [0]),
        "channels": lambda wrong: mo.ablate(THINGS.probe, "conv", wrong),
        "how": lambda wrong: mo.ablate(THINGS.probe, "conv", [0], wrong),
        "targets": lambda wrong: mo.ablate(THINGS.probe, "conv", [0], targets=wrong),
        "loss": lambda wrong: mo.ablate(
            THINGS.probe, "conv", [0], targets=np.arange(8) % 3, loss=wrong
        ),
    },
    "model.occlude": {
        "probe": lambda wrong: mo.occlude(wrong, 0),
        "sample": lambda wrong: mo.occlude(THINGS.probe, wrong),
        "layer": lambda wrong: mo.occlude(THINGS.probe, 0, path=wrong, channel=0),
        "channel": lambda wrong: mo.occlude(THINGS.probe, 0, path="conv", channel=wrong),
        "target": lambda wrong: mo.occlude(THINGS.probe, 0, target=wrong),
        "size": lambda wrong: mo.occlude(THINGS.probe, 0, size=wrong),
        "stride": lambda wrong: mo.occlude(THINGS.probe, 0, stride=wrong),
        "fill": lambda wrong: mo.occlude(THINGS.probe, 0, fill=wrong),
        "source": lambda wrong: mo.occlude(THINGS.probe, 0, source=wrong),
        "output": lambda wrong: mo.occlude(THINGS.probe, 0, output=wrong),
    },
    "model.occlude_finer": {
        "probe": lambda wrong: mo.occlude_finer(wrong, 0),
        "sample": lambda wrong: mo.occlude_finer(THINGS.probe, wrong),
        "size": lambda wrong: mo.occlude_finer(THINGS.probe, 0, size=wrong),
    },
    "model.project_back": {
        "probe": lambda wrong: mo.project_back(wrong, "conv", 0, 0),
        "layer": lambda wrong: mo.project_back(THINGS.probe, wrong, 0, 0),
        "channel": lambda wrong: mo.project_back(THINGS.probe, "conv", wrong, 0),
        "sample": lambda wrong: mo.project_back(THINGS.probe, "conv", 0, wrong),
        "position": lambda wrong: mo.project_back(THINGS.probe, "conv", 0, 0, place=wrong),
        "projection": lambda wrong: mo.project_back(THINGS.probe, "conv", 0, 0, rule=wrong),
        "one source": lambda wrong: mo.project_back(THINGS.probe, "conv", 0, 0, source=wrong),
        "flag": lambda wrong: mo.project_back(THINGS.probe, "conv", 0, 0, fresh=wrong),
    },
    "model.projective_field": {
        "probe": lambda wrong: mo.projective_field(wrong, "conv", 0),
        "layer": lambda wrong: mo.projective_field(THINGS.probe, wrong, 0),
        "channel": lambda wrong: mo.projective_field(THINGS.probe, "conv", wrong),
        "one sample": lambda wrong: mo.projective_field(THINGS.probe, "conv", 0, sample=wrong),
        "position": lambda wrong: mo.projective_field(THINGS.probe, "conv", 0, place=wrong),
        "how to take out": lambda wrong: mo.projective_field(THINGS.probe, "conv", 0, how=wrong),
        "output": lambda wrong: mo.projective_field(THINGS.probe, "conv", 0, output=wrong),
        "ascent moment": lambda wrong: mo.projective_field(THINGS.probe, "conv", 0, moment=wrong),
    },
    "model.prune": {
        "probe": lambda wrong: mo.prune(wrong, "conv", [0]),
        "layer": lambda wrong: mo.prune(THINGS.probe, wrong, [0]),
        "channels": lambda wrong: mo.prune(THINGS.probe, "conv", wrong),
        "how to prune": lambda wrong: mo.prune(THINGS.probe, "conv", [0], how=wrong),
        "targets": lambda wrong: mo.prune(THINGS.probe, "conv", [0], targets=wrong),
        "loss": lambda wrong: mo.prune(
            THINGS.probe, "conv", [0], targets=np.arange(8) % 3, loss=wrong
        ),
    },
    "model.redundant": {
        "probe": lambda wrong: mo.redundant(wrong, "conv"),
        "layer": lambda wrong: mo.redundant(THINGS.probe, wrong),
        "several samples": lambda wrong: mo.redundant(THINGS.probe, "conv", samples=wrong),
        "shift": lambda wrong: mo.redundant(THINGS.probe, "conv", shift=wrong),
        "flag": lambda wrong: mo.redundant(THINGS.probe, "conv", fresh=wrong),
        "seed": lambda wrong: mo.redundant(THINGS.probe, "conv", seed=wrong),
    },
    "model.attention_weights": {
        "probe": lambda wrong: mo.attention_weights(wrong, "conv"),
        "layer": lambda wrong: mo.attention_weights(THINGS.probe, wrong),
    },
    "model.analysis_order": {"layers": lambda wrong: mo.analysis_order(wrong)},
    "model.diagnose": {
        "model": lambda wrong: mo.diagnose(wrong, IMAGES),
        "targets": lambda wrong: mo.diagnose(THINGS.probe, targets=wrong),
        "loss": lambda wrong: mo.diagnose(THINGS.probe, targets=np.arange(8) % 3, loss=wrong),
        "seed": lambda wrong: mo.diagnose(THINGS.probe, seed=wrong),
        "function": lambda wrong: mo.diagnose(THINGS.probe, progress=wrong),
        "class_names": lambda wrong: mo.diagnose(THINGS.probe, class_names=wrong),
    },
    "ChannelCard": {
        "probe": lambda wrong: cv.ChannelCard(wrong, "conv", 0),
        "layer": lambda wrong: cv.ChannelCard(THINGS.probe, wrong, 0),
        "channel": lambda wrong: cv.ChannelCard(THINGS.probe, "conv", wrong),
        "labels of samples": lambda wrong: cv.ChannelCard(THINGS.probe, "conv", 0, labels=wrong),
        "class_names": lambda wrong: cv.ChannelCard(THINGS.probe, "conv", 0, class_names=wrong),
        "survey": lambda wrong: cv.ChannelCard(THINGS.probe, "conv", 0, survey=wrong),
    },
    "model.ascend": {
        "probe": lambda wrong: mo.ascend(wrong, "conv", [0]),
        "layer": lambda wrong: mo.ascend(THINGS.probe, wrong, [0]),
        "channels": lambda wrong: mo.ascend(THINGS.probe, "conv", wrong),
        "ascent steps": lambda wrong: mo.ascend(THINGS.probe, "conv", [0], steps=wrong),
        "seed": lambda wrong: mo.ascend(THINGS.probe, "conv", [0], steps=1, seed=wrong),
        "ascent start": lambda wrong: mo.ascend(THINGS.probe, "conv", [0], start=wrong),
        "objective": lambda wrong: mo.ascend(THINGS.probe, "conv", [0], objective=wrong),
        "flag": lambda wrong: mo.ascend(THINGS.probe, "conv", [0], negative=wrong),
        "survey": lambda wrong: mo.ascend(THINGS.probe, "conv", [0], survey=wrong),
        "ascent moment": lambda wrong: mo.ascend(THINGS.probe, "conv", [0], moment=wrong),
    },
    "model.fresh_probe": {
        "probe": lambda wrong: mo.fresh_probe(wrong),
        "seed": lambda wrong: mo.fresh_probe(THINGS.probe, seed=wrong),
        "limit_bytes": lambda wrong: mo.fresh_probe(THINGS.probe, limit_bytes=wrong),
    },
    "model.layer_coherence": {
        "probe": lambda wrong: mo.layer_coherence(wrong, "conv"),
        "layer": lambda wrong: mo.layer_coherence(THINGS.probe, wrong),
        "labels of classes": lambda wrong: mo.layer_coherence(THINGS.probe, "conv", labels=wrong),
        "features": lambda wrong: mo.layer_coherence(THINGS.probe, "conv", features=wrong),
        "count of several": lambda wrong: mo.layer_coherence(THINGS.probe, "conv", count=wrong),
        "directions": lambda wrong: mo.layer_coherence(THINGS.probe, "conv", directions=wrong),
    },
    "NetworkMap": {
        "model": lambda wrong: cv.NetworkMap(wrong, IMAGES),
        "inputs": lambda wrong: cv.NetworkMap(THINGS.model, wrong),
        "labels of classes": lambda wrong: cv.NetworkMap(THINGS.model, IMAGES, labels=wrong),
        "class_names": lambda wrong: cv.NetworkMap(THINGS.model, IMAGES, class_names=wrong),
        "groups": lambda wrong: cv.NetworkMap(THINGS.model, IMAGES, groups=wrong),
        "columns of a map": lambda wrong: cv.NetworkMap(THINGS.model, IMAGES, columns=wrong),
        "survey": lambda wrong: cv.NetworkMap(THINGS.model, IMAGES, survey=wrong),
        "selection": lambda wrong: cv.NetworkMap(THINGS.model, IMAGES, selection=wrong),
        "layer": lambda wrong: THINGS.map.groups(wrong),
        "layer: unfolded": lambda wrong: THINGS.map.expand(wrong),
        "channels: moved": lambda wrong: THINGS.map.move("conv", wrong, 0),
    },
    "model.map_network": {
        "probe": lambda wrong: mo.map_network(wrong),
        "labels of classes": lambda wrong: mo.map_network(THINGS.probe, labels=wrong),
        "class_names": lambda wrong: mo.map_network(THINGS.probe, class_names=wrong),
        "groups": lambda wrong: mo.map_network(THINGS.probe, groups=wrong),
        "columns of a map": lambda wrong: mo.map_network(THINGS.probe, columns=wrong),
        "survey": lambda wrong: mo.map_network(THINGS.probe, survey=wrong),
        "earlier map": lambda wrong: mo.map_network(THINGS.probe, previous=wrong),
        "pins": lambda wrong: mo.map_network(THINGS.probe, pins=wrong),
        "pinned layer": lambda wrong: mo.map_network(THINGS.probe, pins=wrong),
        "expanded": lambda wrong: mo.map_network(THINGS.probe, expanded=wrong),
        "expanded layers": lambda wrong: mo.map_network(THINGS.probe, expanded=wrong),
        "flag": lambda wrong: mo.map_network(THINGS.probe, effects=wrong),
        "function": lambda wrong: mo.map_network(THINGS.probe, progress=wrong),
    },
    "model.network_stations": {
        "probe": lambda wrong: mo.network_stations(wrong),
        "columns of a map": lambda wrong: mo.network_stations(THINGS.probe, columns=wrong),
        "expanded": lambda wrong: mo.network_stations(THINGS.probe, expanded=wrong),
        "expanded layers": lambda wrong: mo.network_stations(THINGS.probe, expanded=wrong),
    },
    "model.model_lock": {"lockable": lambda wrong: mo.model_lock(wrong)},
    "model.receptive_field": {
        "probe": lambda wrong: mo.receptive_field(wrong, "conv"),
        "layer": lambda wrong: mo.receptive_field(THINGS.probe, wrong),
        "index": lambda wrong: mo.receptive_field(THINGS.probe, "conv").at(0, wrong),
        "channel": lambda wrong: mo.receptive_field(THINGS.probe, "conv").at(0, 0, channel=wrong),
    },
    "model.strongest": {
        "probe": lambda wrong: mo.strongest(wrong, "conv"),
        "layer": lambda wrong: mo.strongest(THINGS.probe, wrong),
        "count": lambda wrong: mo.strongest(THINGS.probe, "conv", count=wrong),
        "survey": lambda wrong: mo.strongest(THINGS.probe, "conv", survey=wrong),
        "channel: patch": lambda wrong: mo.strongest(THINGS.probe, "conv").patch(wrong, 0),
        "rank": lambda wrong: mo.strongest(THINGS.probe, "conv").patch(0, wrong),
    },
}

PUBLIC_WIDGETS = (
    cv.AblationBar, cv.ChannelGrid, cv.ColumnAxis, cv.ComparisonPanel, cv.Dendrogram,
    cv.DensityPanel, cv.Embedding, cv.FindingsPanel, cv.HealthPanel, cv.HistoryViewer,
    cv.LayerSelector, cv.ModelInspector, cv.ParameterGrid, cv.SampleSelection, cv.Selection,
    cv.Timeline, cv.TrainingBar,
)  # fmt: skip

# Of one name alone: what is called, what was given, and what is said to be expected.
ALONE: list[tuple[str, Callable[[], Any], str, str]] = [
    # Keywords and attributes that there are not
    *(
        (kind.__name__, lambda kind=kind: kind(colourmapp=1), "'colourmapp'", "takes|did you mean")
        for kind in PUBLIC_WIDGETS
    ),
    *(
        (kind.__name__, lambda kind=kind: setattr(its(kind.__name__), "nonsense", 1),
         "'nonsense'", "there are|did you mean")
        for kind in PUBLIC_WIDGETS
    ),
    ("LayerSummary", lambda: cv.survey(THINGS.model, IMAGES).layers["head"].quantile(1.5), "1.5",
     "q must be"),
    ("ChannelGrid", lambda: cv.ChannelGrid(VALUES, colourmap="grey"), "'colourmap'",
     "did you mean 'colormap'"),
    ("ChannelGrid", lambda: setattr(its("ChannelGrid"), "colourmap", "grey"), "'colourmap'",
     "did you mean 'colormap'"),
    ("ChannelGrid", lambda: cv.ChannelGrid(colormap="jet"), "'jet'", "'viridis'"),
    ("ChannelGrid", lambda: setattr(its("ChannelGrid"), "record", VALUES), "record", "to be read"),
    ("ChannelGrid", lambda: setattr(its("ChannelGrid"), "values", VALUES), "values",
     "make another"),
    ("ChannelGrid", lambda: setattr(its("ChannelGrid"), "axis", SELECTION), "axis",
     "ColumnAxis"),
    ("ChannelGrid", lambda: cv.ChannelGrid(layout={"widht": "9px"}), "'widht'",
     "did you mean 'width'"),
    ("ChannelGrid", lambda: cv.ChannelGrid(layout={"width": 9}), "9", "width of a Layout must be"),
    ("ChannelGrid", lambda: its("ChannelGrid").show_columns(None, None, [], []), "None",
     "LayerRecord"),
    ("ColumnAxis", lambda: cv.ColumnAxis(order_by="size"), "'size'", "'natural'"),
    ("ColumnAxis", lambda: cv.ColumnAxis(strat=1), "'strat'", "did you mean 'start'"),
    ("Dendrogram", lambda: cv.Dendrogram(VALUES, heigth=9), "'heigth'", "did you mean 'height'"),
    ("DensityPanel", lambda: cv.DensityPanel(VALUES, logy=True), "'logy'", "did you mean 'log_y'"),
    ("FindingsPanel", lambda: setattr(its("FindingsPanel"), "finding", 99), "99",
     "must be -1|there is none"),
    ("HealthPanel", lambda: its("HealthPanel").show([0], ["a"], {"x": [[1, 2]]}), "(1, 2)",
     "a row for each of 1 moments"),
    ("HealthPanel", lambda: its("HealthPanel").show([0], ["a"], [[1]]), "[[1]]", "must be a dict"),
    ("ModelInspector", lambda: setattr(THINGS.inspector, "inputs", IMAGES[0]), "(6, 6, 1)",
     "make a batch"),
    ("ModelInspector", lambda: THINGS.inspector.set_inputs(IMAGES, targets=[1, 2]), "(2,)",
     "each of the 8 samples"),
    ("ModelInspector", lambda: THINGS.inspector.choose_samples("worst"), "'worst'", "'wrong'"),
    ("ModelInspector", lambda: cv.ModelInspector(THINGS.model, IMAGES, pool=5), "5",
     "pool must hold arrays"),
    ("ModelInspector", lambda: cv.ModelInspector(THINGS.model, IMAGES, decode=5), "5",
     "decode must be a function"),
    ("ModelInspector", lambda: setattr(THINGS.inspector, "model", THINGS.model), "model",
     "make another ModelInspector"),
    ("ModelInspector", lambda: setattr(THINGS.inspector, "measures", {}), "measures", "to be read"),
    ("ModelInspector", lambda: setattr(THINGS.inspector, "probe", None), "probe", "to be read"),
    ("ModelInspector", lambda: setattr(THINGS.inspector, "lyer", "conv"), "'lyer'",
     "did you mean 'layer'"),
    ("ModelInspector", lambda: cv.ModelInspector(THINGS.model, IMAGES, class_name=["a"]),
     "'class_name'", "did you mean 'class_names'"),
    ("ModelInspector", lambda: THINGS.model.fit(IMAGES, np.zeros(8), callbacks=[THINGS.inspector]),
     "ModelInspector is no callback", "callbacks=[inspector.monitor()]"),
    ("ModelInspector",
     lambda: THINGS.model.fit(IMAGES, np.zeros(8), callbacks=[THINGS.inspector.monitor]),
     "monitor is a method", "call it, monitor()"),
    ("ModelInspector", lambda: THINGS.inspector.refresh(exact="no"), "'no'", "True or False"),
    ("ModelInspector", lambda: cv.ModelInspector(small_model(), IMAGES[0]), "(6, 6, 1)",
     "make a batch: inputs[None]"),
    ("ModelInspector", lambda: cv.ModelInspector(small_model(), IMAGES.transpose(0, 3, 1, 2)),
     "(8, 1, 6, 6)", "np.moveaxis(inputs, 1, -1)"),
    ("HistoryViewer", lambda: THINGS.model.fit(IMAGES, np.zeros(8), callbacks=[THINGS.viewer]),
     "HistoryViewer is no callback", "inspector.monitor()"),
    ("ModelInspector", lambda: THINGS.inspector.monitor(budgte=0.1), "'budgte'",
     "did you mean 'budget'"),
    ("ModelInspector", lambda: THINGS.inspector.monitor(layers="conv"), "['conv']", "several"),
    ("ModelInspector", lambda: THINGS.inspector.monitor(layers=5), "5", "several"),
    ("ModelInspector", lambda: THINGS.inspector.monitor(layers=["cnov"]), "'cnov'", "'conv'"),
    ("ModelProbe", lambda: cv.ModelProbe(THINGS.model, IMAGES, sample=2), "'sample'",
     "did you mean 'samples'"),
    ("ModelProbe", lambda: THINGS.probe.read("conv"), "['conv']", "several"),
    ("ModelProbe", lambda: THINGS.probe.read(5), "5", "several"),
    ("ModelProbe", lambda: THINGS.probe.stream(5), "5", "function must be a function"),
    # What is no widget: an attribute that it does not have, and one that is read alone
    ("ModelProbe", lambda: setattr(THINGS.probe, "sampels", 3), "'sampels'",
     "did you mean 'samples'"),
    ("ModelProbe", lambda: setattr(THINGS.probe, "inputs", IMAGES), "inputs", "make another"),
    ("ModelProbe", lambda: setattr(THINGS.probe, "memory_budget", NAN), "nan", "of bytes"),
    ("History", lambda: setattr(THINGS.history, "memroy", 3), "'memroy'", "did you mean 'memory'"),
    ("History", lambda: setattr(THINGS.history, "memory", 3), "memory", "make another History"),
    ("TrainingMonitor", lambda: setattr(THINGS.monitor, "paus", True), "'paus'",
     "did you mean 'pause'"),
    ("TrainingMonitor", lambda: setattr(THINGS.monitor, "reader", None), "reader", "to be read"),
    ("Timeline", lambda: its("Timeline").show([0, 1], [True]), "(1,)", "one length"),
    ("Timeline", lambda: its("Timeline").show([0], ["yes"]), "['yes']", "True or False"),
    ("Timeline", lambda: its("Timeline").show([0], [True], [5]), "5", "must be an Onset"),
    ("Timeline", lambda: cv.Timeline(position=-2), "-2", "position"),
    ("TrainingBar", lambda: cv.TrainingBar(spent=NAN), "nan", "spent"),
    ("TrainingBar", lambda: cv.TrainingBar(state="running"), "'running'", "'training'"),
    ("TrainingMonitor", lambda: cv.TrainingMonitor(THINGS.model), "Sequential",
     "ModelInspector(model, inputs).monitor()"),
    ("TrainingMonitor", lambda: THINGS.monitor.update(logs=5), "5", "logs must be a dict"),
    ("History", lambda: cv.History([], memroy=1), "'memroy'", "did you mean 'memory'"),
    ("History", lambda: THINGS.history[9], "9", "-1 is the last"),
    ("History", lambda: THINGS.history["last"], "'last'", "whole number"),
    ("History", lambda: THINGS.history[0:1], "slice", "whole number"),
    ("History", lambda: THINGS.history.at(-5), "-5", "begins at step 0"),
    ("History", lambda: THINGS.history.numbers("health"), "'health'", "'dead_share'"),
    ("History", lambda: THINGS.history.append(THINGS.history[0]), "0", "after step 10"),
    ("History", lambda: THINGS.history.append(an.Moment(20), [5]), "5", "must be an Onset"),
    ("History", lambda: THINGS.history.holds(an.Place("conv", "input")), "'input'", "'weights'"),
    ("LayerSelector", lambda: setattr(its("LayerSelector"), "layer", "cnov"), "'cnov'", "'conv'"),
    ("LayerSelector", lambda: its("LayerSelector").show_looked({"conv": "outputs"}), "'outputs'",
     "several views"),
    ("LayerSelector", lambda: its("LayerSelector").show_looked({"conv": ["inputs"]}), "'inputs'",
     "'weights'"),
    ("ComparisonPanel", lambda: setattr(THINGS.panel, "match", "similarity"), "match", "'index'"),
    ("ParameterGrid", lambda: cv.ParameterGrid(None, [1.0]), "bias", "values"),
    ("ParameterGrid", lambda: cv.ParameterGrid(THINGS.record), "LayerRecord", "ParameterRecord"),
    ("compare", lambda: cv.compare(THINGS.history, THINGS.model), "history", "history[0]"),
    ("compare", lambda: cv.compare(THINGS.model, small_model("other")), "model", "inputs="),
    ("compare", lambda: cv.compare(THINGS.model, THINGS.model, input=IMAGES), "'input'",
     "did you mean 'inputs'"),
    ("diagnose", lambda: cv.diagnose(THINGS.model, IMAGES, loss="mse"), "'mse'", "needs targets"),
    ("diagnose", lambda: with_targets(targets=np.zeros(8), loss=["mse"]), "['mse']", "one loss"),
    ("diagnose", lambda: cv.diagnose(THINGS.model, IMAGES, target=np.zeros(8)), "'target'",
     "did you mean 'targets'"),
    ("diagnose", lambda: cv.diagnose(THINGS.model, IMAGES, earlier={"conv": 5}), "5",
     "earlier['conv'] must be a dict"),
    ("open_history", lambda: cv.open_history("nowhere to be found"), "nowhere to be found",
     "no |not"),
    ("open_history", lambda: cv.open_history("x", layr="conv"), "'layr'", "did you mean 'layer'"),
    # analysis
    ("analysis.ChannelTree", lambda: an.cosine_linkage(VALUES).cut(NAN), "nan", "a number"),
    ("analysis.ChannelTree", lambda: an.cosine_linkage(VALUES).cut("1"), "'1'", "a number"),
    ("analysis.ChannelTree", lambda: an.cosine_linkage(VALUES).members(9), "9", "0 to 3"),
    ("analysis.DensityStyle", lambda: an.DensityStyle(99), "99", "DensityStyle"),
    ("analysis.Evidence", lambda: an.Evidence("x", (0.0, 1.0), (0.5, 0.5)), "2 and 2", "one more"),
    ("analysis.Finding", lambda: finding(kind="sick"), "'sick'", "'non-finite'"),
    ("analysis.Finding", lambda: finding(severity="bad"), "'bad'", "'warning'"),
    ("analysis.Finding", lambda: finding(view="inputs"), "'inputs'", "'weights'"),
    ("analysis.Finding", lambda: finding(measured=0.5), "0.5", "Measurement"),
    ("analysis.LayerHealth", lambda: an.LayerHealth.from_numbers([1, 2]), "2", "11 numbers"),
    ("analysis.Measurement", lambda: an.Measurement("x", "much"), "'much'", "a number"),
    ("analysis.Comparison", lambda: an.Comparison("x", None), "None", "a number"),
    ("analysis.Moment", lambda: an.Moment(0, records={"conv": 5}), "5", "LayerRecord"),
    ("analysis.Moment", lambda: an.Moment(0, samples=8), "8", "SampleChoice"),
    ("analysis.OnsetWatch", lambda: look(step=NAN), "nan", "a whole number"),
    ("analysis.OnsetWatch", lambda: look(health=None), "None", "LayerHealth"),
    ("analysis.OnsetWatch", lambda: look(kind="dense"), "'dense'", "'activation'"),
    ("analysis.Report", lambda: an.Report(findings=(5,)), "5", "a Finding"),
    ("analysis.SampleChoice", lambda: an.SampleChoice((3, 1), 8), "(3, 1)", "ascend"),
    ("analysis.SampleChoice", lambda: an.SampleChoice((0, 9), 8), "(0, 9)", "less than 8"),
    ("analysis.SampleChoice", lambda: an.SampleChoice((0.5,), 8), "0.5", "whole number"),
    ("analysis.record_from_arrays", lambda: an.record_from_arrays(5), "5", "must be a dict"),
    ("analysis.record_from_arrays", lambda: an.record_from_arrays({}), "lack", "kept record"),
    ("analysis.dendrogram_geometry",
     lambda: an.dendrogram_geometry(an.cosine_linkage(VALUES), 0), "0", "max_leaves"),
    # model
    ("model.ablate", lambda: mo.ablate(THINGS.probe, "conv", []), "0", "at least 1 channel"),
    ("model.ablate", lambda: mo.ablate(THINGS.probe, "conv", [0], loss="mse"), "'mse'",
     "needs targets"),
    ("model.fresh_probe", lambda: mo.fresh_probe(THINGS.probe, []), "empty", "at least one"),
    ("model.fresh_probe", lambda: mo.fresh_probe(THINGS.probe, ["cnov"]), "'cnov'", "'conv'"),
    ("model.MomentReader", lambda: mo.MomentReader(THINGS.probe).read(5, step=0), "5", "several"),
    # What the package makes and hands out: a field that it does not have is refused by its name.
    *(
        (name, lambda kind=kind: kind(nonsense=1), "'nonsense'", "argument")
        for name, kind in {
            "analysis.Atom": an.Atom, "analysis.ChannelDensity": an.ChannelDensity,
            "analysis.ChannelMeasures": an.ChannelMeasures,
            "analysis.DendrogramGeometry": an.DendrogramGeometry,
            "analysis.DensityFan": an.DensityFan, "analysis.Kept": an.Kept,
            "analysis.Place": an.Place, "analysis.Skipped": an.Skipped,
            "analysis.TileSheet": an.TileSheet, "model.Ablation": mo.Ablation,
            "model.LayerInfo": mo.LayerInfo, "model.LayerParameters": mo.LayerParameters,
            "model.ModelLock": mo.ModelLock, "model.Reading": mo.Reading, "model.Step": mo.Step,
            "model.TrainingProgress": mo.TrainingProgress,
        }.items()
    ),
]  # fmt: skip

# Names that take nothing of a user's: rooms, a table, exceptions, and what others may implement.
TAKE_NOTHING = {
    "analysis", "model", "analysis.HEALTH_NUMBERS", "model.Audience", "model.ModelCallError",
    "model.NoGradients", "model.NoReference", "model.SurveyInterrupted", "model.SurveyStopped",
    "selected_values",
}  # fmt: skip


def finding(**wrong: Any) -> an.Finding:
    right = {
        "kind": "dead", "severity": "note", "layer": "conv", "view": "outputs", "channels": (),
        "measured": an.Measurement("share", 0.5), "reference": None, "samples": 8, "summary": "",
        "limits": "", "cure": "", "source": "",
    }  # fmt: skip
    return an.Finding(**{**right, **wrong})


def look(**wrong: Any) -> None:
    right = {
        "step": 0, "path": "conv", "measures": None, "health": an.LayerHealth(),
        "trainable": True, "kind": "weights",
    }  # fmt: skip
    an.OnsetWatch().look(**{**right, **wrong})


def named_in(message: str, value: Any) -> bool:
    """Whether a message tells of a value: of itself, its shape, or something in it."""
    told = {described(value), str(value)}
    if isinstance(value, (list, tuple, set, dict, np.ndarray)):
        inside = [*value.values(), *value] if isinstance(value, dict) else list(value)
        told |= {described(each) for each in inside} | {str(each) for each in inside}
        told |= {"empty"} if not len(inside) else set()
        if isinstance(value, np.ndarray):
            told |= {str(value.shape), str(value.dtype)}
        elif not isinstance(value, (set, dict)):
            told |= {str(np.shape(np.asarray(value, object)))}
    if callable(value):
        told.add(getattr(value, "__name__", type(value).__name__))
    if isinstance(value, tf.data.Dataset):
        told.add("the disk is gone")
    return any(each in message for each in told)


def refused(call: Callable[[], Any]) -> str:
    """What is said of a call that must be refused, and leave nothing open."""
    THINGS.all()
    before = set(widget._instances)
    with pytest.raises((TypeError, ValueError, TraitError, LookupError, OSError)) as caught:
        call()
    assert isinstance(caught.value, (TypeError, ValueError, TraitError, FileNotFoundError))
    left = {type(widget._instances[key]).__name__ for key in set(widget._instances) - before}
    assert not left, f"left open: {left}"
    return str(caught.value)


CASES = [
    pytest.param(
        call, wrong, RULES[argument.partition(":")[0]].expected, id=f"{name}-{argument}-{n}"
    )
    for name, arguments in TAKES.items()
    for argument, call in arguments.items()
    for n, wrong in enumerate(RULES[argument.partition(":")[0]].wrong)
]


@pytest.mark.parametrize(("call", "wrong", "expected"), CASES)
def test_a_wrong_argument_is_refused_by_its_rule(
    call: Callable[[Any], Any], wrong: Any, expected: str
) -> None:
    message = refused(lambda: call(wrong))
    assert expected in message
    assert named_in(message, wrong), message


@pytest.mark.parametrize(
    ("call", "given", "expected"),
    [pytest.param(*row, id=f"{name}-{n}") for n, (name, *row) in enumerate(ALONE)],
)
def test_what_one_name_alone_cannot_take_is_refused(
    call: Callable[[], Any], given: str, expected: str
) -> None:
    message = refused(call)
    assert given in message
    assert any(each in message for each in expected.split("|")), message


def test_every_public_name_is_in_the_tables() -> None:
    public = {
        *cv.__all__,
        *(f"analysis.{name}" for name in an.__all__),
        *(f"model.{name}" for name in mo.__all__),
    }
    assert public == {*TAKES, *(row[0] for row in ALONE), *TAKE_NOTHING}
    assert len(CASES) + len(ALONE) >= 200


def test_arguments_of_one_name_have_a_rule_of_that_name() -> None:
    """A parameter that has a rule is tried with it wherever a public function has it."""
    shared = ("memory", "folder", "targets", "loss", "inputs", "selection", "axis", "every", "seed",
              "memory_budget", "budget", "class_names", "labels", "points", "probe")  # fmt: skip
    for prefix, room in (("", cv), ("analysis.", an), ("model.", mo)):
        for name in room.__all__:
            thing = getattr(room, name)
            if not callable(thing) or f"{prefix}{name}" not in TAKES:
                continue
            tried = {each.partition(":")[0].partition(" of ")[0] for each in TAKES[prefix + name]}
            own = "__init__" in vars(thing) if isinstance(thing, type) else True
            for parameter in inspect.signature(thing).parameters if own else ():
                if parameter in shared and (prefix == "" or parameter != "inputs"):
                    assert parameter in tried, f"{prefix}{name}({parameter}=…) is not tried"
