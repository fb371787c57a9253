"""What can only be said of a camera once its frames have come: whether they are pictures that its K is for."""

from __future__ import annotations

from engine import framing
from engine.errors import PosecastError
from engine.extrinsics.lens import field_of_view, field_of_view_doubts
from engine.geometry import Camera, CameraSpec

OFF_CENTRE = 0.25
"""Of the frame's side: how far from its middle the principal point of a K for the same frames may be."""
FULL_FRAME_MM = 36.0
"""Width of the sensor that '35 mm equivalents' are about."""
NO_LENS_DEG = 170.0
"""A field of view that a mistaken unit explains, and nothing else."""


def check_frames(spec: CameraSpec, size: tuple[int, int], fx: float | None) -> list[str]:
    """Warnings about `spec` for frames of `size`, with the focal length `fx` that was given, if any.

    PosecastError where its K is for another picture, or `fx` is not in pixels.
    """
    if fx is None and _is_misfit(spec, size):
        raise PosecastError(_misfit(spec, size), "give the camera file for frames of this shape, or --fx")
    if fx is not None and field_of_view(fx, size[0]) > NO_LENS_DEG:
        raise PosecastError(*_not_pixels(fx, size))
    return frame_warnings(spec, spec.for_image(*size, fx), fx)


def frame_warnings(spec: CameraSpec, camera: Camera, fx: float | None = None) -> list[str]:
    """Warnings about `camera`, which is `spec` for some frames; `fx` where it was given by hand."""
    size = camera.image_size
    warnings = []
    if spec.K is not None and spec.resolution is not None:
        warnings += _about_size(spec, size)
    elif spec.K is not None:
        warnings += _about_centre(spec, size)
    if fx is not None and field_of_view_doubts("", camera.fx, camera.fy, size):
        warnings.append("; ".join(_not_pixels(fx, size)))
    elif fx is None and spec.K is not None and spec.resolution is None:
        warnings += field_of_view_doubts("the file's focal length", camera.fx, camera.fy, size)
    return warnings


def _is_misfit(spec: CameraSpec, size: tuple[int, int]) -> bool:
    return spec.K is not None and spec.resolution is not None and framing.fit(spec.resolution, size) == "misfit"


def _misfit(spec: CameraSpec, size: tuple[int, int]) -> str:
    own = spec.resolution or size
    return f"the camera file is for images of {own[0]} x {own[1]}, and the frames, {size[0]} x {size[1]}, have another shape"


def _about_size(spec: CameraSpec, size: tuple[int, int]) -> list[str]:
    own = spec.resolution or size
    if _is_misfit(spec, size):
        return [f"{_misfit(spec, size)}: its intrinsics are not used"]
    told = f"the camera file is for images of {own[0]} x {own[1]} and the frames are {size[0]} x {size[1]}"
    changes = ["turned upright" if size[1] > size[0] else "turned on its side"] if framing.is_turned(own, size) else []
    changes += ["cropped at the middle"] if framing.fit(own, size) == "cropped" else []
    return [f"{told}: K is taken for the same picture, {' and '.join(changes)}"] if changes else []


def _about_centre(spec: CameraSpec, size: tuple[int, int]) -> list[str]:
    cx, cy = (float(value) for value in spec.K[:2, 2]) if spec.K is not None else (0.0, 0.0)
    if abs(cx / size[0] - 0.5) <= OFF_CENTRE and abs(cy / size[1] - 0.5) <= OFF_CENTRE:
        return []
    return [
        f"K has its principal point at {cx:.0f}, {cy:.0f}, far from the middle of {size[0]} x {size[1]} frames: it may "
        'be for another image size; add "image_size": [width, height]'
    ]


def _not_pixels(fx: float, size: tuple[int, int]) -> tuple[str, str]:
    """A focal length that is too short, and what it would be if it were millimetres."""
    angle = field_of_view(fx, size[0])
    pixels = fx / FULL_FRAME_MM * size[0]
    error = f"a focal length of {fx:g} pixels is a field of view of {angle:.0f} degrees"
    return error, f"if it is {fx:g} mm, of a 36 mm wide sensor: {pixels:.0f} pixels"
