"""Attention weights: what the layers give when they are asked, and products by hand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelCallError, ModelProbe, attention_weights

from ..check_untouched import check_untouched

RNG = np.random.default_rng(5)


def given(*shape: int) -> Any:
    return RNG.normal(size=shape).astype("float32")


def self_attention(**options: Any) -> keras.Model:
    tokens = keras.Input((7, 12))
    mha = kl.MultiHeadAttention(3, 4, dropout=0.5, name="mha")
    return keras.Model(tokens, kl.Dense(2)(mha(tokens, tokens, **options)))


def test_the_weights_are_the_softmax_of_the_products() -> None:
    model, values = self_attention(), given(5, 7, 12)
    weights = attention_weights(ModelProbe(model, values), "mha")
    assert weights.shape == (5, 7, 7, 3)
    mha = model.get_layer("mha")
    query, key = (
        np.einsum("btd,dnk->btnk", values, np.array(dense.kernel)) + np.array(dense.bias)
        for dense in (mha.query_dense, mha.key_dense)
    )
    scores = np.einsum("btnk,bsnk->btsn", query, key) / 2
    expected = np.exp(scores) / np.exp(scores).sum(2, keepdims=True)
    np.testing.assert_allclose(weights, expected, atol=1e-5)


def test_a_causal_mask_holds() -> None:
    weights = attention_weights(
        ModelProbe(self_attention(use_causal_mask=True), given(2, 7, 12)), "mha"
    )
    np.testing.assert_allclose(weights.sum(2), 1, atol=1e-5)
    assert (weights[:, np.triu_indices(7, 1)[0], np.triu_indices(7, 1)[1]] == 0).all()


def test_padding_is_masked_as_in_the_model() -> None:
    words = keras.Input((6,), dtype="int32")
    embedded = kl.Embedding(9, 8, mask_zero=True)(words)
    mixed = kl.MultiHeadAttention(2, 4, name="mha")(embedded, embedded)
    model = keras.Model(words, kl.Dense(1)(mixed))
    weights = attention_weights(ModelProbe(model, np.array([[3, 4, 5, 0, 0, 0]])), "mha")
    assert (weights[0, :3, 3:] < 1e-6).all()
    # What goes on through the model is what went on before.
    probe = ModelProbe(model, np.array([[3, 4, 5, 0, 0, 0]]))
    before = probe.outputs("mha")
    attention_weights(probe, "mha")
    np.testing.assert_array_equal(probe.outputs("mha"), before)
    np.testing.assert_allclose(weights[0, :3, :3].sum(1), 1, atol=1e-5)


def test_cross_attention_has_other_lengths() -> None:
    one, other = keras.Input((4, 8)), keras.Input((9, 6))
    model = keras.Model([one, other], kl.MultiHeadAttention(2, 3, name="cross")(one, other))
    probe = ModelProbe(model, [given(3, 4, 8), given(3, 9, 6)])
    assert attention_weights(probe, "cross").shape == (3, 4, 9, 2)


def test_each_call_of_a_shared_layer_has_its_own() -> None:
    tokens = keras.Input((5, 8))
    mha = kl.MultiHeadAttention(2, 4, name="mha")
    first = mha(tokens, tokens)
    model = keras.Model(tokens, mha(first, first))
    values = given(2, 5, 8)
    probe = ModelProbe(model, values)
    once, again = attention_weights(probe, "mha"), attention_weights(probe, "mha:1")
    inner = model.get_layer("mha")
    middle, expected = inner(values, values, return_attention_scores=True)
    np.testing.assert_allclose(once, np.moveaxis(np.array(expected), 1, -1), atol=1e-5)
    _, expected = inner(middle, middle, return_attention_scores=True)
    np.testing.assert_allclose(again, np.moveaxis(np.array(expected), 1, -1), atol=1e-5)


@pytest.mark.parametrize("kind", [kl.Attention, kl.AdditiveAttention])
def test_attention_without_heads_has_one(kind: Any) -> None:
    one, other = keras.Input((4, 6)), keras.Input((5, 6))
    model = keras.Model([one, other], kind(name="look")([one, other]))
    weights = attention_weights(ModelProbe(model, [given(2, 4, 6), given(2, 5, 6)]), "look")
    assert weights.shape == (2, 4, 5, 1)
    np.testing.assert_allclose(weights.sum(2), 1, atol=1e-5)


def test_grouped_queries() -> None:
    tokens = keras.Input((6, 8))
    model = keras.Model(tokens, kl.GroupQueryAttention(4, 4, 2, name="gqa")(tokens, tokens))
    assert attention_weights(ModelProbe(model, given(2, 6, 8)), "gqa").shape == (2, 6, 6, 4)


def test_two_axes_of_tokens_are_one() -> None:
    pixels = keras.Input((3, 4, 8))
    mha = kl.MultiHeadAttention(2, 4, attention_axes=(1, 2), name="mha")
    weights = attention_weights(
        ModelProbe(keras.Model(pixels, mha(pixels, pixels)), given(2, 3, 4, 8)), "mha"
    )
    assert weights.shape == (2, 12, 12, 2)
    np.testing.assert_allclose(weights.sum(2), 1, atol=1e-5)


def test_some_axes_of_tokens_are_refused() -> None:
    pixels = keras.Input((3, 4, 8))
    mha = kl.MultiHeadAttention(2, 4, attention_axes=(2,), name="mha")
    probe = ModelProbe(keras.Model(pixels, mha(pixels, pixels)), given(2, 3, 4, 8))
    with pytest.raises(ValueError, match="attends over some axes"):
        attention_weights(probe, "mha")


def test_inside_a_layer_of_ones_own() -> None:
    class Block(kl.Layer):
        def __init__(self) -> None:
            super().__init__(name="block")
            self.mha = kl.MultiHeadAttention(2, 4, name="mha")

        def call(self, tokens: Any) -> Any:
            return tokens + self.mha(tokens, tokens)

    model = keras.Sequential([keras.Input((5, 8)), Block(), kl.Dense(2)])
    probe = ModelProbe(model, given(2, 5, 8))
    before = probe.read()
    assert attention_weights(probe, "block/mha").shape == (2, 5, 5, 2)
    after = probe.read()
    assert all(np.array_equal(after[path], before[path]) for path in before)


def test_what_gives_no_weights_says_so() -> None:
    probe = ModelProbe(self_attention(), given(2, 7, 12))
    with pytest.raises(ValueError, match="must be an attention layer; got a Dense"):
        attention_weights(probe, probe.layers[-1].path)
    with pytest.raises(ValueError, match="no layer 'mhb'"):
        attention_weights(probe, "mhb")
    probe.model.get_layer("mha")._flash_attention = True
    with pytest.raises(ValueError, match="uses flash attention, which makes no weights"):
        attention_weights(probe, "mha")


def test_an_error_of_the_model_is_told_as_ever() -> None:
    model = self_attention()
    probe = ModelProbe(model, given(2, 7, 12))
    model.get_layer("mha").query_dense.kernel.assign(np.full((12, 3, 4), np.nan))
    assert np.isnan(attention_weights(probe, "mha")).all()

    class Broken(kl.Layer):
        def call(self, tokens: Any, return_attention_scores: bool = False) -> Any:
            if return_attention_scores:
                raise RuntimeError("no scores today")
            return 2 * tokens

    broken = ModelProbe(keras.Sequential([keras.Input((5, 8)), Broken(name="mha")]), given(2, 5, 8))
    with pytest.raises(ModelCallError, match="no scores today"):
        attention_weights(broken, "mha")


def test_the_grid_shows_a_tile_a_head_and_sample() -> None:
    weights = attention_weights(ModelProbe(self_attention(), given(4, 7, 12)), "mha")
    grid = cv.ChannelGrid(weights)
    assert grid._shape == [4, 3, 7, 7]


def test_nothing_is_changed() -> None:
    def asked(probe: ModelProbe) -> None:
        with pytest.raises(ValueError, match="must be an attention layer"):
            attention_weights(probe, "conv")

    check_untouched(asked, ["model/reading/attention_weights.py"])


def test_an_attention_model_is_left_as_it_was() -> None:
    model = self_attention()
    probe = ModelProbe(model, given(3, 7, 12))
    mha = model.get_layer("mha")
    weights = [np.array(each) for each in model.get_weights()]
    seed = np.array(mha._dropout_layer.seed_generator.state)
    losses, config = list(model.losses), mha.get_config()
    attention_weights(probe, "mha")
    assert all(map(np.array_equal, weights, model.get_weights()))
    assert np.array_equal(seed, mha._dropout_layer.seed_generator.state)
    assert (list(model.losses), mha.get_config()) == (losses, config)
