"""Many viewers in one process: each reads the pictures and acknowledges scenes as a browser does, and shows nothing.

`python -m bench.watchers PORT COUNT SECONDS [QUERY]` prints what each got, as JSON; QUERY is that of /stream.mjpg. One
thread and no parsing beyond what the protocol needs: the watchers share the machine with the server that is measured.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import struct
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np

_SCENE = re.compile(rb'42(\d+)\["scene"')
_WALL_TIME = re.compile(rb'"wall_time":([0-9.]+)')
_CHUNK = 1 << 20


@dataclass
class Seen:
    """What one viewer got, from the end of the warm-up on."""

    pictures: int = 0
    picture_bytes: int = 0
    scenes: int = 0
    scene_bytes: int = 0
    latencies: list[float] = field(default_factory=list)


async def watch_pictures(port: int, seen: Seen, query: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_CHUNK)
    writer.write(f"GET /stream.mjpg?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"no stream: {status!r}")
    tail = b""
    while data := await reader.read(_CHUNK):
        seen.picture_bytes += len(data)
        seen.pictures += (tail + data).count(b"X-Frame:") - tail.count(b"X-Frame:")
        tail = data[-16:]


async def watch_scenes(port: int, seen: Seen) -> None:
    async for scene in scenes(port):
        seen.scenes += 1
        seen.scene_bytes += len(scene)
        captured = _WALL_TIME.search(scene)
        seen.latencies.append(time.time() - float(captured[1]) if captured else float("nan"))


async def first_scene(port: int) -> bytes:
    """The first scene that a new viewer gets, as it is sent."""
    async for scene in scenes(port):
        return scene
    raise RuntimeError("the server closed the connection")


async def scenes(port: int) -> AsyncIterator[bytes]:
    """Every scene that a viewer gets, acknowledged as a browser does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=_CHUNK)
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in head:
        raise RuntimeError(f"no socket: {head[:80]!r}")
    while True:
        message = await _receive(reader)
        if message.startswith(b"0"):
            _send(writer, b"40")
        elif message == b"2":
            _send(writer, b"3")
        elif match := _SCENE.match(message):
            _send(writer, b"43" + match[1] + b"[]")
            yield message


async def _receive(reader: asyncio.StreamReader) -> bytes:
    """One unmasked frame; the server sends no fragments."""
    _, length = await reader.readexactly(2)
    if length == 126:
        (length,) = struct.unpack(">H", await reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", await reader.readexactly(8))
    return await reader.readexactly(length)


def _send(writer: asyncio.StreamWriter, text: bytes) -> None:
    """A short masked text frame; the mask of zeros changes nothing and is allowed."""
    writer.write(bytes((0x81, 0x80 | len(text))) + b"\0\0\0\0" + text)


async def watch(port: int, count: int, seconds: float, query: str) -> tuple[list[Seen], float]:
    """What each of `count` viewers got, and the true duration, which on a busy machine is longer than requested."""
    everyone = [Seen() for _ in range(count)]
    tasks = [asyncio.create_task(watch_pictures(port, seen, query)) for seen in everyone]
    tasks += [asyncio.create_task(watch_scenes(port, seen)) for seen in everyone]
    await asyncio.sleep(2)
    for seen in everyone:
        seen.pictures = seen.scenes = seen.picture_bytes = seen.scene_bytes = 0
        seen.latencies.clear()
    print("ready", flush=True)
    begun = time.monotonic()
    await asyncio.sleep(seconds)
    elapsed = time.monotonic() - begun
    for task in tasks:
        if task.done():
            task.result()
        task.cancel()
    return everyone, elapsed


def summary(everyone: list[Seen], seconds: float) -> dict[str, float]:
    """Rates per second of the viewer that got least; sizes and latency over all viewers, KB and milliseconds."""
    latencies = [latency * 1000 for seen in everyone for latency in seen.latencies]
    p50, p95 = np.percentile(latencies, (50, 95)) if latencies else (float("nan"), float("nan"))
    return {
        "pictures": min(seen.pictures for seen in everyone) / seconds,
        "scenes": min(seen.scenes for seen in everyone) / seconds,
        "picture_kb": _mean([(seen.picture_bytes, seen.pictures) for seen in everyone]) / 1000,
        "scene_kb": _mean([(seen.scene_bytes, seen.scenes) for seen in everyone]) / 1000,
        "latency_ms_p50": float(p50),
        "latency_ms_p95": float(p95),
    }


def _mean(totals: list[tuple[int, int]]) -> float:
    """The size of one, from pairs of bytes and numbers."""
    count = sum(number for _, number in totals)
    return sum(size for size, _ in totals) / count if count else float("nan")


if __name__ == "__main__":
    given_port, given_count, given_seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    given_query = sys.argv[4] if len(sys.argv) > 4 else ""
    print(json.dumps(summary(*asyncio.run(watch(given_port, given_count, given_seconds, given_query)))))
