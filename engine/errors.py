"""The one exception that users may see.

Everything that the user can correct (a file, an address, an option, a missing library) is raised as a
`PosecastError`: what is wrong, and what to do about it. The command line prints both on one line and exits
with 2; the web API answers `{"error": ..., "hint": ...}`. Any other exception is a bug.
"""

from __future__ import annotations


class PosecastError(Exception):
    """`error` says what is wrong, `hint` what to do; both are plain sentences without a full stop."""

    def __init__(self, error: str, hint: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.error}; {self.hint}" if self.hint else self.error

    def __reduce__(self) -> tuple[type[PosecastError], tuple[str, str]]:
        # Errors cross process boundaries (capture and conversion run in children).
        return (type(self), (self.error, self.hint))


class ModelError(PosecastError):
    """The model file itself is at fault: no other backend or device would run it either."""


def lines(error: Exception) -> list[str]:
    """The lines of an exception's message, at least one: its class name if it has no message, like MemoryError."""
    return str(error).strip().splitlines() or [type(error).__name__]


def first_line(error: Exception) -> str:
    """The first line of an exception's message, which in errors of libraries is usually the summary."""
    return lines(error)[0]


def reason(error: Exception) -> str:
    """Why the operating system refused, without number and path ("No such file or directory"); for an error that is
    not the system's, the first line of its message."""
    return getattr(error, "strerror", None) or first_line(error)
