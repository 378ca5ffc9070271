"""Widgets that refuse a misspelt keyword, and an attribute that nobody would ever look at."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NoReturn, TypeVar, cast

from traitlets import HasTraits, MetaHasTraits, TraitError

from ...validation.fixed_attributes import NotToBeSet
from ...validation.keywords import known_keywords
from ...validation.messages import closest, described

# What Keras asks of a callback first, under any of its backends.
_OF_CALLBACKS = frozenset({"on_batch_end", "on_train_batch_end", "set_model", "set_params"})
Made = TypeVar("Made", bound=Callable[..., Any])
# A trait is asked whether it takes a value before there is a widget to have it.
_NOBODY: Any = SimpleNamespace(_cross_validation_lock=True)


class NoCallback(AttributeError, TypeError):
    """A widget was given to `fit` in place of its monitor."""


def makes_callback(method: Made) -> Made:
    """Answer a `fit` that was given a method in place of the callback that it makes."""

    def forgotten(*_: Any, **__: Any) -> NoReturn:
        name = method.__name__
        raise NoCallback(f"{name} is a method that makes a callback: call it, {name}()")

    for name in _OF_CALLBACKS:
        setattr(method, name, forgotten)
    return method


class Checked(MetaHasTraits):
    """Looks at keywords before any part of a widget is made, and knows when all are."""

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        """Make a widget, once its keywords are known to be right."""
        known = _keywords(cls)
        if known is not None:
            known_keywords(cls.__name__, keywords, known)
        _check_traits(cast("type[HasTraits]", cls), keywords)
        made = super().__call__(*args, **keywords)
        vars(made)["_is_made"] = True
        return made

    @property
    def __signature__(cls) -> inspect.Signature:
        """What a notebook shows of the class: its constructor's own parameters."""
        return _signature(cls)


class Strict(HasTraits, metaclass=Checked):
    """A widget that takes no keyword and, once made, no public attribute that it does not have.

    What an object shows of itself beside traits are properties: they can be set where they have
    a way to be set. Classes that users derive from it may do as they like.
    """

    _is_made = False

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self)
        if self._is_made and name[0] != "_" and _is_ours(kind) and name not in _settable(kind):
            # Another function in a method's place is no mistake.
            is_method = callable(value) and callable(getattr(kind, name, None))
            if not is_method:
                self._refuse(name)
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if hasattr(type(self), name):  # a property, which tells itself why it has no value
            return super().__getattribute__(name)
        kind = type(self).__name__
        if name in _OF_CALLBACKS:
            way = "give fit(…, callbacks=[inspector.monitor()])"
            if not hasattr(type(self), "monitor"):
                way += " of a ModelInspector"
            raise NoCallback(f"a {kind} is no callback of Keras: {way}", name=name, obj=self)
        raise AttributeError(f"{kind!r} object has no attribute {name!r}", name=name, obj=self)

    def _refuse(self, name: str) -> NoReturn:
        kind = type(self)
        if name in _signature(kind).parameters:
            message = (
                f"{name} is given to {kind.__name__}(…, {name}=…) and not changed later; make "
                f"another {kind.__name__}"
            )
        elif name in vars(self) or hasattr(kind, name):
            message = f"{name} of a {kind.__name__} is there to be read, and cannot be set"
        else:
            own = _own_settable(kind)
            near = closest(name, [*own, *_settable(kind)])
            message = f"a {kind.__name__} has no attribute {name!r} to set; " + (
                f"did you mean {near[0]!r}?" if near else f"there are {', '.join(own)}"
            )
        raise NotToBeSet(message, name=name, obj=self)


@lru_cache
def _signature(kind: type) -> inspect.Signature:
    whole = inspect.signature(kind.__init__)  # type: ignore[misc]  # it is read, not called
    return whole.replace(parameters=list(whole.parameters.values())[1:])


@lru_cache
def _keywords(kind: type[HasTraits]) -> frozenset[str] | None:
    """The keywords that a class takes; None where it is the user's own, and his to know."""
    if not _is_ours(kind):
        return None
    parameters = _signature(kind).parameters
    named = [
        name
        for name, parameter in parameters.items()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        named += [name for name in kind.class_trait_names() if name[0] != "_"]
    return frozenset(named)


def _check_traits(kind: type[HasTraits], given: Mapping[str, Any]) -> None:
    """Ask each trait that is not the constructor's own whether it takes what was given.

    Raises
    ------
    TraitError
        It does not. Later its widget would refuse it, too, when some of its parts are made.
    """
    own = _signature(kind).parameters
    traits = kind.class_traits()
    for name, value in given.items():
        if name in own or name not in traits or isinstance(value, dict):
            continue
        try:
            traits[name]._validate(_NOBODY, value)
        except TraitError as error:
            raise TraitError(
                f"{name} of a {kind.__name__} must be {traits[name].info()}; got {described(value)}"
            ) from error
    layout = given.get("layout")
    if isinstance(layout, dict) and "layout" in traits:
        trait: Any = traits["layout"]
        known_keywords("layout", layout, trait.klass.class_trait_names())
        _check_traits(trait.klass, layout)


@lru_cache
def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == __package__.partition(".")[0]


@lru_cache
def _settable(kind: type) -> frozenset[str]:
    """The public attributes that can be set on a widget of this class.

    What the libraries' classes have is theirs: traitlets puts functions in the place of methods.
    """
    names = {name for other in kind.__mro__ if not _is_ours(other) for name in vars(other)}
    for name in dir(kind):
        attribute = inspect.getattr_static(kind, name, None)
        is_read_only = isinstance(attribute, property) and attribute.fset is None
        if hasattr(attribute, "__set__") and not is_read_only:
            names.add(name)
    return frozenset(name for name in names if name[0] != "_")


def _own_settable(kind: type) -> list[str]:
    """Those of `_settable` that this package's classes bring, not those of ipywidgets."""
    ours = [other for other in kind.__mro__ if _is_ours(other)]
    return sorted(name for name in _settable(kind) if any(name in vars(other) for other in ours))
