"""What a diagnosis makes of its trials, on networks that have learnt and on such that have not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L

from cnnviz_widgets.diagnosis.findings import Finding
from cnnviz_widgets.diagnosis.measurements.training.trials import Fit, Trial
from cnnviz_widgets.model.diagnosis.diagnose import diagnose
from cnnviz_widgets.model.diagnosis.trials import DRAWS, MOST_TRIED
from cnnviz_widgets.model.experiments.weight_trials import Trials

RNG = np.random.default_rng(0)
CENTRES = RNG.normal(size=(4, 24))
RANDOM = {"concentrated-forks", "noisy-weights"}


def samples(count: int = 64) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(count) % 4
    return (CENTRES[labels] + RNG.normal(size=(count, 24))).astype(np.float32), labels


def network(hidden: int = 1) -> Any:
    dense = [L.Dense(32, activation="relu", name=f"hidden{k}") for k in range(hidden)]
    model = keras.Sequential([keras.Input((24,)), *dense, L.Dense(4, name="head")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model


@pytest.fixture(scope="module")
def weights() -> list[np.ndarray]:
    """Of a network that has learnt which centre a sample is near to."""
    keras.utils.set_random_seed(3)
    model = network()
    model.fit(*samples(512), epochs=6, batch_size=32, verbose=0)
    return model.get_weights()


def shuffled() -> Any:
    """The same of two layers, the first of which is in random order."""
    keras.utils.set_random_seed(3)
    model = network(2)
    model.fit(*samples(512), epochs=40, batch_size=64, verbose=0)
    kernel, bias = model.layers[0].get_weights()
    model.layers[0].set_weights([RNG.permutation(kernel.ravel()).reshape(kernel.shape), bias])
    return model


def changed(weights: list[np.ndarray], how: Callable[[list[np.ndarray]], None]) -> Any:
    copies = [weight.copy() for weight in weights]
    how(copies)
    model = network()
    model.set_weights(copies)
    return model


def shuffle(weights: list[np.ndarray]) -> None:
    weights[0][:] = RNG.permutation(weights[0].ravel()).reshape(weights[0].shape)


def kill(units: int) -> Callable[[list[np.ndarray]], None]:
    def low(weights: list[np.ndarray]) -> None:
        weights[1][:units] = -100

    return low


def told(model: Any, *, targets: bool = True, **options: Any) -> list[Finding]:
    inputs, labels = samples()
    return [*diagnose(model, inputs, targets=labels if targets else None, **options)]


def of_kind(findings: list[Finding], *kinds: str) -> list[Finding]:
    return [each for each in findings if each.kind in kinds]


def test_what_has_learnt_is_not_accused(weights: list[np.ndarray]) -> None:
    model = changed(weights, lambda _: None)
    assert not of_kind(told(model), *RANDOM, "dead")


def test_a_shuffled_kernel_is() -> None:
    (found,) = of_kind(told(shuffled()), *RANDOM)
    assert (found.kind, found.layer, found.severity) == ("noisy-weights", "hidden0", "warning")
    assert "does no harm" in found.summary
    assert "of 64 right →" in found.summary
    assert found.samples == 64


@pytest.mark.parametrize(("solved", "draws"), [(False, DRAWS), (True, 1)])
def test_luck_is_ruled_out_where_the_task_is_not_solved(
    solved: bool, draws: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders: list[int] = []

    def all_do_harm(self: Trials, path: str, name: str, draw: int = 0) -> Trial:
        orders.append(draw)
        now = Fit(0.5, (2.0, 2.1, 1.9, 2.0))
        return Trial(0.5, 64, 9, now, Fit(2.3, (0.1, -0.1, 0.0, 0.0)))

    monkeypatch.setattr(Trials, "in_random_order", all_do_harm)
    monkeypatch.setattr("cnnviz_widgets.model.diagnosis.trials.solves", lambda facts: solved)
    assert not of_kind(told(shuffled()), *RANDOM)
    assert orders == [*range(draws)]


def test_without_targets_it_is_a_note_that_takes_no_trial(
    weights: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Trials, "in_random_order")
    (found,) = of_kind(told(changed(weights, shuffle), targets=False), *RANDOM)
    assert found.severity == "note"
    assert "was not tried" in found.limits
    assert "Give targets" in found.cure


def test_units_that_are_not_missed_are_a_hint_to_prune(weights: list[np.ndarray]) -> None:
    (found,) = of_kind(told(changed(weights, kill(8))), "dead")
    assert found.severity == "note"
    assert "They are not missed" in found.summary
    assert "24 units of" in found.cure


def test_units_that_are_missed_are_a_warning(weights: list[np.ndarray]) -> None:
    (found,) = of_kind(told(changed(weights, kill(27))), "dead")
    assert found.severity != "note"
    assert "They may be missed" in found.summary


def test_the_last_unit_is_not_tried() -> None:
    """Of one that is left no share can be taken: that nothing changes would be no news."""
    hidden, head = L.Dense(8, "relu", name="hidden"), L.Dense(2, "softmax")
    model = keras.Sequential([keras.Input((4,)), hidden, head])
    hidden.set_weights([RNG.normal(size=(4, 8)), np.array([0.5] + 7 * [-100.0])])
    inputs = RNG.normal(size=(64, 4))
    (found,) = of_kind([*diagnose(model, inputs, targets=(inputs[:, 0] > 0).astype(int))], "dead")
    assert len(found.channels) == 7
    assert "silencing" not in found.summary


def test_a_shared_layer_that_is_silent_in_its_first_call_alone() -> None:
    hidden = L.Dense(8, "relu", name="hidden")
    trunk = keras.Sequential([keras.Input((4,)), hidden], name="trunk")
    hidden.set_weights([np.ones((4, 8)), np.array(4 * [-0.01] + 4 * [-100.0])])
    first, second = keras.Input((4,)), keras.Input((4,))
    both = L.Concatenate()([trunk(first), trunk(second)])
    model = keras.Model([first, second], L.Dense(2, "softmax")(both))
    inputs = np.abs(RNG.normal(size=(64, 4)))
    report = diagnose(model, [-inputs, inputs], targets=(inputs[:, 0] > 0.7).astype(int))
    (found,) = of_kind([*report], "dead")
    assert found.channels == (4, 5, 6, 7)


def test_no_more_than_a_few_are_tried() -> None:
    keras.utils.set_random_seed(0)
    model = network(MOST_TRIED + 2)
    # Moved, so that it is not taken for untrained, and random all the same.
    model.set_weights([3 * RNG.normal(size=weight.shape) for weight in model.get_weights()])
    inputs, labels = samples()
    report = diagnose(model, inputs, targets=labels)
    (skipped,) = (each for each in report.skipped if each.what.startswith("trials of"))
    assert "2" not in skipped.what.replace("hidden2", "")
    assert skipped.what.count("kernel") == 2
    # One cause of many layers is told once.
    assert len(of_kind([*report], *RANDOM)) <= 1


def test_a_loss_that_raises_leaves_the_rest(weights: list[np.ndarray]) -> None:
    def wrong(targets: Any, outputs: Any) -> Any:
        raise RuntimeError("no such loss " * 100)

    model = changed(weights, shuffle)
    inputs, labels = samples()
    report = diagnose(model, inputs, targets=labels, loss=wrong)
    (skipped,) = (each for each in report.skipped if each.what == "trials by the loss")
    assert "no such loss" in skipped.why
    assert len(skipped.why) < 400
    assert [each.severity for each in of_kind([*report], *RANDOM)] == ["note"]


def test_several_outputs_and_a_subclassed_model() -> None:
    class Two(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = L.Dense(32, activation="relu", name="hidden")
            self.heads = [L.Dense(1, name=name) for name in "ab"]

        def call(self, x: Any) -> Any:
            return [head(self.hidden(x)) for head in self.heads]

    model, (inputs, labels) = Two(), samples()
    model(inputs)
    model.hidden.set_weights([3 * RNG.normal(size=(24, 32)), np.full(32, 0.1)])
    targets = [labels[:, None].astype(np.float32)] * 2
    report = diagnose(model, inputs, targets=targets)
    assert {each.kind for each in report if each.layer == "hidden"} <= {*RANDOM, "near-zero"}
