"""The demo stage: five synthetic people before a fixed camera, with exact ground truth for every moment.

`truth_at(time)` and `render(time)` are pure functions of the time; everything on the stage repeats after `LOOP_S`
seconds without a seam. World: metres, x right, y up, z towards the viewer, the floor at y = 0.
Drawing costs as much as the network, so the program plays a clip made beforehand: `python -m engine.capture.stage`
renders it, frame k at `k / FRAME_RATE` seconds.
"""

from __future__ import annotations

from engine.capture.stage.cast import LOOP_S
from engine.capture.stage.scene import CAMERA, CAMERA_SPEC, FRAME_RATE, IMAGE_SIZE, render, truth_at

__all__ = ["CAMERA", "CAMERA_SPEC", "FRAME_RATE", "IMAGE_SIZE", "LOOP_S", "render", "truth_at"]
