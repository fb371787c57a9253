"""ROS 2 over rosbridge: its protocol, version 2, by WebSocket (`ros_messages` has the messages).

https://github.com/RobotWebTools/rosbridge_suite/blob/ros2/ROSBRIDGE_PROTOCOL.md
"""

from __future__ import annotations

import json
import logging
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import websocket

from engine.errors import PosecastError
from engine.outputs.address import Address
from engine.outputs.moment import Moment
from engine.outputs.output import Output
from engine.outputs.reaching import unreachable
from engine.outputs.ros_messages import Publication, publications

log = logging.getLogger(__name__)

PORT = 9090
_TIMEOUT_S = 5.0
"""Seconds for the server to accept the connection, and to take a message."""
_FORGOTTEN_S = 10.0
"""Seconds without a message after which a topic is given back: ids of people only ever grow."""
_ANSWER_S = 0.3
_LARGEST = 1 << 16
"""Bytes of what the server may say at once."""
_OPTIONAL = "hri_msgs/"
"""Types that many a ROS does not have installed."""


class _SmallFrames(websocket.frame_buffer):
    """Refuses frames that no answer of rosbridge needs, before they fill the memory."""

    def recv_length(self) -> None:
        super().recv_length()
        if (self.length or 0) > _LARGEST:
            raise websocket.WebSocketPayloadException("the server sends too much")


class Rosbridge(Output):
    """One connection to a rosbridge server."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._socket: websocket.WebSocket | None = None
        self._advertised: dict[str, float] = {}
        """When each topic was last published to, seconds of time.monotonic()."""
        self._types: dict[str, str] = {}
        self._refused: set[str] = set()

    def open(self) -> None:
        host = f"[{self.address.host}]" if ":" in self.address.host else self.address.host
        with self._errors():
            self._socket = websocket.create_connection(
                f"ws://{host}:{self.address.port}/", timeout=_TIMEOUT_S, http_no_proxy=["*"], redirect_limit=0
            )
            self._socket.frame_buffer = _SmallFrames(self._socket.frame_buffer.recv, True)

    def send(self, moment: Moment) -> int:
        count, now = 0, time.monotonic()
        with self._errors():
            self._read()
            for one in publications(moment.snapshot, moment.wall_time):
                if one.type not in self._refused and not (moment.test and one.topic == "/tf"):
                    self._publish(one, now)
                    count += 1
            self._give_back(now)
        return count

    def idle(self) -> None:
        with self._errors():
            self._read()

    def confirm(self) -> None:
        with self._errors():
            self._read(_ANSWER_S)

    def close(self) -> None:
        if self._socket is not None:
            with suppress(websocket.WebSocketException, OSError):
                self._socket.close(timeout=1)
            self._socket.shutdown()  # type: ignore[no-untyped-call] # what `close` leaves if the server closed first

    def interrupt(self) -> None:
        if self._socket is not None:
            self._socket.shutdown()  # type: ignore[no-untyped-call]

    def _publish(self, one: Publication, now: float) -> None:
        if one.topic not in self._advertised:
            self._types[one.topic] = one.type
            self._say({"op": "advertise", "id": one.topic, "topic": one.topic, "type": one.type})
        self._advertised[one.topic] = now
        self._say({"op": "publish", "id": one.topic, "topic": one.topic, "msg": one.message})

    def _give_back(self, now: float) -> None:
        for topic in [topic for topic, last in self._advertised.items() if now - last > _FORGOTTEN_S]:
            del self._advertised[topic], self._types[topic]
            self._say({"op": "unadvertise", "topic": topic})

    def _say(self, operation: dict[str, Any]) -> None:
        assert self._socket is not None
        self._socket.send(msgspec.json.encode(operation), websocket.ABNF.OPCODE_TEXT)

    def _read(self, wait_s: float = 0.0) -> None:
        """Read what the server says, waiting up to `wait_s` for it; it answers errors only."""
        assert self._socket is not None
        end = time.monotonic() + wait_s
        while (sock := self._socket.sock) and select.select([sock], [], [], max(0.0, end - time.monotonic()))[0]:
            frame = self._socket.recv_frame()  # type: ignore[no-untyped-call]
            if frame.opcode == websocket.ABNF.OPCODE_CLOSE:
                raise websocket.WebSocketConnectionClosedException("the server said goodbye")
            if frame.opcode == websocket.ABNF.OPCODE_PING:
                self._socket.pong(frame.data)
            elif frame.opcode == websocket.ABNF.OPCODE_TEXT:
                self._hear(frame.data)

    def _hear(self, text: str | bytes) -> None:
        """PosecastError if the server refuses something that has no other explanation than a type it lacks."""
        try:
            said = json.loads(text)
        except ValueError:
            return
        if not isinstance(said, dict) or said.get("op") != "status" or said.get("level") != "error":
            return
        type_ = self._types.get(str(said.get("id")), "")
        told = str(said.get("msg", "")).splitlines()[0][:200] if said.get("msg") else "an error"
        if not type_.startswith(_OPTIONAL):
            raise PosecastError(f"ROS refuses a message: {told}", "see the log of rosbridge")
        if type_ not in self._refused:
            log.warning("output %s: ROS lacks %s, so it is not sent: %s", self.address.shown, type_, told)
            self._refused.add(type_)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say in plain words what is wrong with the connection."""
        try:
            yield
        except websocket.WebSocketBadStatusException as error:
            raise PosecastError(
                f"{self.address.place} answers {error.status_code}, not as rosbridge does",
                f"check the port: {PORT} is usual",
            ) from error
        except websocket.WebSocketPayloadException as error:
            raise PosecastError(f"{self.address.place} does not answer as rosbridge does", "check the port") from error
        except websocket.WebSocketTimeoutException as error:
            raise PosecastError(f"{self.address.place} takes nothing", "see whether rosbridge is overloaded") from error
        except websocket.WebSocketException as error:
            raise PosecastError(f"rosbridge at {self.address.place} closed the connection", "see its log") from error
        except OSError as error:
            raise unreachable(self.address.place, error, "rosbridge") from error
