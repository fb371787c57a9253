"""The options of `posecast relay`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from webapp.commands.serving_arguments import add_serving


def add_relay(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("relay", help="show to many viewers what `posecast serve --publish` publishes")
    parser.add_argument("bus", metavar="URL", help="redis://[:PASSWORD@]HOST[:PORT][/DB][?name=NAME]")
    add_serving(parser, 8001)
    parser.set_defaults(command=_relay)


def _relay(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import relay

    return lambda: relay.run(options)
