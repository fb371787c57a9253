"""`posecast infer` compared with a straightforward loop. `python -m bench.straight VIDEO`.

The straightforward loop reads a frame with OpenCV, runs the checkpoint in plain PyTorch float32, decodes its maps in
Python (NumPy), lifts and draws. Both take the same frames in the same run, one after the other; rates are of the
frames after the first, so that start-up is not counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch

from bench import numpy_decoder
from engine import models, overlay, preprocess
from engine.cores import available_cores
from engine.decoding import poses
from engine.geometry import DEFAULT_CAMERA
from engine.inference.network import load_checkpoint
from engine.lifting import lift
from engine.types import Image, Maps, Person, Scene

HEIGHT = 256
ROUNDS = 3
"""Number of rounds in which both take turns, so that a busy moment of the machine affects both."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--frames", type=int, default=150, help="frames per round (default: %(default)s)")
    parser.add_argument("--precision", default="int8")
    options = parser.parse_args()
    step = straight_step()
    straight, ours = [], []
    for turn in range(ROUNDS):
        straight.append(straight_fps(options.video, options.frames, step))
        ours.append(infer_fps(options.video, options.frames, options.precision))
        ratio = ours[-1] / straight[-1]
        print(
            f"round {turn + 1}: straight loop {straight[-1]:.2f} fps, posecast infer {ours[-1]:.2f} fps: {ratio:.2f}x"
        )
    ratio = float(np.median(ours) / np.median(straight))
    print(f"medians: {np.median(straight):.2f} and {np.median(ours):.2f} fps, {ratio:.2f} times as fast")


def straight_step() -> Callable[[Image], None]:
    """A function that does everything but the reading for one frame, (H, W, 3) uint8 BGR."""
    network = load_checkpoint(models.resolve("bundled"))
    torch.set_num_threads(available_cores())

    def step(image: Image) -> None:
        given = preprocess.prepare(image, HEIGHT)
        x = ((torch.from_numpy(given.image).float() - 128) / 255).permute(2, 0, 1)[None].contiguous()
        with torch.no_grad():
            maps = Maps(*(each[0].numpy() for each in network(x)))
        height, width = image.shape[:2]
        camera = DEFAULT_CAMERA.for_image(width, height)
        found = poses(*numpy_decoder.extract_people(maps.heatmaps, maps.pafs), given.scale)
        bodies = lift(maps, found, given.scale, camera)
        people = tuple(Person(index, *pair) for index, pair in enumerate(zip(found, bodies, strict=True)))
        overlay.draw(Scene(0, 0.0, people, camera), image)

    return step


def straight_fps(video: Path, frames: int, step: Callable[[Image], None]) -> float:
    capture = cv2.VideoCapture(str(video))
    done, start = 0, 0.0
    while done < frames:
        read, image = capture.read()
        if not read:
            break
        step(image)
        done += 1
        start = start or time.perf_counter()
    capture.release()
    return (done - 1) / (time.perf_counter() - start)


def infer_fps(video: Path, frames: int, precision: str) -> float:
    """Frame rate of the command in its own process, by the times in its scenes."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "people.jsonl"
        command = ["infer", str(video), "-o", str(output), "--backend", "openvino", "--precision", precision]
        command = [sys.executable, "-m", "webapp", *command, "--max-frames", str(frames)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        times = [json.loads(line)["wall_time"] for line in output.read_text(encoding="utf-8").splitlines()]
    return (len(times) - 1) / (times[-1] - times[0])


if __name__ == "__main__":
    main()
