"""Renders the stage's loop into the clip that ships with the program: `python -m engine.capture.stage`."""

from __future__ import annotations

from pathlib import Path

import av

from engine.capture.stage import FRAME_RATE, IMAGE_SIZE, LOOP_S, render
from engine.capture.stage.clip import CLIP

_ENCODER = {"crf": "23", "preset": "veryslow", "tune": "animation"}
"""1.6 MB and 37 dB from what was drawn; a crf of 20 buys 0.5 dB for 0.6 MB."""


def encode(path: Path, first: int, count: int) -> None:
    """Frames `first` to `first + count` of the loop as H.264, frame k at k / FRAME_RATE seconds."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FRAME_RATE, options=_ENCODER)
        stream.width, stream.height = IMAGE_SIZE
        stream.pix_fmt = "yuv420p"
        for index in range(first, first + count):
            picture = av.VideoFrame.from_ndarray(render(index / FRAME_RATE), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def main() -> None:
    encode(CLIP, 0, round(LOOP_S * FRAME_RATE))
    print(f"{CLIP}: {CLIP.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
