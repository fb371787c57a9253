"""One person's motion as arrays, the value that every step of the clean-up takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """One person over time. Steps return a changed copy; arrays are never written to."""

    id: int
    name: str | None
    times: Array
    """(T,) seconds, increasing."""
    joints: Array
    """(T, 19, 3) metres, world frame; NaN in gaps."""
    keypoints: Array
    """(T, 19, 3) x and y in pixels of the frame, confidence; NaN, NaN, 0 if not found."""
    up: str
    """The world axis that points up."""
    done: tuple[Mapping[str, Any], ...] = ()
    """What was done to the recording, in order: for each step its name as `step` and its figures, ready for JSON."""

    @property
    def confidences(self) -> Array:
        """(T, 19) 0 to 1; 0 where a keypoint was not found."""
        return np.asarray(self.keypoints[..., 2])

    @property
    def placed(self) -> NDArray[np.bool_]:
        """(T,) whether all joints are known."""
        return np.asarray(np.isfinite(self.joints).all(axis=(1, 2)))

    @property
    def label(self) -> str:
        """The person's name, or "person 3"."""
        return self.name or f"person {self.id}"

    def after(self, step: str, figures: Mapping[str, Any], **changes: Any) -> Motion:
        """A copy with `changes`, and one more entry in `done`."""
        return replace(self, done=(*self.done, {"step": step, **figures}), **changes)


def runs(present: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(T,) -> the stretches that are True, each as (first index, index after the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], present, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
