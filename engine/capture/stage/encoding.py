"""Renders the stage's loop into clips: the one that ships with the program, and those of the other cameras.

The latter are made when they are first opened, within half a minute, and kept in the user's cache; a change of the
stage's code makes others.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

import av

from engine.capture.stage import CAMERA, CAMERAS, FRAME_RATE, IMAGE_SIZE, LOOP_S, render
from engine.capture.stage.clip import CLIP
from engine.files import cache_dir, whole_file, writing_to_cache
from engine.geometry import Camera
from engine.locks import only_process

logger = logging.getLogger(__name__)

SHIPPED = {"crf": "23", "preset": "veryslow", "tune": "animation"}
"""1.6 MB and 37 dB from what was drawn; a crf of 20 buys 0.5 dB for 0.6 MB."""
_CACHED = {"crf": "20", "preset": "veryfast", "tune": "animation"}
"""Half of the time is left for drawing."""


def encode(path: Path, first: int, count: int, camera: Camera = CAMERA, options: Mapping[str, str] = SHIPPED) -> None:
    """Frames `first` to `first + count` of the loop as H.264, frame k at k / FRAME_RATE seconds."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FRAME_RATE, options=dict(options))
        stream.width, stream.height = IMAGE_SIZE
        stream.pix_fmt = "yuv420p"
        for index in range(first, first + count):
            picture = av.VideoFrame.from_ndarray(render(index / FRAME_RATE, camera), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def clip_of(number: int) -> Path:
    """The clip of one of CAMERAS, rendered now if it is not in the cache. PosecastError if it cannot be written."""
    if number == 0:
        return CLIP
    folder = cache_dir() / "stage"
    path = folder / f"{number}-{_version()}.mp4"
    if path.is_file():
        return path
    with writing_to_cache(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with only_process(folder / "lock", lambda: None):
        if not path.is_file():
            _render(number, path)
    return path


def _render(number: int, path: Path) -> None:
    logger.info("the demo's camera %d is rendered, once", number)
    with writing_to_cache(path.parent):
        for old in path.parent.glob(f"*{number}-*.mp4"):  # of other versions, and what an end in the middle has left
            old.unlink(missing_ok=True)
        with whole_file(path) as temporary:
            encode(temporary, 0, round(LOOP_S * FRAME_RATE), CAMERAS[number], _CACHED)


def _version() -> str:
    """Identifies the code that draws the stage."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
