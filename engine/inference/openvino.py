"""Adapter: the network on OpenVINO (CPU, GPU, NPU, AUTO). Takes `.xml` and `.onnx`.

Layout, type and, if the model lacks it, normalisation of the input are folded into the graph, so that a picture is
passed as its uint8 array, without a copy. The precision hint is always set, since OpenVINO's default silently means
bf16 on processors that support it; the reported precision is read from the compiled model.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from engine.cores import available_cores
from engine.errors import PosecastError, lines
from engine.inference.damage import blamed
from engine.inference.installed import version_of
from engine.inference.per_size import PerSize
from engine.inference.signature import METADATA_INPUT, assumed_input, check_input, match_outputs, takes_raw
from engine.types import BackendInfo, Image, Maps

INPUT_PATH, OUTPUTS_PATH, PRECISION_PATH = ["posecast", "input"], ["posecast", "outputs"], ["posecast", "precision"]
"""Paths in an IR's `rt_info` of posecast's metadata: RAW or NORMALISED, the outputs' names, the weights' precision."""
_REFUSALS = (RuntimeError, UnicodeDecodeError)
"""OpenVINO's errors; the second if the message quotes bytes of a damaged file that are not text."""
_HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}
_PRECISIONS = {"f32": "fp32", "f16": "fp16", "bf16": "bf16", "u8": "int8", "i8": "int8"}
_CAPABILITIES = {"fp32": "FP32", "fp16": "FP16", "bf16": "BF16", "int8": "INT8"}


def version() -> str | None:
    return version_of("openvino")


