"""Options of every command that serves the page: address, viewers' token, https, log."""

from __future__ import annotations

import argparse
from pathlib import Path

from webapp.commands.arguments import port, positive


def add_serving(parser: argparse.ArgumentParser, default_port: int) -> None:
    """Add them."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=port, default=default_port, help="default: %(default)s")
    parser.add_argument(
        "--view-token", help="token of viewers, who cannot change anything; or the variable POSECAST_VIEW_TOKEN"
    )
    parser.add_argument("--allow-host", action="append", default=[], metavar="NAME", help="accept this host name, too")
    https = parser.add_mutually_exclusive_group()
    https.add_argument(
        "--tls",
        choices=("auto",),
        help="serve https with a certificate that is made for this machine and kept: cameras of phones require it",
    )
    https.add_argument("--tls-cert", type=Path, metavar="FILE", help="serve https with this certificate and its chain")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, in PEM, without a password")
    parser.add_argument("--behind-proxy", action="store_true", help="trust X-Forwarded-* of a reverse proxy")
    parser.add_argument("--log-format", choices=("text", "json"), default="text", help="default: %(default)s")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")
    parser.add_argument("--viewers", type=positive, default=64, help="maximum number of viewers (default: %(default)s)")
