"""What this process opens, listed by Python itself: every file, folder, program and address, whoever asks for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TOUCHING = (
    "open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link",
    "os.chdir", "os.truncate", "os.chmod", "os.utime", "shutil.rmtree", "shutil.copyfile", "shutil.move",
)  # fmt: skip
RUNNING = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "urllib.Request")

_touched: list[tuple[str, str]] | None = None
_installed = False


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _touched is None:
        return
    if event in RUNNING:
        _touched.append((event, repr(arguments)))
    elif event in _TOUCHING:
        # A number is a file that is open already.
        _touched.extend((event, str(one)) for one in arguments[:2] if isinstance(one, (str, Path)) and "/" in str(one))


@contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """(event, path) of all that is touched within the block. A hook of Python's stays for good, and sleeps outside."""
    global _touched, _installed
    if not _installed:
        sys.addaudithook(_hook)
        _installed = True
    _touched = touched = []
    try:
        yield touched
    finally:
        _touched = None
