"""Adapter: the network on ONNX Runtime (CPU, CUDA, CoreML, as its build has them). Takes `.onnx`.

Its TensorRT provider is not offered: TensorRT is a backend of its own here, and every GPU build lists that provider,
whether TensorRT is installed or not.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.cores import available_cores
from engine.errors import PosecastError, first_line
from engine.inference.damage import blamed
from engine.inference.installed import INSTALL_PYTORCH, version_of
from engine.inference.nvidia import gpu_count
from engine.inference.signature import (
    METADATA_INPUT,
    METADATA_PRECISION,
    assumed_input,
    check_input,
    input_tensor,
    match_outputs,
    takes_raw,
)
from engine.types import BackendInfo, Image, Maps

_DISTRIBUTIONS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-directml")
_PROVIDERS = {
    "CUDA": "CUDAExecutionProvider",
    "CPU": "CPUExecutionProvider",
    "CoreML": "CoreMLExecutionProvider",
}
"""Devices and their providers, the preferred one first."""
_PRECISIONS = {"CPU": ("fp32", "int8"), "CUDA": ("fp32", "fp16"), "CoreML": ("fp32",)}
"""Precisions that each provider computes natively; it runs others in fp32, between casts. None has good kernels in
bf16 for this network, and only the CPU in int8."""
_OPTIONS = {
    "CUDA": {"use_tf32": "0"},  # fp32 must not become TF32
    # The Neural Engine computes in fp16 whatever the model says; without it fp32 is fp32.
    "CoreML": {"ModelFormat": "MLProgram", "MLComputeUnits": "CPUAndGPU"},
}
_CUDA_FAILURE = re.compile(r"(CUDA|CUDNN|CUBLAS)\w* failure \d+: [^;]*")
"""The useful part of ONNX Runtime's long C++ messages about a failing GPU."""
_QUANTISED = ("QuantizeLinear", "QLinearConv", "ConvInteger")
_FATAL_ONLY = 4
"""Level 'fatal': ONNX Runtime raises the errors that it logs, or works around them, such as a hundred cuDNN plans that
do not suit a convolution."""


def version() -> str | None:
    return version_of(*_DISTRIBUTIONS)


@cache
def runtime() -> ModuleType:
    """The `onnxruntime` package, with its telemetry off.

    From 1.29 on, it reports sessions and models to its makers unless this variable is set before it is loaded; its
    own `disable_telemetry_events` comes too late, since it requires the loaded library.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    module = import_module("onnxruntime")
    module.disable_telemetry_events()
    module.set_default_logger_severity(_FATAL_ONLY)
    if gpu_count() and hasattr(module, "preload_dlls"):
        module.preload_dlls()  # the loader does not find CUDA libraries that were installed with pip
    return module


def devices() -> tuple[str, ...]:
    """Providers of this build that the machine has the hardware for."""
    present = runtime().get_available_providers()
    usable = (name for name in _PROVIDERS if name != "CUDA" or gpu_count())
    return tuple(name for name in usable if _PROVIDERS[name] in present)


def precisions(device: str) -> tuple[str, ...]:
    return _PRECISIONS[device]


def open_model(
    path: Path,
    *,
    device: str,
    precision: str,
    size: tuple[int, int],
    raw_input: bool | None,
    features: bool | None = None,
) -> OnnxRuntimeBackend:
    """`size` and `precision` are ignored: the model has its own."""
    return OnnxRuntimeBackend(path, _session(path, device), device, raw_input, features)


class OnnxRuntimeBackend:
    """One session, for every picture size that the model takes."""

    def __init__(self, path: Path, session: Any, device: str, raw_input: bool | None, features: bool | None) -> None:
        inputs, outputs = session.get_inputs(), session.get_outputs()
        self.fixed_size = check_input([port.shape for port in inputs], path)
        picked = match_outputs([(port.name, _channels(port.shape)) for port in outputs], path, features)
        metadata = session.get_modelmeta().custom_metadata_map
        says = metadata.get(METADATA_INPUT)
        self._raw_input = takes_raw(path, raw_input, says)
        self._input = inputs[0].name
        self._outputs = [outputs[index].name for index in picked if index is not None]
        self._has_features = picked[0] is not None
        self._run_options = _run_options() if len(self._outputs) < len(outputs) else None
        self._session = session
        stored = metadata.get(METADATA_PRECISION) or _precision_of(path)
        precision = stored if stored in _PRECISIONS[device] else "fp32"
        self.info = BackendInfo("onnxruntime", device, precision, assumed_input(self._raw_input, raw_input, says))

    def infer(self, image: Image) -> Maps:
        """(h, w, 3) uint8 BGR -> maps of (h / 8, w / 8)."""
        tensors = {self._input: input_tensor(image, self._raw_input)}
        maps = [result[0] for result in self._session.run(self._outputs, tensors, self._run_options)]
        return Maps(*maps) if self._has_features else Maps(None, *maps)

    def close(self) -> None:
        self._session = None


def _session(path: Path, device: str) -> Any:
    onnxruntime = runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = available_cores()
    options.log_severity_level = _FATAL_ONLY
    # Threads that wait by spinning take the cores from pre- and post-processing, which run meanwhile.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    provider = _PROVIDERS[device]
    try:
        session = onnxruntime.InferenceSession(
            path,
            options,
            providers=[(provider, _OPTIONS.get(device, {}))],
            enable_fallback=0,  # a fallback would print to stdout, and the user chooses the device
        )
    except Exception as error:  # its C++ core raises many subclasses of Exception
        raise _refusal(path, device, error) from error
    if session.get_providers()[0] != provider:
        # ONNX Runtime only warns when it leaves out a provider whose libraries are missing.
        raise PosecastError(f"ONNX Runtime's {device} provider does not start", "see posecast doctor")
    return session


def _run_options() -> Any:
    """Options to compute the outputs that are fetched, not the whole graph as by default."""
    options = runtime().RunOptions()
    options.only_execute_path_to_fetches = True
    return options


def _precision_of(path: Path) -> str:
    """The precision of a model that does not say, by its operators and its weights."""
    try:
        onnx = import_module("onnx")
    except ImportError as error:
        unread = f"{path} does not say its precision, and the package onnx, which reads it, is not installed"
        raise PosecastError(unread, INSTALL_PYTORCH) from error
    graph = onnx.load(str(path), load_external_data=False).graph
    if any(node.op_type in _QUANTISED for node in graph.node):
        return "int8"
    types = Counter(weight.data_type for weight in graph.initializer if len(weight.dims) == 4)
    return "fp16" if types[onnx.TensorProto.FLOAT16] > types[onnx.TensorProto.FLOAT] else "fp32"


def _channels(shape: list[Any]) -> int | None:
    return shape[1] if len(shape) == 4 and isinstance(shape[1], int) else None


def _refusal(path: Path, device: str, error: Exception) -> PosecastError:
    """The error for a session that does not start, in one line."""
    failure = _CUDA_FAILURE.search(str(error))
    if failure is not None:
        return PosecastError(f"ONNX Runtime fails on {device}: {failure[0].strip()}", "free GPU memory")
    return blamed(
        path,
        PosecastError(f"ONNX Runtime cannot open {path}: {first_line(error)}", "check that the .onnx file is whole"),
    )
