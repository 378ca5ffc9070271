"""Inputs and targets of small Keras models, set by hand or trained for a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.diagnosis.data.inputs_and_targets import with_inputs_and_targets
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.diagnosis.measured import Measured, measure
from cnnviz_widgets.model.diagnosis.question import Question
from cnnviz_widgets.model.diagnosis.subject import Subject

from ...check_untouched import check_untouched
from ...snapshot import differences, snapshot

Array = np.ndarray
RNG = np.random.default_rng(0)


def colours(count: int = 64, size: int = 6) -> tuple[Array, Array]:
    """Pictures in [0, 1], each rather red, green or blue, and which."""
    labels = np.arange(count) % 3
    pictures = RNG.uniform(0, 0.6, (count, size, size, 3))
    pictures[np.arange(count), :, :, labels] += 0.25 + 0.15 * RNG.random((count, 1, 1))
    return pictures.astype(np.float32), labels


PICTURES, LABELS = colours()


def by_colour(*before: Any, gain: float = 30.0) -> Any:
    """A model of pictures in [0, 1]: red or green where there is much of it, blue otherwise."""
    head = L.Dense(3, activation="softmax", name="head")
    layers = [*before, L.GlobalAveragePooling2D(name="mean"), head]
    model = keras.Sequential([keras.Input((6, 6, 3)), *layers])
    kernel = gain * np.diag([1, 1, 0]).astype(np.float32)
    head.set_weights([kernel, gain * np.array([-0.43, -0.43, 0], np.float32)])
    return model


def normalised(steps: int = 60) -> Any:
    """A small convolutional network with BatchNormalization, trained to tell colours."""
    keras.utils.set_random_seed(1)
    norms = [L.BatchNormalization(momentum=0.5, name=f"norm{k}") for k in (1, 2)]
    layers = [
        L.Conv2D(8, 3, name="conv1"),
        norms[0],
        L.ReLU(),
        L.Conv2D(8, 3, name="conv2"),
        norms[1],
        L.ReLU(),
        L.GlobalAveragePooling2D(),
        L.Dense(3, activation="softmax", name="head"),
    ]
    model = keras.Sequential([keras.Input((6, 6, 3)), *layers])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(PICTURES, LABELS, batch_size=64, epochs=steps, verbose=0)
    return model


@pytest.fixture(scope="module")
def network() -> Any:
    return normalised()


def measured(model: Any, inputs: Any, targets: Any = None, loss: Any = None) -> Measured:
    probe = ModelProbe(model, inputs)
    with probe.steady():
        subject = Subject.of(probe, 0, lambda share, message: None)
        question = Question(targets, loss, {}, False)
        return with_inputs_and_targets(subject, measure(subject, question), question)


def of_kind(report: Report, kind: str) -> list[Finding]:
    return [finding for finding in report if finding.kind == kind]


def why(report: Report | Measured, what: str) -> str:
    return " | ".join(item.why for item in report.skipped if what in item.what)


# --- Answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "targets",
    [LABELS, LABELS[:, None], np.eye(3)[LABELS], LABELS.astype(np.float32), LABELS.tolist()],
)
@pytest.mark.parametrize(
    "loss", ["sparse_categorical_crossentropy", "categorical_crossentropy", "mse", None]
)
def test_labels_in_every_form_are_answered_alike(targets: Any, loss: str | None) -> None:
    model = by_colour()
    if loss:
        model.compile(loss=loss)
    answers = measured(model, PICTURES, targets).facts.answers
    right = np.asarray(model(PICTURES)).argmax(-1) == LABELS
    assert answers is not None
    assert (answers.task, answers.layer, answers.right) == ("classes", "head", right.sum())
    assert answers.solved
    function = keras.losses.get(loss or "sparse_categorical_crossentropy")
    asked = LABELS if "sparse" in function.__name__ else np.eye(3)[LABELS]
    expected = np.mean(function(asked, np.asarray(model(PICTURES))))
    assert answers.loss == pytest.approx(expected, rel=1e-4)


def test_labels_at_every_place() -> None:
    inputs = keras.Input((6, 6, 3))
    maps = keras.Model(inputs, L.Conv2D(3, 1, activation="softmax", name="maps")(inputs))
    maps.layers[-1].set_weights([20 * np.eye(3)[None, None], np.zeros(3)])
    labels = PICTURES.argmax(-1)
    for targets in (labels, labels[..., None], np.eye(3)[labels]):
        answers = measured(maps, PICTURES, targets).facts.answers
        assert answers is not None
        assert (answers.score, answers.solved) == (1, True)


def yes_or_no(activation: str | None) -> Any:
    model = keras.Sequential([keras.Input((1,)), L.Dense(1, activation, name="head")])
    model.layers[0].set_weights([np.array([[8.0]]), np.zeros(1)])
    return model


@pytest.mark.parametrize("shape", [(40,), (40, 1)])
@pytest.mark.parametrize("kind", [int, float, bool])
def test_one_unit_for_yes_and_no(shape: tuple[int, ...], kind: type) -> None:
    x = np.linspace(-1, 1, 40)[:, None]
    targets = (x > 0).astype(kind).reshape(shape)
    for activation, loss in (
        ("sigmoid", "binary_crossentropy"),
        (None, keras.losses.BinaryCrossentropy(from_logits=True)),
    ):
        model = yes_or_no(activation)
        model.compile(loss=loss)
        answers = measured(model, x, targets).facts.answers
        assert answers is not None
        assert (answers.task, answers.score, answers.constant_score) == ("yes or no", 1, 0.5)
        assert answers.constant_loss == pytest.approx(np.log(2), rel=1e-3)


class Two(keras.Model):
    """A subclassed model of two answers."""

    def __init__(self, as_dict: bool = False) -> None:
        super().__init__()
        self.as_dict = as_dict
        self.good, self.bad = L.Dense(1, name="good"), L.Dense(1, name="bad")

    def call(self, x: Any) -> Any:
        good, bad = self.good(x), self.bad(x)
        return {"bad": bad, "good": good} if self.as_dict else [good, bad]


def functional(as_dict: bool) -> Any:
    inputs = keras.Input((1,))
    good, bad = (L.Dense(1, name=name)(inputs) for name in ("good", "bad"))
    return keras.Model(inputs, {"bad": bad, "good": good} if as_dict else [good, bad])


@pytest.mark.parametrize("make", [Two, functional])
@pytest.mark.parametrize("as_dict", [False, True])
def test_of_several_outputs_the_worst_is_told(make: Callable[[bool], Any], as_dict: bool) -> None:
    x = RNG.normal(size=(32, 1))
    model = make(as_dict)
    model(x)
    model.get_layer("good").set_weights([np.ones((1, 1)), np.full(1, 0.3)])
    model.get_layer("bad").set_weights([-np.ones((1, 1)), np.full(1, 0.3)])
    targets = {"bad": x, "good": x} if as_dict else [x, x]
    report = diagnose(model, x, targets=targets)
    (finding,) = of_kind(report, "no-better-than-constant")
    assert finding.layer == "bad"
    assert measured(model, x, targets).facts.answers.score == pytest.approx(-3.1, abs=0.3)  # type: ignore[union-attr]


def test_outputs_without_targets_are_left_out() -> None:
    x = RNG.normal(size=(32, 1))
    for model, targets in (
        (functional(True), {"good": x}),
        (functional(False), {"good": x}),
        (functional(False), [x, None]),
    ):
        model.get_layer("good").set_weights([np.ones((1, 1)), np.zeros(1)])
        answers = measured(model, x, targets).facts.answers
        assert answers is not None
        assert (answers.layer, answers.score) == ("good", pytest.approx(1))
    with pytest.raises(ValueError, match="keys"):
        diagnose(functional(True), x, targets={"other": x})


def test_more_samples_than_are_run_are_taken_evenly() -> None:
    order = np.argsort(np.tile(LABELS, 4), kind="stable")
    pictures, labels = np.tile(PICTURES, (4, 1, 1, 1))[order], np.tile(LABELS, 4)[order]
    answers = measured(by_colour(), pictures, labels).facts.answers
    assert answers is not None
    assert (answers.samples, answers.different) == (64, 3)


# --- Bad input -----------------------------------------------------------------------------------


def raising(targets: Any, outputs: Any) -> Any:
    raise RuntimeError("the custom loss is broken")


@pytest.mark.parametrize(
    ("targets", "what", "reason"),
    [
        (np.full(64, np.nan), "targets", "no sample has targets that are all numbers"),
        (np.where(np.arange(64) < 5, np.nan, LABELS), "answers of 5 of 64", "not finite"),
        (np.zeros((64, 7)), "targets", "fits neither"),
        (np.ones(64, int), "targets", "same answer"),
        (np.arange(100) % 3, "targets", "100 of them for 64 samples"),
    ],
)
def test_what_cannot_be_answered_is_skipped_with_its_reason(
    targets: Any, what: str, reason: str
) -> None:
    report = diagnose(by_colour(), PICTURES, targets=targets)
    assert reason in why(report, what)
    assert not of_kind(report, "no-better-than-constant")


def test_samples_without_targets_are_left_out() -> None:
    targets = np.where(np.arange(64) < 5, np.nan, LABELS)
    answers = measured(by_colour(), PICTURES, targets).facts.answers
    assert answers is not None
    assert (answers.samples, answers.solved) == (59, True)


def test_a_loss_that_raises_is_named_and_another_judges() -> None:
    model = by_colour()
    model.compile(loss=raising)
    result = measured(model, PICTURES, LABELS)
    assert "the custom loss is broken" in why(result, "own loss")
    assert result.facts.answers is not None
    assert result.facts.answers.loss_name == "sparse_categorical_crossentropy"


def test_labels_beyond_the_outputs_are_told_and_the_others_judged() -> None:
    targets = LABELS.copy()
    targets[:3] = 7
    result = measured(by_colour(), PICTURES, targets)
    assert result.facts.labels is not None
    assert result.facts.labels.share_unknown == pytest.approx(3 / 64)
    assert result.facts.answers is not None
    assert np.isfinite(result.facts.answers.loss)


def test_examples_for_a_generator_are_no_answers() -> None:
    layers = [L.Dense(48, name="dense"), L.Reshape((4, 4, 3), name="image")]
    model = keras.Sequential([keras.Input((5,)), *layers])
    result = measured(model, RNG.normal(size=(32, 5)), RNG.normal(size=(32, 4, 4, 3)))
    assert result.facts.answers is None
    assert "examples" in why(result, "targets")


def test_outputs_that_are_not_finite_are_not_judged() -> None:
    model = by_colour()
    model.get_layer("head").set_weights([np.full((3, 3), np.nan), np.zeros(3)])
    result = measured(model, PICTURES, LABELS)
    assert result.facts.answers is None
    assert "not finite" in why(result, "targets")


# --- Repairs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "shown", "kind", "how"),
    [
        ((), lambda x: 255 * x, "input-range", "x / 255"),
        ((), lambda x: x / 255, "input-range", "255 · x"),
        ((), lambda x: 2 * x - 1, "input-range", "(x + 1) / 2"),
        ((L.Rescaling(0.5, 0.5),), lambda x: x, "input-range", "2 x − 1"),
        ((L.Rescaling(0.5, 0.5),), lambda x: 255 * x, "input-range", "x / 127.5 − 1"),
        ((), lambda x: x[..., ::-1], "channel-order", "colours reversed"),
    ],
)
def test_a_repair_names_the_cause(
    before: tuple[Any, ...], shown: Callable[[Array], Array], kind: str, how: str
) -> None:
    model = by_colour(*before)
    report = diagnose(model, shown(PICTURES), targets=LABELS)
    (finding,) = of_kind(report, kind)
    assert finding.severity == "severe"
    assert how in finding.summary
    # An output that hardly varies is told by itself, whatever its cause.
    assert {each.kind for each in report if each.severity != "note"} <= {kind, "constant"}


def test_a_model_that_does_well_is_given_no_repair() -> None:
    assert measured(by_colour(), PICTURES, LABELS).facts.repairs == ()


def test_labels_that_belong_to_nothing_are_no_matter_of_scale() -> None:
    report = diagnose(by_colour(), PICTURES, targets=RNG.permutation(LABELS))
    kinds = [each.kind for each in report if each.severity == "severe"]
    assert kinds == ["no-better-than-constant"]


@pytest.mark.parametrize("has_targets", [True, False])
def test_an_autoencoders_targets_are_repaired_with_its_inputs(has_targets: bool) -> None:
    inputs = keras.Input((6, 6, 3))
    outputs = L.Conv2D(3, 1, activation="sigmoid", name="image")(inputs)
    model = keras.Model(inputs, outputs)
    model.layers[-1].set_weights([5 * np.eye(3)[None, None], np.full(3, -2.5)])
    bytes_ = np.round(255 * PICTURES)
    report = diagnose(model, bytes_, targets=bytes_ if has_targets else None)
    (finding,) = of_kind(report, "input-range")
    assert "inputs and targets alike" in finding.summary
    assert not of_kind(report, "unreachable-targets")
    assert not of_kind(diagnose(model, PICTURES), "input-range")


# --- What BatchNormalization remembers -----------------------------------------------------------


def test_a_trained_network_agrees_with_its_averages(network: Any) -> None:
    shift = measured(network, PICTURES).facts.norm_shift
    assert shift is not None
    assert shift.layers == ("norm1", "norm2")
    assert shift.ratios == pytest.approx((1, 1), abs=0.2)
    assert not shift.off


@pytest.mark.parametrize("factor", [0.05, 20])
def test_inputs_unlike_those_of_training_without_targets(network: Any, factor: float) -> None:
    report = diagnose(network, factor * PICTURES)
    (finding,) = of_kind(report, "input-range")
    assert finding.severity == "severe"
    assert finding.measured.value == pytest.approx(factor, rel=0.5)
    assert not of_kind(report, "stale-averages")


def begun(steps: int) -> Any:
    """A network after so few steps that its averages are still near where they began."""
    keras.utils.set_random_seed(2)
    layers = [L.Conv2D(8, 3), L.BatchNormalization(name="norm"), L.ReLU(), L.Flatten(), L.Dense(3)]
    model = keras.Sequential([keras.Input((6, 6, 3)), *layers])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(PICTURES, LABELS, batch_size=len(PICTURES), epochs=steps, verbose=0)
    return model


@pytest.mark.parametrize("has_targets", [True, False])
def test_averages_near_their_beginning_accuse_no_inputs(has_targets: bool) -> None:
    model = begun(10)
    shift = measured(model, PICTURES).facts.norm_shift
    assert shift is not None
    assert shift.ratio < 0.5
    assert shift.is_beginning
    report = diagnose(model, PICTURES, targets=LABELS if has_targets else None)
    assert not of_kind(report, "input-range")
    (finding,) = of_kind(diagnose(model, 300 * PICTURES), "input-range")
    assert finding.severity == "severe"


@pytest.mark.parametrize("has_targets", [True, False])
def test_averages_that_were_left_behind(network: Any, has_targets: bool) -> None:
    model = keras.models.clone_model(network)
    model.set_weights(network.get_weights())
    for name, factors in (("norm1", np.geomspace(20, 500, 8)), ("norm2", np.full(8, 400.0))):
        gamma, beta, mean, variance = model.get_layer(name).get_weights()
        model.get_layer(name).set_weights([gamma, beta, mean, factors * variance])
    report = diagnose(model, PICTURES, targets=LABELS if has_targets else None)
    (finding,) = of_kind(report, "stale-averages")
    assert not of_kind(report, "input-range")
    assert finding.severity == "severe"


def test_the_averages_of_the_batch_are_those_of_training(network: Any) -> None:
    from cnnviz_widgets.model.diagnosis.data.norm_shift import by_batch, memories
    from cnnviz_widgets.model.experiments.exchanged_pass import run_exchanged

    probe = ModelProbe(network, 3 * PICTURES + 1)
    with probe.steady():
        subject = Subject.of(probe, 0, lambda share, message: None)
        known = memories(subject, measure(subject, Question(None, None, {}, False)).facts)
        found = run_exchanged(probe, {path: by_batch(each) for path, each in known.items()})
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    expected = copy(3 * PICTURES + 1, training=True)
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), atol=1e-4)


@pytest.mark.parametrize(("scale", "offset"), [(1 / 255, 0.0), (1 / 127.5, -1.0)])
def test_a_rescaling_that_is_given_what_is_scaled_already(scale: float, offset: float) -> None:
    model = by_colour(L.Rescaling(scale, offset, name="scale"))
    (finding,) = of_kind(diagnose(model, PICTURES), "input-range")
    assert "scale (Rescaling)" in finding.summary
    assert not of_kind(diagnose(model, np.round(255 * PICTURES)), "input-range")


def test_a_normalization_that_was_adapted_to_other_data() -> None:
    layer = L.Normalization(name="normal")
    layer.adapt(255 * PICTURES)
    model = by_colour(layer)
    (finding,) = of_kind(diagnose(model, PICTURES), "input-range")
    assert "normal (Normalization)" in finding.summary
    assert not of_kind(diagnose(model, 255 * PICTURES), "input-range")


# --- The model is left alone ---------------------------------------------------------------------


def test_everything_that_is_tried_leaves_the_model_as_it_was(network: Any) -> None:
    diagnose(network, 20 * PICTURES, targets=LABELS)
    before = snapshot(network)
    diagnose(network, 20 * PICTURES, targets=LABELS)
    assert differences(before, snapshot(network)) == []


def test_an_interrupt_anywhere_leaves_nothing_behind() -> None:
    def trial(probe: ModelProbe) -> object:
        with probe.steady():
            subject = Subject.of(probe, 0, lambda share, message: None)
            question = Question(np.array([[0.0, 1], [1, 0]]), "mse", {}, False)
            return with_inputs_and_targets(subject, measure(subject, question), question)

    folder = "model/diagnosis/data/"
    check_untouched(trial, [f"{folder}{name}.py" for name in ("repairs", "runs", "norm_shift")])
