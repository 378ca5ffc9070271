"""Binder: what ``binder/`` installs, and that the tutorial opens there and runs in its memory."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from packaging.requirements import Requirement

from tests.browser.lab import Lab
from tests.notebooks.reduced import reduced

from .binder_image import BinderImage
from .checkout import REPOSITORY, copy_checkout
from .peak_memory import peak_bytes

# Of the 2 GB that Binder gives; the server takes some of the rest, and the page what is open in it.
MOST_MEMORY = 1_600_000_000
# What the tutorial's widgets are shown by, with a kernel and without one.
PAGE_EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager", "anywidget", "bqplot", "cnnviz-widgets"}


def page_of_the_badge() -> str:
    """Path of the page that the README's badge opens, relative to the server's address."""
    readme = (REPOSITORY / "README.md").read_text()
    found = re.search(r"\(https://mybinder\.org/v2/[^)]*\?urlpath=([^)]*)\)", readme)
    assert found, "README.md has no link to Binder with an ?urlpath="
    return found[1]


def tutorial() -> str:
    """Path of the notebook on that page, relative to the checkout."""
    return page_of_the_badge().removeprefix("lab/tree/")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BinderImage]:
    folder = tmp_path_factory.mktemp("binder")
    checkout = copy_checkout(REPOSITORY, folder / "checkout")
    try:
        yield BinderImage(checkout, folder)
    except LookupError as error:
        pytest.skip(str(error))
    finally:
        # 2 GB, which pytest would keep for three runs.
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def lab(image: BinderImage) -> Iterator[Lab]:
    class BinderLab(Lab):
        def environment(self) -> dict[str, str]:
            return image.environment

    lab = BinderLab(image.folder, command=image.started("jupyter", "lab"))
    lab.root = image.checkout
    with lab:
        yield lab


@pytest.fixture(scope="module")
def page(lab: Lab) -> dict[str, Any]:
    """What JupyterLab tells its page, in a script element of it."""
    with urllib.request.urlopen(f"{lab.url}/{page_of_the_badge()}") as reply:
        html = reply.read().decode()
    found = re.search(r'<script[^>]*id="jupyter-config-data"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found, html[:500]
    return json.loads(found[1])


def test_it_installs_what_the_project_needs_with_the_smaller_tensorflow() -> None:
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["notebooks"]]
    expected = {Requirement(each.replace("tensorflow", "tensorflow-cpu")) for each in needed}
    # One front end is enough.
    expected = {each for each in expected if each.name != "notebook"}
    lines = (REPOSITORY / "binder" / "requirements.txt").read_text().splitlines()
    assert {Requirement(line) for line in lines if not line.startswith("#")} == expected


def test_the_badge_opens_a_notebook_of_this_checkout() -> None:
    assert page_of_the_badge().startswith("lab/tree/")
    assert (REPOSITORY / tutorial()).is_file()


def test_the_tutorial_runs_in_the_memory_of_the_free_tier(
    image: BinderImage, tmp_path: Path
) -> None:
    path = image.checkout / tutorial()
    nbformat.write(reduced(path), path)
    with (tmp_path / "output").open("w+") as output:
        process = subprocess.Popen(
            image.started("jupyter", "execute", "--timeout=600", tutorial()),
            cwd=image.checkout,
            env=image.environment,
            text=True,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            peak = peak_bytes(process)
        finally:
            # Where the tests are interrupted; it takes its kernel with it.
            process.send_signal(signal.SIGINT)
            process.wait()
        output.seek(0)
        assert process.returncode == 0, output.read()
    assert peak <= MOST_MEMORY


def test_its_page_opens_with_all_that_shows_the_widgets(lab: Lab, page: dict[str, Any]) -> None:
    assert page["treePath"] == tutorial()
    assert {each["name"] for each in page["federated_extensions"]} >= PAGE_EXTENSIONS
    with urllib.request.urlopen(f"{lab.url}/api/contents/{tutorial()}") as reply:
        assert json.load(reply)["type"] == "notebook"


def test_no_question_about_news_stands_before_the_tutorial(page: dict[str, Any]) -> None:
    assert "@jupyterlab/apputils-extension:announcements" in page["disabledExtensions"]
