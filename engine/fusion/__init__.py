"""Several views, one scene: who is who across cameras, and where their joints are in the rig's world.

    fusion = Fusion()
    people = fusion.update([CameraPoses(name, camera, poses, bodies, mirrored), …], time, FusionOptions())

In: the people that each camera of a rig sees at one moment, in 2D, with the bodies that the lifter guesses. Out: people
with ids and joints in metres, and what each camera contributed. No threads, no files.
"""

from __future__ import annotations

from engine.fusion.clock_watch import Clock, ClockWatch
from engine.fusion.fusion import FusedPerson, FusedView, Fusion, FusionOptions
from engine.fusion.hindsight import in_hindsight
from engine.fusion.sightings import CameraPoses, swapped

__all__ = [
    "CameraPoses",
    "Clock",
    "ClockWatch",
    "FusedPerson",
    "FusedView",
    "Fusion",
    "FusionOptions",
    "in_hindsight",
    "swapped",
]
