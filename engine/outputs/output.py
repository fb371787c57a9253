"""What a protocol must do: open, send, close. One file of this folder each, and one line in `schemes`."""

from __future__ import annotations

from engine.errors import PosecastError
from engine.outputs.address import Address
from engine.outputs.moment import Moment


class UnusableError(PosecastError):
    """Trying again would not help: a library is missing, or the target refuses who asks."""


class Output:
    """One target. All methods but `interrupt` are called in the thread of the output, which may wait.

    An exception of `open`, `send` or `idle` ends the connection: `close` is called, and `open` again after a pause.
    What `send` could not deliver of the events comes again.
    """

    confirmed = False
    """Whether the target confirms what arrives: UDP does not tell whether anybody listens."""

    def __init__(self, address: Address) -> None:
        """PosecastError for an address that cannot be used. Nothing is opened yet."""
        self.address = address

    def open(self) -> None:
        """Connect; every wait is bounded. UnusableError if trying again would not help."""

    def send(self, moment: Moment) -> int:
        """Send what concerns this target; returns the number of messages."""
        raise NotImplementedError

    def idle(self) -> None:
        """Called a few times a second while there is nothing new to send."""

    def confirm(self) -> None:
        """After a test: wait briefly for what the target, or the system, says about it, and raise if that is bad."""

    def close(self) -> None:
        """Disconnect; also after `open` has failed."""

    def interrupt(self) -> None:
        """End a wait of the other methods, if that is possible. Called from any thread, at the end only."""
