"""A diagnosis of small networks, each with exactly one thing wrong, and of odd ones."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.merges import shuffled
from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.diagnosis.diagnose import STEPS, diagnose
from cnnviz_widgets.model.diagnosis.measured import STEPS_FROM

from .. import nets
from ..snapshot import differences, snapshot

RNG = np.random.default_rng(0)


def images(count: int = 32, size: int = 16) -> np.ndarray:
    """Smooth pictures in [0, 1]: each a bright blob somewhere."""
    y, x = np.indices((size, size))
    centres = RNG.uniform(3, size - 3, (count, 2))
    blobs = [np.exp(-((y - a) ** 2 + (x - b) ** 2) / 12) for a, b in centres]
    return np.array(blobs, np.float32)[..., None]


PICTURES = images()


def trained(model: Any) -> Any:
    """The model with weights that no initialiser drew: each output has a direction of its own."""
    for layer in model.layers:
        weights = []
        for weight in layer.get_weights():
            if weight.ndim > 1:
                flat = weight.reshape(-1, weight.shape[-1])
                # Every fourth output shares a direction, as learnt ones do.
                shared = RNG.normal(size=(len(flat), 4))[:, np.arange(flat.shape[1]) % 4]
                mixed = shared + 0.5 * RNG.normal(size=flat.shape)
                weight = (mixed * (1.5 / len(flat)) ** 0.5).reshape(weight.shape)
            else:
                weight = weight + 0.05 * RNG.normal(size=weight.shape)
            weights.append(weight.astype(np.float32))
        layer.set_weights(weights)
    return model


def classifier(activation: str = "relu", dense: str = "leaky_relu") -> Any:
    return trained(
        keras.Sequential(
            [
                keras.Input((16, 16, 1)),
                L.Conv2D(16, 3, strides=2, activation=activation, name="conv"),
                L.Flatten(name="flat"),
                L.Dense(32, activation=dense, name="dense"),
                L.Dense(10, activation="softmax", name="head"),
            ]
        )
    )


def answers_of(model: Any) -> np.ndarray:
    """Targets that the model gets right."""
    return np.asarray(model(PICTURES)).argmax(-1)


def change(model: Any, layer: str, index: int, how: Any) -> None:
    weights = model.get_layer(layer).get_weights()
    how(weights[index])
    model.get_layer(layer).set_weights(weights)


def of_kind(report: Report, kind: str) -> list[Finding]:
    return [finding for finding in report if finding.kind == kind]


def accused(report: Report) -> set[str]:
    return {finding.kind for finding in report if finding.severity != "note"}


def test_a_healthy_network_is_left_alone() -> None:
    model = classifier()
    report = diagnose(model, PICTURES, targets=answers_of(model))
    assert accused(report) == set()
    assert (report.layers, report.samples) == (4, 32)
    assert of_kind(report, "untrained") == []


def test_dead_channels() -> None:
    model = classifier()
    dead_ones = [2, 3, 5, 7, 8, 11, 13, 15]

    def kill(bias: np.ndarray) -> None:
        # Training may have silenced one of the others, as the machine's sums have it.
        bias += 0.1
        bias[dead_ones] = -100

    change(model, "conv", 1, kill)
    report = diagnose(model, PICTURES)
    (dead,) = of_kind(report, "dead")
    assert (dead.layer, dead.channels) == ("conv", tuple(dead_ones))
    assert (dead.severity, dead.measured.value, dead.samples) == ("warning", 0.5, 32)
    assert dead.summary == "8 of 16 channels of conv are zero on all 32 samples (50 %)."
    assert "9 % of all inputs" in dead.limits
    assert accused(report) == {"dead"}


def test_a_dead_layer_is_one_finding_with_all_that_follows() -> None:
    model = classifier()
    change(model, "conv", 1, lambda bias: bias.__setitem__(slice(None), -100))
    report = diagnose(model, PICTURES)
    (dead,) = report
    assert (dead.kind, dead.layer, dead.channels, dead.severity) == ("dead", "conv", (), "severe")
    assert {"dense", "head"} <= set(dead.follows)


def test_rare_units_on_few_samples_are_only_noted() -> None:
    inputs = np.eye(40, dtype=np.float32)  # unit k fires on sample k only
    model = keras.Sequential(
        [keras.Input((40,)), L.Dense(40, activation="relu", name="dense"), L.Dense(3, name="head")]
    )
    change(model, "dense", 0, lambda kernel: kernel.__setitem__(slice(None), np.eye(40)))
    (dead,) = of_kind(diagnose(model, inputs[:6]), "dead")
    assert dead.severity == "note"
    assert dead.measured.value == 34 / 40
    assert dead.limits.startswith("Cannot tell from these samples")


def test_nan_is_found_where_it_begins() -> None:
    model = classifier("elu")  # TensorFlow's ReLU may make 0 of NaN
    change(model, "conv", 0, lambda kernel: kernel.__setitem__((0, 0, 0, 6), np.nan))
    report = diagnose(model, PICTURES)
    (found,) = report
    assert (found.kind, found.layer, found.channels) == ("non-finite", "conv", (6,))
    assert (found.view, found.weight) == ("weights", "kernel")
    assert found.follows == ("flat", "dense", "head")


def test_nan_that_a_layer_makes_itself() -> None:
    inputs = keras.Input((4,))
    hidden = L.Dense(3, name="dense", kernel_initializer="ones")(inputs)
    root = L.Lambda(lambda x: keras.ops.sqrt(x), name="root")(hidden)
    model = keras.Model(inputs, L.Dense(2, name="head")(root))
    (found,) = of_kind(diagnose(model, -np.ones((8, 4), np.float32)), "non-finite")
    assert (found.layer, found.view, found.follows) == ("root", "outputs", ("head",))


def test_nan_in_the_inputs_is_its_own_cause() -> None:
    inputs = PICTURES.copy()
    inputs[0, 3, 3, 0] = np.nan
    report = diagnose(classifier(), inputs)
    (found,) = of_kind(report, "non-finite")
    assert (found.layer, found.measured.value) == ("", 1)
    assert "1 of the input values is" in found.summary


def test_constant_channels() -> None:
    model = classifier()

    def silence(kernel: np.ndarray) -> None:
        kernel[..., :8] = 0

    change(model, "conv", 0, silence)
    change(model, "conv", 1, lambda bias: bias.__setitem__(slice(8), 0.5 + np.arange(8)))
    (found,) = of_kind(diagnose(model, PICTURES), "constant")
    assert (found.layer, found.channels, found.severity) == ("conv", tuple(range(8)), "severe")


def test_saturated_units() -> None:
    model = classifier(dense="sigmoid")
    assert not of_kind(diagnose(model, PICTURES), "saturated")
    change(model, "dense", 1, lambda bias: bias.__setitem__(slice(16), 50))
    (found,) = of_kind(diagnose(model, PICTURES), "saturated")
    assert (found.layer, found.channels) == ("dense", tuple(range(16)))
    assert (found.severity, found.kind) == ("warning", "saturated")


def test_twin_filters() -> None:
    model = classifier()
    change(model, "conv", 0, lambda k: k.__setitem__((..., [4, 9, 10]), k[..., [1]]))
    change(model, "conv", 1, lambda b: b.__setitem__([4, 9, 10], b[1]))
    (found,) = of_kind(diagnose(model, PICTURES), "duplicate")
    assert (found.layer, found.channels, found.severity) == ("conv", (1, 4, 9, 10), "warning")
    assert found.measured.value == 0.25
    assert "1=4=9=10" in found.summary


def test_vanishing_weights() -> None:
    model = classifier()
    for index in (0, 1):
        change(model, "dense", index, lambda weight: np.multiply(weight, 1e-3, out=weight))
    report = diagnose(model, PICTURES)
    (found,) = of_kind(report, "near-zero")
    assert (found.layer, found.severity) == ("dense", "warning")
    assert found.reference is not None
    assert found.reference.effect is not None
    assert found.reference.effect < 0.05
    # Without the reference it is a guess, and says so.
    report = diagnose(model, PICTURES, reference=False)
    (found,) = of_kind(report, "near-zero")
    assert (found.severity, found.reference) == ("note", None)
    assert any("reference=False" in item.why for item in report.skipped)


def test_maps_that_are_all_alike() -> None:
    model = classifier()

    def alike(kernel: np.ndarray) -> None:
        kernel[...] = kernel[..., :1] * np.linspace(1, 2, 16) + 0.001 * kernel

    change(model, "conv", 0, alike)
    change(model, "conv", 1, lambda bias: bias.__setitem__(slice(None), 0.001))
    (found,) = of_kind(diagnose(model, PICTURES), "uniform")
    assert (found.layer, found.severity) == ("conv", "warning")
    assert found.measured.value < 0.01
    assert found.evidence is not None
    assert found.evidence.reference


def test_maps_that_have_lost_the_image() -> None:
    inputs = keras.Input((16, 16, 1))
    x = L.Conv2D(1, 8, strides=8, name="conv")(inputs)
    x = L.Dense(4, name="dense")(L.Flatten(name="flat")(x))
    model = trained(keras.Model(inputs, x))
    (found,) = of_kind(diagnose(model, images(64)), "unlike-input")
    assert (found.layer, found.severity) == ("conv", "note")  # whether it is missed, targets tell
    assert not of_kind(diagnose(classifier(), PICTURES), "unlike-input")


def test_noise_has_no_picture_to_lose() -> None:
    inputs = keras.Input((16, 16, 1))
    x = L.Conv2D(1, 8, strides=8, name="conv")(inputs)
    model = trained(keras.Model(inputs, L.Dense(4, name="dense")(L.Flatten(name="flat")(x))))
    report = diagnose(model, RNG.normal(size=(64, 16, 16, 1)))
    assert not of_kind(report, "unlike-input")
    (why,) = [item.why for item in report.skipped if item.what == "unlike-input"]
    assert "neighbouring pixels" in why


def test_infinity_shows_in_all_layers_behind() -> None:
    model = trained(
        keras.Sequential(
            [
                keras.Input((16, 16, 1)),
                L.Conv2D(8, 3, activation="elu", name="conv"),
                L.MaxPooling2D(name="pool"),
                L.Flatten(name="flat"),
                L.Dense(10, name="logits"),
            ]
        )
    )
    change(model, "conv", 1, lambda bias: bias.__setitem__(3, np.inf))
    (found,) = of_kind(diagnose(model, PICTURES), "non-finite")
    assert found.follows == ("pool", "flat", "logits")


def test_wide_uniform_weights_name_all_their_layers_once() -> None:
    wide = keras.initializers.VarianceScaling(100, "fan_avg", "uniform", seed=1)
    inputs = keras.Input((16, 16, 1))
    x = L.Conv2D(32, 5, activation="tanh", kernel_initializer=wide, name="conv")(inputs)
    x = L.Dense(20, kernel_initializer=wide, name="dense")(L.Flatten(name="flat")(x))
    report = diagnose(keras.Model(inputs, x), PICTURES)
    (found,) = of_kind(report, "wide-uniform-weights")
    assert (found.layer, found.weight, found.severity) == ("conv", "kernel", "warning")
    assert found.measured.value == pytest.approx(10, rel=0.05)
    assert "dense" in found.follows


def test_kernels_in_random_order() -> None:
    model = trained(
        keras.Sequential(
            [
                keras.Input((16, 16, 1)),
                L.Conv2D(8, 3, activation="elu", name="first"),
                L.Conv2D(32, 3, activation="elu", name="conv"),
                L.Flatten(name="flat"),
                L.Dense(32, name="dense"),
            ]
        )
    )
    assert not {"concentrated-forks", "noisy-weights"} & accused(diagnose(model, PICTURES))
    for name in ("conv", "dense"):
        kernel, bias = model.get_layer(name).get_weights()
        mixed = RNG.permutation(kernel.ravel()).reshape(kernel.shape)
        model.get_layer(name).set_weights([3 * mixed, bias])
    report = diagnose(model, PICTURES)
    assert [f.layer for f in of_kind(report, "concentrated-forks")] == ["conv"]
    assert [f.layer for f in of_kind(report, "noisy-weights")] == ["dense"]


def test_a_frozen_layer_by_its_weights_and_by_an_earlier_moment() -> None:
    model = classifier()
    layer = model.get_layer("dense")
    fresh = keras.initializers.GlorotUniform(seed=5)(layer.kernel.shape)
    layer.set_weights([np.asarray(fresh), np.zeros(32, np.float32)])
    (found,) = of_kind(diagnose(model, PICTURES), "frozen")
    assert (found.layer, found.severity) == ("dense", "warning")
    assert "earlier" in found.limits

    probe = ModelProbe(model, PICTURES)
    earlier = {path: probe.weights(path) for path in ("conv", "dense", "head")}
    earlier["conv"]["kernel"] = earlier["conv"]["kernel"] * 1.01
    report = diagnose(probe, earlier=earlier)
    assert [f.layer for f in of_kind(report, "frozen")] == ["dense", "head"]
    assert of_kind(report, "frozen")[0].measured.value == 0
    model.get_layer("dense").trainable = False
    assert [f.layer for f in of_kind(diagnose(probe, earlier=earlier), "frozen")] == ["head"]


def test_an_untrained_network_is_told_as_such() -> None:
    model = keras.Sequential(
        [keras.Input((16, 16, 1)), L.Conv2D(16, 3, activation="relu"), L.Flatten(), L.Dense(10)]
    )
    report = diagnose(model, PICTURES)
    assert accused(report) == set()
    assert [finding.layer for finding in of_kind(report, "untrained")] == [""]


def test_weights_are_not_shuffled_where_none_was_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    model = keras.Sequential([keras.Input((16, 16, 1)), L.Conv2D(32, 5), L.Flatten(), L.Dense(10)])
    calls: list[int] = []

    def noted(values: np.ndarray, draws: int, seed: int) -> list[np.ndarray]:
        calls.append(draws)
        return shuffled(values, draws, seed)

    monkeypatch.setattr("cnnviz_widgets.diagnosis.measurements.weight_measures.shuffled", noted)
    diagnose(model, PICTURES)
    assert calls == []
    model.get_layer(index=-1).bias.assign(np.linspace(-1, 1, 10))
    diagnose(model, PICTURES)
    assert calls == [9]


@pytest.mark.parametrize("has_targets", [True, False])
def test_bytes_for_a_network_of_unit_range(has_targets: bool) -> None:
    labels = (PICTURES[:, :, :8].sum((1, 2, 3)) > PICTURES[:, :, 8:].sum((1, 2, 3))).astype(int)
    inputs = keras.Input((16, 16, 1))
    x = L.Flatten(name="flat")(inputs)
    model = keras.Model(inputs, L.Dense(1, activation="sigmoid", name="head")(x))
    # Left minus right half: unsure where the blob is in the middle.
    kernel = np.repeat([[0.3] * 8 + [-0.3] * 8], 16, axis=0).reshape(256, 1)
    model.get_layer("head").set_weights([kernel.astype(np.float32), np.array([0.01], np.float32)])
    targets = labels.astype(np.float32)
    targets[:2] = 1 - targets[:2]  # not even a good network is always right
    given = targets[:, None] if has_targets else None
    report = diagnose(model, np.round(255 * PICTURES), targets=given)
    (found,) = of_kind(report, "input-range")
    assert found.layer == ""
    assert found.reference is not None
    assert "x / 255" in found.reference.name
    assert not of_kind(diagnose(model, PICTURES, targets=given), "input-range")


def test_averages_of_batch_normalisation_know_the_range() -> None:
    def model(scale: float) -> Any:
        inputs = keras.Input((16, 16, 1))
        x = L.Rescaling(scale, name="scale")(inputs) if scale != 1 else inputs
        x = L.Conv2D(8, 3, name="conv")(x)
        x = L.BatchNormalization(name="norm")(x)
        made = trained(keras.Model(inputs, L.Flatten(name="flat")(L.ReLU(name="relu")(x))))
        values = ModelProbe(made, PICTURES / scale).outputs("conv").reshape(-1, 8)
        made.get_layer("norm").set_weights(
            [np.ones(8), np.full(8, 0.1), values.mean(0), values.var(0)]
        )
        return made

    (found,) = of_kind(diagnose(model(1), 255 * PICTURES), "input-range")
    assert found.severity == "severe"
    assert found.measured.value == pytest.approx(255, rel=0.1)
    assert not of_kind(diagnose(model(1), PICTURES), "input-range")
    assert not of_kind(diagnose(model(1 / 255), 255 * PICTURES), "input-range")


def test_targets_out_of_reach() -> None:
    model = trained(
        keras.Sequential(
            [
                keras.Input((5,)),
                L.Dense(64, activation="relu", name="dense"),
                L.Reshape((8, 8, 1), name="image"),
            ]
        )
    )
    real = RNG.uniform(-1, 1, (100, 8, 8, 1))
    report = diagnose(model, RNG.normal(size=(32, 5)), targets=real)
    (found,) = of_kind(report, "unreachable-targets")
    assert (found.layer, found.severity, found.samples) == ("dense", "severe", 100)
    assert found.measured.value == np.mean(real < 0)


@pytest.mark.parametrize(
    ("targets", "why"),
    [
        (np.zeros((32, 7)), "fits neither"),
        (np.zeros((32, 3, 3)), "fits neither"),
        (np.zeros((32, 0)), "fits neither"),
    ],
)
def test_targets_that_do_not_fit_are_skipped(targets: Any, why: str) -> None:
    report = diagnose(classifier(), PICTURES, targets=targets)
    assert [why in item.why for item in report.skipped if item.what == "targets"] == [True]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targets": np.zeros(3)}, r"targets .* each of the 32 samples; got shape \(3,\)"),
        ({"targets": np.array(["a", "b"])}, "targets must be real numbers"),
        ({"targets": [[1], [1, 2]]}, "targets must be an array of numbers, all rows"),
        ({"targets": [np.zeros(32), np.zeros(32)]}, "holds 2|shape"),
        ({"loss": "mse"}, "needs targets"),
        ({"targets": np.zeros(32), "loss": "men_squared_error"}, "'mean_squared_error'"),
        ({"targets": np.zeros(32), "loss": 5}, "loss must be .*; got 5"),
        ({"targets": np.zeros(32), "loss": ["mse"]}, "one loss"),
        ({"reference": "no"}, "reference must be True or False; got 'no'"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"earlier": 5}, "earlier must be a dict"),
    ],
)
def test_wrong_arguments_are_refused_before_the_model_runs(
    options: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("the model was run")

    monkeypatch.setattr(ModelProbe, "stream", never)
    with pytest.raises((TypeError, ValueError), match=message):
        diagnose(classifier(), PICTURES, **options)


def test_labels_without_an_output() -> None:
    report = diagnose(classifier(), PICTURES, targets=np.arange(32) % 12)
    (found,) = of_kind(report, "unreachable-targets")
    assert found.layer == "head"
    assert found.measured.value == np.mean(np.arange(32) % 12 > 9)


def test_an_output_that_is_always_the_same() -> None:
    model = classifier()
    change(model, "head", 0, lambda kernel: np.multiply(kernel, 1e-6, out=kernel))
    (found,) = of_kind(diagnose(model, PICTURES), "constant")
    assert (found.layer, found.severity) == ("head", "severe")


class Odd(L.Layer):
    """A kind that nobody knows, with an odd weight and a single number for an output."""

    def build(self, shape: Any) -> None:
        self.scale = self.add_weight(shape=(), name="scale")
        self.cube = self.add_weight(shape=(2, 3, 4, 5, 6), name="cube")

    def call(self, x: Any) -> Any:
        return keras.ops.mean(x) * self.scale


def odd_models() -> list[tuple[Any, Any]]:
    inputs = keras.Input((6,))
    odd = keras.Model(inputs, [L.Dense(2)(inputs), Odd(name="odd")(inputs)])
    return [
        (keras.Sequential([keras.Input((16, 16, 1)), L.MaxPooling2D()]), PICTURES),
        (keras.Sequential([keras.Input((6,)), L.Dense(3)]), RNG.normal(size=(1, 6))),
        (keras.Sequential([keras.Input((5,)), L.Embedding(9, 4), L.LSTM(8)]), np.ones((4, 5))),
        (odd, RNG.normal(size=(7, 6))),
        (nets.sequential(), nets.IMAGES),
        (nets.nested(), nets.IMAGES[:1]),
        (nets.Subclassed(), nets.IMAGES),
        (
            keras.Sequential([keras.Input((16, 16, 1)), L.SeparableConv2D(8, 3), L.PReLU()]),
            PICTURES,
        ),
    ]


@pytest.mark.parametrize("number", range(8))
def test_odd_models_are_diagnosed_as_far_as_they_go(number: int) -> None:
    model, inputs = odd_models()[number]
    targets = np.zeros((len(inputs), 2))
    several = isinstance(model.output, list) if hasattr(model, "output") else False
    report = diagnose(model, inputs, targets=[targets, targets] if several else targets)
    json.dumps(report.to_dict(), allow_nan=False)
    assert report.layers == len(ModelProbe(model, inputs).layers)
    assert all(item.what and item.why for item in report.skipped)
    assert str(report)


def test_one_sample_says_what_it_cannot_tell() -> None:
    report = diagnose(classifier(), PICTURES[:1])
    assert any("one sample" in item.why for item in report.skipped)


def test_earlier_weights_that_do_not_fit_are_skipped() -> None:
    earlier = {"nowhere": {}, "conv": {"kernel": np.zeros(3)}}
    report = diagnose(classifier(), PICTURES, earlier=earlier)
    skipped = {item.what for item in report.skipped}
    assert {"frozen: nowhere", "frozen: conv"} <= skipped


def test_findings_come_worst_first_then_by_cause() -> None:
    model = classifier()
    change(model, "conv", 1, lambda bias: bias.__setitem__(slice(10), -100))
    change(model, "conv", 0, lambda k: k.__setitem__((..., 12), k[..., 11]))
    change(model, "conv", 1, lambda b: b.__setitem__(12, b[11]))
    report = diagnose(model, PICTURES, targets=np.arange(32) % 12)  # of ten classes
    order = [(f.severity, f.kind) for f in report if f.severity != "note"]
    assert order == [
        ("severe", "unreachable-targets"),
        ("warning", "duplicate"),
        ("warning", "dead"),
    ]


def test_the_model_is_left_as_it_was() -> None:
    model = classifier()
    change(model, "dense", 0, lambda kernel: np.multiply(kernel, 1e-3, out=kernel))
    model.compile("adam", "sparse_categorical_crossentropy")
    diagnose(model, PICTURES)  # the first read builds what Keras builds once
    before = snapshot(model)
    diagnose(model, np.round(255 * PICTURES), targets=np.arange(32) % 10)
    assert differences(before, snapshot(model)) == []


@pytest.mark.parametrize("stop", range(0, 12, 3))
def test_progress_grows_and_an_interrupt_passes_through(stop: int) -> None:
    model = classifier()
    change(model, "dense", 0, lambda kernel: np.multiply(kernel, 1e-3, out=kernel))
    shares: list[float] = []
    said: list[str] = []

    def note(share: float, message: str) -> None:
        shares.append(share)
        said.append(message)

    diagnose(model, PICTURES, progress=note)
    assert all(message.startswith("diagnosis: ") for message in said)
    assert "diagnosis: weights of dense" in said
    assert shares == sorted(shares)
    assert len({share for share in shares if share >= STEPS_FROM}) > len(STEPS)
    assert shares[-1] == 1
    before = snapshot(model)
    calls = 0

    def interrupt(share: float, message: str) -> None:
        nonlocal calls
        calls += 1
        if calls > stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        diagnose(model, PICTURES, progress=interrupt)
    assert differences(before, snapshot(model)) == []
    assert diagnose(model, PICTURES).layers == 4


def test_the_same_seed_gives_the_same_report() -> None:
    model = classifier()
    first, second = (diagnose(model, PICTURES, seed=3).to_dict() for _ in range(2))
    assert first == second


def test_wrong_calls() -> None:
    probe = ModelProbe(classifier(), PICTURES)
    with pytest.raises(ValueError, match="own inputs"):
        diagnose(probe, PICTURES)
    with pytest.raises(ValueError, match="no inputs"):
        diagnose(classifier())
    with pytest.raises(TypeError):
        diagnose("model.keras", PICTURES)
