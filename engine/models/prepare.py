"""The model file that a backend takes, made from a checkpoint once and kept.

Goes in: a `ModelSpec` without 'auto' (see `engine.inference.choose`). Comes out: an `Artifact`. Ready files (.onnx,
.xml, .engine, -trt.pth) are passed through, and so is the INT8 that ships; other checkpoints are converted in child
processes, with progress, into the cache. Nothing here imports torch or an exporter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine import models
from engine.inference import file_format, onnxruntime, openvino, tensorrt
from engine.inference.installed import version_of
from engine.models.cache import build_once, entry
from engine.models.job import Job, run
from engine.models.shipped import shipped
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
    at_hand = ready(spec, size)
    if at_hand is not None:
        return at_hand
    made_from = _checkpoint(spec)
    if spec.backend == "tensorrt":
        path = engine(made_from, spec.device, spec.precision, size, progress)
    elif spec.precision == "int8":
        path = int8(made_from, spec.backend, spec.device, progress)
    else:
        path = onnx(made_from, _weights(spec), progress)
    return _made(path, spec)


def ready(spec: ModelSpec, size: tuple[int, int]) -> Artifact | None:
    """The file that `prepare` gives without converting anything: one that the backend takes as it is, one that ships
    with the program, or one in the cache. None where there is none."""
    path = models.resolve(spec.model)
    kind = file_format(path)
    if kind != "pth" or spec.backend == "pytorch":
        return Artifact(path, kind, spec)
    made_from = _checkpoint(spec)
    if spec.backend == "tensorrt":
        made = _engine_at_hand(made_from, spec, size)
    elif spec.precision == "int8":
        made = _int8_at_hand(made_from, spec.backend, spec.device)
    else:
        made = _present(_onnx_entry(made_from, _weights(spec)) / _ONNX)
    return None if made is None else _made(made, spec)


def _checkpoint(spec: ModelSpec) -> Checkpoint:
    return Checkpoint(models.resolve(spec.model), as_is=spec.raw_input is True, features=spec.features)


def _weights(spec: ModelSpec) -> str:
    """The precision that the ONNX model for `spec` stores its weights in: OpenVINO converts them itself."""
    return spec.precision if spec.backend == "onnxruntime" else "fp32"


def _made(path: Path, spec: ModelSpec) -> Artifact:
    # A converted model says in its metadata what it takes.
    return Artifact(path, file_format(path), replace(spec, raw_input=None))


def _present(path: Path) -> Path | None:
    return path if path.is_file() else None


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

    def build(part: Path) -> None:
        lossy = precision != "fp32"
        job = Job(
            "onnx", checkpoint.path, part / _ONNX, precision,
            as_is=checkpoint.as_is, features=checkpoint.features, judged=lossy,
        )  # fmt: skip
        run(job, progress)

    return build_once(_onnx_entry(checkpoint, precision), build, progress) / _ONNX


def _onnx_entry(checkpoint: Checkpoint, precision: str) -> Path:
    return checkpoint.entry("onnx", precision, f"v{_EXPORTER}", f"onnx{version_of('onnx')}")


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
    target = _int8_file(checkpoint, backend, device)
    judged_on = device if backend == "openvino" else "CPU"

    def build(part: Path) -> None:
        job = Job(
            f"int8-{backend}", source, part / target.name, "int8",
            as_is=checkpoint.as_is, features=checkpoint.features, device=judged_on, checkpoint=checkpoint.path,
            calibration=calibration,
        )  # fmt: skip
        run(job, progress)

    return build_once(target.parent, build, progress, rebuild=rebuild) / target.name


def is_quantised(path: Path, backend: str, device: str, features: bool | None = None) -> bool:
    """Whether an INT8 model of the checkpoint `path` that was verified is at hand: `int8` keeps none that did not pass.

    An engine that TensorRT builds of such a model is judged for each size, and not known before.
    """
    if backend not in ("openvino", "onnxruntime") or file_format(path) != "pth":
        return False
    return _int8_at_hand(Checkpoint(path, features=features), backend, device) is not None


def _int8_at_hand(checkpoint: Checkpoint, backend: str, device: str) -> Path | None:
    """The one in the cache, which may be calibrated on the user's own frames, before the one that ships."""
    cached = (_present(_int8_file(each, backend, device)) for each in _serving(checkpoint))
    found = next((path for path in cached if path is not None), None)
    if found is not None or checkpoint.features is not False or checkpoint.as_is:
        return found
    return shipped(checkpoint.path, backend, device)


def _serving(checkpoint: Checkpoint) -> tuple[Checkpoint, ...]:
    """`checkpoint`, and what serves as well: backends can do without the 3D coordinates that a model gives."""
    return (checkpoint,) if checkpoint.features is not False else (checkpoint, replace(checkpoint, features=None))


def _int8_file(checkpoint: Checkpoint, backend: str, device: str) -> Path:
    return _int8_entry(checkpoint, backend, device) / (_IR if backend == "openvino" else _ONNX)


def _int8_entry(checkpoint: Checkpoint, backend: str, device: str) -> Path:
    if backend == "openvino":
        return checkpoint.entry("int8", f"v{_EXPORTER}.{_QUANTISER}", f"openvino{openvino.version()}", device)
    made_by = (f"v{_EXPORTER}.{_QUANTISER_ONNX}", f"onnxruntime{onnxruntime.version()}")
    return checkpoint.entry("int8", *made_by, device if backend == "onnxruntime" else "for-tensorrt")


def engine(checkpoint: Checkpoint, device: str, precision: str, size: tuple[int, int], progress: Progress) -> Path:
    """The checkpoint as a TensorRT engine for pictures of `size` in the cache, built on the GPU `device`."""
    quantised = int8(checkpoint, "tensorrt", device, progress) if precision == "int8" else None

    def build(part: Path) -> None:
        job = Job(
            "tensorrt", quantised or checkpoint.path, part / _ENGINE, precision, size,
            as_is=checkpoint.as_is, features=checkpoint.features, device=device, checkpoint=checkpoint.path,
            judged=precision != "fp32",
        )  # fmt: skip
        run(job, progress)

    return build_once(_engine_entry(checkpoint, device, precision, size, quantised), build, progress) / _ENGINE


def _engine_entry(
    checkpoint: Checkpoint, device: str, precision: str, size: tuple[int, int], quantised: Path | None
) -> Path:
    gpu, _ = tensorrt.gpu(device)
    # A quantised model depends on the calibration frames, too, not only on checkpoint and versions.
    made_of = f"v{_EXPORTER}" if quantised is None else models.file_hash(quantised)[:16]
    sized = "x".join(map(str, size))
    return checkpoint.entry("engine", precision, sized, made_of, f"tensorrt{tensorrt.version()}", gpu)


def _engine_at_hand(checkpoint: Checkpoint, spec: ModelSpec, size: tuple[int, int]) -> Path | None:
    quantised = None
    if spec.precision == "int8":
        quantised = _present(_int8_file(checkpoint, "tensorrt", spec.device))
        if quantised is None:
            return None
    return _present(_engine_entry(checkpoint, spec.device, spec.precision, size, quantised) / _ENGINE)
