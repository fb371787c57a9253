"""Who is who from frame to frame, by 2D alone, and joints that move smoothly.

    identities, smoothing = Identities(), Smoothing()
    seen = identities.assign(poses2d, frame.time)           # (id, pose) of everyone in the frame, sorted by id
    people = smoothing.update(people, frame.time, options)  # the same people with their joints smoothed

Both are of one stream. People get ids from their keypoints before they have bodies (`engine.lifting`).
"""

from __future__ import annotations

from engine.tracking.identity import Identities
from engine.tracking.smoothing import Smoothing, SmoothingOptions

__all__ = ["Identities", "Smoothing", "SmoothingOptions"]
