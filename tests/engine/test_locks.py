"""File locks: one holder at a time, between threads as between processes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.errors import PosecastError
from engine.locks import only_process, take


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first = take(tmp_path / "lock")
    assert first is not None
    assert take(tmp_path / "lock") is None
    first.release()
    second = take(tmp_path / "lock")
    assert second is not None
    second.release()


def test_any_thread_may_release_it_and_delete_the_file(tmp_path: Path) -> None:
    held = take(tmp_path / "lock")
    assert held is not None
    thread = threading.Thread(target=held.release, kwargs={"delete": True})
    thread.start()
    thread.join()
    assert list(tmp_path.iterdir()) == []
    again = take(tmp_path / "lock")
    assert again is not None
    again.release()


def test_a_process_that_dies_releases_its_locks(tmp_path: Path) -> None:
    code = "import os, sys, pathlib, engine.locks as locks; locks.take(pathlib.Path(sys.argv[1])); os._exit(1)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "lock")], check=False, timeout=60)
    held = take(tmp_path / "lock")
    assert held is not None
    held.release()


def test_waiting_is_reported(tmp_path: Path) -> None:
    held = take(tmp_path / "lock")
    assert held is not None
    with only_process(tmp_path / "lock", held.release):
        assert take(tmp_path / "lock") is None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(PosecastError, match=r"cannot write .*lock: .* check the permissions of its folder"),
        only_process(tmp_path / "file" / "lock", lambda: None),
    ):
        pass
