"""Adapter: the network on TensorRT 8.5 to 11. Takes posecast's engines (`.engine`) and torch2trt's (`-trt.pth`).

Only the named-tensor API is used, which all these versions have. An engine runs only on the GPU model and TensorRT
version that it was built for. Device memory is allocated by PyTorch.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import PosecastError
from engine.files import cannot_read
from engine.inference.engine_file import EngineHeader, platform_name, read_engine
from engine.inference.installed import require, version_of
from engine.inference.nvidia import gpu_count
from engine.inference.signature import assumed_input
from engine.inference.tensorrt_library import runtime

if TYPE_CHECKING:
    from engine.inference.tensorrt_backend import TensorRtBackend

_DISTRIBUTIONS = ("tensorrt", "tensorrt-cu13", "tensorrt-cu12", "tensorrt-cu11", "tensorrt-bindings", "nvidia-tensorrt")


def version() -> str | None:
    return version_of(*_DISTRIBUTIONS)


def devices() -> tuple[str, ...]:
    """'cuda:0' and on."""
    if not gpu_count():
        raise PosecastError("TensorRT needs an NVIDIA GPU, and there is none", "check the driver with nvidia-smi")
    runtime()
    require("TensorRT", "torch")
    import torch

    if not torch.cuda.is_available():
        raise PosecastError("TensorRT needs a PyTorch with CUDA for its memory", "install torch with CUDA")
    return tuple(f"cuda:{index}" for index in range(torch.cuda.device_count()))


def precisions(device: str) -> tuple[str, ...]:
    """Precisions of engines; every GPU that TensorRT 8.5 and later support computes all of them."""
    return ("fp32", "fp16", "int8")


def open_model(
    path: Path,
    *,
    device: str,
    precision: str,
    size: tuple[int, int],
    raw_input: bool | None,
    features: bool | None = None,
) -> TensorRtBackend:
    """`precision` and `size` are ignored: the engine has its own, and computes all of its outputs."""
    if path.suffix == ".engine":
        header, serialized = read_engine(path)
        check_platform(header, path, device)
        takes_raw = header.raw_input if raw_input is None else raw_input
        return _backend(path, serialized, device, header.precision, takes_raw, features)
    backend = _backend(path, torch2trt_engine(path), device, "unknown", raw_input is True, features)
    backend.info = replace(backend.info, assumed_input=assumed_input(raw_input is True, raw_input, None))
    return backend


def _backend(
    path: Path, serialized: bytes, device: str, precision: str, raw_input: bool, features: bool | None
) -> TensorRtBackend:
    from engine.inference.tensorrt_backend import TensorRtBackend

    return TensorRtBackend(path, serialized, device=device, precision=precision, raw_input=raw_input, features=features)


def gpu(device: str) -> tuple[str, tuple[int, int]]:
    """Name and compute capability of a GPU."""
    import torch

    return torch.cuda.get_device_name(device), torch.cuda.get_device_capability(device)


def check_platform(header: EngineHeader, path: Path, device: str) -> None:
    """PosecastError if the engine was built by another TensorRT version or for another GPU."""
    here = platform_name(runtime().__version__, *gpu(device))
    if header.platform != here:
        raise PosecastError(
            f"the engine {path} was built for {header.platform}, but this is {here}",
            "build it here: posecast convert CHECKPOINT --to tensorrt",
        )


def torch2trt_engine(path: Path) -> bytes:
    """The serialized engine of a torch2trt file, read without running code it may hold."""
    import torch

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        return bytes(content["engine"])
    except OSError as error:
        raise cannot_read(path, error) from error
    except Exception as error:
        raise PosecastError(f"{path} is not a torch2trt model, or is damaged", "convert it again") from error
