"""The harness itself, on ipywidgets' own widgets: where this fails, nothing of ours is at fault."""

from __future__ import annotations

import pytest
from playwright.sync_api import TimeoutError, expect

from .conftest import OpenNotebook

CELLS = ["import ipywidgets as w", "toggle = w.ToggleButton(description='off'); toggle"]


@pytest.mark.parametrize("view", ["lab", "doc", "notebook"])
def test_page_and_kernel_reach_each_other(open_notebook: OpenNotebook, view: str) -> None:
    notebook = open_notebook(CELLS, view)
    notebook.run_all()
    button = notebook.cell(1).locator(".jupyter-button")
    button.click()
    notebook.wait_for_value("toggle.value", True)
    notebook.run("toggle.description = 'on'")
    expect(button).to_have_text("on")


def test_page_goes_on_while_the_kernel_is_busy(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(CELLS)
    notebook.run_all()
    button = notebook.cell(1).locator(".jupyter-button")
    with notebook.busy() as is_busy:
        button.click()
        expect(button).to_contain_class("mod-active")
        assert is_busy()
        # A subshell that is done with the button's message is no kernel that is.
        with pytest.raises(TimeoutError):
            notebook.wait_until_idle(timeout=1)
    assert not is_busy()
    notebook.wait_for_value("toggle.value", True)


def test_errors_in_the_kernel_are_raised(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["1 / 0"])
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        notebook.run_all()
    with pytest.raises(RuntimeError, match="NameError"):
        notebook.value("unknown")
    with pytest.raises(RuntimeError, match="TypeError"):
        notebook.run("len(1)")


def test_errors_in_the_page_are_noticed(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook([])
    with notebook.page.expect_event("pageerror"):
        notebook.page.evaluate("() => { setTimeout(() => { throw new Error('on purpose') }) }")
    notebook.page.evaluate("() => console.error('aloud')")
    assert ["on purpose" in notebook.problems[0], "aloud" in notebook.problems[1]] == [True, True]
    notebook.problems.clear()


def test_a_part_that_a_box_lacks_is_noticed(open_notebook: OpenNotebook) -> None:
    # The view of a part is not made before the test lets it.
    module = (
        "export default { async render({ el }) {"
        " await new Promise(resolve => { window.letGo = resolve }); el.textContent = 'here';"
        " } }"
    )
    cell = (
        "import anywidget, ipywidgets as w\n"
        f"class Late(anywidget.AnyWidget):\n    _esm = {module!r}\n"
        "w.VBox([Late()])"
    )
    notebook = open_notebook([cell])
    notebook.run_all()
    notebook.page.wait_for_function("() => window.letGo")
    with pytest.raises(TimeoutError):
        notebook.finish(timeout=0.5)
    notebook.page.evaluate("() => window.letGo()")


def test_theme_width_and_death_of_the_kernel(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(CELLS)
    notebook.run_all()
    for theme in ("dark", "light"):
        notebook.set_theme(theme)
    notebook.resize(700)
    assert notebook.page.evaluate("() => innerWidth") == 700
    notebook.shut_down()
    button = notebook.cell(1).locator(".jupyter-button")
    button.click()
    expect(button).to_contain_class("mod-active")
