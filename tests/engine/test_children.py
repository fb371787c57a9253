"""Child processes import what the program imports, wherever the user is."""

from __future__ import annotations

import subprocess
from pathlib import Path

from engine import children


def test_modules_are_run_with_their_arguments(tmp_path: Path) -> None:
    (tmp_path / "packed.json").write_text('{"a":1}')
    ran = subprocess.run(children.command("json.tool", str(tmp_path / "packed.json")), capture_output=True, text=True)
    assert ran.stdout == '{\n    "a": 1\n}\n'


def test_files_in_the_current_folder_are_no_modules(tmp_path: Path) -> None:
    for name in ("json", "runpy", "argparse", "pathlib"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this file is not ours')")
    ran = subprocess.run(children.command("json.tool", "--help"), cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "usage" in ran.stdout
