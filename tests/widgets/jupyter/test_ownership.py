"""What is closed is free, what is half made is gone, and what is another's stays."""

from __future__ import annotations

import gc
import inspect
import os
import sys
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import anywidget
import bqplot
import comm
import ipywidgets
import numpy as np
import pytest
from ipywidgets import Layout, VBox, Widget, jslink, widget_serialization
from ipywidgets.widgets.widget import _instances
from traitlets import Instance

import cnnviz_widgets as cv
from cnnviz_widgets.model import ModelProbe
from cnnviz_widgets.records.layer_picture import PictureFacts
from cnnviz_widgets.widgets.jupyter import bundles
from cnnviz_widgets.widgets.jupyter.cell_progress import CellProgress
from cnnviz_widgets.widgets.jupyter.ownership import ClosedWidgetError, Owning

from ..public import VALUES, WIDGETS
from ..small_training import IMAGES, inspected, small_model

every_widget = pytest.mark.parametrize("name", WIDGETS)


def test_the_table_has_every_public_widget() -> None:
    public = [getattr(cv, name) for name in cv.__all__]
    widgets = [each for each in public if isinstance(each, type) and issubclass(each, Widget)]
    assert sorted(each.__name__ for each in widgets) == sorted(WIDGETS)
    assert all(issubclass(each, Owning) for each in widgets)


@pytest.fixture(autouse=True, scope="module")
def quick_collector() -> Iterator[None]:
    # Most of what there is are TensorFlow's modules, which need not be looked through each time.
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_else_is_open() -> None:
    gc.collect()


def belongings(widget: Any, before: set[str]) -> list[Any]:
    """What must be free with a widget: its parts, what it reads, keeps and shows."""
    found: list[Any] = [part for number, part in _instances.items() if number not in before]
    record = getattr(widget, "record", None)
    found += [record] if isinstance(record, PictureFacts) else []
    for name in ("probe", "history"):
        if (value := getattr(widget, name, None)) is not None:
            found.append(value)
    if (probe := getattr(widget, "probe", None)) is not None:
        model = probe.model
        monitor = getattr(widget, "following", widget)._monitor
        found += [model, *model.layers, *model.weights, *([monitor] if monitor else [])]
    if isinstance(widget, cv.ComparisonPanel):
        sides = (widget.comparison.a, widget.comparison.b)
        found += [widget.shown, *sides, *(side.probe.model for side in sides)]
    return found


def made(name: str) -> Any:
    """One with a model of its own, where the tests' table shares one."""
    if name == "NetworkMap":
        return cv.NetworkMap(small_model(), IMAGES[:8])
    return WIDGETS[name]()


@every_widget
def test_what_is_closed_is_free(name: str) -> None:
    WIDGETS[name]().close()  # what is made but once, such as defaults of classes
    before = set(_instances)

    def made_and_closed() -> list[weakref.ref[Any]]:
        widget = made(name)
        found = [weakref.ref(each) for each in belongings(widget, before)]
        widget.close()
        widget.close()
        return found

    found = made_and_closed()
    gc.collect()
    assert [type(ref()) for ref in found if ref() is not None] == []
    assert set(_instances) == before


@every_widget
def test_a_closed_one_holds_nothing_and_says_so(name: str) -> None:
    """As the outputs of a notebook's cells hold it: forever."""
    before = set(_instances)
    widget: Any = made(name)
    called: list[Any] = []
    widget.observe(called.append)
    # What it shows and keeps is the user's to have; nothing of a model is.
    heavy = [
        weakref.ref(each)
        for each in belongings(widget, before)
        if not isinstance(each, Widget | cv.History) and name != "HistoryViewer"
    ]
    widget.close()
    called.clear()
    gc.collect()
    assert [type(ref()) for ref in heavy if ref() is not None] == []
    sent = [value for value in widget._trait_values.values() if isinstance(value, bytes)]
    assert sum(map(len, sent)) == 0
    assert type(widget).__name__ in repr(widget)
    assert widget._repr_mimebundle_ is None
    assert getattr(widget, "picture", lambda: None)() is None
    for trait in ("height", "position", "layer", "selected", "start"):
        if widget.has_trait(trait):
            told_or_harmless(lambda trait=trait: setattr(widget, trait, getattr(widget, trait)))
    for attribute in dir(type(widget)):
        if not attribute.startswith("_") and attribute not in dir(ipywidgets.VBox):
            told_or_harmless(lambda attribute=attribute: getattr(widget, attribute))
    for method in ("open", "refresh", "diagnose", "monitor"):
        if hasattr(widget, method):
            with pytest.raises(ClosedWidgetError, match=f"this {name} is closed"):
                getattr(widget, method)()
    assert called == []


