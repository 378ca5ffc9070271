"""Words for the tokens of attention: of which input, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.model.samples.tokens import token_names
from cnnviz_widgets.records.samples.token_names import TokenNames

WORDS = ["", "cat", "sat", "mat"]
IDS = np.array([[1, 2, 3, 0], [3, 3, 1, 9]])


def encoder(length: int = 4) -> keras.Model:
    ids = keras.Input((length,), dtype="int32", name="ids")
    tokens = kl.Embedding(10, 6)(ids)
    return keras.Model(ids, kl.MultiHeadAttention(2, 3, name="mha")(tokens, tokens))


def named(decode: Any = None, targets: int = 4, sources: int = 4) -> TokenNames:
    probe = ModelProbe(encoder(), IDS)
    return token_names(probe, probe.info("mha"), targets, sources, decode)


def said(names: TokenNames) -> list[list[str]]:
    return [[names.words[place] for place in row] for row in names.targets.tolist()]


def test_a_list_of_words_names_them() -> None:
    names = named(WORDS)
    assert said(names) == [["cat", "sat", "mat", "id 0"], ["mat", "mat", "cat", "id 9"]]
    assert np.array_equal(names.targets, names.sources)
    assert names.note == ""


def test_a_function_is_asked_for_each_id() -> None:
    asked: list[list[int]] = []

    def decode(ids: Any) -> str:
        asked.append(ids.tolist())
        return f"<{ids[0]}> "

    assert said(named(decode))[0] == ["<1>", "<2>", "<3>", "<0>"]
    assert sorted(asked) == [[0], [1], [2], [3], [9]]


def test_a_function_that_takes_whole_samples_only_leaves_the_ids_and_says_so() -> None:
    def decode(ids: Any) -> str:
        return f"{ids[0]} {ids[3]}"

    names = named(decode)
    assert said(names)[0] == ["1", "2", "3", "0"]
    assert names.note == "Tokens are called by their ids: decode takes no single id (IndexError)."


def test_without_decode_they_are_called_by_their_ids() -> None:
    assert said(named())[1] == ["3", "3", "1", "9"]


@pytest.mark.parametrize("targets", [3, 5])
def test_of_another_number_nothing_is_known(targets: int) -> None:
    names = named(WORDS, targets=targets)
    assert names.targets.shape == (0, 0) and names.sources.shape == (2, 4)


def test_numbers_are_no_tokens() -> None:
    given = keras.Input((4, 6))
    model = keras.Model(given, kl.MultiHeadAttention(2, 3, name="mha")(given, given))
    probe = ModelProbe(model, np.zeros((2, 4, 6), "float32"))
    assert token_names(probe, probe.info("mha"), 4, 4, WORDS).words == ()


def crossed(lengths: Sequence[int], ids: Callable[[int], Any]) -> TokenNames:
    question, answer = (
        keras.Input((n,), dtype="int32", name=f"in{k}") for k, n in enumerate(lengths)
    )
    sides = [kl.Embedding(10, 6)(each) for each in (question, answer)]
    model = keras.Model([question, answer], kl.MultiHeadAttention(2, 3, name="mha")(*sides))
    probe = ModelProbe(model, [ids(0), ids(1)])
    return token_names(probe, probe.info("mha"), *lengths, WORDS)


def test_each_side_is_named_by_the_input_that_is_as_long() -> None:
    names = crossed([2, 3], lambda k: np.full((2, 2 + k), 1 + k))
    assert said(names) == [["cat", "cat"]] * 2
    assert [names.words[each] for each in names.sources[0]] == ["sat"] * 3


def test_of_two_inputs_as_long_nobody_knows_which_it_is() -> None:
    assert crossed([3, 3], lambda k: np.full((2, 3), 1 + k)).words == ()
    assert said(crossed([3, 3], lambda _: np.full((2, 3), 1))) == [["cat"] * 3] * 2
