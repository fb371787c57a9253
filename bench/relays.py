"""Many viewers: `python -m bench.relays`: what two relays with 200 viewers cost the engine, and what a viewer costs.

A server plays the stage at 10 frames a second and publishes on a Redis of its own; two relays show it to viewers who
take at most 5 scenes a second, over Socket.IO as the page does. Relays and viewers run under `nice`, on the machine of
the engine. In the end, some viewers of the first relay stop reading: the scenes of the second one's are counted again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simple_websocket import AioClient, ConnectionClosed

from engine.cores import available_cores
from engine.machine import processor

RATE, PACE_S = 10, 0.2
_STAGE = Path(__file__).parents[1] / "engine" / "assets" / "stage.mp4"
_NICE = ("nice", "-n", "10")
_PATIENCE_S = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--idle", type=int, default=10, help="viewers of the first relay who stop reading")
    options = parser.parse_args()
    print(f"{processor()}, load {os.getloadavg()[0]:.1f} for {available_cores()} cores")
    with tempfile.TemporaryDirectory() as name, redis_server() as bus:
        folder = Path(name)
        clip = folder / "stage.mp4"
        command = ["ffmpeg", "-v", "error", "-i", str(_STAGE), "-r", str(RATE), str(clip)]
        subprocess.run(command, check=True)
        arguments = ["serve", "--source", str(clip), "--publish", bus]
        with server(folder, arguments) as engine, relay(bus, options) as one, relay(bus, options) as two:
            asyncio.run(measure(engine, (one, two), options))


async def measure(engine: str, relays: tuple[str, str], options: argparse.Namespace) -> None:
    await playing(engine)
    alone = await engine_fps(engine, options.seconds)
    crowds = [Crowd(url, options.viewers // 2) for url in relays]
    os.nice(10)
    for crowd in crowds:
        await crowd.come()
    await asyncio.sleep(3)
    before = [cpu_s(url) for url in relays]
    for crowd in crowds:
        crowd.scenes = crowd.bytes = 0
    watched = await engine_fps(engine, options.seconds)
    cpu = [(after - first) / options.seconds for first, after in zip(before, map(cpu_s, relays), strict=True)]
    total, scenes = sum(map(len, crowds)), sum(crowd.scenes for crowd in crowds)
    size = sum(crowd.bytes for crowd in crowds) / max(scenes, 1)
    print(f"engine: {alone:.1f} fps with no viewer, {watched:.1f} fps with {total}: {watched / alone:.0%}")
    print(f"a viewer: {scenes / total / options.seconds:.1f} scenes per second of {size / 1000:.1f} kB, "
          f"{sum(cpu) / total:.2%} of a core of its relay")  # fmt: skip
    rates = []
    for idle in (0, options.idle):
        crowds[0].stop_reading(idle)
        crowds[1].scenes = 0
        await asyncio.sleep(options.seconds)
        rates.append(crowds[1].scenes / max(len(crowds[1]), 1) / options.seconds)
    print(f"{options.idle} viewers of the first relay stop reading: those of the second get {rates[1]:.1f} scenes "
          f"per second, {rates[0]:.1f} before")  # fmt: skip
    for crowd in crowds:
        crowd.leave()


class Crowd:
    """Viewers of one relay."""

    def __init__(self, url: str, size: int) -> None:
        self.scenes = self.bytes = 0
        self._url, self._size = url, size
        self._tasks: list[asyncio.Task[None]] = []
        self._idle: set[int] = set()

    def __len__(self) -> int:
        return sum(not task.done() for task in self._tasks)

    async def come(self) -> None:
        """A few at a time, as people do."""
        for number in range(self._size):
            self._tasks.append(asyncio.create_task(self._watch(number)))
            await asyncio.sleep(0.03)

    def stop_reading(self, count: int) -> None:
        self._idle = set(range(count))

    def leave(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _watch(self, number: int) -> None:
        """As the page does: a scene is acknowledged when it is there, here after a pause."""
        web_socket = await AioClient.connect(f"{self._url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket")
        await web_socket.send("40")
        due = 0.0
        with suppress(ConnectionClosed):
            while number not in self._idle:
                text = await web_socket.receive()
                if text == "2":
                    await web_socket.send("3")
                elif (scene := re.match(r'42(\d+)\["scene"', text)) is not None:
                    self.scenes, self.bytes = self.scenes + 1, self.bytes + len(text)
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    due = time.monotonic() + PACE_S
                    await web_socket.send(f"43{scene[1]}[]")
            await asyncio.sleep(1e6)


async def playing(url: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        with suppress(OSError):
            urllib.request.urlopen(f"{url}healthz", timeout=5).close()
            return
        await asyncio.sleep(0.2)
    raise SystemExit("the server does not play")


async def engine_fps(url: str, seconds: float) -> float:
    """Scenes per second that the engine makes."""
    first, began = processed(url), time.monotonic()
    await asyncio.sleep(seconds)
    return (processed(url) - first) / (time.monotonic() - began)


def processed(url: str) -> int:
    with urllib.request.urlopen(f"{url}api/state", timeout=10) as answer:
        return int(json.load(answer)["stats"]["processed"])


def cpu_s(url: str) -> float:
    """Processor time of a server, seconds."""
    with urllib.request.urlopen(f"{url}metrics", timeout=10) as answer:
        found = re.search(rb"process_cpu_seconds_total ([\d.e+]+)", answer.read())
    assert found is not None
    return float(found[1])


@contextmanager
def redis_server() -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("install Redis: apt-get install redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", "/"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def relay(bus: str, options: argparse.Namespace) -> Iterator[str]:
    """Half of the places are for one address, and all viewers come from one."""
    with server(None, ["relay", bus, "--viewers", str(options.viewers + 2)], *_NICE) as url:
        yield url


@contextmanager
def server(home: Path | None, arguments: list[str], *before: str) -> Iterator[str]:
    """A command of posecast that serves; its address."""
    own = {} if home is None else {"XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    command = [*before, sys.executable, "-m", "webapp", *arguments, "--port", "0", "--log-level", "error"]
    environment = {**os.environ, **own, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield next(match[1] for line in process.stdout if (match := re.search(r"is at (http\S+/)", line)))
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
