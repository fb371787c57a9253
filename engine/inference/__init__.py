"""The table of backends: lists them, reports what each supports on this machine, chooses one, and opens it.

Each adapter is a module of this package with `version`, `devices`, `precisions` and `open_model`. It is imported on
first use, and imports its library only when necessary.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from engine.errors import PosecastError, first_line
from engine.inference.damage import check_is_binary
from engine.inference.nvidia import gpu_count
from engine.inference.offers import matching, no_device, no_precision
from engine.types import Backend, ModelSpec

NAMES = ("pytorch", "openvino", "onnxruntime", "tensorrt")
_BY_SPEED = ("openvino", "onnxruntime", "pytorch", "tensorrt")
_BY_SPEED_ON_NVIDIA = ("tensorrt", "pytorch", "onnxruntime")
"""On NVIDIA GPUs PyTorch is first: its CUDA graph takes 1.0 ms on an H100, ONNX Runtime's single kernels 3.8 ms."""
_ACCELERATORS = ("cuda", "mps")
"""How the names of devices begin that are faster than the processor, in lower case. A GPU of OpenVINO's may not be:
its adapter puts the better device first."""
_PROCESSORS = ("cpu", "auto")
_KEEPS_COMPILED = "openvino"
"""The backend that can cache compiled models in a folder."""

FORMATS = {
    "pth": ("pytorch", "openvino", "onnxruntime", "tensorrt"),
    "onnx": ("onnxruntime", "openvino"),
    "xml": ("openvino",),
    "engine": ("tensorrt",),
    "trt-pth": ("tensorrt",),
}
"""Which backends a model file can run on, by format; a checkpoint (.pth) is converted to what the backend takes."""

_PACKAGES = {"pytorch": ("torch", "'posecast[pytorch]'"), "tensorrt": ("tensorrt", "'posecast[tensorrt]'")}
"""Of the backends that not every installation has, (the package, what to install)."""

Quantised = Callable[[str, str], bool]
"""quantised(backend, device): whether the cache has an INT8 model that was verified on this backend and device."""


class Adapter(Protocol):
    """The interface of every adapter module."""

    def version(self) -> str | None: ...

    def devices(self) -> tuple[str, ...]: ...

    def precisions(self, device: str) -> tuple[str, ...]: ...

    def open_model(
        self,
        path: Path,
        *,
        device: str,
        precision: str,
        size: tuple[int, int],
        raw_input: bool | None,
        features: bool | None = None,
        **extra: Any,
    ) -> Backend:
        """`features`: see ModelSpec; so is `raw_input`."""
        ...


@dataclass(frozen=True, slots=True)
class BackendReport:
    """The availability of a backend on this machine."""

    name: str
    available: bool
    reason: str | None
    """Why it is not available; None if it is."""
    devices: tuple[str, ...]
    precisions: tuple[str, ...]
    """The precisions of all devices together."""
    version: str | None


def adapter(name: str) -> Adapter:
    if name not in NAMES:
        raise PosecastError(f"unknown backend {name!r}", f"backends are: {', '.join(NAMES)}")
    return import_module(f"engine.inference.{name}")


def available(refresh: bool = False) -> tuple[BackendReport, ...]:
    """A report for every backend, in the order of NAMES; determined once, and again on `refresh`."""
    if refresh:
        report.cache_clear()
    return tuple(report(name) for name in NAMES)


@cache
def report(name: str) -> BackendReport:
    """The report of backend `name`; PosecastError for an unknown name."""
    module = adapter(name)
    version = module.version()
    if version is None:
        return BackendReport(name, False, _missing(name), (), (), None)
    try:
        devices = module.devices()
        precisions = dict.fromkeys(precision for device in devices for precision in module.precisions(device))
    except PosecastError as error:
        return BackendReport(name, False, error.error, (), (), version)
    except Exception as error:  # noqa: BLE001 - libraries fail to load in more ways than can be listed
        return BackendReport(name, False, f"{name} does not load: {first_line(error)}", (), (), version)
    if not devices:
        return BackendReport(name, False, f"{name} finds no device to run on", (), (), version)
    return BackendReport(name, True, None, devices, tuple(precisions), version)


def _missing(name: str) -> str:
    """Why the backend is not available, and what to do: some of the packages are extras."""
    package, install = _PACKAGES.get(name, (name, name))
    return f"the package {package} is not installed; pip install {install}"


def file_format(path: Path) -> str:
    """The key of FORMATS for a model file; PosecastError for a file of no known format."""
    if path.suffix == ".pth":
        return "trt-pth" if path.name.endswith("-trt.pth") or _holds_engine(path) else "pth"
    if path.suffix.lstrip(".") in FORMATS:
        return path.suffix.lstrip(".")
    raise PosecastError(f"{path} is not a model file", "models are .pth, .onnx, .xml, .engine or -trt.pth files")


def choose(spec: ModelSpec, path: Path, quantised: Quantised = lambda backend, device: False) -> ModelSpec:
    """The best of `choices`."""
    return next(choices(spec, path, quantised))


