"""Unity's axes: left-handed, x right, y up, z forward, metres. A person who faces +z has the left side at -x.

Posecast's humanoid stands in a right-handed world with y up, facing +z, the left side at +x: x is mirrored.
"""

from __future__ import annotations

import numpy as np

from engine.motion.motion import Array

_POSITION = np.array([-1.0, 1.0, 1.0])
_QUATERNION = np.array([1.0, -1.0, -1.0, 1.0])


def position(points: Array) -> Array:
    """(…, 3) metres, right-handed with y up -> Unity."""
    return np.asarray(points * _POSITION)


def quaternion(q: Array) -> Array:
    """(…, 4) x, y, z, w -> the same rotation in Unity: M R M with M = diag(-1, 1, 1)."""
    return np.asarray(q * _QUATERNION)


def euler_degrees(R: Array) -> Array:
    """(…, 3, 3) rotations, right-handed with y up -> (…, 3) Unity's Euler angles x, y, z, degrees.

    Unity turns about z, then x, then y, axes of the world: R = Ry Rx Rz.
    """
    R = R * np.outer(_POSITION, _POSITION)
    x = np.arcsin(np.clip(-R[..., 1, 2], -1, 1))
    y = np.arctan2(R[..., 0, 2], R[..., 2, 2])
    z = np.arctan2(R[..., 1, 0], R[..., 1, 1])
    return np.asarray(np.degrees(np.stack([x, y, z], axis=-1)))
