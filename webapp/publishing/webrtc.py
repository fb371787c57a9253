"""WebRTC: pictures of a browser, OBS or GStreamer, as WHIP (RFC 9725) brings them.

aiortc speaks it, in a thread with an event loop of its own that starts with the first publisher. No address server on
the internet is asked: publisher and server see each other, on one network or on one machine.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from engine.errors import PosecastError
from webapp.access.errors import UnavailableError
from webapp.publishing.publishers import Publisher, Publishers

if TYPE_CHECKING:
    from aiortc import RTCPeerConnection
    from av import VideoFrame

log = logging.getLogger(__name__)

_ANSWER_WITHIN = 10.0
_CONNECT_WITHIN = 20.0
_CLOSE_WITHIN = 2.0
_T = TypeVar("_T")

for _chatty in ("aioice", "aiortc"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


class WebRtc:
    """Answers offers, and hands the pictures to publishers."""

    def __init__(self, publishers: Publishers) -> None:
        self._publishers = publishers
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._connections: dict[Publisher, RTCPeerConnection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._endings: set[asyncio.Task[None]] = set()
        """Connections that are being closed, which takes a moment and must not be cut short."""

    def answer(self, name: str, offer: str) -> tuple[Publisher, str]:
        """The publisher, and the answer to its offer, both in SDP. PosecastError if it offers no video or is not SDP;
        ConflictError while another one publishes under that name."""
        if "m=video" not in offer:
            raise PosecastError("the offer has no video", "POST an SDP offer that sends video, as WHIP says")
        publisher = self._publishers.begin(name, "WebRTC", lambda: self._end_soon(publisher))
        try:
            return publisher, self._run(self._accept(publisher, offer), _ANSWER_WITHIN)
        except BaseException:
            self._end_soon(publisher)
            raise

    def close(self) -> None:
        """End every connection and the thread; waits a bounded time."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = None
        if loop is None or thread is None:
            return
        with suppress(RuntimeError, FutureTimeoutError):
            asyncio.run_coroutine_threadsafe(self._end_all(), loop).result(_CLOSE_WITHIN)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_CLOSE_WITHIN)
        if not thread.is_alive():
            loop.close()

    def _run(self, work: Coroutine[Any, Any, _T], within: float) -> _T:
        future = asyncio.run_coroutine_threadsafe(work, self._running_loop())
        try:
            return future.result(within)
        except FutureTimeoutError:
            future.cancel()
            raise UnavailableError("WebRTC did not answer in time", "try again") from None

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._loop.set_exception_handler(lambda _, fault: log.debug("WebRTC: %s", fault["message"]))
                self._thread = threading.Thread(target=self._loop.run_forever, name="posecast-webrtc", daemon=True)
                self._thread.start()
            return self._loop

    async def _accept(self, publisher: Publisher, offer: str) -> str:
        from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
        from aiortc.contrib.media import MediaBlackhole

        from webapp.publishing.assembly import put_together_promptly

        put_together_promptly()
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._connections[publisher] = connection
        nowhere = MediaBlackhole()

        def track(one: Any) -> None:
            if one.kind == "video":
                self._spawn(_receive(one, publisher))
            else:  # sound must be taken, or it piles up
                nowhere.addTrack(one)
                self._spawn(nowhere.start())

        def changed() -> None:
            if connection.connectionState in ("failed", "closed", "disconnected"):
                self._begin_to_end(publisher)

        connection.on("track", track)
        connection.on("connectionstatechange", changed)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await connection.setLocalDescription(await connection.createAnswer())
        except Exception as error:
            log.debug("an offer that cannot be answered", exc_info=error)
            raise PosecastError(f"the offer cannot be answered: {error}", "send video as H.264 or VP8") from error
        self._spawn(self._end_unless_connected(publisher))
        return str(connection.localDescription.sdp)

    async def _end_unless_connected(self, publisher: Publisher) -> None:
        await asyncio.sleep(_CONNECT_WITHIN)
        connection = self._connections.get(publisher)
        if connection is not None and connection.connectionState != "connected":
            self._begin_to_end(publisher)

    def _end_soon(self, publisher: Publisher) -> None:
        loop = self._loop
        if loop is None:
            publisher.end()
        else:
            loop.call_soon_threadsafe(self._begin_to_end, publisher)

    def _begin_to_end(self, publisher: Publisher) -> None:
        publisher.end()
        connection = self._connections.pop(publisher, None)
        if connection is not None:  # its end has not begun yet
            self._keep(connection.close(), self._endings)

    async def _end_all(self) -> None:
        for publisher in list(self._connections):
            self._begin_to_end(publisher)
        await asyncio.gather(*self._endings, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._keep(work, self._tasks)

    def _keep(self, work: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        """Run it; the loop itself would forget it."""
        task = asyncio.get_running_loop().create_task(work)
        among.add(task)
        task.add_done_callback(among.discard)


async def _receive(track: Any, publisher: Publisher) -> None:
    """Hand on each picture as it comes, until the track ends."""
    from aiortc.mediastreams import MediaStreamError

    with suppress(MediaStreamError):
        while True:
            frame: VideoFrame = await track.recv()
            captured_at = time.monotonic()
            image = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            publisher.put(image, captured_at, (time.monotonic() - captured_at) * 1e3)
