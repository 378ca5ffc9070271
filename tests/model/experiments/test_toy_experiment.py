"""An experiment as CONTRIBUTING.md tells to add one, and the test that every one has to pass.

It is a toy, and stays: the way that it goes is to stay open.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers as L

from cnnviz_widgets.model import ModelProbe, model_lock
from cnnviz_widgets.model.experiments.exchanged_pass import run_exchanged

from ..check_untouched import check_untouched


@dataclass(frozen=True)
class Negation:
    """What came of turning a layer's output round.

    Attributes
    ----------
    path : str
    turned : float
        The share of the model's outputs whose sign is another one then.
    """

    path: str
    turned: float


def negate(probe: ModelProbe, path: str) -> Negation:
    """Try what the live model does with a layer's output negated."""
    with model_lock(probe.model):
        info = probe.info(path)
        before = run_exchanged(probe)
        after = run_exchanged(probe, {info.path: lambda tensor, axis: -tensor})
    return Negation(info.path, float(np.mean(np.sign(before) != np.sign(after))))


def test_it_measures_what_it_says() -> None:
    model = keras.Sequential(
        [
            keras.Input((2,)),
            L.Dense(2, kernel_initializer="identity", name="same"),
            L.Dense(2, kernel_initializer="zeros", bias_initializer="ones", name="deaf"),
        ]
    )
    probe = ModelProbe(model, [[1.0, 2.0], [3.0, -4.0]])
    assert negate(probe, "deaf") == Negation("deaf", 1.0)
    assert negate(probe, "same") == Negation("same", 0.0)


def test_it_leaves_the_model_as_it_was() -> None:
    check_untouched(lambda probe: negate(probe, "conv"), [__file__])
