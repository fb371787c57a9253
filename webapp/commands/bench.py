"""`posecast bench`: a table on the terminal, and optionally JSON and a chart."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.table import Table

from engine import accuracy, inference
from engine.agreement import against_truth, agreement
from engine.bench import AGREEMENT_FRAMES, Measurement, Percentiles, measure_baseline_in_child, measure_in_child
from engine.cores import available_cores
from engine.errors import PosecastError
from engine.files import whole_file
from engine.machine import processor_name
from engine.motion.angles import DEFINITIONS
from engine.outputs_guard import check_outputs, inputs_of
from engine.settings import Settings
from webapp.commands import terminal
from webapp.commands.chart import chart, check_name
from webapp.commands.console import Console

REFERENCE = ("pytorch", "cpu", "fp32")
"""Backend, device and precision that agreement is measured against."""


@dataclass(frozen=True, slots=True)
class BenchOptions:
    settings: Settings
    backends: tuple[str, ...] | None
    """None: all that are available here."""
    seconds: float
    json: Path | None
    agreement_frames: int = AGREEMENT_FRAMES
    chart: Path | None = None
    other_models: tuple[str, ...] = ()
    """Models whose people are compared with the truth beside the settings' own."""
    truth_frames: int = accuracy.FRAMES
    config: Path | None = None
    """The settings file, if one was given."""


def run(options: BenchOptions) -> int:
    """Measure every case, then print the table and write JSON and chart; the exit status."""
    console = Console()
    if options.chart is not None:
        check_name(options.chart)
    check_outputs((options.json, options.chart), inputs_of(options.settings, options.config))
    cases = list(_cases(options))
    writers = ((options.json, lambda results: json.dumps(results, indent=1) + "\n"), (options.chart, chart))
    with ExitStack() as files:  # an output that cannot be written is refused before anything is measured
        written = [(files.enter_context(whole_file(path)), text) for path, text in writers if path is not None]
        results = _measure_all(cases, options, console)
        for path, text in written:
            path.write_text(text(results), encoding="utf-8")
    console.print(_table(results))
    console.print(_legend(results))
    if results["truth"]:
        console.print(_truth_table(results["truth"]))
        console.print(_angles_table(results["truth"]))
    return 0


def _cases(options: BenchOptions) -> Iterator[Settings]:
    """The reference first, since the others are compared with it; then every backend and precision asked for."""
    base = options.settings
    named = options.backends or ((base.backend,) if base.backend != "auto" else None)
    backend, device, precision = REFERENCE
    yield replace(base, backend=backend, device=device, precision=precision)
    for report in map(inference.report, named or inference.NAMES):
        if not report.available:
            if named is not None:
                raise PosecastError(f"{report.name} is not available: {report.reason}", "see posecast doctor")
            continue
        device, offered = base.device, report.precisions
        if device == "auto":
            device = inference.auto_device(report)
            offered = inference.adapter(report.name).precisions(device)
        for precision in offered if base.precision == "auto" else (base.precision,):
            if (report.name, device, precision) != REFERENCE:
                yield replace(base, backend=report.name, precision=precision)


def _measure_all(cases: list[Settings], options: BenchOptions, console: Console) -> dict[str, Any]:
    wanted = options.backends
    reference: Measurement | None = None
    results = []
    measured: Measurement | None = None
    baselines = [_baseline(cases[0], options, console)]
    for case in cases:
        terminal.end_if_asked()
        with console.status(f"measuring {case.backend} {case.precision} for {options.seconds:g} s"):
            try:
                measured = measure_in_child(case, options.seconds, options.agreement_frames)
            except (PosecastError, RuntimeError) as error:  # RuntimeError: a process that died, or a library's
                if reference is None:
                    raise
                console.print(f"{case.backend} {case.precision}: {error}")
                continue
        reference = reference or measured
        if measured is not reference or wanted is None or REFERENCE[0] in wanted:
            results.append(_result(measured, reference))
    assert reference is not None
    if not results:
        raise PosecastError("nothing could be measured", "the reasons are above")
    baselines.append(_baseline(cases[0], options, console))
    # The faster one, so that no backend looks good only because the machine was busy.
    baseline = min(baselines, key=lambda latency: latency.p50)
    return {
        "machine": machine(),
        "source": options.settings.source,
        "image_size": list(reference.image_size),
        "network_size": list(reference.network_size),
        "baseline": {"network_ms": _rounded(asdict(baseline), 2)},
        "results": results,
        "truth": _truth(options, console) if measured is not None and measured.truths else [],
    }


def _truth(options: BenchOptions, console: Console) -> list[dict[str, Any]]:
    """How near to the truth each model is, by each way to bodies."""
    entries = []
    for model in (options.settings.model, *options.other_models):
        with console.status(f"comparing {model} with the truth on {options.truth_frames} frames"):
            measured = accuracy.measure_in_child(replace(options.settings, model=model), options.truth_frames)
        entries += [
            {
                "model": each.model,
                "body": each.body,
                "step": each.step,
                "frames": each.frames,
                **_rounded(dict(each.figures), 3),
                "angles_deg": _rounded(dict(each.angles_deg), 2),
            }
            for each in measured
        ]
    return entries


