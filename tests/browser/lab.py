"""Drives a real JupyterLab (or Notebook 7) in a real Chromium.

::

    with Lab(folder) as lab, chromium() as browser:
        lab.write("a.ipynb", ["import ipywidgets as w", "b = w.ToggleButton(); b"])
        notebook = Notebook.open(browser.new_page(), lab, "a.ipynb")
        notebook.run_all()
        with notebook.busy():            # the kernel computes; the page has to manage alone
            notebook.cell(1).locator("button").click()
        notebook.wait_for_value("b.value", True)

Everything waits on a condition and has a timeout; nothing sleeps and hopes.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import nbformat
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from .forked_kernels import forked_kernels

REPOSITORY = Path(__file__).resolve().parents[2]
NOTEBOOK_METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A test's browser has no business with its maker's servers.
CHROMIUM_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
# JupyterLab sends widgets' messages to the shell that runs the cells, as it has to where the kernel
# has no subshells (ipykernel 6): they come after the cell.
NO_SUBSHELLS = {
    "@jupyterlab/apputils-extension:kernels-settings": {"commsOverSubshells": "disabled"}
}
VIEWS = {"lab": "/lab/tree/", "doc": "/doc/tree/", "notebook": "/notebooks/"}
View = Literal["lab", "doc", "notebook"]

as_root = hasattr(os, "geteuid") and os.geteuid() == 0


def chromium_path() -> str:
    """The Chromium that ``$CHROMIUM`` names, or the first one on the PATH."""
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [named] if named else CHROMIUM_NAMES)), None)
    if found is None:
        wanted = f"$CHROMIUM ({named})" if named else f"any of {', '.join(CHROMIUM_NAMES)}"
        raise FileNotFoundError(f"no Chromium: {wanted} is not on the PATH; install one")
    return found


@contextlib.contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """The system's Chromium, headless."""
    # Chromium refuses to put root into its sandbox.
    sandbox = ("--no-sandbox",) if as_root else ()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*CHROMIUM_ARGUMENTS, *sandbox, *arguments]
        )
        try:
            yield browser
        finally:
            browser.close()


