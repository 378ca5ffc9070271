"""Text, datasets of every kind, and models that make their layers as they are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.experiments.fresh_model import fresh_probe
from cnnviz_widgets.model.reading.building import _remember

from ..snapshot import differences, snapshot

WORDS = ["a good film", "a bad film", "very good", "naïve, very bad", "the film", "good bad"]
LABELS = [0, 1, 0, 1, 0, 1]


def vectorised() -> Any:
    layer = kl.TextVectorization(max_tokens=20, output_sequence_length=5, name="text")
    layer.adapt(WORDS)
    return layer


def tail() -> list[Any]:
    return [
        kl.Embedding(20, 8, name="embedding"),
        kl.Conv1D(6, 2, activation="relu", name="conv"),
        kl.GlobalMaxPooling1D(name="pool"),
        kl.Dense(2, activation="softmax", name="out"),
    ]


def functional() -> Any:
    inputs = keras.Input((1,), dtype="string", name="words")
    x = vectorised()(inputs)
    for layer in tail():
        x = layer(x)
    return keras.Model(inputs, x)


def sequential() -> Any:
    return keras.Sequential([keras.Input((), dtype="string"), vectorised(), *tail()])


def unbuilt() -> Any:
    return keras.Sequential([vectorised(), *tail()])


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.text = vectorised()
        self.rest = tail()

    def call(self, x: Any) -> Any:
        x = self.text(x)
        for layer in self.rest:
            x = layer(x)
        return x


class TextDataset(keras.utils.PyDataset):
    def __init__(self, form: Callable[[list[str]], Any] = np.array) -> None:
        super().__init__()
        self.form = form

    def __len__(self) -> int:
        return 3

    def __getitem__(self, number: int) -> Any:
        part = slice(2 * number, 2 * number + 2)
        return self.form(WORDS[part]), np.array(LABELS[part])


FORMS: dict[str, Callable[[], Any]] = {
    "tensor": lambda: tf.constant(WORDS),
    "column": lambda: tf.constant([[word] for word in WORDS]),
    "list": lambda: list(WORDS),
    "tuple": lambda: tuple(WORDS),
    "list of lists": lambda: [[word] for word in WORDS],
    "objects": lambda: np.array(WORDS, dtype=object),
    "bytes": lambda: np.array([word.encode() for word in WORDS]),
    "objects of bytes": lambda: np.array([word.encode() for word in WORDS], dtype=object),
    "mixed objects": lambda: np.array([WORDS[0].encode(), *WORDS[1:]], dtype=object),
    "strings": lambda: np.array(WORDS),
    "variable strings": lambda: np.array(WORDS, dtype=np.dtypes.StringDType()),
    "dataset": lambda: tf.data.Dataset.from_tensor_slices(WORDS).batch(4),
    "dataset with targets": lambda: tf.data.Dataset.from_tensor_slices((WORDS, LABELS)).batch(2),
    "dataset with weights": lambda: tf.data.Dataset.from_tensor_slices(
        (WORDS, LABELS, np.ones(6))
    ).batch(5),
    "PyDataset": TextDataset,
    "PyDataset of tensors": lambda: TextDataset(tf.constant),
}


@pytest.mark.parametrize(
    ("make", "form"),
    [
        *((make, form) for make in (functional, Subclassed) for form in FORMS),
        *((make, form) for make in (sequential, unbuilt) for form in ("tensor", "list", "dataset")),
    ],
)
def test_text_in_every_form(make: Callable[[], Any], form: str) -> None:
    model = make()
    probe = ModelProbe(model, FORMS[form]())
    expected = model(tf.constant([[word] for word in WORDS]))
    np.testing.assert_allclose(probe.outputs("out"), expected, atol=1e-6)
    assert [info.path for info in probe.layers] == ["text", "embedding", "conv", "pool", "out"]
    assert probe.samples == 6
    assert probe.nonfinite_inputs == 0
    np.testing.assert_allclose(
        probe.some(3).outputs("out"), np.asarray(expected)[[0, 2, 5]], atol=1e-6
    )


@pytest.mark.parametrize("make", [functional, sequential])
def test_reading_a_model_of_text_leaves_it_as_it_is(make: Callable[[], Any]) -> None:
    model = make()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(tf.constant(WORDS), np.array(LABELS), verbose=0)
    before = snapshot(model)
    ModelProbe(model, WORDS).read()
    assert differences(before, snapshot(model)) == []


@pytest.mark.parametrize(
    ("make", "eagerly"), [(functional, False), (unbuilt, True), (Subclassed, False)]
)
def test_everything_works_on_text(make: Callable[[], Any], eagerly: bool) -> None:
    model = make()
    model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=eagerly)
    inspector = cv.ModelInspector(model, WORDS, targets=LABELS, class_names=["good", "bad"])
    for info in inspector.probe.layers:
        inspector.layer = info.path
    inspector.layer = "conv"
    inspector.selection.selected = (0, 1)
    assert inspector._ablate("silence", [0, 1]) is not None
    assert inspector.diagnose() is inspector.report
    assert inspector.picture() is not None
    words = tf.constant([[word] for word in WORDS])
    model.fit(
        words, np.array(LABELS), verbose=0, callbacks=[inspector.monitor(samples=3, budget=None)]
    )
    assert len(inspector.history) >= 1
    inspector.refresh()
    panel = cv.compare(inspector.probe.model, make(), inputs=WORDS)
    panel.layer = "conv"
    inspector.close()


def test_a_reference_knows_the_words() -> None:
    probe = ModelProbe(functional(), WORDS)
    fresh = fresh_probe(probe)
    np.testing.assert_array_equal(fresh.outputs("text"), probe.outputs("text"))
    assert not np.allclose(fresh.outputs("out"), probe.outputs("out"))


class TestTextAndNumbers:
    KINDS = np.array(["red", "green", "red", "blue"])
    NUMBERS = np.arange(12, dtype="float32").reshape(4, 3)

    @pytest.fixture
    def model(self) -> Any:
        kinds = keras.Input((1,), dtype="string", name="kinds")
        numbers = keras.Input((3,), name="numbers")
        codes = kl.StringLookup(vocabulary=["red", "green"], name="lookup")(kinds)
        known = kl.Flatten()(kl.Embedding(4, 3, name="embedding")(codes))
        joined = kl.Concatenate(name="both")([known, numbers])
        return keras.Model({"kinds": kinds, "numbers": numbers}, kl.Dense(2, name="out")(joined))

    @pytest.mark.parametrize("form", ["dict", "lists", "tensors", "objects", "list", "dataset"])
    def test_together(self, model: Any, form: str) -> None:
        kinds, numbers = self.KINDS, self.NUMBERS
        given = {
            "dict": {"kinds": kinds, "numbers": numbers},
            "lists": {"kinds": kinds.tolist(), "numbers": numbers.tolist()},
            "tensors": {"kinds": tf.constant(kinds), "numbers": tf.constant(numbers)},
            "objects": {"numbers": numbers, "kinds": kinds.astype(object)},
            "list": [kinds, numbers],
            "dataset": tf.data.Dataset.from_tensor_slices(
                ({"kinds": kinds, "numbers": numbers}, LABELS[:4])
            ).batch(3),
        }[form]
        probe = ModelProbe(model, given)
        np.testing.assert_array_equal(probe.outputs("both")[:, 3:], numbers)
        np.testing.assert_array_equal(probe.outputs("lookup")[:, 0], [1, 2, 1, 0])
        nan = {"kinds": kinds, "numbers": numbers + np.nan}
        assert ModelProbe(model, nan).nonfinite_inputs == 12
        cv.diagnose(model, given)

    def test_numbers_for_words_are_refused(self, model: Any) -> None:
        with pytest.raises(TypeError, match="kinds"):
            ModelProbe(model, {"kinds": np.ones(4), "numbers": self.NUMBERS})
        with pytest.raises(TypeError, match="numbers"):
            ModelProbe(model, {"kinds": self.KINDS, "numbers": np.full((4, 3), "x")})
        missing = np.array(["red", None, "blue", "red"], dtype=object)
        with pytest.raises(TypeError, match="'kinds' must be an array of numbers or of text"):
            ModelProbe(model, {"kinds": missing, "numbers": self.NUMBERS})


class Numbers(keras.utils.PyDataset):
    """Batches of four; without an end if none is given."""

    def __init__(self, length: int | None) -> None:
        super().__init__()
        self.length = length

    @property
    def num_batches(self) -> int | None:
        return self.length

    def __getitem__(self, number: int) -> Any:
        return np.full((4, 3), number, "float32"), np.zeros(4), np.ones(4)


class TestDatasets:
    @pytest.fixture
    def model(self) -> Any:
        return keras.Sequential([keras.Input((3,)), kl.Dense(2, name="out")])

    def test_of_keras_own_kind(self, model: Any) -> None:
        probe = ModelProbe(model, Numbers(3))
        np.testing.assert_array_equal(probe.inputs[:, 0], np.repeat([0, 1, 2], 4))
        assert ModelProbe(model, Numbers(3), samples=5).samples == 5

    def test_without_an_end(self, model: Any) -> None:
        assert ModelProbe(model, Numbers(None), samples=10).samples == 10
        assert ModelProbe(model, Numbers(None)).samples == 64

    def test_without_a_batch(self, model: Any) -> None:
        with pytest.raises(ValueError, match="the dataset is empty"):
            ModelProbe(model, Numbers(0))

    @pytest.mark.parametrize("used_up", [lambda: (x for x in [1]), lambda: iter([np.ones((2, 3))])])
    def test_what_reading_uses_up_is_refused(self, model: Any, used_up: Any) -> None:
        with pytest.raises(TypeError, match=r"use up: give arrays, a tf\.data\.Dataset or a keras"):
            ModelProbe(model, used_up())

    def test_elements_that_are_no_batches(self, model: Any) -> None:
        class Ragged(Numbers):
            def __getitem__(self, number: int) -> Any:
                return [1.0, 2.0, 3.0], 0

        with pytest.raises(ValueError, match="must be batches"):
            ModelProbe(model, Ragged(2))


class MakesLayers(keras.Model):
    """Makes its layers anew in every call, one of them with a name, one of them twice used."""

    def __init__(self) -> None:
        super().__init__()
        self.last = kl.Dense(2, name="dense")

    def call(self, x: Any) -> Any:
        x = kl.Dense(4)(kl.LayerNormalization()(x))
        shared = kl.Dense(4)
        return self.last(shared(shared(kl.ReLU(name="mine")(x))))


class TestLayersMadeInACall:
    @pytest.mark.parametrize("eagerly", [False, True])
    def test_have_the_same_paths_in_every_probe(self, eagerly: bool) -> None:
        model, x = MakesLayers(), np.ones((4, 3), "float32")
        model.compile("adam", "mse", run_eagerly=eagerly)
        paths = [
            *("layer_normalization", "dense", "mine"),
            *("dense_1", "dense_1:1", "dense#1"),
        ]
        for _ in range(3):
            probe = ModelProbe(model, x)
            assert [info.path for info in probe.layers] == paths
            assert list(probe.read()) == paths
            model(x)
            kl.Dense(1), kl.LayerNormalization()
            assert [info.path for info in probe.layers] == paths
            assert probe.outputs("dense_1:1").shape == (4, 4)

    def test_are_inspected(self) -> None:
        inspector = cv.ModelInspector(MakesLayers(), np.ones((4, 3), "float32"), layer="dense_1")
        inspector.refresh()
        assert inspector.layer == "dense_1"
        inspector.diagnose()


def test_lists_and_dicts_that_tensorflow_wraps_are_put_back() -> None:
    from tensorflow.python.trackable.data_structures import ListWrapper, wrap_or_unwrap

    items, entries = ListWrapper([1, 2]), wrap_or_unwrap({"a": 1})
    holder = {"items": items, "entries": entries}
    restore = _remember(holder)
    items.append(3)
    entries["b"] = 2
    restore()
    assert list(items) == [1, 2] and len(items) == 2
    assert dict(entries) == {"a": 1}
    assert holder["items"] is items and holder["entries"] is entries
