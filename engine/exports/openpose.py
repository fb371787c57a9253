"""OpenPose's JSON: a folder with a file for each moment, of the 18 keypoints of its COCO model; of a rig, one folder a
camera, `NAME_json`, as Pose2Sim reads them.

Keypoints are in the pixels of each camera's picture, and 0, 0, 0 where none was found. People are in the order of their
ids, which `person_id` tells; files are numbered from 0, one for each scene, empty for a camera that saw nobody.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.errors import PosecastError
from engine.exports.format import Progress
from engine.exports.scenes import edited_people, kept
from engine.files import cannot_read
from engine.motion.edits import Edits
from engine.skeleton import JOINT_FROM_KEYPOINT
from engine.wire import Wire

FORMAT = "openpose"
_VERSION = 1.1
_EMPTY = ("face_keypoints_2d", "hand_left_keypoints_2d", "hand_right_keypoints_2d", "pose_keypoints_3d")


def write(recording: Path, folder: Path, edits: Edits, people: Sequence[int] | None, progress: Progress) -> None:
    """Write the folder, whole or not at all; PosecastError if there is something of that name already."""
    if folder.exists():
        raise PosecastError(f"there is a {folder} already", "give the folder another name")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise PosecastError(f"cannot write {folder}: {error.strerror}", "choose another folder") from error
    try:
        _fill(temporary, recording, edits, people, progress)
        temporary.chmod(0o777 & ~_umask())
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _fill(folder: Path, recording: Path, edits: Edits, people: Sequence[int] | None, progress: Progress) -> None:
    size, done = recording.stat().st_size or 1, 0
    try:
        with recording.open("rb") as lines:
            for number, (scene, line) in enumerate(kept(lines, edits)):
                shown = sorted(edited_people(scene["people"], edits, people), key=lambda person: int(person["id"]))
                for camera, seen in _cameras(scene, shown):
                    _write(folder, camera or recording.stem, bool(camera), number, seen)
                done += len(line)
                progress(min(1.0, done / size))
    except (ValueError, KeyError, TypeError) as error:
        raise cannot_read(recording.name, error) from error


def _cameras(scene: Wire, people: Sequence[Wire]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each camera, '' for the only one, and whom it sees."""
    if not scene.get("cameras"):
        yield "", [_person(person, person["keypoints_2d"]) for person in people]
    for name in scene.get("cameras", ()):
        views = [(person, person.get("views", {}).get(name)) for person in people]
        yield name, [_person(person, view["keypoints_2d"]) for person, view in views if view is not None]


def _person(person: Wire, keypoints: Sequence[Sequence[float] | None]) -> dict[str, Any]:
    flat = [value for joint in JOINT_FROM_KEYPOINT for value in keypoints[joint] or (0, 0, 0)]
    return {"person_id": [int(person["id"])], "pose_keypoints_2d": flat, **{name: [] for name in _EMPTY}}


def _write(folder: Path, name: str, several: bool, number: int, people: Sequence[dict[str, Any]]) -> None:
    safe = "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name)
    folder = folder / f"{safe}_json" if several else folder
    folder.mkdir(exist_ok=True)
    text = json.dumps({"version": _VERSION, "people": list(people)})
    (folder / f"{safe}_{number:012d}_keypoints.json").write_text(text, encoding="utf-8")
