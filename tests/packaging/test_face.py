"""What the repository says of itself is so: versions, commands, and the paths in its texts."""

from __future__ import annotations

import re
import sys

import pytest

from .checkout import REPOSITORY

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = None

CONTRIBUTING = (REPOSITORY / "CONTRIBUTING.md").read_text()


@pytest.mark.skipif(tomllib is None, reason="Python 3.10 reads no TOML")
def test_the_citation_is_of_this_version() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    citation = (REPOSITORY / "CITATION.cff").read_text()
    assert f"\nversion: {project['version']}\n" in citation
    assert f"\nlicense: {project['license']}\n" in citation


def test_every_workflow_runs_the_command_of_the_readme() -> None:
    command = "make test"
    assert command in (REPOSITORY / "README.md").read_text()
    for path in (".github/workflows/test.yml", ".ci/run"):
        assert re.search(r"make( --keep-going)? test\b", (REPOSITORY / path).read_text())


def test_the_map_of_the_code_names_what_is_there() -> None:
    named = set(re.findall(r"`([\w./-]+/(?:[\w.-]+)?)`", CONTRIBUTING))
    assert len(named) > 20
    missing = [
        path
        for path in sorted(named)
        if not any((base / path).exists() for base in (REPOSITORY, REPOSITORY / "cnnviz_widgets"))
    ]
    assert not missing


def test_the_map_of_the_code_leaves_no_room_out() -> None:
    package = REPOSITORY / "cnnviz_widgets"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    assert not [room for room in sorted(rooms) if f"`{room}/`" not in CONTRIBUTING]
