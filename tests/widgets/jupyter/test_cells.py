"""Which cell runs, and being told when one has run."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from cnnviz_widgets.widgets.jupyter import cells
from cnnviz_widgets.widgets.jupyter.cells import Run, after_each_cell, this_run


def shell_of(parent: Any) -> Any:
    registered: list[Any] = []
    return SimpleNamespace(
        kernel=SimpleNamespace(get_parent=lambda: parent),
        events=SimpleNamespace(register=lambda event, function: registered.append(function)),
        registered=registered,
    )


@pytest.fixture(autouse=True)
def no_memory() -> Iterator[None]:
    cells._called_after_cells.cache_clear()
    yield
    cells._called_after_cells.cache_clear()


@pytest.mark.parametrize(
    ("shell", "found"),
    [
        (None, None),
        (SimpleNamespace(), None),
        (SimpleNamespace(kernel=None), None),
        (shell_of(None), None),
        (shell_of({}), None),
        (shell_of({"header": {"msg_id": "7"}, "metadata": {}}), None),
        (shell_of({"header": {"msg_id": "7"}, "metadata": {"cellId": "c"}}), Run("c", "7")),
    ],
)
def test_the_run_that_goes_on(
    monkeypatch: pytest.MonkeyPatch, shell: Any, found: Run | None
) -> None:
    monkeypatch.setattr(cells, "get_ipython", lambda: shell)
    assert this_run() == found


class Counter:
    def __init__(self) -> None:
        self.count = 0

    def add(self) -> None:
        self.count += 1


def test_objects_are_told_as_long_as_they_live(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = shell_of({})
    monkeypatch.setattr(cells, "get_ipython", lambda: shell)
    one, two = Counter(), Counter()
    after_each_cell(one.add)
    after_each_cell(two.add)
    assert len(shell.registered) == 1
    shell.registered[0](None)
    assert (one.count, two.count) == (1, 1)
    del two
    shell.registered[0](None)
    assert one.count == 2
    assert len(cells._called_after_cells()) == 1


def test_one_that_raises_keeps_no_other_from_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ill(Counter):
        def add(self) -> None:
            raise ZeroDivisionError("out of sorts")

    shell = shell_of({})
    monkeypatch.setattr(cells, "get_ipython", lambda: shell)
    ill, well = Ill(), Counter()
    after_each_cell(ill.add)
    after_each_cell(well.add)
    with pytest.raises(ZeroDivisionError):
        shell.registered[0](None)
    assert well.count == 1


def test_outside_a_shell_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "get_ipython", lambda: None)
    after_each_cell(Counter().add)
    assert cells._called_after_cells.cache_info().currsize == 0
