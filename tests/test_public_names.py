"""What is public stays as it is until a change of it is meant.

``python -m tests.test_public_names`` writes `public_names.json` anew: its diff belongs into the
review, and into CHANGELOG.md.
"""

from __future__ import annotations

import enum
import inspect
import json
from importlib import import_module
from pathlib import Path
from typing import Any

STORED = Path(__file__).with_name("public_names.json")
MODULES = ("cnnviz_widgets", "cnnviz_widgets.analysis", "cnnviz_widgets.model")


def public_names() -> dict[str, Any]:
    """Every public name, with its signature and those of its public methods."""
    modules = map(import_module, MODULES)
    return {
        f"{module.__name__}.{name}": _about(getattr(module, name))
        for module in modules
        for name in sorted(module.__all__)
    }


def _about(thing: Any) -> Any:
    if inspect.isclass(thing):
        own = [name for name in dir(thing) if not name.startswith("_") and _is_ours(thing, name)]
        members = {name: _about(inspect.getattr_static(thing, name)) for name in own}
        return {"signature": _signature(thing), "members": members}
    return _signature(thing) if callable(thing) else type(thing).__name__


def _is_ours(owner: type, name: str) -> bool:
    homes = (each for each in owner.__mro__ if name in vars(each))
    return next(homes, object).__module__.startswith("cnnviz_widgets")


def _signature(thing: Any) -> str:
    if inspect.isclass(thing) and issubclass(thing, enum.Enum):
        return "Enum"  # Python's own, another in each version
    try:
        return str(inspect.signature(thing)).replace("cnnviz_widgets.", "")
    except (TypeError, ValueError):
        return type(thing).__name__


def test_public_names_and_signatures_are_as_they_were() -> None:
    now, then = public_names(), json.loads(STORED.read_text())
    changed = {name for name in now.keys() | then.keys() if now.get(name) != then.get(name)}
    assert {name: (then.get(name), now.get(name)) for name in sorted(changed)} == {}


if __name__ == "__main__":
    STORED.write_text(json.dumps(public_names(), indent=1, sort_keys=True) + "\n")
