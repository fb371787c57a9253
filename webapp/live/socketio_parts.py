"""Replacements for parts of Socket.IO: serialisation, and the numbering of acknowledgements."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import socketio
from engineio import json as engineio_json

from engine.wire import dumps
from webapp.live.packets import MAX_NUMBER


class Encoded:
    """Data that is JSON text already."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Json:
    """The JSON module for Socket.IO, which passes on `Encoded` text unchanged."""

    @staticmethod
    def dumps(data: Any, **_: object) -> str:
        if isinstance(data, list) and len(data) == 2 and isinstance(data[1], Encoded):
            return f"[{json.dumps(data[0])},{data[1].text}]"
        return dumps(data)

    loads = staticmethod(engineio_json.loads)


class Manager(socketio.Manager):  # type: ignore[misc]
    """The manager of clients. Numbers acknowledgements unpredictably instead of 1, 2, 3.

    A client that has not read a scene cannot acknowledge it; otherwise it would be sent more and more scenes.
    """

    def _generate_ack_id(self, sid: str, callback: Callable[..., None]) -> int:
        number = 1 + secrets.randbelow(MAX_NUMBER)
        self.callbacks[sid] = {number: callback}  # one at a time: older ones are dropped
        return number
