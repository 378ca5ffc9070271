"""A third kind of view is a file in each language and a line in `VIEWS`: this one is a toy.

`ToyView` and what is above it would be `widgets/views/toy_view.py`, its text for the page
`frontend/src/toy-view/index.ts`, and `kind` of `ToyRecord` a line of `records/`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image
from traitlets import Bytes

from cnnviz_widgets.analysis import LayerRecord, ParameterRecord, keep, record_arrays
from cnnviz_widgets.records.layer_picture import LayerPicture
from cnnviz_widgets.records.record_kind import RecordKind
from cnnviz_widgets.records.snapshot import Snapshot
from cnnviz_widgets.widgets.linking.wire_format import wire
from cnnviz_widgets.widgets.views.layer_view import LayerView
from cnnviz_widgets.widgets.views.layer_views import VIEWS, LayerViews
from cnnviz_widgets.widgets.views.view_slot import Links, ViewSlot

from .check_view import check_view

# The record -------------------------------------------------------------------------------------

MEANS = RecordKind("means", "mean", stored_as="outputs")


class ToyRecord(LayerRecord):
    """Of a layer's outputs only the means are of interest."""

    kind = MEANS


class ToySnapshot(Snapshot):
    """What is kept of them."""

    kind = MEANS


# The view ---------------------------------------------------------------------------------------

ESM = """
export default {
  render({ model, el }) {
    const draw = () => {
      const bytes = model.get("_means");
      const means = new Float32Array(bytes.buffer.slice(bytes.byteOffset), 0, bytes.byteLength / 4);
      el.textContent = [...means].map((mean) => mean.toFixed(1)).join(" ");
    };
    draw();
    model.on("change:_means", draw);
    return () => model.off("change:_means", draw);
  },
};
"""


class ToyView(LayerView):
    """A bar a channel, as high as its mean."""

    _esm = ESM
    _means = Bytes().tag(sync=True)

    def _state_of(self, record: LayerPicture) -> dict[str, Any]:
        return {"_means": wire(record.measures.mean[record.columns], "f4")}

    def picture(self) -> Image.Image | None:
        """The bars."""
        if self.record is None:
            return None
        means = self.record.measures.mean[self.record.columns]
        heights = np.interp(means, [means.min(), means.max() + 1e-9], [4, 40])
        bars = heights[:, None] > np.arange(40, 0, -1)
        return Image.fromarray(bars.T).resize((960, 40), Image.Resampling.NEAREST)


def _make(links: Links) -> ToyView:
    return ToyView(selection=links.selection, axis=links.axis)


SLOT = ViewSlot(_make, frozenset({MEANS}))

# The tests --------------------------------------------------------------------------------------

VALUES = np.random.default_rng(3).normal(size=(4, 5, 5, 6)) + np.arange(6)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, "means", SLOT)


def toy() -> ToyRecord:
    return ToyRecord(VALUES, "conv")


def shown_in(views: LayerViews) -> set[str]:
    return {name for name, view in views.by_name.items() if view.layout.display != "none"}


def close(views: LayerViews) -> None:
    views.let_go()
    shared = (views.selection, views.sample_selection, views.axis, views.rows)
    for widget in (*views.parts, views.card, *shared):
        widget.close()


def test_it_keeps_to_what_is_common() -> None:
    check_view(ToyView, toy, ToySnapshot(record_arrays(keep(toy()))))


def test_it_has_its_place_among_the_views_of_a_layer() -> None:
    before = set(_instances)
    views, record = LayerViews(), toy()
    views.show(record)
    view = views.by_name["means"]
    # Densities and points are of any kind.
    assert shown_in(views) == {"means", "density", "embedding"}
    assert view.record is record and view.selection is views.selection and view.axis is views.axis
    np.testing.assert_allclose(
        np.frombuffer(view._means, "<f4"), VALUES.mean((0, 1, 2))[record.columns], rtol=1e-6
    )
    views.selection.selected = (0, 5)
    views.show(LayerRecord.of(VALUES[..., :3]))
    assert shown_in(views) == {"dendrogram", "grid", "density", "embedding"}
    assert views.selection.selected == (0,)
    views.show(ParameterRecord.of(VALUES))
    assert shown_in(views) == {"parameters", "density", "embedding"}
    views.show(toy())
    assert shown_in(views) == {"means", "density", "embedding"}
    views.axis.start = 2.0
    views.forget("another layer")
    assert (views.axis.start, views.selection.selected) == (0.0, ())
    close(views)
    assert set(_instances) == before


def test_its_picture_stands_among_theirs() -> None:
    views = LayerViews()
    assert views.picture("nothing") is None
    views.show(toy())
    whole = views.picture("means of conv")
    density = views.density.picture()
    assert whole.height == 26 + 40 + density.height
    bars = np.asarray(whole.convert("L"))[-40:] > 127
    np.testing.assert_array_equal(bars, np.asarray(views.by_name["means"].picture()))
    close(views)


def test_where_it_fails_the_record_before_is_shown_again(monkeypatch: pytest.MonkeyPatch) -> None:
    views, record = LayerViews(), LayerRecord.of(VALUES)
    views.show(record)

    def fails(self: ToyView, record: LayerPicture) -> dict[str, Any]:
        raise MemoryError

    monkeypatch.setattr(ToyView, "_state_of", fails)
    with pytest.raises(MemoryError):
        views.show(toy())
    assert shown_in(views) == {"dendrogram", "grid", "density", "embedding"}
    assert all(views.by_name[name].record is record for name in shown_in(views))
    close(views)
