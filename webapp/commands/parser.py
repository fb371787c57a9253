"""The commands of `posecast` and their options.

Each command is a function that imports what it needs and returns the work, ready to run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.errors import PosecastError
from engine.settings import BODIES
from webapp.commands.arguments import (
    SOURCE_HELP,
    Parser,
    add_common,
    add_serve_settings,
    gigabytes,
    number,
    positive,
    seconds,
    settings_of,
    whole_number,
)
from webapp.commands.batch_parser import add_batch
from webapp.commands.calibrate_parser import add_calibrate
from webapp.commands.relay_parser import add_relay
from webapp.commands.serving_arguments import add_serving

Work = Callable[[], int]
"""A command, imported and ready to run; its result is the exit status."""


def _serve(options: argparse.Namespace) -> Work:
    from webapp.commands import serve

    return lambda: serve.run(options, settings_of)


def _infer(options: argparse.Namespace) -> Work:
    from webapp.commands import infer

    settings = settings_of(options)
    asked = {name: True for name in ("angles", "close_up") if getattr(options, name)}
    chosen = infer.InferOptions(
        settings.changed(asked),
        options.output,
        options.video,
        options.max_frames,
        options.realtime,
        options.config,
        options.rate,
        options.events,
    )
    return lambda: infer.run(chosen)


def _convert(options: argparse.Namespace) -> Work:
    from webapp.commands import convert

    return lambda: convert.run(options)


def _bench(options: argparse.Namespace) -> Work:
    from webapp.commands import bench

    backends = None if options.backends == "all" else tuple(options.backends.split(","))
    chosen = bench.BenchOptions(
        settings_of(options),
        backends,
        options.seconds,
        options.json,
        chart=options.chart,
        config=options.config,
        other_models=tuple(options.other_model),
    )
    return lambda: bench.run(chosen)


def _export(options: argparse.Namespace) -> Work:
    from webapp.commands import export

    chosen = export.ExportOptions(
        options.recording, options.output, tuple(options.person) or None, options.raw, options.format,
        export.edits_of(options.merge, options.drop, options.name, options.trim), options.as_recorded,
    )  # fmt: skip
    return lambda: export.run(chosen)


def _compare(options: argparse.Namespace) -> Work:
    from webapp.commands import compare

    return lambda: compare.run(compare.CompareOptions(options.a, options.b, options.json, options.chart))


def _models_list(options: argparse.Namespace) -> Work:
    from webapp.commands import models

    return models.run_list


def _models_download(options: argparse.Namespace) -> Work:
    from webapp.commands import models

    return lambda: models.run_download(options.name)


def _doctor(options: argparse.Namespace) -> Work:
    from webapp.commands import doctor

    if options.bundle is None:
        if options.url or options.log:
            raise PosecastError("--url and --log belong to a support bundle", "name it with --bundle FILE.zip")
        return doctor.run
    bundled = doctor.bundle_options(options.bundle, options.config, options.log, options.url)
    return lambda: doctor.run(bundled=bundled)


def create_parser() -> argparse.ArgumentParser:
    parser = Parser(prog="posecast", description="Real-time 3D poses of several people from one ordinary camera.")
    parser.add_argument("--version", action="version", version=f"posecast {metadata.version('posecast')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for add in (
        _add_serve,
        add_relay,
        _add_infer,
        add_batch,
        _add_export,
        _add_compare,
        _add_convert,
        _add_bench,
        add_calibrate,
        _add_models,
        _add_doctor,
    ):
        add(commands)
    return parser


def _add_serve(commands: Any) -> None:
    parser = commands.add_parser("serve", help="run the dashboard: people in 3D in a browser")
    add_common(parser)
    add_serving(parser, 8000)
    parser.add_argument(
        "--token",
        help="token of the operators (generated for an address that is not loopback); other users of this machine "
        "cannot see it in the variable POSECAST_TOKEN",
    )
    parser.add_argument(
        "--open", action=argparse.BooleanOptionalAction, default=False, help="open the dashboard in the browser"
    )
    parser.add_argument(
        "--allow-source", action="append", default=[], metavar="S", help="a source that the page may choose"
    )
    parser.add_argument(
        "--no-addresses",
        dest="addresses",
        action="store_false",
        help="operators may not choose rtsp and http(s) addresses that were not named at start",
    )
    parser.add_argument(
        "--uploads-limit",
        type=gigabytes,
        default=10.0,
        metavar="GB",
        help="total size of uploaded videos and images; 0: no uploads (default: %(default)g)",
    )
    parser.add_argument(
        "--out", action="append", default=[], metavar="URL",
        help="send scenes to other programs as they are made: osc://HOST:PORT, vmc://HOST:PORT … (docs/outputs.md)",
    )  # fmt: skip
    parser.add_argument(
        "--publish", metavar="URL",
        help="publish everything for relays and other machines: redis://HOST[:PORT][/DB][?name=NAME] (docs/serving.md)",
    )  # fmt: skip
    add_serve_settings(parser)
    parser.set_defaults(command=_serve)


def _add_infer(commands: Any) -> None:
    parser = commands.add_parser("infer", help="write the people of a video, images or a camera to a JSONL file")
    parser.add_argument("source_argument", nargs="?", metavar="SOURCE", help=SOURCE_HELP)
    add_common(parser)
    parser.add_argument(
        "-o",
        "--output",
        default="people.jsonl",
        help="JSONL file, one scene per line; - for stdout (default: %(default)s)",
    )
    parser.add_argument("--video", type=Path, help="overlay video: .mp4, .mov or .mkv; .jpg or .png for one image")
    parser.add_argument("--max-frames", type=positive, metavar="N", help="stop after N frames")
    parser.add_argument(
        "--rate", type=number, metavar="FPS", help="images per second, for a folder or pattern of images (default: 1)"
    )
    parser.add_argument("--angles", action="store_true", help="measure the angles of joints, in degrees")
    parser.add_argument(
        "--close-up",
        action="store_true",
        help="several cameras: look at each person a second time, enlarged; more exact, and slower",
    )
    parser.add_argument("--events", type=Path, metavar="FILE", help="rules and zones for events, as JSON")
    parser.add_argument("--realtime", action="store_true", help="play a file at its own speed and drop frames")
    parser.set_defaults(command=_with_source(_infer, required=True))


def _add_export(commands: Any) -> None:
    parser = commands.add_parser("export", help="write a recording for Blender, OpenSim, Visual3D, a spreadsheet …")
    parser.add_argument("recording", metavar="RECORDING", help="a JSONL file of `infer`, or a recording's name")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE",
        help="the format is that of its suffix: .c3d .trc .mot .bvh .glb .csv .npz .jsonl",
    )  # fmt: skip
    parser.add_argument("--person", type=whole_number, action="append", default=[], metavar="ID", help="only this one")
    parser.add_argument("--raw", action="store_true", help="neither fill gaps nor filter, nor keep bones constant")
    parser.add_argument("--format", choices=("wide", "long", "openpose"), help="of a .csv, or a folder of JSON")
    parser.add_argument("--merge", action="append", default=[], metavar="ID,ID", help="these ids are one person")
    parser.add_argument("--drop", type=whole_number, action="append", default=[], metavar="ID", help="not this one")
    parser.add_argument("--name", action="append", default=[], metavar="ID=NAME", help="name a person")
    parser.add_argument("--trim", metavar="FROM:TO", help="seconds that are kept, such as 2.5:10")
    parser.add_argument("--as-recorded", action="store_true", help="without what was changed on the page")
    parser.set_defaults(command=_export)


def _add_compare(commands: Any) -> None:
    parser = commands.add_parser("compare", help="how far two recordings of the same motion are apart")
    for name in ("a", "b"):
        parser.add_argument(name, metavar=name.upper(), help="a recording (JSONL or its name), a .trc or a .c3d file")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument("--chart", type=Path, metavar="FILE.html", help="draw the results as a web page")
    parser.set_defaults(command=_compare)


def _add_convert(commands: Any) -> None:
    parser = commands.add_parser("convert", help="convert a checkpoint to ONNX, OpenVINO IR or a TensorRT engine")
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help="a .pth file, 'bundled' or 'official'")
    parser.add_argument("--to", required=True, choices=("onnx", "openvino", "tensorrt", "torch2trt"))
    parser.add_argument("--precision", default="fp32", choices=("fp32", "fp16", "int8"), help="default: %(default)s")
    parser.add_argument(
        "--body",
        choices=BODIES,
        default="auto",
        help="keypoints: leave out the 3D head, which they do not need (default: convert all that the checkpoint has)",
    )
    parser.add_argument("--height", type=positive, help="network height, for formats that require a fixed size")
    parser.add_argument("--width", type=positive, help="network width")
    parser.add_argument(
        "--calibration", metavar="SOURCE", help="frames to calibrate INT8 on, in addition to those of the demo"
    )
    parser.add_argument("-o", "--output", type=Path, help="default: named after the checkpoint, in this folder")
    parser.set_defaults(command=_convert)


def _add_bench(commands: Any) -> None:
    parser = commands.add_parser("bench", help="measure speed and accuracy of every backend on this machine")
    parser.add_argument("source_argument", nargs="?", metavar="SOURCE", help=SOURCE_HELP)
    add_common(parser)
    parser.add_argument("--backends", default="all", help="a comma-separated list, or all (default: %(default)s)")
    parser.add_argument(
        "--seconds", type=seconds, default=10.0, help="length of each measurement (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument(
        "--other-model",
        action="append",
        default=[],
        metavar="PATH",
        help="compare this model with the truth, too (demo only)",
    )
    parser.add_argument("--chart", type=Path, metavar="FILE.html", help="draw the results as a web page")
    parser.set_defaults(command=_with_source(_bench, required=False))


def _add_models(commands: Any) -> None:
    models = commands.add_parser("models", help="list or download checkpoints").add_subparsers(
        required=True, metavar="list|download", parser_class=Parser
    )
    models.add_parser("list", help="list the models").set_defaults(command=_models_list)
    download = models.add_parser("download", help="download a model into the user's cache")
    download.add_argument("name", metavar="NAME", help="a name listed by `posecast models list`")
    download.set_defaults(command=_models_download)


def _add_doctor(commands: Any) -> None:
    parser = commands.add_parser("doctor", help="report what works on this machine, and why the rest does not")
    parser.add_argument("--bundle", type=Path, metavar="FILE.zip", help="also write a support bundle")
    parser.add_argument("--url", help="include the state of this running server (token in the variable POSECAST_TOKEN)")
    parser.add_argument("--log", type=Path, metavar="FILE", help="include the end of this log file of the server")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file (default: the user's own)")
    parser.set_defaults(command=_doctor)


def _with_source(
    command: Callable[[argparse.Namespace], Work], *, required: bool
) -> Callable[[argparse.Namespace], Work]:
    """SOURCE may be an argument or the value of --source."""

    def prepare(options: argparse.Namespace) -> Work:
        if options.source_argument is not None:
            if options.source not in (None, options.source_argument):
                raise PosecastError("two sources are given", "give SOURCE once")
            options.source = options.source_argument
        if required and options.source is None and options.config is None:
            raise PosecastError("no SOURCE is given", "name a video, an image, a camera, an address or demo")
        return command(options)

    return prepare
