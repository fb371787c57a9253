"""The pictures of a rig as one, and people drawn into it.

Where a picture is follows from the sizes of all, so that whoever has a scene knows it, too. In: frames and scenes. Out:
the same as of one camera, whose picture is the mosaic; frames and scenes of one camera are returned as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.geometry import Camera
from engine.types import Frame, Image, Pose2D, Scene

LARGEST = (1920, 1080)
"""Maximum (width, height) of a mosaic, pixels."""
_ASPECT = LARGEST[0] / LARGEST[1]
_GREY = 24
"""Where there is no picture."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a camera's picture is in the mosaic: mosaic pixels = (x, y) + scale * picture pixels."""

    x: int
    y: int
    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True)
class Mosaic:
    size: tuple[int, int]
    """(width, height)"""
    tiles: tuple[Tile, ...]


def mosaic_of(sizes: Sequence[tuple[int, int]]) -> Mosaic:
    """The layout of pictures of (width, height), row by row, in the grid whose shape is nearest to that of a screen."""
    cell = max(width for width, _ in sizes), max(height for _, height in sizes)
    columns = min(range(1, len(sizes) + 1), key=lambda count: _misfit(count, len(sizes), cell))
    rows = math.ceil(len(sizes) / columns)
    scale = min(1.0, LARGEST[0] / (columns * cell[0]), LARGEST[1] / (rows * cell[1]))
    width, height = (max(2, int(side * scale) // 2 * 2) for side in cell)
    tiles = (
        _tile(size, (index % columns * width, index // columns * height), (width, height))
        for index, size in enumerate(sizes)
    )
    return Mosaic((columns * width, rows * height), tuple(tiles))


def blank(size: tuple[int, int]) -> Image:
    """A picture of (width, height) for a camera that delivers none."""
    return np.full((size[1], size[0], 3), _GREY, np.uint8)


def without_pixels(frame: Frame) -> Frame:
    """The same frame, and its views, with pictures of the same sizes that hold no memory."""
    views = tuple(
        view if view.frame is None else replace(view, frame=without_pixels(view.frame)) for view in frame.views
    )
    return replace(frame, image=np.broadcast_to(np.uint8(0), frame.image.shape), views=views)


def picture_of(frame: Frame) -> Image:
    """What a frame shows: its picture, or those of all cameras of the rig."""
    if not frame.views:
        return frame.image
    sizes = [_size(view.frame.image) if view.frame else view.camera.resolution or _size(frame.image)
             for view in frame.views]  # fmt: skip
    mosaic = mosaic_of(sizes)
    image = blank(mosaic.size)
    for view, tile in zip(frame.views, mosaic.tiles, strict=True):
        if view.frame is not None:
            small = cv2.resize(view.frame.image, (tile.width, tile.height), interpolation=cv2.INTER_AREA)
            image[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] = small
    return image


Sighted = tuple[int, str]
"""A person's id, and the name of the camera; '' if there is only one."""


def poses_in_mosaic(scene: Scene) -> dict[Sighted, Pose2D]:
    """Everybody's keypoints in pixels of what a frame shows, once for each camera that sees them."""
    if not scene.cameras:
        return {(person.id, ""): person.pose2d for person in scene.people}
    tiles = tiles_of(scene.cameras)
    return {
        (person.id, name): _moved(view.pose2d, tiles[name])
        for person in scene.people
        for name, view in person.views.items()
    }


def flattened(scene: Scene) -> Scene:
    """The scene as if one camera had taken the mosaic: everybody once for each camera that sees them, in 2D alone."""
    if not scene.cameras:
        return scene
    by_id = {person.id: person for person in scene.people}
    people = tuple(
        replace(by_id[id], pose2d=pose, pose3d=None, views={}) for (id, _), pose in poses_in_mosaic(scene).items()
    )
    return replace(scene, people=people, camera=replace(scene.camera, image_size=size_of(scene.cameras)), cameras={})


def tiles_of(cameras: Mapping[str, Camera]) -> dict[str, Tile]:
    """By camera: where its picture is in the mosaic."""
    mosaic = mosaic_of([camera.image_size for camera in cameras.values()])
    return dict(zip(cameras, mosaic.tiles, strict=True))


def size_of(cameras: Mapping[str, Camera]) -> tuple[int, int]:
    """(width, height) of the mosaic of these cameras."""
    return mosaic_of([camera.image_size for camera in cameras.values()]).size


def _misfit(columns: int, count: int, cell: tuple[int, int]) -> tuple[float, int]:
    """How much of a screen the grid leaves empty."""
    rows = math.ceil(count / columns)
    aspect = columns * cell[0] / (rows * cell[1])
    used = count / (columns * rows)
    return -used * min(aspect / _ASPECT, _ASPECT / aspect), rows


def _tile(size: tuple[int, int], at: tuple[int, int], cell: tuple[int, int]) -> Tile:
    """The picture as large as its cell allows, in the middle of it."""
    scale = min(cell[0] / size[0], cell[1] / size[1])
    width, height = max(1, int(size[0] * scale)), max(1, int(size[1] * scale))
    return Tile(at[0] + (cell[0] - width) // 2, at[1] + (cell[1] - height) // 2, width, height, scale)


def _size(image: Image) -> tuple[int, int]:
    return image.shape[1], image.shape[0]


def _moved(pose: Pose2D, tile: Tile) -> Pose2D:
    return replace(pose, keypoints=(pose.keypoints * tile.scale + (tile.x, tile.y)).astype(np.float32))