def told_or_harmless(use: Callable[[], object]) -> None:
    try:
        use()
    except ClosedWidgetError as error:
        assert "is closed" in str(error)


def test_a_text_is_shared_by_all_and_a_path_is_for_development(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = cv.Timeline(), cv.Timeline()
    assert one._esm is other._esm is cv.Timeline._esm
    assert isinstance(bundles.bundle("timeline.js"), str)
    monkeypatch.setenv("ANYWIDGET_HMR", "1")
    assert isinstance(bundles.bundle("timeline.js"), os.PathLike)


# What is half made ---------------------------------------------------------------------------

LIBRARIES = (ipywidgets, anywidget, bqplot, comm, cv)
# In these a line may be interrupted; those of Keras and NumPy have no widget to leave behind.
FOLDERS = tuple(os.path.dirname(inspect.getfile(library)) for library in LIBRARIES)
POINTS = 12


@contextmanager
def tracing(on_line: Callable[[], None]) -> Iterator[None]:
    """Calls at each line of the widgets, and of what they are made of, before it runs."""
    ours: dict[Any, bool] = {}

    def local(frame: FrameType, event: str, value: object) -> Any:
        if event == "line":
            on_line()
        return local

    def every(frame: FrameType, event: str, value: object) -> Any:
        code = frame.f_code
        if code not in ours:
            ours[code] = code.co_filename.startswith(FOLDERS)
        return local if ours[code] else None

    # What the collector calls in between is none of it, and drops what is raised there.
    gc.collect()
    gc.disable()
    before = sys.gettrace()
    sys.settrace(every)
    try:
        yield
    finally:
        sys.settrace(before)
        gc.enable()


CONSTRUCTED: dict[str, Callable[[], Callable[[], Any]]] = {
    # Each gives a function that constructs one; what that needs exists before.
    **{name: (lambda make=make: make) for name, make in WIDGETS.items()},
    "ModelInspector": lambda: (lambda model: lambda: cv.ModelInspector(model, IMAGES[:4]))(
        small_model()
    ),
    "ComparisonPanel": lambda: (lambda models: lambda: cv.compare(*models, inputs=IMAGES[:4]))(
        [small_model(seed=seed) for seed in (1, 2)]
    ),
    "HistoryViewer": lambda: (lambda viewer: lambda: cv.HistoryViewer(viewer.history))(
        WIDGETS["HistoryViewer"]()
    ),
}


@pytest.mark.parametrize("name", CONSTRUCTED)
def test_an_interrupted_construction_leaves_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unraisable: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: unraisable.append(str(found)))
    construct = CONSTRUCTED[name]()
    lines = 0

    def count() -> None:
        nonlocal lines
        lines += 1

    # The first one fills caches.
    construct().close()
    with tracing(count):
        first = construct()
    first.close()
    manager = comm.get_comm_manager()
    before = set(_instances), set(manager.comms)
    # Anywhere, and the same every time.
    for point in np.random.default_rng(0).integers(0, lines, POINTS):
        left = int(point)

        def interrupt() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

        made = None
        with pytest.raises(KeyboardInterrupt), tracing(interrupt):
            made = construct()
        assert made is None
        assert (set(_instances), set(manager.comms)) == before, f"at line {point} of {lines}"
    gc.collect()
    assert unraisable == []


@every_widget
def test_what_was_interrupted_before_it_had_anything_is_no_trouble(name: str) -> None:
    """Python calls `__del__` of it all the same."""
    kind: Any = getattr(cv, name)
    kind.__new__(kind).close()
    object.__new__(kind).close()


