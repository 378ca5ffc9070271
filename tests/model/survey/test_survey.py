"""What a survey finds is what holding everything finds, whatever form the samples come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.survey.survey import survey
from cnnviz_widgets.records.survey.survey import Survey

from .everything import check_survey, held, images, labels, small, survey_bits

X, Y = images(), labels()


@pytest.fixture(scope="module")
def model() -> Any:
    return small()


@pytest.fixture(scope="module")
def whole(model: Any) -> Survey:
    return survey(model, X, labels=Y)


def dataset(batch: int, *parts: Any) -> Any:
    return tf.data.Dataset.from_tensor_slices(parts).batch(batch)


class Sequence(keras.utils.PyDataset):
    """Two epochs' order would differ; a survey reads one."""

    def __len__(self) -> int:
        return -(-len(X) // 30)

    def __getitem__(self, index: int) -> Any:
        rows = slice(30 * index, 30 * index + 30)
        return X[rows], Y[rows]


def test_it_finds_what_holding_everything_finds(model: Any, whole: Survey) -> None:
    assert list(whole.layers) == ["conv", "bent", "head"]
    check_survey(whole, held(model, X, whole.layers), Y)
    conv = whole.layers["conv"]
    assert conv.dead.tolist() == [True, False, False, False, False]
    assert conv.measures.constant.tolist() == [False, True, False, False, False]


def test_its_quantiles_are_near_those_of_everything(model: Any, whole: Survey) -> None:
    shares = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    for path, values in held(model, X, whole.layers).items():
        columns = np.sort(values.reshape(-1, values.shape[-1]), axis=0).T
        for column, found in zip(columns, whole.quantile(path, shares), strict=True):
            below = np.searchsorted(column, found, "left") / len(column)
            above = np.searchsorted(column, found, "right") / len(column)
            error = np.maximum(below - shares, shares - above)
            assert error.max() <= 0.02


def test_all_layers_on_request(model: Any) -> None:
    found = survey(model, X[:70], layers="all")
    assert list(found.layers) == ["conv", "pool", "bent", "flat", "head"]
    check_survey(found, held(model, X[:70], found.layers))
    some = survey(model, X[:70], layers=["pool"])
    assert survey_bits(some)["pool"] == survey_bits(found)["pool"]


FORMS: dict[str, Callable[[], Any]] = {
    "inputs and labels": lambda: survey(small(), (X, Y)),
    "lists": lambda: survey(small(), X, labels=Y.tolist()),
    "one-hot rows": lambda: survey(small(), X, labels=np.eye(3)[Y]),
    "a column of labels": lambda: survey(small(), X, labels=Y[:, None]),
    "batches of 1": lambda: survey(small(), dataset(1, X, Y)),
    "batches of 37": lambda: survey(small(), dataset(37, X, Y)),
    "one batch": lambda: survey(small(), dataset(500, X, Y)),
    "labels apart": lambda: survey(small(), dataset(64, X), labels=Y),
    "with weights": lambda: survey(small(), dataset(37, X, Y, np.ones(len(X)))),
    "a PyDataset": lambda: survey(small(), Sequence()),
    "a probe": lambda: survey(ModelProbe(small(), X[:5]), X, labels=Y),
    "float64": lambda: survey(small(), X.astype("float64"), labels=Y),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_the_samples_changes_no_bit(form: str, whole: Survey) -> None:
    assert survey_bits(FORMS[form]()) == survey_bits(whole)


def test_an_order_of_any_kind_changes_no_bit_where_samples_have_numbers(
    model: Any, whole: Survey
) -> None:
    order = np.random.default_rng(5).permutation(len(X))
    shuffled = dataset(30, X[order], Y[order], order).shuffle(4)
    found = survey(model, shuffled, key=lambda element: element[2], like=whole)
    assert survey_bits(found) == survey_bits(whole)


def test_parts_merge_to_the_whole(model: Any, whole: Survey) -> None:
    def part(first: int, last: int, like: Survey | None) -> Survey:
        numbers = np.arange(first, last)
        data = dataset(40, X[numbers], Y[numbers], numbers)
        return survey(model, data, key=lambda element: element[2], like=like)

    first = part(0, 90, None)
    second = part(90, 200, first)
    assert (
        survey_bits(first.merge(second)) == survey_bits(second.merge(first)) == survey_bits(whole)
    )
    with pytest.raises(ValueError, match="same samples"):
        whole.merge(second)


def test_a_few_samples_are_surveyed_as_many_are(model: Any) -> None:
    for count in (1, 9, 63, 65):
        check_survey(survey(model, X[:count]), held(model, X[:count], ["conv", "bent", "head"]))


def test_values_that_are_no_numbers_are_counted(model: Any) -> None:
    spoilt = X.copy()
    spoilt[70, 2, 2, 0] = np.nan
    spoilt[130, 0, 0, 1] = np.inf
    spoilt[199] = np.nan
    found = survey(model, spoilt, labels=Y)
    outputs = held(model, spoilt, found.layers)
    assert found.layers["bent"].nonfinite.any()
    check_survey(found, outputs, Y)


def test_it_says_how_far_it_is_and_how_long_it_will_take(model: Any) -> None:
    told: list[tuple[float, str]] = []
    survey(model, X, progress=lambda share, message: told.append((share, message)))
    assert [share for share, _ in told] == [0.32, 0.64, 0.96, 1.0]
    assert told[0][1].startswith("64 of 200 samples, ")
    assert told[0][1].endswith(" left")
    unknown = dataset(64, X).filter(lambda x: True)
    survey(model, unknown, progress=lambda share, message: told.append((share, message)))
    assert told[-1] == (-1.0, "surveyed 200 samples")
