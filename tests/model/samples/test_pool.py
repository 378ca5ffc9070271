"""A pool of samples: what it takes, what it refuses, and which of it are chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as L

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.samples.answers import AnswerSource
from cnnviz_widgets.model.samples.pool import MOST_SAMPLES, Pool
from cnnviz_widgets.model.samples.pool_scores import pool_answers, ranking

X = np.random.default_rng(5).normal(size=(37, 6)).astype("float32")
Y = np.random.default_rng(6).integers(0, 3, 37)


def model() -> Any:
    keras.utils.set_random_seed(2)
    made = keras.Sequential([keras.Input((6,)), L.Dense(3, activation="softmax", name="out")])
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


class Batches(keras.utils.PyDataset):
    """Pairs in batches of five."""

    def __init__(self, length: int | None = 8) -> None:
        super().__init__()
        self.length = length

    @property
    def num_batches(self) -> int | None:
        return self.length

    def __getitem__(self, index: int) -> Any:
        rows = slice(5 * index, 5 * index + 5)
        return X[rows], Y[rows]


def silent(share: float, message: str) -> None:
    """Tell nobody."""


POOLS = {
    "arrays": lambda: (X, Y),
    "with weights": lambda: (X, Y, np.ones(37)),
    "lists": lambda: (X.tolist(), Y.tolist()),
    "tf.data": lambda: tf.data.Dataset.from_tensor_slices((X, Y)).batch(8),
    "PyDataset": Batches,
}


@pytest.mark.parametrize("name", POOLS)
def test_every_form_gives_the_same_samples(name: str) -> None:
    pool = Pool(model(), POOLS[name]())
    pool.read(silent)
    assert pool.size == 37 and pool.has_targets and pool.note == ""
    inputs, targets = pool.take([3, 36, 0])
    np.testing.assert_allclose(inputs, X[[3, 36, 0]], rtol=1e-6)
    assert targets is not None
    np.testing.assert_array_equal(targets, Y[[3, 36, 0]])


def test_a_dataset_is_read_when_it_is_asked_for() -> None:
    pool = Pool(model(), POOLS["tf.data"]())
    assert not pool.is_read and pool.size == 0
    told: list[str] = []
    pool.read(lambda share, message: told.append(message))
    assert told[-1] == "reading the pool, 37 samples"


def test_without_labels_and_with_several_inputs() -> None:
    assert not Pool(model(), X).has_targets
    first, second = keras.Input((6,), name="a"), keras.Input((2,), name="b")
    two = keras.Model([first, second], L.Dense(1)(L.Concatenate()([first, second])))
    for inputs in ([X, X[:, :2]], {"a": X, "b": X[:, :2]}):
        pool = Pool(two, inputs)
        taken = keras.tree.flatten(pool.take([1])[0])
        assert [each.shape for each in taken] == [(1, 6), (1, 2)]


@pytest.mark.parametrize("count", [MOST_SAMPLES, MOST_SAMPLES + 1])
def test_at_most_so_many_are_looked_at_and_that_is_said(count: int) -> None:
    note = "first 10,000" if count > MOST_SAMPLES else ""
    zeros = np.zeros((count, 6), np.float32)
    for given in (zeros, tf.data.Dataset.from_tensor_slices(zeros).batch(3000)):
        pool = Pool(model(), given)
        pool.read(silent)
        assert pool.size == MOST_SAMPLES
        assert pool.note == note


def test_a_generator_without_an_end_that_nobody_knows_of_is_cut() -> None:
    def endless() -> Iterator[Any]:
        while True:
            yield np.zeros((4000, 6), np.float32)

    spec = tf.TensorSpec((None, 6), tf.float32)
    pool = Pool(model(), tf.data.Dataset.from_generator(endless, output_signature=spec))
    pool.read(silent)
    assert (pool.size, pool.note) == (MOST_SAMPLES, "first 10,000")


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (lambda: tf.data.Dataset.from_tensors(X).repeat(), ValueError, "never ends.*take"),
        (lambda: Batches(None), ValueError, "never ends"),
        (lambda: tf.data.Dataset.from_tensors(X).take(0), ValueError, "empty: it yields no batch"),
        (lambda: X[:0], ValueError, "the pool is empty"),
        (lambda: iter([X]), TypeError, "pool is a list_iterator, which reading would use up"),
        (lambda: X[:, :4], ValueError, r"pool does not fit the model: inputs of shape \(1, 4\)"),
        (lambda: (X, Y[:5]), ValueError, r"each of its 37 samples; got shape \(5,\)"),
        (lambda: (X, Y, Y, Y), ValueError, "a tuple of 4"),
        (lambda: "mnist", TypeError, "pool must be arrays"),
        (lambda: (X, ["a"] * 37), TypeError, "targets must be real numbers"),
        (
            lambda: tf.data.Dataset.from_tensor_slices(np.float32(3) * np.ones(7)),
            ValueError,
            "must be batches",
        ),
    ],
)
def test_what_is_no_pool_is_refused_with_what_is_expected(
    given: Any, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        Pool(model(), given())


@pytest.mark.parametrize("samples", [1, 8, 37, 50])
@pytest.mark.parametrize("eager", [False, True])
def test_answers_are_those_of_the_model_whatever_the_batches(samples: int, eager: bool) -> None:
    made = model()
    made.run_eagerly = eager
    probe = ModelProbe(made, np.resize(X, (samples, 6)))
    source = AnswerSource.of(probe)
    assert source is not None
    answers = pool_answers(probe, source, Pool(made, (X, Y)), (), silent)
    expected = np.asarray(made(X))
    np.testing.assert_allclose(answers.confidence, expected.max(-1), rtol=1e-5)
    np.testing.assert_array_equal(answers.right == 1, expected.argmax(-1) == Y)


def test_an_interrupt_ends_it_between_two_batches() -> None:
    made = model()
    probe = ModelProbe(made, X[:8])
    source = AnswerSource.of(probe)
    assert source is not None

    def interrupt(share: float, message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pool_answers(probe, source, Pool(made, X), (), interrupt)
    assert pool_answers(probe, source, Pool(made, X), (), silent).answers


def test_answers_too_large_to_be_held_are_refused_after_one_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = model()
    probe = ModelProbe(made, X[:8])
    source = AnswerSource.of(probe)
    assert source is not None
    told: list[str] = []
    monkeypatch.setattr("cnnviz_widgets.model.samples.pool_scores._MOST_BYTES", 100)
    with pytest.raises(ValueError, match=f"answers to {len(X)} samples .* give a smaller pool"):
        pool_answers(probe, source, Pool(made, X), (), lambda share, text: told.append(text))
    assert told == []


def test_which_are_chosen() -> None:
    made = model()
    probe = ModelProbe(made, X)
    source = AnswerSource.of(probe)
    assert source is not None
    answers = pool_answers(probe, source, Pool(made, (X, Y)), (), silent)
    chance = np.random.default_rng(1)
    outputs = np.asarray(made(X))
    wrong = ranking("wrong", answers, 37, -1, chance)
    assert set(wrong.tolist()) == set(np.flatnonzero(outputs.argmax(-1) != Y).tolist())
    assert (np.diff(outputs.max(-1)[wrong]) <= 1e-6).all()
    unsure = ranking("unsure", answers, 37, -1, chance)
    assert (np.diff(outputs.max(-1)[unsure]) >= -1e-6).all()
    assert sorted(ranking("random", None, 37, -1, chance)) == list(range(37))
    first, second = (ranking("random", None, 37, -1, chance).tolist() for _ in range(2))
    assert first != second
    np.testing.assert_array_equal(ranking("class", answers, 37, 2, chance), np.flatnonzero(Y == 2))
    unlabelled = pool_answers(probe, source, Pool(made, X), (), silent)
    with pytest.raises(ValueError, match="give targets with the pool"):
        ranking("wrong", unlabelled, 37, -1, chance)
    with pytest.raises(ValueError, match="cannot be read"):
        ranking("unsure", None, 37, -1, chance)
