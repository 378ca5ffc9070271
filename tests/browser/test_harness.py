"""The harness itself, on ipywidgets' own widgets: where this fails, nothing of ours is at fault."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import IPython
import pytest
from playwright.sync_api import TimeoutError, expect

from . import forked_kernels
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


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
def test_a_kernel_has_keras_beforehand_and_shares_nothing(open_notebook: OpenNotebook) -> None:
    notebook = open_notebook(["import sys, os", "own = 1"])
    notebook.run_cell(0)
    assert notebook.value("'tensorflow' in sys.modules and 'keras' in sys.modules")
    assert notebook.value("[name for name in sys.modules if name.startswith('cnnviz')]") == []
    notebook.run_cell(1)
    first = notebook.value("os.getpid()")
    notebook.restart()
    notebook.run_cell(0)
    assert notebook.value("os.getpid()") != first
    assert notebook.value("'own' in dir()") is False


def test_where_nothing_can_be_forked_a_kernel_is_an_ordinary_one(tmp_path: Path) -> None:
    stand_in = [sys.executable, "-I", "-S", forked_kernels.__file__, str(tmp_path / "none")]
    done = subprocess.run([*stand_in, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == IPython.__version__


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
