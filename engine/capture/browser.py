"""Pictures that another program sends, as a source: `browser:NAME` is a phone's browser, OBS, or whatever publishes
under that name. `Publications` is where the server leaves them.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from engine.capture.live import LivePicture, LiveSource, Lost
from engine.capture.timing import Timing
from engine.errors import PosecastError
from engine.types import FrameSource, Image

BROWSER = "browser"
"""The source; with `:NAME` one of several."""
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
DEFAULT_NAME = "phone"
SILENT_S = 5.0
"""Seconds without a picture after which a publisher counts as lost."""
_HINT = "open the link of the camera on it, or scan its code, and keep the page open"


class Mailbox:
    """The newest picture of one name. Any thread may call anything."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self._changed = threading.Condition()
        self._picture: LivePicture | None = None
        self._count = 0
        self._present = False

    def began(self) -> None:
        """Somebody publishes."""
        with self._changed:
            self._present, self._picture = True, None
            self._changed.notify_all()

    def ended(self) -> None:
        """Nobody does any more."""
        with self._changed:
            self._present = False
            self._changed.notify_all()

    def put(self, image: Image, captured_at: float, capture_ms: float = 0.0) -> None:
        """A picture has arrived; one that nobody has taken is dropped."""
        with self._changed:
            self._picture = LivePicture(image, captured_at, capture_ms)
            self._count += 1
            self._changed.notify_all()

    def wait_for_publisher(self, interrupted: threading.Event) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._present or interrupted.is_set())

    def next_picture(self, after: int, interrupted: threading.Event) -> tuple[LivePicture, int] | None:
        """The newest picture and its number, once there is one after number `after`.

        None if nobody publishes, and after `SILENT_S` without one.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._count > after or not self._present or interrupted.is_set(), timeout=SILENT_S
            )
            if not self._present or interrupted.is_set() or self._count <= after or self._picture is None:
                return None
            return self._picture, self._count

    def wake(self) -> None:
        """Have those who wait look whether they are interrupted."""
        with self._changed:
            self._changed.notify_all()

    @property
    def present(self) -> bool:
        return self._present

    @property
    def count(self) -> int:
        """Number of pictures that have arrived so far."""
        return self._count


class Publications:
    """The mailboxes of a server, by name."""

    def __init__(self) -> None:
        self._mailboxes: dict[str, Mailbox] = {}
        self._lock = threading.Lock()

    def mailbox(self, name: str) -> Mailbox:
        """PosecastError for what is not a name."""
        if not NAME.fullmatch(name):
            raise PosecastError(
                f"{name[:40]!r} is not a camera's name", "use small letters, digits and -, such as left-1"
            )
        with self._lock:
            return self._mailboxes.setdefault(name, Mailbox(name))


def is_published(text: str) -> bool:
    """Whether `text` means pictures that another program sends."""
    return text == BROWSER or text.startswith(f"{BROWSER}:")


def published_name(text: str) -> str:
    """The name in `browser:NAME`; the usual one for `browser`."""
    return text.partition(":")[2] or DEFAULT_NAME


def open_published(text: str, publications: Publications | None, *, start_index: int = 0) -> FrameSource:
    """Open `browser:NAME`, whether or not somebody publishes yet. PosecastError for what is not a name."""
    if publications is None:
        raise PosecastError(f"{text[:60]} is a camera that a dashboard receives", "choose it in `posecast serve`")
    mailbox = publications.mailbox(published_name(text))
    timing = Timing(first_retry_s=0.2, longest_retry_s=0.2)  # opening waits by itself
    return LiveSource(_PublishedFeed(mailbox), f"{BROWSER}:{mailbox.name}", start_index=start_index, timing=timing)


class _PublishedFeed:
    """A mailbox as a feed. It is lost when nobody publishes, and found again at the moment when somebody does."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._after = mailbox.count
        self._interrupted = threading.Event()

    def open(self) -> None:
        self._mailbox.wait_for_publisher(self._interrupted)
        if self._interrupted.is_set():
            raise Lost("closed")
        self._after = self._mailbox.count

    def read(self) -> LivePicture:
        found = self._mailbox.next_picture(self._after, self._interrupted)
        if found is None:
            raise Lost(self._reason(), _HINT)
        picture, number = found
        missed, self._after = number - self._after - 1, number
        return LivePicture(picture.image, picture.captured_at, picture.capture_ms, missed)

    def _reason(self) -> str:
        if self._mailbox.present:
            return f"{self._mailbox.name} sends no pictures"
        return f"{self._mailbox.name} is not connected"

    def close(self) -> None:
        """Nothing to release."""

    def interrupt(self) -> None:
        self._interrupted.set()
        self._mailbox.wake()
