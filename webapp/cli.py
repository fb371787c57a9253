"""The command line: arguments in, one command run, an exit status out.

0 when all went well; 2 with one line on stderr for what the user got wrong; 1 for a fault of ours. Commands are
imported when they are run: `posecast --help` needs none of them.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import PosecastError
from engine.settings import BACKENDS, MODEL_INPUTS, PRECISIONS, Settings, load_settings

INTERRUPTED = 130
"""Exit status after Ctrl-C, by the shell's custom 128 + SIGINT."""
TERMINATED = 143
"""After SIGTERM, likewise."""

_SOURCE_HELP = "camera index, video, image, folder or glob of images, rtsp://, http(s)://, or demo"


class _Parser(argparse.ArgumentParser):
    """Errors on one line, the way every other error of ours looks."""

    def error(self, message: str) -> NoReturn:
        raise PosecastError(message, f"see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `posecast` with `arguments` (the process's own by default) and return its exit status."""
    try:
        options = _parser().parse_args(arguments)
        command: Callable[[argparse.Namespace], int] = options.command
        with _unwinds_on_sigterm():
            return command(options)
    except PosecastError as error:
        print(f"posecast: {_one_line(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough (`posecast … | head`); keep the interpreter from flushing again.
        sys.stderr.close()
        return 0


@contextmanager
def _unwinds_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the program as Ctrl-C does: what was begun is cleared away, and no child goes on alone."""

    def unwind(number: int, frame: object) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)  # again while clearing away would leave a half of it
        sys.exit(TERMINATED)

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield
        return
    before = signal.signal(signal.SIGTERM, unwind)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def settings_of(options: argparse.Namespace, base: Settings | None = None) -> Settings:
    """The settings that the COMMON options name, over those of --config (or `base`)."""
    if options.config is not None:
        base = load_settings(options.config)
    names = ("source", "model", "model_input", "backend", "device", "precision", "height_size", "extrinsics", "fx")
    given = {name: getattr(options, name) for name in (*names, "pixel_aspect")}
    return (base or Settings()).changed({name: value for name, value in given.items() if value is not None})


def _serve(options: argparse.Namespace) -> int:
    from webapp.commands import serve

    return serve.run(options, settings_of)


def _infer(options: argparse.Namespace) -> int:
    from webapp.commands import infer

    settings = settings_of(options)
    paced = options.max_frames, options.realtime, options.rate
    return infer.run(infer.InferOptions(settings, options.output, options.video, *paced))


def _convert(options: argparse.Namespace) -> int:
    from webapp.commands import convert

    return convert.run(options)


def _bench(options: argparse.Namespace) -> int:
    from webapp.commands import bench

    backends = None if options.backends == "all" else tuple(options.backends.split(","))
    return bench.run(
        bench.BenchOptions(settings_of(options), backends, options.seconds, options.json, chart=options.chart)
    )


def _models_list(options: argparse.Namespace) -> int:
    from webapp.commands import models

    return models.run_list()


def _models_download(options: argparse.Namespace) -> int:
    from webapp.commands import models

    return models.run_download(options.name)


def _doctor(options: argparse.Namespace) -> int:
    from webapp.commands import doctor

    if options.bundle is None:
        if options.url or options.log:
            raise PosecastError("--url and --log are for an archive", "name it with --bundle FILE.zip")
        return doctor.run()
    return doctor.run(bundled=doctor.bundle_options(options.bundle, options.config, options.log, options.url))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="posecast", description="Real-time 3D poses of several people from one ordinary camera.")
    parser.add_argument("--version", action="version", version=f"posecast {metadata.version('posecast')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for add in (_add_serve, _add_infer, _add_convert, _add_bench, _add_models, _add_doctor):
        add(commands)
    return parser


def _add_serve(commands: Any) -> None:
    parser = commands.add_parser("serve", help="the dashboard: watch people in 3D in a browser")
    _add_common(parser)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")
    parser.add_argument(
        "--token",
        help="operators must show it (generated on a non-loopback address); the variable POSECAST_TOKEN hides it from "
        "this machine's other users",
    )
    parser.add_argument(
        "--view-token", help="viewers may show it instead, and change nothing; likewise POSECAST_VIEW_TOKEN"
    )
    parser.add_argument("--open", action=argparse.BooleanOptionalAction, default=False, help="open the browser")
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help="another name of this server")
    parser.add_argument("--allow-source", action="append", default=[], metavar="S", help="a source the page may choose")
    parser.add_argument("--behind-proxy", action="store_true", help="trust X-Forwarded-* of a reverse proxy")
    parser.add_argument("--log-format", choices=("text", "json"), default="text", help="default: %(default)s")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument("--viewers", type=int, default=64, help="most viewers at once (default: %(default)s)")
    parser.set_defaults(command=_serve)


def _add_infer(commands: Any) -> None:
    parser = commands.add_parser("infer", help="people of a video, images or a camera, into a JSONL file")
    parser.add_argument("source_argument", nargs="?", metavar="SOURCE", help=_SOURCE_HELP)
    _add_common(parser)
    parser.add_argument(
        "-o", "--output", default="people.jsonl", help="JSONL, one scene a line; - for stdout (default: %(default)s)"
    )
    parser.add_argument("--video", type=Path, help="the overlay: .mp4, .mov or .mkv, or .jpg or .png for one image")
    parser.add_argument("--max-frames", type=_positive, metavar="N", help="stop after N frames")
    parser.add_argument("--realtime", action="store_true", help="pace a file by its own clock and drop frames")
    parser.add_argument("--rate", type=float, metavar="FPS", help="images of a folder or pattern a second (default: 1)")
    parser.set_defaults(command=_with_source(_infer, required=True))


def _add_convert(commands: Any) -> None:
    parser = commands.add_parser("convert", help="a checkpoint as ONNX, OpenVINO IR or a TensorRT engine")
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help="a .pth file, 'bundled' or 'official'")
    parser.add_argument("--to", required=True, choices=("onnx", "openvino", "tensorrt", "torch2trt"))
    parser.add_argument("--precision", default="fp32", choices=("fp32", "fp16", "int8"), help="default: %(default)s")
    parser.add_argument("--height", type=_positive, help="network height, where the format wants a fixed size")
    parser.add_argument("--width", type=_positive, help="network width")
    parser.add_argument("--calibration", metavar="SOURCE", help="frames that INT8 is calibrated on, beside the demo's")
    parser.add_argument("-o", "--output", type=Path, help="default: beside the checkpoint's name, in this folder")
    parser.set_defaults(command=_convert)


def _add_bench(commands: Any) -> None:
    parser = commands.add_parser("bench", help="speed and accuracy of every backend on this machine")
    parser.add_argument("source_argument", nargs="?", metavar="SOURCE", help=_SOURCE_HELP)
    _add_common(parser)
    parser.add_argument("--backends", default="all", help="a comma-separated list, or all (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each measurement (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results for machines")
    parser.add_argument("--chart", type=Path, metavar="FILE.html", help="draw the results as a page for people")
    parser.set_defaults(command=_with_source(_bench, required=False))


def _add_models(commands: Any) -> None:
    models = commands.add_parser("models", help="list or download checkpoints").add_subparsers(
        required=True, metavar="list|download", parser_class=_Parser
    )
    models.add_parser("list", help="which models there are").set_defaults(command=_models_list)
    download = models.add_parser("download", help="fetch a model into the user's cache")
    download.add_argument("name", metavar="NAME", help="a name of `posecast models list`")
    download.set_defaults(command=_models_download)


def _add_doctor(commands: Any) -> None:
    parser = commands.add_parser("doctor", help="what works on this machine, and why the rest does not")
    parser.add_argument("--bundle", type=Path, metavar="FILE.zip", help="write an archive for whoever helps, too")
    parser.add_argument("--url", help="ask this running server for it (token in the variable POSECAST_TOKEN)")
    parser.add_argument("--log", type=Path, metavar="FILE", help="put the end of this log of the server into it")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file (default: the user's own)")
    parser.set_defaults(command=_doctor)


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("common options")
    group.add_argument("--source", metavar="S", help=_SOURCE_HELP)
    group.add_argument("--model", metavar="PATH", help="'bundled', 'official', or .pth, .onnx, .xml, .engine")
    group.add_argument(
        "--model-input", choices=tuple(MODEL_INPUTS), help="pixels that a model of others takes, where nobody is found"
    )
    group.add_argument("--backend", choices=BACKENDS)
    group.add_argument("--device", metavar="D", help="cpu, cuda:0, GPU, … as `posecast doctor` lists them")
    group.add_argument("--precision", choices=PRECISIONS)
    group.add_argument("--height-size", type=int, metavar="N", help="network height: a multiple of 8, 128 to 1024")
    group.add_argument("--extrinsics", metavar="FILE", help="camera file, FILE#NAME where it holds several")
    group.add_argument("--fx", type=float, metavar="PIXELS", help="focal length in pixels of the frame")
    group.add_argument(
        "--pixel-aspect", metavar="W:H", help="shape of the source's pixels, where it does not say it or is wrong"
    )
    group.add_argument("--config", type=Path, metavar="FILE", help="settings file (JSON); options beat it")


def _with_source(
    command: Callable[[argparse.Namespace], int], *, required: bool
) -> Callable[[argparse.Namespace], int]:
    """SOURCE may stand alone or behind --source."""

    def run(options: argparse.Namespace) -> int:
        if options.source_argument is not None:
            if options.source not in (None, options.source_argument):
                raise PosecastError("two sources are given", "give SOURCE once")
            options.source = options.source_argument
        if required and options.source is None and options.config is None:
            raise PosecastError("no SOURCE is given", "name a video, an image, a camera, an address or demo")
        return command(options)

    return run


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _one_line(text: str) -> str:
    return " ".join(text.split())
