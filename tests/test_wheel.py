"""The wheel: the same bytes from the same commit, everything inside, and it works where there is no checkout."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.posecast.test_package import IMPORT_EVERYTHING

ROOT = Path(__file__).parent.parent
EPOCH = "1700000000"
INSIDE = (
    "engine/assets/posecast-lifter-v1.npz",
    "engine/assets/posecast-v1-int8.bin",
    "engine/assets/posecast-v1-int8.onnx",
    "engine/assets/posecast-v1-int8.xml",
    "engine/assets/posecast-v1.pth",
    "engine/assets/stage.mp4",
    "engine/assets/stage_people.json",
    "engine/py.typed",
    "engine/wire/scene.schema.json",
    "posecast/py.typed",
    "webapp/schemas/openapi.json",
    "webapp/static/css/",
    "webapp/static/js/main.js",
    "webapp/static/bundled/css/dashboard.css",
    "webapp/static/bundled/js/main.js",
    "webapp/static/bundled/sources.sha256",
    "webapp/static/vendor/vendor.css",
    "webapp/static/vendor/vendor.js",
    "webapp/templates/index.html",
    "webapp/templates/login.html",
    "webapp/templates/view.html",
    "converters/worker.py",
    "engine/models/prepare.py",
    "posecast-0.1.0.dist-info/licenses/LICENSE",
    "posecast-0.1.0.dist-info/licenses/NOTICE",
)

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200), pytest.mark.skipif(sys.platform == "win32", reason="POSIX")]


@pytest.fixture(scope="module")
def checkouts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two copies of what git knows, and of the bundled page, under paths of different length."""
    base = tmp_path_factory.mktemp("checkouts")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    files = [name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]
    copies = base / "one", base / "another-with-a-longer-name"
    for copy in copies:
        for name in files:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
        for made in ("vendor", "bundled"):
            shutil.copytree(ROOT / "webapp/static" / made, copy / "webapp/static" / made)
    return copies


@pytest.fixture(scope="module")
def wheels(checkouts: tuple[Path, Path]) -> tuple[Path, ...]:
    return tuple(build(copy, copy / "dist") for copy in checkouts)


@pytest.fixture(scope="module")
def installed(wheels: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment's bin folder with the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("clean") / "env"
    venv.create(folder, with_pip=True)
    run(folder / "bin" / "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheels[0], cwd=folder)
    return folder / "bin"


def run(*command: object, cwd: Path, **more: str) -> str:
    """Output of a command that knows nothing of the checkout. It must succeed."""
    done = subprocess.run([*map(str, command)], cwd=cwd, env=surroundings(cwd, **more), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def surroundings(home: Path, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV" and "PYTHON" not in name}
    return {**ours, **{f"XDG_{name}_HOME": str(home / name) for name in ("CACHE", "CONFIG", "DATA")}, **more}


def build(source: Path, folder: Path) -> Path:
    pin = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt"), "SOURCE_DATE_EPOCH": EPOCH}
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source, cwd=source.parent, **pin)
    (wheel,) = folder.glob("*.whl")
    return wheel


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_commit_gives_the_same_bytes(wheels: tuple[Path, ...]) -> None:
    first, second = wheels
    with zipfile.ZipFile(first) as one, zipfile.ZipFile(second) as other:
        assert {n.filename: n.CRC for n in one.infolist()} == {n.filename: n.CRC for n in other.infolist()}
    assert digest(first) == digest(second)


def test_everything_is_inside_and_nothing_else(wheels: tuple[Path, ...]) -> None:
    with zipfile.ZipFile(wheels[0]) as archive:
        names = archive.namelist()
    for wanted in INSIDE:
        assert any(name.startswith(wanted) for name in names), wanted
    assert [name for name in names if name.startswith("engine/_native.") and name.endswith(".so")]
    roots = {name.split("/")[0] for name in names}
    assert roots == {"engine", "converters", "posecast", "webapp", "posecast-0.1.0.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".map"))]


def test_the_source_archive_builds_the_same_wheel(
    checkouts: tuple[Path, Path], wheels: tuple[Path, ...], tmp_path: Path
) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    needs = ("scikit-build-core", "pybind11")
    run(python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", *needs, cwd=tmp_path)
    hook = "import sys; from scikit_build_core.build import build_sdist; build_sdist(sys.argv[1])"
    run(python, "-c", hook, tmp_path, cwd=checkouts[0], SOURCE_DATE_EPOCH=EPOCH)
    (archive,) = tmp_path.glob("*.tar.gz")
    assert digest(build(archive, tmp_path / "dist")) == digest(wheels[0])


def test_the_installed_program_finds_people(installed: Path, tmp_path: Path) -> None:
    run(installed / "posecast", "infer", "demo", "--max-frames", "10", "-o", "people.jsonl", cwd=tmp_path)
    lines = (tmp_path / "people.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 10
    assert any('"joints_3d"' in line for line in lines)
    where = run(installed / "python", "-c", "import engine; print(engine.__file__)", cwd=tmp_path)
    assert str(installed.parent) in where


def test_posecast_is_imported_from_the_wheel_and_no_file_under_two_names(installed: Path, tmp_path: Path) -> None:
    *_, twice, where = run(installed / "python", "-c", IMPORT_EVERYTHING, cwd=tmp_path).splitlines()
    assert twice == "[]"
    assert str(installed.parent) in where


def test_the_installed_program_serves(installed: Path, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(
            [installed / "posecast", "serve", "--port", "0"],
            cwd=tmp_path,
            env={**surroundings(tmp_path), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        for path in ("", "view", "static/js/main.js", "static/vendor/vendor.js", "static/vendor/vendor.css"):
            assert len(answer(url + path)) > 500, path
        for path in ("healthz", "api/scene"):  # 503 until the network has been converted
            assert answer(url + path, patience=180), path
        assert b'"people"' in answer(url + "api/scene")
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.communicate(timeout=10)


def answer(url: str, patience: float = 0) -> bytes:
    """What comes with status 200, within `patience` seconds of anything else."""
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url, timeout=20) as response:
                return bytes(response.read())
        except urllib.error.HTTPError:  # noqa: PERF203 - it is waited for
            if time.monotonic() >= end:
                raise
            time.sleep(0.2)