def own_jupyter(folder: Path) -> dict[str, str]:
    """Environment variables of a Jupyter that writes into this folder, and shares nothing."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    return {name: str(folder / each) for name, each in folders.items()}


class Lab:
    """A Jupyter server on the loopback device that shares nothing with the user's own.

    It serves JupyterLab, its single-document mode and Notebook 7 alike.

    Parameters
    ----------
    folder : Path
        Holds the notebooks, in ``folder/notebooks``, and all that Jupyter writes.
    settings : mapping, optional
        JupyterLab settings by plugin, such as
        ``{"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}``.
    timeout : float
        Seconds the server may take to start, or to stop.
    command : sequence of str
        What starts JupyterLab; it takes the options behind it.
    forked : bool
        Kernels are forks of a process that has imported Keras, where the system is Linux.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        timeout: float = 60,
        command: Sequence[str] = (sys.executable, "-m", "jupyterlab"),
        forked: bool = False,
    ) -> None:
        self.forked = forked and sys.platform == "linux"
        self._kernels = contextlib.ExitStack()
        self.command = command
        self.folder = Path(folder)
        self.root = self.folder / "notebooks"
        self.log = self.folder / "server.log"
        self.timeout = timeout
        self.url = ""
        self.settings = {
            # No look-ups on the internet.
            "@jupyterlab/apputils-extension:notification": {
                "fetchNews": "false",
                "checkForUpdates": False,
            },
            **(settings or {}),
        }

    def __enter__(self) -> Lab:
        self.root.mkdir(parents=True, exist_ok=True)
        for plugin, values in self.settings.items():
            extension, name = plugin.rsplit(":", 1)
            path = self.folder / "settings" / extension / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        command = [
            *(*self.command, "--no-browser"),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.root_dir={self.root}",
            "--IdentityProvider.token=",
            "--ServerApp.password=",
            "--LabApp.extension_manager=readonly",
            # The tests talk to the front end through window.jupyterapp.
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
            *(["--allow-root"] if as_root else []),
        ]
        environment = self.environment()
        if self.forked:
            kernels = forked_kernels(self.folder / "forked", environment)
            environment |= self._kernels.enter_context(kernels)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            self.url = self.wait_for_url()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(self.timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        finally:
            self._kernels.close()

    def environment(self) -> dict[str, str]:
        """The user's environment, less the user's Jupyter, plus this checkout."""
        python_path = [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
        return {
            **os.environ,
            **own_jupyter(self.folder),
            "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }

    def wait_for_url(self) -> str:
        """The address, once the server answers there."""
        information = self.folder / "runtime" / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                url = str(json.loads(information.read_text())["url"]).rstrip("/")
                with urllib.request.urlopen(f"{url}/api/status", timeout=1):
                    return url
            time.sleep(0.05)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()}")

    def write(self, name: str, cells: Sequence[str]) -> Path:
        """Make a notebook of these code cells; the name may lie in a folder."""
        notebook = nbformat.v4.new_notebook(metadata=NOTEBOOK_METADATA)
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path


class Notebook:
    """One open notebook: its page, its kernel, and what went wrong in the page.

    Attributes
    ----------
    page : Page
        Playwright's page, for the mouse, the keyboard and locators.
    dead : bool
        Whether the kernel was shut down.
    problems : list of str
        Errors on the page's console, uncaught exceptions and requests that failed.
        Tests expect it to be empty; one that provokes an error clears it.
    expected : list of str
        Words of errors that a test provokes, which are no problems.
    """

    # JavaScript: the open document's panel, and its kernel connection; undefined until they exist.
    PANEL = "window.jupyterapp?.shell?.currentWidget"
    KERNEL = f"{PANEL}?.context?.sessionContext?.session?.kernel"

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page = page
        self.lab = lab
        self.problems: list[str] = []
        self.expected: list[str] = []
        self.dead = False
        self._flags = itertools.count()
        page.on("console", self._on_console)
        page.on("pageerror", self._on_uncaught)
        page.on("requestfailed", self._on_failed_request)

    def _on_console(self, message: Any) -> None:
        # To miss the kernel is what a test wants that shuts it down.
        expected = self.dead and "Could not send widget sync message" in message.text
        # What JupyterLab asks its debugger of a new kernel ends with the kernel, or with the page.
        expected |= "Could not restore the debugger state" in message.text
        expected |= any(text in message.text for text in self.expected)
        # ipywidgets says this of boxes, too, that were taken away while their parts were made.
        # That a box which stayed has all its parts is checked at the end.
        expected |= "Could not add child view to box" in message.text
        url = message.location.get("url", "")
        if message.type == "error" and not expected:
            self.problems.append(f"console: {message.text} ({url})")

    def _on_uncaught(self, error: Any) -> None:
        # JupyterLab and Notebook have uncaught exceptions of their own, of which no widget's
        # code is part: that comes from an extension, or as a blob or data URL.
        stack = error.stack or ""
        if "/static/" in stack and not re.search("/lab/extensions/|blob:|data:", stack):
            return
        # What ipywidgets says on the console of a box that was taken away, it throws as well.
        if "reading 'widgets'" in error.message and "/jupyterlab-manager/" in stack:
            return
        if any(text in error.message for text in self.expected):
            return
        self.problems.append(f"uncaught: {error.message}\n{stack}")

    def _on_failed_request(self, request: Any) -> None:
        # A request that the page itself gave up, on leaving a page for instance, is no fault.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"request: {request.url} {request.failure}")

    @classmethod
    def open(
        cls, page: Page, lab: Lab, name: str, view: View = "lab", *, expected: Sequence[str] = ()
    ) -> Notebook:
        """Open a notebook below ``lab.root`` and wait until its kernel is idle."""
        notebook = cls(page, lab)
        notebook.expected += expected
        # Every test starts from an empty JupyterLab, whatever the one before left open.
        page.goto(f"{lab.url}{VIEWS[view]}{name}" + ("?reset" if view == "lab" else ""))
        notebook.wait_until_connected()
        notebook.wait_until_idle()
        return notebook

    def reload(self) -> None:
        """Reload the page, whatever the kernel does, and wait until it has the kernel again."""
        self.page.reload()
        self.wait_until_connected()

    # -- the notebook

    def command(self, name: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """Execute a JupyterLab command and wait until it is done."""
        return self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [name, dict(arguments or {})],
        )

    def run_all(self, *, check: bool = True) -> None:
        """Run all cells to their end; with `check`, raise where one ended in an error."""
        self.command("notebook:run-all-cells")
        if check:
            assert not self.errors(), self.errors()

    def start_all(self) -> None:
        """Run all cells without waiting, as for a cell that trains while the test looks."""
        self._start("notebook:run-all-cells")

    def start_cell(self, index: int) -> None:
        """Run one cell without waiting for its end."""
        self.cell(index)
        self._start("notebook:run-cell")

    def run_cell(self, index: int) -> None:
        """Run one cell to its end; raise where it ended in an error."""
        self.cell(index)
        self.command("notebook:run-cell")
        assert not self.errors(index), self.errors(index)

    def _start(self, command: str) -> None:
        self.page.evaluate(
            f"""name => {{
                const kernel = {self.KERNEL};
                window.testBegun = false;
                const listen = (_, message) => {{
                    if (message.header.msg_type !== "execute_input") return;
                    kernel.iopubMessage.disconnect(listen);
                    window.testBegun = true;
                }};
                kernel.iopubMessage.connect(listen);
                void window.jupyterapp.commands.execute(name);
            }}""",
            command,
        )
        self.page.wait_for_function("() => window.testBegun")

    def cell(self, index: int) -> Locator:
        """A cell, scrolled into view: JupyterLab does not draw those far outside it."""
        self.page.evaluate(
            f"async index => {{ const {{ content }} = {self.PANEL};"
            " content.activeCellIndex = index; await content.scrollToItem(index) }",
            index,
        )
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')

    def outputs(self) -> list[list[dict[str, Any]]]:
        """Each cell's outputs as they stand in the notebook."""
        return self.page.evaluate(
            f"() => {self.PANEL}.content.model.sharedModel.cells"
            ".map(cell => cell.toJSON().outputs ?? [])"
        )

    def errors(self, index: int | None = None) -> list[str]:
        """The errors in which cells, or this one, ended: name and message."""
        outputs = self.outputs()
        return [
            f"{output['ename']}: {output['evalue']}"
            for each in (outputs if index is None else [outputs[index]])
            for output in each
            if output["output_type"] == "error"
        ]

    def save(self) -> None:
        """Write the notebook to its file."""
        self.command("docmanager:save")

    # -- the kernel

    def wait_until_connected(self) -> None:
        self.page.wait_for_function(
            f"() => {self.PANEL}?.context?.isReady"
            f" && {self.KERNEL}?.connectionStatus === 'connected'",
            timeout=60_000,
        )

    def interrupt(self) -> None:
        """Press the notebook's button that interrupts the kernel."""
        self.page.get_by_role("button", name="Interrupt the kernel").click()

    def wait_until_idle(self, timeout: float = 60) -> None:
        """Wait until the kernel has done all that it was asked to.

        JupyterLab's word for it is that of the last message: where a subshell has answered one of
        a widget's, it is 'idle' while a cell runs (jupyterlab/jupyterlab#10701).
        """
        # Shells answer in order. A request that a new kernel gets no more has ended as well.
        self.page.evaluate(
            f"""() => {{
                const end = () => {{ window.testIdle = true }};
                window.testIdle = false;
                const request = {{ code: "", silent: true, store_history: false }};
                {self.KERNEL}.requestExecute(request).done.then(end, end);
            }}"""
        )
        self.page.wait_for_function(
            f"() => window.testIdle && {self.KERNEL}.status === 'idle'", timeout=timeout * 1000
        )

    def run(self, code: str) -> None:
        """Run code in the kernel, outside any cell, and wait for its end."""
        self._execute(code, {})

    def value(self, expression: str) -> Any:
        """What a Python expression is worth in the kernel, by way of JSON (tuples become lists)."""
        json_of = "__import__('json').dumps(({}), default=lambda other: other.tolist())".format
        reply = self._execute("", {"value": json_of(expression)})["value"]
        if reply["status"] == "error":
            raise RuntimeError(f"{expression}: {reply['ename']}: {reply['evalue']}")
        return json.loads(ast.literal_eval(reply["data"]["text/plain"]))

    def _execute(self, code: str, expressions: Mapping[str, str]) -> dict[str, Any]:
        content = self.page.evaluate(
            f"async ([code, user_expressions]) => (await {self.KERNEL}.requestExecute("
            "{ code, user_expressions, store_history: false }).done).content",
            [code, dict(expressions)],
        )
        if content["status"] != "ok":
            raise RuntimeError(f"{code}: {content.get('ename')}: {content.get('evalue')}")
        return content["user_expressions"]

    def wait_for_value(self, expression: str, expected: Any, timeout: float = 10) -> None:
        """Wait until the expression has this value in the kernel; messages take their time."""
        deadline = time.monotonic() + timeout
        # Each question goes to the kernel and back, behind whatever the page sent before it.
        while (value := self.value(expression)) != expected:
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{expression} is {value!r} after {timeout} s, not {expected!r}"
                )

    @contextlib.contextmanager
    def busy(self, timeout: float = 60) -> Iterator[Callable[[], bool]]:
        """The kernel runs Python code for as long as the block lasts; yields whether it does."""
        name = f"busy-{os.getpid()}-{id(self)}-{next(self._flags)}"
        flag = self.lab.folder / name
        flag.touch()
        code = (
            "import pathlib as _pathlib, time as _time\n"
            f"_end = _time.monotonic() + {timeout}\n"
            "print('busy', flush=True)\n"
            f"while _pathlib.Path({str(flag)!r}).exists() and _time.monotonic() < _end:\n"
            "    _time.sleep(0.01)\n"
        )
        # Resolves with the loop's first words, not with its end.
        self.page.evaluate(
            f"""([code, name]) => new Promise(resolve => {{
                const future = {self.KERNEL}.requestExecute({{ code, store_history: false }});
                future.onIOPub = message => {{
                    if (message.header.msg_type === "stream") resolve(null);
                }};
                window[name] = true;
                const end = () => {{ window[name] = false }};
                future.done.then(end, end);
            }})""",
            [code, name],
        )
        try:
            yield lambda: self.page.evaluate("name => window[name]", name)
        finally:
            flag.unlink()
            self.wait_until_idle()

    def finish(self, timeout: float = 30) -> None:
        """Shut down; raise where the page met a problem, or a box on it lacks one of its parts."""
        if not self.dead:
            # What keeps a part's place until its view is made.
            place = '.widget-box > [class="lm-Widget"]:empty'
            self.page.wait_for_function(
                "place => !document.querySelector(place)", arg=place, timeout=timeout * 1000
            )
            self.shut_down()
        assert not self.problems, "\n\n".join(self.problems)

    def shut_down(self) -> None:
        """End the kernel for good: what still works now works in the page alone."""
        self.dead = True
        self.page.evaluate(f"() => {self.PANEL}.context.sessionContext.shutdown()")

    def restart(self) -> None:
        """Start the kernel anew: what is on the page belongs to the one that has ended."""
        self.page.evaluate(f"() => {self.PANEL}.context.sessionContext.restartKernel()")
        self.wait_until_connected()
        self.wait_until_idle()

    # -- looks

    def set_theme(self, theme: Literal["light", "dark"]) -> None:
        self.command("apputils:change-theme", {"theme": f"JupyterLab {theme.capitalize()}"})
        light = str(theme == "light").lower()
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{light}'")

    def resize(self, width: int, height: int = 1000) -> None:
        """Give the page's inside this size, in CSS pixels."""
        self.page.set_viewport_size({"width": width, "height": height})
