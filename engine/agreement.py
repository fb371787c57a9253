"""How well two sets of people agree: two backends on the same frames, or what was found and the truth.

Keypoints are compared by COCO's object keypoint similarity (OKS), joints by their distances after both bodies have
been moved so that their pelvises coincide (MPJPE). The pelvis is the root because it is the origin of the network's
bodies: what remains is shape and turn, and not how far away somebody was taken to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from engine.matching import Array, best_pairs, box_areas, keypoint_similarity
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Person, Scene, Truth

MIN_OKS = 0.5
"""People at least this alike in the image are the same person."""
MIN_KEYPOINTS = 8
"""People with fewer are too hard to see for a miss to count."""
MM_PER_M = 1000.0


def agreement(reference: Sequence[Scene], candidate: Sequence[Scene]) -> dict[str, float | None]:
    """Scenes of the same frames -> `people`, `oks`, `mm`; None where there is nothing to compare.

    `people` is the share of the reference's people with at least 8 keypoints that were matched (OKS >= 0.5), `oks`
    the mean over all matched, `mm` the mean root-aligned joint distance of those with 3D in both.
    """
    matched: list[bool] = []
    oks: list[float] = []
    distances: list[float] = []
    for ours, theirs in zip(reference, candidate, strict=True):
        wanted = _keypoints(ours.people)
        scores = _oks(wanted, _keypoints(theirs.people))
        pairs = dict(best_pairs(scores, MIN_OKS))
        seen = np.isfinite(wanted[..., 0]).sum(axis=1)
        matched += [index in pairs for index in range(len(wanted)) if seen[index] >= MIN_KEYPOINTS]
        oks += [float(scores[pair]) for pair in pairs.items()]
        for one, other in ((ours.people[a].pose3d, theirs.people[b].pose3d) for a, b in pairs.items()):
            if one is not None and other is not None:
                distances.append(_root_aligned_mm(one.joints, other.joints))
    return {"people": _mean(matched), "oks": _mean(oks), "mm": _mean(distances)}


def against_truth(scenes: Sequence[Scene], truths: Sequence[Truth]) -> dict[str, float | None]:
    """Scenes and the truth of the same frames -> `found`, `mpjpe_mm`; None where there is nothing to compare.

    `found` is the share of the people with at least 8 keypoints inside the image who were matched (OKS >= 0.5 with
    their projection), `mpjpe_mm` the mean root-aligned joint distance of those matched with 3D.
    """
    matched: list[bool] = []
    distances: list[float] = []
    for scene, truth in zip(scenes, truths, strict=True):
        projected = truth.camera.project(truth.joints_camera.astype(float))
        projected[:, PELVIS] = np.nan
        pairs = dict(best_pairs(_oks(projected, _keypoints(scene.people)), MIN_OKS))
        inside = ((projected >= 0) & (projected < truth.camera.image_size)).all(axis=-1).sum(axis=1)
        matched += [index in pairs for index in range(len(projected)) if inside[index] >= MIN_KEYPOINTS]
        for true, pose in ((truth.joints_camera[a], scene.people[b].pose3d) for a, b in pairs.items()):
            if pose is not None:
                distances.append(_root_aligned_mm(true, pose.joints))
    return {"found": _mean(matched), "mpjpe_mm": _mean(distances)}


def _keypoints(people: Sequence[Person]) -> Array:
    """(P, 19, 2) pixels."""
    return np.array([person.pose2d.keypoints for person in people], dtype=float).reshape(-1, JOINT_COUNT, 2)


def _oks(reference: Array, candidate: Array) -> Array:
    """(A, 19, 2) and (B, 19, 2) pixels -> (A, B): mean similarity of the keypoints found in both, or NaN.

    The area is that of the reference's keypoint box.
    """
    similarity = keypoint_similarity(reference[:, None], candidate[None], box_areas(reference)[:, None])
    common = np.isfinite(similarity)
    total, count = similarity.sum(axis=-1, where=common), common.sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _root_aligned_mm(a: Array, b: Array) -> float:
    """(19, 3) and (19, 3) metres -> mean distance of the joints in millimetres, both pelvises at the origin."""
    return float(np.linalg.norm((a - a[PELVIS]) - (b - b[PELVIS]), axis=-1).mean()) * MM_PER_M


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return float(np.mean(values)) if values else None
