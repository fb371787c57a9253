"""Good camera files of every format, small, to be damaged."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np

from engine.geometry import DEFAULT_CAMERA, rotation_from_vector

_R, _T_CM = DEFAULT_CAMERA.R, DEFAULT_CAMERA.t * 100
_K = np.array([[1000.0, 0, 960], [0, 1010.0, 540], [0, 0, 1]])
_RVEC = np.array([0.1, -0.2, 0.3])


def _storage(suffix: str, **values: Any) -> bytes:
    """What OpenCV's own FileStorage writes."""
    file = cv2.FileStorage(f"camera{suffix}", cv2.FILE_STORAGE_WRITE | cv2.FILE_STORAGE_MEMORY)
    for name, value in values.items():
        file.write(name, value)
    return bytes(file.releaseAndGetString().encode())


def _panoptic() -> bytes:
    cameras = [
        {
            "name": f"00_0{index}",
            "type": "hd",
            "resolution": [1920, 1080],
            "K": _K.tolist(),
            "distCoef": [-0.2, 0.1, 0, 0, 0],
            "R": (_R @ rotation_from_vector(np.array([0.0, index, 0.0]))).tolist(),
            "t": [[x] for x in _T_CM],
        }
        for index in range(2)
    ]
    return json.dumps({"calibDataSource": "somewhere", "cameras": cameras}).encode()


_BY_HAND = b"""# measured with a tape
unit: cm
cameras:
  - name: left   # the one over the door
    R: [[1, 0, 0], [0, 1, 0],
        [0, 0, 1]]
    t: [0, 100, 250.5]
    'image_size': [1280, 720]
"""
_ONE_PANOPTIC = json.dumps(json.loads(_panoptic())["cameras"][0]).encode()

SEEDS: tuple[bytes, ...] = (
    json.dumps({"R": _R.tolist(), "t": [[x] for x in _T_CM]}).encode(),
    json.dumps({"R": _R.tolist(), "t": _T_CM.tolist(), "unit": "cm", "up": "-y"}, indent=1).encode(),
    _panoptic(),
    _ONE_PANOPTIC,
    _BY_HAND,
    *(_storage(suffix, R=_R, t=_T_CM / 100, camera_matrix=_K, image_width=1920, image_height=1080)
      for suffix in (".yml", ".xml", ".json")),
    *(_storage(suffix, rvec=_RVEC, tvec=_T_CM, unit="cm", D=np.zeros(5)) for suffix in (".yml", ".xml", ".json")),
)  # fmt: skip
