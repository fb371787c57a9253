"""How much of the network's own speed is left for a user. `python -m bench.overhead VIDEO`.

Three rates of the same frames in turn: the network alone on prepared pictures, `posecast infer` with the overlay video
written, and `posecast serve` with one viewer of pictures and scenes. Each ratio is of the network's rate in its round.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median

from bench.viewers import measure, wait_until_running
from engine.capture import open_source
from engine.cores import available_cores
from engine.loading import load_backend
from engine.machine import processor
from engine.preprocess import network_size, prepare
from engine.settings import Settings
from engine.types import Backend, Image

PREPARED = 30
"""Frames that the network alone runs on, over and over."""
CAMERA_FPS = 120
"""Of the camera that `serve` sees, which plays from memory: more than a network on a processor takes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--backend", default="openvino")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--frames", type=int, default=200, help="per round (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=8.0, help="with a viewer, per round (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    settings = Settings(
        source=str(options.video), model=options.model, backend=options.backend, precision=options.precision
    )
    backend, pictures = _network(settings)
    info = backend.info
    print(f"{processor()}; {info.name} {info.device} {info.precision}")
    ratios = []
    for number in range(1, options.rounds + 1):
        print(f"round {number}, load {os.getloadavg()[0]:.1f} for {available_cores()} cores: ", end="", flush=True)
        ratios.append(_round(settings, backend, pictures, options))
    backend.close()
    infer, serve = (median(column) for column in zip(*ratios, strict=True))
    print(f"medians: infer with video keeps {infer:.0%} of the network's speed, serve with one viewer {serve:.0%}")


def _network(settings: Settings) -> tuple[Backend, list[Image]]:
    """The network, and pictures of the source that are ready for it."""
    source = open_source(settings.source)
    images = [frame.image for frame in islice(iter(source.read, None), PREPARED)]
    source.close()
    height, width = images[0].shape[:2]
    backend = load_backend(
        settings.model_spec, network_size(width, height, settings.height_size), lambda *progress: None
    )
    return backend, [prepare(image, settings.height_size, backend.fixed_size).image for image in images]


def _round(
    settings: Settings, backend: Backend, pictures: Sequence[Image], options: argparse.Namespace
) -> tuple[float, float]:
    network = _network_fps(backend, pictures, options.frames)
    infer = _infer_fps(settings, options.frames)
    after = _network_fps(backend, pictures, options.frames)
    serve = _serve_fps(settings, options.seconds)
    last = _network_fps(backend, pictures, options.frames)
    by_infer, by_serve = infer / ((network + after) / 2), serve / ((after + last) / 2)
    print(f"network {network:.1f}, {after:.1f}, {last:.1f} fps, ", end="")
    print(f"infer {infer:.1f} fps: {by_infer:.0%}, serve {serve:.1f} fps: {by_serve:.0%}")
    return by_infer, by_serve


def _network_fps(backend: Backend, pictures: Sequence[Image], frames: int) -> float:
    begin = time.perf_counter()
    for index in range(frames):
        backend.infer(pictures[index % len(pictures)])
    return frames / (time.perf_counter() - begin)


def _infer_fps(settings: Settings, frames: int) -> float:
    """Of the command itself, by the times in its scenes; frames after the first, so that no start counts."""
    with tempfile.TemporaryDirectory() as folder:
        output, video = Path(folder) / "people.jsonl", Path(folder) / "overlay.mp4"
        command = ["infer", settings.source, "-o", str(output), "--video", str(video), "--max-frames", str(frames)]
        subprocess.run(
            [sys.executable, "-m", "webapp", *command, *_choice(settings)], check=True, stderr=subprocess.DEVNULL
        )
        times = [json.loads(line)["wall_time"] for line in output.read_text(encoding="utf-8").splitlines()]
    return (len(times) - 1) / (times[-1] - times[0])


def _serve_fps(settings: Settings, seconds: float) -> float:
    command = [sys.executable, "-m", "bench.viewers", "--serve", "--fps", str(CAMERA_FPS), *_choice(settings)]
    command += ["--source", settings.source]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline().rstrip("/\n").rpartition(":")[2])
        wait_until_running(port)
        return measure(port, 1, seconds)["engine_fps"]
    finally:
        server.terminate()
        server.wait(20)


def _choice(settings: Settings) -> list[str]:
    return ["--model", settings.model, "--backend", settings.backend, "--precision", settings.precision]


if __name__ == "__main__":
    main()
