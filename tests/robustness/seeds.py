"""Good camera files of every format, small, to be damaged."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np

from engine.geometry import REFERENCE_CAMERA, rotation_from_vector

_R, _T_CM = REFERENCE_CAMERA.R, REFERENCE_CAMERA.t * 100
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

_ROWS = np.column_stack([_R, _T_CM / 100])
_TOML = f"""[cam_01]
name = "cam_01"
size = [1920.0, 1080.0]
matrix = {_K.tolist()}
distortions = [0.1, -0.2, 0.0, 0.0]
rotation = {_RVEC.tolist()}
translation = {_T_CM.tolist()}
[metadata]
unit = "cm"
"""
_KALIBR = f"""cam0:
  T_cam_imu: {[*_ROWS.tolist(), [0, 0, 0, 1]]}
  camera_model: pinhole
  intrinsics: [1000, 1010, 960, 540]
  resolution: [1920, 1080]
"""
_SKELETOOL = f"""Skeletool Camera Calibration File V1.0
name          0
  size        1920 1080
  intrinsic   1000 0 960 0 0 1010 540 0 0 0 1 0 0 0 0 1
  extrinsic   {" ".join(str(number) for number in [*_ROWS.ravel(), 0, 0, 0, 1])}
"""
_COLMAP = "# images\n1 0.98 0.0 0.199 0.0 0.1 1.2 2.5 1 frame.jpg\n\n"
_MATRIX = "\n".join(" ".join(str(number) for number in row) for row in [*_ROWS, (0, 0, 0, 1)])
_MATLAB = f"R = {str(_R).replace(chr(10), ';')};\nt = {_T_CM / 100};\n"
_QUALISYS = f"""<calibration><cameras><camera active="1" serial="cam01">
<fov_video bottom="1079" left="0" right="1919" top="0"/>
<transform {" ".join(f'r{1 + i // 3}{1 + i % 3}="{number}"' for i, number in enumerate(_R.ravel()))} x="1" y="2" z="3"/>
<intrinsic centerPointU="61440" centerPointV="34560" focalLengthU="64000" focalLengthV="64640"/>
</camera></cameras></calibration>"""
_TEXTS = (_TOML, _KALIBR, _SKELETOOL, _COLMAP, _MATRIX, _MATLAB, _QUALISYS)
_PLACED = (
    {"R": _R.tolist(), "T": _T_CM.tolist(), "fx": 1000, "fy": 1010, "cx": 960, "cy": 540, "unit": "cm"},
    {"rotation_quaternion": [0.8, 0.6, 0.0, 0.0], "location": {"x": 0.1, "y": -3, "z": 1.6}, "unit": "m", "up": "+z"},
    {"extrinsics": {"R": _R.tolist(), "t": _T_CM.tolist()}, "intrinsics": {"focal_length": 1000, "center": [960, 540]}},
)

SEEDS: tuple[bytes, ...] = (
    json.dumps({"R": _R.tolist(), "t": [[x] for x in _T_CM]}).encode(),
    json.dumps({"R": _R.tolist(), "t": _T_CM.tolist(), "unit": "cm", "up": "-y"}, indent=1).encode(),
    _panoptic(),
    _ONE_PANOPTIC,
    _BY_HAND,
    *(_storage(suffix, R=_R, t=_T_CM / 100, camera_matrix=_K, image_width=1920, image_height=1080)
      for suffix in (".yml", ".xml", ".json")),
    *(_storage(suffix, rvec=_RVEC, tvec=_T_CM, unit="cm", D=np.zeros(5)) for suffix in (".yml", ".xml", ".json")),
    *(text.encode() for text in _TEXTS),
    *(json.dumps(values).encode() for values in _PLACED),
)  # fmt: skip
