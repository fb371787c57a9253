"""A publisher whose WebRTC nobody here wrote: aiortc in the place of OBS."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from av import VideoFrame

SIZE = (320, 240)


class _Grey(VideoStreamTrack):
    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        self._count += 1
        grey = np.full((SIZE[1], SIZE[0], 3), 40 + self._count % 180, np.uint8)
        frame = VideoFrame.from_ndarray(grey, format="bgr24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Sender:
    """Publishes while the block runs. `exchange(offer)` sends the offer and returns the answer, both SDP."""

    def __init__(self, exchange: Callable[[str], str]) -> None:
        self._exchange = exchange
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sender", daemon=True)
        self._connection: RTCPeerConnection | None = None

    def __enter__(self) -> Sender:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result(30)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            asyncio.run_coroutine_threadsafe(self._connection.close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    @property
    def state(self) -> str:
        assert self._connection is not None
        return str(self._connection.connectionState)

    async def _begin(self) -> None:
        connection = self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connection.addTrack(_Grey())
        await connection.setLocalDescription(await connection.createOffer())
        answer = await asyncio.to_thread(self._exchange, connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
