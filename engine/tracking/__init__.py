"""Who is who from frame to frame, by 2D alone, everybody's colour, and joints that move smoothly.

    identities, colours, smoothing = Identities(), Colours(), Smoothing()
    seen = identities.assign(poses2d, frame.time)           # (id, pose) of everyone in the frame, sorted by id
    colours.assign([id for id, _ in seen])                  # of each of them
    people = smoothing.update(people, frame.time, options)  # the same people with their joints smoothed

All are of one stream. People get ids from their keypoints before they have bodies (`engine.lifting`).
"""

from __future__ import annotations

from engine.tracking.colours import Colours
from engine.tracking.identity import Identities
from engine.tracking.smoothing import Smoothing, SmoothingOptions

__all__ = ["Colours", "Identities", "Smoothing", "SmoothingOptions"]
