"""Why no camera of this machine can be used: what to say instead of an empty list."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.capture.camera import list_cameras

_CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
"""Files that container engines leave in every container."""


def why_no_cameras(root: Path = Path("/"), platform: str = sys.platform) -> tuple[str, str] | None:
    """(reason, what to do) if no camera can be opened here; None if there is one that can.

    `root` is where the system's folders lie.
    """
    if platform != "linux":
        return ("cameras are not listed on this system", "try 0, the first camera, or 1")
    found = list_cameras(root / "sys/class/video4linux")
    nodes = [root / f"dev/video{camera.index}" for camera in found]
    if any(os.access(node, os.R_OK | os.W_OK) for node in nodes):
        return None
    present = next((node for node in nodes if node.exists()), None)
    if present is not None:
        return (
            f"this user may not read {Path('/') / present.relative_to(root)}",
            "add the user to the group 'video', then sign in again",
        )
    if _in_container(root):
        device = f"/dev/video{found[0].index if found else 0}"
        return ("Posecast runs in a container that has no camera", f"start the container with --device {device}")
    if _in_wsl(root):
        return (
            "Windows does not share its cameras with WSL by itself",
            "attach the camera with usbipd, then look again",
        )
    return ("no camera is connected to the computer that runs Posecast", "connect one, then look again")


def _in_container(root: Path) -> bool:
    return (
        any((root / mark.lstrip("/")).exists() for mark in _CONTAINER_MARKS) or "KUBERNETES_SERVICE_HOST" in os.environ
    )


def _in_wsl(root: Path) -> bool:
    try:
        return "microsoft" in (root / "proc/version").read_text().lower()
    except OSError:
        return False
