"""Recordings as arrays: reading, cleaning, measuring, and the rotations of a humanoid.

`read` turns a file of scenes into a `Recording`; `clip_of` turns that into a `Clip`, what every export is made from: a
steady rate, y up, cleaned unless asked otherwise. Each step of the clean-up is a function of its own from `Motion` to
`Motion` and can be used alone.
"""

from engine.motion.clip import Clip, ClipOptions, clip_of
from engine.motion.motion import Motion
from engine.motion.reading import read
from engine.motion.recording import Recording, Track

__all__ = ["Clip", "ClipOptions", "Motion", "Recording", "Track", "clip_of", "read"]
