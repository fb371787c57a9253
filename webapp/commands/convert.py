"""`posecast convert`: a checkpoint as ONNX, OpenVINO IR, a TensorRT engine or a torch2trt file."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from converters.convert import DEFAULT_SIZE, FIXED_SIZE, SUFFIXES, Request, convert
from converters.verify import formatted
from engine import models
from engine.errors import PosecastError
from engine.outputs_guard import check_outputs, files_of_model, files_of_source
from webapp.commands.console import Console


def run(options: argparse.Namespace, console: Console | None = None) -> int:
    """Convert as the options say, with a progress bar on a terminal, and print what was written; the exit status."""
    request = _request(options)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("starting", total=None)

        def progress(step: str, fraction: float | None, message: str) -> None:
            total = None if fraction is None else 1.0
            bar.update(task, total=total, completed=fraction or 0.0, description=message)

        converted = convert(request, progress)
    out = console or Console()
    for path in converted.files:
        size = f"{path.stat().st_size / 1e6:.1f} MB"
        out.print(f"{path}: {size}", soft_wrap=True, highlight=False, markup=False)
    out.print(_description(request), soft_wrap=True, highlight=False, markup=False)
    out.print(_table(converted.verdict))
    return 0


def _request(options: argparse.Namespace) -> Request:
    if (options.height is None) != (options.width is None):
        raise PosecastError("--height and --width go together", "give both, or neither")
    size = (options.height, options.width) if options.height is not None else None
    checkpoint = models.resolve(options.checkpoint)
    precision = f"2d-{options.precision}" if options.body == "keypoints" else options.precision
    output = options.output or Path(_name(checkpoint, options.to, precision, size))
    if output.is_symlink():
        output = output.resolve()  # OpenVINO looks for the weights beside the file itself
    weights = output.with_suffix(".bin") if options.to == "openvino" and output.name else None
    calibration = files_of_source(options.calibration) if options.calibration is not None else ()
    check_outputs((output, weights), (*files_of_model(str(checkpoint)), *calibration))
    features = {"auto": None, "keypoints": False, "maps": True}[options.body]
    return Request(checkpoint, options.to, options.precision, size, output, features, options.calibration)


def _name(checkpoint: Path, to: str, precision: str, size: tuple[int, int] | None) -> str:
    """posecast-v1-fp16-256x456.engine"""
    height, width = size or (DEFAULT_SIZE if to in FIXED_SIZE else (0, 0))
    sized = f"-{height}x{width}" if height else ""
    return f"{checkpoint.stem}-{precision}{sized}{SUFFIXES[to]}"


def _table(verdict: Mapping[str, Any]) -> Table:
    """How the people compare with those of PyTorch in fp32."""
    table = Table("", "", title=f"against PyTorch fp32, {verdict['frames']} frames", show_header=False)
    table.add_row("people found by both", formatted(verdict["people"]))
    table.add_row("their likeness (OKS)", formatted(verdict["oks"]))
    table.add_row("between their joints", f"{formatted(verdict['mm'], 1)} mm")
    for output, difference in verdict["difference"].items():
        table.add_row(f"largest difference in {output}", f"{difference:.2g} standard deviations")
    if verdict.get("in_float"):
        table.add_row("layers left in float", ", ".join(verdict["in_float"]))
    return table


def _description(request: Request) -> str:
    """What a user of the file has to know."""
    size = request.size or (DEFAULT_SIZE if request.format in FIXED_SIZE else None)
    takes = f"{size[1]} x {size[0]} pixels (width x height)" if size else "any width and height that are multiples of 8"
    values = "(pixel - 128) / 255" if request.format == "torch2trt" else "pixels 0..255"
    return f"{request.format} {request.precision}: takes BGR, {values}, {takes}"
