"""COLMAP's text model: images.txt, world to camera with a quaternion w x y z, and cameras.txt, intrinsics alone."""

from __future__ import annotations

import re
from typing import Any

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_IMAGE = re.compile(rf"\d+((?:[ \t]+{_NUMBER}){{7}})[ \t]+(\d+)[ \t]+(\S.*)")
_CAMERA = re.compile(rf"(\d+)[ \t]+([A-Z][A-Z_]+)[ \t]+(\d+)[ \t]+(\d+)((?:[ \t]+{_NUMBER})+)")
_ONE_FOCAL = ("SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL", "SIMPLE_RADIAL_FISHEYE", "RADIAL_FISHEYE")
_AS_IN_OPENCV = ("SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV", "FULL_OPENCV")
"""Models whose distortion has OpenCV's order."""
_MAX_LINE = 4096
"""Maximum length of a line that is parsed; lines of points may be long, and are ignored."""


def read_colmap(text: str) -> dict[str, Any] | None:
    """{'cameras': [...]}, None if the text is not COLMAP's."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and line[0] != "#" and len(line) < _MAX_LINE]
    if not lines:
        return None
    if _CAMERA.fullmatch(lines[0]):
        return {"cameras": [_camera(match) for line in lines if (match := _CAMERA.fullmatch(line))]}
    if _IMAGE.fullmatch(lines[0]):
        return {"cameras": [_image(match) for line in lines if (match := _IMAGE.fullmatch(line))]}
    return None


def _image(match: re.Match[str]) -> dict[str, Any]:
    pose = [float(word) for word in match[1].split()]
    return {"name": match[3], "qvec": pose[:4], "tvec": pose[4:]}


def _camera(match: re.Match[str]) -> dict[str, Any]:
    name, model, width, height, text = match.groups()
    values = [float(word) for word in text.split()]
    camera: dict[str, Any] = {"name": name, "width": int(width), "height": int(height)}
    if model in _ONE_FOCAL:
        camera |= {"focal_length": values[0], "principal_point": values[1:3], "distortion": values[3:]}
    else:
        camera |= {"focal_length": values[:2], "principal_point": values[2:4], "distortion": values[4:]}
    if model not in _AS_IN_OPENCV:
        camera["distortion_model"] = model.lower()
    return camera
