"""A simple body around the humanoid's bones, so that something is seen: tapered limbs, a trunk and a head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.motion.humanoid import INDEX, Skeleton
from engine.motion.motion import Array

_SIDES = 10
"""Corners of a limb's cross-section."""
_CAP = np.radians([-90, -60, -30, 0])
"""Latitudes of the rings that close a limb."""
_TORSO_M = 0.52
"""Length of the trunk that the thicknesses below belong to."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles in the rest pose, each vertex moved by one bone."""

    vertices: NDArray[np.float32]
    """(V, 3) metres."""
    normals: NDArray[np.float32]
    """(V, 3) units."""
    nodes: NDArray[np.uint8]
    """(V,) index of the node that moves the vertex."""
    triangles: NDArray[np.uint16]
    """(F, 3) indices of vertices, counterclockwise seen from outside."""


@dataclass(frozen=True, slots=True, eq=False)
class _Limb:
    node: str
    start: Array
    """(3,) metres from the node's head."""
    end: Array
    radii: tuple[float, float]
    """At both ends, metres."""
    width: float = 1.0
    """Of the cross-section over its depth."""


def body_mesh(skeleton: Skeleton) -> Mesh:
    """The body of a skeleton."""
    vertices, normals, nodes, triangles = [], [], [], []
    count = 0
    for limb in _limbs(skeleton):
        points, outwards, faces = _capsule(limb)
        vertices.append(points + skeleton.rest_heads[INDEX[limb.node]])
        normals.append(outwards)
        nodes.append(np.full(len(points), INDEX[limb.node], np.uint8))
        triangles.append(faces + count)
        count += len(points)
    return Mesh(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(normals).astype(np.float32),
        np.concatenate(nodes),
        np.concatenate(triangles).astype(np.uint16),
    )


def _limbs(skeleton: Skeleton) -> list[_Limb]:
    offsets, ends, nothing = skeleton.offsets, skeleton.ends, np.zeros(3)

    def at(name: str) -> Array:
        return np.asarray(offsets[INDEX[name]])

    size = float(np.linalg.norm(at("Spine") + at("Chest") + at("Neck"))) / _TORSO_M
    hips = float(abs(at("LeftUpLeg")[0] - at("RightUpLeg")[0])) / 2
    shoulders = float(abs(at("LeftArm")[0] - at("RightArm")[0])) / 2
    deep = 0.09 * size
    limbs = [
        _Limb("Hips", np.array([0, -0.03 * size, 0]), at("Spine"), (deep, deep), (hips + 0.06 * size) / deep),
        _Limb("Spine", nothing, at("Chest"), (deep, deep), 0.13 * size / deep),
        _Limb("Chest", nothing, at("Neck") * 0.75, (deep, 0.8 * deep), 0.8 * shoulders / deep),
        _Limb("Neck", nothing, at("Head"), (0.05 * size, 0.05 * size)),
        _Limb("Head", np.array([0, -0.02, 0.01]) * size, np.array([0, 0.05, 0.01]) * size, (0.08 * size, 0.09 * size)),
    ]
    for side in ("Left", "Right"):
        limbs += [
            _Limb(f"{side}Shoulder", at(f"{side}Arm") * 0.3, at(f"{side}Arm"), (0.045 * size, 0.05 * size)),
            _Limb(f"{side}Arm", nothing, at(f"{side}ForeArm"), (0.048 * size, 0.038 * size)),
            _Limb(f"{side}ForeArm", nothing, at(f"{side}Hand"), (0.037 * size, 0.026 * size)),
            _Limb(f"{side}Hand", nothing, ends[f"{side}Hand"], (0.03 * size, 0.022 * size)),
            _Limb(f"{side}UpLeg", nothing, at(f"{side}Leg"), (0.075 * size, 0.052 * size)),
            _Limb(f"{side}Leg", nothing, at(f"{side}Foot"), (0.05 * size, 0.035 * size)),
            _Limb(f"{side}Foot", nothing, ends[f"{side}Foot"], (0.036 * size, 0.03 * size)),
        ]
    return limbs


def _capsule(limb: _Limb) -> tuple[Array, Array, NDArray[np.int64]]:
    """Vertices (V, 3) relative to the node's head, normals, and triangles of a tapered limb with round ends."""
    along, sideways, forward = _axes(limb.end - limb.start)
    around = 2 * np.pi * np.arange(_SIDES) / _SIDES
    across = limb.width * np.cos(around)[:, None] * sideways + np.sin(around)[:, None] * forward
    outward = np.cos(around)[:, None] / limb.width * sideways + np.sin(around)[:, None] * forward
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    points, normals = [], []
    rings = [(limb.start, limb.radii[0], latitude) for latitude in _CAP]
    rings += [(limb.end, limb.radii[1], -latitude) for latitude in _CAP[::-1]]
    for centre, radius, latitude in rings:
        points.append(centre + radius * (np.cos(latitude) * across + np.sin(latitude) * along))
        normals.append(np.cos(latitude) * outward + np.sin(latitude) * along)
    return np.concatenate(points), np.concatenate(normals), _bands(len(rings))


def _axes(along: Array) -> tuple[Array, Array, Array]:
    """Units: along, and two across, of which the first is as near to x as it goes, and to y for limbs along x."""
    along = along / np.linalg.norm(along)
    near = np.array([1.0, 0.0, 0.0]) if abs(along[0]) < 0.7 else np.array([0.0, 1.0, 0.0])
    sideways = near - (near @ along) * along
    sideways = sideways / np.linalg.norm(sideways)
    return along, sideways, np.cross(sideways, along)


def _bands(rings: int) -> NDArray[np.int64]:
    """Triangles between neighbouring rings."""
    corner, following = np.arange(_SIDES), (np.arange(_SIDES) + 1) % _SIDES
    bands = []
    for ring in range(rings - 1):
        a, b = ring * _SIDES + corner, ring * _SIDES + following
        c, d = a + _SIDES, b + _SIDES
        bands += [np.stack([a, c, b], axis=1), np.stack([b, c, d], axis=1)]
    return np.concatenate(bands)
