"""Writes what the page's code has to know of Python's: ``make wire``.

In ``src/lib/wire`` stand the payloads of `wire_schema`, the state of each widget by its traits and
these, and the numbers and words that both languages use. A test fails where they are out of date.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import anywidget
import traitlets
from ipywidgets import Widget

import cnnviz_widgets
from cnnviz_widgets import analysis
from cnnviz_widgets.diagnosis.signs.lookup import signs
from cnnviz_widgets.widgets.jupyter.bundles import BundledWidget
from cnnviz_widgets.widgets.linking import wire_schema

FOLDER = Path(__file__).parent / "src" / "lib" / "wire"
HEAD = (
    "// Written by cnnviz_widgets/frontend/wire.py; change wire_schema.py or the traits instead.\n"
)
# What every widget of ipywidgets, of anywidget and of ours carries, and the page's host reads.
INHERITED = {*Widget.class_traits(sync=True), *BundledWidget.class_traits(sync=True)}
INHERITED |= {"_anywidget_id", "_css", "_esm"}


# -- what there is


@cache
def every_widget() -> list[type[Widget]]:
    """All classes of widgets that the package has."""
    package = cnnviz_widgets.widgets
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return [each for each in _below(Widget) if each.__module__.startswith(package.__name__)]


@cache
def widgets() -> Mapping[str, type[Widget]]:
    """Those of which the schema speaks, by the names of their classes."""
    classes = {each.__name__: each for each in every_widget()}
    return {name: classes[name] for name in wire_schema.STATES}


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def state_name(widget: type[Widget]) -> str:
    """What the page calls a widget's state."""
    return f"{widget.__name__.removeprefix('_').removesuffix('Head')}State"


def synced(widget: type[Widget]) -> dict[str, traitlets.TraitType[Any, Any]]:
    """A widget's own synced traits."""
    return {
        name: trait
        for name, trait in widget.class_traits(sync=True).items()
        if name not in INHERITED
    }


def fields(payload: type) -> dict[str, Any]:
    """A payload's fields and their types, those of its bases first."""
    return get_type_hints(payload, include_extras=True)


def payloads() -> list[type]:
    """The payloads of the schema, in its order."""
    return [each for each in wire_schema.declared().values() if is_typeddict(each)]


@cache
def words() -> Mapping[str, Any]:
    """The schema's names for one of several words."""
    return {
        name: each for name, each in wire_schema.declared().items() if get_origin(each) is Literal
    }


# -- as TypeScript says it


def type_of(hint: Any) -> str:
    """A type of the schema in TypeScript."""
    named = {**PLAIN, **{word: name for name, word in words().items()}}
    if hint in named:
        return named[hint]
    if is_typeddict(hint):
        return str(hint.__name__)
    return FORMS[get_origin(hint)](*get_args(hint))


PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}


def one_of(*kinds: Any) -> str:
    """A value of one of several types."""
    return " | ".join(dict.fromkeys(map(type_of, kinds)))


def list_of(kind: Any) -> str:
    """Values of one type."""
    word = type_of(kind)
    return f"({word})[]" if " | " in word else f"{word}[]"


def words_of(*values: str) -> str:
    """One of several words."""
    return " | ".join(f'"{value}"' for value in values)


FORMS: Mapping[Any, Callable[..., str]] = {
    Annotated: lambda *_: "DataView",
    Literal: words_of,
    Union: one_of,
    UnionType: one_of,
    list: list_of,
    tuple: lambda *kinds: f"[{', '.join(map(type_of, kinds))}]",
    dict: lambda *kinds: f"Record<{', '.join(map(type_of, kinds))}>",
}


def type_of_trait(trait: traitlets.TraitType[Any, Any]) -> str:
    """A trait's type in TypeScript, where the trait says it."""
    # No widget is shown without its parts, though their traits would let None in.
    if isinstance(trait, anywidget.WidgetTrait):
        return "string"
    if isinstance(trait, traitlets.Enum):
        word = words_of(*trait.values)
    elif isinstance(trait, traitlets.Bool):
        word = "boolean"
    elif isinstance(trait, (traitlets.Int, traitlets.Float)):
        word = "number"
    elif isinstance(trait, traitlets.Unicode):
        word = "string"
    # No public name says what a trait's list is of.
    elif isinstance(trait, traitlets.Container) and isinstance(trait._trait, traitlets.Unicode):  # noqa: SLF001
        word = "string[]"
    else:
        raise TypeError(f"wire_schema must say what is in {trait.this_class.__name__}.{trait.name}")
    return f"{word} | null" if trait.allow_none else word


@cache
def definition(payload: type) -> ast.ClassDef:
    """A payload's class as it is written."""
    [body] = ast.parse(textwrap.dedent(inspect.getsource(payload))).body
    assert isinstance(body, ast.ClassDef)
    return body


def bases(payload: type) -> list[str]:
    """The payloads that one extends."""
    names = (ast.unparse(base) for base in definition(payload).bases)
    return [name for name in names if name != "TypedDict"]


