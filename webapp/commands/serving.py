"""What the commands that serve the page have in common: tokens of the environment, and https."""

from __future__ import annotations

import argparse
import os
import socket
from dataclasses import replace

from engine.errors import PosecastError
from webapp.access.options import ServeOptions
from webapp.server.tls.certificate import Certificate, given, self_made
from webapp.server.tls.names import own_names
from webapp.state.store import default_path

VIEW_TOKEN_VARIABLE = "POSECAST_VIEW_TOKEN"
"""The viewers' token. Other users of the machine cannot read variables, unlike a command line."""


def token_of(option: str | None, variable: str) -> str | None:
    """The value of the command line, which overrides the environment."""
    return option if option is not None else os.environ.get(variable) or None


def certified(options: argparse.Namespace, served: ServeOptions) -> tuple[ServeOptions, Certificate | None]:
    """The certificate, if https is asked for, and the options that say so."""
    if (options.tls_cert is None) != (options.tls_key is None):
        raise PosecastError("--tls-cert and --tls-key belong together", "give both, or neither")
    if options.tls is None and options.tls_cert is None:
        return served, None
    if not hasattr(socket, "AF_UNIX"):
        raise PosecastError("https is not served on Windows", "put a reverse proxy in front: see docs/serving.md")
    if options.tls_cert is not None:
        certificate = given(options.tls_cert, options.tls_key)
        return replace(served, https=True), certificate
    folder = (served.config or default_path()).parent / "tls"
    certificate = self_made(folder, own_names(served.host, served.allow_hosts))
    return replace(served, https=True, fingerprint=certificate.fingerprint), certificate
