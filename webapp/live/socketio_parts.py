"""Parts that replace Socket.IO's own: how data becomes text, and how acknowledgements are numbered."""

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
    """JSON text on its way through Socket.IO."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Json:
    """The JSON module that Socket.IO is given: a scene is text already and goes in as it is."""

    @staticmethod
    def dumps(data: Any, **_: object) -> str:
        if isinstance(data, list) and len(data) == 2 and isinstance(data[1], Encoded):
            return f"[{json.dumps(data[0])},{data[1].text}]"
        return dumps(data)

    loads = staticmethod(engineio_json.loads)


class Manager(socketio.Manager):  # type: ignore[misc]
    """Knows who is connected. Asks for acknowledgements by numbers that cannot be guessed, instead of 1, 2, 3.

    A client that has not read a scene cannot acknowledge it: else it would be sent the next, and the next, for ever.
    """

    def _generate_ack_id(self, sid: str, callback: Callable[..., None]) -> int:
        number = 1 + secrets.randbelow(MAX_NUMBER)
        self.callbacks[sid] = {number: callback}  # one at a time: older ones are dropped
        return number
