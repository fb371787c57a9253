"""The rotation of bones about their own axis, which joints alone do not show: continuous, and never flipping.

A bone is carried along by the smallest rotation from one time to the next (parallel transport), and turned about itself
towards an axis that is known at times: that of the elbow's hinge, for example, where the elbow is bent. Where that axis
is not known, the bone keeps the twist it has.
"""

from __future__ import annotations

import numpy as np

from engine.motion.motion import Array

_SMALL = 1e-9
FRAME_S = 1 / 30
"""Seconds for which a weight is given: half of the way in FRAME_S is a quarter of it left after 2 FRAME_S."""


def unit(vectors: Array) -> Array:
    """(…, 3) -> (…, 3) of length 1; 0 stays 0."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _SMALL))


def across(vectors: Array, directions: Array) -> Array:
    """The part of (…, 3) vectors perpendicular to unit `directions`, not normalised."""
    return np.asarray(vectors - (vectors * directions).sum(axis=-1, keepdims=True) * directions)


def frames(directions: Array, axes: Array) -> Array:
    """(…, 3) units and (…, 3) units across them -> (…, 3, 3) rotations: columns axis, direction, axis x direction."""
    return np.stack([axes, directions, np.cross(axes, directions)], axis=-1)


def rise(values: Array, low: float, high: float) -> Array:
    """0 up to `low`, 1 from `high` on, smooth between."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part))


def known_axes(directions: Array, hints: Array, low: float = 0.05, high: float = 0.3) -> Array:
    """(T, 3) units, and vectors that are seldom parallel to them -> (T, 3): units across, as near to the hints.

    Where a hint is nearly parallel (the sine of their angle is below `low` to `high`), the axis is carried along.
    """
    perpendicular = across(hints, directions)
    sines = np.linalg.norm(perpendicular, axis=-1) / np.maximum(np.linalg.norm(hints, axis=-1), _SMALL)
    if (sines >= high).all():
        return unit(perpendicular)
    weights = rise(sines, low, high)
    steps = np.full(len(directions), FRAME_S)
    return follow(directions[:, None], hints[:, None], weights[:, None], steps, np.pi / FRAME_S)[:, 0]


def follow(directions: Array, targets: Array, weights: Array, steps: Array, fastest: float) -> Array:
    """(T, K, 3): axes across K bones, carried along and turned towards `targets`, each bone for itself.

    `directions` (T, K, 3) units along the bones; `targets` (T, K, 3) any vectors; `weights` (T, K), 0 to 1: the part of
    the way to the target that is gone in FRAME_S; `steps` (T,) seconds since the time before; `fastest` radians a
    second. The first axis is the first target, wherever that is.
    """
    axes = np.empty_like(directions)
    towards = unit(across(targets, directions))
    axes[0] = _first(directions[0], towards[0])
    for row in range(1, len(directions)):
        now = directions[row]
        carried = unit(_carried(axes[row - 1], directions[row - 1], now))
        sideways = _cross(now, carried)
        cosines, sines = (towards[row] * carried).sum(axis=-1), (towards[row] * sideways).sum(axis=-1)
        share = 1 - (1 - weights[row]) ** (steps[row] / FRAME_S)
        limit = fastest * steps[row]
        turn = np.clip(share * np.arctan2(sines, cosines), -limit, limit)[:, None]
        axes[row] = np.cos(turn) * carried + np.sin(turn) * sideways
    return axes


def _cross(a: Array, b: Array) -> Array:
    """np.cross of (K, 3) and (K, 3), without its preparations, which take most of the time for few rows."""
    return np.asarray(a[:, [1, 2, 0]] * b[:, [2, 0, 1]] - a[:, [2, 0, 1]] * b[:, [1, 2, 0]])


def _carried(axes: Array, before: Array, now: Array) -> Array:
    """(K, 3) axes after the smallest rotation that takes `before` to `now`: a - (a . n) / (1 + b . n) (b + n)."""
    scale = (axes * now).sum(axis=-1) / np.maximum(1 + (before * now).sum(axis=-1), _SMALL)
    return np.asarray(axes - scale[:, None] * (before + now))


def _first(directions: Array, towards: Array) -> Array:
    """(K, 3): the targets; anything across the bone where there is none."""
    anything = np.eye(3)[np.abs(directions).argmin(axis=-1)]
    known = np.linalg.norm(towards, axis=-1, keepdims=True) > 0.5
    return unit(np.where(known, towards, across(anything, directions)))


def swung(parent: Array, to: Array, rest: Array, axis: Array) -> Array:
    """World from a bone that points along `to`, and along `rest` in its parent's rest pose; twisted least."""
    direction, rest = unit(local(parent, to)), unit(rest)
    across_it = known_axes(direction, np.broadcast_to(axis, direction.shape))
    at_rest = frames(rest, unit(across(axis, rest)))
    return np.asarray(parent @ frames(direction, across_it) @ at_rest.T)


def local(frame: Array, vectors: Array) -> Array:
    """(T, 3, 3) world from frame, (T, 3) in the world -> (T, 3) in the frame."""
    return np.asarray(np.einsum("tij,ti->tj", frame, vectors))


def world_of(frame: Array, vectors: Array) -> Array:
    """(T, 3, 3) world from frame, (T, 3) in the frame -> (T, 3) in the world."""
    return np.asarray(np.einsum("tij,tj->ti", frame, vectors))
