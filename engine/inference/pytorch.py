"""Adapter: the network on PyTorch (CPU, CUDA, MPS). Takes `.pth`.

Finds out what PyTorch supports on this machine without importing it, if possible: torch takes seconds and hundreds
of megabytes, and a server that runs another backend does not need it.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import PosecastError
from engine.inference.installed import INSTALL_PYTORCH, version_of
from engine.inference.nvidia import gpu_count
from engine.inference.offers import matching, no_device, no_precision

if TYPE_CHECKING:
    from engine.inference.pytorch_backend import PyTorchBackend

_AMD_GPU = Path("/dev/kfd")
_CPU_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}
"""Processor flags; without one of them, PyTorch emulates bf16, which is slower than float32."""
_AMPERE = 8
"""The first major compute capability that supports bf16."""


def version() -> str | None:
    """PyTorch's version; None if it is not installed."""
    return version_of("torch")


def devices() -> tuple[str, ...]:
    """'cpu', then 'cuda:0' and on, 'mps'."""
    installed = version()
    if installed is None:
        return ()
    if installed.endswith("+cpu") or not _gpu_hinted():
        return ("cpu",)
    import torch

    gpus = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    return ("cpu", *gpus, *(["mps"] if torch.backends.mps.is_available() else []))


def precisions(device: str) -> tuple[str, ...]:
    """The precisions that `device`, one of `devices()`, computes natively."""
    if device == "cpu":
        return ("fp32", "bf16") if _cpu_has_bf16(Path("/proc/cpuinfo")) else ("fp32",)
    if device == "mps":
        return ("fp32", "fp16")
    import torch

    major, _ = torch.cuda.get_device_capability(device)
    return ("fp32", "fp16", "bf16") if major >= _AMPERE else ("fp32", "fp16")


def open_model(
    path: Path,
    *,
    device: str,
    precision: str,
    size: tuple[int, int],
    raw_input: bool | None,
    features: bool | None = None,
) -> PyTorchBackend:
    """`device`: one of `devices()`, 'cuda' for the first of them. `raw_input`: see ModelSpec; a .pth takes
    (x - 128) / 255 by default. Ready for pictures of `size` (height, width), and takes any other."""
    found = devices()
    if not found:
        raise PosecastError("the package torch is not installed", INSTALL_PYTORCH)
    name = matching(found, device)
    if name is None:
        raise PosecastError(*no_device("pytorch", device, found))
    offered = precisions(name)
    if precision not in offered:
        raise PosecastError(*no_precision("pytorch", precision, name, offered))
    from engine.inference.pytorch_backend import PyTorchBackend

    backend = PyTorchBackend(path, device=name, precision=precision, raw_input=raw_input is True, features=features)
    backend.prepare(size)
    return backend


def _gpu_hinted() -> bool:
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return gpu_count() > 0 or _AMD_GPU.exists()


def _cpu_has_bf16(cpuinfo: Path) -> bool:
    """Whether the flags that Linux lists include bf16 ('flags' on x86, 'Features' on ARM); False on other systems."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.split() for line in lines if line.startswith(("flags", "Features"))), [])
    return not _CPU_BF16.isdisjoint(flags)
