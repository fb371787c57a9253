"""A server that speaks rosbridge's protocol, version 2, and checks messages against the types of ROS 2.

It stands in for `rosbridge-server-rs` of PyPI, which is linked to an installed ROS 2.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from simple_websocket import ConnectionClosed, Server
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.engine.outputs.ros_types import STORE, round_trip

WAIT_S = 15.0


class _Quiet(WSGIRequestHandler):
    def log(self, *arguments: Any) -> None:
        pass


class RosbridgeServer:
    """Advertised topics have types that exist; what is published fits them, and is kept as it is after CDR."""

    def __init__(self, port: int = 0, lacking: str = "no package") -> None:
        self.advertised: dict[str, str] = {}
        self.count: Counter[str] = Counter()
        self.newest: dict[str, Any] = {}
        self.wrong: list[str] = []
        self.connections = 0
        self._lacking = lacking
        self._changed = threading.Condition()
        self._sockets: list[Server] = []
        self._server = make_server("127.0.0.1", port, self._serve, threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        for each in self._sockets:
            with suppress(ConnectionClosed):
                each.close()
        self._server.shutdown()
        self._thread.join(WAIT_S)
        self._server.server_close()

    def wait_until(self, done: Callable[[], object]) -> None:
        with self._changed:
            assert self._changed.wait_for(done, WAIT_S), (self.advertised, self.wrong)

    def _serve(self, environment: Any, start_response: Any) -> NoReturn:
        socket = Server(environment, max_message_size=1 << 24)
        self._sockets.append(socket)
        self.connections += 1
        try:
            while True:
                self._take(socket, json.loads(socket.receive()))
        except ConnectionClosed:
            raise ConnectionError from None  # which tells werkzeug that there is nothing to answer
        finally:
            with self._changed:
                self.advertised.clear()
                self._changed.notify_all()

    def _take(self, socket: Server, said: dict[str, Any]) -> None:
        with self._changed:
            error = getattr(self, f"_{said['op']}")(said)
            self._changed.notify_all()
        if error is not None:
            socket.send(json.dumps({"op": "status", "level": "error", "msg": error, "id": said.get("id")}))

    def _advertise(self, said: dict[str, Any]) -> str | None:
        if said["type"] not in STORE.types or said["type"].startswith(self._lacking):
            return f"advertise: Unable to import {said['type']}"
        self.advertised[said["topic"]] = said["type"]
        return None

    def _unadvertise(self, said: dict[str, Any]) -> None:
        del self.advertised[said["topic"]]

    def _publish(self, said: dict[str, Any]) -> str | None:
        topic = said["topic"]
        if topic not in self.advertised:
            return f"publish: Cannot infer topic type for topic {topic} as it is not yet advertised"
        try:
            self.newest[topic] = round_trip(self.advertised[topic], said["msg"])
        except (AssertionError, TypeError, ValueError) as error:
            self.wrong.append(f"{topic}: {error}")
        self.count[topic] += 1
        return None
