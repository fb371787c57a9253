"""Acceptance of a conversion: the result is run beside the checkpoint, compared, and its verdict written into it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import onnx

from converters import frames
from converters.layer_noise import noisiest_layers
from converters.onnx_file import METADATA_AGREEMENT, METADATA_CHECKPOINT, describe
from converters.verify import Verdict, check, verify
from engine import models, preprocess
from engine.errors import PosecastError
from engine.inference import adapter
from engine.inference.engine_file import read_engine, write_engine
from engine.models.job import Job
from engine.types import Backend, Frame, Progress

HEIGHT = 256
"""Network height that models of any size are judged at."""
FRAMES_EACH = 8
_RUN_BY = {
    "onnx": "onnxruntime",
    "openvino": "openvino",
    "int8-openvino": "openvino",
    "int8-onnxruntime": "onnxruntime",
    "int8-tensorrt": "onnxruntime",
    "tensorrt": "tensorrt",
    "torch2trt": "tensorrt",
}
"""Backend by kind of job. The model that TensorRT builds from is judged as well as the engine that it builds."""
_LAYERS_NAMED = 3
"""Layers that a refusal names."""


def judge_on_few(job: Job, progress: Progress) -> dict[str, Any]:
    """`judge` on a few frames of the stage and of the job's own SOURCE."""
    return judge(job, frames.gather(frames.sources(job.calibration), FRAMES_EACH).verification, progress)


def judge(job: Job, frames: Sequence[Frame], progress: Progress) -> dict[str, Any]:
    """Compare the job's result with PyTorch in fp32, and write into it how it did; the verdict as JSON.

    PosecastError where it changes people.
    """
    return settle(job, compare(job, frames, progress), frames)


def compare(job: Job, frames: Sequence[Frame], progress: Progress) -> Verdict:
    """Run the job's result and PyTorch in fp32 on `frames`."""
    height, width = frames[0].image.shape[:2]
    size = job.size or preprocess.network_size(width, height, HEIGHT)
    with closing(_reference(job, size)) as reference, closing(_candidate(job, size)) as candidate:
        return verify(reference, candidate, frames, size[0], progress)


def settle(job: Job, verdict: Verdict, frames: Sequence[Frame]) -> dict[str, Any]:
    """Write the verdict into the job's result; as JSON. PosecastError, naming the noisiest layers, where it fails."""
    layers = () if verdict.passes else noisiest_layers(job, frames)[:_LAYERS_NAMED]
    check(verdict, f"{job.precision} for {_RUN_BY[job.kind]}", tuple(map(str, layers)))
    _annotate(job.target, json.dumps(verdict.to_json()), models.file_hash(job.checkpoint or job.source))
    return verdict.to_json()


def _reference(job: Job, size: tuple[int, int]) -> Backend:
    checkpoint = job.checkpoint or job.source
    raw_input = True if job.as_is else None
    return adapter("pytorch").open_model(
        checkpoint, device="cpu", precision="fp32", size=size, raw_input=raw_input, features=job.features
    )


def _candidate(job: Job, size: tuple[int, int]) -> Backend:
    device, precision = job.device or "CPU", "int8" if job.precision == "int8" else "fp32"
    return adapter(_RUN_BY[job.kind]).open_model(
        job.target, device=device, precision=precision, size=size, raw_input=None
    )


def _annotate(path: Path, agreement: str, checkpoint: str) -> None:
    """Write the verdict and the checkpoint's SHA-256 into the model's metadata, where its format has any (torch2trt's
    has not)."""
    if path.suffix == ".onnx":
        model = onnx.load(str(path))
        describe(model, METADATA_AGREEMENT, agreement)
        describe(model, METADATA_CHECKPOINT, checkpoint)
        onnx.save(model, str(path))
    elif path.suffix == ".xml":
        tree = ElementTree.parse(path)
        section = tree.find("rt_info/posecast")
        if section is None:
            raise PosecastError(f"{path} has no metadata of posecast's", "convert it again")
        ElementTree.SubElement(section, "agreement", value=agreement)
        ElementTree.SubElement(section, "checkpoint", value=checkpoint)
        tree.write(path)
    elif path.suffix == ".engine":
        header, serialized = read_engine(path)
        write_engine(path, replace(header, agreement=agreement), serialized)
