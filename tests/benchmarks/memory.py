"""Memory that a piece of work takes, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable


def printed_by(module: str, *arguments: str) -> str:
    """What a module prints when it is run in a fresh process."""
    run = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3"),
    )
    return run.stdout


def peak_megabytes(function: Callable[[], object]) -> float:
    """How far the process' resident set rises while `function` runs, in MB.

    What an allocator has kept from earlier work makes it look smaller: measure the work in
    question first.
    """
    import psutil

    process = psutil.Process()
    before, highest, stop = process.memory_info().rss, 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not stop.wait(0.001):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        function()
    finally:
        stop.set()
        watcher.join()
    return (highest - before) / 2**20
