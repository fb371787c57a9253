"""Where frames come from: `open_source` turns what a user typed into a FrameSource.

Sources hand over `engine.types.Frame`: (H, W, 3) uint8 BGR images, media time in seconds. Files and images deliver
every frame once, or, paced in real time, those that the reader can take; cameras and streams only their newest one.
"""

from __future__ import annotations

from engine.capture.absence import why_no_cameras
from engine.capture.camera import CameraInfo, list_cameras
from engine.capture.demo import is_demo
from engine.capture.sources import open_source, uploaded_clip

__all__ = ["CameraInfo", "is_demo", "list_cameras", "open_source", "uploaded_clip", "why_no_cameras"]
