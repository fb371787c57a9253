"""A checkpoint as a TensorRT engine, for pictures of one size, on the GPU and the TensorRT at hand.

TensorRT up to 10 takes fp16 by a builder flag; 11 has no such flags and computes in the types of the model,
so it is given a model in fp16. Which of the two is installed shows in what the library has. INT8 is in the
model for all of them (see `converters.quantize_onnx`); the older ones may compute its remaining layers in fp16, and 11
in TF32.
"""

from __future__ import annotations

from typing import Any

import onnx
import torch

from converters.onnx_file import resized
from converters.to_onnx import export
from engine.errors import PosecastError
from engine.inference.engine_file import EngineHeader, write_engine
from engine.inference.network import load_checkpoint
from engine.inference.signature import output_names
from engine.inference.tensorrt import gpu
from engine.inference.tensorrt_library import logger, runtime
from engine.models.job import Job
from engine.types import Progress

_WORKSPACE_BYTES = 1 << 30


def run(job: Job, progress: Progress) -> None:
    """Checkpoint, or for int8 the quantised ONNX model made of it, to `.engine`."""
    assert job.size is not None
    assert job.device is not None
    serialized = build(job, progress)
    name, capability = gpu(job.device)
    header = EngineHeader(
        job.size, job.precision, job.raw_input, name, capability, runtime().__version__, outputs_of(job)
    )
    write_engine(job.target, header, serialized)


def run_torch2trt(job: Job, progress: Progress) -> None:
    """Checkpoint to a `.pth` in torch2trt's layout, whose reader normalises pixels itself."""
    assert not job.raw_input
    content = {
        "engine": bytearray(build(job, progress)),
        "input_names": ["data"],
        "output_names": list(outputs_of(job)),
    }
    torch.save(content, job.target)


def build(job: Job, progress: Progress) -> bytes:
    """The serialized engine."""
    tensorrt = runtime()
    by_flag = hasattr(tensorrt.BuilderFlag, "FP16")
    progress("convert", 0.1, "reading the model")
    model = _model(job, half=job.precision == "fp16" and not by_flag)
    torch.cuda.set_device(job.device)  # TensorRT builds on the current one
    builder = tensorrt.Builder(logger())
    network = builder.create_network(_network_flags(tensorrt))
    _parse(network, model.SerializeToString())
    progress("convert", None, "building the TensorRT engine, which takes minutes")
    config = _configuration(builder, job.precision, progress)
    serialized = builder.build_serialized_network(network, config)
    if serialized is None:
        raise PosecastError("TensorRT could not build the engine", "see posecast doctor for its version and GPU")
    return bytes(serialized)


def outputs_of(job: Job) -> tuple[str, ...]:
    """The names of what the engine gives."""
    if job.source.suffix == ".onnx":
        return tuple(port.name for port in onnx.load(str(job.source)).graph.output)
    return output_names(load_checkpoint(job.source, job.features).Pose3D is not None)


def _model(job: Job, *, half: bool) -> onnx.ModelProto:
    """What the engine is built of, for pictures of the job's size."""
    assert job.size is not None
    if job.source.suffix == ".onnx":
        return resized(onnx.load(str(job.source)), job.size)
    network = load_checkpoint(job.source, job.features)
    return export(network, raw_input=job.raw_input, as_is=job.as_is, half=half, size=job.size)


_FLAGS = {"fp32": (), "fp16": ("FP16",), "int8": ("INT8", "FP16")}
"""What the builder is allowed to use, where it asks."""


def _configuration(builder: Any, precision: str, progress: Progress) -> Any:
    tensorrt = runtime()
    config = builder.create_builder_config()
    config.set_memory_pool_limit(tensorrt.MemoryPoolType.WORKSPACE, _WORKSPACE_BYTES)
    if hasattr(tensorrt.BuilderFlag, "TF32") and precision != "int8":
        config.clear_flag(tensorrt.BuilderFlag.TF32)  # fp32 is to mean fp32
    for name in _FLAGS[precision]:
        if hasattr(tensorrt.BuilderFlag, name):
            config.set_flag(getattr(tensorrt.BuilderFlag, name))
    if hasattr(config, "progress_monitor"):
        config.progress_monitor = _monitor(tensorrt, progress)
    return config


def _network_flags(tensorrt: Any) -> int:
    """Up to version 9 a flag says that the batch is part of the shapes; later versions always take it so."""
    explicit = getattr(tensorrt.NetworkDefinitionCreationFlag, "EXPLICIT_BATCH", None)
    return 0 if explicit is None else 1 << int(explicit)


def _parse(network: Any, model: bytes) -> None:
    parser = runtime().OnnxParser(network, logger())
    if not parser.parse(model):
        reasons = "; ".join(str(parser.get_error(index).desc()) for index in range(parser.num_errors))
        raise PosecastError(f"TensorRT cannot read the model: {reasons}", "see posecast doctor for its version")


def _monitor(tensorrt: Any, progress: Progress) -> Any:
    """Tells how far the outermost phase of the builder has come (TensorRT 9 and later)."""

    class Monitor(tensorrt.IProgressMonitor):  # type: ignore[misc]
        def __init__(self) -> None:
            tensorrt.IProgressMonitor.__init__(self)
            self._outermost: dict[str, int] = {}
            self._fraction: float | None = None

        def phase_start(self, phase_name: str, parent_phase: str | None, num_steps: int) -> None:
            if parent_phase is None:
                self._outermost = {phase_name: num_steps}

        def step_complete(self, phase_name: str, step: int) -> bool:
            if phase_name in self._outermost:
                self._fraction = (step + 1) / self._outermost[phase_name]
            progress("convert", self._fraction, phase_name)
            return True

        def phase_finish(self, phase_name: str) -> None:
            pass

    return Monitor()
