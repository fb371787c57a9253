"""Compares a requested device or precision with what a backend supports here, and words the refusals."""

from __future__ import annotations

from collections.abc import Sequence

Refusal = tuple[str, str]
"""(error, hint), the arguments of a PosecastError."""


def matching(devices: Sequence[str], asked: str) -> str | None:
    """The device that `asked` names, in any case: exactly, or as the first of several (cuda: cuda:0, GPU: GPU.0)."""
    name = asked.lower()
    exact = (device for device in devices if device.lower() == name)
    numbered = (device for device in devices if device.lower().startswith((f"{name}:", f"{name}.")))
    return next(exact, None) or next(numbered, None)


def no_device(backend: str, asked: str, devices: Sequence[str]) -> Refusal:
    return f"{backend} has no device {asked!r} here", f"its devices: {', '.join(devices)}"


def no_precision(backend: str, asked: str, device: str | None, precisions: Sequence[str]) -> Refusal:
    """`device`: None if no device of the backend supports the precision."""
    where = "here" if device is None else f"on {device}"
    hint = f"it runs {', '.join(precisions)}{' there' if device else ''}"
    if (backend, asked) == ("pytorch", "int8"):
        hint += "; for int8 use openvino, onnxruntime or tensorrt"
    return f"{backend} does not run {asked} {where}", hint
