"""Bodies from 2D keypoints alone, by a small residual network that ships with the program: the lifter.

In: the rays of a person's keypoints, and which of them were found. Out: the joints of a body, and their expected
errors. All people are computed in one batch, in float32. The formulas are in engine/assets/MODEL_CARD.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.lifting.bodies import Bodies
from engine.skeleton import JOINT_COUNT, KEYPOINT_COUNT, PELVIS
from engine.types import Floats

MODEL_HEIGHT_M = 1.72
"""Height of the lifter's people, metres."""
MIN_KEYPOINTS = 5
"""Minimum number of found keypoints for a body."""
_PATH = Path(__file__).parents[1] / "assets" / "posecast-lifter-v1.npz"
_BLOCKS = 3
# The limits within which the network was trained.
_MIN_DEPTH = 0.05
_MIN_SPREAD = 1e-4
_MAX_OFFSET = 6.0
_LOG_SPREAD = (-6.0, 1.0)
_ERROR_SCALE = 3.0


@cache
def bundled_lifter() -> Lifter:
    """The lifter that ships with the package, read once."""
    with np.load(_PATH, allow_pickle=False) as weights:
        return Lifter(weights)


class Lifter:
    """A network of one input layer, three residual blocks and two output layers, 1.64 million weights."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """`weights`: LAYER.weight (outputs, inputs) and LAYER.bias (outputs,), in any float type."""
        # People are columns: with weights as (outputs, inputs), a product takes half as long as with people as rows.
        self._layers: dict[str, tuple[Floats, Floats]] = {
            name.removesuffix(".weight"): (
                np.ascontiguousarray(weights[name], np.float32),
                np.asarray(weights[name.replace(".weight", ".bias")], np.float32)[:, None],
            )
            for name in weights
            if name.endswith(".weight")
        }

    def __call__(self, rays: NDArray[np.floating[Any]], found: NDArray[np.bool_]) -> Bodies:
        """(P, 18, 2) rays x/z and y/z and (P, 18), 2D order -> bodies of people 1.72 m tall, pelvis at 0, camera axes.

        Every person has at least one keypoint; rays that were not found may have any value.
        """
        seen = found[..., None]
        r = np.where(seen, rays, 0).astype(np.float32)
        counts = found.sum(axis=1, dtype=np.float32)
        R = _view_from_camera(r.sum(axis=1) / counts[:, None])
        q, log_spread = _seen_from_there(r, R, seen, counts)
        about = (log_spread[:, None] / 2, counts[:, None] / KEYPOINT_COUNT)
        x = np.concatenate((q.reshape(len(q), -1), found.astype(np.float32), *about), axis=1)
        joints, spread = self._network(np.ascontiguousarray(x.T, np.float32))
        in_view = joints.T.reshape(-1, JOINT_COUNT, 3)
        in_view = in_view - in_view[:, PELVIS : PELVIS + 1]
        return Bodies(in_view @ R, np.float32(_ERROR_SCALE) * np.exp(spread.T))

    def _network(self, x: Floats) -> tuple[Floats, Floats]:
        """(56, P) -> joints (57, P) and the logarithms of errors (19, P)."""
        h = _relu(self._linear("input", x))
        for block in range(_BLOCKS):
            h += _relu(self._linear(f"block{block}.second", _relu(self._linear(f"block{block}.first", h))))
        return self._linear("joints", h), self._linear("spread", h)

    def _linear(self, layer: str, h: Floats) -> Floats:
        weight, bias = self._layers[layer]
        out: Floats = weight @ h
        out += bias
        return out


def _relu(h: Floats) -> Floats:
    return np.maximum(h, 0, out=h)


def _view_from_camera(c: Floats) -> Floats:
    """(P, 2) mean rays -> (P, 3, 3) rotations into a camera that looks along them: its rows are x, y, z with

    z = (c, 1) normalised,   x = (0, 1, 0) x z normalised,   y = z x x.
    """
    z = _normalised(np.concatenate((c, np.ones_like(c[:, :1])), axis=1))
    x = _normalised(np.stack((z[:, 2], np.zeros_like(z[:, 0]), -z[:, 0]), axis=1))
    return np.stack((x, np.cross(z, x), z), axis=1)


def _normalised(vectors: Floats) -> Floats:
    lengths: Floats = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    return vectors / lengths


def _seen_from_there(r: Floats, R: Floats, seen: NDArray[np.bool_], counts: Floats) -> tuple[Floats, Floats]:
    """Rays in the camera turned by R: (P, 18, 2) around their mean and in units of their spread s, and (P,) ln s."""
    turned = np.concatenate((r, np.ones_like(r[..., :1])), axis=2) @ R.transpose(0, 2, 1)
    q = np.where(seen, turned[..., :2] / np.maximum(turned[..., 2:], np.float32(_MIN_DEPTH)), 0)
    q = np.where(seen, q - (q.sum(axis=1) / counts[:, None])[:, None], 0)
    s = np.maximum(np.sqrt((q * q).sum(axis=(1, 2)) / counts), np.float32(_MIN_SPREAD))
    scaled = np.clip(q / s[:, None, None], -_MAX_OFFSET, _MAX_OFFSET)
    return scaled, np.clip(np.log(s), *_LOG_SPREAD)
