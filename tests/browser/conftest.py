"""One server and one browser for all browser tests; a page of its own for each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from .lab import REPOSITORY, Lab, Notebook, View, chromium

HERE = Path(__file__).parent
FAILURES = REPOSITORY / "build" / "browser-failures"
failed = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    item.stash[failed] = report.failed or item.stash.get(failed, False)
    return report


# Package scope, not session: Playwright's event loop must be gone before other tests run theirs.
@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with Lab(tmp_path_factory.mktemp("lab"), forked=True) as lab:
        yield lab


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of its own; what it shows when its test fails is kept as a picture."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    yield page
    if request.node.stash.get(failed, False):
        FAILURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=FAILURES / f"{request.node.name}.png")
    context.close()


OpenNotebook = Callable[..., Notebook]
numbers = itertools.count()


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Iterator[OpenNotebook]:
    """Opens a notebook of the given cells; at the end, the page must have met no problem."""
    opened: list[Notebook] = []

    def open_notebook(cells: Sequence[str], view: View = "lab") -> Notebook:
        name = f"notebook-{next(numbers)}.ipynb"
        lab.write(name, cells)
        opened.append(Notebook.open(page, lab, name, view))
        return opened[-1]

    yield open_notebook
    for notebook in opened:
        notebook.finish()
