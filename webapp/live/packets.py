"""What a client of the sockets may say, in Engine.IO's and Socket.IO's words, and nothing else.

The libraries below take much more (events, other namespaces, binary attachments that are waited for), and answer some
of what is wrong by waiting, or with an error in the log. Our own client connects, acknowledges and leaves.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

from webapp.access.tokens import Environ

MAX_MESSAGE = 64 * 1024
"""Bytes a client may send at once: acknowledgements and a token need no more."""
MAX_PACKETS = 16
"""Of one poll; Engine.IO takes as many."""
MAX_NUMBER = 10**12 - 1
"""Of an acknowledgement; the least is 1."""
_BETWEEN = "\x1e"

_PACKET = re.compile(r"1|3|5|41|(?:40|43[1-9][0-9]{0,11}(?=\[))(?P<json>\D.*)?", re.DOTALL)
"""Close, pong, upgrade; and messages: leave, connect, acknowledge."""
CLOSE = "1"
"""The client that sends it has left, and sends nothing more."""
PROBE = "2probe"
"""What the first message of a WebSocket says that takes over from polls."""


def is_packet(text: str) -> bool:
    """Whether a client may say this, on either transport."""
    match = _PACKET.fullmatch(text)
    if match is None:
        return False
    try:
        json.loads(match["json"] or "null")
    except (ValueError, RecursionError):
        return False
    return True


def are_packets(body: bytes) -> bool:
    """The same of the body of a poll."""
    try:
        packets = body.decode("utf-8").split(_BETWEEN)
    except UnicodeDecodeError:
        return False
    return len(packets) <= MAX_PACKETS and CLOSE not in packets[:-1] and all(is_packet(packet) for packet in packets)


def makes_sense(environ: Environ) -> bool:
    """Whether a request is one that our own client sends; the body, which the guard has read, stays in `environ`."""
    if "j" in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        return False  # JSONP is for pages of other sites
    if environ["REQUEST_METHOD"] != "POST":
        return True
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    return len(body) <= MAX_MESSAGE and are_packets(body)
