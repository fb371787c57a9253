"""GLB (binary glTF 2.0): all people as skinned humanoids with an animation, for game engines, browsers and Blender.

Metres, y up, facing +z, T-pose at rest, as glTF has it. Each person is a tree of nodes under a node with their name;
while somebody is not seen, that node is scaled to nothing. What was done to the motion is in the `extras`.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.exports.body import body_mesh
from engine.exports.format import Progress, silent
from engine.exports.gltf_container import Container
from engine.exports.holding import held
from engine.motion.clip import Clip
from engine.motion.humanoid import NODES, PARENTS, Pose, Skeleton
from engine.motion.motion import Motion
from engine.motion.rotations import fit_skeleton, rotations
from engine.overlay import PALETTE

_STILL = 1e-6
"""Difference of quaternions below which a node never moves and has no channel."""


def write(clip: Clip, path: Path, progress: Progress = silent) -> None:
    """Write all people of `clip`."""
    with Container() as container:
        _write(clip, container, path, progress)


def _write(clip: Clip, container: Container, path: Path, progress: Progress) -> None:
    times = container.accessor(clip.times.astype(np.float32), "SCALAR", bounds=True)
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": f"Posecast {metadata.version('posecast')}", "extras": clip.metadata()},
        "scene": 0,
        "scenes": [{"nodes": []}],
        "nodes": [],
        "meshes": [],
        "skins": [],
        "materials": [],
        "animations": [{"name": Path(clip.source).stem, "channels": [], "samplers": []}],
    }
    for index, person in enumerate(clip.ids):  # no motion is held while the next one is made
        _add_person(document, container, clip.motion(person), clip.label(person), times)
        progress((index + 1) / len(clip.ids))
    container.write(document, path)


def _add_person(document: dict[str, Any], container: Container, motion: Motion, label: str, times: int) -> None:
    skeleton = fit_skeleton(motion.joints)
    pose = held(rotations(motion.joints, motion.times, skeleton))
    top = len(document["nodes"])
    first = top + 1
    extras = {"person": motion.id, "done": list(motion.done)}
    document["nodes"].append({"name": label, "children": [first], "extras": extras})
    document["nodes"] += _tree(skeleton, pose, first)
    _add_body(document, container, skeleton, label, first)
    document["scenes"][0]["nodes"] += [top, len(document["nodes"]) - 1]
    _animate(document["animations"][0], container, pose, first, times)
    _hide_in_gaps(document["animations"][0], container, motion, top)


def _tree(skeleton: Skeleton, pose: Pose, first: int) -> list[dict[str, Any]]:
    """The humanoid's nodes, in the T-pose, where the motion begins."""
    nodes = []
    for index, node in enumerate(NODES):
        offset = skeleton.offsets[index] if PARENTS[index] >= 0 else pose.positions[0]
        entry: dict[str, Any] = {"name": node.name, "translation": [float(value) for value in offset]}
        children = [first + child for child, parent in enumerate(PARENTS) if parent == index]
        nodes.append({**entry, "children": children} if children else entry)
    return nodes


def _add_body(document: dict[str, Any], container: Container, skeleton: Skeleton, label: str, first: int) -> None:
    """Mesh, skin and material, and the node that shows them, which stays at the scene's root as glTF advises."""
    mesh = body_mesh(skeleton)
    bones = np.zeros((len(mesh.nodes), 4), np.uint8)
    bones[:, 0] = mesh.nodes
    weights = np.tile(np.array([1, 0, 0, 0], np.float32), (len(mesh.nodes), 1))
    primitive = {
        "attributes": {
            "POSITION": container.accessor(mesh.vertices, "VEC3", bounds=True, target=Container.VERTICES),
            "NORMAL": container.accessor(mesh.normals, "VEC3", target=Container.VERTICES),
            "JOINTS_0": container.accessor(bones, "VEC4", target=Container.VERTICES),
            "WEIGHTS_0": container.accessor(weights, "VEC4", target=Container.VERTICES),
        },
        "indices": container.accessor(mesh.triangles.reshape(-1), "SCALAR", target=Container.INDICES),
        "material": len(document["materials"]),
    }
    person = document["nodes"][first - 1]["extras"]["person"]
    document["materials"].append({"name": label, "pbrMetallicRoughness": _colour(person)})
    document["nodes"].append({"name": f"{label} body", "mesh": len(document["meshes"]), "skin": len(document["skins"])})
    document["meshes"].append({"name": f"{label} body", "primitives": [primitive]})
    document["skins"].append(
        {
            "name": label,
            "joints": [first + index for index in range(len(NODES))],
            "skeleton": first,
            "inverseBindMatrices": container.accessor(_inverse_binds(skeleton), "MAT4"),
        }
    )


def _colour(person: int) -> dict[str, Any]:
    """A colour of the page's palette, converted to linear light."""
    code = PALETTE[person % len(PALETTE)]
    factor = [round(((int(code[at : at + 2], 16) / 255 + 0.055) / 1.055) ** 2.4, 4) for at in (1, 3, 5)]
    return {"baseColorFactor": [*factor, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.8}


def _inverse_binds(skeleton: Skeleton) -> NDArray[np.float32]:
    """(N, 16) node from model in the rest pose, by columns."""
    matrices = np.tile(np.eye(4, dtype=np.float32), (len(NODES), 1, 1))
    matrices[:, 3, :3] = -skeleton.rest_heads
    return matrices.reshape(len(NODES), 16)


def _animate(animation: dict[str, Any], container: Container, pose: Pose, first: int, times: int) -> None:
    _channel(animation, first, "translation", times, container.accessor(pose.positions.astype(np.float32), "VEC3"))
    for index in range(len(NODES)):
        q = pose.rotations[:, index]
        if np.abs(q - (0, 0, 0, 1)).max() > _STILL:
            _channel(animation, first + index, "rotation", times, container.accessor(q.astype(np.float32), "VEC4"))


def _hide_in_gaps(animation: dict[str, Any], container: Container, motion: Motion, top: int) -> None:
    """Scale the person to nothing where they are not seen."""
    seen = motion.placed
    if seen.all():
        return
    rows = np.flatnonzero(np.concatenate([[True], seen[1:] != seen[:-1]]))
    sizes = np.repeat(seen[rows, None].astype(np.float32), 3, axis=1)
    times = container.accessor(motion.times[rows].astype(np.float32), "SCALAR", bounds=True)
    _channel(animation, top, "scale", times, container.accessor(sizes, "VEC3"), "STEP")


def _channel(
    animation: dict[str, Any], node: int, path: str, times: int, values: int, interpolation: str = "LINEAR"
) -> None:
    animation["channels"].append({"sampler": len(animation["samplers"]), "target": {"node": node, "path": path}})
    animation["samplers"].append({"input": times, "output": values, "interpolation": interpolation})
