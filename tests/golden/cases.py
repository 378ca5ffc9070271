"""Fixed models, and what the package says of them: reports, records, a history, pictures, names."""

from __future__ import annotations

import inspect
import tempfile
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import cnnviz_widgets as cv
from cnnviz_widgets import analysis
from cnnviz_widgets.analysis import History, Moment, Place, keep, record_arrays
from cnnviz_widgets.model import ModelProbe, diagnose
from cnnviz_widgets.model.reading.record_reader import read_place
from cnnviz_widgets.records.layer_picture import PictureFacts
from tests.benchmarks.zoo import Truth, data, faults
from tests.benchmarks.zoo.networks import NOISE, Recipe, build
from tests.model import nets

Arrays = dict[str, np.ndarray]
SAMPLES = 12
# Names of types in signatures: what takes a record takes a snapshot, too, which is none itself.
RENAMED = {"LayerPicture": "LayerRecord", "Snapshot": "Kept"}
# What any record is asked for, and was not before.
ASKED = ["channel_noun", "dead_note", "extent", "held_values", "kind", "label", "zooms_exactly"]
# What a snapshot had for being a record, without any meaning, or has in another way.
OTHERWISE = {
    "Kept": {
        "bounds": "tuple",
        "like": "NoneType",
        "measured": "NoneType",
        "of": "classmethod",
        "path": "str",
        "samples": "NoneType",
        "whole": "bool",
    }
}
SIGMOID = Recipe("classifier", dense_activation="sigmoid")

RECIPES: dict[str, tuple[Recipe, int, Callable[..., None] | None]] = {
    "classifier": (Recipe("classifier"), 0, None),
    "deep": (Recipe("deep", norm=True), 0, None),
    "tanh": (Recipe("classifier", activation="tanh", dense_activation="sigmoid"), 0, None),
    "autoencoder": (Recipe("autoencoder", output="linear"), 0, None),
    "generator": (Recipe("gan", scale="signed"), 0, None),
    "discriminator": (Recipe("gan", scale="signed"), 1, None),
    "regressor": (Recipe("regressor", output="relu"), 0, None),
    "low bias": (Recipe("classifier"), 0, faults.low_bias("conv2")),
    "twins": (Recipe("classifier"), 0, faults.twins("conv1")),
    "saturating": (
        Recipe("classifier", dense_activation="sigmoid"),
        0,
        faults.saturating("dense1"),
    ),
    "not a number": (Recipe("classifier"), 0, faults.not_a_number("conv2")),
    "constants": (Recipe("classifier"), 0, faults.constants("conv2")),
    "blinding": (Recipe("classifier"), 0, faults.blinding("conv1")),
    "vanishing": (Recipe("classifier"), 0, faults.vanishing("dense1")),
    "shuffled": (Recipe("mlp"), 0, faults.shuffled("dense1", "noisy-weights")),
}


def _draw(model: Any, name: str) -> None:
    """Weights that no initialiser decides: those of He, a little wider, the same anywhere."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    weights = []
    for variable in model.variables:
        shape = tuple(variable.shape)
        if "seed" in variable.path:
            weights.append(np.array(variable))
        elif len(shape) > 1:
            fan = np.prod(shape[:-1])
            weights.append(rng.normal(0, np.sqrt(2.4 / fan), shape))
        elif "variance" in variable.path or "gamma" in variable.path:
            weights.append(rng.uniform(0.5, 1.5, shape))
        else:
            weights.append(rng.normal(0, 0.1, shape))
    for variable, values in zip(model.variables, weights, strict=True):
        variable.assign(values.astype(np.array(variable).dtype))


def network(name: str) -> tuple[Any, np.ndarray]:
    """A network of the table, and the samples to show it."""
    recipe, part, plant = RECIPES[name]
    model = build(recipe)[part]
    _draw(model, name)
    rng = np.random.default_rng(5)
    images = data.scaled(data.shown()[0][:32], recipe.scale)
    inputs = rng.normal(size=(32, NOISE)).astype("float32") if name == "generator" else images
    if plant is not None:
        plant(model, rng, inputs, Truth())
    return model, inputs


def reports() -> dict[str, Any]:
    """What `diagnose` says of each network, with targets and without."""
    labels = data.shown()[1][:32]
    found = {}
    for name in RECIPES:
        model, inputs = network(name)
        found[name] = diagnose(model, inputs).to_dict()
        if model.output_shape[-1] == 10:
            found[f"{name}, with labels"] = diagnose(
                model, inputs, targets=labels, reference=False
            ).to_dict()
    model, inputs = network("classifier")
    model.compile("sgd", "sparse_categorical_crossentropy")
    found["bytes"] = diagnose(model, inputs * 255, targets=labels).to_dict()
    probe = ModelProbe(model, inputs)
    earlier = {info.path: probe.weights(info.path) for info in probe.layers}
    for path in ("conv2", "dense1"):
        earlier[path] = {name: array + 0.1 for name, array in earlier[path].items()}
    found["frozen"] = diagnose(probe, earlier=earlier).to_dict()
    kernel, bias = model.get_layer("conv1").get_weights()
    rng = np.random.default_rng(8)
    alike = kernel[..., :1] * rng.normal(1, 0.02, kernel.shape)
    model.get_layer("conv1").set_weights([alike, bias])
    kernel, bias = model.get_layer("dense1").get_weights()
    wide = np.sqrt(6 / sum(kernel.shape)) * 10
    model.get_layer("dense1").set_weights([rng.uniform(-wide, wide, kernel.shape), bias])
    found["alike and wide"] = diagnose(model, inputs).to_dict()
    model, inputs = network("generator")
    found["generator, targets out of reach"] = diagnose(
        model, inputs, targets=data.scaled(data.shown()[0][:32], "signed") * 3
    ).to_dict()
    return found


def _places() -> Iterator[tuple[str, ModelProbe, Place]]:
    for name in ("classifier", "deep"):
        model, inputs = network(name)
        probe = ModelProbe(model, inputs[:SAMPLES])
        for info in probe.layers:
            yield f"{name}/{info.path}", probe, Place(info.path)
            if info.weight_shapes and "norm" not in info.path:
                yield f"{name}/{info.path}/weights", probe, Place(info.path, "weights")
    for name, make in {"nested": nets.nested, "subclassed": nets.Subclassed}.items():
        model = make()
        model(nets.IMAGES)
        _draw(model, name)
        probe = ModelProbe(model, nets.IMAGES)
        for info in probe.layers:
            yield f"{name}/{info.path}", probe, Place(info.path)


def records() -> Arrays:
    """The arrays of what is kept of each layer's record."""
    found = {}
    for name, probe, place in _places():
        record = read_place(probe, place).record
        for key, array in record_arrays(keep(record)).items():
            found[f"{name}: {key}"] = array
    return found


