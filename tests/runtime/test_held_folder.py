"""A folder that is held: what is inside it, and who else may be. History tests hold the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnnviz_widgets.runtime.held_folder import HeldFolder, NotRegularError


@pytest.fixture(params=[True, False], ids=["by its descriptor", "by its path"])
def held(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if not request.param:
        monkeypatch.setattr("cnnviz_widgets.runtime.held_folder._HOLDS", False)
    (tmp_path / "held").mkdir()
    return tmp_path / "held"


def test_a_folder_inside_is_held_as_well(held: Path) -> None:
    folder = HeldFolder(held)
    folder.make_folder("inner")
    inner = folder.inside("inner")
    inner.write("file", memoryview(b"data"))
    assert inner.path == held / "inner"
    assert (inner.names(), folder.names()) == (["file"], ["inner"])
    with inner.open("file") as file:
        assert file.read() == b"data"
    inner.remove("file")
    folder.remove("inner")
    assert folder.names() == []


def test_what_is_no_folder_of_its_own_is_not_entered(held: Path) -> None:
    (held.parent / "elsewhere").mkdir()
    (held / "link").symlink_to(held.parent / "elsewhere")
    (held / "file").write_text("")
    folder = HeldFolder(held)
    for name in ("link", "file", "none"):
        with pytest.raises((NotRegularError, OSError)):
            folder.inside(name)


def test_one_at_a_time_is_inside_its_lock(tmp_path: Path) -> None:
    one, other = HeldFolder(tmp_path), HeldFolder(tmp_path)
    refused = pytest.raises(BlockingIOError, match="another writes to it")
    with one.locked(), refused, other.locked():
        pass
    with other.locked(), HeldFolder(tmp_path.parent).locked():
        pass
    with pytest.raises(KeyError), one.locked():
        raise KeyError
    with one.locked():
        pass
