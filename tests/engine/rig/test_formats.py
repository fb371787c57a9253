"""Calibrations of whole rigs, as other programs write them: read alike, with their unit found, told or asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.capture.stage import CAMERA_SPECS, IMAGE_SIZE
from engine.errors import PosecastError
from engine.extrinsics.camera_toml import camera_toml
from engine.geometry import Array, CameraSpec
from engine.rig import Rig, read_rig

LENS = (-0.05, 0.14, 0.0006, -0.0007)
NAMES = ("1", "2", "3")
SPECS = tuple(
    CameraSpec(spec.R, spec.t, spec.up, spec.K, IMAGE_SIZE, distortion=LENS) for spec in CAMERA_SPECS[: len(NAMES)]
)


def storage(path: Path, **values: Any) -> None:
    """A file as OpenCV writes it; lists of texts as sequences."""
    file = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    for name, value in values.items():
        if isinstance(value, list):
            file.startWriteStruct(name, cv2.FileNode_SEQ)
            for item in value:
                file.write("", item)
            file.endWriteStruct()
        else:
            file.write(name, value)
    file.release()


def vector(R: Array) -> Array:
    return np.asarray(cv2.Rodrigues(np.asarray(R, float))[0])


def between(first: CameraSpec, second: CameraSpec) -> tuple[Array, Array]:
    """R and t that take points of the first camera to the second."""
    R = second.R @ first.R.T
    return R, second.t - R @ first.t


def stereo_pair(folder: Path, scale: float, ending: str = "yml") -> str:
    R, T = between(*SPECS[:2])
    lens = np.array([LENS])
    values = {"M1": np.asarray(SPECS[0].K), "D1": lens, "M2": np.asarray(SPECS[1].K), "D2": lens}
    storage(folder / f"stereo.{ending}", **values, R=R, T=scale * T.reshape(3, 1))
    return f"stereo.{ending}"


def samples_pair(folder: Path, scale: float) -> str:
    """The two files of OpenCV's sample of stereo calibration."""
    R, T = between(*SPECS[:2])
    lenses = {f"{key}{at + 1}": value for at, spec in enumerate(SPECS[:2])
              for key, value in (("M", np.asarray(spec.K)), ("D", np.array([LENS])))}  # fmt: skip
    storage(folder / "intrinsics.yml", **lenses)
    storage(folder / "extrinsics.yml", R=R, T=scale * T.reshape(3, 1), R1=R, P1=np.eye(3, 4))
    return "extrinsics.yml"


def easymocap(folder: Path, scale: float) -> str:
    lenses: dict[str, Any] = {"names": [*NAMES]}
    poses: dict[str, Any] = {"names": [*NAMES]}
    for name, spec in zip(NAMES, SPECS, strict=True):
        lenses |= {f"K_{name}": np.asarray(spec.K), f"dist_{name}": np.array([[*LENS, 0.0]])}
        lenses |= {f"H_{name}": IMAGE_SIZE[1], f"W_{name}": IMAGE_SIZE[0]}
        poses |= {f"R_{name}": vector(spec.R), f"Rot_{name}": spec.R, f"T_{name}": scale * spec.t.reshape(3, 1)}
    storage(folder / "intri.yml", **lenses)
    storage(folder / "extri.yml", **poses)
    return "extri.yml"


def kalibr(folder: Path, scale: float) -> str:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    chain: dict[str, Any] = {}
    for at, spec in enumerate(SPECS):
        assert spec.K is not None
        chain[f"cam{at}"] = {
            "camera_model": "pinhole",
            "distortion_coeffs": list(LENS),
            "distortion_model": "radtan",
            "intrinsics": [float(spec.K[place]) for place in ((0, 0), (1, 1), (0, 2), (1, 2))],
            "resolution": list(IMAGE_SIZE),
        }
        if at:
            R, t = between(SPECS[at - 1], spec)
            chain[f"cam{at}"]["T_cn_cnm1"] = [*np.column_stack([R, scale * t]).tolist(), [0.0, 0.0, 0.0, 1.0]]
    (folder / "camchain.yaml").write_text(yaml.dump(chain))
    return "camchain.yaml"


def of_anipose(folder: Path, scale: float) -> str:
    cameras = pytest.importorskip("aniposelib.cameras", reason="aniposelib is not installed: make test-long does it")
    group = [
        cameras.Camera(
            matrix=np.asarray(spec.K), dist=np.array(LENS), size=IMAGE_SIZE, rvec=vector(spec.R).ravel(),
            tvec=scale * spec.t, name=name,
        )
        for name, spec in zip(NAMES, SPECS, strict=True)
    ]  # fmt: skip
    cameras.CameraGroup(group, metadata={"adjusted": True, "error": 0.3}).dump(str(folder / "anipose.toml"))
    return "anipose.toml"


def rig_of(folder: Path, file: str, names: tuple[str, ...], top: str = "") -> Rig:
    tables = (
        f'[cameras.c{at}]\nsource = "demo:{at}"\ncalibration = "{file}#{name}"\n' for at, name in enumerate(names)
    )
    (folder / "rig.toml").write_text(f"{top}\n" + "".join(tables))
    return read_rig(folder / "rig.toml")


