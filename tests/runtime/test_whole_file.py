"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnnviz_widgets.runtime.whole_file import write_whole


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_whole(str(path), b"first") == path
    assert path.read_bytes() == b"first"
    path.chmod(0o640)
    write_whole(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a.csv"]


def test_a_new_file_is_readable_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    path = write_whole(str(tmp_path / "ours.md"), b"")
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize(
    ("place", "kind", "why"),
    [
        ("missing/a.csv", FileNotFoundError, "its folder is missing"),
        ("", IsADirectoryError, "a folder is there"),
        ("a" * 300 + ".csv", OSError, "name too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(
    tmp_path: Path, place: str, kind: type[OSError], why: str
) -> None:
    path = tmp_path / place
    with pytest.raises(kind) as caught:
        write_whole(str(path), b"content")
    assert str(path) in str(caught.value) and why in str(caught.value).lower()
    assert names(tmp_path) == []


def test_what_was_there_stays_where_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match=r"cannot write .*a\.csv': No space left on device"):
        write_whole(str(path), b"after")
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["a.csv"]


def test_an_interrupt_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "chmod", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(str(tmp_path / "a.csv"), b"half")
    assert names(tmp_path) == []
