"""The page and Python speak of the same traits, and of the same things in them.

TypeScript checks its half against `frontend/src/lib/wire`; here these files are held against the
widgets' traits and `wire_schema`, and the schema against what widgets send.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import (
    Annotated,
    Any,
    TypeAlias,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import keras
import numpy as np
import pytest
from ipywidgets import Widget
from ipywidgets.widgets import widget
from traitlets import Bytes

import cnnviz_widgets as cv
from cnnviz_widgets.analysis import Finding, TileSheet
from cnnviz_widgets.history.samples.kept_samples import InputChange
from cnnviz_widgets.widgets.jupyter.bundles import BundledWidget
from cnnviz_widgets.widgets.linking import wire_lists, wire_pictures, wire_schema

from .public import WIDGETS
from .wire_check import misfits

PACKAGE = Path(cv.__file__).parent


def _generator() -> ModuleType:
    """`frontend/wire.py`, which is in no package."""
    spec = spec_from_file_location("wire", PACKAGE / "frontend" / "wire.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wire = _generator()
Sent: TypeAlias = dict[str, list[dict[str, Any]]]
STATES = sorted(wire_schema.STATES)
# Traits that need no help to be understood.
SAY_THEMSELVES = (
    *("axis", "error", "grid", "log_y", "message", "sample_selection", "selection", "selector"),
    "surveyed_selection",
    *("timeline", "title", "warnings"),
)


# -- the files that TypeScript is checked against


@pytest.mark.parametrize("path", wire.files(), ids=lambda path: path.name)
def test_what_is_written_for_the_page_is_up_to_date(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    assert written == wire.files()[path], "run 'make wire'"


def test_every_entry_of_the_front_end_is_some_widgets_and_has_its_state() -> None:
    shared = {"ColumnAxisState", "SampleSelectionState", "SelectionState"}
    for entry in sorted((PACKAGE / "frontend" / "src").glob("*/index.ts")):
        bundle = (PACKAGE / "static" / f"{entry.parent.name}.js").read_text(encoding="utf-8")
        [owner] = [
            each for each in wire.widgets().values() if str(getattr(each, "_esm", "")) == bundle
        ]
        states = re.findall(r'import type {([^}]*)} from "\.\./lib/wire/states"', entry.read_text())
        names = {name for names in states for name in re.findall(r"\w+", names)}
        assert names - shared == {wire.state_name(owner)}


def test_every_widget_with_a_half_in_the_page_is_in_the_schema() -> None:
    classes = [each for each in wire.every_widget() if "_esm" in vars(each)]
    # Only these bring what their bundles have in common.
    assert [each for each in classes if not issubclass(each, BundledWidget)] == []
    halves = {each.__name__ for each in classes}
    shared = {"ColumnAxis", "SampleSelection", "Selection"}
    assert halves | shared == set(wire_schema.STATES)


# -- the schema and the traits


@pytest.mark.parametrize("name", STATES)
def test_the_schema_speaks_of_synced_traits_and_of_all_bytes(name: str) -> None:
    traits = wire.synced(wire.widgets()[name])
    schema = wire.fields(wire_schema.STATES[name])
    assert schema.keys() <= traits.keys()
    assert {each for each, trait in traits.items() if isinstance(trait, Bytes)} == {
        each for each, hint in schema.items() if get_origin(hint) is Annotated
    }


def test_the_schema_has_no_payload_that_nothing_sends() -> None:
    used = {each for payload in wire_schema.STATES.values() for each in within(payload)}
    public = {each for each in wire.payloads() if not each.__name__.startswith("_")}
    bases = {each for each in public if any(each.__name__ in wire.bases(other) for other in public)}
    assert public - used == bases - used


def within(hint: Any) -> Iterator[type]:
    """All payloads that a type is made of."""
    if is_typeddict(hint):
        yield hint
        for each in wire.fields(hint).values():
            yield from within(each)
    for each in get_args(hint):
        yield from within(each)


def test_words_of_the_schema_are_the_packages_own() -> None:
    finding, sheet = get_type_hints(Finding), get_type_hints(TileSheet)
    assert set(get_args(wire_pictures.Severity)) == set(get_args(finding["severity"]))
    assert set(get_args(wire_pictures.RecordView)) == set(get_args(finding["view"]))
    assert set(get_args(wire_pictures.TileKind)) == set(get_args(sheet["kind"]))


@pytest.mark.parametrize("name", STATES)
def test_public_traits_have_help_and_wire_traits_an_underscore(name: str) -> None:
    for trait_name, trait in wire.synced(wire.widgets()[name]).items():
        if trait_name.startswith("_"):
            continue
        assert re.fullmatch(r"[a-z][a-z_]*", trait_name)
        if trait_name not in SAY_THEMSELVES:
            assert trait.help, f"{name}.{trait_name} says nowhere what it is"


# -- the schema and what is sent


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (b"123", wire_pictures.Int32),
        ("grave", wire_pictures.Severity),
        ([1], wire_pictures.Numbers),
        ([1, "2"], wire_pictures.Numbers),
        (math.nan, wire_pictures.Number),
        (True, int),
        ({"what": "conv"}, wire_lists.SkippedEntry),
        ({"what": "conv", "why": "", "who": ""}, wire_lists.SkippedEntry),
        ({"loss": None}, dict[str, float | str]),
    ],
)
def test_what_does_not_fit_is_noticed(value: object, hint: object) -> None:
    assert list(misfits(value, hint, "it", set()))


def _model(*hidden: Any) -> keras.Model:
    """A model that begins with dead channels."""
    ends = keras.layers.Flatten(), keras.layers.Dense(1)
    return keras.Sequential([keras.Input((8, 8, 1)), _conv("conv"), *hidden, *ends])


def _conv(name: str) -> Any:
    bias = keras.initializers.Constant(-9)
    return keras.layers.Conv2D(4, 3, activation="relu", bias_initializer=bias, name=name)


class _Onset:
    kind, layer, step, text, from_start = "dead", "conv1", 10, "1 channel of 6", False


def _used() -> Iterator[Widget]:
    """Widgets that have sent what they send only when they are used."""
    weights = cv.ParameterGrid(np.random.default_rng(0).random((4, 6)))
    weights._window_asked = [1, 0, 2, 0, 2]
    yield weights
    timeline = cv.Timeline()
    timeline.show([0, 10], [True, False], [_Onset()], [InputChange(10, None)])
    yield timeline
    inspector: Any = WIDGETS["ModelInspector"]()
    inspector.view = "outputs"
    inspector.ablation._asked = [1, "silence", [0], inspector.layer]
    inspector.views.card.channel = 0
    inspector.pruning._asked = [1, "remove", [0], inspector.layer]
    inspector.drawer.show_tab("channel")
    inspector.layer_answers.unfolded = ["filters", "sheet"]
    assert inspector.pruning.wait(60)
    assert inspector.layer_answers.wait(60)
    yield inspector
    images = np.random.default_rng(1).random((8, 8, 8, 1))
    wide = keras.initializers.VarianceScaling(100, "fan_avg", "uniform", seed=1)
    uniform = keras.layers.Conv2D(32, 5, kernel_initializer=wide)
    yield cv.FindingsPanel(cv.diagnose(_model(uniform), images))
    named = cv.ModelInspector(_model(), images, class_names=["cat"])
    yield named
    yield cv.compare(named, _model(_conv("more")))
    bent = _model(keras.layers.Conv2D(4, 3, activation="tanh", name="bent"))
    yield cv.compare(*(cv.survey(bent, images, labels=np.arange(8) % 2) for _ in range(2)))


@pytest.fixture(scope="module")
def sent() -> Iterator[Sent]:
    """The states of widgets that are used, by the names of their classes."""
    before = set(widget._instances)
    used = [*(make() for make in WIDGETS.values()), *_used()]
    made = [each for number, each in widget._instances.items() if number not in before]
    states: Sent = {name: [] for name in STATES}
    for each in made:
        if type(each).__name__ in states:
            states[type(each).__name__].append(each.get_state())
    yield states
    for each in used:
        each.close()


@pytest.mark.parametrize("name", STATES)
def test_widgets_send_what_the_schema_says(name: str, sent: Sent) -> None:
    assert sent[name], f"no {name} was made"
    for state in sent[name]:
        for key, hint in wire.fields(wire_schema.STATES[name]).items():
            assert not list(misfits(state[key], hint, key, set()))


def test_all_that_the_schema_speaks_of_was_sent(sent: Sent) -> None:
    met: set[type] = set()
    for name, payload in wire_schema.STATES.items():
        for key, hint in wire.fields(payload).items():
            for state in sent[name]:
                assert not list(misfits(state[key], hint, key, met))
    inside = {
        each
        for payload in wire_schema.STATES.values()
        for hint in wire.fields(payload).values()
        for each in within(hint)
    }
    assert met == inside
