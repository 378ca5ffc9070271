"""What every view of a layer keeps to."""

from __future__ import annotations

import base64
import gc
import io
import json
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image

from cnnviz_widgets import Selection
from cnnviz_widgets.records.layer_picture import LayerPicture

WRONG = ("text", None, 5.0, np.zeros((0, 3)), np.array([1j]), np.array(["a"]), object())


def check_view(
    make: Callable[..., Any], record: Callable[[], LayerPicture], snapshot: LayerPicture
) -> None:
    """A view shows a record and a snapshot, refuses what is neither, and closes clean.

    Parameters
    ----------
    make : callable
        The view's class.
    record : callable
        Makes a record of its kind, of more than two channels.
    snapshot : LayerPicture
        A snapshot of one.
    """
    before = set(_instances)
    _check_nothing(make)
    for shown in (record(), snapshot):
        _check_shown(make, shown)
    _check_wrong(make, record())
    _check_selection(make, record())
    _check_closing(make, record)
    gc.collect()
    assert [type(widget) for number, widget in _instances.items() if number not in before] == []


def _check_nothing(make: Callable[..., Any]) -> None:
    view = make()
    assert view.record is None and view.picture() is None
    assert repr(view) == f"<{make.__name__} of nothing yet>"
    assert "image/png" not in view._repr_mimebundle_()[0]
    view.close()


def _check_shown(make: Callable[..., Any], record: LayerPicture) -> None:
    view, other = make(record), make()
    other.show(record)
    for each in (view, other):
        assert each.record is record
        # Of channels, or, where a view shows these, of samples.
        called = (f"of {record.n_channels} {record.channel_noun}", f"of {record.shape[0]} sample")
        assert any(text in repr(each) for text in called)
        data, _ = each._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in data
        assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width > 100
        # Everything needed to draw is a trait that the page can be sent.
        for part in (each, *getattr(each, "children", ())):
            json.dumps(part.get_state(), default=lambda it: type(it).__name__, allow_nan=False)
        each.close()


def _check_wrong(make: Callable[..., Any], record: LayerPicture) -> None:
    view = make(record)
    open_ones = set(_instances)
    for wrong in WRONG:
        with pytest.raises((TypeError, ValueError)):
            view.show(wrong)
        if wrong is not None:  # which is nothing to show
            with pytest.raises((TypeError, ValueError)):
                make(wrong)
    with pytest.raises((TypeError, ValueError, AttributeError)):
        make(record, selection=5)
    assert view.record is record and view.picture() is not None
    assert set(_instances) == open_ones
    view.close()


def _check_selection(make: Callable[..., Any], record: LayerPicture) -> None:
    selection = Selection(selected=(0, record.n_channels + 3), hovered=record.n_channels)
    another = Selection()
    view = make(record, selection=selection)
    assert view.selection is selection
    assert (selection.selected, selection.hovered) == ((0,), -1)
    with pytest.raises(Exception, match="not changed later"):
        view.selection = another
    view.close()
    # What was given is the giver's.
    for given in (selection, another):
        assert given.comm is not None
        given.close()


def _check_closing(make: Callable[..., Any], record: Callable[[], LayerPicture]) -> None:
    shown = record()
    view, freed = make(shown), weakref.ref(shown)
    view.close()
    view.close()
    del shown
    gc.collect()
    assert freed() is None
    assert view.record is None and view.picture() is None
    assert repr(view) == f"<{make.__name__} of nothing, closed>"
