"""Adapter: the network on TensorRT 8.5 to 11. Takes engines of ours (`.engine`) and of torch2trt (`-trt.pth`)."""

from __future__ import annotations

from importlib import metadata

from engine.errors import PosecastError
from engine.inference.nvidia import gpu_count

_DISTRIBUTIONS = ("tensorrt", "tensorrt-cu13", "tensorrt-cu12", "tensorrt-lean", "nvidia-tensorrt")


def version() -> str | None:
    return next(filter(None, map(_installed, _DISTRIBUTIONS)), None)


def _installed(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def devices() -> tuple[str, ...]:
    """'cuda:0' and on."""
    if not gpu_count():
        raise PosecastError("TensorRT needs an NVIDIA GPU, and none answers", "check the driver with nvidia-smi")
    return tuple(f"cuda:{index}" for index in range(gpu_count()))


def precisions(device: str) -> tuple[str, ...]:
    return ("fp32", "fp16")
