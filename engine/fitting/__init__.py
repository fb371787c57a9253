"""One body, all along: the step between lifting and smoothing (docs/algorithm.md, section 5).

    fit = BodyFit()
    people = fit.update(people, camera, frame.time, known, options)   # as the lifter places them -> one body each

In: people as single frames give them. Out: the same with bodies whose bones keep their lengths, on the rays of their
keypoints, led on from the frames before; on the floor and as tall as that says, if the floor is known.
"""

from __future__ import annotations

from engine.fitting.fit import BodyFit
from engine.fitting.options import FitOptions

__all__ = ["BodyFit", "FitOptions"]
