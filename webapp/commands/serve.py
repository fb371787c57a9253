"""`posecast serve`: the dashboard. Settings come from the user's own file; options override it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from engine.bus import bus_address
from engine.errors import PosecastError
from engine.extrinsics import load_calibration
from engine.extrinsics.source_camera import DEFAULTS
from engine.outputs.parsing import parse
from engine.outputs.schemes import SCHEMES
from engine.redaction import Secrets
from engine.rig import check_options
from engine.settings import Settings
from engine.settings_file import load_or_set_aside
from webapp.commands.bundle import TOKEN_VARIABLE
from webapp.commands.network_command import network_command, with_https
from webapp.commands.serving import VIEW_TOKEN_VARIABLE, certified, token_of
from webapp.monitoring import logs
from webapp.server.heaps import share_heaps
from webapp.server.restarts import Chosen
from webapp.server.run import ServeOptions, serve
from webapp.state.store import default_path

log = logging.getLogger(__name__)


def run(options: argparse.Namespace, settings_of: Callable[..., Settings]) -> int:
    """Serve until stopped; the exit status."""
    share_heaps()
    served, certificate = certified(options, _serve_options(options))
    secrets = Secrets(served.token, served.view_token, *_secrets_of(served.outputs, served.publish))
    with logs.installed(options.log_format, options.log_level, secrets):
        try:
            serve(lambda: _choose(options, settings_of), served, certificate)
        except PosecastError as error:
            if options.log_format == "text":
                raise
            message = f"{error.error}; {error.hint}"
            logs.event(log, "start_failed", message, level=logging.ERROR, error=error.error, hint=error.hint)
            return 2
    return 0


def _choose(options: argparse.Namespace, settings_of: Callable[..., Settings]) -> Chosen:
    """The settings of the file, overridden by the command line, and the camera that is given for the source.

    What the file says of cameras is left to `CameraMemory`, which knows for which source it is.
    """
    saved, problem = load_or_set_aside(_config(options)) if options.config is None else (Settings(), None)
    if problem is not None:
        logs.report_problem(log, "settings", problem, "")
    settings = settings_of(options, saved)
    given = frozenset(name for name in DEFAULTS if getattr(options, name, None) is not None)
    settings = settings.changed({name: value for name, value in DEFAULTS.items() if name not in given})
    check_options(settings)
    calibration = load_calibration(settings.extrinsics) if settings.extrinsics else None
    for warning in calibration.warnings if calibration else ():
        log.warning("camera: %s", warning)
    return Chosen(settings, calibration, given=given)


def _serve_options(options: argparse.Namespace) -> ServeOptions:
    """The options of the server, with generated tokens if they are required and not given."""
    command = network_command(sys.argv, os.environ)
    served = ServeOptions(
        host=options.host,
        port=options.port,
        token=token_of(options.token, TOKEN_VARIABLE),
        view_token=token_of(options.view_token, VIEW_TOKEN_VARIABLE),
        open_browser=options.open,
        viewer_limit=options.viewers,
        allow_hosts=tuple(options.allow_host),
        allow_sources=tuple(options.allow_source),
        addresses=options.addresses,
        uploads_limit_bytes=round(options.uploads_limit * 10**9),
        outputs=tuple(options.out),
        publish=options.publish,
        behind_proxy=options.behind_proxy,
        config=_config(options),
        network_command=command,
        camera_command=with_https(command),
        # A collector of JSON logs often collects stdout, too, and links contain tokens.
        links=options.log_format == "text" or sys.stdout.isatty(),
    )
    if served.protected and served.token is None and not served.links:
        raise PosecastError(
            "the generated token would not be shown: links are not printed with --log-format json",
            f"give one with --token or {TOKEN_VARIABLE}",
        )
    return served.with_tokens()


def _secrets_of(outputs: tuple[str, ...], publish: str | None) -> list[str | None]:
    """What must not be logged of the outputs and the bus; PosecastError for an address that is none."""
    of_bus = None if publish is None else bus_address(publish).password
    return [of_bus, *(secret for url in outputs for secret in parse(url, SCHEMES).secrets)]


def _config(options: argparse.Namespace) -> Path:
    path: Path = options.config or default_path()
    return path
