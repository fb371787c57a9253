"""The floor by itself: which way is up, and how high the camera stands, from the people it sees.

    floor = FloorEstimator()
    floor.observe(frame.time, bodies)          # every frame: the lifted bodies by id, camera frame
    floor.estimate, floor.status               # None until people tell enough; why, in plain words

Two cues, each weighted by its own uncertainty: people who stand straight point up, and their feet lie in a plane
(docs/algorithm.md, section 7). Tilt, roll and height are found; origin and heading are not touched.
"""

from engine.floor.camera import on_floor
from engine.floor.estimator import FloorEstimator, FloorStatus
from engine.floor.solve import FloorEstimate
from engine.floor.standing import Body
from engine.floor.watch import Floor, FloorWatch

__all__ = ["Body", "Floor", "FloorEstimate", "FloorEstimator", "FloorStatus", "FloorWatch", "on_floor"]
