"""Pictures of a board as a camera with a lens sees it, with blur and noise: rendered ray by ray."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np

from engine.calibration.board import Board
from engine.geometry import Array, Camera, rotation_from_vector
from engine.types import Image

_PER_SQUARE = 32
"""Pixels of the board's texture per square."""
_ONE_IN = 1
"""Rays per pixel along each side."""


def render(
    camera: Camera, board: Board, pose: tuple[Array, Array], *, blur: float = 0.7, noise: float = 3.0, seed: int = 0
) -> Image:
    """A board at `pose` (camera_from_board) before a grey wall. Blur in pixels, noise in grey levels."""
    width, height = camera.image_size
    directions = _directions(camera)
    R, t = pose
    # t + R (x, y, 0) = s d  ->  the third row of R^T (s d - t) is 0
    depth = (R[:, 2] @ t) / (directions @ R[:, 2])
    on_board = (directions * depth[..., None] - t) @ R
    texture = _texture(board)
    at = (on_board[..., :2] / board.square_m + 0.5) * _PER_SQUARE - 0.5
    picture = cv2.remap(
        texture, at[..., 0].astype(np.float32), at[..., 1].astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=90,
    )  # fmt: skip
    picture[depth <= 0] = 90
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(small, (0, 0), blur)
    noisy = 20 + 0.8 * small + np.random.default_rng(seed).normal(0, noise, small.shape)
    return np.repeat(np.clip(noisy, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@lru_cache(maxsize=4)
def _directions(camera: Camera) -> Array:
    """(H, W, 3) rays of all pixels, z = 1."""
    width, height = camera.image_size
    across = (np.arange(width * _ONE_IN) + 0.5) / _ONE_IN
    down = (np.arange(height * _ONE_IN) + 0.5) / _ONE_IN
    rays = camera.rays(np.stack(np.meshgrid(across, down), axis=-1))
    return np.concatenate([rays, np.ones((*rays.shape[:2], 1))], axis=-1)


@lru_cache(maxsize=4)
def _texture(board: Board) -> Image:
    """The board with half a square of paper around it."""
    size = (board.columns * _PER_SQUARE, board.rows * _PER_SQUARE)
    drawn = board.opencv().generateImage(size, marginSize=0)
    edge = _PER_SQUARE // 2
    return np.asarray(cv2.copyMakeBorder(drawn, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=255))


def poses(camera: Camera, board: Board, count: int, seed: int = 1) -> Iterator[tuple[Array, Array]]:
    """Poses as people hold a board: through all of the picture, tilted, nearer and farther."""
    random = np.random.default_rng(seed)
    centre = np.array([*board.size_m, 0.0]) / 2
    places = [(x, y) for y in (0.2, 0.5, 0.8) for x in (0.15, 0.38, 0.62, 0.85)]
    for number in range(count):
        place = np.array(places[number % len(places)]) + random.uniform(-0.06, 0.06, 2)
        distance = random.uniform(0.35, 0.8)
        ray = camera.rays(place * camera.image_size)
        tilt = random.uniform(-45, 45, 2)
        R = rotation_from_vector(np.radians([*tilt, random.uniform(-30, 30)]))
        yield R, distance * np.array([*ray, 1.0]) - R @ centre
