"""Every public widget beside another one: it gets its share of the row, not what is left."""

from __future__ import annotations

from .conftest import OpenNotebook

CELL = """
import ipywidgets
import keras
import numpy as np
import cnnviz_widgets as cv
model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(3, 3, name="conv")])
x = np.random.default_rng(5).normal(size=(4, 6, 6, 1)).astype("float32")
inspector = cv.ModelInspector(model, x)
record = inspector.record
views = [
    inspector, cv.compare(model, model, inputs=x), cv.LayerSelector(inspector.probe.layers),
    cv.FindingsPanel(cv.diagnose(model, x)), cv.ChannelGrid(record), cv.Dendrogram(record),
    cv.DensityPanel(record), cv.ParameterGrid(model.get_weights()[0]),
    cv.AblationBar(cv.Selection()), cv.Timeline(), cv.HealthPanel(), cv.TrainingBar(state="ended"),
]
fixed = cv.ChannelGrid(record, layout={"width": "300px"})
ipywidgets.VBox([
    *(ipywidgets.HBox([view, cv.ChannelGrid(record)]) for view in views), ipywidgets.HBox([fixed]),
])
"""
WIDTHS = """
    () => [...document.querySelectorAll('.widget-vbox > .widget-hbox')].map(row =>
        [row, ...row.children].map(part => Math.round(part.getBoundingClientRect().width)))
"""


def test_two_views_in_a_row_share_it(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([CELL])
    notebook.run_all()
    notebook.page.wait_for_function(f"() => ({WIDTHS})().flat().filter(Boolean).length >= 38")
    *pairs, (_, fixed) = notebook.page.evaluate(WIDTHS)
    assert len(pairs) == 12
    assert all(abs(width - row / 2) <= 1 for row, *widths in pairs for width in widths), pairs
    # A width that the user has given stays.
    assert fixed == 300
