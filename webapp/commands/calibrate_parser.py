"""The options of `posecast calibrate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.commands.arguments import SOURCE_HELP, Parser, add_common, person_height, seconds, settings_of

_BOARD_HELP = "squares across x down : side of a square (default: %(default)s)"
_DEFAULT_BOARD = "charuco:5x7:30mm"
"""As `engine.calibration.board` has it, which takes long to import."""


def add_calibrate(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser("calibrate", help="print a board, and calibrate cameras with it or with people")
    kinds = parser.add_subparsers(required=True, metavar="board|camera|rig|sync", parser_class=Parser)
    _add_board(kinds)
    _add_camera(kinds)
    _add_rig(kinds)
    _add_sync(kinds)


def _add_board(kinds: Any) -> None:
    parser = kinds.add_parser("board", help="write the board as a PDF of exact size")
    parser.add_argument("-o", "--output", type=Path, default=Path("board.pdf"), metavar="FILE.pdf")
    parser.add_argument("--board", default=_DEFAULT_BOARD, help=_BOARD_HELP)
    parser.add_argument("--paper", choices=("a4", "letter"), default="a4", help="default: %(default)s")
    parser.set_defaults(command=_board)


def _add_camera(kinds: Any) -> None:
    parser = kinds.add_parser("camera", help="the lens of one camera, from a board that is held up")
    parser.add_argument("source", metavar="SOURCE", help=SOURCE_HELP)
    parser.add_argument("-o", "--output", type=Path, default=Path("camera.toml"), metavar="FILE.toml")
    parser.add_argument("--board", default=_DEFAULT_BOARD, help=_BOARD_HELP)
    parser.add_argument(
        "--for", dest="used_for", metavar="SOURCE",
        help="the source that the lens is saved for (default: SOURCE, if it is a camera or a stream)",
    )  # fmt: skip
    parser.add_argument("--seconds", type=seconds, help="stop looking after this time")
    parser.set_defaults(command=_camera)


def _add_rig(kinds: Any) -> None:
    parser = kinds.add_parser("rig", help="where several cameras stand, by people who walk about, or by a board")
    parser.add_argument("rig", type=Path, metavar="RIG.toml", help="names the cameras and their sources")
    parser.add_argument("--from", dest="by", choices=("people", "board"), default="people", help="default: %(default)s")
    parser.add_argument("-o", "--output", type=Path, default=Path("calibrated.toml"), metavar="FILE.toml")
    parser.add_argument("--board", default=_DEFAULT_BOARD, help=_BOARD_HELP)
    parser.add_argument(
        "--person-height", type=person_height, metavar="METRES", help="of the tallest person who is seen"
    )
    parser.add_argument("--seconds", type=seconds, default=60.0, help="how long to look (default: %(default)s)")
    add_common(parser)
    parser.set_defaults(command=_rig)


def _add_sync(kinds: Any) -> None:
    parser = kinds.add_parser("sync", help="how far the clocks of a rig's files are apart")
    parser.add_argument("rig", type=Path, metavar="RIG.toml", help="names the cameras and their files")
    parser.add_argument(
        "--by", choices=("people", "clap", "light"), default="people",
        help="people who move, a clap in the sound, or a lamp that is switched (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--seconds", type=seconds, default=60.0, help="how long to look (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write the offsets into RIG.toml")
    add_common(parser)
    parser.set_defaults(command=_sync)


def _board(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import calibrate

    return lambda: calibrate.run_board(options.output, options.board, options.paper)


def _camera(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import calibrate

    chosen = calibrate.CameraOptions(
        options.source, options.output, options.board, options.used_for, options.seconds
    )  # fmt: skip
    return lambda: calibrate.run_camera(chosen)


def _rig(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import calibrate_rig

    chosen = calibrate_rig.RigOptions(
        options.rig, options.output, options.by, options.board, options.person_height, options.seconds,
        settings_of(options),
    )  # fmt: skip
    return lambda: calibrate_rig.run(chosen)


def _sync(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import calibrate_sync

    chosen = calibrate_sync.SyncOptions(
        options.rig, options.by, options.seconds, options.write, settings_of(options)
    )  # fmt: skip
    return lambda: calibrate_sync.run(chosen)
