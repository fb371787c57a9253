"""The demo stage: five synthetic people before fixed cameras, with exact ground truth for every moment.

`truth_at(time, camera)` and `render(time, camera)` are pure functions of the time; everything on the stage repeats
after `LOOP_S` seconds without a seam. World: metres, x right, y up, z towards the viewer, the floor at y = 0.
Drawing costs as much as the network, so the program plays clips made beforehand, frame k at `k / FRAME_RATE` seconds:
`python -m engine.capture.stage` renders the one that ships with the program, and `encoding` keeps those of the other
cameras in the user's cache.
"""

from __future__ import annotations

from engine.capture.stage.cast import LOOP_S
from engine.capture.stage.scene import (
    CAMERA,
    CAMERA_SPEC,
    CAMERA_SPECS,
    CAMERAS,
    FRAME_RATE,
    IMAGE_SIZE,
    render,
    truth_at,
)

__all__ = [
    "CAMERA",
    "CAMERAS",
    "CAMERA_SPEC",
    "CAMERA_SPECS",
    "FRAME_RATE",
    "IMAGE_SIZE",
    "LOOP_S",
    "render",
    "truth_at",
]
