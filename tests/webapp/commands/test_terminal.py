"""The command line in terminals of every kind, as processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from webapp.commands.terminal import INTERRUPTED

POSECAST = (sys.executable, "-m", "webapp")
ROOT = Path(__file__).parents[3]
FAST = ("--height-size", "128", "--backend", "pytorch", "--precision", "fp32")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LATIN_1 = {"PYTHONIOENCODING": "latin-1"}
COMMANDS = ("", "serve", "infer", "convert", "bench", "models", "models list", "models download", "doctor")


def run(*arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, **(variables or {})}
    return subprocess.run(
        [*POSECAST, *arguments], cwd=ROOT, env=environment, capture_output=True, timeout=110, check=False
    )


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """A line for a shell, in which `posecast` is the command."""
    command = f'posecast() {{ "{sys.executable}" -m webapp "$@"; }}; {line}'
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_shown_in_a_terminal_that_knows_ascii_only(command: str) -> None:
    shown = run(*command.split(), "--help", variables=ASCII)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.decode("ascii").startswith("usage: posecast")


@pytest.mark.parametrize(("variables", "encoding"), [(ASCII, "ascii"), (LATIN_1, "latin-1")])
def test_so_are_what_a_command_prints_and_its_errors(variables: Mapping[str, str], encoding: str) -> None:
    listed = run("models", "list", variables=variables)
    assert listed.returncode == 0
    assert "bundled" in listed.stdout.decode(encoding)
    refused = run("infer", "…/Straße ☂.mp4", variables=variables)
    assert refused.returncode == 2
    assert refused.stderr.decode(encoding).startswith("posecast: there is no file")


def test_closed_output_is_refused_where_scenes_go_there() -> None:
    refused = shell("posecast infer demo -o - >&-")
    assert refused.returncode == 2
    assert refused.stderr == "posecast: standard output is closed; name a file with -o FILE\n"


@pytest.mark.parametrize("line", ["posecast models list >&-", "posecast --help >&-", "posecast models list >&- 2>&-"])
def test_closed_output_is_no_fault_elsewhere(line: str) -> None:
    ended = shell(line)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("command", ["--help", "models list", "infer demo --max-frames 60 -o - " + " ".join(FAST)])
def test_a_reader_who_has_seen_enough_ends_it_quietly(command: str) -> None:
    ended = shell(f"(posecast {command}; echo $? >&2) | head -1")
    assert ended.stdout.count("\n") == 1
    assert ended.stderr.split()[-1:] == ["0"]
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="there are no process groups")
@pytest.mark.parametrize("seconds", [0.3, 1.0])
@pytest.mark.parametrize("command", ["infer demo -o people.jsonl", "bench --seconds 1"])
def test_ctrl_c_ends_it_quietly_at_any_moment(tmp_path: Path, command: str, seconds: float) -> None:
    script = "import webapp.__main__ as entry; raise SystemExit(entry.main())"
    with subprocess.Popen(
        [sys.executable, "-c", script, *command.split()],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to children too
        _, said = process.communicate(timeout=30)
    assert process.returncode == INTERRUPTED, said
    assert b"Traceback" not in said
    assert list(tmp_path.glob("*.part*")) == []


def test_ctrl_c_that_a_library_swallows_ends_it_all_the_same(tmp_path: Path) -> None:
    """A module in C++ makes an ImportError of it."""
    script = """
import signal
import engine.inference as inference, webapp.__main__ as entry
whole = inference.report
def report(name):
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        pass
    return whole(name)
inference.report = report
raise SystemExit(entry.main())
"""
    command = [sys.executable, "-c", script, "infer", "demo", "-o", "people.jsonl"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=110, check=False)
    assert (ended.returncode, ended.stderr) == (INTERRUPTED, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("infer demo --max-frames x", "argument --max-frames: 'x' is not a whole number"),
        ("infer demo --max-frames 0", "argument --max-frames: 0 is less than 1"),
        ("infer demo --fx wide", "argument --fx: 'wide' is not a number"),
        ("infer demo --fx nan", "fx is nan; fx must be 1 to 1000000 pixels"),
        ("infer demo --height-size 100", "height_size is 100; height_size must be a multiple of 8, 128 to 1024 pixels"),
        ("bench --seconds 0", "argument --seconds: 0 is not a positive number of seconds"),
        ("serve --port 70000", "argument --port: 70000 is not a port, which is 0 to 65535"),
        ("convert bundled --to onnx --height 25.5", "argument --height: '25.5' is not a whole number"),
    ],
)
def test_wrong_values_are_told_in_words(arguments: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    from webapp.cli import main

    assert main(arguments.split()) == 2
    assert capsys.readouterr().err.startswith(f"posecast: {words}")


def test_help_gives_the_range_of_a_setting(capsys: pytest.CaptureFixture[str]) -> None:
    from webapp.cli import main

    with pytest.raises(SystemExit):
        main(["infer", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "(a multiple of 8, 128 to 1024 pixels)" in told
    assert "(1 to 1000000 pixels)" in told
