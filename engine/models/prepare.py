"""The model file that a backend takes, made from a checkpoint once and kept.

Goes in: a `ModelSpec` without 'auto' (see `engine.inference.choose`). Comes out: an `Artifact`. Ready files (.onnx,
.xml, .engine, -trt.pth) are passed through; checkpoints are converted in child processes, with progress, into the
cache. Nothing here imports torch or an exporter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine import models
from engine.inference import file_format, onnxruntime, openvino, tensorrt
from engine.inference.installed import version_of
from engine.models.cache import build_once, entry
from engine.models.job import Job, run
from engine.types import ModelSpec, Progress

_EXPORTER = "2"
"""Raised when `to_onnx` writes another graph for the same checkpoint."""
_QUANTISER = "3"
"""Raised when `quantize` makes another model of the same checkpoint."""
_QUANTISER_ONNX = "2"
"""Raised when `quantize_onnx` does."""
_ONNX, _IR, _ENGINE = "model.onnx", "model.xml", "model.engine"


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
    # A converted model says in its metadata what it takes.
    own = replace(spec, raw_input=None)
    made_from = Checkpoint(path, as_is=spec.raw_input is True, features=spec.features)
    if spec.backend == "tensorrt":
        return Artifact(engine(made_from, spec.device, spec.precision, size, progress), "engine", own)
    if spec.precision == "int8":
        at_hand = (each for each in _serving(made_from) if _int8_entry(each, spec.backend, spec.device).is_dir())
        made = int8(next(at_hand, made_from), spec.backend, spec.device, progress)
        return Artifact(made, file_format(made), own)
    precision = spec.precision if spec.backend == "onnxruntime" else "fp32"
    return Artifact(onnx(made_from, precision, progress), "onnx", own)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint to convert."""

    path: Path
    as_is: bool = False
    """Whether the network takes pixels 0..255 as they are, without normalisation."""

    features: bool | None = None
    """Whether 3D coordinates are needed (True), left out (False), or taken where the checkpoint has them."""

    def entry(self, kind: str, *parts: str) -> Path:
        kind += "-2d" if self.features is False else ""
        return entry(self.path, f"{kind}-as-is" if self.as_is else kind, *parts)


def onnx(checkpoint: Checkpoint, precision: str, progress: Progress) -> Path:
    """The checkpoint as an ONNX model of dynamic size in the cache. OpenVINO reads it as fast as its own IR."""
    folder = checkpoint.entry("onnx", precision, f"v{_EXPORTER}", f"onnx{version_of('onnx')}")

    def build(part: Path) -> None:
        lossy = precision != "fp32"
        job = Job(
            "onnx", checkpoint.path, part / _ONNX, precision,
            as_is=checkpoint.as_is, features=checkpoint.features, judged=lossy,
        )  # fmt: skip
        run(job, progress)

    return build_once(folder, build, progress) / _ONNX


def int8(
    checkpoint: Checkpoint,
    backend: str,
    device: str,
    progress: Progress,
    *,
    calibration: str | None = None,
    rebuild: bool = False,
) -> Path:
    """The checkpoint in INT8, of dynamic size, in the cache: an IR judged on OpenVINO's `device`, or an ONNX model that
    ONNX Runtime judged on the CPU, to run there or to build TensorRT engines of.

    `calibration`: a SOURCE whose frames it is quantised on beside the demo's. `rebuild`: replace what is there already.
    """
    source = onnx(checkpoint, "fp32", progress)
    name, judged_on = (_IR, device) if backend == "openvino" else (_ONNX, "CPU")

    def build(part: Path) -> None:
        job = Job(
            f"int8-{backend}", source, part / name, "int8",
            as_is=checkpoint.as_is, features=checkpoint.features, device=judged_on, checkpoint=checkpoint.path,
            calibration=calibration,
        )  # fmt: skip
        run(job, progress)

    return build_once(_int8_entry(checkpoint, backend, device), build, progress, rebuild=rebuild) / name


def is_quantised(path: Path, backend: str, device: str, features: bool | None = None) -> bool:
    """Whether `int8` has made its model of the checkpoint `path` already: it keeps none that did not pass.

    An engine that TensorRT builds of such a model is judged for each size, and not known before.
    """
    if backend not in ("openvino", "onnxruntime") or file_format(path) != "pth":
        return False
    serving = _serving(Checkpoint(path, features=features))
    return any(_int8_entry(checkpoint, backend, device).is_dir() for checkpoint in serving)


def _serving(checkpoint: Checkpoint) -> tuple[Checkpoint, ...]:
    """`checkpoint`, and what serves as well: backends can do without the 3D coordinates that a model gives."""
    return (checkpoint,) if checkpoint.features is not False else (checkpoint, replace(checkpoint, features=None))


def _int8_entry(checkpoint: Checkpoint, backend: str, device: str) -> Path:
    if backend == "openvino":
        return checkpoint.entry("int8", f"v{_EXPORTER}.{_QUANTISER}", f"openvino{openvino.version()}", device)
    made_by = (f"v{_EXPORTER}.{_QUANTISER_ONNX}", f"onnxruntime{onnxruntime.version()}")
    return checkpoint.entry("int8", *made_by, device if backend == "onnxruntime" else "for-tensorrt")


def engine(checkpoint: Checkpoint, device: str, precision: str, size: tuple[int, int], progress: Progress) -> Path:
    """The checkpoint as a TensorRT engine for pictures of `size` in the cache, built on the GPU `device`."""
    gpu, _ = tensorrt.gpu(device)
    sized = "x".join(map(str, size))
    source, made_of = checkpoint.path, f"v{_EXPORTER}"
    if precision == "int8":  # it depends on the calibration frames, too, not only on checkpoint and versions
        source = int8(checkpoint, "tensorrt", device, progress)
        made_of = models.file_hash(source)[:16]
    folder = checkpoint.entry("engine", precision, sized, made_of, f"tensorrt{tensorrt.version()}", gpu)

    def build(part: Path) -> None:
        job = Job(
            "tensorrt", source, part / _ENGINE, precision, size,
            as_is=checkpoint.as_is, features=checkpoint.features, device=device, checkpoint=checkpoint.path,
            judged=precision != "fp32",
        )  # fmt: skip
        run(job, progress)

    return build_once(folder, build, progress) / _ENGINE