def _truth_table(entries: list[dict[str, Any]]) -> Table:
    title = f"against the truth, {entries[0]['frames']} consecutive frames with tracking"
    table = Table(title=title, box=None, padding=(0, 1), pad_edge=False)
    for header in ("model", "body", "step"):
        table.add_column(header, no_wrap=True)
    for header in ("found", "MPJPE mm", "absolute mm", "depth", "jitter m/s²"):
        table.add_column(header, justify="right", no_wrap=True)
    for entry in entries:
        table.add_row(
            Path(entry["model"]).stem,
            entry["body"],
            entry["step"],
            _cell(entry["found"], ".0%"),
            _cell(entry["mpjpe_mm"], ".0f"),
            _cell(entry["absolute_mm"], ".0f"),
            "–" if entry["depth_percent"] is None else f"{entry['depth_percent']:+.1f} %",
            _cell(entry["jitter_m_s2"], ".0f"),
        )
    return table


def _angles_table(entries: list[dict[str, Any]]) -> Table:
    table = Table(title="median error of angles, degrees", box=None, padding=(0, 1), pad_edge=False)
    table.add_column("angle", no_wrap=True)
    for entry in entries:
        table.add_column(f"{Path(entry['model']).stem}\n{entry['body']}\n{entry['step']}", justify="right")
    for definition in DEFINITIONS["angles"]:
        errors = (entry["angles_deg"].get(definition["name"]) for entry in entries)
        table.add_row(definition["label"], *(_cell(error, ".1f") for error in errors))
    return table


def _baseline(settings: Settings, options: BenchOptions, console: Console) -> Percentiles:
    with console.status(f"measuring plain PyTorch for {options.seconds / 2:g} s"):
        return measure_baseline_in_child(settings, options.seconds / 2)


def _result(measured: Measurement, reference: Measurement) -> dict[str, Any]:
    """One entry of `results`, rounded to what was measured."""
    result: dict[str, Any] = {
        "backend": measured.info.name,
        "device": measured.info.device,
        "precision": measured.info.precision,
        "network_ms": _rounded(asdict(measured.network_ms), 2),
        "pipeline_fps": round(measured.pipeline_fps, 2),
        "stages_ms": {stage: _rounded(asdict(value), 3) for stage, value in measured.stages_ms.items()},
        "peak_rss_mb": None if measured.peak_rss_mb is None else round(measured.peak_rss_mb),
        "agreement": _rounded(agreement(reference.scenes, measured.scenes), 4),
    }
    if measured.truths:
        result["truth"] = _rounded(against_truth(measured.scenes, measured.truths), 3)
    return result


def _rounded(values: dict[str, Any], digits: int) -> dict[str, float | None]:
    return {name: None if value is None else round(float(value), digits) for name, value in values.items()}


def _table(results: dict[str, Any]) -> Table:
    width, height = results["image_size"]
    rows, columns = results["network_size"]
    title = f"{results['source']}, {width}x{height}, network {rows}x{columns}"
    table = Table(title=title, box=None, padding=(0, 1), pad_edge=False)  # 80 columns must do
    table.add_column("backend", no_wrap=True)
    for header in ("network ms\np50 / p95", "gain\n", "fps\n", "peak\nMB"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("same people,\nOKS, mm", no_wrap=True)
    table.add_column("found,\nMPJPE", no_wrap=True)
    plain = results["baseline"]["network_ms"]["p50"]
    for entry in results["results"]:
        latency, same, truth = entry["network_ms"], entry["agreement"], entry.get("truth")
        table.add_row(
            f"{entry['backend']} {entry['device']} {entry['precision']}",
            f"{latency['p50']:.1f} / {latency['p95']:.1f}",
            f"{plain / latency['p50']:.1f}x",
            f"{entry['pipeline_fps']:.1f}",
            _cell(entry["peak_rss_mb"], ".0f"),
            f"{_cell(same['people'], '.1%')} {_cell(same['oks'], '.3f')} {_cell(same['mm'], '.0f')}",
            f"{_cell(truth['found'], '.0%')} {_cell(truth['mpjpe_mm'], '.0f')}" if truth else "–",
        )
    return table


def _legend(results: dict[str, Any]) -> str:
    machine, plain = results["machine"], results["baseline"]["network_ms"]["p50"]
    return (
        f"{machine['cpu']}, {machine['cores']} cores; agreement is with PyTorch fp32; gain is over PyTorch "
        f"fp32 in its plainest form, eager and NCHW: {plain:.1f} ms"
    )


def _cell(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cpu": processor_name(),
        "cores": available_cores(),
        "python": platform.python_version(),
        "posecast": metadata.version("posecast"),
    }
