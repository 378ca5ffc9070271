"""The third view in a real page: heads, tokens by their words, and back by the frame's key."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import OpenNotebook

MODEL = """
import keras
import numpy as np
from keras import layers as kl

import cnnviz_widgets as cv

words = ["", *"the cat sat on mat".split()]
ids = keras.Input((4,), dtype="int32")
tokens = kl.Embedding(6, 8)(ids)
heads = kl.MultiHeadAttention(3, 4, name="mha")(tokens, tokens)
model = keras.Model(ids, kl.Dense(2)(kl.GlobalAveragePooling1D()(heads)))
given = np.array([[1, 2, 3, 4], [2, 3, 4, 5]])
inspector = cv.ModelInspector(model, given, layer="mha", decode=words)
"""


def test_attention_is_a_view_whose_tokens_have_words(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([MODEL, "inspector"])
    notebook.run_all()
    page = notebook.page
    frame = page.locator(".cnnviz-frame")
    attention = frame.get_by_role("button", name="Attention")
    expect(attention).to_have_attribute("aria-pressed", "false")
    attention.click()
    notebook.wait_for_value("inspector.view", "attention")
    expect(frame.locator(".cnnviz-channel-grid .cnnviz-facts-counts")).to_contain_text(
        "3 heads 4×4"
    )
    tile = frame.locator(".cnnviz-grid-overlay")
    # In the first line of a tile, in its last column.
    at = {"x": 260, "y": 24}
    tile.hover(position=at)
    readout = frame.locator(".cnnviz-channel-grid .cnnviz-readout")
    expect(readout).to_contain_text("the (0) → on (3): ≈ ")
    tile.dblclick(position=at)
    expect(frame.locator(".cnnviz-card-facts")).to_contain_text("Head")
    # Words along the edges take room beside the tile.
    picture = frame.locator(".cnnviz-card-picture").bounding_box()
    assert picture is not None and picture["width"] > 200 and picture["height"] > 200
    page.keyboard.press("Escape")
    tile.press("w")
    notebook.wait_for_value("inspector.view", "outputs")
    frame.get_by_role("treeitem", name="dense Dense").click()
    notebook.wait_for_value("inspector.layer", "dense")
    expect(attention).to_be_hidden()
