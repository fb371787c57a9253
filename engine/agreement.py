"""How well two sets of people agree: two backends on the same frames, or what was found and the truth.

Keypoints are compared by COCO's object keypoint similarity (OKS), joints by their distances after both bodies have
been moved so that their pelvises coincide (MPJPE). The pelvis is the root because it is the origin of the network's
bodies: what remains is the difference in shape and orientation, not in the estimated distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.matching import Array, best_pairs, box_areas, keypoint_similarity
from engine.skeleton import JOINT_COUNT, PELVIS
from engine.types import Person, Scene, Truth

MIN_OKS = 0.5
"""Minimum OKS at which two detections count as the same person."""
MIN_KEYPOINTS = 8
"""Minimum number of keypoints of a person whose miss counts."""
MM_PER_M = 1000.0


@dataclass(frozen=True, slots=True)
class Matches:
    """The people that two results have in common in one frame, and how similar they are."""

    found: tuple[bool, ...]
    """Whether each of the reference's people with at least 8 keypoints was matched (OKS >= 0.5)."""
    oks: tuple[float, ...]
    """Mean similarity of each matched person; `px` and `mm` are for the matched people, too."""
    px: tuple[float, ...]
    """Mean distance of the keypoints found in both, pixels of the frame."""
    mm: tuple[float, ...]
    """Mean root-aligned joint distance of those matched with 3D in both."""


def match(reference: Scene, candidate: Scene) -> Matches:
    """Match the people of two scenes of the same frame."""
    ours, theirs = _keypoints(reference.people), _keypoints(candidate.people)
    scores = _oks(ours, theirs)
    pairs = best_pairs(scores, MIN_OKS)
    matched = {index for index, _ in pairs}
    seen = np.isfinite(ours[..., 0]).sum(axis=1)
    bodies = ((reference.people[a].pose3d, candidate.people[b].pose3d) for a, b in pairs)
    return Matches(
        found=tuple(index in matched for index in range(len(ours)) if seen[index] >= MIN_KEYPOINTS),
        oks=tuple(float(scores[pair]) for pair in pairs),
        px=tuple(float(np.nanmean(np.linalg.norm(ours[a] - theirs[b], axis=-1))) for a, b in pairs),
        mm=tuple(
            _root_aligned_mm(one.joints, other.joints) for one, other in bodies if one is not None and other is not None
        ),
    )


def summary(matches: Sequence[Matches]) -> dict[str, float | None]:
    """Means over several frames: `people`, `oks`, `px`, `mm`; None where there is nothing to compare."""
    names = {"people": "found", "oks": "oks", "px": "px", "mm": "mm"}
    return {name: _mean(value for each in matches for value in getattr(each, field)) for name, field in names.items()}


def agreement(reference: Sequence[Scene], candidate: Sequence[Scene]) -> dict[str, float | None]:
    """Scenes of the same frames -> `people`, `oks`, `mm`; None where there is nothing to compare.

    `people` is the share of the reference's people with at least 8 keypoints that were matched (OKS >= 0.5), `oks`
    the mean over all matched, `mm` the mean root-aligned joint distance of those with 3D in both.
    """
    told = summary([match(ours, theirs) for ours, theirs in zip(reference, candidate, strict=True)])
    return {name: told[name] for name in ("people", "oks", "mm")}


def against_truth(scenes: Sequence[Scene], truths: Sequence[Truth]) -> dict[str, float | None]:
    """Scenes and the truth of the same frames; None where there is nothing to compare.

    `found` is the share of the people with at least 8 keypoints inside the image who were matched (OKS >= 0.5 with
    their projection). Means over those matched with 3D: `mpjpe_mm` of the root-aligned joint distance, `absolute_mm`
    of the distance in the camera frame, `depth_percent` of the pelvis's depth error, more than 0 where too far away.
    """
    matched: list[bool] = []
    bodies: list[tuple[Array, Array]] = []
    for scene, truth in zip(scenes, truths, strict=True):
        projected = _projected(truth)
        pairs = match_truth(scene, truth)
        inside = ((projected >= 0) & (projected < truth.camera.image_size)).all(axis=-1).sum(axis=1)
        matched += [index in pairs for index in range(len(projected)) if inside[index] >= MIN_KEYPOINTS]
        bodies += matched_bodies(scene, truth, pairs)
    return {
        "found": _mean(matched),
        "mpjpe_mm": _mean(_root_aligned_mm(true, found) for true, found in bodies),
        "absolute_mm": _mean(_mean_distance_mm(true, found) for true, found in bodies),
        "depth_percent": _mean(100 * (found[PELVIS, 2] / true[PELVIS, 2] - 1) for true, found in bodies),
    }


def match_truth(scene: Scene, truth: Truth) -> dict[int, int]:
    """Index of a true person -> index of the person of the scene who was matched to them."""
    return dict(best_pairs(_oks(_projected(truth), _keypoints(scene.people)), MIN_OKS))


def matched_bodies(scene: Scene, truth: Truth, pairs: Mapping[int, int]) -> list[tuple[Array, Array]]:
    """(19, 3) metres, camera frame, of each matched person with 3D: as they are, and as found."""
    found = ((truth.joints_camera[a], scene.people[b].pose3d) for a, b in pairs.items())
    return [(true, pose.joints) for true, pose in found if pose is not None]


def _projected(truth: Truth) -> Array:
    """(P, 19, 2) pixels; the pelvis has no keypoint."""
    projected = truth.camera.project(truth.joints_camera.astype(float))
    projected[:, PELVIS] = np.nan
    return projected


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
    return _mean_distance_mm(a - a[PELVIS], b - b[PELVIS])


def _mean_distance_mm(a: Array, b: Array) -> float:
    """(19, 3) and (19, 3) metres -> mean distance of the joints in millimetres."""
    return float(np.linalg.norm(a - b, axis=-1).mean()) * MM_PER_M


def _mean(values: Iterable[float]) -> float | None:
    values = list(values)
    return float(np.mean(values)) if values else None