def own_keys(payload: type) -> Iterator[str]:
    """The keys that a payload adds to its bases'."""
    hints, body = fields(payload), definition(payload).body
    optional: frozenset[str] = payload.__optional_keys__  # type: ignore[attr-defined]
    for field, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign):
            name = ast.unparse(field.target)
            text = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
            yield key(f"{name}?" if name in optional else name, type_of(hints[name]), text)


def key(name: str, word: str, text: str) -> str:
    """A key of an interface."""
    return (f"  /** {text} */\n" if text else "") + f"  {name}: {word};\n"


def interface(name: str, about: str, extended: list[str], keys: Iterable[str]) -> str:
    """An interface."""
    extends = f" extends {', '.join(extended)}" if extended else ""
    return f"\n/** {about} */\nexport interface {name}{extends} {{\n{''.join(keys)}}}\n"


def state(widget: type[Widget]) -> str:
    """The interface of a widget's state: its payload, and the traits that tell their types."""
    name, payload = state_name(widget), wire_schema.STATES[widget.__name__]
    traits = [
        key(each, type_of_trait(trait), trait.help)
        for each, trait in synced(widget).items()
        if each not in fields(payload)
    ]
    about = f"What {widget.__name__.removeprefix('_').removesuffix('Head')} shares with the page."
    if payload.__name__ == name:
        return interface(name, about, bases(payload), [*own_keys(payload), *traits])
    return interface(name, about, [payload.__name__], traits)


# -- the files


def payloads_file() -> str:
    """All payloads but those that are a widget's whole state."""
    states = {state_name(widget) for widget in widgets().values()}
    unions = (
        f"\nexport type {name} = {words_of(*get_args(word))};\n" for name, word in words().items()
    )
    interfaces = (
        interface(each.__name__, inspect.getdoc(each) or "", bases(each), own_keys(each))
        for each in payloads()
        if each.__name__ not in states
    )
    return "".join([HEAD, *unions, *interfaces])


def states_file() -> str:
    """The state of each widget."""
    states = "".join(map(state, widgets().values()))
    names = {*words(), *(each.__name__ for each in payloads())} & set(re.findall(r"\w+", states))
    names -= {state_name(widget) for widget in widgets().values()}
    listed = "".join(f"  {name},\n" for name in sorted(names))
    return f'{HEAD}import type {{\n{listed}}} from "./payloads";\n{states}'


def constants_file() -> str:
    """Numbers and words that both languages use, and the names of what is read together."""
    tiles = sys.modules[analysis.TileSheet.__module__]
    plot = sys.modules[cnnviz_widgets.DensityPanel.__module__]
    bar = sys.modules[widgets()["SelectionBar"].__module__]
    onsets = type_of(fields(analysis.Onset)["kind"])
    lines = [
        "",
        "/** The last code that stands for a value, and that of a pixel that is not finite. */",
        f"export const HIGHEST_CODE = {tiles.HIGHEST_CODE};",
        f"export const NONFINITE_CODE = {tiles.NONFINITE_CODE};",
        "",
        "/** What a tile is marked as, so that nobody takes it for a dark one. */",
        "export const enum Mark {",
        f"  ordinary = {tiles.ORDINARY},",
        f"  zero = {tiles.ALL_ZERO},",
        f"  constant = {tiles.CONSTANT},",
        f"  someNotFinite = {tiles.SOME_NONFINITE},",
        f"  notFinite = {tiles.ALL_NONFINITE},",
        "}",
        "",
        "/** Above so many channels bands stand for their densities. */",
        f"export const MOST_CURVES = {plot.MOST_CURVES};",
        "",
        "/** The numbers that channels are found by, as they are typed. */",
        f"export const CHANNEL_NUMBERS = {json.dumps(list(bar.CHANNEL_NUMBERS))} as const;",
        "",
        "/** The timeline's position where the model is shown as it is now. */",
        f"export const LIVE = {cnnviz_widgets.Timeline.position.default_value};",
        "",
        "/** What a reader calls each kind of finding. */",
        "export const FINDING_TITLES: Record<string, string> = {",
        *(f'  "{sign.kind}": "{sign.title}",' for sign in signs()),
        "};",
        "",
        f"export type OnsetKind = {onsets};",
        "",
        "// Traits of which the page reads all anew when one of them changes.",
    ]
    together = {each.__name__: fields(each) for each in wire_schema.READ_TOGETHER}
    together |= {name: synced(widgets()[name]) for name in wire_schema.SHOWN_WHOLE}
    for owner, traits in together.items():
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", owner.removesuffix("State")).upper()
        listed = "".join(f'\n  "{trait}",' for trait in traits)
        lines.append(f"export const {name}_TRAITS = [{listed}\n] as const;")
    return HEAD + "\n".join(lines) + "\n"


@cache
def files() -> Mapping[Path, str]:
    """What is to stand in each file."""
    texts = {"payloads": payloads_file(), "states": states_file(), "constants": constants_file()}
    return {FOLDER / f"{name}.ts": text for name, text in texts.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
