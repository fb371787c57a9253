"""The command for the network is the one of the start, for the network, without secrets."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from webapp.commands.network_command import VARIABLE, network_command
from webapp.commands.parser import create_parser


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([], []),
        (["--source", "my clip.mp4", "--port", "8123"], ["--source", "my clip.mp4", "--port", "8123"]),
        (["--host", "127.0.0.1", "--open"], ["--open"]),
        (["--host=localhost", "--fx", "900"], ["--fx", "900"]),
        (["--token", "secret-one", "--view-token=secret-two", "--viewers", "3"], ["--viewers", "3"]),
        (["--out", "mqtt://me:secret-one@h:1/t", "--out=webhook+https://h/secret-two", "--fx", "9"], ["--fx", "9"]),
        (["--tok", "secret-one", "--view-t", "secret-two", "--viewers-see", "blurred"], ["--viewers-see", "blurred"]),
    ],
)
def test_everything_is_kept_but_host_and_tokens(given: list[str], kept: list[str]) -> None:
    create_parser().parse_args(["serve", *given])
    command = network_command(["/somewhere/posecast", "serve", *given], {})
    assert shlex.split(command) == ["/somewhere/posecast", "serve", *kept, "--host", "0.0.0.0"]
    assert "secret" not in command
    assert create_parser().parse_args(shlex.split(command)[1:]).host == "0.0.0.0"


def test_the_program_is_called_as_the_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "posecast"
    program.touch(0o755)
    assert network_command([str(program), "serve"], {}) == f"{program} serve --host 0.0.0.0"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert network_command([str(program), "serve"], {}) == "posecast serve --host 0.0.0.0"
    module = network_command(["/x/webapp/__main__.py", "serve"], {})
    assert module == "python -m webapp serve --host 0.0.0.0"


def test_passwords_of_sources_are_not_shown() -> None:
    command = network_command(["posecast", "serve", "--source", "rtsp://me:secret@camera/1"], {})
    assert "secret" not in command
    made = network_command(["posecast"], {VARIABLE: "make run HOST=0.0.0.0 SOURCE=rtsp://me:secret@camera/1 "})
    assert made.startswith("make run HOST=0.0.0.0 SOURCE=rtsp://")
    assert "secret" not in made
