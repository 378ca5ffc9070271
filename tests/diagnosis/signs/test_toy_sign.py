"""A kind of finding is one class and one line of registration: a toy, from layer to report."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import pytest

from cnnviz_widgets.diagnosis.facts import LayerFacts, ModelFacts
from cnnviz_widgets.diagnosis.findings import Finding, Measurement
from cnnviz_widgets.diagnosis.report import Report
from cnnviz_widgets.diagnosis.signs.base import BEYOND, Sign
from cnnviz_widgets.diagnosis.signs.lookup import sign_of, signs
from cnnviz_widgets.diagnosis.signs.registry import SIGNS
from cnnviz_widgets.model.diagnosis.diagnose import diagnose

RNG = np.random.default_rng(0)

# --- What would be cnnviz_widgets/diagnosis/signs/outputs/loud.py --------------------------------

MAGNITUDE = 1000.0
"""Root mean square of an output: float16 holds no square of more than 65,504."""


class Loud(Sign):
    """Layers whose outputs are far from the numbers that the next can use."""

    kind, title, source = "loud", "loud outputs", BEYOND
    cure = "Scale its weights down."
    of_outputs = True
    explains = frozenset({"constant"})
    spoils = frozenset({"loud"})

    def judge(self, layer: LayerFacts, model: ModelFacts) -> Iterator[Finding]:
        """By magnitude."""
        magnitude = layer.outputs.magnitude
        if magnitude > MAGNITUDE:
            yield self.finding(
                layer,
                "warning",
                Measurement("magnitude (root mean square) of the output", magnitude),
                f"{layer.path} puts out values of about {magnitude:.2g}.",
            )


# -------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """The toy among the other signs, before those that it explains."""
    before = dict(SIGNS)
    entries = [*before.items()]
    entries.insert([*before].index("constant"), ("loud", f"{__name__}:Loud"))
    SIGNS.clear()
    SIGNS.update(entries)
    yield
    SIGNS.clear()
    SIGNS.update(before)


def two_layers() -> keras.Model:
    first = keras.layers.Dense(8, activation="leaky_relu", name="first")
    return keras.Sequential([keras.Input((8,)), first, keras.layers.Dense(8, name="second")])


def report(first: float, bias: float = 0.0, spoilt: int = 0) -> Report:
    """Of two layers, the first of which multiplies by `first`; half its units have a bias."""
    model = two_layers()
    offsets = np.where(np.arange(8) < 4, bias, 0.1)
    model.layers[0].set_weights([first * RNG.normal(size=(8, 8)), offsets])
    model.layers[1].set_weights([RNG.normal(size=(8, 8)), np.full(8, 0.1)])
    inputs = RNG.normal(size=(32, 8))
    inputs[:spoilt] = np.nan
    return diagnose(model, inputs)


def told(report: Report) -> list[tuple[str, str]]:
    return [(finding.kind, finding.layer) for finding in report]


def test_it_has_a_place_and_a_title() -> None:
    assert [sign.kind for sign in signs()] == [*SIGNS]
    assert sign_of("loud").title == "loud outputs"


def test_nothing_is_said_where_it_is_not() -> None:
    assert "loud" not in [kind for kind, _ in told(report(1.0))]


def test_it_is_in_the_report_with_its_cure_and_the_layers_behind() -> None:
    loud = report(1e4)
    (finding,) = loud
    assert (finding.kind, finding.layer, finding.follows) == ("loud", "first", ("second",))
    assert (finding.severity, finding.view, finding.samples) == ("warning", "outputs", 32)
    assert (finding.cure, finding.source) == (Loud.cure, BEYOND)
    assert "loud  first" in str(loud)
    assert loud.to_dict()["findings"][0]["kind"] == "loud"


def test_it_explains_another_of_its_layer() -> None:
    assert ("constant", "first") in told(report(0.01, bias=500.0))
    loud = told(report(1.0, bias=1e5))
    assert ("loud", "first") in loud
    assert ("constant", "first") not in loud


def test_it_is_explained_by_what_spoils_all_outputs() -> None:
    assert told(report(1e4, spoilt=1)) == [("non-finite", "")]


def test_it_comes_where_it_is_registered() -> None:
    # Of one layer and one severity: duplicates stand before it.
    model = two_layers()
    kernel = 1e5 * RNG.normal(size=(8, 8))
    kernel[:, 1] = kernel[:, 0]
    model.layers[0].set_weights([kernel, np.ones(8)])
    kinds = [kind for kind, path in told(diagnose(model, RNG.normal(size=(32, 8))))]
    assert kinds[:2] == ["duplicate", "loud"]
