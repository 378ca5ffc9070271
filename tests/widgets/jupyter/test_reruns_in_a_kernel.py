"""Cells run again and again in a real kernel: what they left behind is free."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120
RUNS = 50

PREPARE = """
import gc, weakref
import numpy as np
import cnnviz_widgets as cv
from ipywidgets.widgets.widget import _instances
from tests.widgets.small_training import IMAGES, fit, small_model

made = {name: [] for name in ("model", "probe", "inspector", "monitor", "history", "view")}
def note(**things):
    for name, thing in things.items():
        made[name].append(weakref.ref(thing))
def alive():
    gc.collect()
    return {name: sum(ref() is not None for ref in refs) for name, refs in made.items()}
values = np.random.default_rng(0).random((3, 4, 4, 5)).astype("float32")
"""
# As in a notebook: the last line shows the inspector, and the kernel keeps it in `Out`.
INSPECTOR = """
model = small_model()
inspector = cv.ModelInspector(model, IMAGES[:4])
note(model=model, probe=inspector.probe, inspector=inspector)
inspector
"""
# With `display` nothing is kept.
TRAINED = """
model = small_model()
inspector = cv.ModelInspector(model, IMAGES[:4])
monitor = inspector.monitor("batch", None)
fit(model, monitor, steps_per_epoch=1)
note(model=model, probe=inspector.probe, inspector=inspector, monitor=monitor)
note(history=inspector.history)
display(inspector)
"""
VIEW = """
cv.ChannelGrid(values)
"""
INTERRUPTED = """
try:
    cv.ModelInspector(small_model(), IMAGES[:4], layer="nowhere")
except ValueError:
    pass
"""


class Kernel:
    """A kernel whose cells have names, as a notebook's."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client

    def run(self, code: str, cell: str | None = None) -> None:
        self._execute(code, cell, {})

    def forget_outputs(self) -> None:
        """Take from IPython what it keeps of a user's: `Out`, and the last three outputs."""
        for number in range(3):
            self.run(str(number), "numbers")
        self.run("%reset -f out")

    def value(self, expression: str) -> Any:
        found = self._execute("", None, {"value": f"__import__('json').dumps({expression})"})
        return json.loads(ast.literal_eval(found["value"]["data"]["text/plain"]))

    def _execute(self, code: str, cell: str | None, expressions: dict[str, str]) -> Any:
        content = {
            "code": code,
            "silent": False,
            "store_history": cell is not None,
            "user_expressions": expressions,
            "allow_stdin": False,
            "stop_on_error": True,
        }
        metadata = {} if cell is None else {"cellId": cell}
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        self._client.shell_channel.send(message)
        reply = self._client._recv_reply(message["header"]["msg_id"], timeout=PATIENCE)
        assert reply["content"]["status"] == "ok", reply["content"]
        return reply["content"]["user_expressions"]


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    manager = KernelManager()
    manager.kernel_cmd = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager.start_kernel(env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        kernel = Kernel(client)
        kernel.run(PREPARE)
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_an_inspector_in_a_cell_that_runs_fifty_times(kernel: Kernel) -> None:
    kernel.run(INSPECTOR, "inspector")
    once = kernel.value("len(_instances)")
    for _ in range(RUNS - 1):
        kernel.run(INSPECTOR, "inspector")
    assert kernel.value("len(_instances)") == once
    found = kernel.value("alive()")
    # `Out` is the user's, and keeps the empty shells.
    assert {name: found[name] for name in ("model", "probe")} == {"model": 1, "probe": 1}
    kernel.run("inspector.close()\ndel inspector, model")
    kernel.forget_outputs()
    assert not any(kernel.value("alive()").values())
    assert kernel.value("len(_instances)") == 0


def test_a_training_in_a_cell_that_runs_again(kernel: Kernel) -> None:
    for _ in range(5):
        kernel.run(TRAINED, "trained")
    found = kernel.value("alive()")
    assert found == {**dict.fromkeys(found, 1), "view": 0}
    kernel.run("inspector.close()\ndel inspector, model, monitor\nNone")
    assert not any(kernel.value("alive()").values())
    assert kernel.value("len(_instances)") == 0


def test_views_on_their_own_in_a_cell_that_runs_fifty_times(kernel: Kernel) -> None:
    kernel.run(VIEW, "view")
    once = kernel.value("len(_instances)")
    for _ in range(RUNS - 1):
        kernel.run(VIEW, "view")
    assert kernel.value("len(_instances)") == once


def test_a_cell_that_fails_leaves_no_widget(kernel: Kernel) -> None:
    before = kernel.value("len(_instances)")
    for _ in range(3):
        kernel.run(INTERRUPTED, "interrupted")
    assert kernel.value("len(_instances)") == before
