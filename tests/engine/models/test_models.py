"""Names to files: the catalogue, `resolve`, and the whole way from a server to a network that runs."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import models
from engine.errors import PosecastError
from engine.files import cache_dir
from engine.inference.network import PoseNetwork, load_checkpoint
from engine.models.http import RemoteFile
from webapp.cli import main

ROOT = Path(__file__).parents[3]
MEMBER = "human-pose-estimation-3d-0001.pth"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("POSECAST_CACHE", str(cache))
    return cache


# --- names -----------------------------------------------------------------------------------------------------------


def test_the_official_archive_is_the_published_one() -> None:
    archive = models.catalogue()[1].archive
    assert archive is not None
    assert archive.url.startswith("https://")
    assert archive.name == "human-pose-estimation-3d.tar.gz"
    assert (archive.size, len(archive.sha384)) == (18_421_831, 96)


def test_bundled_is_a_checkpoint_that_loads() -> None:
    assert isinstance(load_checkpoint(models.resolve("bundled")), PoseNetwork)


def test_official_says_how_to_get_it() -> None:
    with pytest.raises(PosecastError) as caught:
        models.resolve("official")
    assert caught.value.hint == "download it once: posecast models download official"


@pytest.mark.parametrize("suffix", models.SUFFIXES)
def test_files_of_every_kind_resolve(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"model{suffix}"
    path.touch()
    assert models.resolve(str(path)) == path


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "model.pth").touch()
    assert models.resolve("~/model.pth") == tmp_path / "model.pth"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nowhere.pth", "'nowhere.pth': No such file"),
        ("ofical", "'ofical': No such file"),
        ("folder", "is not a file"),
        ("weights.safetensors", "has an unknown suffix"),
        ("x" * 5000, "File name too long"),
        ("a\0b", "null"),
        ("", ""),
    ],
)
def test_other_names_are_refused_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "weights.safetensors").touch()
    with pytest.raises(PosecastError) as caught:
        models.resolve(text)
    assert said in caught.value.error
    for known in ("'bundled'", "'official'", *models.SUFFIXES):
        assert known in caught.value.hint


def test_the_cache_folder_is_the_users_own(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_dir() == cache
    assert not cache.exists()
    monkeypatch.delenv("POSECAST_CACHE")
    assert cache_dir().is_absolute()
    assert "posecast" in cache_dir().parts


def test_hashes_go_by_content(tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(content)
        assert models.file_hash(tmp_path / name) == hashlib.sha256(content).hexdigest()


def test_models_come_without_a_framework() -> None:
    code = "import sys, engine.models as m; m.resolve('bundled'); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)


# --- downloading -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archive() -> bytes:
    """An archive like the official one: keys with `module.`, leftovers of an export, no batch counters."""
    torch.manual_seed(1)
    state = {f"module.{key}": value for key, value in PoseNetwork().state_dict().items() if "num_batches" not in key}
    leftovers = {"module.fake_conv_heatmaps.weight": torch.zeros(19, 19, 1, 1)}
    checkpoint, packed = io.BytesIO(), io.BytesIO()
    torch.save({"state_dict": {**state, **leftovers}}, checkpoint, _use_new_zipfile_serialization=False)
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        info = tarfile.TarInfo(MEMBER)
        info.size = checkpoint.tell()
        checkpoint.seek(0)
        tar.addfile(info, checkpoint)
    return packed.getvalue()


@pytest.fixture
def offer(web: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make the server the place where 'official' comes from."""

    def offer(content: bytes) -> None:
        web.content = content
        remote = RemoteFile(web.url("/a.tar.gz"), len(content), hashlib.sha384(content).hexdigest())
        bundled, official = models.CATALOGUE
        monkeypatch.setattr(models, "CATALOGUE", (bundled, replace(official, archive=remote)))

    return offer


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != "lock")


