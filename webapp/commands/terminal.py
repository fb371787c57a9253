"""The streams that commands print to: any encoding, closed or broken off, and Ctrl-C at any moment.

`prepare` is called once, before anything else; it imports only what the interpreter has loaded anyway.
"""

from __future__ import annotations

import codecs
import os
import signal
import sys
from typing import NoReturn, TextIO

INTERRUPTED = 130
"""Exit status after Ctrl-C, by the shell's convention 128 + SIGINT."""

_PLAIN = {"…": "...", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "×": "x", "°": " deg", "±": "+-"}
_SURROGATE_BYTES = range(0xDC80, 0xDD00)
"""How Python holds the bytes of a file name that are not text."""


class StandardOutput:
    """What `prepare` found."""

    closed = False
    """Whether standard output was closed when the program started."""


def quit_quietly_on_ctrl_c() -> None:
    """Until `restore_ctrl_c`, Ctrl-C ends the process at once: nothing that would have to be cleared away has begun."""
    signal.signal(signal.SIGINT, _quit)


def restore_ctrl_c() -> None:
    """From now on Ctrl-C is a KeyboardInterrupt."""
    if signal.getsignal(signal.SIGINT) is _quit:
        signal.signal(signal.SIGINT, _interrupt)


class _Asked:
    """What the user has asked for."""

    to_end: BaseException | None = None


def end(how: BaseException) -> NoReturn:
    """Raise `how` in a handler of a signal, and remember it."""
    _Asked.to_end = how
    raise how


def end_if_asked() -> None:
    """Raise it again: modules in C++ that are being imported turn it into an error of theirs, and a library that cannot
    be imported is just left out."""
    if _Asked.to_end is not None:
        raise _Asked.to_end


def prepare() -> None:
    """A new command. Let nothing that it prints fail: letters that the terminal's encoding does not have are
    replaced."""
    StandardOutput.closed = sys.stdout is None
    _Asked.to_end = None
    _occupy_descriptors()
    codecs.register_error("posecast", _plainer)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the rest of the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        _lenient(stream)


def discard_output() -> None:
    """Once the reader of the output has gone: what is left to flush is discarded, and no error is reported."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _quit(number: int, frame: object) -> None:
    os._exit(INTERRUPTED)


def _interrupt(number: int, frame: object) -> None:
    end(KeyboardInterrupt())


def _occupy_descriptors() -> None:
    """A closed descriptor 0, 1 or 2 would be given to the next file that is opened, and be written into."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def _lenient(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)  # not of the streams that tests put in place
    if reconfigure is not None:
        reconfigure(errors="posecast")


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(map(_plain, letters)), error.end


def _plain(letter: str) -> str:
    if ord(letter) in _SURROGATE_BYTES:
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return _PLAIN.get(letter, "?")
