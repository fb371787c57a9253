"""Why there is no camera, for machines as they are: folders that look like theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.capture.absence import why_no_cameras


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "sys/class/video4linux").mkdir(parents=True)
    (tmp_path / "dev").mkdir()
    return tmp_path


def plug_in(root: Path, index: int = 0) -> Path:
    device = root / f"sys/class/video4linux/video{index}"
    device.mkdir()
    (device / "name").write_text("A camera\n")
    (device / "index").write_text("0\n")
    node = root / f"dev/video{index}"
    node.touch()
    return node


def why(root: Path, platform: str = "linux") -> str:
    found = why_no_cameras(root, platform)
    return "" if found is None else "; ".join(found)


def test_none_is_connected(root: Path) -> None:
    assert why(root) == "no camera is connected to the computer that runs Posecast; connect one, then look again"


def test_one_that_can_be_opened_is_no_reason(root: Path) -> None:
    plug_in(root)
    assert why(root) == ""


def test_one_that_this_user_may_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(root, 2)
    monkeypatch.setattr("os.access", lambda *_: False)
    assert why(root).startswith("this user may not read /dev/video2; ")
    assert "group 'video'" in why(root)


@pytest.mark.parametrize("mark", [".dockerenv", "run/.containerenv"])
def test_a_container_must_be_given_one(root: Path, mark: str) -> None:
    (root / mark).parent.mkdir(exist_ok=True)
    (root / mark).touch()
    assert "--device /dev/video0" in why(root)
    plug_in(root, 1).unlink()
    assert "--device /dev/video1" in why(root), "the system has one, the container has not"


def test_wsl_must_be_given_one(root: Path) -> None:
    (root / "proc").mkdir()
    (root / "proc/version").write_text("Linux version 5.15 (Microsoft@Microsoft.com)")
    assert "usbipd" in why(root)


def test_elsewhere_they_are_not_listed(root: Path) -> None:
    assert why(root, "darwin").startswith("cameras are not listed on this system")
