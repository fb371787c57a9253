"""The packets of Engine.IO and Socket.IO that clients may send; all others are refused.

The libraries accept much more (events, other namespaces, binary attachments), and react to some malformed packets by
waiting, or with an error in the log. The dashboard only connects, acknowledges and leaves.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

from webapp.access.tokens import Environ

MAX_MESSAGE = 64 * 1024
"""Maximum bytes of a packet: acknowledgements and a token need no more."""
MAX_PACKETS = 16
"""Maximum packets in one poll, as in Engine.IO."""
MAX_NUMBER = 10**12 - 1
"""Maximum number of an acknowledgement; the minimum is 1."""
_BETWEEN = "\x1e"

_PACKET = re.compile(r"1|3|5|41|(?:40|43[1-9][0-9]{0,11}(?=\[))(?P<json>\D.*)?", re.DOTALL)
"""Allowed packets: close, pong, upgrade; and messages: leave, connect, acknowledge."""
CLOSE = "1"
"""The packet with which a client leaves, after which it sends nothing."""
PROBE = "2probe"
"""The first message of a WebSocket that takes over from polls."""


def is_packet(text: str) -> bool:
    """Whether a client may send this packet, on either transport."""
    match = _PACKET.fullmatch(text)
    if match is None:
        return False
    try:
        json.loads(match["json"] or "null")
    except (ValueError, RecursionError):
        return False
    return True


def are_packets(body: bytes) -> bool:
    """Whether a client may send all packets in the body of a poll."""
    try:
        packets = body.decode("utf-8").split(_BETWEEN)
    except UnicodeDecodeError:
        return False
    return len(packets) <= MAX_PACKETS and CLOSE not in packets[:-1] and all(is_packet(packet) for packet in packets)


def makes_sense(environ: Environ) -> bool:
    """Whether the dashboard's client could send this request; its body, read by the guard, stays in `environ`."""
    if "j" in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        return False  # JSONP would be for pages of other sites
    if environ["REQUEST_METHOD"] != "POST":
        return True
    body = environ["wsgi.input"].read()
    environ["wsgi.input"].seek(0)
    return len(body) <= MAX_MESSAGE and are_packets(body)
