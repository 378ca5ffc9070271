"""What a user installs: from sdist, wheel or checkout, with Node on the machine or without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from .checkout import REPOSITORY, copy_checkout

ENTRIES = REPOSITORY / "cnnviz_widgets" / "frontend" / "src"
WIDGETS = [entry.parent.name for entry in ENTRIES.glob("*/index.ts")]
BUNDLES = {f"{name}.{kind}" for name in (*WIDGETS, "shared") for kind in ("js", "css")}

NOTICES = "THIRD_PARTY_NOTICES.txt"
EXTENSION = "share/jupyter/labextensions/cnnviz-widgets"

# Run where nothing but the installed wheel can be imported as cnnviz_widgets.
IMPORT_EVERYTHING = """
import pathlib, sys
import cnnviz_widgets
assert pathlib.Path(cnnviz_widgets.__file__).is_relative_to(sys.prefix), cnnviz_widgets.__file__
assert cnnviz_widgets.__version__ == "{version}", cnnviz_widgets.__version__
widgets = [getattr(cnnviz_widgets, name) for name in cnnviz_widgets.__all__]
sources = [str(widget._esm) for widget in widgets if hasattr(widget, "_esm")]
assert sources and all(sources)
print(len(sources))
extension = pathlib.Path(sys.prefix, "share/jupyter/labextensions/cnnviz-widgets")
assert (extension / "remoteEntry.{version}.js").is_file(), list(extension.rglob("*"))
"""


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(REPOSITORY, tmp_path_factory.mktemp("packaging") / "checkout")


@pytest.fixture(scope="session")
def no_node(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with a shell, as npm needs one to run scripts, and nothing else."""
    path = tmp_path_factory.mktemp("path")
    (path / "sh").symlink_to("/bin/sh")
    return str(path)


def build(
    source: Path, kind: str, outdir: Path, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "build", f"--{kind}", "--outdir", str(outdir), str(source)],
        env={**os.environ, "PATH": path or os.environ["PATH"]},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def built(source: Path, kind: str, outdir: Path, path: str | None = None) -> Path:
    done = build(source, kind, outdir, path)
    assert done.returncode == 0, done.stdout
    (distribution,) = outdir.iterdir()
    return distribution


def bundles_in(wheel: Path) -> dict[str, int]:
    """Size of each file in a wheel's ``static``."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            Path(entry.filename).name: entry.file_size
            for entry in archive.infolist()
            if entry.filename.startswith("cnnviz_widgets/static/")
        }


@pytest.fixture(scope="session")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(checkout, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        # Python 3.11 has the filter from 3.11.4 on, and Debian 12 comes with 3.11.2.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder, **safely)
    (root,) = folder.iterdir()
    return root


@pytest.fixture(scope="session")
def wheel(unpacked: Path, no_node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(unpacked, "wheel", tmp_path_factory.mktemp("wheel"), no_node)


def test_sdist_holds_sources_and_bundles(unpacked: Path) -> None:
    package = unpacked / "cnnviz_widgets"
    assert {path.name for path in (package / "static").iterdir()} == BUNDLES
    for needed in ("build.mjs", "package-lock.json", "src"):
        assert (package / "frontend" / needed).exists()
    assert not (package / "frontend" / "node_modules").exists()
    assert not (unpacked / "notebooks").exists()
    for needed in ("CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", NOTICES):
        assert (unpacked / needed).read_text() == (REPOSITORY / needed).read_text()


def test_wheel_holds_every_bundle_and_no_source_of_one(wheel: Path) -> None:
    sizes = bundles_in(wheel)
    assert set(sizes) == BUNDLES
    assert all(sizes.values())
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert not [name for name in names if "frontend" in name]
    assert {name.split("/")[0].split("-")[0] for name in names} == {"cnnviz_widgets"}


def test_wheel_holds_its_licence_and_those_of_what_is_bundled(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = {
            Path(name).name: archive.read(name).decode()
            for name in archive.namelist()
            if ".dist-info/licenses/" in name
        }
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        told = archive.read(metadata).decode()
    assert set(licences) == {"LICENSE", NOTICES}
    assert f"License-File: {NOTICES}" in told
    assert "nothing of other packages" in licences[NOTICES]


def test_a_bundle_without_its_notice_is_not_built(checkout: Path, tmp_path: Path) -> None:
    source = copy_checkout(checkout, tmp_path / "source")
    text = (source / NOTICES).read_text()
    (source / NOTICES).write_text(text.replace("nothing", "parts"))
    done = build(source, "wheel", tmp_path / "dist")
    assert done.returncode != 0
    assert "npm run notices" in done.stdout


def test_wheel_puts_the_labextension_where_jupyterlab_finds_it(wheel: Path) -> None:
    version = wheel.name.split("-")[1]
    folder = f"cnnviz_widgets-{version}.data/data/{EXTENSION}/"
    with zipfile.ZipFile(wheel) as archive:
        names = [name.removeprefix(folder) for name in archive.namelist() if folder in name]
        packaged = json.loads(archive.read(f"{folder}package.json"))
    # With the version in its name no page is served what its browser kept of another one.
    entry = f"remoteEntry.{version}.js"
    assert sorted(names) == ["package.json", entry]
    assert packaged["version"] == version
    assert packaged["jupyterlab"]["_build"]["load"] == entry
    assert packaged["name"] == Path(EXTENSION).name


def test_installed_wheel_has_all_that_the_widgets_need(wheel: Path, tmp_path: Path) -> None:
    # An environment of its own for the wheel, which borrows the dependencies of this one.
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    (site_packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    version = wheel.name.split("-")[1]
    done = subprocess.run(
        [str(python), "-c", IMPORT_EVERYTHING.format(version=version)],
        cwd=tmp_path,
        env=environment,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr


def test_an_editable_install_has_the_labextension(unpacked: Path, tmp_path: Path) -> None:
    import build.env

    with build.env.DefaultIsolatedEnv() as environment:
        builder = build.ProjectBuilder.from_isolated_env(environment, unpacked)
        environment.install(builder.build_system_requires)
        environment.install(builder.get_requires_for_build("editable"))
        editable = builder.build("editable", tmp_path)
    with zipfile.ZipFile(editable) as archive:
        names = archive.namelist()
    assert len([name for name in names if f"/data/{EXTENSION}/" in name]) == 2


def test_checkout_builds_with_no_node_on_the_machine(
    checkout: Path, wheel: Path, no_node: str, tmp_path: Path
) -> None:
    assert bundles_in(built(checkout, "wheel", tmp_path, no_node)) == bundles_in(wheel)


def test_without_bundles_there_is_no_wheel(checkout: Path, no_node: str, tmp_path: Path) -> None:
    pretender = tmp_path / "bin"
    pretender.mkdir()
    (pretender / "npm").write_text("#!/bin/sh\nexit 0\n")
    (pretender / "npm").chmod(0o755)
    source = copy_checkout(checkout, tmp_path / "source")
    done = build(source, "wheel", tmp_path / "dist", f"{pretender}:{no_node}")
    assert done.returncode != 0
    assert "channel-grid.js" in done.stdout
    assert not list((tmp_path / "dist").glob("*.whl"))


@pytest.mark.parametrize("name", ["Makefile", "hatch_build.py"])
def test_installing_runs_no_script_of_a_package(name: str) -> None:
    lines = (REPOSITORY / name).read_text().splitlines()
    installing = [line for line in lines if re.search(r'npm ci|npm, "ci"', line)]
    assert installing
    assert all("--ignore-scripts" in line for line in installing)
