"""The inspector's third view: which tokens an attention layer looks at."""

from __future__ import annotations

import importlib
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as kl
from traitlets import TraitError

from cnnviz_widgets import HistoryViewer, ModelInspector, open_history
from cnnviz_widgets.model import ModelProbe, attention_weights
from cnnviz_widgets.records.place import Place
from cnnviz_widgets.records.record_kind import ATTENTION

reading = importlib.import_module("cnnviz_widgets.model.reading.attention_weights")

WORDS = ["", *["the", "cat", "sat", "on", "mat"]]
IDS = np.random.default_rng(0).integers(0, 6, (6, 5))
MHA = Place("block/mha", "attention")


@keras.saving.register_keras_serializable("attention_view")
class Block(kl.Layer):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.mha = kl.MultiHeadAttention(3, 4, name="mha")

    def call(self, tokens: Any) -> Any:
        return tokens + self.mha(tokens, tokens)


def reader() -> keras.Model:
    ids = keras.Input((5,), dtype="int32")
    tokens = Block(name="block")(kl.Embedding(6, 8, name="embedding")(ids))
    model = keras.Model(ids, kl.Dense(2, name="head")(kl.GlobalMaxPooling1D()(tokens)))
    model.compile("sgd", "mse")
    return model


def inspector(**options: Any) -> ModelInspector:
    return ModelInspector(reader(), IDS, decode=WORDS, **options)


def trained(shown: ModelInspector, **options: Any) -> None:
    monitor = shown.monitor(**options)
    shown.probe.model.fit(IDS, np.ones((6, 2)), epochs=2, verbose=0, callbacks=[monitor])


def test_heads_are_columns_and_samples_rows_of_tables_of_tokens() -> None:
    shown = inspector(layer="block/mha", view="attention")
    record = shown.record
    assert record is not None and record.kind == ATTENTION and record.shape == (6, 5, 5, 3)
    np.testing.assert_array_equal(record.held_values, attention_weights(shown.probe, "block/mha"))
    assert shown.grid._shape == [6, 3, 5, 5] and shown.grid._view == "attention"
    assert shown.header.facts == "MultiHeadAttention · 3 heads of 5 × 5 · 6 samples"
    assert shown.dendrogram.record is not None and shown.dendrogram.record.n_channels == 3
    assert shown.parameters.layout.display == "none"
    shown.close()


def test_its_tokens_have_the_words_of_decode_and_outputs_have_none() -> None:
    shown = inspector(layer="block/mha", view="attention")
    assert shown.grid._token_words == ["id 0", *WORDS[1:]]
    assert shown.grid._token_shape == [6, 5, 5]
    shown.view = "outputs"
    assert shown.grid._token_words == [] and shown.grid._token_shape == [0, 0, 0]
    shown.view = "attention"
    shown.set_inputs(np.full((2, 5), 4))
    assert shown.grid._token_words == ["on"] and shown.grid._token_shape == [2, 5, 5]
    shown.close()


def test_colours_span_each_tile_by_itself_until_chosen_otherwise() -> None:
    shown = inspector(layer="block/mha")
    assert shown.grid.value_range == "channel"
    shown.view = "attention"
    assert shown.grid.value_range == "tile"
    shown.grid.value_range = "layer"
    shown.view = "outputs"
    assert shown.grid.value_range == "channel"
    shown.view = "attention"
    assert shown.grid.value_range == "layer"
    shown.close()


def test_a_layer_without_it_offers_none_and_says_so() -> None:
    shown = inspector(layer="block/mha", view="attention")
    assert shown.header.has_attention
    shown.layer = "head"
    assert shown.view == "outputs" and not shown.header.has_attention
    with pytest.raises(TraitError, match="'head', a Dense, has no attention weights to show"):
        shown.view = "attention"
    assert shown.view == "outputs" == shown.header.view
    with pytest.raises(ValueError, match="'head', a Dense, has no attention"):
        inspector(layer="head", view="attention")
    shown.close()


def test_it_begins_at_the_first_layer_that_has_it() -> None:
    shown = inspector(view="attention")
    assert (shown.layer, shown.view) == ("block/mha", "attention")
    shown.close()
    model = keras.Sequential([keras.Input((3,)), kl.Dense(2)])
    with pytest.raises(ValueError, match="has no attention weights"):
        ModelInspector(model, np.zeros((2, 3)), view="attention")


