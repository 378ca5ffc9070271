"""Data that fail, models that change, arguments that are none: what is said and kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnviz_widgets.model import ModelCallError
from cnnviz_widgets.model.survey import surveyor
from cnnviz_widgets.model.survey.stopped import SurveyStopped
from cnnviz_widgets.model.survey.survey import survey

from ..nets import Raising
from .everything import images, labels, small, survey_bits

X, Y = images(), labels()


@pytest.fixture(scope="module")
def model() -> Any:
    return small()


def dataset(*parts: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices(parts).batch(50)


def failing(at: int) -> Any:
    """Fails as sample `at` is read, in batches of 20."""

    class Failing(keras.utils.PyDataset):
        def __len__(self) -> int:
            return len(X) // 20

        def __getitem__(self, index: int) -> Any:
            if 20 * index >= at:
                raise OSError("disk is gone")
            return X[20 * index : 20 * index + 20]

    return Failing()


@pytest.mark.parametrize("at", [40, 100, 128, 180])
def test_data_that_fail_name_the_sample_and_the_rest_is_kept(at: int, model: Any) -> None:
    with pytest.raises(SurveyStopped, match="disk is gone") as caught:
        survey(model, failing(at))
    done = -(-at // 20) * 20
    assert f"before sample {done}: " in str(caught.value)
    assert survey_bits(caught.value.survey)["conv"] == survey_bits(survey(model, X[:done]))["conv"]


def test_data_that_fail_at_once_are_refused(model: Any) -> None:
    with pytest.raises(ValueError, match="disk is gone"):
        survey(model, failing(0))


def test_endless_and_empty_data_are_refused(model: Any) -> None:
    with pytest.raises(ValueError, match="never ends"):
        survey(model, dataset(X).repeat())
    for empty in (X[:0], dataset(X).take(0), (X[:0], Y[:0])):
        with pytest.raises(ValueError, match=r"at least one|is empty"):
            survey(model, empty)
    with pytest.raises(ValueError, match="equally many"):
        survey(model, [X, X[:5]])


def test_what_is_no_data_is_refused(model: Any) -> None:
    for data, error in {"text": TypeError, 5: TypeError, None: TypeError}.items():
        with pytest.raises(error, match="data"):
            survey(model, data)
    with pytest.raises(TypeError, match="use up"):
        survey(model, iter([X]))
    with pytest.raises(ValueError, match="do not fit"):
        survey(model, X[:, :3])
    with pytest.raises(ValueError, match="batches of dense"):
        survey(model, tf.data.Dataset.from_tensor_slices(np.arange(5.0)))
    with pytest.raises(TypeError, match="must be a Keras model"):
        survey("model", X)


def test_samples_of_other_shapes_are_told_of(model: Any) -> None:
    ragged = keras.Sequential(
        [keras.Input((None, 2)), keras.layers.Conv1D(3, 2, activation="relu", name="conv")]
    )

    class Ragged(keras.utils.PyDataset):
        def __init__(self, batch: int) -> None:
            super().__init__()
            self.batch = batch

        def __len__(self) -> int:
            return 2

        def __getitem__(self, index: int) -> Any:
            return np.zeros((self.batch, 6 - index, 2), "f4")

    for batch in (40, 64):
        with pytest.raises(SurveyStopped, match=r"\(5, 2\).*\(6, 2\).* Pad") as caught:
            survey(ragged, Ragged(batch))
        assert caught.value.survey is not None
        assert caught.value.survey.samples == batch


@pytest.mark.parametrize("form", ["list", "objects", "tensor", "dataset"])
def test_sequences_of_different_lengths_are_refused_with_the_way_out(form: str) -> None:
    sequences = [np.arange(1, 2 + length) for length in (3, 1, 4, 1, 5)]
    tensor = tf.ragged.constant([each.tolist() for each in sequences])
    given = {
        "list": sequences,
        "objects": np.array(sequences, dtype=object),
        "tensor": tensor,
        "dataset": tf.data.Dataset.from_tensor_slices(tensor).batch(2),
    }
    says = "keras.utils.pad_sequences" if form != "dataset" else "padded_batch"
    with pytest.raises((TypeError, ValueError), match=says) as caught:
        survey(sequential(), given[form])
    assert "of different lengths" in str(caught.value)


def sequential() -> Any:
    layers = keras.layers
    embedding = layers.Embedding(20, 3, mask_zero=True, name="embedding")
    return keras.Sequential([keras.Input((None,)), embedding, layers.LSTM(2, name="lstm")])


def test_a_model_that_masks_steps_says_so(model: Any) -> None:
    padded = np.array([[3, 1, 0, 0], [2, 0, 0, 0], [4, 4, 4, 4]])
    found = survey(sequential(), padded, layers="all")
    assert found.masked and not survey(model, X[:64]).masked
    assert "those that a mask covers count as values" in str(found)
    assert found.layers["embedding"].values.tolist() == [12] * 3


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Y[:-1], "one entry for each of 200 samples; got 199"),
        (np.where(np.arange(200) == 150, -1, Y), "0 to 2; sample 150 has -1"),
        (Y + 0.5, "whole numbers; got"),
        (np.zeros((200, 2)), "one number a sample, or one-hot"),
        (np.full(200, 10**6), "0 to 9999; got 1000000"),
        (["cat"] * 200, "labels"),
    ],
)
def test_labels_that_are_none(given: Any, says: str, model: Any) -> None:
    with pytest.raises((ValueError, TypeError, SurveyStopped), match=says):
        survey(model, X, labels=given)


def test_labels_of_a_dataset_that_end_early(model: Any) -> None:
    with pytest.raises(SurveyStopped, match="got 130, and the data go on") as caught:
        survey(model, dataset(X), labels=Y[:130])
    assert caught.value.survey is not None
    assert caught.value.survey.samples == 100


def test_labels_are_given_once(model: Any) -> None:
    with pytest.raises(ValueError, match="twice"):
        survey(model, (X, Y), labels=Y)


def test_targets_that_are_no_labels_are_left_alone(model: Any) -> None:
    for targets in (X, Y + 0.5, np.full(200, 7), np.linspace(0, 9, 200)):
        assert survey(model, (X[:70], targets[:70])).classes == 0
    assert survey(model, dataset(X[:70], X[:70])).classes == 0


def test_a_dataset_in_no_fixed_order_is_refused_with_the_way_out(model: Any) -> None:
    shuffled = dataset(X).shuffle(10)
    with pytest.raises(ValueError, match=r"no fixed order: it is shuffled anew.*key="):
        survey(model, shuffled)

    class Random(keras.utils.PyDataset):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: int) -> Any:
            return np.random.default_rng().normal(size=(20, 7, 6, 2)).astype("f4")

    with pytest.raises(ValueError, match=r"same samples twice.*key="):
        survey(model, Random())


def test_keys_number_each_sample_once(model: Any) -> None:
    for numbers, says in {
        "twice": (np.arange(200) % 150, "number 0 to two samples"),
        "too few": (None, "50 whole numbers"),
        "negative": (np.arange(200) - 1, "50 whole numbers"),
    }.values():
        given = np.arange(200) if numbers is None else numbers

        def key(element: Any, *, short: bool = numbers is None) -> Any:
            return element[2][:3] if short else element[2]

        with pytest.raises((ValueError, SurveyStopped), match=says):
            survey(model, dataset(X, Y, given), key=key)
    with pytest.raises(ValueError, match="arrays are numbered as they lie"):
        survey(model, X, key=len)


def test_a_model_that_fails_on_the_way_keeps_what_was_done() -> None:
    model = Raising()
    model.second.error = None
    model.compile(loss="mse", run_eagerly=True)
    x = np.ones((200, 3), "f4")

    def fail(share: float, message: str) -> None:
        if message.startswith("128"):
            model.second.error = RuntimeError("no")

    with pytest.raises(SurveyStopped, match=r"before sample 128: .*second") as caught:
        survey(model, x, layers="all", progress=fail)
    assert isinstance(caught.value.__cause__, ModelCallError)
    with pytest.raises(ModelCallError, match="second"):
        survey(model, x, layers="all")


def test_weights_that_change_meanwhile_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveyor, "_LOOK_AGAIN", 0)
    monkeypatch.setattr(surveyor, "_LOOKS", 0)
    model = small()
    model.compile("sgd", "sparse_categorical_crossentropy")

    def train(share: float, message: str) -> None:
        if message.startswith("128"):
            other = threading.Thread(target=lambda: model.fit(X, Y, verbose=0))
            other.start()
            other.join()

    with pytest.raises(SurveyStopped, match="weights changed while") as caught:
        survey(model, X, progress=train)
    assert caught.value.survey is not None
    # Behind the others nobody had looked at the weights.
    assert caught.value.survey.samples == 64


def test_one_weight_that_changed_is_found_at_the_end() -> None:
    model = small()

    def change(share: float, message: str) -> None:
        kernel, bias = model.get_layer("head").get_weights()
        kernel[1, 1] += 1
        model.get_layer("head").set_weights([kernel, bias])

    with pytest.raises(SurveyStopped, match="weights changed while"):
        survey(model, X, progress=change)


def test_arguments_that_do_not_go_together(model: Any) -> None:
    for says, options in {
        "executor runs shards": {"executor": ThreadPoolExecutor(1)},
        "go without shards": {"key": len, "shards": 2},
        "shards must be": {"shards": 0},
        "layers must be 'activations', 'all' or": {"layers": "some"},
        "no layer 'cov'.*'conv'": {"layers": ["cov"]},
        "like must be": {"like": model},
        "progress must be": {"progress": 5},
        "key must be": {"key": 5},
        "label": {"label": Y},
    }.items():
        with pytest.raises((ValueError, TypeError, KeyError), match=says):
            survey(model, X, **options)
    with pytest.raises(ValueError, match="function of a shard's number"):
        survey(model, lambda index: (0, X))


@keras.saving.register_keras_serializable("tests")
class NotInGraphs(keras.Model):
    """Leaves a layer out where it is traced."""

    def __init__(self) -> None:
        super().__init__()
        self.first = keras.layers.Dense(3, name="first")
        self.second = keras.layers.Dense(2, name="second")

    def call(self, inputs: Any) -> Any:
        if not tf.executing_eagerly():
            return self.first(inputs)
        return self.second(self.first(inputs))


def test_a_layer_that_is_not_called_where_the_model_is_traced_is_surveyed_eagerly() -> None:
    model = NotInGraphs()
    model(np.zeros((1, 4), "f4"))
    x = np.random.default_rng(0).normal(size=(70, 4)).astype("f4")
    found = survey(model, x, layers="all")
    assert found.samples == 70
    np.testing.assert_allclose(
        found.layers["second"].mean, model(x).numpy().mean(axis=0), rtol=1e-4, atol=1e-6
    )


def test_labels_of_a_dataset_that_has_its_own_are_refused(model: Any) -> None:
    with pytest.raises(ValueError, match="labels are given twice"):
        survey(model, dataset(X, Y), labels=Y)


@pytest.mark.parametrize("count", [199, 201, 50, 400])
def test_labels_of_another_length_than_the_dataset_are_refused(count: int, model: Any) -> None:
    of_200 = np.resize(Y, count)
    with pytest.raises((ValueError, SurveyStopped), match="labels must have one entry for each"):
        survey(model, tf.data.Dataset.from_tensor_slices(X).batch(50), labels=of_200)


def test_a_dataset_that_is_shorter_than_its_state_is_refused(model: Any, tmp_path: Any) -> None:
    survey(model, dataset(X), checkpoint=tmp_path / "s")
    with pytest.raises(SurveyStopped, match=r"data hold 150 samples, .* before number 200 were"):
        survey(model, dataset(X[:150]), checkpoint=tmp_path / "s")
