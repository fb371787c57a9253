"""Which cameras a document holds, in which format, and which of them is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import PosecastError
from engine.extrinsics.documents import Document
from engine.extrinsics.names import ROTATION, TRANSLATION, find

MAX_NAMES_TOLD = 12


class SeveralCamerasError(PosecastError):
    """The file holds several cameras, `names`, and none of them was asked for."""

    def __init__(self, error: str, hint: str = "", names: tuple[str, ...] = ()) -> None:
        super().__init__(error, hint)
        self.names = names


@dataclass(frozen=True, slots=True, eq=False)
class FileCamera:
    """One camera as a file tells of it."""

    values: dict[str, Any]
    format: str
    """'reference', 'panoptic' or 'opencv'."""
    name: str | None


def choose_camera(document: Document, name: str | None) -> FileCamera:
    """The only camera, or the one called `name`."""
    cameras = list(_cameras(document))
    if not cameras:
        told = ", ".join(list(document.values)[:MAX_NAMES_TOLD]) or "nothing"
        raise PosecastError(
            f"no camera in it: it says {told}",
            "give R (3x3) or a rotation vector, and t, which take world points to camera points",
        )
    if name is not None:
        cameras = [camera for camera in cameras if camera.name == name] or _no_such(cameras, name)
    if len(cameras) > 1:
        raise SeveralCamerasError(
            f"it holds {len(cameras)} cameras: {_names(cameras)}",
            "choose one: FILE#NAME, or ?camera=NAME for an upload",
            tuple(camera.name for camera in cameras if camera.name),
        )
    return cameras[0]


def _no_such(cameras: list[FileCamera], name: str) -> list[FileCamera]:
    raise PosecastError(f"no camera {name!r} in it", f"it holds {_names(cameras)}")


def _names(cameras: list[FileCamera]) -> str:
    names = [camera.name or "one without a name" for camera in cameras]
    more = f" and {len(names) - MAX_NAMES_TOLD} more" if len(names) > MAX_NAMES_TOLD else ""
    return ", ".join(names[:MAX_NAMES_TOLD]) + more


def _cameras(document: Document) -> Iterator[FileCamera]:
    """A camera at the top, or the cameras of a list 'cameras', or whatever names stand for one each."""
    values = document.values
    if _is_camera(values):
        yield FileCamera(values, _format(values, document.storage), _name(values))
        return
    several = values.get("cameras", values)
    named = several.items() if isinstance(several, dict) else ((None, camera) for camera in _list(several))
    listed = isinstance(several, list) and not document.storage
    for name, camera in named:
        if isinstance(camera, dict) and _is_camera(camera):
            kind = "panoptic" if listed else _format(camera, document.storage)
            yield FileCamera(camera, kind, _name(camera) or name)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_camera(values: dict[str, Any]) -> bool:
    return find(values, ROTATION) is not None or find(values, TRANSLATION) is not None


def _name(values: dict[str, Any]) -> str | None:
    name = values.get("name", values.get("camera_name"))
    return str(name) if isinstance(name, (str, int)) else None


def _format(values: dict[str, Any], storage: bool) -> str:
    """Of one camera: OpenCV's where FileStorage or its names are used, Panoptic's where K stands beside R."""
    if storage or not {"R", "t"} <= values.keys():
        return "opencv"
    return "panoptic" if "K" in values else "reference"
