"""The command that starts this server again, reachable from the network; the page shows it where it is not.

In: the command line that started it. Out: the same for the shell, with `--host 0.0.0.0` and without secrets.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine.redaction import redact

VARIABLE = "POSECAST_NETWORK_COMMAND"
"""The command, if another program started the server (see the Makefile)."""
_REPLACED = ("--host", "--token", "--view-token", "--out", "--publish")
"""Left out: what is replaced, and what may hold secrets."""
_SHORTEST = 3
"""Characters of the shortest abbreviation that the parser accepts, as `--t`."""


def network_command(argv: Sequence[str], environ: Mapping[str, str]) -> str:
    """The command for the shell. `argv`: as in `sys.argv`."""
    if environ.get(VARIABLE):
        return redact(environ[VARIABLE].strip())
    kept = (redact(argument) for argument in _without_replaced(argv[1:]))
    return shlex.join([*_program(argv[0]), *kept, "--host", "0.0.0.0"])


def with_https(command: str) -> str:
    """The same command, with a certificate made for this machine, unless it has one already."""
    if "--tls" in command:
        return command
    return f'{command} ARGS="--tls auto"' if command.startswith("make ") else f"{command} --tls auto"


def _program(path: str) -> list[str]:
    """How the program is called: by its name where the shell finds it, else by its path or as a module."""
    if Path(path).name == "__main__.py":
        return ["python", "-m", Path(path).parent.name]
    found = shutil.which(Path(path).name)
    known = found is not None and Path(found).resolve() == Path(path).resolve()
    return [Path(path).name if known else path]


def _without_replaced(arguments: Sequence[str]) -> Iterator[str]:
    skip = False
    for argument in arguments:
        name, equals, _ = argument.partition("=")
        if skip:
            skip = False
        elif len(name) >= _SHORTEST and name.startswith("--") and any(one.startswith(name) for one in _REPLACED):
            skip = not equals
        else:
            yield argument
