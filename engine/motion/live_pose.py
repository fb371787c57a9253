"""The humanoid's pose frame by frame, while joints arrive: what `rotations` does for recordings, continued.

The person's measures are medians of what was seen of them so far, and taken again now and then.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from engine.motion.humanoid import NODES, PARENTS, Skeleton
from engine.motion.motion import Array
from engine.motion.quaternions import from_matrices
from engine.motion.rotations import fit_skeleton, world_rotations
from engine.motion.twist import Memory
from engine.skeleton import PELVIS

GAP_S = 1.0
"""After so long without joints, bones start over instead of turning from where they were."""
_REMEMBERED, _REFIT = 240, 120
"""Frames that the measures are medians of, and frames between two measurements once there are so many."""
_PARENTS = list(PARENTS[1:])
"""Of all nodes but the root."""


@dataclass(frozen=True, slots=True, eq=False)
class PoseNow:
    """One moment of the humanoid (engine.motion.humanoid.NODES); world: metres, y up."""

    heads: Array
    """(N, 3) metres, world: where the nodes' heads are."""
    offsets: Array
    """(N, 3) metres: each node's head relative to its parent's, in the rest pose."""
    local: Array
    """(N, 4) quaternions x, y, z, w: each node relative to its parent, the root relative to the world."""
    world: Array
    """(N, 3, 3) world from node."""


class LivePose:
    """One person's."""

    def __init__(self) -> None:
        self._seen: deque[Array] = deque(maxlen=_REMEMBERED)
        self._count = 0
        self._skeleton: Skeleton | None = None
        self._memory = Memory()

    def update(self, joints: Array, time: float) -> PoseNow | None:
        """(19, 3) metres in a world with y up, and seconds; None if a joint is missing."""
        if not np.isfinite(joints).all():
            return None
        skeleton = self._measured(np.asarray(joints, np.float64))
        before = self._memory.time
        if before is not None and not 0 < time - before < GAP_S:
            self._memory = Memory()
        now = joints[None].astype(np.float64)
        turns = world_rotations(now, np.array([time]), skeleton, self._memory)
        world = np.concatenate([turns[node.name] for node in NODES])
        local = from_matrices(np.concatenate([world[:1], world[_PARENTS].transpose(0, 2, 1) @ world[1:]]))
        return PoseNow(_heads(now[0, PELVIS], world, skeleton.offsets), skeleton.offsets, local, world)

    def _measured(self, joints: Array) -> Skeleton:
        """The measures: with every doubling of what was seen, then now and then."""
        self._seen.append(joints)
        self._count += 1
        due = self._count % _REFIT == 0 if self._count > _REFIT else self._count & (self._count - 1) == 0
        if self._skeleton is None or due:
            self._skeleton = fit_skeleton(np.stack(self._seen))
        return self._skeleton


def _heads(root: Array, world: Array, offsets: Array) -> Array:
    """(N, 3) metres: where the nodes' heads are."""
    steps = np.einsum("nij,nj->ni", world[_PARENTS], offsets[1:])
    found = np.empty((len(NODES), 3))
    found[0] = root
    for index, parent in enumerate(_PARENTS, 1):
        found[index] = found[parent] + steps[index - 1]
    return found