def history_files() -> dict[str, bytes]:
    """Every file of a history's folder, by its path in there."""
    model, inputs = network("classifier")
    probe = ModelProbe(model, inputs[:SAMPLES])
    with tempfile.TemporaryDirectory() as folder:
        layers = [{"path": info.path, "kind": info.kind} for info in probe.layers]
        history = History(layers, folder=folder, model="classifier")
        for step in (0, 5):
            places = [Place("conv1"), Place("conv1", "weights"), Place("dense1")]
            found = {place: read_place(probe, place).record for place in places}
            history.append(Moment(step, epoch=step, seconds=float(step), records=found))
        history.sync()
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(Path(folder).rglob("*"))
            if path.is_file()
        }


def pictures() -> Arrays:
    """The still pictures of the widgets."""
    model, inputs = network("classifier")
    inspector = cv.ModelInspector(model, inputs[:SAMPLES], layer="conv2")
    found = {"inspector": inspector.picture()}
    found |= {
        name: getattr(inspector, name).picture() for name in ("grid", "dendrogram", "density")
    }
    inspector.view = "weights"
    found["weights"] = inspector.picture()
    other, _ = network("low bias")
    panel = cv.compare(model, other, inputs=inputs[:SAMPLES], layer="conv2")
    found["comparison"] = panel.picture()
    monitor = inspector.monitor()
    with monitor:
        monitor.update()
        monitor.update()
    found["health"] = inspector.following.story.health.picture()
    arrays = {name: np.asarray(image) for name, image in found.items() if image is not None}
    inspector.close()
    panel.close()
    return arrays


def names() -> dict[str, Any]:
    """Every public name, with its signature and those of its public methods."""
    found: dict[str, Any] = {}
    for module in (cv, analysis, import_module("cnnviz_widgets.model")):
        for name in sorted(module.__all__):
            about = found[f"{module.__name__}.{name}"] = _about(getattr(module, name))
            if name in OTHERWISE:
                about["members"] |= OTHERWISE[name]
    return found


def _about(thing: Any) -> Any:
    if inspect.isclass(thing):
        own = {
            name: _about(value)
            for name, value in sorted(inspect.getmembers_static(thing))
            if not name.startswith("_")
            and _is_ours(thing, name)
            and not (name in ASKED and issubclass(thing, PictureFacts))
        }
        return {"signature": _signature(thing), "members": own}
    if callable(thing):
        return _signature(thing)
    return type(thing).__name__


def _is_ours(owner: type, name: str) -> bool:
    home = next(each for each in owner.__mro__ if name in vars(each))
    return home.__module__.startswith("cnnviz_widgets")


def _signature(thing: Any) -> str:
    try:
        signature = str(inspect.signature(thing)).replace("cnnviz_widgets.", "")
    except (TypeError, ValueError):
        return type(thing).__name__
    for now, then in RENAMED.items():
        signature = signature.replace(now, then)
    return signature
