"""How the tests are dealt out where several processes run them, as ``make test`` has it.

A file's tests go to one process, with the networks that its fixtures train. The browser's go to
one process all together: they share a server and a browser.
"""

from __future__ import annotations

import signal
from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

BROWSER = "tests/browser"
# They take minutes, and wait for other programs most of the time. Begun last, they would keep one
# process busy while the others have nothing left.
FIRST = (BROWSER, "tests/packaging", "tests/notebooks")


class OneProcessForTheBrowser(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return BROWSER if PurePosixPath(file).is_relative_to(BROWSER) else file


def pytest_configure() -> None:
    # What a shell runs in the background ignores the interrupts that tests send to themselves.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneProcessForTheBrowser:
    # By default the file with the most tests comes first, which says nothing of how long it takes.
    config.option.loadscopereorder = False
    return OneProcessForTheBrowser(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # One process alone has its quick tests first.
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not item.nodeid.startswith(FIRST))
