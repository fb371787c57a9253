"""Conversions in child processes: progress, errors, crashes, and being called off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import models
from engine.errors import PosecastError
from engine.models import job
from engine.models.job import Job, run
from tests.models import silent


def test_jobs_come_back_from_json_as_they_were() -> None:
    every = Job(
        "onnx", Path("a.pth"), Path("b.onnx"), "fp16", (256, 456),
        raw_input=False, as_is=True, device="cuda:1", checkpoint=Path("c.pth"), calibration="demo", judged=True,
    )  # fmt: skip
    for one in (every, Job("onnx", Path("a.pth"), Path("b.onnx"))):
        assert Job.from_json(one.to_json()) == one


def test_converts_with_progress(tmp_path: Path) -> None:
    messages = []
    run(
        Job("onnx", models.resolve("bundled"), tmp_path / "model.onnx"),
        lambda step, fraction, message: messages.append((step, fraction, message)),
    )
    assert (tmp_path / "model.onnx").stat().st_size > 19_000_000
    assert {step for step, _, _ in messages} == {"convert"}
    fractions = [fraction for _, fraction, _ in messages if fraction is not None]
    assert fractions == sorted(fractions)
    assert fractions


def test_errors_of_the_child_are_raised_here(tmp_path: Path) -> None:
    (tmp_path / "broken.pth").write_bytes(b"not a checkpoint")
    with pytest.raises(PosecastError, match=r"broken\.pth is not a PyTorch checkpoint.*; download"):
        run(Job("onnx", tmp_path / "broken.pth", tmp_path / "model.onnx"), silent)
    assert not (tmp_path / "model.onnx").exists()


def test_a_child_that_dies_says_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"the conversion died.*KeyError: 'alchemy'"):
        run(Job("alchemy", tmp_path / "lead", tmp_path / "gold"), silent)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Those that are started."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def noted(*arguments: object, **options: object) -> object:
        started.append(popen(*arguments, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(job.subprocess, "Popen", noted)
    return started


def test_a_killed_child_is_explained(tmp_path: Path, children: list[subprocess.Popen[bytes]]) -> None:
    def kill(step: str, fraction: float | None, message: str) -> None:
        children[0].kill()

    with pytest.raises(PosecastError, match="killed by SIGKILL; check that there is enough memory"):
        run(Job("onnx", models.resolve("bundled"), tmp_path / "model.onnx"), kill)


def test_a_full_temporary_folder_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job.tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(PosecastError, match=r"cannot write to .*missing.*TMPDIR"):
        run(Job("onnx", models.resolve("bundled"), tmp_path / "model.onnx"), silent)


def test_calling_off_ends_the_child(tmp_path: Path, children: list[subprocess.Popen[bytes]]) -> None:
    def call_off(step: str, fraction: float | None, message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Job("onnx", models.resolve("bundled"), tmp_path / "model.onnx"), call_off)
    (child,) = children
    assert child.poll() is not None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_parent_takes_its_child_along(tmp_path: Path) -> None:
    """The parent is killed when the child has reported; the child's pipe closes when the child is gone."""
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom engine.models import job\n"
        "popen = job.subprocess.Popen\n"
        "def noted(*arguments, **options):\n"
        "    child = popen(*arguments, **options, pass_fds=[int(sys.argv[1])])\n"
        "    print(child.pid, flush=True)\n"
        "    return child\n"
        "job.subprocess.Popen = noted\n"
        "def progress(step, fraction, message):\n"
        "    if message != 'starting': print('reported', flush=True)\n"
        "job.run(job.Job('onnx', Path(sys.argv[2]), Path(sys.argv[3])), progress)\n"
    )
    reading, writing = os.pipe()
    arguments = [sys.executable, "-c", code, str(writing), str(models.resolve("bundled")), str(tmp_path / "m.onnx")]
    parent = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, pass_fds=[writing])
    os.close(writing)
    try:
        assert parent.stdout is not None
        int(parent.stdout.readline())
        assert parent.stdout.readline().strip() == "reported"
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
    assert os.read(reading, 1) == b""  # nobody holds the other end any more
    os.close(reading)


def test_messages_are_read_whole_lines_at_a_time(tmp_path: Path) -> None:
    """A line that is being written is left for the next look."""
    path = tmp_path / "messages.jsonl"
    line = json.dumps({"step": "convert", "fraction": 0.5, "message": "half way"})
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        messages = job._messages(child, path)
        path.write_text(line[:20])
        assert next(messages)["message"] == "starting"
        path.write_text(line + "\n" + line[:5])
        assert next(messages)["message"] == "half way"
    finally:
        child.kill()
        child.communicate()