def test_an_interrupt_while_a_channel_opens_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the message has gone out and the widget does not know of it yet."""
    manager = comm.get_comm_manager()
    before = set(_instances), set(manager.comms)
    create = comm.create_comm

    def interrupted(*arguments: Any, **options: Any) -> None:
        create(*arguments, **options)
        if len(manager.comms) == len(before[1]) + 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(comm, "create_comm", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cv.DensityPanel(VALUES)
    assert (set(_instances), set(manager.comms)) == before


def test_wrong_values_leave_nothing_open() -> None:
    before = set(_instances)
    for wrong in (
        lambda: cv.ModelInspector(small_model(), IMAGES[:4], layer="nowhere"),
        lambda: cv.DensityPanel("no numbers"),
        lambda: cv.ChannelGrid(VALUES, height="tall"),
        lambda: cv.HealthPanel(number=3),
        lambda: cv.DensityPanel(VALUES, layout=3),
    ):
        with pytest.raises(Exception):  # noqa: B017 - which one, other tests say
            wrong()
        assert set(_instances) == before


def test_a_progress_that_shows_nothing_makes_no_widget() -> None:
    before = set(_instances)
    with CellProgress() as progress:
        progress.tell(0.5, "half")
        assert set(_instances) == before


def test_others_that_listen_for_new_widgets_are_still_told() -> None:
    told: list[Widget] = []
    before = Widget._widget_construction_callback
    try:
        Widget.on_widget_constructed(told.append)
        view = cv.ChannelGrid()
        assert view in told
        assert view.layout in told
        view.close()
        assert view.layout.comm is None
    finally:
        Widget.on_widget_constructed(before)


# What is another's -----------------------------------------------------------------------------


def test_what_the_user_gave_stays_open() -> None:
    selection, axis, layout = cv.Selection(), cv.ColumnAxis(), Layout(width="50%")
    selector, timeline = cv.LayerSelector(), cv.Timeline()
    given = [selection, axis, layout, selector, timeline]
    for view in (
        cv.ChannelGrid(VALUES, selection=selection, axis=axis, layout=layout),
        cv.DensityPanel(VALUES, selection=selection, layout=layout),
        cv.HealthPanel(selector, timeline),
        cv.AblationBar(selection),
    ):
        view.close()
        assert all(each.comm is not None for each in given)
    for each in given:
        each.close()


def test_what_views_share_closes_with_the_last_of_them() -> None:
    before = set(_instances)
    grid = cv.ChannelGrid(VALUES)
    tree = cv.Dendrogram(VALUES, selection=grid.selection, axis=grid.axis)
    grid.close()
    assert tree.selection.comm is not None
    tree.selection.selected = (1,)
    tree.close()
    assert set(_instances) == before


def test_a_view_that_is_linked_to_an_inspector_outlives_it() -> None:
    before = set(_instances)
    inspector = inspected()
    tree = cv.Dendrogram(VALUES, selection=inspector.selection)
    health = cv.HealthPanel(inspector.selector)
    inspector.close()
    assert tree.selection.comm is not None
    assert health._head.selector.layout.comm is not None
    health.get_state()
    health._head.get_state()
    tree.close()
    health.close()
    assert set(_instances) == before


def test_what_users_make_of_ours_uses_what_it_was_given() -> None:
    """A class derived from a view, and a widget of another kind that has a selection."""

    class Mine(cv.ChannelGrid):
        """A view of the user's."""

    class Other(Widget):
        """A widget of the user's."""

        selection = Instance(cv.Selection).tag(sync=True, **widget_serialization)

    grid = cv.ChannelGrid(VALUES)
    mine = Mine(VALUES, selection=grid.selection)
    other = Other(selection=grid.selection)
    grid.close()
    assert grid.axis.comm is None
    assert mine.selection.comm is not None
    mine.close()
    assert other.selection.comm is not None
    other.close()


def test_a_box_of_a_closed_one_can_be_shown_and_saved() -> None:
    grid = cv.ChannelGrid(VALUES)
    box = VBox([grid])
    link = jslink((grid.selection, "hovered"), (grid, "height"))
    number, selection = grid.model_id, grid.selection.model_id
    grid.close()
    assert box.get_state("children") == {"children": [f"IPY_MODEL_{number}"]}
    assert link.get_state("source") == {"source": [f"IPY_MODEL_{selection}", "hovered"]}
    for each in (link, box, box.layout):
        each.close()


def test_a_box_of_a_part_keeps_no_part_open() -> None:
    inspector = inspected()
    box = VBox([inspector.grid])
    inspector.close()
    assert inspector.grid.comm is None
    for each in (box, box.layout):
        each.close()


def test_the_model_of_a_closed_inspector_is_the_users() -> None:
    inspector = inspected()
    model = inspector.probe.model
    expected = np.asarray(model(IMAGES[:4]))
    inspector.close()
    np.testing.assert_array_equal(np.asarray(model(IMAGES[:4])), expected)
    probe = ModelProbe(model, IMAGES[:4])
    np.testing.assert_array_equal(probe.outputs("logits"), expected)
