"""Finds the cameras in a document and their format, and chooses the one that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import PosecastError
from engine.extrinsics import names
from engine.extrinsics.documents import Document
from engine.extrinsics.formats import FORMATS, LOOSELY, Format
from engine.extrinsics.layouts import inherited, layout_of, merged
from engine.extrinsics.names import find, plain
from engine.extrinsics.pose import has_pose, length_of

MAX_NAMES_TOLD = 12
_LISTS = ("cameras", "camera", "calibration", "calibrations", "cams", "camera_info", "views", "sensors", "frames")
_NAMES = ("name", "camera_name", "cam_name", "label", "serial", "camera_id", "cam_id", "cam", "id", "file_path")
_ONLY_REFERENCE = {"r", "t", "name", "cameraname", "up", "unit", "units"}
_ONLY_PANOPTIC = {"panel", "node", "distcoef", "type"}


class SeveralCamerasError(PosecastError):
    """The file contains several cameras, `names`, and none of them was asked for."""

    def __init__(self, error: str, hint: str = "", names: tuple[str, ...] = ()) -> None:
        super().__init__(error, hint)
        self.names = names


@dataclass(frozen=True, slots=True, eq=False)
class FileCamera:
    """One camera as a file specifies it."""

    values: dict[str, Any]
    format: str
    """'reference', 'panoptic', 'opencv' or another of `formats`."""
    name: str | None
    note: str = ""
    """A warning for files with this layout."""
    lengths: tuple[float, ...] = ()
    """|t| of every camera in the file, in the file's unit."""

    @property
    def assumed(self) -> Format:
        """The assumptions of its format."""
        known = {plain(name) for name in self.values}
        if self.format in LOOSELY and not (known <= _ONLY_REFERENCE or known & _ONLY_PANOPTIC):
            return LOOSELY[self.format]
        return FORMATS[self.format]


def choose_camera(document: Document, name: str | None) -> FileCamera:
    """The only camera, or the one called `name`."""
    cameras = cameras_of(document)
    if not cameras:
        told = ", ".join(list(document.values)[:MAX_NAMES_TOLD]) or "nothing"
        raise PosecastError(
            f"no camera found; the file contains {told}",
            "give R (3x3) or a rotation vector, and t, which take world points to camera points",
        )
    lengths = tuple(length for camera in cameras if (length := length_of(camera.values)) is not None)
    if name is not None:
        cameras = [camera for camera in cameras if camera.name == name] or _no_such(cameras, name)
    if len(cameras) > 1:
        raise SeveralCamerasError(
            f"the file contains {len(cameras)} cameras: {_names(cameras)}",
            "choose one: FILE#NAME, or ?camera=NAME for an upload",
            tuple(camera.name for camera in cameras if camera.name),
        )
    return replace(cameras[0], lengths=lengths)


def cameras_of(document: Document) -> list[FileCamera]:
    """All cameras with a pose; if none has one, those with intrinsics alone."""
    layout = layout_of(document.values)
    if layout is not None:
        kind = layout.kind or _format({}, document.kind)
        return [FileCamera(values, kind, name, layout.note) for name, values in layout.cameras.items()]
    found = list(_search(document.values, document.kind, None, {}))
    posed = [camera for camera in found if has_pose(camera.values)]
    return posed or found


def _no_such(cameras: list[FileCamera], name: str) -> list[FileCamera]:
    raise PosecastError(f"there is no camera {name!r} in the file", f"choose one of {_names(cameras)}")


def _names(cameras: list[FileCamera]) -> str:
    told = [camera.name or "one without a name" for camera in cameras]
    more = f" and {len(told) - MAX_NAMES_TOLD} more" if len(told) > MAX_NAMES_TOLD else ""
    return ", ".join(told[:MAX_NAMES_TOLD]) + more


def _search(values: dict[str, Any], kind: str, name: str | None, shared: dict[str, Any]) -> Iterator[FileCamera]:
    """The camera in `values`, or those of a list such as 'cameras', or those that are values of a mapping by name."""
    flat = merged(values)
    if has_pose(flat) or (_has_lens(flat) and not _children_with_pose(values)):
        # The camera's own values override those for the whole file.
        own = {plain(key) for key, value in flat.items() if value is not None}
        flat = {**{key: value for key, value in shared.items() if plain(key) not in own}, **flat}
        yield FileCamera(flat, _format(flat, kind, in_list=name is None and bool(shared)), _name(flat) or name)
        return
    shared = shared | inherited(values)
    listed = [key for key in values if plain(key) in _LISTS and isinstance(values[key], (dict, list))]
    for key in listed or list(values):
        child = values[key]
        if isinstance(child, dict):
            yield from _search(child, kind, key if not listed or _is_single(child) else None, shared)
        elif isinstance(child, list):
            yield from _in_list(child, kind, shared)


def _in_list(items: list[Any], kind: str, shared: dict[str, Any]) -> Iterator[FileCamera]:
    several = sum(isinstance(item, dict) for item in items) > 1
    for index, item in enumerate(items):
        if isinstance(item, dict):
            for camera in _search(item, kind, None, shared):
                listed = "panoptic" if kind == "json" and camera.format == "reference" else camera.format
                yield replace(camera, format=listed, name=camera.name or (str(index) if several else None))


def _is_single(values: dict[str, Any]) -> bool:
    return has_pose(merged(values))


def _children_with_pose(values: dict[str, Any]) -> bool:
    children = [child for value in values.values() for child in (value if isinstance(value, list) else [value])]
    return any(isinstance(child, dict) and has_pose(merged(child)) for child in children)


def _has_lens(values: dict[str, Any]) -> bool:
    return find(values, (*names.INTRINSICS, *names.FX, *names.FOCAL)) is not None


def _name(values: dict[str, Any]) -> str | None:
    found = find(values, _NAMES)
    value = found[1] if found else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def _format(values: dict[str, Any], kind: str, *, in_list: bool = False) -> str:
    """The format of one camera: 'opencv' if FileStorage or its names are used, 'panoptic' if K is beside R."""
    if kind == "storage":
        return "opencv"
    if kind != "json":
        return kind
    if {"R", "T"} <= values.keys() and find(values, ("fx", "f")) and "K" not in values:
        return "voxelpose"
    if find(values, ("R",)) is None or find(values, ("t",)) is None:
        return "opencv"
    return "panoptic" if "K" in values or in_list else "reference"