def choices(spec: ModelSpec, path: Path, quantised: Quantised = lambda backend, device: False) -> Iterator[ModelSpec]:
    """`spec` for the model file `path` with nothing left to choose: no 'auto' in backend, device or precision.

    A named backend gives one choice, 'auto' every backend that can run the model, the fastest first.
    `quantised` says whether a verified INT8 model is in the cache: only then, 'auto' chooses it.
    PosecastError, with the reason and what there is, where the machine or the file does not allow it.
    """
    fitting = FORMATS[file_format(path)]
    if spec.backend != "auto":
        adapter(spec.backend)
        if spec.backend not in fitting:
            raise PosecastError(f"{spec.backend} does not run {path.name}", f"it runs on {', '.join(fitting)}")
        yield _on(spec.backend, spec, quantised)
        return
    found: list[ModelSpec] = []
    refusals = {}
    for name, on_gpu in _candidates(fitting):
        try:
            chosen = _on(name, spec, quantised)
        except PosecastError as error:  # noqa: PERF203 - a handful
            refusals[name] = error.error
        else:
            if chosen not in found and (_accelerated(chosen.device) or not on_gpu):
                found.append(chosen)
                yield chosen
    if not found:
        reasons = "; ".join(refusals.values())
        raise PosecastError(f"no backend here runs {path.name} as asked: {reasons}", "see posecast doctor")


def alternatives(spec: ModelSpec, path: Path) -> tuple[ModelSpec, ...]:
    """`spec` on every backend and device that runs the model file `path` here: GPUs first, then the fastest first.

    The precision is kept where it is supported. INT8 is left to `choose`, which knows whether it is cached.
    """
    on_gpu = _BY_SPEED_ON_NVIDIA if gpu_count() else _BY_SPEED
    fitting = FORMATS[file_format(path)]
    pairs = [(name, device, True) for name in on_gpu if name in fitting for device in report(name).devices]
    pairs += [(name, device, False) for name in _BY_SPEED if name in fitting for device in report(name).devices]
    return tuple(
        replace(spec, backend=name, device=device, precision=_kept_precision(name, device, spec.precision))
        for name, device, gpu in pairs
        if _accelerated(device) == gpu and device.lower() != "auto"  # OpenVINO's AUTO is one of the other devices
    )


def _kept_precision(name: str, device: str, asked: str) -> str:
    offered = adapter(name).precisions(device)
    return asked if asked in offered and asked != "int8" else "auto"


def _candidates(fitting: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """(backend, whether it counts only with a GPU), the fastest first."""
    if gpu_count():
        yield from ((name, True) for name in _BY_SPEED_ON_NVIDIA if name in fitting)
    yield from ((name, False) for name in _BY_SPEED if name in fitting)


def _accelerated(device: str) -> bool:
    return device.lower().startswith(_ACCELERATORS)


def create(spec: ModelSpec, path: Path, size: tuple[int, int], cache: Path) -> Backend:
    """Open the model file `path`, which the backend of `spec` can run without conversion; `spec` contains no 'auto'.

    `size`: (height, width) of the expected pictures. `cache`: folder for compiled models.
    """
    check_is_binary(path)
    extra = {"cache": cache} if spec.backend == _KEEPS_COMPILED else {}
    return adapter(spec.backend).open_model(
        path,
        device=spec.device,
        precision=spec.precision,
        size=size,
        raw_input=spec.raw_input,
        features=spec.features,
        **extra,
    )


def _on(name: str, spec: ModelSpec, quantised: Quantised) -> ModelSpec:
    """`spec` with device and precision chosen for one backend."""
    found = report(name)
    if not found.available:
        assert found.reason is not None
        raise PosecastError(found.reason, "see posecast doctor")
    device = _device(found, spec.device)
    offered = adapter(name).precisions(device)
    return replace(spec, backend=name, device=device, precision=_precision(name, device, offered, spec, quantised))


def auto_device(found: BackendReport) -> str:
    """The device that 'auto' means for an available backend: an accelerator, otherwise the backend's own preference."""
    return next(filter(_accelerated, found.devices), found.devices[0])


def _device(found: BackendReport, asked: str) -> str:
    if asked == "auto":
        return auto_device(found)
    device = matching(found.devices, asked)
    if device is None:
        raise PosecastError(*no_device(found.name, asked, found.devices))
    return device


def _precision(name: str, device: str, offered: tuple[str, ...], spec: ModelSpec, quantised: Quantised) -> str:
    if spec.precision == "auto":
        if "int8" in offered and quantised(name, device):
            return "int8"
        # On processors that support bf16, fp16 is not faster.
        order = ("bf16", "fp32") if device.lower().startswith(_PROCESSORS) else ("bf16", "fp16", "fp32")
        return next(precision for precision in order if precision in offered)
    if spec.precision not in offered:
        raise PosecastError(*no_precision(name, spec.precision, device, offered))
    return spec.precision


def _holds_engine(path: Path) -> bool:
    """Whether a .pth holds a TensorRT engine in torch2trt's layout, seen by its keys, without unpickling anything."""
    try:
        with zipfile.ZipFile(path) as archive:
            pickles = [name for name in archive.namelist() if name.endswith("data.pkl")]
            content = archive.read(pickles[0]) if pickles else b""
    except zipfile.BadZipFile:  # PyTorch before 1.6 wrote bare pickles
        content = path.read_bytes()
    except OSError:
        return False
    return b"input_names" in content and b"output_names" in content
