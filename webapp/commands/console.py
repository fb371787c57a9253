"""The console that commands print to."""

from __future__ import annotations

import rich.console


class Console(rich.console.Console):
    """Rich's console, but a reader who has gone is a BrokenPipeError: the command line knows what it means."""

    def on_broken_pipe(self) -> None:
        raise
