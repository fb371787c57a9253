"""The model file that a backend takes, made from a checkpoint once and kept.

Goes in: a `ModelSpec` without 'auto' (see `engine.inference.choose`). Comes out: an `Artifact`. Ready files (.onnx,
.xml, .engine, -trt.pth) are passed through; checkpoints are converted in child processes, with progress, into the
cache. Nothing here imports torch or an exporter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from converters.cache import build_once, entry
from converters.job import Job, run
from engine import models
from engine.inference import file_format, tensorrt
from engine.types import ModelSpec, Progress

_EXPORTER = "1"
"""Raised when `to_onnx` writes another graph for the same checkpoint."""
_ONNX, _ENGINE = "model.onnx", "model.engine"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A model file, ready for `engine.inference.create`."""

    path: Path
    kind: str
    """A key of `engine.inference.FORMATS`."""
    spec: ModelSpec


def prepare(spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Artifact:
    """The file that `spec.backend` runs for pictures of `size` (height, width), converted now if it is missing."""
    path = models.resolve(spec.model)
    kind = file_format(path)
    if kind != "pth" or spec.backend == "pytorch":
        return Artifact(path, kind, spec)
    wants_raw = spec.raw_input is True
    # What we convert says itself what it takes, unless the network must not be given normalised pixels at all.
    own = replace(spec, raw_input=True if wants_raw else None)
    if spec.backend == "onnxruntime":
        return Artifact(onnx(path, spec.precision, progress, normalise=not wants_raw), "onnx", own)
    if spec.backend == "openvino":
        return Artifact(onnx(path, "fp32", progress, normalise=not wants_raw), "onnx", own)
    return Artifact(engine(path, spec, size, progress), "engine", own)


def onnx(checkpoint: Path, precision: str, progress: Progress, *, normalise: bool = True) -> Path:
    """The checkpoint as an ONNX model of dynamic size in the cache. OpenVINO reads it as fast as its own IR.

    `normalise`: the graph takes raw pixels and normalises them; otherwise it takes what the network takes.
    """
    name = "onnx" if normalise else "onnx-as-is"
    folder = entry(checkpoint, name, precision, f"v{_EXPORTER}", f"onnx{metadata.version('onnx')}")

    def build(part: Path) -> None:
        run(Job("onnx", checkpoint, part / _ONNX, precision=precision, raw_input=normalise), progress)

    return build_once(folder, build, progress) / _ONNX


def engine(checkpoint: Path, spec: ModelSpec, size: tuple[int, int], progress: Progress) -> Path:
    """The checkpoint as a TensorRT engine for pictures of `size` in the cache, built on the GPU `spec.device`."""
    name, _ = tensorrt.gpu(spec.device)
    version = tensorrt.version()
    raw_input = spec.raw_input is not True
    folder = entry(checkpoint, "engine", spec.precision, "x".join(map(str, size)), f"tensorrt{version}", name)

    def build(part: Path) -> None:
        job = Job("tensorrt", checkpoint, part / _ENGINE, spec.precision, size, raw_input=raw_input, device=spec.device)
        run(job, progress)

    return build_once(folder, build, progress) / _ENGINE
