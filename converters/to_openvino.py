"""An ONNX model as OpenVINO IR: `.xml` and `.bin`, with the metadata that says what its input is."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from engine.inference.openvino import INPUT_PATH, OUTPUTS_PATH, PRECISION_PATH, input_metadata, runtime
from engine.inference.signature import NORMALISED, RAW
from engine.models.job import Job
from engine.types import Progress


def run(job: Job, progress: Progress) -> None:
    """`precision` fp16 stores the weights in half the space; what they are computed in is the device's to say."""
    progress("convert", 0.2, "reading the model")
    model = read(job.source)
    if job.size is not None:
        model.reshape([1, 3, *job.size])
    progress("convert", 0.6, "writing the OpenVINO IR")
    save(model, job)


def read(path: Path) -> Any:
    """A model; one from ONNX with its constants folded, since there every bias comes with the computation of its
    shape, which would hide it from NNCF."""
    model = runtime().Core().read_model(path)
    if path.suffix != ".onnx":
        return model  # folding would turn the weights of an INT8 model back into floats
    passes = import_module("openvino.passes")
    manager = passes.Manager()
    manager.register_pass(passes.ConstantFolding())
    manager.run_passes(model)
    return model


def save(model: Any, job: Job) -> None:
    """Write `model` to the job's target."""
    stated = input_metadata(model) or (RAW if job.raw_input else NORMALISED)
    model.set_rt_info(stated, INPUT_PATH)
    model.set_rt_info(",".join(port.get_any_name() for port in model.outputs), OUTPUTS_PATH)
    model.set_rt_info(job.precision, PRECISION_PATH)
    runtime().save_model(model, job.target, compress_to_fp16=job.precision == "fp16")
