"""A small model that trains in a cell, and what the page shows of that."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from .lab import Notebook

MODEL = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers as kl
import cnnviz_widgets as cv
keras.utils.set_random_seed(3)
rng = np.random.default_rng(0)
x, y = rng.random((256, 12, 12, 1), dtype="float32"), rng.integers(0, 5, 256)
def new_model():
    model = keras.Sequential([
        keras.Input((12, 12, 1)),
        kl.Conv2D(8, 3, activation="relu", name="conv1"),
        kl.Conv2D(12, 3, activation="relu", name="conv2"),
        kl.Flatten(name="flatten"),
        kl.Dense(5, name="logits"),
    ])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.02), loss)
    return model
model = new_model()
"""
SHOW = "inspector = cv.ModelInspector(model, x[:6])\ninspector"


def fit(monitors: str = "inspector.monitor('batch', 0.5)", epochs: int = 1_000_000) -> str:
    """A cell that trains; by default until it is stopped."""
    return (
        f"history = model.fit(x, y, batch_size=16, epochs={epochs}, verbose=0, "
        f"callbacks=[{monitors}])"
    )


def wait_for_state(notebook: Notebook, state: str, bar: int = 0) -> None:
    """Wait until the training bar, the first or a later one, shows this state."""
    bars = notebook.page.locator(".cnnviz-training-bar")
    shown = bars.nth(bar).and_(notebook.page.locator(f'[data-state="{state}"]'))
    # What is over is not told in the bar.
    shown.wait_for(state="attached")


def told(notebook: Notebook, bar: int = 0) -> Locator:
    """What the training bar says; more is in its title."""
    return notebook.page.locator(".cnnviz-training-bar > .cnnviz-training-text").nth(bar)


def number_before(notebook: Notebook, words: str, bar: int) -> int:
    """The number before some words of the bar's title."""
    found = re.search(rf"([\d,]+) {words}", told(notebook, bar).get_attribute("title"))
    return int(found[1].replace(",", ""))


def step(notebook: Notebook, bar: int = 0) -> int:
    """Training steps made, as the bar tells them."""
    return number_before(notebook, "training step", bar)


def wait_for_step(notebook: Notebook, beyond: int, bar: int = 0) -> None:
    """Wait until the bar has told of more steps than these."""
    notebook.page.wait_for_function(
        "([told, beyond]) => "
        "Number(/([\\d,]+) training step/.exec(told.title)[1].replace(/,/g, '')) > beyond",
        arg=[told(notebook, bar).element_handle(), beyond],
    )


def updates(notebook: Notebook, bar: int = 0) -> int:
    """How often the views were brought up to date, as the bar tells it."""
    return number_before(notebook, "updates? of the views", bar)


PICTURE = """
    index => {
        const canvas = document.querySelectorAll('.cnnviz-grid-tiles')[index];
        const { width, height } = canvas;
        return canvas.getContext('2d').getImageData(0, 0, width, height).data.join();
    }
"""


def wait_for_new_picture(notebook: Notebook, grid: int = 0) -> None:
    """Wait until a grid, the first or a later one, shows other values than now."""
    before = notebook.page.evaluate(PICTURE, grid)
    notebook.page.wait_for_function(
        f"([before, grid]) => ({PICTURE})(grid) !== before", arg=[before, grid]
    )
