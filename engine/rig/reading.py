"""Reads `rig.toml`: the keys of each camera, paths relative to the file, calibrations inline or in a file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.bus import bus_address, is_bus
from engine.errors import PosecastError
from engine.extrinsics import Calibration, load_calibration
from engine.extrinsics.cameras import FileCamera
from engine.extrinsics.understanding import assuming, understand
from engine.files import cannot_read
from engine.geometry import METRES_PER_UNIT, UP_AXES
from engine.rig.rig import Rig, RigCamera, named_briefly
from engine.rig.world import in_one_world

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SUFFIX = ".toml"
MAX_BYTES = 1024 * 1024
LONGEST_OFFSET_S = 3600.0
INLINE = ("matrix", "distortions", "rotation", "translation", "size")
"""The camera's own values, in metres and pixels, in the layout of anipose and Pose2Sim."""
_IGNORED = ("name", "fisheye")
"""Further keys of that layout, which say nothing that is needed."""
CAMERA_KEYS = ("source", "calibration", "offset_s", *INLINE, *_IGNORED)
UNITS = tuple(METRES_PER_UNIT)
"""Of lengths in the calibrations, where they do not say theirs; of values in the rig's file metres otherwise."""
_TOP_KEYS = ("cameras", "up", "unit", "metadata")
_ELSEWHERE = re.compile(r"\d+|[a-z]+://.*|demo(:.*)?|(upload|recording|browser)(:.*)?", re.IGNORECASE | re.DOTALL)
"""Sources that are no paths."""


def is_rig(text: str) -> bool:
    """Whether a SOURCE is the file of a rig."""
    return text.lower().endswith(SUFFIX) and "://" not in text


def read_rig(path: Path) -> Rig:
    """The rig in the file `path`. Cameras may lack a calibration; sources are not opened.

    PosecastError that names the file, the camera and the key if something is wrong.
    """
    values = _values(path)
    try:
        _check_is_rig(values, path)
        _check_keys(values, _TOP_KEYS, "the file")
        up, unit = (_one_of(key, choices, values.get(key)) for key, choices in (("up", UP_AXES), ("unit", UNITS)))
        cameras = values.get("cameras")
        if not isinstance(cameras, dict) or len(cameras) < 2:
            raise PosecastError("a rig has two cameras at least", "write [cameras.NAME] with a source for each")
        read = tuple(_camera(name, table, path, up, unit) for name, table in cameras.items())
        _check_sources(read)
        placed, warnings = in_one_world(read, up)
    except PosecastError as error:
        raise PosecastError(f"{path.name}: {error.error}", error.hint) from error
    return Rig(path, placed, warnings)


def _values(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise cannot_read(f"the rig {path.name}", error) from error
    if len(data) > MAX_BYTES:
        raise PosecastError(f"{path.name} is larger than {MAX_BYTES // 1024} KiB", "give a rig.toml, see docs/rigs.md")
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise PosecastError(f"{path.name} is not text", "give a rig.toml, see docs/rigs.md") from error
    except (ValueError, RecursionError) as error:
        reason = str(error) or "nested too deeply"
        hint = (
            "give each camera a name of its own" if "twice" in reason or "overwrite" in reason else "correct the file"
        )
        raise PosecastError(f"{path.name} is not valid TOML: {reason:.200}", hint) from error


def _check_is_rig(values: Mapping[str, Any], path: Path) -> None:
    tables = [name for name, table in values.items() if isinstance(table, dict) and "matrix" in table]
    if tables and "cameras" not in values:
        raise PosecastError(
            "this is a camera file, which names no sources",
            f'write a rig.toml with [cameras.NAME], its source and calibration = "{path.name}#{tables[0]}"',
        )


def _check_keys(values: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in values:
        if key not in known:
            raise PosecastError(f"{where} has an unknown key {key!r:.80}", f"keys are {', '.join(known)}")


def _one_of(key: str, choices: Iterable[str], value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value in choices):
        return value
    raise PosecastError(f"{key} is {value!r:.40}", f"{key} must be one of {', '.join(choices)}")


def _camera(name: str, table: Any, rig: Path, up: str | None, unit: str | None) -> RigCamera:
    where = f"cameras.{name}"
    if not isinstance(table, dict):
        raise PosecastError(f"{where} is {table!r:.40}", f"write a table: [{where}]")
    _check_keys(table, CAMERA_KEYS, where)
    source, offset = table.get("source"), table.get("offset_s", 0.0)
    if source is None or source == "":
        raise PosecastError(f"{where} has no source", 'write for example source = "left.mp4"')
    if not isinstance(source, str):
        hint = f'write it in quotes: source = "{source}"' if type(source) is int else 'write source = "left.mp4"'
        raise PosecastError(f"the source of {where} is {source!r:.40}", hint)
    if not isinstance(offset, (int, float)) or isinstance(offset, bool) or not abs(offset) <= LONGEST_OFFSET_S:
        raise PosecastError(f"offset_s of {where} is {offset!r:.40}", "write seconds, for example offset_s = 0.2")
    try:
        return RigCamera(name, _source(source, rig), _calibration(name, table, rig, up, unit), float(offset))
    except PosecastError as error:
        raise PosecastError(f"{where}: {error.error}", error.hint) from error


def _source(text: str, rig: Path) -> str:
    if is_bus(text):
        bus_address(text)
    if _ELSEWHERE.fullmatch(text):
        return text
    path = Path(text).expanduser()
    path = path if path.is_absolute() else rig.parent / path
    if is_rig(text):
        if path.resolve() == rig.resolve():
            raise PosecastError("the rig is a camera of itself", "give the camera's own source")
        raise PosecastError(f"{text} is a rig, too", "list its cameras in this file instead")
    return str(path)


def _calibration(
    name: str, table: Mapping[str, Any], rig: Path, up: str | None, unit: str | None
) -> Calibration | None:
    inline = {key: table[key] for key in INLINE if key in table}
    named = table.get("calibration")
    if named is None:
        return understand(assuming(FileCamera(inline, "toml", name), unit=unit or "m", up=up)) if inline else None
    if not isinstance(named, str):
        raise PosecastError(f"calibration is {named!r:.40}", 'write calibration = "FILE" or "FILE#CAMERA"')
    if inline:
        raise PosecastError(f"both calibration and {next(iter(inline))} are given", "remove one of them")
    path = Path(named).expanduser()
    if (rig.parent / path).resolve() == rig.resolve():
        raise PosecastError(
            "its calibration is the rig's own file", "name a camera file, or write matrix and so on here"
        )
    file = named if path.is_absolute() else str(rig.parent / path)
    try:
        return load_calibration(file, unit=unit, up=up)
    except PosecastError as error:
        raise PosecastError(named_briefly(error.error, file.partition("#")[0]), error.hint) from error


def _check_sources(cameras: tuple[RigCamera, ...]) -> None:
    seen: dict[str, str] = {}
    for camera in cameras:
        other = seen.setdefault(_identity(camera.source), camera.name)
        if other != camera.name:
            raise PosecastError(f"{other} and {camera.name} have the same source", "give each camera its own")


def _identity(source: str) -> str:
    return source if _ELSEWHERE.fullmatch(source) else str(Path(source).resolve())
