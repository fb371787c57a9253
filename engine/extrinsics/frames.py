"""Checks of a camera that require its frames: whether K is for pictures of their shape."""

from __future__ import annotations

from dataclasses import replace

from engine import framing
from engine.errors import PosecastError
from engine.extrinsics.field_of_view import NO_LENS_DEG, field_of_view, field_of_view_doubts, not_pixels
from engine.extrinsics.lens import centre_doubts
from engine.geometry import Camera, CameraSpec


def check_frames(spec: CameraSpec, size: tuple[int, int], fx: float | None) -> list[str]:
    """Warnings about `spec` for frames of `size`, with the focal length `fx` that was given, if any.

    PosecastError where its K is for another picture, or `fx` is not in pixels.
    """
    if fx is None and _is_misfit(spec, size):
        raise PosecastError(_misfit(spec, size), "give the camera file for frames of this shape, or --fx")
    if fx is not None and field_of_view(fx, size[0]) > NO_LENS_DEG:
        raise PosecastError(*not_pixels(fx, size[0]))
    return frame_warnings(spec, replace(spec, fx=fx).for_image(*size), fx)


def frame_warnings(spec: CameraSpec, camera: Camera, fx: float | None = None) -> list[str]:
    """Warnings about `camera`, which is `spec` for some frames; `fx` where it was given by hand."""
    size = camera.image_size
    warnings = []
    if spec.K is not None and spec.resolution is not None:
        warnings += _about_size(spec, size)
    elif spec.K is not None:
        warnings += [f'{doubt} Add "image_size": [width, height]' for doubt in centre_doubts(spec.K, size)]
    if fx is not None and field_of_view_doubts("", camera.fx, camera.fy, size):
        warnings.append("; ".join(not_pixels(fx, size[0])))
    elif fx is None and spec.K is not None and spec.resolution is None:
        warnings += field_of_view_doubts("the file's focal length", camera.fx, camera.fy, size)
    return warnings


def _is_misfit(spec: CameraSpec, size: tuple[int, int]) -> bool:
    return spec.K is not None and spec.resolution is not None and framing.fit(spec.resolution, size) == "misfit"


def _misfit(spec: CameraSpec, size: tuple[int, int]) -> str:
    own = spec.resolution or size
    return (
        f"the camera file is for images of {own[0]} x {own[1]}, and frames of {size[0]} x {size[1]} have another shape"
    )


def _about_size(spec: CameraSpec, size: tuple[int, int]) -> list[str]:
    own = spec.resolution or size
    if _is_misfit(spec, size):
        return [f"{_misfit(spec, size)}: its intrinsics are not used"]
    told = f"the camera file is for images of {own[0]} x {own[1]} and the frames are {size[0]} x {size[1]}"
    changes = ["turned upright" if size[1] > size[0] else "turned on its side"] if framing.is_turned(own, size) else []
    changes += ["cropped at the middle"] if framing.fit(own, size) == "cropped" else []
    return [f"{told}: K is taken for the same picture, {' and '.join(changes)}"] if changes else []
