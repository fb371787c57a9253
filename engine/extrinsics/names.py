"""The names that files use for the parameters of a camera, and the shapes that values must have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from engine.errors import PosecastError
from engine.geometry import Array

ROTATION = (
    "R", "rotation", "rotation_matrix", "rotation_vector", "rvec", "R_matrix", "rot", "rot_mat", "r_vec", "rmat",
    "rotation_mat", "rot_matrix", "rot_vec", "rodrigues", "R_world_to_camera", "R_w2c", "R_cw",
)  # fmt: skip
"""Names of a rotation from the world to the camera: a matrix or a rotation vector."""
ROTATION_TO_WORLD = ("R_camera_to_world", "R_cam_to_world", "R_c2w", "R_wc")
QUATERNION = (
    "qvec", "quaternion", "quat", "q", "orientation", "rotation_quaternion", "quaternion_wxyz", "quaternion_xyzw",
    "quat_wxyz", "quat_xyzw", "orientation_wxyz", "orientation_xyzw",
)  # fmt: skip
EULER = ("rotation_euler", "euler", "euler_angles", "rotation_euler_xyz", "rpy", "ypr")
TRANSLATION = (
    "t", "translation", "translation_vector", "tvec", "t_vec", "trans", "trans_vec", "t_world_to_camera", "t_w2c",
)  # fmt: skip
POSITION = (
    "position", "camera_position", "cam_position", "cam_pos", "pos", "location", "camera_location", "loc",
    "camera_center", "camera_centre", "cam_center", "eye", "camera_origin", "optical_center", "C", "t_c2w", "t_wc",
)  # fmt: skip
POSE_TO_CAMERA = (
    "extrinsic", "extrinsics", "extrinsic_matrix", "extrinsics_matrix", "RT", "R_t", "w2c", "world_to_camera",
    "world_to_cam", "world2cam", "world2camera", "T_cam_imu", "T_cam_world", "T_camera_world", "T_cw", "T_c_w",
    "cam_from_world", "camera_from_world", "cam_T_world", "camera_extrinsics", "cam_extrinsics", "extrinsic_params",
)  # fmt: skip
"""Names of 4x4 or 3x4 matrices that transform world points to the camera frame."""
POSE_TO_WORLD = (
    "c2w", "cam_to_world", "camera_to_world", "cam2world", "camera2world", "T_world_cam", "T_world_camera", "T_wc",
    "T_w_c", "T_imu_cam", "world_from_cam", "world_from_camera", "world_T_cam", "camera_pose", "cam_pose",
)  # fmt: skip
POSE_OF_GRAPHICS = ("matrix_world", "transform_matrix")
"""Names of camera-to-world matrices with the camera looking along -z and y up, as in Blender and NeRF."""
POSE_OF_VIEW = ("view_matrix", "modelview", "modelview_matrix", "world_view_transform")
"""Names of world-to-camera matrices with the camera looking along -z and y up, as in OpenGL."""
POSE_OF_EITHER = (
    "pose",
    "transform",
    "transformation",
    "matrix",
    "pose_matrix",
    "transformation_matrix",
    "T_matrix",
    "T",
)
POSES = POSE_TO_CAMERA + POSE_TO_WORLD + POSE_OF_GRAPHICS + POSE_OF_VIEW + POSE_OF_EITHER

INTRINSICS = (
    "K", "camera_matrix", "M", "intrinsic_matrix", "intrinsics", "intrinsic", "cam_matrix", "mtx", "intrinsics_matrix",
    "camera_intrinsics", "cam_intrinsics", "matrix", "calibration_matrix", "K_matrix", "newcameramtx",
    "intrinsic_mat", "intrinsics_mat",
)  # fmt: skip
FX = ("fx", "f_x", "fl_x", "focal_x", "focal_length_x", "alpha_x", "focal_length_u")
FY = ("fy", "f_y", "fl_y", "focal_y", "focal_length_y", "alpha_y", "focal_length_v")
CX = ("cx", "c_x", "ppx", "u0", "principal_x", "principal_point_x", "center_x", "x0")
CY = ("cy", "c_y", "ppy", "v0", "principal_y", "principal_point_y", "center_y", "y0")
FOCAL = ("focal_length", "focal", "focal_lengths", "f", "focal_length_px", "focal_px", "lens", "focal_length_mm")
CENTRE = ("principal_point", "principal", "center", "centre", "pp", "optical_centre", "image_center", "c")
DISTORTION = (
    "distCoef", "dist_coeffs", "dist_coef", "distortion", "distortion_coefficients", "D", "dist", "distortions",
    "distortion_coeffs", "distortion_params", "radial_distortion", "tangential_distortion", "radial", "k", "p",
    "k1", "k2", "k3", "p1", "p2", "dist_coefs", "distCoeff",
)  # fmt: skip
RESOLUTION = (
    "resolution", "image_size", "img_size", "size", "image_resolution", "imgSize", "frame_size", "image_shape_wh",
)  # fmt: skip
WIDTH = ("image_width", "width", "res_w", "w", "img_width", "frame_width", "resolution_x", "res_x")
HEIGHT = ("image_height", "height", "res_h", "h", "img_height", "frame_height", "resolution_y", "res_y")
UP = ("up", "up_axis")
UNIT = ("unit", "units", "length_unit", "length_units", "translation_unit", "t_unit", "world_unit")

_BETWEEN_WORDS = str.maketrans("", "", "_- .")
MAX_NUMBER = 1e12
"""Maximum absolute value: a camera a million kilometres away, in millimetres."""


def find(values: dict[str, Any], names: tuple[str, ...]) -> tuple[str, Any] | None:
    """(name in the file, value) of the first of `names` that is there; case and underscores do not matter.

    A name spelled as here is preferred: `t` is not `T` where a file has both.
    """
    for name in names:
        if values.get(name) is not None:
            return name, values[name]
    return next(every(values, names), None)


def every(values: dict[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """(name in the file, value) of each of `names` that is there, in the order of `names`; compared as in `find`."""
    known = {plain(name): name for name, value in reversed(values.items()) if value is not None}
    return ((known[name], values[known[name]]) for name in _plains(names) if name in known)


@lru_cache(maxsize=256)
def _plains(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(name) for name in names))


def plain(name: str) -> str:
    """'Rotation_Matrix' -> 'rotationmatrix'. K and k, C and c, P and p are different things, R and r are not."""
    letters = name.translate(_BETWEEN_WORDS)
    return letters if len(letters) == 1 and letters.lower() in "kcpq" else letters.lower()


def numbers(name: str, value: Any, expected: str) -> Array:
    """`value` as an array of finite numbers of any shape."""
    try:
        array = np.array(value, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise PosecastError(
            f"{name} is not made of numbers in rows of one length", f"{name} must be {expected}"
        ) from error
    if not np.isfinite(array).all():
        raise PosecastError(f"{name} contains NaN or infinity", f"{name} must be {expected}")
    if (np.abs(array) > MAX_NUMBER).any():
        raise PosecastError(f"{name} contains a number that is too large", f"{name} must be {expected}")
    return array


def shape_error(name: str, array: Array, expected: str) -> PosecastError:
    shape = " x ".join(str(length) for length in array.shape) or "a single number"
    return PosecastError(f"{name} is {shape}", f"{name} must be {expected}")
