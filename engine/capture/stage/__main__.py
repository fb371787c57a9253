"""Renders the stage's loop into the clip that ships with the program: `python -m engine.capture.stage`."""

from __future__ import annotations

from engine.capture.stage import FRAME_RATE, LOOP_S
from engine.capture.stage.clip import CLIP
from engine.capture.stage.encoding import encode


def main() -> None:
    encode(CLIP, 0, round(LOOP_S * FRAME_RATE))
    print(f"{CLIP}: {CLIP.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
