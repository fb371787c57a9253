"""The options of `posecast calibrate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.commands.arguments import SOURCE_HELP, Parser, seconds

_BOARD_HELP = "squares across x down : side of a square (default: %(default)s)"
_DEFAULT_BOARD = "charuco:5x7:30mm"
"""As `engine.calibration.board` has it, which takes long to import."""


def add_calibrate(commands: Any) -> None:
    """Add the command to a parser's commands."""
    parser = commands.add_parser("calibrate", help="print a board, and calibrate cameras with it or with people")
    kinds = parser.add_subparsers(required=True, metavar="board|camera", parser_class=Parser)
    _add_board(kinds)
    _add_camera(kinds)


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


def _board(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import calibrate

    return lambda: calibrate.run_board(options.output, options.board, options.paper)


def _camera(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import calibrate

    chosen = calibrate.CameraOptions(
        options.source, options.output, options.board, options.used_for, options.seconds
    )  # fmt: skip
    return lambda: calibrate.run_camera(chosen)
