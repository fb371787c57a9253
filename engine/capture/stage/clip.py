"""The path of the rendered loop of the stage."""

from __future__ import annotations

from pathlib import Path

CLIP = Path(__file__).parents[2] / "assets" / "stage.mp4"
"""H.264, frame k shows the stage at k / FRAME_RATE seconds."""
