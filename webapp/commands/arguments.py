"""The command line's parser: errors on one line, numbers checked in words, and options that are settings.

Help and ranges of an option that is a setting come from the setting's declaration in `engine.settings`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import PosecastError
from engine.fields import bounds
from engine.settings import SCHEMA, Settings
from engine.settings_file import load_settings

SOURCE_HELP = SCHEMA["properties"]["source"]["description"].rstrip(".")
SETTINGS = {
    "source": "S",
    "model": "PATH",
    "model_input": None,
    "backend": None,
    "device": "D",
    "precision": None,
    "height_size": "N",
    "extrinsics": "FILE",
    "fx": "PIXELS",
    "camera_height_m": "METRES",
    "pixel_aspect": "W:H",
    "body": None,
    "fit": None,
    "level": None,
}
"""Settings that are options of every command that runs the network, with their metavar; None: the choices."""
SERVE_SETTINGS = {"viewers_see": None}
"""The same of `serve` alone."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        raise PosecastError(message, f"see {self.prog} --help")


def whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def positive(text: str) -> int:
    if (value := whole_number(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


def port(text: str) -> int:
    if not 0 <= (value := whole_number(text)) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port, which is 0 to 65535")
    return value


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def seconds(text: str) -> float:
    if not 0 < (value := number(text)) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number of seconds")
    return value


def person_height(text: str) -> float:
    if not 0.3 <= (value := number(text)) <= 2.8:
        hint = f"; in metres it would be {value / 100:g}" if 30 <= value <= 280 else ""
        raise argparse.ArgumentTypeError(f"{text} is not a person's height from 0.3 to 2.8 metres{hint}")
    return value


def gigabytes(text: str) -> float:
    if not 0 <= (value := number(text)) < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of gigabytes")
    return value


def on_or_off(text: str) -> bool:
    if text not in ("on", "off"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither on nor off")
    return text == "on"


def add_common(parser: argparse.ArgumentParser, without: Sequence[str] = ()) -> None:
    """The options that are settings, and --config."""
    group = parser.add_argument_group("common options")
    for name, metavar in SETTINGS.items():
        if name not in without:
            _add_setting(group, name, metavar)
    group.add_argument("--config", type=Path, metavar="FILE", help="settings file (JSON); options override it")


def add_serve_settings(parser: argparse.ArgumentParser) -> None:
    """The options that are settings of the server."""
    for name, metavar in SERVE_SETTINGS.items():
        _add_setting(parser, name, metavar)


def settings_of(options: argparse.Namespace, base: Settings | None = None) -> Settings:
    """The settings that the options name, over those of --config (or `base`)."""
    if options.config is not None:
        base = load_settings(options.config)
    given = {name: getattr(options, name, None) for name in (*SETTINGS, *SERVE_SETTINGS)}
    return (base or Settings()).changed({name: value for name, value in given.items() if value is not None})


def _add_setting(group: Any, name: str, metavar: str | None) -> None:
    described = SCHEMA["properties"][name]
    text = described["description"].rstrip(".").replace("%", "%%")
    if "minimum" in described:
        text += f" ({bounds(described)})"
    option = f"--{name.replace('_', '-')}"
    kinds: dict[str, Callable[[str], Any]] = {"integer": whole_number, "number": number, "boolean": on_or_off}
    types = described["type"]
    kind = kinds.get(types if isinstance(types, str) else types[0], str)
    if kind is on_or_off:
        metavar = "on|off"
    group.add_argument(option, type=kind, metavar=metavar, choices=described.get("enum"), help=text)
