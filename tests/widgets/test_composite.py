"""What inspector, history viewer and comparison have in common."""

from __future__ import annotations

from typing import Any

import pytest

import cnnviz_widgets as cv

from .public import WIDGETS


@pytest.fixture(params=["ComparisonPanel", "HistoryViewer", "ModelInspector"])
def widget(request: pytest.FixtureRequest) -> Any:
    made: Any = WIDGETS[request.param]()
    yield made
    made.close()


def test_one_base_for_what_is_composed(widget: Any) -> None:
    selector = widget.head if isinstance(widget, cv.ComparisonPanel) else widget.selector
    head = getattr(widget, "header", selector)
    assert "cnnviz" in widget._dom_classes
    # The selection is given once: the views in the page are bound to it.
    selection = widget.selection
    with pytest.raises(ValueError, match=r"selection is given to .* and not changed later"):
        widget.selection = cv.Selection()
    assert widget.selection is selection
    # What Python asks for in vain is refused.
    layer = widget.layer
    with pytest.raises(ValueError, match="nope"):
        widget.layer = "nope"
    assert widget.layer == selector.layer == layer
    # What the page asks for is granted, or taken back with a word why.
    selector.set_state({"layer": "conv2"})
    assert widget.layer == selector.layer == selector._shown
    assert (widget.layer == "conv2") == (head.error == "")
    # The output carries the picture.
    assert "image/png" in widget._repr_mimebundle_()[0]