@cache
def runtime() -> ModuleType:
    """The `openvino` package, imported with its telemetry off.

    OpenVINO and NNCF report every import to their makers through a package that is made unimportable here.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return import_module("openvino")


@cache
def _core() -> Any:
    return runtime().Core()


def devices() -> tuple[str, ...]:
    """OpenVINO's device names; AUTO leaves the choice among them to OpenVINO.

    The processor comes before an integrated GPU, which is rarely faster.
    """
    found = sorted(_core().available_devices, key=_rank)
    return (*found, "AUTO")


def _rank(device: str) -> int:
    if device.startswith("GPU"):
        kind = _core().get_property(device, "DEVICE_TYPE")
        return 0 if "DISCRETE" in str(kind).upper() else 2
    return 1 if device == "CPU" else 3


def precisions(device: str) -> tuple[str, ...]:
    """The precisions that the device computes natively."""
    capabilities = _core().get_property("CPU" if device == "AUTO" else device, "OPTIMIZATION_CAPABILITIES")
    return tuple(precision for precision, capability in _CAPABILITIES.items() if capability in capabilities)


def open_model(
    path: Path,
    *,
    device: str,
    precision: str,
    size: tuple[int, int],
    raw_input: bool | None,
    features: bool | None = None,
    cache: Path | None = None,
) -> OpenVinoBackend:
    """`precision` int8 is what a quantised model runs in. `cache`: folder for compiled models (GPUs take seconds)."""
    try:
        model = _core().read_model(path)
    except _REFUSALS as error:
        refusal = PosecastError(f"OpenVINO cannot read {path}", "give a whole .xml with its .bin, or an .onnx")
        raise blamed(path, refusal) from error
    if features is False:
        _remove_features(model, path)
    backend = OpenVinoBackend(path, model, device, precision, raw_input, features, cache)
    backend.compile(size)
    return backend


class OpenVinoBackend:
    """A model that is compiled for each picture size."""

    fixed_size: tuple[int, int] | None = None

    def __init__(
        self,
        path: Path,
        model: Any,
        device: str,
        precision: str,
        raw_input: bool | None,
        features: bool | None,
        cache: Path | None,
    ) -> None:
        check_input([_sizes(port) for port in model.inputs], path)
        self._outputs = match_outputs(_outputs_of(model), path, features)
        self._path = path
        self._model = model
        self._device = device
        says = input_metadata(model)
        self._raw_input = takes_raw(path, raw_input, says)
        self._config = _configuration(device, precision, cache)
        self._requests = PerSize(self._request)
        self.info = BackendInfo("openvino", device, precision, assumed_input(self._raw_input, raw_input, says))

    def compile(self, size: tuple[int, int]) -> None:
        """Compile for pictures of (height, width) now, not at the first of them."""
        self._requests.get(size)

    def infer(self, image: Image) -> Maps:
        """(h, w, 3) uint8 BGR -> maps of (h / 8, w / 8)."""
        height, width = image.shape[:2]
        request = self._requests.get((height, width))
        results = request.infer(
            {0: np.ascontiguousarray(image)[np.newaxis]}, share_inputs=True, share_outputs=True, decode_strings=False
        )
        # The results are in the request's memory, which the next picture overwrites, so they are copied.
        features, heatmaps, pafs = (
            None if index is None else np.array(results[index][0], np.float32) for index in self._outputs
        )
        assert heatmaps is not None
        assert pafs is not None
        return Maps(features, heatmaps, pafs)

    def close(self) -> None:
        self._requests.clear()
        self._model = None  # it maps a file, which would otherwise stay open until garbage collection

    def _request(self, size: tuple[int, int]) -> Any:
        try:
            model = _with_picture_input(self._model.clone(), size, self._raw_input)
            compiled = _core().compile_model(model, self._device, self._config)
        except _REFUSALS as error:
            raise PosecastError(
                f"OpenVINO cannot compile {self._path} for {self._device} at {size[1]} x {size[0]}: {lines(error)[-1]}",
                "see posecast doctor",
            ) from error
        self.info = replace(self.info, precision=_compiled_precision(compiled))
        return compiled.create_infer_request()


def _configuration(device: str, precision: str, cache: Path | None) -> dict[str, Any]:
    hint = _HINTS.get(precision) or _HINTS["bf16" if "bf16" in precisions(device) else "fp32"]
    config: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": hint}
    if device == "CPU":
        config["INFERENCE_NUM_THREADS"] = available_cores()
    elif cache is not None:
        # On a CPU, compiling takes 0.2 s, and 0.1 s from a cache of 20 MB per size: not worth it.
        config["CACHE_DIR"] = str(cache)
    return config


def _compiled_precision(compiled: Any) -> str:
    """The precision that most convolutions of the compiled model run in, whatever hint was given."""
    infos = (node.get_rt_info() for node in compiled.get_runtime_model().get_ops())
    counts = Counter(
        str(info["runtimePrecision"].astype(str))
        for info in infos
        if "layerType" in info and info["layerType"].astype(str) == "Convolution"
    )
    ((name, _),) = counts.most_common(1) or [("unknown", 0)]
    return _PRECISIONS.get(name, name)


def _with_picture_input(model: Any, size: tuple[int, int], raw_input: bool) -> Any:
    """The model, taking (1, height, width, 3) uint8 pictures."""
    openvino = runtime()
    height, width = size
    model.reshape([1, 3, height, width])
    steps = openvino.preprocess.PrePostProcessor(model)
    tensor = steps.input().tensor()
    tensor.set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    steps.input().model().set_layout(openvino.Layout("NCHW"))
    process = steps.input().preprocess().convert_element_type(openvino.Type.f32)
    if not raw_input:
        process.mean(128.0).scale(255.0)
    return steps.build()


def input_metadata(model: Any) -> str | None:
    """The metadata about the input, written by posecast into an IR, or passed on by OpenVINO from an ONNX model."""
    for section in (INPUT_PATH, ["framework", METADATA_INPUT]):
        if model.has_rt_info(section):
            return str(model.get_rt_info(section).astype(str))
    return None


def _outputs_of(model: Any) -> list[tuple[str, int | None]]:
    """(name, channels) of each output; None for channels that are dynamic."""
    return [(_name(port), _sizes(port)[1]) for port in model.outputs]


def _remove_features(model: Any, path: Path) -> None:
    """Remove the output of 3D coordinates, so that their head is not compiled."""
    index, _, _ = match_outputs(_outputs_of(model), path, None)
    if index is not None:
        model.remove_result(model.get_results()[index])


def _sizes(port: Any) -> list[int | None]:
    return [None if dimension.is_dynamic else dimension.get_length() for dimension in port.partial_shape]


def _name(port: Any) -> str:
    return str(port.get_any_name()) if port.get_names() else ""
