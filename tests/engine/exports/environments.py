"""Environments of their own, in the user's cache, for programs that read exports and need other packages than ours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import platformdirs
import pytest


def python_with(package: str, made_by: str) -> Path:
    """A Python that has `package`, installed once; the test is skipped, with the reason, where that is impossible."""
    folder = Path(platformdirs.user_cache_dir("posecast-tests")) / package
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        found = shutil.which(made_by)
        if found is None:
            pytest.skip(f"{package} needs {made_by}")
        subprocess.run([found, "-m", "venv", "--clear", str(folder)], check=True)
        done = subprocess.run([str(python), "-m", "pip", "install", "-q", package], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"{package} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
        (folder / "ready").touch()
    return python