def test_attention_that_is_no_table_is_not_offered() -> None:
    given = keras.Input((2, 4, 6))
    mha = kl.MultiHeadAttention(2, 3, attention_axes=(2,), name="mha")
    model = keras.Model(given, mha(given, given))
    shown = ModelInspector(model, np.zeros((2, 2, 4, 6), "float32"), layer="mha")
    assert not shown.header.has_attention
    shown.close()


def test_flash_attention_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = ModelProbe(reader(), IDS)
    info = probe.info("block/mha")
    assert reading.has_attention(probe, info)
    monkeypatch.setattr(reading, "uses_flash_attention", lambda layer: True)
    assert not reading.has_attention(probe, info)


def test_it_follows_training_and_is_kept() -> None:
    shown = inspector(layer="block/mha", view="attention")
    before = shown.record
    trained(shown, budget=None)
    assert shown.record is not before and shown.view == "attention"
    history = shown.history
    assert history is not None and history.counts[MHA] == len(history) == 3
    shown.following.story.timeline.position = int(history.steps[0])
    past = shown.record
    assert past is not None and past.kind == ATTENTION and past.held_values is None
    assert "as it was at step" in shown.header.facts
    # The inputs are the same: so are the words.
    assert shown.grid._token_shape == [6, 5, 5]
    viewer = HistoryViewer(history)
    assert viewer.header.view == "attention" and viewer.header.has_attention
    assert viewer.record is not None and viewer.record.kind == ATTENTION
    viewer.close()
    shown.close()


def test_what_was_not_kept_says_so_and_is_shown_as_it_is() -> None:
    shown = inspector(layer="block/mha")
    trained(shown)
    shown.view = "attention"
    history = shown.history
    assert history is not None
    shown.following.story.timeline.position = int(history.steps[0])
    assert shown.following.story.timeline.note == (
        "block/mha, attention, was not kept: it is shown as it is now. "
        "Attention is kept at updates that come while it is shown."
    )
    assert shown.record is not None and shown.record.held_values is not None
    shown.close()


def test_a_folder_keeps_it(tmp_path: Any) -> None:
    shown = inspector(layer="block/mha", view="attention")
    trained(shown, folder=tmp_path)
    shown.close()
    viewer = open_history(tmp_path)
    assert viewer.record is not None and viewer.record.kind == ATTENTION
    assert viewer.record.shape == (6, 5, 5, 3) and viewer.record.extent.startswith("3 heads")
    viewer.close()


def test_heads_are_no_channels_of_the_output() -> None:
    shown = inspector(layer="block/mha")
    shown.selection.selected = (1,)
    shown.view = "attention"
    assert shown.selection.selected == () and not shown.ablation.enabled
    shown.selection.selected = (2,)
    values = shown.selected_values()
    assert values.view == "attention" and values.values.shape == (6, 5, 5, 1)
    assert values.samples == tuple(range(6))
    with pytest.raises(ValueError, match="the heads of 'attention' are no channels"):
        shown._display.output_channels([2])
    shown.close()


def test_of_very_many_tokens_fewer_samples_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 4 * 3 * 25 * 2)
    shown = inspector(layer="block/mha", view="attention")
    record = shown.record
    assert record is not None and record.samples is not None
    assert record.samples.numbers == (0, 5) and record.samples.total == 6
    assert "2 of 6 samples" in shown.header.facts
    shown.close()


def test_weights_that_are_not_finite_are_marked() -> None:
    shown = inspector(layer="block/mha", view="attention")
    mha = shown.probe.model.get_layer("block").mha
    mha.query_dense.kernel.assign(np.full((8, 3, 4), np.nan))
    shown.refresh()
    record = shown.record
    assert record is not None and record.measures.nonfinite.all()
    assert (record.tiles.marks == 4).all()
    shown.close()


def test_one_token_and_one_sample_are_shown() -> None:
    given = keras.Input((1, 4))
    model = keras.Model(given, kl.Attention(name="look")([given, given]))
    shown = ModelInspector(model, np.ones((1, 1, 4), "float32"), layer="look", view="attention")
    assert shown.grid._shape == [1, 1, 1, 1]
    assert shown.picture() is not None
    shown.close()
