"""The rotation of bones about their own axis, which joints alone do not show: continuous, and never flipping.

A bone is carried along by the smallest rotation from one time to the next (parallel transport), and turned about itself
towards an axis that is known at times: that of the elbow's hinge, for example, where the elbow is bent. Where that axis
is not known, the bone keeps the twist it has.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from engine.motion.motion import Array

_SMALL = 1e-9
_NEXT, _LAST = [1, 2, 0], [2, 0, 1]
"""The axes after x, y, z, and before."""
FRAME_S = 1 / 30
"""Seconds for which a weight is given: half of the way in FRAME_S is a quarter of it left after 2 FRAME_S."""


class Memory:
    """What one call leaves for the next, so that motion may come in pieces: the last time, and axes across bones."""

    def __init__(self) -> None:
        self.time: float | None = None
        """Seconds."""
        self.bones: defaultdict[str, Bones] = defaultdict(Bones)


class Bones:
    """Some bones at the last time."""

    last: tuple[Array, Array] | None = None
    """(K, 3) directions and (K, 3) axes across them; None at the beginning."""


def unit(vectors: Array) -> Array:
    """(…, 3) -> (…, 3) of length 1; 0 stays 0."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), _SMALL))


def across(vectors: Array, directions: Array) -> Array:
    """The part of (…, 3) vectors perpendicular to unit `directions`, not normalised."""
    return np.asarray(vectors - (vectors * directions).sum(axis=-1, keepdims=True) * directions)


def frames(directions: Array, axes: Array) -> Array:
    """(…, 3) units and (…, 3) units across them -> (…, 3, 3) rotations: columns axis, direction, axis x direction."""
    return np.stack([axes, directions, cross(axes, directions)], axis=-1)


def rise(values: Array, low: float, high: float) -> Array:
    """0 up to `low`, 1 from `high` on, smooth between."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(part * part * (3 - 2 * part))


def known_axes(directions: Array, hints: Array, bones: Bones, low: float = 0.05, high: float = 0.3) -> Array:
    """(T, 3) units, and vectors that are seldom parallel to them -> (T, 3): units across, as near to the hints.

    Where a hint is nearly parallel (the sine of their angle is below `low` to `high`), the axis is carried along, at
    the beginning from where `bones` were.
    """
    perpendicular = across(hints, directions)
    sines = np.linalg.norm(perpendicular, axis=-1) / np.maximum(np.linalg.norm(hints, axis=-1), _SMALL)
    if (sines >= high).all():
        axes = unit(perpendicular)
        bones.last = directions[-1:], axes[-1:]
        return axes
    weights = rise(sines, low, high)
    steps = np.full(len(directions), FRAME_S)
    return follow(directions[:, None], hints[:, None], weights[:, None], steps, np.pi / FRAME_S, bones)[:, 0]


def follow(directions: Array, targets: Array, weights: Array, steps: Array, fastest: float, bones: Bones) -> Array:
    """(T, K, 3): axes across K bones, carried along and turned towards `targets`, each bone for itself.

    `directions` (T, K, 3) units along the bones; `targets` (T, K, 3) any vectors; `weights` (T, K), 0 to 1: the part of
    the way to the target that is gone in FRAME_S; `steps` (T,) seconds since the time before; `fastest` radians a
    second. It goes on from where `bones` were; where they begin, the first axis is the first target, wherever that is.
    """
    axes = np.empty_like(directions)
    towards = unit(across(targets, directions))
    last = bones.last
    for row, now in enumerate(directions):
        if last is None:
            axes[row] = _first(now, towards[row])
        else:
            carried = unit(_carried(last[1], last[0], now))
            sideways = cross(now, carried)
            cosines, sines = (towards[row] * carried).sum(axis=-1), (towards[row] * sideways).sum(axis=-1)
            share = 1 - (1 - weights[row]) ** (steps[row] / FRAME_S)
            limit = fastest * steps[row]
            turn = np.clip(share * np.arctan2(sines, cosines), -limit, limit)[:, None]
            axes[row] = np.cos(turn) * carried + np.sin(turn) * sideways
        last = now, axes[row]
    bones.last = last
    return axes


def cross(a: Array, b: Array) -> Array:
    """np.cross of (…, 3) and (…, 3), without its preparations, which take most of the time for few rows."""
    return np.asarray(a[..., _NEXT] * b[..., _LAST] - a[..., _LAST] * b[..., _NEXT])


def _carried(axes: Array, before: Array, now: Array) -> Array:
    """(K, 3) axes after the smallest rotation that takes `before` to `now`: a - (a . n) / (1 + b . n) (b + n)."""
    scale = (axes * now).sum(axis=-1) / np.maximum(1 + (before * now).sum(axis=-1), _SMALL)
    return np.asarray(axes - scale[:, None] * (before + now))


def _first(directions: Array, towards: Array) -> Array:
    """(K, 3): the targets; anything across the bone where there is none."""
    anything = np.eye(3)[np.abs(directions).argmin(axis=-1)]
    known = np.linalg.norm(towards, axis=-1, keepdims=True) > 0.5
    return unit(np.where(known, towards, across(anything, directions)))


def swung(parent: Array, to: Array, rest: Array, axis: Array, bones: Bones) -> Array:
    """World from a bone that points along `to`, and along `rest` in its parent's rest pose; twisted least."""
    direction, rest = unit(local(parent, to)), unit(rest)
    across_it = known_axes(direction, np.broadcast_to(axis, direction.shape), bones)
    at_rest = frames(rest, unit(across(axis, rest)))
    return np.asarray(parent @ frames(direction, across_it) @ at_rest.T)


def local(frame: Array, vectors: Array) -> Array:
    """(T, 3, 3) world from frame, (T, 3) in the world -> (T, 3) in the frame."""
    return np.asarray(np.einsum("tij,ti->tj", frame, vectors))


def world_of(frame: Array, vectors: Array) -> Array:
    """(T, 3, 3) world from frame, (T, 3) in the frame -> (T, 3) in the world."""
    return np.asarray(np.einsum("tij,tj->ti", frame, vectors))
