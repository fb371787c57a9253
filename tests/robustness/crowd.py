"""Misbehaving viewers of a server: they never read, or open as many connections as they can."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
GREEDY = "127.0.0.2"
"""Another address of this machine: one that opens 200 sockets."""
STREAM = b"GET /stream.mjpg HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SOCKET = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
JOIN = bytes((0x81, 0x82)) + b"\0\0\0\0" + b"40"
"""Engine.IO's message, Socket.IO's connect, in a masked WebSocket frame."""


def good_viewers(port: int, count: int, seconds: float) -> subprocess.Popen[str]:
    """They read and acknowledge, in a process of their own; what the one who got least got is printed."""
    command = [sys.executable, "-m", "bench.watchers", str(port), str(count), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def got(viewers: subprocess.Popen[str]) -> dict[str, float]:
    output, _ = viewers.communicate(timeout=100)
    answer: dict[str, float] = json.loads(output.splitlines()[-1])
    return answer


@contextmanager
def who_never_read(port: int, count: int) -> Iterator[None]:
    """Open `count` viewers, each with pictures and scenes, that then do nothing."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(_connection(port, "127.0.0.1")).sendall(STREAM)
            scenes = stack.enter_context(_connection(port, "127.0.0.1"))
            scenes.sendall(SOCKET)
            assert b" 101 " in scenes.recv(64)
            scenes.sendall(JOIN)
        yield


@contextmanager
def who_opens(port: int, count: int, request: bytes) -> Iterator[list[bytes]]:
    """One address that sends `request` over so many connections, and keeps them; the answers' beginnings."""
    answers = []
    with ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(_connection(port, GREEDY))
            connection.sendall(request)
            answers.append(_answer(connection))
            if b" 101 " in answers[-1]:
                connection.sendall(JOIN)
        yield answers


def _answer(connection: socket.socket) -> bytes:
    """The head; of a refusal also the body."""
    answer = b""
    while b"\r\n\r\n" not in answer or (b" 503 " in answer[:20] and not answer.endswith(b"}")):
        piece = connection.recv(4096)
        assert piece, f"hung up on after {answer!r}"
        answer += piece
    return answer


def _connection(port: int, source: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # soon full
    connection.settimeout(30)
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", port))
    return connection