def test_from_a_server_to_a_network(web: Any, offer: Any, archive: bytes, cache: Path) -> None:
    offer(archive)
    web.plan = [web.redirect("/elsewhere")]
    steps: list[tuple[str, float | None, str]] = []
    path = models.download("official", lambda *step: steps.append(step))
    assert path == cache / "models" / "official" / MEMBER == models.resolve("official")
    assert files(cache) == [MEMBER]
    assert [step for step, _, _ in steps][-1] == "unpack"
    fractions = [fraction for step, fraction, _ in steps if step == "download"]
    assert fractions[-1] == 1.0
    torch.manual_seed(1)
    wanted = PoseNetwork().state_dict()
    for key, tensor in load_checkpoint(path).state_dict().items():
        torch.testing.assert_close(tensor, wanted[key], rtol=0, atol=0)
    asked = len(web.requests)
    assert models.download("official", lambda *step: None) == path
    assert len(web.requests) == asked


def test_an_interrupted_download_leaves_nothing(web: Any, offer: Any, archive: bytes, cache: Path) -> None:
    offer(archive)

    def interrupt(step: str, fraction: float | None, message: str) -> None:
        if fraction is not None and fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        models.download("official", interrupt)
    assert files(cache) == []
    assert main(["models", "download", "official"]) == 0
    assert files(cache) == [MEMBER]


def test_two_at_once_download_once(web: Any, offer: Any, archive: bytes, cache: Path) -> None:
    offer(archive)
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(models.download, "official", lambda *step: None) for _ in range(3)]
        assert {run.result(60) for run in runs} == {cache / "models" / "official" / MEMBER}
    assert len(web.requests) == 1
    assert files(cache) == [MEMBER]


def test_a_wrong_archive_leaves_nothing(web: Any, offer: Any, archive: bytes, cache: Path) -> None:
    offer(archive)
    web.content = archive[:-1] + b"?"
    with pytest.raises(PosecastError, match="SHA-384"):
        models.download("official", lambda *step: None)
    assert files(cache) == []


@pytest.mark.parametrize("member", [f"../../../../{MEMBER}", "another.pth"])
def test_an_archive_without_the_checkpoint_leaves_nothing(offer: Any, cache: Path, tmp_path: Path, member: str) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo(member))
    offer(packed.getvalue())
    with pytest.raises(PosecastError, match=f"holds no file {MEMBER}"):
        models.download("official", lambda *step: None)
    assert files(tmp_path) == []


def test_a_cache_that_cannot_be_made_is_told(offer: Any, archive: bytes, cache: Path) -> None:
    offer(archive)
    cache.write_text("in the way")
    with pytest.raises(PosecastError) as caught:
        models.download("official", lambda *step: None)
    assert "POSECAST_CACHE" in caught.value.hint


# --- the command -----------------------------------------------------------------------------------------------------


def test_list_tells_what_there_is(capsys: pytest.CaptureFixture[str], cache: Path) -> None:
    assert main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "not downloaded yet: posecast models download official" in out
    assert str(models.resolve("bundled")) in out
    official = cache / "models" / "official" / MEMBER
    official.parent.mkdir(parents=True)
    official.touch()
    assert main(["models", "list"]) == 0
    assert str(official) in capsys.readouterr().out


def test_download_prints_the_place_and_one_line_of_trouble(
    web: Any, offer: Any, archive: bytes, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(archive)
    web.plan = [web.status(404)]
    assert main(["models", "download", "official"]) == 2
    trouble = capsys.readouterr().err.strip()
    assert trouble.startswith("posecast: 127.0.0.1 answers 404 Not Found for a.tar.gz")
    assert "\n" not in trouble
    assert main(["models", "download", "official"]) == 0
    assert capsys.readouterr().out == f"official: {cache / 'models' / 'official' / MEMBER}\n"
    assert main(["models", "download", "unofficial"]) == 2
    assert "there is no model 'unofficial' to download" in capsys.readouterr().err
    assert main(["models", "download", "bundled"]) == 0
