"""Extracting one file from an untrusted archive."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.models import archive
from engine.models.archive import extract_member

NAME = "model.pth"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the archive lies and the file goes: two folders deep, so that there is somewhere to escape to."""
    folder = tmp_path / "cache" / "official"
    folder.mkdir(parents=True)
    return folder


def pack(folder: Path, *members: tuple[str, bytes | tarfile.TarInfo]) -> Path:
    path = folder / "archive.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members:
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            data = b"" if isinstance(content, tarfile.TarInfo) else content
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def link(name: str, kind: bytes, target: str) -> tuple[str, tarfile.TarInfo]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return name, info


def refused(folder: Path, packed: Path) -> str:
    """The message; and nothing was written anywhere."""
    before = sorted(folder.parents[1].rglob("*"))
    with pytest.raises(PosecastError) as caught:
        extract_member(packed, NAME, folder / NAME)
    assert sorted(folder.parents[1].rglob("*")) == before
    return caught.value.error


@pytest.mark.parametrize("name", [NAME, f"./{NAME}", f"some/folder/{NAME}"])
def test_the_file_comes_out_and_nothing_else(folder: Path, name: str) -> None:
    packed = pack(folder, ("readme", b"?"), (f"not-{NAME}", b"?"), (name, b"content"), ("later", b"?"))
    extract_member(packed, NAME, folder / NAME)
    assert (folder / NAME).read_bytes() == b"content"
    assert sorted(path.name for path in folder.iterdir()) == ["archive.tar.gz", NAME]


@pytest.mark.parametrize("name", [f"../../{NAME}", f"a/../../{NAME}", f"/tmp/{NAME}", f"../{NAME}"])
def test_paths_out_of_the_archive_are_refused(folder: Path, name: str) -> None:
    assert f"holds no file {NAME}" in refused(folder, pack(folder, (name, b"content")))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_other_things_are_refused(folder: Path, kind: bytes) -> None:
    secret = folder.parent / "secret"
    secret.write_bytes(b"secret")
    packed = pack(folder, ("secret", b"?"), link(NAME, kind, str(secret)))
    assert f"holds no file {NAME}" in refused(folder, packed)


def test_an_archive_without_the_file_is_refused(folder: Path) -> None:
    assert f"holds no file {NAME}" in refused(folder, pack(folder, ("model.onnx", b"?")))


def test_huge_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 6)
    assert "7 bytes, too large" in refused(folder, pack(folder, (NAME, b"content")))


@pytest.mark.parametrize("damage", [b"", b"no archive at all", b"\x1f\x8b" + b"?" * 50])
def test_what_is_no_archive_is_refused(folder: Path, damage: bytes) -> None:
    path = folder / "archive.tar.gz"
    path.write_bytes(damage)
    assert "is damaged" in refused(folder, path)


def test_an_archive_cut_anywhere_is_refused(folder: Path) -> None:
    packed = pack(folder, ("readme", b"?" * 2000), (NAME, bytes(range(256)) * 40))
    content = packed.read_bytes()
    # The last bytes are padding and check sums, which a reader that has its file does not need.
    for length in range(0, len(content) - 40, 7):
        packed.write_bytes(content[:length])
        refused(folder, packed)
