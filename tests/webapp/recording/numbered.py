"""Frames that show their own number, and a recorder of them that runs until it is killed.

`python -m tests.webapp.recording.numbered FOLDER` records with video, and prints the number of each recorded scene.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.snapshot_slot import SnapshotSlot
from engine.types import Image, Snapshot
from tests.webapp.people import person, snapshot
from webapp.live.scenes import Scenes
from webapp.recording.recorder import Recorder
from webapp.recording.recordings import Recordings

_BITS, _BLOCK = 12, 24
_RATE = 30


def numbered(index: int, captured_at: float) -> Snapshot:
    """A snapshot whose picture has one block for each bit of its index, white for 1."""
    plain = snapshot(index, (person(1),), captured_at=captured_at)
    image = np.full_like(plain.frame.image, 100)
    for bit in range(_BITS):
        image[8 : 8 + _BLOCK, bit * _BLOCK : (bit + 1) * _BLOCK] = 255 * (index >> bit & 1)
    return replace(plain, frame=replace(plain.frame, image=image))


def number_in(image: Image) -> int:
    """The index that the picture shows."""
    middle = [image[8 + _BLOCK // 2, bit * _BLOCK + _BLOCK // 2].mean() for bit in range(_BITS)]
    return sum(1 << bit for bit, value in enumerate(middle) if value > 128)


def main(folder: Path) -> None:
    snapshots = SnapshotSlot()
    recordings = Recordings(folder)
    recorder = Recorder(recordings, Scenes(snapshots, lambda: 30.0), 2**40, lambda *_: None, lambda: None)
    recorder.start(video=True)
    for index in range(1 << _BITS):
        snapshots.put(numbered(index, time.monotonic()))
        time.sleep(1 / _RATE)
        status = recorder.status()
        print(0 if status is None else status["scenes"], flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
