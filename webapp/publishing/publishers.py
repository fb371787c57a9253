"""Who publishes at the moment: one at a time for each name."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable

from engine.capture.browser import Mailbox, Publications
from engine.types import Image
from engine.wire import Wire
from webapp.access.errors import ConflictError
from webapp.monitoring.logs import event

log = logging.getLogger(__name__)

SILENT_AFTER = 2.0
"""Seconds without a picture after which another may take the place: a phone that lost its network comes back so."""
LARGEST = 3840 * 2160
"""Pixels of a picture."""


class Publisher:
    """One that sends pictures, from `Publishers.begin` to `end`. `put` and `end` are called by its own thread."""

    def __init__(
        self, mailbox: Mailbox, transport: str, hang_up: Callable[[], None], left: Callable[[Publisher], None]
    ) -> None:
        self.id = secrets.token_urlsafe(12)
        self.name, self.transport = mailbox.name, transport
        self.hang_up = hang_up
        self.size: tuple[int, int] | None = None
        self.last_at = time.monotonic()
        self._mailbox, self._left = mailbox, left
        self._ended = False

    def put(self, image: Image, captured_at: float, capture_ms: float) -> None:
        """A picture; one after the end is dropped."""
        height, width = image.shape[:2]
        if self._ended or width * height > LARGEST:
            return
        self.size, self.last_at = (width, height), time.monotonic()
        self._mailbox.put(image, captured_at, capture_ms)

    def end(self) -> None:
        """It sends nothing any more. May be called again."""
        if not self._ended:
            self._ended = True
            self._left(self)


class Publishers:
    """The present ones, by name."""

    def __init__(self, publications: Publications, changed: Callable[[], None]) -> None:
        """`changed` is called when somebody begins or ends."""
        self._publications, self._changed = publications, changed
        self._present: dict[str, Publisher] = {}
        self._lock = threading.Lock()
        self._closed = False

    def begin(self, name: str, transport: str, hang_up: Callable[[], None]) -> Publisher:
        """A new publisher; `hang_up()` must end its connection, from any thread. ConflictError while another one sends
        pictures under that name; one that has become silent makes way."""
        mailbox = self._publications.mailbox(name)
        with self._lock:
            before = self._present.get(name)
            if self._closed:
                raise ConflictError("the server is stopping", "try again later")
            if before is not None and time.monotonic() - before.last_at < SILENT_AFTER:
                raise ConflictError(
                    f"{name} is already sending pictures", "stop it there, or use another camera's link"
                )
            publisher = self._present[name] = Publisher(mailbox, transport, hang_up, self._leave)
            mailbox.began()
        if before is not None:
            before.hang_up()
        event(log, "publisher_connected", f"{name} sends pictures by {transport}", camera=name, transport=transport)
        self._changed()
        return publisher

    def get(self, name: str) -> Publisher | None:
        return self._present.get(name)

    def describe(self, name: str) -> Wire | None:
        """Who publishes under the name, for the page; None if nobody does."""
        publisher = self._present.get(name)
        if publisher is None:
            return None
        return {"transport": publisher.transport, "size": publisher.size}

    def names(self) -> list[str]:
        """Of those who publish now."""
        return sorted(self._present)

    def hang_up(self, name: str) -> None:
        """End whoever publishes under the name."""
        publisher = self._present.get(name)
        if publisher is not None:
            publisher.hang_up()
            publisher.end()

    def close(self) -> None:
        self._closed = True
        for name in list(self._present):
            self.hang_up(name)

    def _leave(self, publisher: Publisher) -> None:
        with self._lock:
            if self._present.get(publisher.name) is not publisher:
                return  # another one has its place
            del self._present[publisher.name]
            self._publications.mailbox(publisher.name).ended()
        event(log, "publisher_left", f"{publisher.name} has stopped sending pictures", camera=publisher.name)
        self._changed()
