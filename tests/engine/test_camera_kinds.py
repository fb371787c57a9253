"""One camera in every format: it is read correctly, refused, or read with a warning, never silently wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.extrinsics import Calibration, CalibrationTooLargeError, SeveralCamerasError, parse_calibration
from engine.extrinsics.rotation import from_quaternion
from engine.geometry import Array, CameraSpec

WIDTH, HEIGHT = 1280, 720
K = np.array([[1100.0, 0, 645], [0, 1105.0, 355], [0, 0, 1]])
LENS = {"fx": 1100.0, "fy": 1105.0, "cx": 645.0, "cy": 355.0}
GRAPHICS = np.diag([1.0, -1.0, -1.0])


def looking(position: tuple[float, float, float], target: tuple[float, float, float] = (0, 0, 0.9)) -> CameraSpec:
    """An upright camera in a world with z up."""
    C, up = np.array(position), np.array([0.0, 0, 1])
    z = np.array(target) - C
    z /= np.linalg.norm(z)
    x = np.cross(z, up)
    x /= np.linalg.norm(x)
    R = np.array([x, np.cross(z, x), z])
    return CameraSpec(R, -R @ C, "+z", K, (WIDTH, HEIGHT))


TRUTH = looking((1.5, -4.0, 1.6))
POSITION = np.array([1.5, -4.0, 1.6])
R, T = TRUTH.R, TRUTH.t


def pose(rotation: Array, place: Array) -> Array:
    return np.vstack([np.column_stack([rotation, place]), [0, 0, 0, 1]])


def rvec(rotation: Array) -> Array:
    angle = np.arccos((np.trace(rotation) - 1) / 2)
    axis = rotation[[2, 0, 1], [1, 2, 0]] - rotation[[1, 2, 0], [2, 0, 1]]
    return np.asarray(axis / (2 * np.sin(angle)) * angle)


def quaternion(rotation: Array) -> Array:
    """w, x, y, z."""
    angle = np.linalg.norm(rvec(rotation))
    return np.array([np.cos(angle / 2), *(rvec(rotation) / angle * np.sin(angle / 2))])


def rows(matrix: Array, between: str = " ") -> str:
    return "\n".join(between.join(f"{number:.9g}" for number in row) for row in np.atleast_2d(matrix))


def in_line(matrix: Array) -> str:
    return " ".join(f"{number:.9g}" for number in np.ravel(matrix))


def opencv(**matrices: Array) -> str:
    parts = [
        f"{name}: !!opencv-matrix\n   rows: {len(np.atleast_2d(value))}\n   cols: {np.atleast_2d(value).shape[1]}\n"
        f"   dt: d\n   data: {np.ravel(value).tolist()}\n"
        for name, value in matrices.items()
    ]
    return "%YAML:1.0\n---\n" + "".join(parts)


def xml(**matrices: Array) -> str:
    parts = [
        f'<{name} type_id="opencv-matrix"><rows>{len(np.atleast_2d(value))}</rows>'
        f"<cols>{np.atleast_2d(value).shape[1]}</cols><dt>d</dt><data>{in_line(value)}</data></{name}>"
        for name, value in matrices.items()
    ]
    return '<?xml version="1.0"?>\n<opencv_storage>' + "\n".join(parts) + "</opencv_storage>\n"


def toml(scale: float, *cameras: str) -> str:
    tables = [
        f'[{name}]\nname = "{name}"\nsize = [ {WIDTH}.0, {HEIGHT}.0]\nmatrix = {K.tolist()}\n'
        f"distortions = [ 0.01, -0.02, 0.0, 0.0]\nrotation = {rvec(R).tolist()}\n"
        f"translation = {(T * scale).tolist()}\nfisheye = false\n\n"
        for name in cameras
    ]
    return "".join(tables) + "[metadata]\nadjusted = false\nerror = 0.0\n"


def dumps(values: Any) -> str:
    return json.dumps(values, default=lambda value: np.asarray(value).tolist())


def xyz(vector: Array) -> dict[str, float]:
    return dict(zip("xyz", vector.tolist(), strict=True))


def read(text: str) -> Calibration:
    """The camera, the last one where there are several."""
    try:
        return parse_calibration(text.encode(), "camera")
    except SeveralCamerasError as error:
        return parse_calibration(text.encode(), "camera", error.names[-1])


def check(calibration: Calibration, *, with_K: bool) -> None:
    spec = calibration.spec
    np.testing.assert_allclose(-spec.R.T @ spec.t, POSITION, atol=1e-4)
    np.testing.assert_allclose(spec.R, R, atol=1e-6)
    if with_K:
        assert spec.K is not None
        np.testing.assert_allclose(spec.K, K, atol=1e-3)
    else:
        assert spec.K is None


KINDS: dict[str, Callable[[float], tuple[str, bool]]] = {
    "R, t and K of JSON": lambda s: (dumps({"R": R, "t": T * s, "K": K}), True),
    "a list of cameras": lambda s: (dumps([{"R": R, "t": T * s, "K": K}, {"R": R, "t": T * s, "K": K}]), True),
    "VoxelPose": lambda s: (dumps({"0": {"R": R, "T": (POSITION * s).reshape(3, 1), **LENS}}), True),
    "VoxelPose with distortion": lambda s: (dumps({"0": {"R": R, "T": POSITION * s, **LENS, "k": [[0.0]] * 3}}), True),
    "Human3.6M": lambda s: (dumps({"R": R, "T": POSITION * s, "f": [1100, 1105], "c": [645, 355]}), True),
    "T of JSON as a translation": lambda s: (dumps({"R": R, "T": T * s, "K": K}), True),
    "T of JSON as a position": lambda s: (dumps({"R": R, "T": POSITION * s, "K": K}), True),
    "R and a position": lambda s: (dumps({"R": R, "position": POSITION * s}), False),
    "a pose of parts": lambda s: (dumps({"rotation": R.T, "camera_position": xyz(POSITION * s)}), False),
    "extrinsic 4x4": lambda s: (dumps({"extrinsic": pose(R, T * s), "intrinsic": K}), True),
    "extrinsic 4x4 the other way": lambda s: (dumps({"extrinsic": pose(R.T, POSITION * s), "intrinsic": K}), True),
    "RT 3x4": lambda s: (dumps({"RT": pose(R, T * s)[:3], "K": K}), True),
    "camera to world": lambda s: (dumps({"cam_to_world": pose(R.T, POSITION * s)}), False),
    "pose, whichever": lambda s: (dumps({"pose": pose(R.T, POSITION * s)}), False),
    "Blender's matrix_world": lambda s: (dumps({"matrix_world": pose((GRAPHICS @ R).T, POSITION * s)}), False),
    "NeRF": lambda s: (
        dumps({**LENS, "frames": [{"file_path": "a", "transform_matrix": pose((GRAPHICS @ R).T, POSITION * s)}]}),
        True,
    ),
    "OpenGL's view matrix": lambda s: (dumps({"view_matrix": pose(GRAPHICS @ R, GRAPHICS @ T * s)}), False),
    "4x4 text": lambda s: (rows(pose(R, T * s)), False),
    "4x4 text with tabs": lambda s: (rows(pose(R, T * s), "\t"), False),
    "4x4 text with commas": lambda s: (rows(pose(R, T * s), ", "), False),
    "4x4 text, camera to world": lambda s: (rows(pose(R.T, POSITION * s)), False),
    "4x4 text for row vectors": lambda s: (rows(pose(R, T * s).T), False),
    "3x4 text": lambda s: (rows(pose(R, T * s)[:3]), False),
    "NumPy's print": lambda s: (str(pose(R, T * s)), False),
    "NumPy's repr": lambda s: (repr(pose(R, T * s)), False),
    "MATLAB": lambda s: (f"R = [{rows(R).replace(chr(10), '; ')}];\nt = [{in_line(T * s)}]';\nK = {K!r};\n", True),
    "NumPy with names": lambda s: (f"R = {R!r}\nt = {T * s!r}\n", False),
    "NumPy with colons": lambda s: (f"R:\n{R}\nt:\n{T * s}\n", False),
    "anipose, Pose2Sim, FreeMoCap": lambda s: (toml(s, "cam_01", "cam_02"), True),
    "COLMAP": lambda s: (f"# images\n1 {in_line(quaternion(R))} {in_line(T * s)} 1 frame.jpg\n\n", False),
    "Skeletool": lambda s: (
        f"Skeletool Camera Calibration File V1.0\nname 0\n  sensor 10 10\n  size {WIDTH} {HEIGHT}\n"
        f"  intrinsic {in_line(pose(K, np.zeros(3)))}\n  extrinsic {in_line(pose(R, T * s))}\n  radial 0\n",
        True,
    ),
    "EasyMocap": lambda s: (
        '%YAML:1.0\n---\nnames:\n   - "1"\n' + opencv(R_1=rvec(R).reshape(3, 1), Rot_1=R, T_1=T.reshape(3, 1) * s)[14:],
        False,
    ),
    "OpenPose": lambda s: (xml(CameraMatrix=pose(R, T * s)[:3], Intrinsics=K, Distortion=np.zeros((8, 1))), True),
    "OpenCV with vectors": lambda s: (opencv(rvec=rvec(R), tvec=T * s, camera_matrix=K), True),
    "OpenCV's R and T": lambda s: (opencv(R=R, T=T.reshape(3, 1) * s, camera_matrix=K), True),
    "OpenCV's XML": lambda s: (xml(CameraMatrix=K, RotationVector=rvec(R), TranslationVector=T * s), True),
    "OpenCV's stereo": lambda s: (opencv(R=R, T=T * s, M1=K, D1=np.zeros(5), M2=K, D2=np.zeros(5)), True),
    "nested": lambda s: (dumps({"extrinsics": {"R": R, "t": T * s}, "intrinsics": LENS}), True),
    "nested, capitals": lambda s: (
        dumps({"Extrinsics": {"Rotation": R, "Translation": T * s}, "Intrinsics": {"Focal_Length": [1100, 1105],
               "Principal_Point": [645, 355]}}),
        True,
    ),
    "side by side": lambda s: (dumps({"extrinsics": {"a": {"R": R, "t": T * s}}, "intrinsics": {"a": {"K": K}}}), True),
    "capitals": lambda s: (dumps({"ROTATION_MATRIX": R, "TVEC": T * s, "Camera_Matrix": K}), True),
    "a kinematic file": lambda s: (dumps({"frames": [{"x": 1}], "cameras": [{"id": 3, "R": R, "t": T * s}]}), False),
    "rotation as x, y, z, w": lambda s: (
        dumps({"rotation": {**xyz(quaternion(R.T)[1:]), "w": quaternion(R.T)[0]}, "position": xyz(POSITION * s)}),
        False,
    ),
    "VideoPose3D": lambda s: (
        dumps({"orientation": quaternion(R), "translation": POSITION * s, "center": [645, 355],
               "focal_length": [1100, 1105], "res_w": WIDTH, "res_h": HEIGHT}),
        True,
    ),
    "Blender's quaternion": lambda s: (
        dumps({"rotation_quaternion": quaternion((GRAPHICS @ R).T), "location": POSITION * s}), False
    ),
}  # fmt: skip


@pytest.mark.parametrize("scale", [1.0, 100.0, 1000.0])
@pytest.mark.parametrize("kind", KINDS)
def test_a_camera_without_a_unit_is_read_right_and_the_unit_is_said(kind: str, scale: float) -> None:
    text, with_K = KINDS[kind](scale)
    if kind == "OpenCV's stereo" and scale == 100:
        with pytest.raises(PosecastError, match="both fit"):  # two cameras 46 cm apart are no rarity
            read(text)
        return
    calibration = read(text)
    check(calibration, with_K=with_K)
    assert calibration.unit == {1.0: "m", 100.0: "cm", 1000.0: "mm"}[scale]
    assert any("unit" in warning for warning in calibration.warnings)


@pytest.mark.parametrize("scale", [1.0, 1000.0])
@pytest.mark.parametrize("values", [{"R": R}, {"R": R, "K": K, "distCoef": [0.0] * 5, "type": "hd"}])
def test_formats_that_are_in_centimetres_stay_so_and_are_doubted(values: dict[str, Any], scale: float) -> None:
    calibration = read(dumps({**values, "t": T * scale}))
    np.testing.assert_allclose(calibration.spec.t, T * scale / 100)
    instead = "metres" if scale == 1 else "millimetres"
    assert any(f"it would be 4.6 m in {instead}: check the unit" in warning for warning in calibration.warnings)


def test_two_units_that_fit_are_refused() -> None:
    with pytest.raises(PosecastError, match=r"centimetres \(11.0 m away\) and millimetres \(1.1 m away\) both fit"):
        read(dumps({"rvec": rvec(R), "tvec": T / np.linalg.norm(T) * 1100}))


@pytest.mark.parametrize(("unit", "scale"), [("m", 1.0), ("cm", 100.0), ("mm", 1000.0)])
@pytest.mark.parametrize("name", ["t", "tvec", "translation", "T"])
def test_a_unit_in_the_name_of_t_is_believed(name: str, unit: str, scale: float) -> None:
    calibration = read(dumps({"rvec": rvec(R), f"{name}_{unit}": T * scale, "up": "+z"}))
    check(calibration, with_K=False)
    assert calibration.warnings == ()


def test_a_file_that_says_everything_is_read_without_a_word() -> None:
    said = {"unit": "m", "up": "+z", "width": WIDTH, "height": HEIGHT}
    for lens in ({**LENS}, {"K": K}, {"focal_length": [1100, 1105], "principal_point": [645, 355]},
                 {"intrinsics": [1100, 1105, 645, 355]}, {"fx": 1100, "fy": 1105, "ppx": 645, "ppy": 355}):  # fmt: skip
        calibration = read(dumps({"R": R, "t": T, **said, **lens}))
        check(calibration, with_K=True)
        assert calibration.warnings == ()
        assert calibration.spec.resolution == (WIDTH, HEIGHT)


def test_unit_and_up_for_all_cameras_may_stand_beside_them() -> None:
    cameras = [{"name": name, "R": R, "t": T} for name in "ab"]
    calibration = read(dumps({"unit": "m", "up": "+z", "cameras": cameras}))
    check(calibration, with_K=False)
    assert calibration.warnings == ()


@pytest.mark.parametrize("position", [(3, 2.5, 2.2), (0.2, 5, 1.1), (-2.5, 3, 1.4), (1.5, -4, 1.6)])
def test_a_position_under_the_name_of_t_is_doubted(position: tuple[float, float, float]) -> None:
    spec = looking(position)
    (warning,) = read(dumps({"R": spec.R, "t": position, "unit": "m", "up": "+z"})).warnings
    assert "t is the camera's position" in warning


def test_what_may_be_two_things_is_refused() -> None:
    spec = looking((3, 2.5, 2.2))
    with pytest.raises(PosecastError, match="may be"):
        read(dumps({"quaternion": quaternion(spec.R), "translation": spec.t}))


def test_what_was_read_is_said() -> None:
    def told(values: dict[str, Any]) -> str:
        return " | ".join(read(dumps(values)).warnings)

    assert "camera's position" in told({"R": R, "T": POSITION, **LENS})
    assert "not as Euler angles" in told({"rotation": [1.35, 0.0, 0.36], "translation": [1.5, -4.0, 1.6]})
    assert "+z is up" in told({"rvec": rvec(R), "tvec": T})
    assert "not used of the file: fov, sensor_scale" in told({"R": R, "t": T, "fov": 60, "sensor_scale": 2})
    assert "not used of the file: T" in told({"R": R, "t": T, "T": [1, 2, 3]})
    assert "Blender's XYZ Euler angles in degrees" in told({"rotation_euler": [77.0, 0, 20], "location": [1, -4, 1.6]})
    images = f"1 {in_line(quaternion(R))} {in_line(T)} 1 frame.jpg\n"
    assert any("intrinsics are in cameras.txt" in warning for warning in read(images).warnings)
    assert "read as height and width" in told({"R": R, "t": T, "K": K, "image_size": [HEIGHT, WIDTH]})
    assert "field of view of 174 degrees" in told(
        {"R": R, "t": T, "K": [[35, 0, 640], [0, 35, 360], [0, 0, 1]], "image_size": [WIDTH, HEIGHT]}
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"R: {R.tolist()}\nt: [0, 1, 4]\nt: [0, 10, 40]\nunit: m\n", "line 3 repeats t"),
        ('{"R": 1, "t": [0, 0, 1], "t": [0, 0, 2]}', "t occurs twice"),
        ("<opencv_storage><t>0 0 1</t><t>0 0 2</t></opencv_storage>", "t occurs twice"),
        ("R = 1\nR = 2\n", "not TOML"),
        (dumps({"R": R, "r": R.T, "t": T}), "R and r have different values"),
        (dumps({"R": R, "rvec": [0, 0, 0.1], "t": T}), "different rotations"),
        (dumps({"R": R, "t": T, "K": K, "fx": 900, "fy": 900, "cx": 640, "cy": 360}), "K and fx differ"),
        (dumps({"R": R, "t": T, "focal_length": 4.2, "image_size": [1280, 720]}), "36 mm wide sensor: 149 pixels"),
        (dumps({"R": R, "t": T, "fx": 0.86, "fy": 1.5, "cx": 0.5, "cy": 0.5}), "millimetres, or parts of the width"),
        (dumps({"R": R, "t": T, "intrinsics": [1100, 645, 1105, 355]}), "must be fx, fy, cx, cy"),
        (dumps({"euler": [1, 2, 3], "position": [1, 2, 3]}), "Euler angles"),
        (dumps({"quaternion": [1, 2, 3, 4], "position": [1, 2, 3]}), "length 1"),
        (dumps({"R": R, "t_mm": T, "unit": "m"}), "unit is 'm', but t_mm means mm"),
        (dumps({"R": R, "t": T, "K": K @ pose(R, T)[:3]}), "projection"),
        (dumps({"extrinsics": {"R": R, "t": T}, "intrinsics": {"t": [1, 2, 3]}}), "t occurs twice"),
        ("cam0:\n  camera_model: omni\n  intrinsics: [1, 500, 500, 320, 240]\n", "only pinhole"),
    ],
)
def test_contradictions_are_refused(text: str, words: str) -> None:
    with pytest.raises(PosecastError) as caught:
        read(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        f"image_width: {WIDTH}\nimage_height: {HEIGHT}\ncamera_name: c\ncamera_matrix:\n  rows: 3\n  cols: 3\n"
        f"  data: {K.ravel().tolist()}\ndistortion_model: plumb_bob\nprojection_matrix:\n  rows: 3\n  cols: 4\n"
        f"  data: {np.column_stack([K, np.zeros(3)]).ravel().tolist()}\n",
        f"height: {HEIGHT}\nwidth: {WIDTH}\nD: [0, 0]\nK: {K.ravel().tolist()}\n"
        "R: [1, 0, 0, 0, 1, 0, 0, 0, 1]\nP: [1]\n",
        f"# cameras\n1 OPENCV {WIDTH} {HEIGHT} 1100 1105 645 355 0 0 0 0\n",
        f"1 PINHOLE {WIDTH} {HEIGHT} 1100 1105 645 355\n",
        dumps({**LENS, "width": WIDTH, "height": HEIGHT}),
        opencv(K_1=K, dist_1=np.zeros(5)) + f"W_1: {WIDTH}\nH_1: {HEIGHT}\n",
    ],
)
def test_intrinsics_alone_are_read_and_said_to_be(text: str) -> None:
    calibration = read(text)
    np.testing.assert_allclose(calibration.spec.K, K)
    assert calibration.spec.resolution == (WIDTH, HEIGHT)
    assert "intrinsics alone" in calibration.warnings[0]


def test_a_kalibr_chain_is_multiplied() -> None:
    lens = f"  camera_model: pinhole\n  intrinsics: [1100, 1105, 645, 355]\n  resolution: [{WIDTH}, {HEIGHT}]\n"
    step = pose(R, T / 2)
    half = f"  T_cn_cnm1: {step.tolist()}\n"
    chain = parse_calibration(f"cam0:\n{lens}cam1:\n{half}{lens}cam2:\n{half}{lens}".encode(), "chain", "cam2")
    np.testing.assert_allclose(pose(chain.spec.R, chain.spec.t), step @ step, atol=1e-9)
    check(read(f"cam0:\n  T_cam_imu: {pose(R, T).tolist()}\n{lens}"), with_K=True)
    check(read(f"cam0:\n  T_imu_cam: {pose(R.T, POSITION).tolist()}\n{lens}"), with_K=True)


def test_qualisys_is_in_millimetres_and_64ths_of_pixels() -> None:
    axes = GRAPHICS @ R
    entries = " ".join(f'r{row + 1}{column + 1}="{axes[row, column]!r}"' for row in range(3) for column in range(3))
    x, y, z = POSITION * 1000
    text = (
        (
            f'<?xml version="1.0" encoding="ASCII"?><calibration><cameras><camera active="1" serial="c1">'
            f'<fov_video left="0" top="0" right="{WIDTH - 1}" bottom="{HEIGHT - 1}"/>'
            f'<transform {entries} x="{x}" y="{y}" z="{z}"/><intrinsic focalLengthU="{1100 * 64}" '
            f'focalLengthV="{1105 * 64}" centerPointU="{645 * 64}" centerPointV="{355 * 64}" radialDistortion1="0.0"/>'
            "</camera></cameras></calibration>"
        )
        .replace("np.float64(", "")
        .replace(")", "")
    )
    calibration = read(text)
    check(calibration, with_K=True)
    assert (calibration.unit, calibration.spec.up, calibration.name) == ("mm", "+z", "c1")
    assert calibration.spec.resolution == (WIDTH, HEIGHT)
    assert calibration.warnings == ()


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 2, 3, 0)])
def test_quaternions_are_rotations(order: tuple[int, ...]) -> None:
    np.testing.assert_allclose(from_quaternion("q", quaternion(R)), R, atol=1e-12)
    name = "quaternion_wxyz" if order[0] == 0 else "quaternion_xyzw"
    both = {name: quaternion(R.T)[list(order)], "position": POSITION, "up": "+z", "unit": "m"}
    check(read(dumps(both)), with_K=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-3", 1e-3), ("012", 12.0), ("+5", 5.0), ("1.", 1.0), (".5", 0.5), ("-1.e+02", -100.0)],
)
def test_numbers_of_yaml_are_what_people_and_opencv_write(text: str, value: float) -> None:
    calibration = read(f"R: {R.tolist()}\nt: [{text}, 0, 4]\nunit: m\nup: '+z'\n")
    assert calibration.spec.t[0] == value


@pytest.mark.parametrize(("text", "words"), [(".Nan", "NaN"), ("-.Inf", "infinity"), ("1:30", "not made of numbers")])
def test_what_is_not_a_number_stays_so(text: str, words: str) -> None:
    with pytest.raises(PosecastError, match=words):
        read(f"R: {R.tolist()}\nt: [{text}, 0, 4]\n")


def test_files_of_more_than_64_kib_are_json_of_many_cameras() -> None:
    cameras = [{"name": str(number), "R": R, "t": T, "K": K} for number in range(521)]
    text = dumps({"cameras": cameras})
    assert 64 * 1024 < len(text) < 1024 * 1024
    check(parse_calibration(text.encode(), "dome.json", "507"), with_K=True)
    for padded in (
        dumps({"R": R, "t": T, "note": "x" * 66_000}),
        dumps(cameras[:1]) + " " * 66_000,
        toml(1, *"ab") * 199,
    ):
        with pytest.raises(CalibrationTooLargeError, match="64 KiB"):
            parse_calibration(padded.encode(), "camera")