def check(rig: Rig) -> None:
    """That the cameras have their lenses, and stand to one another as they do."""
    for camera, spec in zip(rig.cameras, SPECS, strict=False):
        assert camera.spec is not None
        assert camera.spec.distortion[:4] == LENS
        np.testing.assert_allclose(camera.spec.K, spec.K, rtol=1e-6)
    for one, two, first, second in zip(rig.cameras, rig.cameras[1:], SPECS, SPECS[1:], strict=False):
        assert one.spec is not None
        assert two.spec is not None
        for found, true in zip(between(one.spec, two.spec), between(first, second), strict=True):
            np.testing.assert_allclose(found, true, atol=1e-5)


WRITERS: dict[str, tuple[Callable[[Path, float], str], tuple[str, ...]]] = {
    "OpenCV stereo pair, YAML": (stereo_pair, ("1", "2")),
    "OpenCV stereo pair, XML": (lambda folder, scale: stereo_pair(folder, scale, "xml"), ("1", "2")),
    "OpenCV stereo pair, JSON": (lambda folder, scale: stereo_pair(folder, scale, "json"), ("1", "2")),
    "OpenCV's sample": (samples_pair, ("1", "2")),
    "EasyMocap": (easymocap, NAMES),
}
ANIPOSE = pytest.param(of_anipose, NAMES, marks=pytest.mark.long, id="anipose")


@pytest.mark.parametrize(("write", "names"), [*(pytest.param(*one, id=name) for name, one in WRITERS.items()), ANIPOSE])
@pytest.mark.parametrize(("scale", "unit"), [(1.0, "metres"), (1000.0, "millimetres")])
def test_the_unit_is_found_and_told(
    tmp_path: Path, write: Callable[[Path, float], str], names: tuple[str, ...], scale: float, unit: str
) -> None:
    rig = rig_of(tmp_path, write(tmp_path, scale), names)
    check(rig)
    assert any(f"t is taken for {unit}" in warning for warning in rig.warnings)


def test_kalibrs_unit_is_known(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, kalibr(tmp_path, 1.0), ("cam0", "cam1", "cam2"), 'unit = "mm"')
    check(rig)
    assert not any("unit" in warning for warning in rig.warnings)


def test_two_cameras_in_one_housing_are_asked_for_their_unit(tmp_path: Path) -> None:
    """A pair 10 cm apart, in millimetres: centimetres would be a room's size, and wrong."""
    distance = float(np.linalg.norm(between(*SPECS[:2])[1]))
    file = stereo_pair(tmp_path, 100 / distance)
    with pytest.raises(PosecastError, match="both fit") as refused:
        rig_of(tmp_path, file, ("1", "2"))
    assert 'unit = "mm"' in refused.value.hint
    rig = rig_of(tmp_path, file, ("1", "2"), 'unit = "mm"')
    assert all(camera.calibration is not None and camera.calibration.unit == "mm" for camera in rig.cameras)
    second = rig.cameras[1].spec
    assert second is not None
    assert np.linalg.norm(second.t) == pytest.approx(0.1)
    assert not any("unit" in warning for warning in rig.warnings)
    with pytest.raises(PosecastError, match="unit is 'inch'"):
        rig_of(tmp_path, file, ("1", "2"), 'unit = "inch"')


def test_values_in_the_rigs_file_have_its_unit(tmp_path: Path) -> None:
    tables = camera_toml(dict(zip("ab", SPECS, strict=False))).split("[metadata]")[0]
    inline = tables.replace("[cam_0]", '[cameras.a]\nsource = "0"').replace("[cam_1]", '[cameras.b]\nsource = "1"')
    (tmp_path / "rig.toml").write_text(inline)
    check(read_rig(tmp_path / "rig.toml"))
    (tmp_path / "rig.toml").write_text('unit = "cm"\n' + inline)
    first = read_rig(tmp_path / "rig.toml").cameras[0].spec
    assert first is not None
    np.testing.assert_allclose(first.t, SPECS[0].t / 100, atol=1e-9)


def test_a_camera_on_its_side_is_no_reason_to_doubt(tmp_path: Path) -> None:
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    turned = CameraSpec(quarter @ SPECS[1].R, quarter @ SPECS[1].t, "+y", SPECS[1].K, IMAGE_SIZE)
    (tmp_path / "c.toml").write_text(camera_toml({"1": SPECS[0], "2": turned, "3": SPECS[2]}))
    assert rig_of(tmp_path, "c.toml", NAMES).warnings == ()


def test_a_camera_below_the_floor_is_doubted(tmp_path: Path) -> None:
    below = CameraSpec(SPECS[1].R, SPECS[1].t + SPECS[1].R @ [0, 4.0, 0], "+y", SPECS[1].K, IMAGE_SIZE)
    (tmp_path / "c.toml").write_text(camera_toml({"1": SPECS[0], "2": below, "3": SPECS[2]}))
    assert any(warning.startswith("c1: ") for warning in rig_of(tmp_path, "c.toml", NAMES).warnings)


def test_a_missing_lens_is_told(tmp_path: Path) -> None:
    samples_pair(tmp_path, 1.0)
    (tmp_path / "intrinsics.yml").unlink()
    warnings = rig_of(tmp_path, "extrinsics.yml", ("1", "2")).warnings
    assert sum("no focal length" in warning for warning in warnings) == 2
